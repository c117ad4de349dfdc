/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session start: a context that outlives a command, and what the shell must know of it. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/shell.h"
#include "base/timeunit.h"
#include "commands/session.h"
#include "commands/table.h"
#include "session/launch.h"

enum { KEY_IDLE = 1, KEY_CSH = 'c' };

struct opts {
	unsigned int idle;
	bool csh;
};

/* Seconds of "90", "90s", "15m", "2h". False when it is no such time. */
static bool parse_time(const char *word, unsigned int *seconds)
{
	unsigned long long n;
	unsigned int unit;
	char *end;

	errno = 0;
	n = strtoull(word, &end, 10);
	unit = timeunit_seconds(end);
	if (end == word || *word == '-' || errno || n > 1000000000 || !unit ||
	    n * unit > UINT32_MAX)
		return false;
	*seconds = (unsigned int)n * unit;
	return true;
}

error_t session_option_idle(const char *word, unsigned int *seconds)
{
	if (parse_time(word, seconds))
		return 0;
	err_usage("'%s' is not a time for --idle: seconds, or 90s, 15m, 2h, 1d", word);
	return EINVAL;
}

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	if (key == KEY_CSH) {
		o->csh = true;
		return 0;
	}
	return key == KEY_IDLE ? session_option_idle(arg, &o->idle) : ARGP_ERR_UNKNOWN;
}

static void put_path(struct out *o, json_object *doc)
{
	char *word = shell_quoted(doc_get_str(doc_get(doc, "session"), "path", ""));

	out_str(o, word);
	free(word);
}

static void view_sh(struct out *o, json_object *doc)
{
	out_str(o, "IOMMUCTL_SESSION=");
	put_path(o, doc);
	out_str(o, "; export IOMMUCTL_SESSION;\n");
}

static void view_csh(struct out *o, json_object *doc)
{
	out_str(o, "setenv IOMMUCTL_SESSION ");
	put_path(o, doc);
	out_str(o, ";\n");
}

static void view_quiet(struct out *o, json_object *doc)
{
	out_printf(o, "%s\n", doc_get_str(doc_get(doc, "session"), "path", ""));
}

static json_object *document(const struct launched *l, const struct opts *o)
{
	json_object *doc = doc_new("session start"), *s = doc_object();

	doc_add(s, "name", doc_str(l->name));
	doc_add(s, "path", doc_str(l->path));
	doc_add(s, "keeper", doc_int(l->keeper));
	doc_add(s, "adopted", doc_bool(l->adopted));
	if (o->idle)
		doc_add(s, "ends_when_idle_for", doc_uint(o->idle));
	doc_add(doc, "session", s);
	return doc;
}

static int run(struct cli *cli, void *opts)
{
	const struct opts *o = opts;
	const struct launch plan = {
		.name = cli->n_args ? cli->args[0] : NULL,
		.iommufd = cli->iommufd,
		.idle = o->idle,
	};
	struct launched l;
	int status = launch_session(&plan, &l);

	if (status != STATUS_OK)
		return status;
	if (!cli->json && !cli->quiet && isatty(STDOUT_FILENO))
		err_note("the shell has to read this: eval \"$(iommuctl session start)\"");
	status = cli_emit(cli, document(&l, o),
			  cli->quiet ? view_quiet
			  : o->csh   ? view_csh
				     : view_sh,
			  STATUS_OK);
	launched_free(&l);
	return status;
}

static const struct argp_option options[] = {
	{ "idle", KEY_IDLE, "TIME", 0, "end when no command has used it for TIME (90s, 15m, 2h)",
	  0 },
	{ "csh", KEY_CSH, NULL, 0, "print commands for csh and fish", 0 },
	{ 0 }
};

const struct command command_session_start = {
	.name = "session start",
	.section = "Sessions",
	.summary = "start a session: objects that outlive a command",
	.args = "[NAME]",
	.doc = "Starts a keeper, a small process that holds an iommufd and what commands make in "
	       "it, and prints the shell command that makes the session the current one. With "
	       "--iommufd=FD (or systemd:NAME) the session takes over an iommufd that the caller "
	       "has open. The session ends with 'session stop'.",
	.examples = { "eval \"$(iommuctl session start)\"  # a session for this shell",
		      "iommuctl session start lab --idle=1h  # then: iommuctl -S lab ..." },
	.min_args = 0,
	.max_args = 1,
	.uses = USES_IOMMUFD,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run,
};
