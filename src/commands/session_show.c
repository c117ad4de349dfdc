/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session show: the object graph of a session, from its ledger. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "commands/session.h"
#include "commands/table.h"
#include "session/show.h"

const char *session_wanted(const struct cli *cli)
{
	const char *where = cli->n_args ? cli->args[0] : cli->session;

	if (!where || !*where) {
		err_usage("which session? Name it, or set IOMMUCTL_SESSION");
		return NULL;
	}
	return where;
}

static void view(struct out *o, json_object *doc)
{
	json_object *s = doc_get(doc, "session");
	int64_t descriptors = doc_get_int(s, "descriptors", 0);

	out_styled(o, OUT_TITLE, "session ");
	out_styled(o, OUT_TITLE, doc_get_str(s, "name", ""));
	out_printf(o, "  keeper %" PRId64 ", since %s, %" PRId64 " descriptor%s%s\n",
		   doc_get_int(s, "keeper", 0), doc_get_str(s, "started", "?"), descriptors,
		   descriptors == 1 ? "" : "s",
		   doc_get_bool(s, "adopted", false)
			   ? ", iommufd passed down: objects of others are not listed"
			   : "");
	if (doc_get(s, "in_use_by_process"))
		out_printf(o, "in use by process %" PRId64 "\n",
			   doc_get_int(s, "in_use_by_process", 0));
	show_ledger_view(o, doc);
}

static json_object *document(const struct session *s, const struct ledger *l)
{
	const struct ledger_entry *context = ledger_find(l, LEDGER_CONTEXT, 0, 0);
	json_object *doc = doc_new("session show"), *o = show_session(s);

	doc_add(o, "adopted", doc_bool(context && (context->flags & LEDGER_ADOPTED)));
	doc_add(doc, "session", o);
	show_ledger(l, doc);
	return doc;
}

static int run(struct cli *cli, void *opts)
{
	const char *where = session_wanted(cli);
	struct ledger ledger = { 0 };
	int status = STATUS_TROUBLE;
	struct session s;

	(void)opts;
	if (!where || session_connect(where, &s) != STATUS_OK)
		return STATUS_TROUBLE;
	if (session_read(&s, &ledger))
		status = cli_emit(cli, document(&s, &ledger), view, STATUS_OK);
	ledger_clear(&ledger);
	session_close(&s);
	return status;
}

const struct command command_session_show = {
	.name = "session show",
	.section = "Sessions",
	.summary = "show the objects of a session and how they hang together",
	.args = "[NAME]",
	.doc = "Shows the devices, IO address spaces with their mappings, page tables, virtual "
	       "IOMMUs, queues and attachments of a session. The kernel has no list of objects: "
	       "this is what the session's commands have written down.",
	.examples = { "iommuctl session show  # of the current session",
		      "iommuctl session show lab --json  # the graph as JSON" },
	.min_args = 0,
	.max_args = 1,
	.uses = USES_SESSION,
	.run = run,
};
