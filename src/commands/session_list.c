/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session list: the sessions of this user, and sockets that killed keepers left behind. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "commands/session.h"
#include "commands/table.h"
#include "render/table.h"
#include "session/place.h"
#include "session/show.h"

static const char *const states[] = {
	[SESSION_ALIVE] = "alive",     [SESSION_MISSING] = "missing", [SESSION_STALE] = "stale",
	[SESSION_FOREIGN] = "foreign", [SESSION_BROKEN] = "broken",
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_socket_name(const char *name)
{
	size_t len = strlen(name), suffix = strlen(SESSION_SUFFIX);

	return len > suffix && !strcmp(name + len - suffix, SESSION_SUFFIX);
}

static void say_unreadable(const char *folder)
{
	err_report(errno, folder, NULL, NULL, "cannot read the folder of sessions '%s'", folder);
}

/* Names of the sockets in the folder, sorted. */
static size_t read_folder(int dir, const char *folder, char ***names)
{
	DIR *d = fdopendir(dir);
	struct dirent *entry;
	size_t n = 0;

	*names = NULL;
	if (!d) {
		say_unreadable(folder);
		close(dir);
		return 0;
	}
	for (errno = 0; (entry = readdir(d)); errno = 0) {
		if (!is_socket_name(entry->d_name))
			continue;
		*names = mem_grow(*names, n, sizeof(**names));
		(*names)[n++] = mem_strdup(entry->d_name);
	}
	if (errno)
		say_unreadable(folder);
	closedir(d);
	if (n)
		qsort(*names, n, sizeof(**names), compare_names);
	return n;
}

static json_object *session_doc(const char *path, const char *current)
{
	struct session s;
	enum session_state state = session_try(path, &s);
	json_object *o;

	if (state == SESSION_MISSING)
		return NULL;
	if (state == SESSION_ALIVE) {
		o = show_session(&s);
		session_close(&s);
	} else {
		int err = errno;
		const char *reason = session_reason(state, err);
		char *name = place_name(path);

		o = doc_object();
		doc_add(o, "name", doc_str(name));
		doc_add(o, "path", doc_str(path));
		doc_add(o, "reason", doc_str(reason ? reason : strerror(err)));
		free(name);
	}
	doc_add(o, "state", doc_str(states[state]));
	doc_add(o, "current", doc_bool(current && !strcmp(current, path)));
	return o;
}

json_object *session_list_doc(const char *current)
{
	json_object *list = doc_list();
	char *folder, **names;
	int dir = place_folder(false, &folder);
	size_t n;

	if (dir < 0)
		return list;
	n = read_folder(dir, folder, &names);
	for (size_t i = 0; i < n; i++) {
		char *path = mem_printf("%s/%s", folder, names[i]);
		json_object *o = session_doc(path, current);

		if (o)
			doc_push(list, o);
		free(path);
		free(names[i]);
	}
	free(names);
	free(folder);
	return list;
}

void session_complete(const char *command, struct out *o)
{
	json_object *list = session_list_doc(NULL);

	(void)command;
	for (size_t i = 0; i < doc_len(list); i++)
		out_printf(o, "%s\t%s\n", doc_get_str(doc_at(list, i), "name", ""),
			   doc_get_str(doc_at(list, i), "state", ""));
	json_object_put(list);
}

static void cell_int(struct table *t, json_object *o, const char *key)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "%" PRId64, doc_get_int(o, key, 0));
	table_cell(t, doc_get(o, key) ? buf : NULL);
}

static void view(struct out *o, json_object *doc)
{
	static const struct table_column columns[] = {
		{ "NAME", TABLE_LEFT },         { "STATE", TABLE_LEFT },
		{ "KEEPER", TABLE_RIGHT },      { "STARTED", TABLE_LEFT },
		{ "DESCRIPTORS", TABLE_RIGHT }, { "SOCKET", TABLE_LEFT },
	};
	json_object *list = doc_get(doc, "sessions");
	struct table t;

	table_init(&t, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *s = doc_at(list, i);
		bool alive = !strcmp(doc_get_str(s, "state", ""), "alive");

		table_cell_styled(&t, doc_get_bool(s, "current", false) ? OUT_BOLD : OUT_PLAIN,
				  doc_get_str(s, "name", ""));
		table_cell_styled(&t, alive ? OUT_GOOD : OUT_BAD, doc_get_str(s, "state", ""));
		cell_int(&t, s, "keeper");
		table_cell(&t, doc_get_str(s, "started", NULL));
		cell_int(&t, s, "descriptors");
		table_cell(&t, doc_get_str(s, "path", ""));
	}
	table_render(&t, o);
	table_free(&t);
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *s = doc_at(list, i);

		if (doc_get(s, "reason"))
			out_printf(o, "%s: %s\n", doc_get_str(s, "name", ""),
				   doc_get_str(s, "reason", ""));
	}
	if (!doc_len(list))
		out_str(o, "no sessions\n");
}

/* For scripts. */
static void names_view(struct out *o, json_object *doc)
{
	json_object *list = doc_get(doc, "sessions");

	for (size_t i = 0; i < doc_len(list); i++)
		out_printf(o, "%s\n", doc_get_str(doc_at(list, i), "name", ""));
}

static int run(struct cli *cli, void *opts)
{
	json_object *doc = doc_new("session list"), *list;
	size_t before = err_count();

	(void)opts;
	list = session_list_doc(cli->session);
	doc_add(doc, "sessions", list);
	if (err_count() > before) {
		json_object_put(doc);
		return STATUS_TROUBLE;
	}
	return cli_emit(cli, doc, cli->quiet ? names_view : view, STATUS_OK);
}

const struct command command_session_list = {
	.name = "session list",
	.section = "Sessions",
	.summary = "list the sessions of this user",
	.args = "",
	.doc = "Lists this user's sessions with their keeper and how many descriptors it holds. A "
	       "session whose keeper was killed is shown as stale; 'session start' with its name "
	       "takes the place over.",
	.examples = { "iommuctl session list", "iommuctl session list --json  # for a script" },
	.run = run,
};
