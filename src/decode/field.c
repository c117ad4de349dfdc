/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decoding engine: registers as tables of fields, raw words in, facts out. */
#include "config.h"
#include "decode/field.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

const struct arch *arch_find(const char *type)
{
	for (size_t i = 0; archs[i]; i++)
		if (!strcmp(archs[i]->type, type))
			return archs[i];
	return NULL;
}

int arch_reg_index(const struct arch *arch, const char *name)
{
	for (size_t i = 0; arch && i < arch->n_regs; i++)
		if (!strcasecmp(arch->regs[i].name, name))
			return (int)i;
	return -1;
}

bool reg_set_put(struct reg_set *set, const char *name, uint64_t value)
{
	int i = arch_reg_index(set->arch, name);

	if (i < 0)
		return false;
	set->value[i] = value;
	set->known |= 1u << i;
	return true;
}

bool reg_set_get(const struct reg_set *set, const char *name, uint64_t *value)
{
	int i = arch_reg_index(set->arch, name);

	if (i < 0 || !(set->known & (1u << i)))
		return false;
	*value = set->value[i];
	return true;
}

uint64_t field_raw(const struct field *field, uint64_t reg)
{
	unsigned int width = field->hi - field->lo + 1u;
	uint64_t mask = width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;

	return (reg >> field->lo) & mask;
}

bool field_is_reserved(const struct field *field)
{
	return !strcmp(field->name, "RSVD");
}

static bool has_name(const struct field *field, const char *name)
{
	size_t len = strlen(name);
	const char *p = field->aliases;

	if (!strcasecmp(field->name, name))
		return true;
	while (p && *p) {
		size_t n = strcspn(p, " ");

		if (n == len && !strncasecmp(p, name, n))
			return true;
		p += n;
		p += *p == ' ';
	}
	return false;
}

bool reg_set_field(const struct reg_set *set, const char *reg, const char *name, uint64_t *raw)
{
	int i = arch_reg_index(set->arch, reg);
	const struct reg *r;

	if (i < 0 || !(set->known & (1u << i)))
		return false;
	r = &set->arch->regs[i];
	for (size_t f = 0; f < r->n_fields; f++) {
		if (!has_name(&r->fields[f], name))
			continue;
		*raw = field_raw(&r->fields[f], set->value[i]);
		return true;
	}
	return false;
}

uint64_t reg_set_field_or_zero(const struct reg_set *set, const char *reg, const char *name)
{
	uint64_t raw = 0;

	return reg_set_field(set, reg, name, &raw) ? raw : 0;
}

static void join_bitmap(const struct field *field, uint64_t raw, char *buf, size_t size)
{
	uint64_t left = raw;
	size_t len = 0;

	snprintf(buf, size, raw ? "" : "none");
	for (const struct field_value *v = field->values; v && v->meaning; v++) {
		if (!(raw & v->raw))
			continue;
		left &= ~v->raw;
		if (len < size)
			len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? ", " : "",
						v->meaning);
	}
	if (left && len < size)
		snprintf(buf + len, size - len, "%sunknown bits 0x%" PRIx64, len ? ", " : "", left);
}

static bool listed_meaning(const struct field *field, uint64_t raw, char *buf, size_t size)
{
	for (const struct field_value *v = field->values; v && v->meaning; v++) {
		if (v->raw != raw)
			continue;
		snprintf(buf, size, "%s", v->meaning);
		return strncmp(v->meaning, "reserved", 8) != 0;
	}
	snprintf(buf, size, "reserved value %" PRIu64, raw);
	return false;
}

bool field_meaning(const struct field *field, const struct reg_set *set, uint64_t raw, char *buf,
		   size_t size)
{
	if (field->describe && field->describe(raw, set, buf, size))
		return true;
	switch (field->kind) {
	case FIELD_FLAG:
		if (field->values)
			return listed_meaning(field, raw, buf, size);
		snprintf(buf, size, raw ? "yes" : "no");
		return true;
	case FIELD_ENUM:
		return listed_meaning(field, raw, buf, size);
	case FIELD_BITMAP:
		join_bitmap(field, raw, buf, size);
		return true;
	case FIELD_NUMBER:
		snprintf(buf, size, "%" PRIu64, raw);
		return true;
	case FIELD_OPAQUE:
		snprintf(buf, size, "0x%" PRIx64, raw);
		return true;
	}
	return false;
}
