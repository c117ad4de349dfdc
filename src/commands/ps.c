/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ps: which processes hold iommufd and VFIO devices.
 *
 * The kernel has no list of this; it is read from /proc, as far as the user
 * may look, and what could not be seen is counted.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands/session.h"
#include "commands/table.h"
#include "host/collect.h"
#include "host/resolve.h"
#include "render/table.h"
#include "session/client.h"
#include "session/show.h"
#include "uapi/holders.h"

/* --- which files are wanted ------------------------------------------------------------------ */

struct wanted {
	struct snapshot *snap;
	struct resolved *devices; /* NULL: everything */
	size_t n;
};

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* A group's file, too, keeps its devices from others. */
static bool holds_device(const struct holder *h, const struct host_device *dev)
{
	if (h->kind == HOLDER_GROUP)
		return dev->group >= 0 && h->group == dev->group;
	return same(h->device, dev->name) || same(h->cdev, dev->cdev);
}

static bool process_wanted(const struct wanted *w, const struct holders *h, size_t first,
			   size_t end)
{
	if (!w->devices)
		return true;
	for (size_t i = first; i < end; i++)
		for (size_t d = 0; d < w->n; d++)
			if (holds_device(&h->list[i], w->devices[d].device))
				return true;
	return false;
}

/* --- the document ----------------------------------------------------------------------------- */

static json_object *file_doc(const struct holder *h)
{
	json_object *obj = doc_object();

	doc_add(obj, "fd", doc_int(h->fd));
	doc_add(obj, "kind", doc_str(holder_kind_name(h->kind)));
	doc_add(obj, "device", doc_str(h->device));
	doc_add(obj, "cdev", doc_str(h->cdev));
	doc_add(obj, "group", h->group >= 0 ? doc_int(h->group) : NULL);
	return obj;
}

/* The ledger of a session into the document of the process that keeps it. False when it cannot be
 * asked. */
static bool add_session(json_object *obj, json_object *session)
{
	json_object *about = doc_object();
	struct ledger l = { 0 };
	struct session s;
	bool read = false;

	doc_add(about, "name", doc_str(doc_get_str(session, "name", "")));
	doc_add(about, "path", doc_str(doc_get_str(session, "path", "")));
	if (session_try(doc_get_str(session, "path", ""), &s) == SESSION_ALIVE) {
		read = session_read(&s, &l);
		if (read)
			show_ledger(&l, about);
		session_close(&s);
	}
	ledger_clear(&l);
	doc_add(obj, "session", about);
	return read;
}

/* Whether a session of the list is as clear as it gets: there, or left by a keeper that is not. */
static bool is_clear(json_object *session)
{
	const char *state = doc_get_str(session, "state", "");

	return !strcmp(state, "alive") || !strcmp(state, "stale");
}

static void join_sessions(json_object *processes)
{
	json_object *sessions;
	size_t before;
	bool all = true;

	/* That there is no folder of sessions, or one that cannot be used, is no failure of ps. */
	before = err_count();
	err_set_silent(true);
	sessions = session_list_doc(NULL);
	for (size_t s = 0; s < doc_len(sessions); s++)
		all &= is_clear(doc_at(sessions, s));
	for (size_t i = 0; i < doc_len(processes); i++)
		for (size_t s = 0; s < doc_len(sessions); s++)
			if (doc_get_int(doc_at(sessions, s), "keeper", -1) ==
			    doc_get_int(doc_at(processes, i), "pid", 0))
				all &= add_session(doc_at(processes, i), doc_at(sessions, s));
	json_object_put(sessions);
	err_set_silent(false);
	if (!all || err_count() > before)
		err_note("what is in sessions is not known of all: iommuctl session list says why");
}

static json_object *process_doc(const struct holder *list, size_t n)
{
	json_object *obj = doc_object(), *files = doc_list(), *devices = doc_list();
	int64_t iommufds = 0;

	for (size_t i = 0; i < n; i++) {
		iommufds += list[i].kind == HOLDER_IOMMUFD;
		doc_push(files, file_doc(&list[i]));
		if (list[i].device && !doc_has_str(devices, list[i].device))
			doc_push(devices, doc_str(list[i].device));
	}
	doc_add(obj, "pid", doc_int(list->pid));
	doc_add(obj, "uid", doc_uint(list->uid));
	doc_add(obj, "command", doc_str(list->command));
	doc_add(obj, "iommufds", doc_int(iommufds));
	doc_add(obj, "devices", devices);
	doc_add(obj, "files", files);
	return obj;
}

static json_object *build(const struct wanted *w, const struct holders *h)
{
	json_object *doc = doc_new("ps"), *processes = doc_list();
	size_t end;

	for (size_t i = 0; i < h->n; i = end) {
		for (end = i; end < h->n && h->list[end].pid == h->list[i].pid; end++)
			;
		if (process_wanted(w, h, i, end))
			doc_push(processes, process_doc(&h->list[i], end - i));
	}
	join_sessions(processes);
	doc_add(doc, "processes", processes);
	doc_add(doc, "unseen", doc_uint(h->unseen));
	return doc;
}

/* --- text ------------------------------------------------------------------------------------- */

enum { OBJECTS_SHOWN = 16 };

/* What is held, in a few words: devices by name, groups and the rest by kind. */
static char *held_text(json_object *files)
{
	char *text = NULL;

	for (size_t i = 0; i < doc_len(files); i++) {
		json_object *file = doc_at(files, i), *group = doc_get(file, "group");
		const char *device = doc_get_str(file, "device", NULL);
		const char *cdev = doc_get_str(file, "cdev", NULL);
		const char *kind = doc_get_str(file, "kind", "");
		char *one;

		if (!strcmp(kind, "iommufd"))
			continue;
		if (device && cdev)
			one = mem_printf("%s (%s)", device, cdev);
		else if (group)
			one = mem_printf("group %s", json_object_get_string(group));
		else
			one = mem_strdup(device ? device : cdev ? cdev : kind);
		text = mem_join(text, ", ", one);
	}
	return text;
}

/* "session lab: device 1, IOAS 2" */
static char *session_text(json_object *session)
{
	json_object *objects = doc_get(session, "objects");
	char *list = NULL, *text;

	for (size_t i = 0; i < doc_len(objects) && i < OBJECTS_SHOWN; i++) {
		json_object *obj = doc_at(objects, i);
		char *one = mem_printf("%s %s", show_title(doc_get_str(obj, "type", "")),
				       json_object_get_string(doc_get(obj, "id")));

		list = mem_join(list, ", ", one);
	}
	if (doc_len(objects) > OBJECTS_SHOWN)
		list = mem_append(list, ", ", "...");
	text = mem_printf("session %s: %s", doc_get_str(session, "name", ""),
			  list ? list : "nothing made yet");
	free(list);
	return text;
}

static char *process_text(json_object *process)
{
	json_object *session = doc_get(process, "session");
	char *held = held_text(doc_get(process, "files"));

	return session ? mem_join(held, ", ", session_text(session)) : held;
}

static void number_cell(struct table *t, json_object *obj, const char *key)
{
	table_cell(t, json_object_get_string(doc_get(obj, key)));
}

static void summary_view(struct out *o, json_object *processes)
{
	static const struct table_column columns[] = {
		{ "PID", TABLE_RIGHT },      { "UID", TABLE_RIGHT },  { "COMMAND", TABLE_LEFT },
		{ "IOMMUFDS", TABLE_RIGHT }, { "HOLDS", TABLE_LEFT },
	};
	struct table t;

	table_init(&t, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < doc_len(processes); i++) {
		json_object *p = doc_at(processes, i);
		char *held = process_text(p);

		number_cell(&t, p, "pid");
		number_cell(&t, p, "uid");
		table_cell(&t, doc_get_str(p, "command", ""));
		number_cell(&t, p, "iommufds");
		table_cell(&t, held);
		free(held);
	}
	table_render(&t, o);
	table_free(&t);
}

static void files_view(struct out *o, json_object *processes)
{
	static const struct table_column columns[] = {
		{ "PID", TABLE_RIGHT },   { "COMMAND", TABLE_LEFT }, { "FD", TABLE_RIGHT },
		{ "KIND", TABLE_LEFT },   { "GROUP", TABLE_RIGHT },  { "CDEV", TABLE_LEFT },
		{ "DEVICE", TABLE_LEFT },
	};
	struct table t;

	table_init(&t, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < doc_len(processes); i++) {
		json_object *p = doc_at(processes, i), *files = doc_get(p, "files");

		for (size_t f = 0; f < doc_len(files); f++) {
			json_object *file = doc_at(files, f), *group = doc_get(file, "group");

			number_cell(&t, p, "pid");
			table_cell(&t, doc_get_str(p, "command", ""));
			number_cell(&t, file, "fd");
			table_cell(&t, doc_get_str(file, "kind", ""));
			table_cell(&t, group ? json_object_get_string(group) : NULL);
			table_cell(&t, doc_get_str(file, "cdev", NULL));
			table_cell(&t, doc_get_str(file, "device", NULL));
		}
	}
	table_render(&t, o);
	table_free(&t);
}

static void view(struct out *o, json_object *doc)
{
	json_object *processes = doc_get(doc, "processes");
	int64_t unseen = doc_get_int(doc, "unseen", 0);

	if (!doc_len(processes))
		out_str(o, unseen ? "no process that can be looked into holds any of it\n"
				  : "no process holds any of it\n");
	else if (o->verbose)
		files_view(o, processes);
	else
		summary_view(o, processes);
}

/* For other programs: whom to ask, or to kill. */
static void pids_view(struct out *o, json_object *doc)
{
	json_object *processes = doc_get(doc, "processes");

	for (size_t i = 0; i < doc_len(processes); i++)
		out_printf(o, "%" PRId64 "\n", doc_get_int(doc_at(processes, i), "pid", 0));
}

/* --- the command ------------------------------------------------------------------------------ */

/* Returns the exit status: without a list of processes there is no answer. */
static int say_unseen(const struct cli *cli, const struct holders *h)
{
	if (h->unseen && !cli->quiet)
		err_note("%zu process%s could not be looked into; root sees those of all users",
			 h->unseen, h->unseen == 1 ? "" : "es");
	if (!h->errnum)
		return STATUS_OK;
	err_report(h->errnum, "/proc", NULL, "mount -t proc proc /proc, and run it again",
		   "cannot list all processes");
	return STATUS_FAILED;
}

static int show(struct cli *cli, const struct wanted *w)
{
	struct holders h;
	json_object *doc;
	int status;

	holders_collect(&h);
	status = say_unseen(cli, &h);
	doc = build(w, &h);
	holders_free(&h);
	return cli_emit(cli, doc, cli->quiet ? pids_view : view, status);
}

static int run(struct cli *cli, void *data)
{
	struct wanted w = { 0 };
	int status = STATUS_OK;

	(void)data;
	if (cli->n_args)
		status = snapshot_open(cli, 0, &w.snap);
	if (!status && cli->n_args)
		status = resolve_words(w.snap, cli->args, (size_t)cli->n_args, RESOLVE_DEVICE,
				       &w.devices, &w.n);
	if (!status)
		status = show(cli, &w);
	free(w.devices);
	snapshot_free(w.snap);
	return status;
}

const struct command command_ps = {
	.name = "ps",
	.section = "Look",
	.summary = "list processes that hold iommufd and VFIO devices",
	.args = "[DEVICE]...",
	.doc = "Lists processes that have /dev/iommu, VFIO devices or VFIO groups open, with the "
	       "devices; or those that keep a DEVICE, or its group, from others. Of the user's "
	       "own sessions the objects in them are shown too. Only root sees the processes of "
	       "all users. With -q the process ids only.",
	.examples = { "iommuctl ps  # everybody who holds iommufd or VFIO files",
		      "iommuctl ps 0000:3b:00.0  # who has this device",
		      "iommuctl ps -q 0000:3b:00.0  # for scripts" },
	.max_args = -1,
	.run = run,
};
