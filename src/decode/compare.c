/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two register sets of one architecture, field by field, in words and by weight. */
#include "config.h"
#include "decode/compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

struct list {
	struct compare_change *at;
	size_t n;
};

static struct compare_change *append(struct list *list)
{
	struct compare_change *change;

	list->at = mem_grow(list->at, list->n, sizeof(*list->at));
	change = &list->at[list->n++];
	memset(change, 0, sizeof(*change));
	return change;
}

/* A set of things: bits that only one side has. */
static enum compare_weight weigh_set(uint64_t a, uint64_t b)
{
	if (a & ~b)
		return COMPARE_LOST;
	return (b & ~a) ? COMPARE_GAINED : COMPARE_NEUTRAL;
}

/* A degree; having none at all is the absence of the feature. */
static enum compare_weight weigh_degree(const struct compare_change *c)
{
	if (!strcmp(c->in_a, "none"))
		return COMPARE_GAINED;
	if (!strcmp(c->in_b, "none"))
		return COMPARE_LOST;
	return c->b < c->a ? COMPARE_LESS : COMPARE_MORE;
}

/* A meaning that depends on a feature which is off says so; the feature's own field tells the rest.
 */
static bool is_unused(const char *meaning)
{
	return !strncmp(meaning, "not used", 8);
}

static enum compare_weight weigh_field(const struct field *f, const struct compare_change *c,
				       bool valid)
{
	bool inverted = f->flags & FIELD_INVERTED;

	if (!valid || f->flags & FIELD_NEUTRAL || is_unused(c->in_a) || is_unused(c->in_b))
		return COMPARE_NEUTRAL;
	switch (f->kind) {
	case FIELD_FLAG:
		return inverted ? weigh_set(c->b, c->a) : weigh_set(c->a, c->b);
	case FIELD_BITMAP:
		return weigh_set(c->a, c->b);
	case FIELD_NUMBER:
		return weigh_degree(c);
	case FIELD_ENUM:
		return f->flags & FIELD_ORDERED ? weigh_degree(c) : COMPARE_NEUTRAL;
	case FIELD_OPAQUE:
		break;
	}
	return COMPARE_NEUTRAL;
}

static void compare_field(struct list *list, const struct reg *reg, const struct field *f,
			  const struct reg_set *a, const struct reg_set *b, size_t i)
{
	uint64_t raw_a = field_raw(f, a->value[i]), raw_b = field_raw(f, b->value[i]);
	struct compare_change *c;
	bool valid;

	if (raw_a == raw_b)
		return;
	c = append(list);
	c->reg = reg;
	c->field = f;
	c->has_a = c->has_b = true;
	c->a = raw_a;
	c->b = raw_b;
	valid = field_meaning(f, a, raw_a, c->in_a, sizeof(c->in_a));
	valid &= field_meaning(f, b, raw_b, c->in_b, sizeof(c->in_b));
	c->weight = weigh_field(f, c, valid);
}

static void value_words(const struct reg *reg, bool known, uint64_t value, char *buf, size_t size)
{
	if (known)
		snprintf(buf, size, "0x%0*" PRIx64, (int)(reg->bits / 4), value);
	else
		snprintf(buf, size, "unknown");
}

static void one_sided_register(struct list *list, const struct reg *reg, const struct reg_set *a,
			       const struct reg_set *b, size_t i)
{
	struct compare_change *c = append(list);

	c->reg = reg;
	c->weight = COMPARE_NEUTRAL;
	c->has_a = a->known >> i & 1;
	c->has_b = b->known >> i & 1;
	c->a = c->has_a ? a->value[i] : 0;
	c->b = c->has_b ? b->value[i] : 0;
	value_words(reg, c->has_a, c->a, c->in_a, sizeof(c->in_a));
	value_words(reg, c->has_b, c->b, c->in_b, sizeof(c->in_b));
}

size_t compare_registers(const struct reg_set *a, const struct reg_set *b,
			 struct compare_change **changes)
{
	struct list list = { 0 };

	for (size_t i = 0; a->arch && a->arch == b->arch && i < a->arch->n_regs; i++) {
		const struct reg *reg = &a->arch->regs[i];
		uint32_t bit = 1u << i;

		if ((a->known & bit) != (b->known & bit))
			one_sided_register(&list, reg, a, b, i);
		if (!(a->known & b->known & bit))
			continue;
		for (size_t f = 0; f < reg->n_fields; f++)
			compare_field(&list, reg, &reg->fields[f], a, b, i);
	}
	*changes = list.at;
	return list.n;
}

static void capability_words(enum capability_kind kind, bool known, uint64_t value, char *buf,
			     size_t size)
{
	if (!known)
		snprintf(buf, size, "unknown");
	else if (kind == CAPABILITY_SIZES)
		sizes_words(value, buf, size);
	else if (kind == CAPABILITY_BOOL)
		snprintf(buf, size, value ? "yes" : "no");
	else if (value)
		snprintf(buf, size, "%" PRIu64, value);
	else
		snprintf(buf, size, "none");
}

static enum compare_weight weigh_capability(enum capability_kind kind,
					    const struct compare_change *c)
{
	if (!c->has_a || !c->has_b)
		return COMPARE_NEUTRAL;
	if (kind != CAPABILITY_NUMBER)
		return weigh_set(c->a, c->b);
	return weigh_degree(c);
}

size_t compare_capabilities(const struct reg_set *a, const struct reg_set *b,
			    struct compare_change **changes)
{
	struct capabilities in_a, in_b;
	struct list list = { 0 };

	capabilities_of(a, &in_a);
	capabilities_of(b, &in_b);
	for (size_t i = 0; i < CAP_COUNT; i++) {
		enum capability_kind kind = capability_info[i].kind;
		struct compare_change *c;

		if (in_a.of[i].known == in_b.of[i].known && in_a.of[i].value == in_b.of[i].value)
			continue;
		c = append(&list);
		c->capability = (enum capability)i;
		c->has_a = in_a.of[i].known;
		c->has_b = in_b.of[i].known;
		c->a = in_a.of[i].value;
		c->b = in_b.of[i].value;
		capability_words(kind, c->has_a, c->a, c->in_a, sizeof(c->in_a));
		capability_words(kind, c->has_b, c->b, c->in_b, sizeof(c->in_b));
		c->weight = weigh_capability(kind, c);
	}
	*changes = list.at;
	return list.n;
}

const char *compare_weight_name(enum compare_weight weight)
{
	static const char *const names[] = {
		[COMPARE_LOST] = "lost",     [COMPARE_LESS] = "less",       [COMPARE_MORE] = "more",
		[COMPARE_GAINED] = "gained", [COMPARE_NEUTRAL] = "neutral",
	};

	return names[weight];
}

void compare_words(const struct compare_change *c, char *buf, size_t size)
{
	if (!c->reg)
		snprintf(buf, size, "%s: %s, then %s", capability_info[c->capability].title,
			 c->in_a, c->in_b);
	else if (!c->field)
		snprintf(buf, size, "register %s: %s, then %s", c->reg->name, c->in_a, c->in_b);
	else if (field_is_reserved(c->field))
		snprintf(buf, size, "reserved bits %u:%u of %s: 0x%" PRIx64 ", then 0x%" PRIx64,
			 c->field->hi, c->field->lo, c->reg->name, c->a, c->b);
	else
		snprintf(buf, size, "%s (%s.%s): %s, then %s", c->field->title, c->reg->name,
			 c->field->name, c->in_a, c->in_b);
}
