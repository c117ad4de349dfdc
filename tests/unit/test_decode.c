/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables as tables: every bit belongs to exactly one field, and each field stands alone. */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "decode/capabilities.h"
#include "decode/field.h"
#include "decode/payload.h"
#include "decode/rows.h"
#include "render/registers.h"
#include "unit.h"

typedef void with_reg(const struct arch *arch, const struct reg *reg);

static void each_reg(with_reg *f)
{
	for (size_t a = 0; archs[a]; a++) {
		for (size_t r = 0; r < archs[a]->n_regs; r++)
			f(archs[a], &archs[a]->regs[r]);
		if (archs[a]->hw_info_flags)
			f(archs[a], archs[a]->hw_info_flags);
	}
	f(archs[0], &hwinfo_capabilities);
}

static void check_coverage(const struct arch *arch, const struct reg *reg)
{
	for (unsigned int bit = 0; bit < reg->bits; bit++) {
		int owners = 0;

		for (size_t i = 0; i < reg->n_fields; i++)
			owners += bit >= reg->fields[i].lo && bit <= reg->fields[i].hi;
		if (owners != 1)
			unit_fail("%s %s bit %u has %d fields", arch->type, reg->name, bit, owners);
	}
	for (size_t i = 0; i < reg->n_fields; i++) {
		const struct field *f = &reg->fields[i];

		if (f->hi < f->lo || f->hi >= reg->bits)
			unit_fail("%s %s.%s has bits %u:%u", arch->type, reg->name, f->name, f->hi,
				  f->lo);
		if (i && f->lo != reg->fields[i - 1].hi + 1)
			unit_fail("%s %s.%s is out of order", arch->type, reg->name, f->name);
	}
}

static void every_bit_has_one_field(void)
{
	each_reg(check_coverage);
}

static void check_rows(const struct arch *arch, const struct reg *reg)
{
	for (size_t i = 0; i < reg->n_fields; i++) {
		const struct field *f = &reg->fields[i];
		bool listed = f->kind == FIELD_ENUM || f->kind == FIELD_BITMAP;

		if (!f->title || !*f->title)
			unit_fail("%s %s.%s has no title", arch->type, reg->name, f->name);
		if (f->kind == FIELD_FLAG && f->hi != f->lo)
			unit_fail("%s %s.%s is a flag of %d bits", arch->type, reg->name, f->name,
				  f->hi - f->lo + 1);
		if (listed && !f->values)
			unit_fail("%s %s.%s lists no values", arch->type, reg->name, f->name);
		for (const struct field_value *v = f->values; v && v->meaning; v++)
			if (field_raw(f, v->raw << f->lo) != v->raw)
				unit_fail("%s %s.%s: %s does not fit", arch->type, reg->name,
					  f->name, v->meaning);
	}
}

static void every_row_is_whole(void)
{
	each_reg(check_rows);
}

static void check_name(const struct arch *arch, const struct reg *reg, const struct field *f,
		       const char *name)
{
	if (reg_find_field(reg, name) != f)
		unit_fail("%s %s: the name %s finds another field", arch->type, reg->name, name);
}

static void check_names(const struct arch *arch, const struct reg *reg)
{
	for (size_t i = 0; i < reg->n_fields; i++) {
		const struct field *f = &reg->fields[i];
		char *words, *save = NULL;

		if (field_is_reserved(f))
			continue;
		check_name(arch, reg, f, f->name);
		words = mem_strdup(f->aliases ? f->aliases : "");
		for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
			check_name(arch, reg, f, w);
		free(words);
	}
}

static void names_and_aliases_are_unique(void)
{
	each_reg(check_names);
	for (size_t a = 0; archs[a]; a++)
		for (size_t r = 0; r < archs[a]->n_regs; r++)
			unit_int(arch_reg_index(archs[a], archs[a]->regs[r].name), r);
}

/* The fields of @value that are not zero, RSVD included, as "NAME=raw NAME=raw". */
static char *set_fields(const struct reg *reg, uint64_t value, const struct reg_set *set)
{
	json_object *fields = register_fields_doc(reg, value, set);
	char *text = mem_strdup("");

	json_object_object_foreach(fields, name, f)
	{
		uint64_t raw = (uint64_t)json_object_get_int64(doc_get(f, "raw"));
		char *more;

		if (json_object_get_type(doc_get(f, "raw")) == json_type_int &&
		    json_object_get_uint64(doc_get(f, "raw")) > INT64_MAX)
			raw = json_object_get_uint64(doc_get(f, "raw"));
		if (!raw)
			continue;
		more = mem_printf("%s%s%s=0x%" PRIx64 "@%s", text, *text ? " " : "", name, raw,
				  doc_get_str(f, "bits", "?"));
		free(text);
		text = more;
	}
	json_object_put(fields);
	return text;
}

static void check_alone(const struct arch *arch, const struct reg *reg)
{
	struct reg_set set = { .arch = arch };

	for (size_t i = 0; i < reg->n_fields; i++) {
		const struct field *f = &reg->fields[i];

		for (unsigned int bit = f->lo; bit <= f->hi; bit++) {
			char *want, *got = set_fields(reg, UINT64_C(1) << bit, &set);
			uint64_t raw = UINT64_C(1) << (bit - f->lo);

			if (f->hi == f->lo)
				want = mem_printf("%s=0x%" PRIx64 "@%u", f->name, raw, f->hi);
			else
				want = mem_printf("%s=0x%" PRIx64 "@%u:%u", f->name, raw, f->hi,
						  f->lo);
			unit_str(got, want);
			free(got);
			free(want);
		}
	}
}

static void each_bit_alone_sets_its_field_alone(void)
{
	each_reg(check_alone);
}

/* One line of fields.tsv: its bits, all set, are that field, alone and whole. */
static void check_line(const char *type, const char *reg_name, unsigned int hi, unsigned int lo,
		       const char *name)
{
	const struct arch *arch = arch_find(type);
	int i = arch_reg_index(arch, reg_name);
	unsigned int width = hi - lo + 1;
	uint64_t raw = width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
	struct reg_set set = { .arch = arch };
	char *want, *got;

	if (i < 0) {
		unit_fail("%s has no register %s", type, reg_name);
		return;
	}
	got = set_fields(&arch->regs[i], raw << lo, &set);
	want = hi == lo ? mem_printf("%s=0x%" PRIx64 "@%u", name, raw, hi)
			: mem_printf("%s=0x%" PRIx64 "@%u:%u", name, raw, hi, lo);
	unit_str(got, want);
	free(got);
	free(want);
}

/* Against a list that was made from other sources than the tables. */
static void fields_are_where_they_belong(void)
{
	const char *dir = getenv("srcdir");
	char *path = mem_printf("%s/tests/unit/fields.tsv", dir ? dir : "."), line[256];
	FILE *f = fopen(path, "r");
	size_t rows = 0, lines = 0;

	for (size_t a = 0; archs[a]; a++)
		for (size_t r = 0; r < archs[a]->n_regs; r++)
			rows += archs[a]->regs[r].n_fields;
	if (!f)
		unit_fail("cannot read %s", path);
	while (f && fgets(line, sizeof(line), f)) {
		char type[32], reg[32], name[64];
		unsigned int hi, lo;

		if (line[0] == '#')
			continue;
		if (sscanf(line, "%31s %31s %u %u %63s", type, reg, &hi, &lo, name) == 5)
			check_line(type, reg, hi, lo, name);
		else
			unit_fail("odd line: %s", line);
		lines++;
	}
	if (lines != rows)
		unit_fail("%s has %zu lines, the tables have %zu rows", path, lines, rows);
	if (f)
		fclose(f);
	free(path);
}

static void check_meanings(const struct arch *arch, const struct reg *reg)
{
	struct reg_set set = { .arch = arch };

	for (size_t i = 0; i < reg->n_fields; i++) {
		const struct field *f = &reg->fields[i];
		unsigned int width = f->hi - f->lo + 1u;
		uint64_t last = width > 8 ? 255 : (UINT64_C(1) << width) - 1;

		for (uint64_t raw = 0; raw <= last; raw++) {
			char buf[160] = "";
			bool valid = field_meaning(f, &set, raw, buf, sizeof(buf));

			if (!*buf)
				unit_fail("%s %s.%s=%d has no meaning", arch->type, reg->name,
					  f->name, (int)raw);
			if (valid == (strstr(buf, "reserved") == buf))
				if (!(f->kind == FIELD_BITMAP))
					unit_fail("%s %s.%s=%d says '%s'", arch->type, reg->name,
						  f->name, (int)raw, buf);
		}
	}
}

static void every_value_has_a_meaning(void)
{
	each_reg(check_meanings);
}

static void every_capability_has_a_rule_in_words(void)
{
	for (size_t a = 0; archs[a]; a++)
		for (size_t i = 0; archs[a]->rules && i < CAP_COUNT; i++)
			if (!archs[a]->rules[i].doc)
				unit_fail("%s says nothing about %s", archs[a]->type,
					  capability_info[i].key);
}

int main(void)
{
	unit_run(every_bit_has_one_field);
	unit_run(every_row_is_whole);
	unit_run(names_and_aliases_are_unique);
	unit_run(each_bit_alone_sets_its_field_alone);
	unit_run(fields_are_where_they_belong);
	unit_run(every_value_has_a_meaning);
	unit_run(every_capability_has_a_rule_in_words);
	return unit_done();
}
