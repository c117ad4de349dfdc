/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topology of a machine as a tree: devices below their groups below their IOMMUs. */
#include "config.h"
#include "commands/list_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "render/table.h"
#include "render/tree.h"

/* A device of the tree: its place in the document, and what it is below. */
struct leaf {
	json_object *row;
	size_t iommu; /* place in the document, or how many there are for none */
	int64_t group;
	size_t place;
};

static int by_parents(const void *x, const void *y)
{
	const struct leaf *a = x, *b = y;

	if (a->iommu != b->iommu)
		return a->iommu < b->iommu ? -1 : 1;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->place < b->place ? -1 : 1;
}

static size_t place_of_iommu(json_object *iommus, const char *name)
{
	size_t n = doc_len(iommus), i = 0;

	while (i < n && strcmp(doc_get_str(doc_at(iommus, i), "name", ""), name))
		i++;
	return name[0] ? i : n;
}

static struct leaf *sorted_leaves(json_object *doc)
{
	json_object *devices = doc_get(doc, "devices"), *iommus = doc_get(doc, "iommus");
	size_t n = doc_len(devices);
	struct leaf *leaves = mem_alloc((n + 1) * sizeof(*leaves));

	for (size_t i = 0; i < n; i++) {
		json_object *row = doc_at(devices, i);

		leaves[i] =
			(struct leaf) { row, place_of_iommu(iommus, doc_get_str(row, "iommu", "")),
					doc_get_int(row, "group", INT64_MAX), i };
	}
	qsort(leaves, n, sizeof(*leaves), by_parents);
	/* Ends every run of equal parents. */
	leaves[n] = (struct leaf) { NULL, SIZE_MAX, INT64_MAX, n };
	return leaves;
}

static void draw_iommu(struct tree *t, json_object *iommus, size_t place)
{
	json_object *iommu = doc_at(iommus, place);

	tree_branch(t, 0, false);
	out_styled(t->out, OUT_TITLE, iommu ? doc_get_str(iommu, "name", "") : "no IOMMU");
	if (iommu)
		out_printf(t->out, " (%s)", doc_get_str(iommu, "type", "unknown"));
	out_str(t->out, "\n");
}

static const char *group_type(json_object *groups, int64_t id)
{
	size_t low = 0, high = doc_len(groups);

	/* Sorted by id. */
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int64_t at = doc_get_int(doc_at(groups, mid), "id", -1);

		if (at == id)
			return doc_get_str(doc_at(groups, mid), "type", NULL);
		if (at < id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void draw_group(struct tree *t, json_object *groups, int64_t id, bool last)
{
	const char *type = group_type(groups, id);

	tree_branch(t, 1, last);
	if (id == INT64_MAX)
		out_str(t->out, "no group");
	else
		out_printf(t->out, "group %lld", (long long)id);
	if (type)
		out_printf(t->out, " (%s)", type);
	out_str(t->out, "\n");
}

/* A word behind the others, cut where the terminal ends. Returns the columns used then. */
static size_t draw_word(struct out *o, const char *word, size_t used)
{
	char *line = utf8_one_line(word);
	size_t room = o->width > used + 3 ? o->width - used - 2 : 0;

	if (room || !o->width) {
		out_str(o, "  ");
		table_cut(o, OUT_PLAIN, line, room);
	}
	used += 2 + utf8_width(line);
	free(line);
	return used;
}

static void draw_device(struct tree *t, json_object *row, bool last)
{
	static const char *const keys[] = { "driver", "cdev", "device_name" };
	bool usable = doc_get_bool(row, "usable", false);
	char *text = utf8_one_line(doc_get_str(row, "name", ""));
	size_t used = 6 + utf8_width(text);

	tree_branch(t, 2, last);
	out_styled(t->out, usable ? OUT_GOOD : OUT_PLAIN, text);
	free(text);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *word = doc_get_str(row, keys[i], NULL);

		if (word)
			used = draw_word(t->out, word, used);
	}
	out_str(t->out, "\n");
}

/* No device after @l has its parents: the same IOMMU, or also the same group. */
static bool ends_iommu(const struct leaf *l)
{
	return l[0].iommu != l[1].iommu;
}

static bool ends_group(const struct leaf *l)
{
	return ends_iommu(l) || l[0].group != l[1].group;
}

static bool is_last_group(const struct leaf *l)
{
	while (!ends_group(l))
		l++;
	return ends_iommu(l);
}

void list_tree_view(struct out *o, json_object *doc)
{
	json_object *iommus = doc_get(doc, "iommus"), *groups = doc_get(doc, "groups");
	struct leaf *leaves = sorted_leaves(doc);
	size_t next = 0;
	struct tree t;

	tree_init(&t, o);
	for (const struct leaf *l = leaves; l->row; l++) {
		if (l == leaves || ends_iommu(l - 1)) {
			/* IOMMUs without devices stand between. */
			for (; next < l->iommu; next++)
				draw_iommu(&t, iommus, next);
			draw_iommu(&t, iommus, next++);
		}
		if (l == leaves || ends_group(l - 1))
			draw_group(&t, groups, l->group, is_last_group(l));
		draw_device(&t, l->row, ends_group(l));
	}
	for (; next < doc_len(iommus); next++)
		draw_iommu(&t, iommus, next);
	free(leaves);
}
