/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Showing a ledger: documents of its entries, and the tree that is a view of them. */
#include "config.h"
#include "session/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "uapi/layout.h"
#include "uapi/uapi.h"

/* --- words ------------------------------------------------------------------------------- */

json_object *show_flags(const struct uapi_names *names, uint64_t value)
{
	char *text = uapi_names_text(names, value), *save = NULL;
	json_object *list = doc_list();

	if (value)
		for (char *word = strtok_r(text, ",", &save); word;
		     word = strtok_r(NULL, ",", &save))
			doc_push(list, doc_str(word));
	free(text);
	return list;
}

/* A device's text is "pci 0000:01:00.0 vfio0"; "-" stands for what is not known. */
static char *device_word(const struct ledger_entry *e, unsigned int n)
{
	const char *text = e->text ? e->text : "";
	char *word;

	for (; n && *text; n--) {
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	word = mem_strndup(text, strcspn(text, " "));
	if (*word && strcmp(word, "-"))
		return word;
	free(word);
	return NULL;
}

char *show_device_bus(const struct ledger_entry *e)
{
	return device_word(e, 0);
}

char *show_device_name(const struct ledger_entry *e)
{
	char *name = device_word(e, 1);

	return name ? name : mem_strdup("?");
}

char *show_device_cdev(const struct ledger_entry *e)
{
	return device_word(e, 2);
}

char *show_name(const struct ledger *l, uint32_t id)
{
	const struct ledger_entry *e = ledger_object(l, id);
	char *name, *text;

	if (!e)
		return mem_printf("object %" PRIu32, id);
	if (e->type != LEDGER_DEVICE)
		return mem_printf("%s %" PRIu32, ledger_type_title(e->type), id);
	name = show_device_name(e);
	text = mem_printf("%s (device %" PRIu32 ")", name, id);
	free(name);
	return text;
}

const char *show_size(uint64_t bytes, char *buf)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t unit = 0;

	while (bytes && bytes % 1024 == 0 && unit + 1 < ARRAY_SIZE(units)) {
		bytes /= 1024;
		unit++;
	}
	snprintf(buf, 32, "%" PRIu64 " %s", bytes, units[unit]);
	return buf;
}

/* --- documents --------------------------------------------------------------------------- */

static void add_relation(json_object *o, const char *key, uint32_t id)
{
	if (id)
		doc_add(o, key, doc_uint(id));
}

static void add_device(json_object *o, const struct ledger_entry *e)
{
	char *name = show_device_name(e), *cdev = show_device_cdev(e);

	doc_add(o, "name", doc_str(name));
	doc_add(o, "cdev", doc_str(cdev));
	doc_add(o, "group", e->kind == UINT32_MAX ? NULL : doc_uint(e->kind));
	doc_add(o, "emulated", doc_bool(e->flags & LEDGER_EMULATED));
	free(name);
	free(cdev);
}

static void add_hwpt(json_object *o, const struct ledger_entry *e)
{
	doc_add(o, "flags", show_flags(&uapi_hwpt_flags, e->v));
	doc_add(o, "automatic", doc_bool(e->flags & LEDGER_AUTO));
	doc_add(o, "nested", doc_bool(e->flags & LEDGER_NESTED));
	if (e->kind != UAPI_HWPT_DATA_NONE) {
		char *type = uapi_names_text(&uapi_hwpt_data_types, e->kind);

		doc_add(o, "data_type", doc_str(type));
		free(type);
	}
	doc_add(o, "dirty_tracking", doc_bool(e->flags & LEDGER_TRACKING));
	add_relation(o, "fault_queue", e->other);
}

static void add_kind(json_object *o, const struct uapi_names *names, uint32_t kind)
{
	char *text = uapi_names_text(names, kind);

	doc_add(o, "kind", doc_str(text));
	free(text);
}

static void add_viommu(json_object *o, const struct ledger_entry *e)
{
	add_kind(o, &uapi_viommu_types, e->kind);
	add_relation(o, "device", e->other);
	if (e->w) {
		doc_add(o, "mmap_offset", doc_hex(e->v, 64));
		doc_add(o, "mmap_length", doc_uint(e->w));
	}
}

static void add_vdevice(json_object *o, const struct ledger_entry *e)
{
	add_relation(o, "device", e->other);
	doc_add(o, "virtual_id", doc_hex(e->v, 64));
	doc_add(o, "gone", doc_bool(e->flags & LEDGER_TOMBSTONE));
}

static void add_veventq(json_object *o, const struct ledger_entry *e)
{
	add_kind(o, &uapi_veventq_types, e->kind);
	doc_add(o, "depth", doc_uint(e->v));
}

static void add_hw_queue(json_object *o, const struct ledger_entry *e)
{
	add_kind(o, &uapi_hw_queue_types, e->kind);
	doc_add(o, "index", doc_uint(e->other));
	doc_add(o, "iova", doc_hex(e->v, 64));
	doc_add(o, "length", doc_uint(e->w));
}

static void (*const adders[LEDGER_TYPES])(json_object *o, const struct ledger_entry *e) = {
	[LEDGER_DEVICE] = add_device,   [LEDGER_HWPT] = add_hwpt,
	[LEDGER_VIOMMU] = add_viommu,   [LEDGER_VDEVICE] = add_vdevice,
	[LEDGER_VEVENTQ] = add_veventq, [LEDGER_HW_QUEUE] = add_hw_queue,
};

json_object *show_object(const struct ledger *l, const struct ledger_entry *e)
{
	const struct ledger_entry *parent = e->parent ? ledger_object(l, e->parent) : NULL;
	json_object *o = doc_object();

	doc_add(o, "type", doc_str(ledger_type_name(e->type)));
	doc_add(o, "id", doc_uint(e->id));
	if (e->parent) {
		doc_add(o, "parent", doc_uint(e->parent));
		doc_add(o, "parent_type", parent ? doc_str(ledger_type_name(parent->type)) : NULL);
	}
	if (adders[e->type])
		adders[e->type](o, e);
	if (e->flags & LEDGER_UNCERTAIN)
		doc_add(o, "uncertain", doc_bool(true));
	return o;
}

json_object *show_mapping(const struct ledger_entry *e)
{
	json_object *o = doc_object();

	doc_add(o, "ioas", doc_uint(e->id));
	doc_add(o, "iova", doc_hex(e->key, 64));
	doc_add(o, "length", doc_uint(e->v));
	doc_add(o, "readable", doc_bool(e->w & UAPI_MAP_READABLE));
	doc_add(o, "writeable", doc_bool(e->w & UAPI_MAP_WRITEABLE));
	doc_add(o, "source", doc_str(ledger_source_name(e->kind)));
	if (e->text)
		doc_add(o, "file", doc_str(e->text));
	return o;
}

json_object *show_attachment(const struct ledger_entry *e)
{
	json_object *o = doc_object();

	doc_add(o, "device", doc_uint(e->id));
	if (e->key != LEDGER_RID)
		doc_add(o, "pasid", doc_uint(e->key));
	doc_add(o, "asked", doc_uint(e->other));
	doc_add(o, "hwpt", doc_uint(e->parent));
	doc_add(o, "uncertain", doc_bool(e->flags & LEDGER_UNCERTAIN));
	return o;
}

static json_object *show_pending(const struct ledger_entry *e)
{
	json_object *o = doc_object();

	doc_add(o, "operation", doc_str(uapi_op_name((enum uapi_op)e->kind)));
	doc_add(o, "by", doc_str(e->text));
	return o;
}

void show_ledger(const struct ledger *l, json_object *doc)
{
	json_object *objects = doc_list(), *mappings = doc_list(), *attachments = doc_list(),
		    *unfinished = doc_list();

	for (size_t i = 0; i < l->count; i++) {
		const struct ledger_entry *e = &l->entries[i];

		if (e->type == LEDGER_MAPPING)
			doc_push(mappings, show_mapping(e));
		else if (e->type == LEDGER_ATTACHMENT)
			doc_push(attachments, show_attachment(e));
		else if (e->type == LEDGER_PENDING)
			doc_push(unfinished, show_pending(e));
		else if (e->type != LEDGER_CONTEXT)
			doc_push(objects, show_object(l, e));
	}
	doc_add(doc, "objects", objects);
	doc_add(doc, "mappings", mappings);
	doc_add(doc, "attachments", attachments);
	doc_add(doc, "unfinished", unfinished);
}

static json_object *time_doc(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char buf[32];

	if (!gmtime_r(&t, &tm) || !strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return NULL;
	return doc_str(buf);
}

json_object *show_session(const struct session *s)
{
	json_object *o = doc_object();

	doc_add(o, "name", doc_str(s->name));
	doc_add(o, "path", doc_str(s->path));
	doc_add(o, "keeper", doc_uint(s->info.pid));
	doc_add(o, "started", time_doc(s->info.started));
	if (s->info.idle)
		doc_add(o, "ends_when_idle_for", doc_uint(s->info.idle));
	if (s->info.child)
		doc_add(o, "ends_with_process", doc_uint(s->info.child));
	if (s->info.holder)
		doc_add(o, "in_use_by_process", doc_uint(s->info.holder));
	doc_add(o, "descriptors", doc_uint(s->info.descriptors));
	return o;
}

/* --- the tree ------------------------------------------------------------------------------ */

/* A list of the document, by what each member belongs to. */
struct rows {
	struct row {
		int64_t of;
		size_t order;
		json_object *object;
	} * rows;
	size_t n;
};

struct tree {
	struct out *o;
	struct rows objects, mappings, attachments;
};

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->of != y->of)
		return x->of < y->of ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static void index_list(struct rows *r, json_object *list, const char *key, const char *if_known)
{
	r->n = doc_len(list);
	r->rows = mem_alloc((r->n + 1) * sizeof(*r->rows));
	for (size_t i = 0; i < r->n; i++) {
		json_object *object = doc_at(list, i);
		bool known = !if_known || doc_get(object, if_known);

		r->rows[i] = (struct row) { known ? doc_get_int(object, key, 0) : 0, i, object };
	}
	qsort(r->rows, r->n, sizeof(*r->rows), compare_rows);
}

static size_t first_row(const struct rows *r, int64_t of)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (r->rows[mid].of < of)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

#define each_row(r, key, i) \
	for (size_t i = first_row(r, key); i < (r)->n && (r)->rows[i].of == (key); i++)

const char *show_title(const char *type)
{
	for (uint8_t t = 0; t < LEDGER_TYPES; t++)
		if (ledger_type_name(t) && !strcmp(ledger_type_name(t), type))
			return ledger_type_title(t);
	return type;
}

static const char *title_of(json_object *object)
{
	return show_title(doc_get_str(object, "type", ""));
}

static bool is_type(json_object *object, const char *type)
{
	return !strcmp(doc_get_str(object, "type", ""), type);
}

static void print_list(struct out *o, const char *before, json_object *list)
{
	for (size_t i = 0; i < doc_len(list); i++)
		out_printf(o, "%s%s", i ? "," : before, json_object_get_string(doc_at(list, i)));
}

/* What is said of an object, in this order: of each type, what it has. */
static const struct {
	const char *key;
	enum { SAY_TEXT, SAY_NUMBER, SAY_TRUE } how;
	const char *format;
} words[] = {
	{ "name", SAY_TEXT, "  %s" },
	{ "cdev", SAY_TEXT, " (%s)" },
	{ "group", SAY_NUMBER, ", group %" PRId64 },
	{ "emulated", SAY_TRUE, ", emulated (no IOMMU behind it)" },
	{ "kind", SAY_TEXT, "  %s" },
	{ "automatic", SAY_TRUE, "  automatic" },
	{ "data_type", SAY_TEXT, "  %s" },
	{ "dirty_tracking", SAY_TRUE, "  dirty tracking is on" },
	{ "device", SAY_NUMBER, "  device %" PRId64 },
	{ "fault_queue", SAY_NUMBER, "  fault queue %" PRId64 },
	{ "depth", SAY_NUMBER, "  depth %" PRId64 },
	{ "index", SAY_NUMBER, "  index %" PRId64 },
	{ "virtual_id", SAY_TEXT, "  virtual id %s" },
	{ "gone", SAY_TRUE, "  gone with its device" },
	{ "uncertain", SAY_TRUE, "  UNCERTAIN" },
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void print_facts(struct out *o, json_object *object)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *key = words[i].key;

		if (!doc_get(object, key))
			continue;
		if (words[i].how == SAY_TEXT)
			out_printf(o, words[i].format, doc_get_str(object, key, ""));
		else if (words[i].how == SAY_NUMBER)
			out_printf(o, words[i].format, doc_get_int(object, key, 0));
		else if (doc_get_bool(object, key, false))
			out_str(o, words[i].format);
	}
	print_list(o, "  ", doc_get(object, "flags"));
	out_str(o, "\n");
}
#pragma GCC diagnostic pop

static void print_object(struct out *o, json_object *object)
{
	out_printf(o, "%s %" PRId64, title_of(object), doc_get_int(object, "id", 0));
	print_facts(o, object);
}

void show_object_view(struct out *o, json_object *object)
{
	out_printf(o, "%s %" PRId64, title_of(object), doc_get_int(object, "id", 0));
	if (doc_get(object, "parent"))
		out_printf(o, " on %s%s%" PRId64,
			   doc_get(object, "parent_type")
				   ? show_title(doc_get_str(object, "parent_type", ""))
				   : "object",
			   " ", doc_get_int(object, "parent", 0));
	print_facts(o, object);
}

static void print_attachment(struct out *o, json_object *a)
{
	if (doc_get(a, "pasid"))
		out_printf(o, "PASID %" PRId64 " ", doc_get_int(a, "pasid", 0));
	out_printf(o, "attached to HWPT %" PRId64, doc_get_int(a, "hwpt", 0));
	if (doc_get_int(a, "asked", 0) != doc_get_int(a, "hwpt", 0))
		out_printf(o, " (asked for %" PRId64 ")", doc_get_int(a, "asked", 0));
	if (doc_get_bool(a, "uncertain", false))
		out_str(o, "  UNCERTAIN: detach, then attach");
	out_str(o, "\n");
}

static void print_mapping(struct out *o, json_object *m)
{
	uint64_t iova = 0, length = (uint64_t)doc_get_int(m, "length", 0);
	char size[32];

	(void)doc_get_hex(m, "iova", &iova);
	out_printf(o, "0x%016" PRIx64 "-0x%016" PRIx64 "  %s%s  %s  %s%s%s\n", iova,
		   iova + length - 1, doc_get_bool(m, "readable", false) ? "r" : "-",
		   doc_get_bool(m, "writeable", false) ? "w" : "-", show_size(length, size),
		   doc_get_str(m, "source", "?"), doc_get(m, "file") ? " " : "",
		   doc_get_str(m, "file", ""));
}

static void print_rows(const struct tree *t, const struct rows *rows, int64_t of, size_t depth,
		       void (*print)(struct out *o, json_object *object))
{
	each_row(rows, of, i)
	{
		out_pad(t->o, depth * 2);
		print(t->o, rows->rows[i].object);
	}
}

/* What hangs below @parent; 0: what has no parent, or one that is not in the ledger. */
static void print_level(const struct tree *t, int64_t parent, size_t depth)
{
	/* A chain is IOAS, HWPT, vIOMMU, HWPT: deeper is no graph of iommufd. */
	if (depth > 8)
		return;
	each_row(&t->objects, parent, i)
	{
		json_object *object = t->objects.rows[i].object;
		int64_t id = doc_get_int(object, "id", 0);

		out_pad(t->o, depth * 2);
		print_object(t->o, object);
		if (is_type(object, "device"))
			print_rows(t, &t->attachments, id, depth + 1, print_attachment);
		if (is_type(object, "ioas"))
			print_rows(t, &t->mappings, id, depth + 1, print_mapping);
		if (id)
			print_level(t, id, depth + 1);
	}
}

void show_ledger_view(struct out *o, json_object *doc)
{
	json_object *unfinished = doc_get(doc, "unfinished");
	struct tree t = { .o = o };

	index_list(&t.objects, doc_get(doc, "objects"), "parent", "parent_type");
	index_list(&t.mappings, doc_get(doc, "mappings"), "ioas", NULL);
	index_list(&t.attachments, doc_get(doc, "attachments"), "device", NULL);
	print_level(&t, 0, 0);
	for (size_t i = 0; i < doc_len(unfinished); i++)
		out_printf(o, "unfinished: %s (%s)\n",
			   doc_get_str(doc_at(unfinished, i), "operation", "?"),
			   doc_get_str(doc_at(unfinished, i), "by", "?"));
	if (!t.objects.n)
		out_str(o, "no objects\n");
	free(t.objects.rows);
	free(t.mappings.rows);
	free(t.attachments.rows);
}
