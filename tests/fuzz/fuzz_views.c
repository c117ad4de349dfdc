/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: what is made of a saved report that was taken: checks, differences, texts, graphs.
 *
 * Bytes that are changed at random are seldom JSON. So a value of the document is put in another's
 * place, or one that nobody expects there.
 *
 * max_len: 16384
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "check/check.h"
#include "commands/list_dot.h"
#include "commands/list_tree.h"
#include "diff/diff.h"
#include "fuzz.h"
#include "host/load.h"
#include "host/report_doc.h"
#include "host/snapshot_doc.h"
#include "host/strict_json.h"
#include "render/doc.h"
#include "render/report_views.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

/* --- documents that change by values -----------------------------------------------------------
 */

/* Where a value is: a member of an object, or an element of a list. */
struct place {
	json_object *in;
	const char *key; /* NULL: of a list, at */
	size_t at;
};

struct places {
	struct place *list;
	size_t n;
};

static void add_places(struct places *p, json_object *in)
{
	if (json_object_is_type(in, json_type_object)) {
		json_object_object_foreach(in, key, value)
		{
			p->list = mem_grow(p->list, p->n, sizeof(*p->list));
			p->list[p->n++] = (struct place) { .in = in, .key = key };
			add_places(p, value);
		}
	}
	for (size_t i = 0; i < doc_len(in); i++) {
		p->list = mem_grow(p->list, p->n, sizeof(*p->list));
		p->list[p->n++] = (struct place) { .in = in, .at = i };
		add_places(p, doc_at(in, i));
	}
}

static json_object *value_at(const struct place *p)
{
	return p->key ? doc_get(p->in, p->key) : doc_at(p->in, p->at);
}

static json_object *copy_of(json_object *value)
{
	json_object *copy = NULL;

	if (value)
		json_object_deep_copy(value, &copy, NULL);
	return copy;
}

static json_object *odd_value(unsigned int seed)
{
	static const char *const texts[] = {
		"",
		" ",
		"\n",
		"x",
		"0",
		"0x",
		"0x0",
		"-1",
		"0xffffffffffffffff",
		"null",
		"/",
		"..",
		"0000:00:00.0",
		"ffff:ff:1f.7",
		"identity",
		"direct",
		"dmar0",
		"a'b\"c\\",
		"\x1b[1m",
		"\xe2\x80\xae",
		"vfio-pci",
		"intel-vtd",
		"unknown",
		"9223372036854775808",
	};
	static const int64_t numbers[] = {
		0,   1,     -1,        2,         63,        64,        65,
		255, 65535, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, (int64_t)1 << 32
	};

	switch (seed % 7) {
	case 0:
		return NULL;
	case 1:
		return json_object_new_boolean(seed & 8);
	case 2:
		return doc_list();
	case 3:
		return doc_object();
	case 4:
		return json_object_new_uint64(UINT64_MAX);
	case 5:
		return json_object_new_int64(
			numbers[seed / 7 % (sizeof(numbers) / sizeof(numbers[0]))]);
	default:
		return json_object_new_string(texts[seed / 7 % ARRAY_SIZE(texts)]);
	}
}

static void put_value(const struct place *p, json_object *value)
{
	if (p->key)
		json_object_object_add(p->in, p->key, value);
	else
		json_object_array_put_idx(p->in, p->at, value);
}

static void remove_value(const struct place *p)
{
	if (p->key)
		json_object_object_del(p->in, p->key);
	else
		json_object_array_del_idx(p->in, p->at, 1);
}

static void change(json_object *doc, unsigned int seed)
{
	struct places p = { 0 };
	struct place *one;
	unsigned int how = seed / 65536;

	add_places(&p, doc);
	if (p.n) {
		one = &p.list[seed % p.n];
		if (how % 8 == 0)
			remove_value(one);
		else if (how % 8 == 1 && !one->key)
			json_object_array_add(one->in, copy_of(value_at(one)));
		else if (how % 8 < 5)
			put_value(one, copy_of(value_at(&p.list[how / 8 % p.n])));
		else
			put_value(one, odd_value(how / 8));
	}
	free(p.list);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	struct strict_json_error e = { 0 };
	json_object *doc = strict_json_parse((const char *)data, size, NULL, NULL, &e);
	const char *text;
	size_t length;

	if (!doc)
		return LLVMFuzzerMutate(data, size, max_size);
	for (unsigned int times = 1 + seed % 3; times--; seed = seed * 2654435761u + 1)
		change(doc, seed);
	text = json_object_to_json_string_length(doc, JSON_C_TO_STRING_PLAIN, &length);
	if (length <= max_size) {
		memcpy(data, text, length);
		size = length;
	}
	json_object_put(doc);
	return size;
}

/* --- what is made of them ----------------------------------------------------------------------
 */

typedef void view(struct out *o, json_object *doc);

static void show(view *make, json_object *doc)
{
	struct out o = { 0 };

	make(&o, doc);
	for (size_t i = 0; i < o.len; i++)
		require(strchr("\t\n", o.data[i]) || (unsigned char)o.data[i] >= ' ');
	out_free(&o);
}

static void check(const struct snapshot *snap, const char *consumer)
{
	struct check_run run = { .goals = (1u << GOAL_COUNT) - 1, .consumer = consumer };
	size_t *devices = mem_alloc((snap->n_devices + 1) * sizeof(*devices));
	struct facts *facts = fact_new(snap);
	json_object *doc;

	for (size_t i = 0; i < snap->n_devices && !consumer; i++)
		devices[run.n_devices++] = i;
	run.facts = facts;
	run.devices = devices;
	doc = check_run_all(&run);
	show(check_view, doc);
	require(check_exit_status(&run) >= 0);
	json_object_put(doc);
	fact_free(facts);
	free(devices);
}

/* The machine of a report in which something is changed; NULL when such a report is refused. */
static struct snapshot *load_changed(const char *report, size_t size, unsigned int seed)
{
	struct strict_json_error e = { 0 };
	json_object *doc = strict_json_parse(report, size, NULL, NULL, &e);
	struct snapshot *snap = NULL;
	const char *text;
	size_t length;

	change(doc, seed);
	text = json_object_to_json_string_length(doc, JSON_C_TO_STRING_PLAIN, &length);
	snapshot_load_text("changed", text, length, &snap);
	json_object_put(doc);
	return snap;
}

/* Against a machine that differs, and against itself. */
static void compare(const struct snapshot *snap, const struct snapshot *other)
{
	const struct snapshot *sides[][2] = { { snap, other }, { other, snap }, { snap, snap } };
	json_object *doc;
	struct diff d;

	for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
		diff_init(&d);
		diff_machines(&d, sides[i][0], sides[i][1]);
		doc = doc_object();
		doc_add(doc, "a", doc_object());
		doc_add(doc, "b", doc_object());
		doc_add(doc, "differences", diff_take_list(&d));
		doc_add(doc, "migration", diff_verdict(&d));
		show(diff_view, doc);
		json_object_put(doc);
		diff_free(&d);
	}
}

static void report(struct snapshot *snap)
{
	static view *const views[] = { report_text_view, report_prometheus_view, report_nfd_view };
	json_object *doc = report_doc(snap, false, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(views); i++)
		show(views[i], doc);
	json_object_put(doc);
}

static void list(const struct snapshot *snap)
{
	json_object *doc = doc_new("list");

	snapshot_doc_add(doc, snap, NULL);
	show(list_tree_view, doc);
	show(list_dot_view, doc);
	json_object_put(doc);
}

/* One thing of each input: all together take five times as long, and find no more. */
static void make_something(struct snapshot *snap, const char *text, size_t size, uint32_t hash)
{
	struct snapshot *other;

	switch (hash % 5) {
	case 0:
		check(snap, NULL);
		break;
	case 1:
		check(snap, "qemu");
		break;
	case 2:
		other = load_changed(text, size, hash);
		compare(snap, other ? other : snap);
		snapshot_free(other);
		break;
	case 3:
		list(snap);
		break;
	default:
		report(snap);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct snapshot *snap = NULL;

	err_set_silent(true);
	if (snapshot_load_text("fuzz", text, size, &snap) == STATUS_OK) {
		make_something(snap, text, size, fuzz_hash(data, size));
		snapshot_free(snap);
	}
	err_reset();
	return 0;
}
