/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The field reference: the tables themselves, as a document and as text. */
#include "config.h"
#include "render/fields.h"

#include <inttypes.h>
#include <string.h>

#include "decode/capabilities.h"
#include "decode/field.h"

/* --- the document --------------------------------------------------------- */

static json_object *words_doc(const char *words)
{
	json_object *list = doc_list();

	while (words && *words) {
		size_t len = strcspn(words, " ");

		doc_push(list, doc_strn(words, len));
		words += len;
		words += *words == ' ';
	}
	return list;
}

static json_object *values_doc(const struct field_value *values)
{
	json_object *list = doc_list();

	for (const struct field_value *v = values; v && v->meaning; v++) {
		json_object *obj = doc_object();

		doc_add(obj, "raw", doc_uint(v->raw));
		doc_add(obj, "meaning", doc_str(v->meaning));
		doc_push(list, obj);
	}
	return list;
}

static json_object *row_doc(const struct field *f, bool promises)
{
	json_object *obj = doc_object();

	doc_add(obj, "name", doc_str(f->name));
	doc_add(obj, "bits",
		f->hi == f->lo ? doc_printf("%u", f->hi) : doc_printf("%u:%u", f->hi, f->lo));
	doc_add(obj, "title", doc_str(f->title));
	doc_add(obj, "kind", doc_str(field_kind_name(f->kind)));
	doc_add(obj, "values", values_doc(f->values));
	doc_add(obj, "aliases", words_doc(f->aliases));
	doc_add(obj, "tentative", doc_bool(f->flags & FIELD_TENTATIVE));
	doc_add(obj, "retired", doc_bool(f->flags & FIELD_RETIRED));
	if (promises)
		doc_add(obj, "promised", doc_bool(f->flags & FIELD_PROMISED));
	doc_add(obj, "note", doc_str(f->note));
	return obj;
}

static json_object *rows_doc(const struct reg *reg, bool promises)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < reg->n_fields; i++)
		doc_push(list, row_doc(&reg->fields[i], promises));
	return list;
}

static json_object *regs_doc(const struct arch *arch)
{
	bool promises = arch_has_promises(arch);
	json_object *list = doc_list();

	for (size_t i = 0; i < arch->n_regs; i++) {
		const struct reg *reg = &arch->regs[i];
		json_object *obj = doc_object();

		doc_add(obj, "name", doc_str(reg->name));
		doc_add(obj, "title", doc_str(reg->title));
		doc_add(obj, "bits", doc_uint(reg->bits));
		doc_add(obj, "aliases", words_doc(reg->aliases));
		doc_add(obj, "fields", rows_doc(reg, promises));
		doc_push(list, obj);
	}
	return list;
}

static json_object *rules_doc(const struct arch *arch)
{
	static const char *const kinds[] = {
		[CAPABILITY_BOOL] = "boolean",
		[CAPABILITY_NUMBER] = "integer",
		[CAPABILITY_SIZES] = "sizes",
	};
	json_object *list = doc_list();

	for (size_t i = 0; arch->rules && i < CAP_COUNT; i++) {
		json_object *obj = doc_object();

		doc_add(obj, "name", doc_str(capability_info[i].key));
		doc_add(obj, "title", doc_str(capability_info[i].title));
		doc_add(obj, "kind", doc_str(kinds[capability_info[i].kind]));
		doc_add(obj, "known", doc_bool(arch->rules[i].value != NULL));
		doc_add(obj, "rule", doc_str(arch->rules[i].doc));
		doc_push(list, obj);
	}
	return list;
}

static json_object *arch_doc(const struct arch *arch)
{
	json_object *obj = doc_object();

	doc_add(obj, "type", doc_str(arch->type));
	doc_add(obj, "title", doc_str(arch->title));
	doc_add(obj, "revision", doc_str(arch->revision));
	doc_add(obj, "registers", regs_doc(arch));
	doc_add(obj, "hw_info_flags",
		arch->hw_info_flags ? rows_doc(arch->hw_info_flags, false) : doc_list());
	doc_add(obj, "capabilities", rules_doc(arch));
	return obj;
}

bool fields_doc(json_object *doc, const char *type)
{
	json_object *list;

	if (type && !arch_find(type))
		return false;
	list = doc_list();
	for (size_t i = 0; archs[i]; i++)
		if (!type || archs[i] == arch_find(type))
			doc_push(list, arch_doc(archs[i]));
	doc_add(doc, "architectures", list);
	return true;
}

/* --- text ------------------------------------------------------------------- */

enum { TEXT_INDENT = 28 };

static void remarks(struct out *o, json_object *row)
{
	json_object *values = doc_get(row, "values"), *aliases = doc_get(row, "aliases");
	const char *note = doc_get_str(row, "note", NULL);

	for (size_t i = 0; i < doc_len(values); i++) {
		json_object *v = doc_at(values, i);

		out_printf(o, "%s%" PRId64 " = %s", i ? "; " : ": ", doc_get_int(v, "raw", 0),
			   doc_get_str(v, "meaning", ""));
	}
	if (note)
		out_printf(o, " (%s)", note);
	for (size_t i = 0; i < doc_len(aliases); i++)
		out_printf(o, "%s%s", i ? ", " : " [also ",
			   json_object_get_string(doc_at(aliases, i)));
	out_str(o, doc_len(aliases) ? "]" : "");
	out_str(o, doc_get_bool(row, "retired", false) ? " [retired]" : "");
	out_str(o, doc_get_bool(row, "tentative", false) ? " [tentative]" : "");
	out_str(o, doc_get_bool(row, "promised", false) ? " [promised by the iommufd uAPI]" : "");
}

static void rows_text(struct out *o, json_object *rows)
{
	for (size_t i = 0; i < doc_len(rows); i++) {
		json_object *row = doc_at(rows, i);
		struct out line = { 0 };

		out_printf(o, "  %5s  ", doc_get_str(row, "bits", ""));
		out_cell(o, doc_get_str(row, "name", ""), TEXT_INDENT - 10);
		out_str(o, " ");
		out_str(&line, doc_get_str(row, "title", ""));
		remarks(&line, row);
		out_raw(&line, "", 1);
		out_wrap(o, TEXT_INDENT, line.data);
		out_str(o, "\n");
		out_free(&line);
	}
}

static void register_heading(struct out *o, json_object *reg)
{
	json_object *aliases = doc_get(reg, "aliases");

	out_str(o, "\n");
	out_styled(o, OUT_BOLD, doc_get_str(reg, "name", ""));
	out_printf(o, "  %s, %" PRId64 " bits", doc_get_str(reg, "title", ""),
		   doc_get_int(reg, "bits", 0));
	for (size_t i = 0; i < doc_len(aliases); i++)
		out_printf(o, "%s%s", i ? ", " : "; also ",
			   json_object_get_string(doc_at(aliases, i)));
	out_str(o, "\n");
}

static void rules_text(struct out *o, json_object *rules)
{
	if (!doc_len(rules))
		return;
	out_str(o, "\n");
	out_styled(o, OUT_BOLD, "capabilities");
	out_str(o, "  how the vocabulary common to all architectures follows\n");
	for (size_t i = 0; i < doc_len(rules); i++) {
		json_object *rule = doc_at(rules, i);

		out_str(o, "  ");
		out_cell(o, doc_get_str(rule, "name", ""), TEXT_INDENT - 3);
		out_str(o, " ");
		if (!doc_get_bool(rule, "known", false))
			out_str(o, "unknown: ");
		out_wrap(o, TEXT_INDENT, doc_get_str(rule, "rule", ""));
		out_str(o, "\n");
	}
}

static void arch_text(struct out *o, json_object *arch)
{
	json_object *regs = doc_get(arch, "registers"), *flags = doc_get(arch, "hw_info_flags");

	out_styled(o, OUT_TITLE, doc_get_str(arch, "type", ""));
	out_printf(o, "  %s\n", doc_get_str(arch, "title", ""));
	out_str(o, "covers ");
	out_wrap(o, strlen("covers "), doc_get_str(arch, "revision", ""));
	out_str(o, "\n");
	for (size_t i = 0; i < doc_len(regs); i++) {
		register_heading(o, doc_at(regs, i));
		rows_text(o, doc_get(doc_at(regs, i), "fields"));
	}
	if (doc_len(flags)) {
		out_str(o, "\n");
		out_styled(o, OUT_BOLD, "flags");
		out_str(o, "  the word before the registers in the answer of IOMMU_GET_HW_INFO\n");
		rows_text(o, flags);
	}
	rules_text(o, doc_get(arch, "capabilities"));
}

void fields_view(struct out *o, json_object *doc)
{
	json_object *archs_list = doc_get(doc, "architectures");

	for (size_t i = 0; i < doc_len(archs_list); i++) {
		out_str(o, i ? "\n" : "");
		arch_text(o, doc_at(archs_list, i));
	}
}
