/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one way to speak on stderr: wording, control characters, the list for JSON. */
#include "config.h"
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/out.h"

static const char *command_name;
static bool be_silent;
static struct err_record *records;
static size_t n_records;

void err_set_command(const char *command)
{
	command_name = command;
}

void err_set_silent(bool silent)
{
	be_silent = silent;
}

static void say_prefix(struct out *o)
{
	out_str(o, "iommuctl");
	if (command_name)
		out_printf(o, " %s", command_name);
	out_str(o, ": ");
}

/* A message is one line: what came from outside may not forge a second one. */
static void say_line(struct out *o, const char *s)
{
	for (;;) {
		size_t n = strcspn(s, "\n");

		out_bytes(o, s, n);
		if (!s[n])
			break;
		out_str(o, "\\n");
		s += n + 1;
	}
	out_raw(o, "\n", 1);
}

static void say(const struct err_record *r, bool one_line)
{
	struct out o = { 0 };
	char *what;

	if (be_silent)
		return;
	say_prefix(&o);
	what = r->errnum  ? mem_printf("%s: %s", r->what, strerror(r->errnum))
	       : one_line ? mem_printf("%s (see: %s)", r->what, r->next)
			  : mem_strdup(r->what);
	say_line(&o, what);
	free(what);
	if (r->cause) {
		out_str(&o, "  cause: ");
		say_line(&o, r->cause);
	}
	if (r->next && !one_line) {
		out_str(&o, "  try:   ");
		say_line(&o, r->next);
	}
	/* Nobody is left to be told when stderr cannot be written. */
	(void)out_flush(&o, STDERR_FILENO);
	out_free(&o);
}

static char *dup_or_null(const char *s)
{
	return s ? mem_strdup(s) : NULL;
}

static struct err_record *record(int errnum, const char *subject, const char *cause,
				 const char *next, char *what)
{
	struct err_record *r;

	records = mem_grow(records, n_records, sizeof(*records));
	r = &records[n_records++];
	r->what = what;
	r->errnum = errnum;
	r->cause = dup_or_null(cause);
	r->next = dup_or_null(next);
	r->subject = dup_or_null(subject);
	return r;
}

void err_report(int errnum, const char *subject, const char *cause, const char *next,
		const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(record(errnum, subject, cause, next, mem_vprintf(fmt, ap)), false);
	va_end(ap);
}

void err_plain(int errnum, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(record(errnum, NULL, NULL, NULL, mem_vprintf(fmt, ap)), false);
	va_end(ap);
}

int err_usage(const char *fmt, ...)
{
	char *help = command_name ? mem_printf("iommuctl %s --help", command_name)
				  : mem_strdup("iommuctl --help");
	va_list ap;

	va_start(ap, fmt);
	say(record(0, NULL, NULL, help, mem_vprintf(fmt, ap)), true);
	va_end(ap);
	free(help);
	return STATUS_TROUBLE;
}

int err_input(const char *subject, const char *next, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(record(0, subject, NULL, next, mem_vprintf(fmt, ap)), next != NULL);
	va_end(ap);
	return STATUS_TROUBLE;
}

void err_note(const char *fmt, ...)
{
	struct out o = { 0 };
	va_list ap;
	char *s;

	if (be_silent)
		return;
	va_start(ap, fmt);
	s = mem_vprintf(fmt, ap);
	va_end(ap);
	say_prefix(&o);
	out_str(&o, "note: ");
	say_line(&o, s);
	(void)out_flush(&o, STDERR_FILENO);
	out_free(&o);
	free(s);
}

size_t err_count(void)
{
	return n_records;
}

const struct err_record *err_get(size_t i)
{
	return &records[i];
}

void err_reset(void)
{
	for (size_t i = 0; i < n_records; i++) {
		free(records[i].what);
		free(records[i].cause);
		free(records[i].next);
		free(records[i].subject);
	}
	free(records);
	records = NULL;
	n_records = 0;
}

/* The errnos that the calls of this program can answer; musl has no strerrorname_np(). */
#define E(name)             \
	{                   \
#name, name \
	}
static const struct {
	const char *name;
	int number;
} errnos[] = {
	E(EPERM),        E(ENOENT),    E(ESRCH),    E(EINTR),      E(EIO),        E(ENXIO),
	E(E2BIG),        E(EBADF),     E(ECHILD),   E(EAGAIN),     E(ENOMEM),     E(EACCES),
	E(EFAULT),       E(EBUSY),     E(EEXIST),   E(EXDEV),      E(ENODEV),     E(ENOTDIR),
	E(EISDIR),       E(EINVAL),    E(ENFILE),   E(EMFILE),     E(ENOTTY),     E(EFBIG),
	E(ENOSPC),       E(ESPIPE),    E(EROFS),    E(EPIPE),      E(ERANGE),     E(EDEADLK),
	E(ENAMETOOLONG), E(ENOSYS),    E(ELOOP),    E(EPROTO),     E(EBADMSG),    E(EOVERFLOW),
	E(EBADFD),       E(EILSEQ),    E(EMSGSIZE), E(EOPNOTSUPP), E(EADDRINUSE), E(ECONNREFUSED),
	E(ECONNRESET),   E(ETIMEDOUT), E(ESTALE),   E(ECANCELED),
};
#undef E

const char *err_name(int errnum)
{
	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++)
		if (errnos[i].number == errnum)
			return errnos[i].name;
	return NULL;
}

int err_number(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++)
		if (!strcasecmp(errnos[i].name, name))
			return errnos[i].number;
	return 0;
}
