/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a command with one of its system calls made to fail, by ptrace and a filter of calls. */
#ifndef INJECT_TRACER_H
#define INJECT_TRACER_H

#include <stdbool.h>
#include <stddef.h>

enum { CALL_ERRORS = 4, WHAT_SIZE = 300 };

/* A system call, and the errors that are plausible there: none where it cannot fail, or not in a
 * way that a program could answer. */
struct call_kind {
	const char *name;
	long number;
	int errors[CALL_ERRORS + 1]; /* ends with 0 */
	enum call_subject { SUBJECT_NONE, SUBJECT_PATH, SUBJECT_PATH_AT, SUBJECT_FD } subject;
};

/** The row of a call; of one that the table lacks, a row without a name for all of them. */
const struct call_kind *call_kind(long number);

/* What fails: call @number, the time that it is made for the @place'th time since the program was
 * started, with @error. No @error: nothing fails. */
struct call_failure {
	long number;
	unsigned int place;
	int error;
};

struct trace_request {
	const char *command; /* a line of shell, which starts the program by exec */
	const char *folder;  /* where it runs */
	int out, err;        /* its standard output and error */
	unsigned int limit;  /* seconds */
	bool leaves;         /* a process that outlives the command, and is left alone */
};

struct trace_result {
	int status; /* as a shell has it: 128 and the signal's number */
	bool hung;
	bool reached;         /* the call that had to fail was made */
	char what[WHAT_SIZE]; /* that call, for a person */
	/* Without a failure: the calls that the program itself made, behind what its loader does.
	 */
	struct call_failure *calls;
	size_t n_calls;
};

/**
 * Run the command, and let a call fail. Owner of result->calls: the caller (free()).
 * Ends this process where nothing can be traced; see trace_possible().
 */
void trace_run(const struct trace_request *request, const struct call_failure *failure,
	       struct trace_result *result);

/** Whether this machine lets one process trace another, and on this processor we know how. */
bool trace_possible(void);

#endif
