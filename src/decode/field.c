/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decoding engine: registers as tables of fields, raw words in, facts out. */
#include "config.h"
#include "decode/field.h"

#include <inttypes.h>
#include <stdarg.h>
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

/* True when @name is @main or one of the words of @aliases. */
static bool is_named(const char *main, const char *aliases, const char *name)
{
	size_t len = strlen(name);
	const char *p = aliases;

	if (!strcasecmp(main, name))
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

int arch_reg_index(const struct arch *arch, const char *name)
{
	for (size_t i = 0; arch && i < arch->n_regs; i++)
		if (is_named(arch->regs[i].name, arch->regs[i].aliases, name))
			return (int)i;
	return -1;
}

const char *field_kind_name(enum field_kind kind)
{
	static const char *const names[] = {
		[FIELD_FLAG] = "flag",     [FIELD_ENUM] = "enumeration", [FIELD_NUMBER] = "number",
		[FIELD_BITMAP] = "bitmap", [FIELD_OPAQUE] = "opaque",
	};

	return names[kind];
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

bool arch_has_promises(const struct arch *arch)
{
	for (size_t r = 0; arch && r < arch->n_regs; r++)
		for (size_t f = 0; f < arch->regs[r].n_fields; f++)
			if (arch->regs[r].fields[f].flags & FIELD_PROMISED)
				return true;
	return false;
}

const struct field *reg_find_field(const struct reg *reg, const char *name)
{
	for (size_t f = 0; f < reg->n_fields; f++)
		if (is_named(reg->fields[f].name, reg->fields[f].aliases, name))
			return &reg->fields[f];
	return NULL;
}

bool reg_set_is_dead(const struct reg_set *set)
{
	unsigned int widest = 0;

	/* The capability registers are the widest; sysfs gives only a part of the version. */
	for (size_t r = 0; set->arch && r < set->arch->n_regs; r++)
		if (set->known & (1u << r) && set->arch->regs[r].bits > widest)
			widest = set->arch->regs[r].bits;
	if (widest < 32)
		return false;
	for (size_t r = 0; r < set->arch->n_regs; r++) {
		unsigned int bits = set->arch->regs[r].bits;

		if (set->known & (1u << r) && bits == widest &&
		    set->value[r] != (bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1))
			return false;
	}
	return true;
}

bool reg_set_field(const struct reg_set *set, const char *reg, const char *name, uint64_t *raw)
{
	int i = arch_reg_index(set->arch, reg);
	const struct field *field;

	if (i < 0 || !(set->known & (1u << i)))
		return false;
	field = reg_find_field(&set->arch->regs[i], name);
	if (field)
		*raw = field_raw(field, set->value[i]);
	return field != NULL;
}

uint64_t reg_set_field_or_zero(const struct reg_set *set, const char *reg, const char *name)
{
	uint64_t raw = 0;

	return reg_set_field(set, reg, name, &raw) ? raw : 0;
}

/* Append to a list in words; text that does not fit is cut. */
static void __attribute__((format(printf, 4, 5)))
append(char *buf, size_t size, size_t *len, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (*len + 2 >= size)
		return;
	if (*len)
		*len += (size_t)snprintf(buf + *len, size - *len, ", ");
	va_start(ap, fmt);
	n = vsnprintf(buf + *len, size - *len, fmt, ap);
	va_end(ap);
	*len += n > 0 ? (size_t)n : 0;
	if (*len > size)
		*len = size;
}

static bool is_reserved_text(const char *meaning)
{
	return !strncmp(meaning, "reserved", 8);
}

static bool bitmap_meaning(const struct field *field, uint64_t raw, char *buf, size_t size)
{
	uint64_t left = raw;
	bool valid = true;
	size_t len = 0;

	*buf = '\0';
	if (!raw) {
		/* A row of value 0 says what it means when no bit is set. */
		bool row = field->values && !field->values[0].raw;

		snprintf(buf, size, "%s", row ? field->values[0].meaning : "none");
		return !row || !is_reserved_text(buf);
	}
	for (const struct field_value *v = field->values; v && v->meaning; v++) {
		if (!(raw & v->raw))
			continue;
		left &= ~v->raw;
		valid &= !is_reserved_text(v->meaning);
		append(buf, size, &len, "%s", v->meaning);
	}
	if (left)
		append(buf, size, &len, "reserved bits 0x%" PRIx64, left);
	return valid && !left;
}

static bool listed_meaning(const struct field *field, uint64_t raw, char *buf, size_t size)
{
	for (const struct field_value *v = field->values; v && v->meaning; v++) {
		if (v->raw != raw)
			continue;
		snprintf(buf, size, "%s", v->meaning);
		return !is_reserved_text(v->meaning);
	}
	snprintf(buf, size, "reserved value %" PRIu64, raw);
	return false;
}

bool reserved_bits_words(uint64_t set_bits, char *buf, size_t size)
{
	size_t len = 0;

	if (!set_bits) {
		snprintf(buf, size, "zero");
		return true;
	}
	len = (size_t)snprintf(buf, size, "reserved, yet set: bit ");
	if (len >= size)
		return false;
	buf += len;
	size -= len;
	len = 0;
	for (unsigned int hi = 64; hi-- > 0;) {
		unsigned int lo = hi;

		if (!(set_bits >> hi & 1))
			continue;
		while (lo && set_bits >> (lo - 1) & 1)
			lo--;
		append(buf, size, &len, hi == lo ? "%u" : "%u:%u", hi, lo);
		hi = lo;
	}
	return false;
}

bool field_meaning(const struct field *field, const struct reg_set *set, uint64_t raw, char *buf,
		   size_t size)
{
	enum meaning found = MEANING_NONE;

	if (field_is_reserved(field))
		return reserved_bits_words(raw << field->lo, buf, size);
	if (field->describe)
		found = field->describe(raw, set, buf, size);
	if (found != MEANING_NONE)
		return found == MEANING_VALID;
	switch (field->kind) {
	case FIELD_FLAG:
		if (field->values)
			return listed_meaning(field, raw, buf, size);
		snprintf(buf, size, raw ? "yes" : "no");
		return true;
	case FIELD_ENUM:
		return listed_meaning(field, raw, buf, size);
	case FIELD_BITMAP:
		return bitmap_meaning(field, raw, buf, size);
	case FIELD_NUMBER:
		snprintf(buf, size, "%" PRIu64, raw);
		return true;
	case FIELD_OPAQUE:
		snprintf(buf, size, "0x%" PRIx64, raw);
		return true;
	}
	return false;
}
