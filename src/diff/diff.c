/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collecting differences: the same difference in many places is one entry. */
#include "config.h"
#include "diff/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void diff_init(struct diff *d)
{
	memset(d, 0, sizeof(*d));
	d->list = doc_list();
}

void diff_free(struct diff *d)
{
	json_object_put(d->list);
	for (size_t i = 0; i < d->n_lost; i++) {
		free(d->lost[i].a);
		free(d->lost[i].b);
	}
	free(d->lost);
}

/* NULL is a value of its own. */
static bool same_words(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_member(json_object *e, const char *key, const char *value)
{
	return same_words(doc_get_str(e, key, NULL), value);
}

/* Entries of one kind come together: only the latest ones can be the same. */
enum { LOOK_BACK = 256 };

static json_object *find_same(const struct diff *d, const char *kind, const char *item,
			      const char *weight, const char *a, const char *b)
{
	size_t n = doc_len(d->list);

	for (size_t i = n; i > 0 && n - i < LOOK_BACK; i--) {
		json_object *e = doc_at(d->list, i - 1);

		if (same_member(e, "kind", kind) && same_member(e, "item", item) &&
		    same_member(e, "weight", weight) && same_member(e, "a", a) &&
		    same_member(e, "b", b))
			return e;
	}
	return NULL;
}

void diff_add(struct diff *d, const char *kind, const char *where, const char *item,
	      enum compare_weight weight, const char *a, const char *b, const char *text)
{
	const char *name = compare_weight_name(weight);
	json_object *e = where ? find_same(d, kind, item, name, a, b) : NULL;

	if (!e) {
		json_object *places = doc_list();

		e = doc_object();
		doc_add(e, "kind", doc_str(kind));
		doc_add(e, "where", places);
		doc_add(e, "item", doc_str(item));
		doc_add(e, "weight", doc_str(name));
		doc_add(e, "a", doc_str(a));
		doc_add(e, "b", doc_str(b));
		doc_add(e, "text",
			text ? doc_str(text)
			     : doc_printf("%s: %s, then %s", item, a ? a : "none", b ? b : "none"));
		doc_push(d->list, e);
	}
	if (where)
		doc_push(doc_get(e, "where"), doc_str(where));
}

void diff_strings(struct diff *d, const char *kind, const char *where, const char *item,
		  const char *a, const char *b)
{
	if (!same_words(a, b))
		diff_add(d, kind, where, item, COMPARE_NEUTRAL, a, b, NULL);
}

/* --- registers -------------------------------------------------------------------------------- */

static void remember_lost(struct diff *d, const struct compare_change *c)
{
	for (size_t i = 0; i < d->n_lost; i++)
		if (d->lost[i].capability == c->capability && !strcmp(d->lost[i].a, c->in_a) &&
		    !strcmp(d->lost[i].b, c->in_b))
			return;
	d->lost = mem_grow(d->lost, d->n_lost, sizeof(*d->lost));
	d->lost[d->n_lost++] =
		(struct diff_lost) { c->capability, mem_strdup(c->in_a), mem_strdup(c->in_b) };
}

static void add_change(struct diff *d, const char *where, const struct compare_change *c)
{
	char text[512], item[64];

	compare_words(c, text, sizeof(text));
	if (!c->reg)
		snprintf(item, sizeof(item), "%s", capability_info[c->capability].key);
	else if (!c->field)
		snprintf(item, sizeof(item), "%s", c->reg->name);
	else
		snprintf(item, sizeof(item), "%s.%s", c->reg->name, c->field->name);
	diff_add(d, c->reg ? "register" : "capability", where, item, c->weight,
		 c->has_a ? c->in_a : NULL, c->has_b ? c->in_b : NULL, text);
	if (!c->reg && (c->weight == COMPARE_LOST || c->weight == COMPARE_LESS))
		remember_lost(d, c);
}

void diff_registers(struct diff *d, const char *where, const struct reg_set *a,
		    const struct reg_set *b)
{
	struct compare_change *changes;
	size_t n;

	if (!a->known || !b->known) {
		if (a->known || b->known)
			diff_add(d, "iommu", where, "registers", COMPARE_NEUTRAL,
				 a->known ? "known" : NULL, b->known ? "known" : NULL,
				 "registers are known of one side only");
		return;
	}
	d->compared = true;
	if (a->arch != b->arch) {
		d->architectures = true;
		diff_add(d, "iommu", where, "type", COMPARE_LOST, a->arch->type, b->arch->type,
			 NULL);
	}
	n = compare_capabilities(a, b, &changes);
	for (size_t i = 0; i < n; i++)
		add_change(d, where, &changes[i]);
	free(changes);
	n = compare_registers(a, b, &changes);
	for (size_t i = 0; i < n; i++)
		add_change(d, where, &changes[i]);
	free(changes);
}

/* --- order ------------------------------------------------------------------------------------ */

static int rank(json_object *e)
{
	static const enum compare_weight order[] = { COMPARE_LOST, COMPARE_GAINED, COMPARE_LESS,
						     COMPARE_MORE, COMPARE_NEUTRAL };
	const char *weight = doc_get_str(e, "weight", "");

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (!strcmp(weight, compare_weight_name(order[i])))
			return (int)i;
	return (int)ARRAY_SIZE(order);
}

json_object *diff_take_list(struct diff *d)
{
	json_object *sorted = doc_list();

	/* Within a weight they stay in the order in which they were found. */
	for (int r = 0; r <= COMPARE_NEUTRAL + 1; r++)
		for (size_t i = 0; i < doc_len(d->list); i++)
			if (rank(doc_at(d->list, i)) == r)
				doc_push(sorted, json_object_get(doc_at(d->list, i)));
	json_object_put(d->list);
	d->list = NULL;
	return sorted;
}
