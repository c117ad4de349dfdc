/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a user gets of a command, and what is to be said of it when a system call has failed. */
#ifndef INJECT_JUDGE_H
#define INJECT_JUDGE_H

#include <stdbool.h>
#include <stdio.h>

/* What kind of answer a command gives. */
enum answer_kind {
	ANSWER_TEXT,
	ANSWER_JSON,    /* one document */
	ANSWER_LINES,   /* a document a line */
	ANSWER_OFFER,   /* what a shell offers while a line is typed */
	ANSWER_FILE,    /* a document in a file */
	ANSWER_LEAVES,  /* text, of a command that leaves a process behind */
	ANSWER_REFUSAL, /* none: the machine refuses this */
};

struct answer {
	int status;
	bool hung;
	char *out;  /* standard output */
	char *err;  /* standard error */
	char *file; /* of ANSWER_FILE: what is in it, uncompressed; NULL without such a file */
	unsigned int files; /* how many are in the folder */
};

/** What came of a failure, in one word: same, less or refused, or what is wrong about it. */
const char *judge(enum answer_kind kind, const struct answer *good, const struct answer *now,
		  const char *call, int error);

/** The first line that only one of two answers has, of each; moments do not count. */
void print_answers_apart(FILE *to, const struct answer *good, const struct answer *now);

/** Whether a verdict is an expected one. */
bool is_expected(const char *verdict);

/* What ANSWER_FILE holds before the command runs. */
#define OLD_FILE "old\n"

#endif
