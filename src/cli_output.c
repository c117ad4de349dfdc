/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output: the one place that prints a document, as JSON or text, through a pager or not. */
#include "config.h"
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "render/pager.h"

static bool want_color(const struct cli *cli)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	if (cli->color != COLOR_AUTO)
		return cli->color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") && !(no && *no);
}

void cli_out_init(const struct cli *cli, struct out *o)
{
	struct winsize ws = { 0 };

	memset(o, 0, sizeof(*o));
	o->color = want_color(cli);
	o->verbose = cli->verbose;
	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws))
		o->width = ws.ws_col;
}

void cli_view_nothing(struct out *o, json_object *doc)
{
	(void)o;
	(void)doc;
}

void cli_say_waiting(const struct cli *cli, const char *what)
{
	if (!cli->json && !cli->json_lines && !cli->quiet && isatty(STDOUT_FILENO))
		err_note("waiting for %s; Ctrl-C ends it", what);
}

/* The exit status when standard output was written, or (@failed) was not. */
static int written(int failed, int status)
{
	if (!failed)
		return status;
	/* A reader that has seen enough is not worth a word. */
	if (errno != EPIPE)
		err_plain(errno, "cannot write to standard output");
	return STATUS_FAILED;
}

void cli_confine(struct cli *cli, unsigned int flags)
{
	if (!cli->json && !cli->json_lines && !cli->no_pager)
		pager_prepare();
	sandbox_plan(flags | (cli->verbose ? SANDBOX_SAY : 0));
}

int cli_out_done(struct cli *cli, struct out *o, int status)
{
	bool json = cli->json || cli->json_lines;

	if (!json && !cli->no_pager && pager_wanted(o->data, o->len) &&
	    !pager_show(o->data, o->len))
		o->len = 0;
	status = written(out_flush(o, STDOUT_FILENO), status);
	out_free(o);
	return status;
}

int cli_emit(struct cli *cli, json_object *doc, doc_view *view, int status)
{
	struct out o;

	cli->emitted = true;
	if (cli->json || cli->json_lines) {
		doc_add(doc, "errors", doc_errors());
		status = written(doc_write_json(doc, STDOUT_FILENO, cli->json_lines), status);
	} else {
		cli_out_init(cli, &o);
		view(&o, doc);
		status = cli_out_done(cli, &o, status);
	}
	json_object_put(doc);
	return status;
}

int cli_emit_line(struct cli *cli, json_object *doc)
{
	struct out o;

	cli_out_init(cli, &o);
	cli->emitted = true;
	doc_render_json(&o, doc, true);
	json_object_put(doc);
	return cli_out_done(cli, &o, STATUS_OK) == STATUS_OK ? 0 : -1;
}
