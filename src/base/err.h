/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one way to speak on stderr.
 *
 * A refusal has three parts: what failed, why probably, and what to do next.
 * Every problem is printed as it happens and remembered, so that the JSON
 * document of the command can carry the same list under "errors".
 */
#ifndef IOMMUCTL_BASE_ERR_H
#define IOMMUCTL_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

/* Exit status of the program. Anything of 126 and above is never ours. */
enum {
	STATUS_OK = 0,      /* all of it worked */
	STATUS_FAILED = 1,  /* something asked for failed, or the answer is "no" or "different" */
	STATUS_TROUBLE = 2, /* could not even try: usage, access, unreadable input */
};

struct err_record {
	char *what;    /* what failed, naming the offending word, line or byte */
	int errnum;    /* errno, or 0 */
	char *cause;   /* why, probably; may be NULL */
	char *next;    /* what to do; may be NULL */
	char *subject; /* the device, object or file it is about; may be NULL */
};

/** Name of the command in messages ("hwinfo"); NULL before one is known. */
void err_set_command(const char *command);

/** Keep quiet on stderr (tests of the library, probes); records are still kept. */
void err_set_silent(bool silent);

/**
 * err_report() - report a problem
 * @errnum: errno value whose text is appended, or 0
 * @subject: the device, object or file it is about (a JSON key), or NULL
 * @cause: why, probably, as a sentence without a full stop; or NULL
 * @next: what to do next; or NULL
 * @fmt: what failed, lower case, no full stop: "cannot bind 0000:01:00.0"
 *
 * All text may hold untrusted bytes: it is filtered before the terminal.
 */
void err_report(int errnum, const char *subject, const char *cause, const char *next,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/** The short form: no subject, no cause, no next step. */
void err_plain(int errnum, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * err_usage() - report a wrong command line
 *
 * Adds the pointer to --help. Always returns STATUS_TROUBLE so that callers can
 * write: return err_usage("unknown column '%s'", name);
 */
int err_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * err_input() - report input that cannot be used: a device that is not there, a wrong value, a bad
 * file
 * @subject: the device or file, or NULL
 * @next: where to look ("iommuctl list"), or NULL
 *
 * One line on stderr. Always returns STATUS_TROUBLE.
 */
int err_input(const char *subject, const char *next, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** A remark on stderr that is not a problem ("note: ..."). Not recorded. */
void err_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** What was reported so far. */
size_t err_count(void);
const struct err_record *err_get(size_t i);

/** Forget everything (for tests). */
void err_reset(void);

/** The symbolic name of an errno ("EBUSY"), or NULL. */
const char *err_name(int errnum);

/** The number of a symbolic name ("EBUSY"), or 0. */
int err_number(const char *name);

#endif
