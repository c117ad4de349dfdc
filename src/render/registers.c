/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The field document: a decoded register block, as JSON and as text. */
#include "config.h"
#include "render/registers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "decode/capabilities.h"

enum { MEANING_SIZE = 160, LABEL_WIDTH = 24, BYTES_SHOWN = 16 };

/* --- the document --------------------------------------------------------- */

static json_object *bits_doc(const struct field *f)
{
	if (f->hi == f->lo)
		return doc_printf("%u", f->hi);
	return doc_printf("%u:%u", f->hi, f->lo);
}

static json_object *field_doc(const struct field *f, uint64_t raw, const struct reg_set *set,
			      bool promises)
{
	json_object *obj = doc_object();
	char meaning[MEANING_SIZE];
	bool valid = field_meaning(f, set, raw, meaning, sizeof(meaning));

	doc_add(obj, "bits", bits_doc(f));
	doc_add(obj, "raw", doc_uint(raw));
	doc_add(obj, "meaning", doc_str(meaning));
	doc_add(obj, "title", doc_str(f->title));
	if (!valid)
		doc_add(obj, "reserved", doc_bool(true));
	if (f->flags & FIELD_TENTATIVE)
		doc_add(obj, "tentative", doc_bool(true));
	if (f->flags & FIELD_RETIRED)
		doc_add(obj, "retired", doc_bool(true));
	if (promises)
		doc_add(obj, "promised", doc_bool(f->flags & FIELD_PROMISED));
	if (f->note)
		doc_add(obj, "note", doc_str(f->note));
	return obj;
}

/* All reserved ranges of a register that are not zero, as one field; NULL when there is none. */
static json_object *reserved_doc(const struct reg *reg, uint64_t value, bool promises)
{
	char ranges[64] = "", meaning[MEANING_SIZE];
	size_t range_len = 0;
	unsigned int lowest = 0;
	uint64_t kept = 0;
	json_object *obj;

	for (size_t i = reg->n_fields; i-- > 0;) {
		const struct field *f = &reg->fields[i];
		uint64_t raw = field_raw(f, value);

		if (!field_is_reserved(f) || !raw)
			continue;
		kept |= raw << f->lo;
		lowest = f->lo;
		range_len += (size_t)snprintf(ranges + range_len, sizeof(ranges) - range_len,
					      f->hi == f->lo ? "%s%u" : "%s%u:%u",
					      range_len ? "," : "", f->hi, f->lo);
	}
	if (!kept)
		return NULL;
	reserved_bits_words(kept, meaning, sizeof(meaning));
	obj = doc_object();
	doc_add(obj, "bits", doc_str(ranges));
	doc_add(obj, "raw", doc_uint(kept >> lowest));
	doc_add(obj, "meaning", doc_str(meaning));
	doc_add(obj, "title", doc_str("reserved bits"));
	doc_add(obj, "reserved", doc_bool(true));
	if (promises)
		doc_add(obj, "promised", doc_bool(false));
	return obj;
}

json_object *register_fields_doc(const struct reg *reg, uint64_t value, const struct reg_set *set)
{
	bool promises = set->from_iommufd && arch_has_promises(set->arch);
	json_object *fields = doc_object(), *reserved;

	for (size_t i = 0; i < reg->n_fields; i++) {
		const struct field *f = &reg->fields[i];

		if (!field_is_reserved(f))
			doc_add(fields, f->name, field_doc(f, field_raw(f, value), set, promises));
	}
	reserved = reserved_doc(reg, value, promises);
	if (reserved)
		doc_add(fields, "RSVD", reserved);
	return fields;
}

static json_object *sizes_doc(uint64_t mask)
{
	json_object *list = doc_list();

	for (unsigned int bit = 0; bit < 64; bit++)
		if (mask >> bit & 1)
			doc_push(list, doc_uint(UINT64_C(1) << bit));
	return list;
}

static json_object *capabilities_doc(const struct reg_set *set)
{
	json_object *obj = doc_object();
	struct capabilities caps;

	capabilities_of(set, &caps);
	for (size_t i = 0; i < CAP_COUNT; i++) {
		const struct capability_info *info = &capability_info[i];
		json_object *value = NULL;

		if (!caps.of[i].known)
			value = NULL;
		else if (info->kind == CAPABILITY_BOOL)
			value = doc_bool(caps.of[i].value != 0);
		else if (info->kind == CAPABILITY_SIZES)
			value = sizes_doc(caps.of[i].value);
		else
			value = doc_uint(caps.of[i].value);
		doc_add(obj, info->key, value);
	}
	return obj;
}

/* What is odd about a register, in words, from its finished fields. */
static void add_warnings(json_object *warnings, const char *reg, json_object *fields)
{
	json_object_object_foreach(fields, name, f)
	{
		const char *meaning = doc_get_str(f, "meaning", "");

		if (!doc_get_bool(f, "reserved", false))
			continue;
		if (!strcmp(name, "RSVD"))
			doc_push(warnings, doc_printf("%s: %s", reg, meaning));
		else
			doc_push(warnings, doc_printf("%s.%s: %s", reg, name, meaning));
	}
}

static json_object *named_by(bool (*name)(const struct reg_set *, char *, size_t),
			     const struct reg_set *set)
{
	char buf[MEANING_SIZE];

	return name && name(set, buf, sizeof(buf)) ? doc_str(buf) : NULL;
}

json_object *registers_doc(const struct reg_set *set)
{
	const struct arch *arch = set->arch;
	json_object *doc = doc_object(), *registers = doc_object(), *warnings = doc_list();

	for (size_t i = 0; arch && i < arch->n_regs; i++) {
		const struct reg *reg = &arch->regs[i];
		json_object *obj, *fields;

		if (!(set->known & (1u << i)))
			continue;
		obj = doc_object();
		fields = register_fields_doc(reg, set->value[i], set);
		add_warnings(warnings, reg->name, fields);
		doc_add(obj, "value", doc_hex(set->value[i], reg->bits));
		doc_add(obj, "title", doc_str(reg->title));
		doc_add(obj, "fields", fields);
		doc_add(registers, reg->name, obj);
	}
	if (reg_set_is_dead(set))
		doc_push(warnings, doc_str("every bit is set: the unit does not answer"));
	if (arch && arch->remark && arch->remark(set))
		doc_push(warnings, doc_str(arch->remark(set)));
	doc_add(doc, "type", doc_str(arch ? arch->type : "unknown"));
	doc_add(doc, "version", arch ? named_by(arch->version, set) : NULL);
	doc_add(doc, "product", arch ? named_by(arch->product, set) : NULL);
	doc_add(doc, "registers", registers);
	doc_add(doc, "capabilities", capabilities_doc(set));
	doc_add(doc, "warnings", warnings);
	return doc;
}

static json_object *bytes_doc(const uint8_t *data, size_t len)
{
	char *hex = mem_alloc(len * 2 + 1);
	json_object *obj;

	for (size_t i = 0; i < len; i++)
		sprintf(hex + 2 * i, "%02x", data[i]);
	hex[2 * len] = '\0';
	obj = doc_str(hex);
	free(hex);
	return obj;
}

static json_object *errata_doc(const struct payload *p)
{
	const struct reg *flags = p->regs.arch->hw_info_flags;
	json_object *list = doc_list();

	for (size_t i = 0; i < flags->n_fields; i++) {
		const struct field *f = &flags->fields[i];
		json_object *obj;

		if (field_is_reserved(f) || f->kind != FIELD_FLAG || !field_raw(f, p->flags))
			continue;
		obj = doc_object();
		doc_add(obj, "name", doc_str(f->name));
		doc_add(obj, "title", doc_str(f->title));
		doc_add(obj, "note", doc_str(f->note));
		doc_push(list, obj);
	}
	return list;
}

json_object *payload_doc(const struct payload *p)
{
	json_object *doc = registers_doc(&p->regs), *warnings = doc_get(doc, "warnings");
	const struct reg *flags = p->regs.arch ? p->regs.arch->hw_info_flags : NULL;

	doc_add(doc, "type", doc_str(p->type));
	if (flags && p->has_flags) {
		json_object *fields = register_fields_doc(flags, p->flags, &p->regs);

		add_warnings(warnings, "flags", fields);
		json_object_put(fields);
		doc_add(doc, "flags", doc_hex(p->flags, flags->bits));
		doc_add(doc, "errata", errata_doc(p));
	}
	if (p->reserved)
		doc_push(warnings, doc_printf("the reserved word after the flags is 0x%08" PRIx32,
					      p->reserved));
	if (payload_is_short(p))
		doc_push(warnings, doc_printf("only %zu of %zu bytes are there", p->len, p->known));
	if (payload_extra(p)) {
		doc_push(warnings, doc_printf("the kernel gives %zu bytes more than are known",
					      payload_extra(p)));
		doc_add(doc, "extra", bytes_doc(p->data + p->known, payload_extra(p)));
	}
	if (!p->regs.arch && p->len)
		doc_add(doc, "raw", bytes_doc(p->data, p->len));
	return doc;
}

/* --- text ------------------------------------------------------------------- */

static void label(struct out *o, const char *text)
{
	out_cell(o, text, LABEL_WIDTH);
	out_str(o, "  ");
}

/* Wrapped for eyes only: scripts get a line each. */
static void line(struct out *o, const char *title, enum out_style style, const char *text)
{
	label(o, title);
	if (o->width && style == OUT_PLAIN)
		out_wrap(o, LABEL_WIDTH + 2, text);
	else
		out_styled(o, style, text);
	out_str(o, "\n");
}

static void sizes_text(struct out *o, json_object *list)
{
	char words[512];
	uint64_t mask = 0;

	for (size_t i = 0; i < doc_len(list); i++)
		mask |= (uint64_t)json_object_get_int64(doc_at(list, i));
	sizes_words(mask, words, sizeof(words));
	out_str(o, words);
}

void capability_text(struct out *o, const struct capability_info *info, json_object *value)
{
	if (!value)
		out_styled(o, OUT_DIM, "unknown");
	else if (info->kind == CAPABILITY_SIZES)
		sizes_text(o, value);
	else if (info->kind == CAPABILITY_BOOL)
		out_str(o, json_object_get_boolean(value) ? "yes" : "no");
	else if (json_object_get_int64(value))
		out_printf(o, "%" PRId64, json_object_get_int64(value));
	else
		out_str(o, "none");
}

static void capability_line(struct out *o, const struct capability_info *info, json_object *value)
{
	label(o, info->title);
	capability_text(o, info, value);
	out_str(o, "\n");
}

static void field_line(struct out *o, const char *name, json_object *f)
{
	bool retired = doc_get_bool(f, "retired", false);
	json_object *promised = doc_get(f, "promised");

	if (retired && !doc_get_int(f, "raw", 0))
		return;
	out_str(o, "  ");
	out_cell(o, name, 18);
	out_printf(o, " %5s  %s: ", doc_get_str(f, "bits", ""), doc_get_str(f, "title", ""));
	out_styled(o, doc_get_bool(f, "reserved", false) ? OUT_WARN : OUT_PLAIN,
		   doc_get_str(f, "meaning", ""));
	if (retired)
		out_str(o, " [retired]");
	if (doc_get_bool(f, "tentative", false))
		out_str(o, " [tentative]");
	if (promised && !json_object_get_boolean(promised))
		out_str(o, " [not promised]");
	out_str(o, "\n");
}

static void register_text(struct out *o, const char *name, json_object *reg)
{
	out_str(o, "\n");
	out_styled(o, OUT_BOLD, name);
	out_printf(o, "  %s  %s\n", doc_get_str(reg, "value", ""), doc_get_str(reg, "title", ""));
	json_object_object_foreach(doc_get(reg, "fields"), field, f) field_line(o, field, f);
}

static void registers_line(struct out *o, json_object *registers)
{
	struct out text = { 0 };

	if (!json_object_object_length(registers))
		return;
	json_object_object_foreach(registers, name, reg) out_printf(
		&text, "%s%s=%s", text.len ? " " : "", name, doc_get_str(reg, "value", ""));
	out_raw(&text, "", 1);
	line(o, "registers", OUT_PLAIN, text.data);
	out_free(&text);
}

/* Bytes as hex digits: the first of them, unless all are wanted. */
static void bytes_line(struct out *o, const char *title, const char *hex)
{
	size_t len = strlen(hex);

	if (!*hex)
		return;
	label(o, title);
	if (o->verbose || len <= BYTES_SHOWN * 2)
		out_printf(o, "%s\n", hex);
	else
		out_printf(o, "%.*s... (%zu bytes; all with -v)\n", BYTES_SHOWN * 2, hex, len / 2);
}

static void errata_lines(struct out *o, json_object *errata)
{
	if (!errata)
		return;
	if (!doc_len(errata))
		line(o, "errata", OUT_PLAIN, "none reported");
	for (size_t i = 0; i < doc_len(errata); i++) {
		json_object *e = doc_at(errata, i);

		char *text = mem_printf("%s: %s", doc_get_str(e, "name", ""),
					doc_get_str(e, "title", ""));

		line(o, "errata", OUT_PLAIN, text);
		free(text);
	}
}

static void type_lines(struct out *o, json_object *doc)
{
	const char *type = doc_get_str(doc, "type", "unknown");
	const struct arch *arch = arch_find(type);

	label(o, "type");
	if (arch)
		out_printf(o, "%s (%s)\n", type, arch->title);
	else
		out_printf(o, "%s\n", type);
	if (arch && arch->version)
		line(o, "version", OUT_PLAIN, doc_get_str(doc, "version", "unknown"));
	if (arch && arch->product)
		line(o, "product", OUT_PLAIN, doc_get_str(doc, "product", "unknown"));
}

void registers_view(struct out *o, json_object *doc)
{
	json_object *capabilities = doc_get(doc, "capabilities");
	json_object *registers = doc_get(doc, "registers"), *warnings = doc_get(doc, "warnings");

	type_lines(o, doc);
	for (size_t i = 0; i < CAP_COUNT; i++)
		capability_line(o, &capability_info[i],
				doc_get(capabilities, capability_info[i].key));
	errata_lines(o, doc_get(doc, "errata"));
	registers_line(o, registers);
	bytes_line(o, "raw", doc_get_str(doc, "raw", ""));
	bytes_line(o, "extra", doc_get_str(doc, "extra", ""));
	for (size_t i = 0; i < doc_len(warnings); i++)
		line(o, "warning", OUT_WARN, json_object_get_string(doc_at(warnings, i)));
	if (!o->verbose || !registers)
		return;
	json_object_object_foreach(registers, name, reg) register_text(o, name, reg);
}
