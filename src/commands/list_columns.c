/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of list: what each one shows and which keys of the document it is made from. */
#include "config.h"
#include "commands/list_columns.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/out.h"
#include "cli.h"
#include "host/usable.h"
#include "render/doc.h"

/* --- cells ----------------------------------------------------------------------------------- */

/* What was appended to @o, as a string to be freed; NULL when that is nothing. */
static char *taken(struct out *o)
{
	char *s = o->len ? mem_strndup(o->data, o->len) : NULL;

	out_free(o);
	return s;
}

static const char *bare(json_object *row, const char *key)
{
	const char *hex = doc_get_str(row, key, NULL);

	return hex && !strncmp(hex, "0x", 2) ? hex + 2 : hex;
}

/* 8086:10d3, as lspci writes it. */
static char *id_pair(json_object *row, const char *vendor, const char *device)
{
	const char *v = bare(row, vendor), *d = bare(row, device);

	return v && d ? mem_printf("%s:%s", v, d) : NULL;
}

static char *id_text(json_object *row)
{
	return id_pair(row, "vendor", "device");
}

static char *subsystem_text(json_object *row)
{
	return id_pair(row, "subsystem_vendor", "subsystem_device");
}

static char *description_text(json_object *row)
{
	const char *vendor = doc_get_str(row, "vendor_name", NULL);
	const char *device = doc_get_str(row, "device_name", NULL);

	if (vendor && device)
		return mem_printf("%s %s", vendor, device);
	return vendor ? mem_strdup(vendor) : NULL;
}

static char *usable_text(json_object *row)
{
	return mem_strdup(doc_get_bool(row, "usable", false) ? "yes" : "no");
}

static const char *reason_words(const char *code)
{
	for (size_t i = 0; i < UNUSABLE_COUNT; i++)
		if (!strcmp(unusable_info[i].code, code))
			return unusable_info[i].words;
	return code;
}

static char *why_text(json_object *row)
{
	json_object *why = doc_get(row, "why");
	struct out o = { 0 };

	for (size_t i = 0; i < doc_len(why); i++)
		out_printf(&o, "%s%s", i ? ", " : "",
			   reason_words(json_object_get_string(doc_at(why, i))));
	return taken(&o);
}

static char *count_text(json_object *row)
{
	return mem_printf("%zu", doc_len(doc_get(row, "devices")));
}

static char *devices_text(json_object *row)
{
	json_object *devices = doc_get(row, "devices");
	struct out o = { 0 };

	for (size_t i = 0; i < doc_len(devices); i++)
		out_printf(&o, "%s%s", i ? " " : "", json_object_get_string(doc_at(devices, i)));
	return taken(&o);
}

/* 0xfee00000-0xfeefffff msi, ... */
static char *reserved_text(json_object *row)
{
	json_object *list = doc_get(row, "reserved");
	struct out o = { 0 };

	if (list && !doc_len(list))
		return mem_strdup("none");
	for (size_t i = 0; i < doc_len(list); i++) {
		uint64_t start = 0, end = 0;

		doc_get_hex(doc_at(list, i), "start", &start);
		doc_get_hex(doc_at(list, i), "end", &end);
		out_printf(&o, "%s0x%" PRIx64 "-0x%" PRIx64 " %s", i ? ", " : "", start, end,
			   doc_get_str(doc_at(list, i), "type", ""));
	}
	return taken(&o);
}

/* VER 1.0 CAP 0x... : what sysfs tells of the registers. */
static char *registers_text(json_object *row)
{
	json_object *registers = doc_get(row, "registers");
	struct out o = { 0 };

	if (!registers)
		return NULL;
	json_object_object_foreach(registers, name, reg)
		out_printf(&o, "%s%s=%s", o.len ? " " : "", name, doc_get_str(reg, "value", "?"));
	return taken(&o);
}

/* --- the table ------------------------------------------------------------------------------- */

#define DEVICE(n, s, d, ...)                                                      \
	{                                                                         \
		.view = LIST_DEVICES, .name = n, .show = s, .doc = d, __VA_ARGS__ \
	}
#define GROUP(n, s, d, ...)                                                      \
	{                                                                        \
		.view = LIST_GROUPS, .name = n, .show = s, .doc = d, __VA_ARGS__ \
	}
#define IOMMU(n, s, d, ...)                                                      \
	{                                                                        \
		.view = LIST_IOMMUS, .name = n, .show = s, .doc = d, __VA_ARGS__ \
	}
#define KEYS(...) .keys = { __VA_ARGS__ }

/* clang-format off */
const struct list_column list_columns[] = {
	DEVICE("name", SHOW_ALWAYS, "address or name of the device", KEYS("name")),
	DEVICE("bus", SHOW_VERBOSE, "bus it is on", KEYS("bus")),
	DEVICE("iommu", SHOW_ALWAYS, "IOMMU that translates for it", KEYS("iommu")),
	DEVICE("group", SHOW_ALWAYS, "IOMMU group it is in", KEYS("group"), .right = true),
	DEVICE("driver", SHOW_ALWAYS, "driver that is bound to it", KEYS("driver")),
	DEVICE("cdev", SHOW_ALWAYS, "VFIO character device, below /dev/vfio/devices", KEYS("cdev")),
	DEVICE("usable", SHOW_VERBOSE, "whether VFIO can hand it out as it is", KEYS("usable"), .text = usable_text),
	DEVICE("why", SHOW_VERBOSE, "why VFIO cannot hand it out", KEYS("why"), .text = why_text),
	DEVICE("id", SHOW_ALWAYS, "vendor and device number", KEYS("vendor", "device"), .text = id_text),
	DEVICE("subsystem", SHOW_ON_REQUEST, "subsystem vendor and device number", KEYS("subsystem_vendor", "subsystem_device"), .text = subsystem_text),
	DEVICE("class", SHOW_VERBOSE, "class, subclass and programming interface", KEYS("class")),
	DEVICE("class-name", SHOW_ON_REQUEST, "class in words", KEYS("class_name")),
	DEVICE("vendor-name", SHOW_ON_REQUEST, "vendor in words", KEYS("vendor_name")),
	DEVICE("device-name", SHOW_ON_REQUEST, "device in words", KEYS("device_name")),
	DEVICE("description", SHOW_ALWAYS, "vendor and device in words", KEYS("vendor_name", "device_name"), .text = description_text),

	GROUP("group", SHOW_ALWAYS, "number of the IOMMU group", KEYS("id"), .right = true),
	GROUP("type", SHOW_ALWAYS, "type of its default domain", KEYS("type")),
	GROUP("count", SHOW_ON_REQUEST, "how many devices are in it", KEYS("devices"), .right = true, .text = count_text),
	GROUP("reserved", SHOW_ALWAYS, "IOVA ranges that cannot be mapped freely", KEYS("reserved"), .text = reserved_text),
	GROUP("devices", SHOW_ALWAYS, "devices in it", KEYS("devices"), .text = devices_text),

	IOMMU("name", SHOW_ALWAYS, "name of the IOMMU", KEYS("name")),
	IOMMU("type", SHOW_ALWAYS, "architecture", KEYS("type")),
	IOMMU("address", SHOW_VERBOSE, "where its registers are", KEYS("address")),
	IOMMU("domains", SHOW_VERBOSE, "how many domains it supports", KEYS("domains_supported"), .right = true),
	IOMMU("registers", SHOW_ON_REQUEST, "capability registers, as numbers", KEYS("registers"), .text = registers_text),
	IOMMU("count", SHOW_ALWAYS, "how many devices are behind it", KEYS("devices"), .right = true, .text = count_text),
	IOMMU("devices", SHOW_ALWAYS, "devices behind it", KEYS("devices"), .text = devices_text),
};
/* clang-format on */
const size_t n_list_columns = ARRAY_SIZE(list_columns);

static const struct {
	const char *key, *option;
} views[LIST_VIEWS] = {
	[LIST_DEVICES] = { "devices", "list" },
	[LIST_GROUPS] = { "groups", "list --groups" },
	[LIST_IOMMUS] = { "iommus", "list --iommus" },
};

const char *list_view_key(enum list_view view)
{
	return views[view].key;
}

/* --- choosing -------------------------------------------------------------------------------- */

static void choose(struct list_choice *choice, const struct list_column *column)
{
	choice->columns = mem_grow(choice->columns, choice->n, sizeof(const struct list_column *));
	choice->columns[choice->n++] = column;
}

static void choose_from(struct list_choice *choice, enum list_view view, int least)
{
	for (size_t i = 0; i < n_list_columns; i++)
		if (list_columns[i].view == view && (int)list_columns[i].show >= least)
			choose(choice, &list_columns[i]);
}

void list_columns_default(struct list_choice *choice, enum list_view view, bool verbose)
{
	choose_from(choice, view, verbose ? SHOW_VERBOSE : SHOW_ALWAYS);
}

static const struct list_column *find(enum list_view view, const char *name)
{
	for (size_t i = 0; i < n_list_columns; i++)
		if (list_columns[i].view == view && !strcasecmp(list_columns[i].name, name))
			return &list_columns[i];
	return NULL;
}

static int unknown_column(enum list_view view, const char *name)
{
	const char *names[32], *near;
	size_t n = 0;

	for (size_t i = 0; i < LIST_VIEWS; i++)
		if (find((enum list_view)i, name))
			return err_usage("'%s' is a column of '%s', not of '%s'", name,
					 views[i].option, views[view].option);
	for (size_t i = 0; i < n_list_columns && n < ARRAY_SIZE(names); i++)
		if (list_columns[i].view == view)
			names[n++] = list_columns[i].name;
	near = cli_nearest(name, names, n);
	return err_input(name, "iommuctl list --list-columns", "there is no column '%s'%s%s%s",
			 name, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

int list_columns_parse(struct list_choice *choice, enum list_view view, char *words)
{
	char *word, *rest = words;

	while ((word = strsep(&rest, ","))) {
		const struct list_column *column = find(view, word);

		if (!strcasecmp(word, "all"))
			choose_from(choice, view, SHOW_ON_REQUEST);
		else if (column)
			choose(choice, column);
		else
			return unknown_column(view, word);
	}
	return STATUS_OK;
}

/* --- rows ------------------------------------------------------------------------------------ */

char *list_cell(const struct list_column *column, json_object *row)
{
	json_object *value;

	if (column->text)
		return column->text(row);
	value = doc_get(row, column->keys[0]);
	return value ? mem_strdup(json_object_get_string(value)) : NULL;
}

bool list_shows(const struct list_choice *choice, const char *key)
{
	for (size_t i = 0; i < choice->n; i++)
		for (const char *const *k = choice->columns[i]->keys; *k; k++)
			if (!strcmp(*k, key))
				return true;
	return false;
}

void list_restrict(const struct list_choice *choice, json_object *row)
{
	json_object_object_foreach(row, key, value)
	{
		(void)value;
		if (!list_shows(choice, key))
			json_object_object_del(row, key);
	}
}

/* --- what there is --------------------------------------------------------------------------- */

static json_object *column_doc(const struct list_column *column)
{
	json_object *o = doc_object(), *keys = doc_list();

	for (const char *const *k = column->keys; *k; k++)
		doc_push(keys, doc_str(*k));
	doc_add(o, "view", doc_str(list_view_key(column->view)));
	doc_add(o, "name", doc_str(column->name));
	doc_add(o, "keys", keys);
	doc_add(o, "default", doc_bool(column->show == SHOW_ALWAYS));
	doc_add(o, "verbose", doc_bool(column->show >= SHOW_VERBOSE));
	doc_add(o, "description", doc_str(column->doc));
	return o;
}

json_object *list_columns_doc(void)
{
	json_object *doc = doc_new("list"), *list = doc_list();

	for (size_t i = 0; i < n_list_columns; i++)
		doc_push(list, column_doc(&list_columns[i]));
	doc_add(doc, "columns", list);
	return doc;
}

void list_columns_view(struct out *o, json_object *doc)
{
	static const struct table_column titles[] = {
		{ "VIEW" }, { "COLUMN" }, { "SHOWN" }, { "DESCRIPTION" }
	};
	json_object *list = doc_get(doc, "columns");
	struct table t;

	table_init(&t, titles, ARRAY_SIZE(titles));
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *c = doc_at(list, i);

		table_cell(&t, doc_get_str(c, "view", ""));
		table_cell(&t, doc_get_str(c, "name", ""));
		table_cell(&t, doc_get_bool(c, "default", false)   ? "yes"
			       : doc_get_bool(c, "verbose", false) ? "with -v"
								   : "with -o");
		table_cell(&t, doc_get_str(c, "description", ""));
	}
	table_render(&t, o);
	table_free(&t);
}
