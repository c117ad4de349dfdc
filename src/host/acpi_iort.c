/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IORT: Arm's SMMUs, what feeds them (root complexes, named devices), and
 * reserved memory (RMR). Layout: Arm DEN0049, "IO Remapping Table".
 */
#include "config.h"

#include "base/mem.h"
#include "host/acpi_fields.h"
#include "render/doc.h"

static const char *const smmu_models[] = { "generic", "hisi-hi161x", "cavium-cn99xx" };
static const char *const smmu12_models[] = { "smmu-v1", "smmu-v2", "mmu-400",
					     "mmu-500", "mmu-401", "cavium-thunderx" };
static const char *const httu_names[] = { "none", "access-flag", "access-and-dirty" };

static const struct acpi_field named_fields[] = {
	{ "stall", 16, 4, ACPI_FLAG, .bit = 0 },
	{ "pasid_bits", 16, 4, ACPI_NUMBER, .bit = 1, .bits = 5 },
	{ "coherent", 20, 4, ACPI_NUMBER },
	{ "address_bits", 28, 1, ACPI_NUMBER },
};

static const struct acpi_field rc_fields[] = {
	{ "segment", 28, 4, ACPI_NUMBER },        { "coherent", 16, 4, ACPI_NUMBER },
	{ "canwbs", 23, 1, ACPI_FLAG, .bit = 2 }, { "ats", 24, 4, ACPI_FLAG, .bit = 0 },
	{ "pri", 24, 4, ACPI_FLAG, .bit = 1 },    { "pasid", 24, 4, ACPI_FLAG, .bit = 2 },
	{ "address_bits", 32, 1, ACPI_NUMBER },
};

static const struct acpi_field smmu_fields[] = {
	{ "register_base", 16, 8, ACPI_ADDRESS },
	{ "register_span", 24, 8, ACPI_ADDRESS },
	{ "model", 32, 4, ACPI_NAME, .names = smmu12_models, .n_names = ARRAY_SIZE(smmu12_models) },
	{ "coherent", 36, 4, ACPI_FLAG, .bit = 1 },
};

static const struct acpi_field smmu3_fields[] = {
	{ "register_base", 16, 8, ACPI_ADDRESS },
	{ "model", 40, 4, ACPI_NAME, .names = smmu_models, .n_names = ARRAY_SIZE(smmu_models) },
	{ "coherent_override", 24, 4, ACPI_FLAG, .bit = 0 },
	{ "httu_override", 24, 4, ACPI_NAME, .bit = 1, .bits = 2, .names = httu_names,
	  .n_names = ARRAY_SIZE(httu_names) },
};

static const struct acpi_field pmcg_fields[] = {
	{ "register_base", 16, 8, ACPI_ADDRESS },
	{ "node", 28, 4, ACPI_NUMBER },
};

static const struct acpi_field rmr_fields[] = {
	{ "remapping_permitted", 16, 4, ACPI_FLAG, .bit = 0 },
	{ "privileged", 16, 4, ACPI_FLAG, .bit = 1 },
};

enum { MAPPING_LEN = 20, RANGE_LEN = 20, NODE_HEADER = 16 };

static json_object *mapping(const struct acpi_block *m)
{
	uint64_t input = acpi_get(m, 0, 4), output = acpi_get(m, 8, 4);
	json_object *obj = doc_object();

	doc_add(obj, "input", doc_hex(input, 32));
	/* The table counts one less. */
	doc_add(obj, "count", doc_uint(acpi_get(m, 4, 4) + 1));
	doc_add(obj, "output", doc_hex(output, 32));
	doc_add(obj, "node", doc_uint(acpi_get(m, 12, 4)));
	doc_add(obj, "single", doc_bool(acpi_get(m, 16, 4) & 1));
	return obj;
}

/* A list of @count records of @len bytes at @at, as far as they are within the node. */
static void each_record(const struct acpi_block *b, size_t at, size_t count, size_t len,
			const char *id, json_object *list,
			json_object *(*describe)(const struct acpi_block *record))
{
	for (; count; count--, at += len) {
		struct acpi_block record = acpi_part(b, at, len);

		if (record.len < len) {
			acpi_problem(b, at < b->len ? at : b->len, id,
				     "%zu records of %zu bytes lie outside of the node", count,
				     len);
			return;
		}
		doc_push(list, describe(&record));
	}
}

static void add_mappings(json_object *obj, const struct acpi_block *b)
{
	json_object *list = doc_list();

	each_record(b, (size_t)acpi_get(b, 12, 4), (size_t)acpi_get(b, 8, 4), MAPPING_LEN,
		    "mapping-outside-node", list, mapping);
	doc_add(obj, "mappings", list);
}

static json_object *rmr_range(const struct acpi_block *r)
{
	uint64_t start = acpi_get(r, 0, 8);
	json_object *obj = doc_object();

	doc_add(obj, "start", doc_hex(start, 64));
	acpi_add_end(obj, r, 8, "RMR", start, acpi_get(r, 8, 8));
	return obj;
}

static void rmr_rest(json_object *obj, const struct acpi_block *b)
{
	json_object *list = doc_list();

	each_record(b, (size_t)acpi_get(b, 24, 4), (size_t)acpi_get(b, 20, 4), RANGE_LEN,
		    "range-outside-node", list, rmr_range);
	doc_add(obj, "ranges", list);
	add_mappings(obj, b);
}

static void named_rest(json_object *obj, const struct acpi_block *b)
{
	doc_add(obj, "name", acpi_string(b, 29, b->len - 29));
	add_mappings(obj, b);
}

static void rc_rest(json_object *obj, const struct acpi_block *b)
{
	/* Node revision 2 and later; the width is in the low five bits. */
	if (acpi_get(b, 3, 1) >= 2 && b->len >= 36)
		doc_add(obj, "pasid_bits", doc_uint(acpi_get(b, 33, 2) & 31));
	add_mappings(obj, b);
}

static void only_mappings(json_object *obj, const struct acpi_block *b)
{
	add_mappings(obj, b);
}

static const struct acpi_structure kinds[] = {
	{ 0, "its-group", 20, NULL, 0, NULL },
	{ 1, "named-component", 30, named_fields, ARRAY_SIZE(named_fields), named_rest },
	{ 2, "root-complex", 33, rc_fields, ARRAY_SIZE(rc_fields), rc_rest },
	{ 3, "smmu", 40, smmu_fields, ARRAY_SIZE(smmu_fields), only_mappings },
	{ 4, "smmu-v3", 60, smmu3_fields, ARRAY_SIZE(smmu3_fields), only_mappings },
	{ 5, "pmcg", 32, pmcg_fields, ARRAY_SIZE(pmcg_fields), NULL },
	{ 6, "rmr", 28, rmr_fields, ARRAY_SIZE(rmr_fields), rmr_rest },
};

void acpi_iort(json_object *doc, const struct acpi_block *b)
{
	static const struct acpi_node_list nodes = { .width = 4,
						     .length_at = 1,
						     .header = NODE_HEADER };

	acpi_add_nodes(doc, b, kinds, ARRAY_SIZE(kinds), &nodes);
}
