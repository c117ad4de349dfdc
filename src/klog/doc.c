/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record as JSON. */
#include "config.h"
#include "klog/internal.h"

#include <string.h>

#include "base/mem.h"
#include "decode/field.h"
#include "render/doc.h"
#include "render/registers.h"

/* What comes first, in this order; faults have all of it, null where the line does not say. */
static const char *const leading[] = { "iommu",       "driver", "device", "stream_id", "address",
				       "reason_code", "reason", "access", "pasid" };

static bool of_every_fault(const char *key)
{
	return strcmp(key, "driver") && strcmp(key, "stream_id");
}

static bool is_leading(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(leading); i++)
		if (!strcmp(leading[i], key))
			return true;
	return false;
}

static json_object *list_doc(const char *items)
{
	json_object *list = doc_list();

	while (items && *items) {
		size_t n = strcspn(items, "\n");

		doc_push(list, doc_strn(items, n));
		items += n;
		items += *items == '\n';
	}
	return list;
}

static json_object *fact_doc(const struct klog_fact *f)
{
	switch (f->type) {
	case KLOG_HEX:
		return doc_hex(f->num, f->bits);
	case KLOG_UINT:
		return doc_uint(f->num);
	case KLOG_INT:
		return doc_int((int64_t)f->num);
	case KLOG_BOOL:
		return doc_bool(f->num);
	case KLOG_LIST:
		return list_doc(f->str);
	case KLOG_STR:
		break;
	}
	return doc_str(f->str);
}

static json_object *source_doc(const struct klog_record *rec)
{
	json_object *o = doc_object();

	doc_add(o, "file", doc_str(rec->file));
	doc_add(o, "line", doc_uint(rec->line));
	if (rec->lines > 1)
		doc_add(o, "lines", doc_uint(rec->lines));
	return o;
}

/* The field document's members become the record's own. */
static void add_registers(json_object *o, const struct klog_record *rec)
{
	struct reg_set set = { .arch = arch_find(rec->arch) };
	const struct klog_fact *oas = klog_fact(rec, "output_address_bits");
	json_object *regs;

	for (unsigned int i = 0; i < rec->n_regs; i++)
		reg_set_put(&set, rec->reg_name[i], rec->reg_value[i]);
	regs = registers_doc(&set);
	if (!rec->n_regs && oas)
		doc_add(doc_get(regs, "capabilities"), "output_address_bits", fact_doc(oas));
	json_object_object_foreach(regs, key, value) doc_add_copy(o, key, json_object_get(value));
	json_object_put(regs);
}

json_object *klog_record_doc(const struct klog_record *rec)
{
	json_object *o = doc_object();

	doc_add(o, "source", source_doc(rec));
	doc_add(o, "kind", doc_str(klog_kind_name(rec->kind)));
	doc_add(o, "family", doc_str(rec->pattern->id));
	if (rec->kind == KLOG_MALFORMED)
		doc_add(o, "why", doc_str(rec->why));
	if (rec->time)
		doc_add(o, "time", doc_str(rec->time));
	for (size_t i = 0; i < ARRAY_SIZE(leading); i++) {
		const struct klog_fact *f = klog_fact(rec, leading[i]);

		if (f || (rec->kind == KLOG_FAULT && of_every_fault(leading[i])))
			doc_add(o, leading[i], f ? fact_doc(f) : NULL);
	}
	for (unsigned int i = 0; i < rec->n_facts; i++)
		if (!is_leading(rec->facts[i].key))
			doc_add_copy(o, rec->facts[i].key, fact_doc(&rec->facts[i]));
	if (rec->arch)
		add_registers(o, rec);
	doc_add(o, "meaning", doc_str(rec->meaning));
	doc_add(o, "advice", doc_str(rec->advice));
	return o;
}
