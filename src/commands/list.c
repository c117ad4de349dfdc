/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list: IOMMUs, groups and devices, and how they belong together.
 *
 * Needs no privilege and wakes nothing: everything comes from directories and
 * small attributes of sysfs.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "cli.h"
#include "commands/list_columns.h"
#include "commands/list_dot.h"
#include "commands/list_tree.h"
#include "commands/table.h"
#include "host/collect.h"
#include "host/filter.h"
#include "host/names.h"
#include "host/snapshot_doc.h"

enum {
	KEY_COLUMNS = 'o',
	KEY_NO_HEADINGS = 'n',
	KEY_IOMMUS = 0x100,
	KEY_GROUPS,
	KEY_TREE,
	KEY_TABLE,
	KEY_DOT,
	KEY_LIST_COLUMNS,
	KEY_DRIVER,
	KEY_GROUP,
	KEY_IOMMU,
	KEY_CLASS,
	KEY_USABLE,
	KEY_GROUP_OF,
};

enum { MAX_FILTERS = 256 };

struct list_opts {
	int view_key; /* KEY_IOMMUS, KEY_GROUPS, KEY_TREE, KEY_TABLE, KEY_DOT or 0 */
	char *columns;
	bool no_headings, list_columns, usable;
	/* Filters in the order of the command line. */
	struct {
		enum filter_kind kind;
		char *words;
	} filters[MAX_FILTERS];
	size_t n_filters;
};

/* Everything that a run works with. */
struct list {
	struct cli *cli;
	const struct list_opts *opts;
	enum list_view view;
	bool tree;
	struct snapshot *snap;
	struct filter filter;
	struct list_choice choice;
	struct snapshot_selection select;
	bool *devices, *groups, *iommus; /* what @select points to */
};

static const struct argp_option options[] = {
	{ "iommus", KEY_IOMMUS, NULL, 0, "one row per IOMMU", 0 },
	{ "groups", KEY_GROUPS, NULL, 0, "one row per IOMMU group", 0 },
	{ "tree", KEY_TREE, NULL, 0,
	  "devices below their groups below their IOMMUs: what a terminal shows unasked", 0 },
	{ "table", KEY_TABLE, NULL, 0, "one row per device: what a pipe or file gets unasked", 0 },
	{ "dot", KEY_DOT, NULL, 0, "the topology as a graph for Graphviz", 0 },
	{ "columns", KEY_COLUMNS, "COL,...", 0, "show these columns, 'all' of them", 0 },
	{ "no-headings", KEY_NO_HEADINGS, NULL, 0, "leave out the titles of the columns", 0 },
	{ "list-columns", KEY_LIST_COLUMNS, NULL, 0, "say which columns there are", 0 },
	{ "driver", KEY_DRIVER, "DRIVER", 0, "only devices of a driver, or 'none'", 0 },
	{ "group", KEY_GROUP, "GROUP", 0, "only devices of a group, or 'none'", 0 },
	{ "iommu", KEY_IOMMU, "IOMMU", 0, "only devices behind an IOMMU, or 'none'", 0 },
	{ "class", KEY_CLASS, "CLASS", 0, "only devices of a class: net, nvme, 0x0300, ...", 0 },
	{ "usable", KEY_USABLE, NULL, 0, "only devices that VFIO can hand out as they are", 0 },
	{ "group-of", KEY_GROUP_OF, "DEVICE", 0, "only the devices in the group of DEVICE", 0 },
	{ 0 }
};

/* --- the command line ------------------------------------------------------------------------ */

static error_t add_filter(struct list_opts *o, enum filter_kind kind, char *words)
{
	if (o->n_filters >= MAX_FILTERS) {
		err_usage("more than %d filters; put values into one, separated by commas",
			  MAX_FILTERS);
		return EINVAL;
	}
	o->filters[o->n_filters].kind = kind;
	o->filters[o->n_filters++].words = words;
	return 0;
}

static error_t set_view(struct list_opts *o, int key)
{
	if (o->view_key && o->view_key != key) {
		err_usage("--iommus, --groups, --tree, --table and --dot exclude each other");
		return EINVAL;
	}
	o->view_key = key;
	return 0;
}

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	struct list_opts *o = opts;

	(void)cli;
	switch (key) {
	case KEY_IOMMUS:
	case KEY_GROUPS:
	case KEY_TREE:
	case KEY_TABLE:
	case KEY_DOT:
		return set_view(o, key);
	case KEY_COLUMNS:
		o->columns = arg;
		return 0;
	case KEY_NO_HEADINGS:
		o->no_headings = true;
		return 0;
	case KEY_LIST_COLUMNS:
		o->list_columns = true;
		return 0;
	case KEY_USABLE:
		o->usable = true;
		return 0;
	case KEY_DRIVER:
		return add_filter(o, FILTER_DRIVER, arg);
	case KEY_GROUP:
		return add_filter(o, FILTER_GROUP, arg);
	case KEY_IOMMU:
		return add_filter(o, FILTER_IOMMU, arg);
	case KEY_CLASS:
		return add_filter(o, FILTER_CLASS, arg);
	case KEY_GROUP_OF:
		return add_filter(o, FILTER_GROUP_OF, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- what is meant --------------------------------------------------------------------------- */

/* With filters, groups and IOMMUs are listed that have a device which is. */
static void select_owners(struct list *l)
{
	const struct snapshot *snap = l->snap;

	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_device *dev = &snap->devices[i];
		const struct host_group *group = snapshot_group(snap, dev->group);

		if (!l->devices[i])
			continue;
		if (group)
			l->groups[group - snap->groups] = true;
		if (dev->iommu >= 0)
			l->iommus[dev->iommu] = true;
	}
}

static int select_rows(struct list *l)
{
	const struct snapshot *snap = l->snap;

	l->devices = mem_zalloc(snap->n_devices);
	l->groups = mem_zalloc(snap->n_groups);
	l->iommus = mem_zalloc(snap->n_iommus);
	if (filter_apply(&l->filter, snap, l->devices))
		return STATUS_TROUBLE;
	if (!filter_is_set(&l->filter))
		return STATUS_OK;
	select_owners(l);
	l->select.devices = l->devices;
	l->select.groups = l->groups;
	l->select.iommus = l->iommus;
	return STATUS_OK;
}

static json_object *with_hint(const struct list *l, json_object *doc)
{
	char *hint = snapshot_state_hint(l->snap);

	doc_add(doc, "hint", doc_str(hint));
	free(hint);
	return doc;
}

static json_object *make_doc(const struct list *l)
{
	json_object *doc = doc_new("list");

	snapshot_doc_add(doc, l->snap, &l->select);
	return with_hint(l, doc);
}

/* The rows of the view, made one after the other. */
struct rows {
	const struct list *l;
	struct snapshot_docs *docs;
	size_t next;
};

static void rows_begin(struct rows *r, const struct list *l)
{
	r->l = l;
	r->docs = snapshot_docs_new(l->snap);
	r->next = 0;
}

static json_object *row_at(const struct rows *r, size_t i)
{
	const struct snapshot *snap = r->l->snap;

	switch (r->l->view) {
	case LIST_GROUPS:
		return snapshot_doc_group(r->docs, &snap->groups[i]);
	case LIST_IOMMUS:
		return snapshot_doc_iommu(r->docs, &snap->iommus[i]);
	case LIST_DEVICES:
	default:
		return snapshot_doc_device(r->docs, &snap->devices[i]);
	}
}

/* The next row that is meant, the caller's; NULL at the end. */
static json_object *rows_next(struct rows *r)
{
	const struct list *l = r->l;
	const size_t counts[LIST_VIEWS] = {
		[LIST_DEVICES] = l->snap->n_devices,
		[LIST_GROUPS] = l->snap->n_groups,
		[LIST_IOMMUS] = l->snap->n_iommus,
	};
	const bool *flags[LIST_VIEWS] = {
		[LIST_DEVICES] = l->select.devices,
		[LIST_GROUPS] = l->select.groups,
		[LIST_IOMMUS] = l->select.iommus,
	};

	while (r->next < counts[l->view]) {
		size_t i = r->next++;

		if (!flags[l->view] || flags[l->view][i])
			return row_at(r, i);
	}
	return NULL;
}

static void rows_end(struct rows *r)
{
	snapshot_docs_free(r->docs);
}

/* --- JSON ------------------------------------------------------------------------------------ */

/* One object a line: an element of the document's list, each able to stand alone. */
static void put_line(struct list *l, struct out *o, json_object *row)
{
	static const char *const kinds[] = {
		[LIST_DEVICES] = "device", [LIST_GROUPS] = "group", [LIST_IOMMUS] = "iommu"
	};
	json_object *line = doc_new("list");

	doc_add(line, "kind", doc_str(kinds[l->view]));
	if (l->opts->columns)
		list_restrict(&l->choice, row);
	json_object_object_foreach(row, key, value) doc_add_copy(line, key, json_object_get(value));
	doc_render_json(o, line, true);
	json_object_put(line);
	json_object_put(row);
}

static int show_lines(struct list *l)
{
	struct rows rows;
	json_object *row;
	struct out o;

	cli_out_init(l->cli, &o);
	rows_begin(&rows, l);
	while ((row = rows_next(&rows)))
		put_line(l, &o, row);
	rows_end(&rows);
	l->cli->emitted = true;
	return cli_out_done(l->cli, &o, STATUS_OK);
}

/* Only the chosen keys of the view's rows. */
static int show_restricted(struct list *l)
{
	json_object *doc = make_doc(l), *rows = doc_get(doc, list_view_key(l->view));

	for (size_t i = 0; i < doc_len(rows); i++)
		list_restrict(&l->choice, doc_at(rows, i));
	return cli_emit(l->cli, doc, NULL, STATUS_OK);
}

static int show_json(struct list *l)
{
	json_object *doc;

	if (l->cli->json_lines)
		return show_lines(l);
	if (l->opts->columns)
		return show_restricted(l);
	doc = doc_new("list");
	snapshot_doc_stream(doc, l->snap, &l->select);
	return cli_emit(l->cli, with_hint(l, doc), NULL, STATUS_OK);
}

/* --- text ------------------------------------------------------------------------------------ */

static char *title(const char *name)
{
	char *s = mem_strdup(name);

	for (char *c = s; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	return s;
}

static enum out_style cell_style(const struct list_column *column, json_object *row)
{
	if (strcmp(column->name, "usable"))
		return OUT_PLAIN;
	return doc_get_bool(row, "usable", false) ? OUT_GOOD : OUT_DIM;
}

static void table_row(const struct list *l, struct table *t, json_object *row)
{
	for (size_t c = 0; c < l->choice.n; c++) {
		char *text = list_cell(l->choice.columns[c], row);

		table_cell_styled(t, cell_style(l->choice.columns[c], row), text);
		free(text);
	}
	json_object_put(row);
}

static void table_view(const struct list *l, struct out *o)
{
	size_t n = l->choice.n;
	struct table_column *titles = mem_zalloc(n * sizeof(*titles));
	struct rows rows;
	json_object *row;
	struct table t;

	for (size_t c = 0; c < n; c++) {
		titles[c].title = title(l->choice.columns[c]->name);
		titles[c].align = l->choice.columns[c]->right ? TABLE_RIGHT : TABLE_LEFT;
	}
	table_init(&t, titles, n);
	t.no_titles = l->opts->no_headings;
	rows_begin(&rows, l);
	while ((row = rows_next(&rows)))
		table_row(l, &t, row);
	rows_end(&rows);
	table_render(&t, o);
	table_free(&t);
	for (size_t c = 0; c < n; c++)
		free((char *)(uintptr_t)titles[c].title);
	free(titles);
}

/* Text from the machine, where a line must not end. */
static void put_text(struct out *o, const char *s)
{
	char *line = utf8_one_line(s);

	out_str(o, line);
	free(line);
}

/* Bare values, one row a line: for a shell that asks for a list of names. */
static void bare_view(const struct list *l, struct out *o)
{
	struct rows rows;
	json_object *row;

	rows_begin(&rows, l);
	while ((row = rows_next(&rows))) {
		char *text = list_cell(l->choice.columns[0], row);

		put_text(o, text ? text : "-");
		out_str(o, "\n");
		free(text);
		json_object_put(row);
	}
	rows_end(&rows);
}

/* A view of the whole document. */
static void whole_view(const struct list *l, struct out *o, doc_view *view)
{
	json_object *doc = make_doc(l);

	view(o, doc);
	json_object_put(doc);
}

static int show_text(struct list *l)
{
	char *hint = l->cli->quiet ? NULL : snapshot_state_hint(l->snap);
	struct out o;

	cli_out_init(l->cli, &o);
	if (l->cli->quiet)
		bare_view(l, &o);
	else if (l->tree)
		whole_view(l, &o, list_tree_view);
	else if (l->opts->view_key == KEY_DOT)
		whole_view(l, &o, list_dot_view);
	else
		table_view(l, &o);
	if (hint)
		err_note("%s", hint);
	else if (!o.len && !l->cli->quiet && filter_is_set(&l->filter))
		err_note("no device fits");
	free(hint);
	return cli_out_done(l->cli, &o, STATUS_OK);
}

/* --- all of it ------------------------------------------------------------------------------- */

/* A person gets the tree, unless something is asked for that only a table has. */
static bool wants_tree(const struct list *l)
{
	const struct list_opts *o = l->opts;

	if (o->view_key)
		return o->view_key == KEY_TREE;
	return isatty(STDOUT_FILENO) && !o->columns && !o->no_headings && !l->cli->verbose;
}

static int prepare(struct list *l)
{
	const struct list_opts *o = l->opts;

	l->tree = wants_tree(l);
	l->view = o->view_key == KEY_IOMMUS   ? LIST_IOMMUS
		  : o->view_key == KEY_GROUPS ? LIST_GROUPS
					      : LIST_DEVICES;
	if (o->columns && (l->tree || o->view_key == KEY_DOT))
		return err_usage("-o has no meaning for --%s", l->tree ? "tree" : "dot");
	if (o->columns && list_columns_parse(&l->choice, l->view, o->columns))
		return STATUS_TROUBLE;
	if (!o->columns)
		list_columns_default(&l->choice, l->view, l->cli->verbose);
	for (size_t i = 0; i < o->n_filters; i++)
		filter_add(&l->filter, o->filters[i].kind, o->filters[i].words);
	for (int i = 0; i < l->cli->n_args; i++)
		filter_add_word(&l->filter, FILTER_DEVICE, l->cli->args[i]);
	l->filter.usable = o->usable;
	return STATUS_OK;
}

/* Names are looked up, and reserved regions read, where they are shown. */
static bool wants_names(const struct list *l)
{
	if (l->cli->json && !l->opts->columns)
		return true;
	return l->tree || l->opts->view_key == KEY_DOT || list_shows(&l->choice, "vendor_name") ||
	       list_shows(&l->choice, "device_name") || list_shows(&l->choice, "class_name");
}

static bool wants_reserved(const struct list *l)
{
	return (l->cli->json && !l->cli->json_lines) || list_shows(&l->choice, "reserved");
}

static int collect(struct list *l)
{
	if (snapshot_open(l->cli, COLLECT_IDS | (wants_reserved(l) ? COLLECT_RESERVED : 0),
			  &l->snap))
		return STATUS_TROUBLE;
	if (wants_names(l))
		names_fill(l->snap);
	return select_rows(l);
}

static int run(struct cli *cli, void *opts)
{
	struct list l = { .cli = cli, .opts = opts };
	int status;

	if (l.opts->list_columns)
		return cli_emit(cli, list_columns_doc(), list_columns_view, STATUS_OK);
	status = prepare(&l);
	if (status == STATUS_OK)
		status = collect(&l);
	if (status == STATUS_OK)
		status = cli->json || cli->json_lines ? show_json(&l) : show_text(&l);
	filter_free(&l.filter);
	snapshot_free(l.snap);
	free(l.choice.columns);
	free(l.devices);
	free(l.groups);
	free(l.iommus);
	return status;
}

const struct command command_list = {
	.name = "list",
	.section = "Look",
	.summary = "list IOMMUs, groups and devices",
	.args = "[DEVICE]...",
	.doc = "Shows the devices of the machine with their IOMMU, group, driver and VFIO "
	       "character "
	       "device, or, with --groups and --iommus, the groups and IOMMUs with their devices. "
	       "Here a DEVICE is also a slot (00:1f) or vendor and device number (8086:10d3). "
	       "Needs no privilege and wakes no device. Filters of one kind are alternatives, "
	       "filters of several kinds narrow each other down. Scripts name their columns: the "
	       "default ones may change.",
	.examples = { "iommuctl list --usable  # what can be given to a guest now",
		      "iommuctl list --group-of 3b:00.0  # what would go with it",
		      "iommuctl list --dot | dot -Tsvg >iommu.svg  # the topology as a picture" },
	.max_args = -1,
	.uses = USES_SNAPSHOT | USES_LINES,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct list_opts),
	.run = run,
};
