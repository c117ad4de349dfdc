/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a command runs, and what it has answered; and other programs that help. */
#ifndef INJECT_STAGE_H
#define INJECT_STAGE_H

#include "commands.h"
#include "judge.h"
#include "tracer.h"

enum { NAME_SIZE = 128, PATH_SIZE = 512 };

/* A folder of its own, and files for what the command says. */
struct stage {
	const struct row *row;
	char folder[PATH_SIZE];
	int out, err;
	unsigned int limit; /* seconds after which a command hangs */
};

/** A stage @number below the folder @work. */
void stage_open(struct stage *s, const struct row *row, const char *work, unsigned int number);
void stage_close(struct stage *s);

/**
 * Run the command, with a failure, and take its answer in. @out: where its standard output goes,
 * negative for what is read. Owner of the answer: the caller (answer_free()).
 */
void stage_run(const struct stage *s, const struct call_failure *failure, int out,
	       struct trace_result *result, struct answer *answer);
void answer_free(struct answer *a);

/** Run a line of bash; its output and errors go to a descriptor. */
void shell(const char *command, int out);

/** What a line of bash says. Owner: the caller. */
char *said_by(const char *command);

/** End with a message, and what errno says. */
void die(const char *what) __attribute__((noreturn));

#endif
