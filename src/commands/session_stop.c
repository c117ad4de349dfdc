/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session stop: end a session and wait until everything is released. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "commands/session.h"
#include "commands/table.h"
#include "session/launch.h"
#include "session/place.h"
#include "session/show.h"

static void view(struct out *o, json_object *doc)
{
	json_object *s = doc_get(doc, "session");

	int64_t objects = doc_get_int(doc, "objects_released", 0);
	int64_t descriptors = doc_get_int(s, "descriptors", 0);

	out_printf(o,
		   "session %s has ended: %" PRId64 " object%s and %" PRId64
		   " descriptor%s released\n",
		   doc_get_str(s, "name", ""), objects, objects == 1 ? "" : "s", descriptors,
		   descriptors == 1 ? "" : "s");
}

static void view_stale(struct out *o, json_object *doc)
{
	out_printf(o, "session %s had ended: its keeper was killed; the socket is removed\n",
		   doc_get_str(doc_get(doc, "session"), "name", ""));
}

static int64_t count_objects(const struct ledger *l)
{
	int64_t n = 0;

	for (size_t i = 0; i < l->count; i++)
		n += l->entries[i].type > LEDGER_CONTEXT && l->entries[i].type < LEDGER_MAPPING;
	return n;
}

static int stop(struct cli *cli, struct session *s)
{
	json_object *doc = doc_new("session stop"), *described = show_session(s);
	struct ledger ledger = { 0 };
	int status = STATUS_TROUBLE;

	doc_add(doc, "session", described);
	if (session_turn(s, &ledger)) {
		doc_add(doc, "objects_released", doc_int(count_objects(&ledger)));
		status = session_stop(s) ? STATUS_OK : STATUS_FAILED;
	}
	ledger_clear(&ledger);
	if (status == STATUS_OK)
		return cli_emit(cli, doc, cli->quiet ? cli_view_nothing : view, STATUS_OK);
	json_object_put(doc);
	return status;
}

/* The objects went with the keeper: what is left is the socket, and that is gone now. */
static int stopped_before(struct cli *cli, const char *path)
{
	json_object *doc = doc_new("session stop"), *described = doc_object();
	char *name = place_name(path);

	doc_add(described, "name", doc_str(name));
	doc_add(described, "path", doc_str(path));
	doc_add(described, "state", doc_str("stale"));
	doc_add(doc, "session", described);
	doc_add(doc, "objects_released", doc_int(0));
	free(name);
	return cli_emit(cli, doc, cli->quiet ? cli_view_nothing : view_stale, STATUS_OK);
}

/* One that runs is asked once: only what cannot be reached can be stale. */
static int stop_at(struct cli *cli, const char *where, const char *path)
{
	struct session s;
	int status;

	if (session_try(path, &s) != SESSION_ALIVE) {
		if (launch_remove_stale(path))
			return stopped_before(cli, path);
		if (session_connect(where, &s) != STATUS_OK)
			return STATUS_TROUBLE;
	}
	status = stop(cli, &s);
	session_close(&s);
	return status;
}

static int run(struct cli *cli, void *opts)
{
	const char *where = session_wanted(cli);
	char *path = where ? place_socket(where) : NULL;
	int status = path ? stop_at(cli, where, path) : STATUS_TROUBLE;

	(void)opts;
	free(path);
	return status;
}

const struct command command_session_stop = {
	.name = "session stop",
	.section = "Sessions",
	.summary = "end a session and release everything in it",
	.args = "[NAME]",
	.doc = "Ends a session: waits for the command that uses it, closes its descriptors, which "
	       "detaches its devices and destroys its objects, and returns when that is done. Of a "
	       "session whose keeper was killed it removes the socket.",
	.examples = { "iommuctl session stop  # the current session", "iommuctl session stop lab" },
	.min_args = 0,
	.max_args = 1,
	.uses = USES_SESSION,
	.run = run,
};
