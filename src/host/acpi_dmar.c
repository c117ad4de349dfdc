/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DMAR: Intel's remapping units, reserved memory and ATS root ports.
 * Layout: Intel VT-d specification, chapter "BIOS Considerations".
 */
#include "config.h"

#include "base/mem.h"
#include "host/acpi_fields.h"
#include "render/doc.h"

static const struct acpi_field header_fields[] = {
	{ "interrupt_remapping", 37, 1, ACPI_FLAG, .bit = 0 },
	{ "x2apic_opt_out", 37, 1, ACPI_FLAG, .bit = 1 },
	{ "platform_opt_in", 37, 1, ACPI_FLAG, .bit = 2 },
};

static const struct acpi_field drhd_fields[] = {
	{ "segment", 6, 2, ACPI_NUMBER },
	{ "register_base", 8, 8, ACPI_ADDRESS },
	{ "include_all", 4, 1, ACPI_FLAG, .bit = 0 },
};

static const struct acpi_field rmrr_fields[] = {
	{ "segment", 6, 2, ACPI_NUMBER },
	{ "start", 8, 8, ACPI_ADDRESS },
	{ "end", 16, 8, ACPI_ADDRESS },
};

static const struct acpi_field atsr_fields[] = {
	{ "segment", 6, 2, ACPI_NUMBER },
	{ "all_ports", 4, 1, ACPI_FLAG, .bit = 0 },
};

static const struct acpi_field rhsa_fields[] = {
	{ "register_base", 8, 8, ACPI_ADDRESS },
	{ "proximity_domain", 16, 4, ACPI_NUMBER },
};

static const struct acpi_field andd_fields[] = {
	{ "device_number", 7, 1, ACPI_NUMBER },
};

static const struct acpi_field satc_fields[] = {
	{ "segment", 6, 2, ACPI_NUMBER },
	{ "atc_required", 4, 1, ACPI_FLAG, .bit = 0 },
};

static const struct acpi_field sidp_fields[] = {
	{ "segment", 6, 2, ACPI_NUMBER },
};

static const char *const scope_types[] = { NULL, "endpoint", "bridge", "ioapic", "hpet", "acpi" };

enum { SCOPE_HEADER = 6 };

/* "1c.0", "00.0": the hops from the start bus down to the device. */
static json_object *scope_path(const struct acpi_block *entry)
{
	json_object *hops = doc_list();

	for (size_t at = SCOPE_HEADER; at + 2 <= entry->len; at += 2)
		doc_push(hops, doc_printf("%02x.%x", entry->data[at], entry->data[at + 1]));
	return hops;
}

static json_object *scope_entry(const struct acpi_block *entry)
{
	json_object *obj = doc_object();
	unsigned int type = (unsigned int)acpi_get(entry, 0, 1);

	if (type < ARRAY_SIZE(scope_types) && scope_types[type])
		doc_add(obj, "type", doc_str(scope_types[type]));
	else
		doc_add(obj, "type", doc_printf("unknown (%u)", type));
	doc_add(obj, "enumeration_id", doc_uint(acpi_get(entry, 4, 1)));
	doc_add(obj, "start_bus", doc_printf("%02x", (unsigned int)acpi_get(entry, 5, 1)));
	doc_add(obj, "path", scope_path(entry));
	return obj;
}

static void add_scope(json_object *obj, const struct acpi_block *b, size_t at)
{
	json_object *scope = doc_list();

	while (at < b->len) {
		size_t len = (size_t)acpi_get(b, at + 1, 1);
		struct acpi_block entry;

		if (len < SCOPE_HEADER + 2 || len > b->len - at || len % 2) {
			acpi_problem(b, at, "scope-length",
				     "a device scope of %zu bytes in the %zu that are left", len,
				     b->len - at);
			break;
		}
		entry = acpi_part(b, at, len);
		doc_push(scope, scope_entry(&entry));
		at += len;
	}
	doc_add(obj, "scope", scope);
}

static void drhd_rest(json_object *obj, const struct acpi_block *b)
{
	doc_add(obj, "register_size", doc_uint(UINT64_C(4096) << (acpi_get(b, 5, 1) & 15)));
	add_scope(obj, b, 16);
}

static void rmrr_rest(json_object *obj, const struct acpi_block *b)
{
	uint64_t start = acpi_get(b, 8, 8), end = acpi_get(b, 16, 8);

	if (start > end || (start & 4095) || (end & 4095) != 4095)
		acpi_problem(b, 8, "reserved-range",
			     "RMRR 0x%llx-0x%llx is not a range of whole pages",
			     (unsigned long long)start, (unsigned long long)end);
	add_scope(obj, b, 24);
}

static void scope_at_8(json_object *obj, const struct acpi_block *b)
{
	add_scope(obj, b, 8);
}

static void andd_rest(json_object *obj, const struct acpi_block *b)
{
	doc_add(obj, "name", acpi_string(b, 8, b->len - 8));
}

static const struct acpi_structure kinds[] = {
	{ 0, "DRHD", 16, drhd_fields, ARRAY_SIZE(drhd_fields), drhd_rest },
	{ 1, "RMRR", 24, rmrr_fields, ARRAY_SIZE(rmrr_fields), rmrr_rest },
	{ 2, "ATSR", 8, atsr_fields, ARRAY_SIZE(atsr_fields), scope_at_8 },
	{ 3, "RHSA", 20, rhsa_fields, ARRAY_SIZE(rhsa_fields), NULL },
	{ 4, "ANDD", 8, andd_fields, ARRAY_SIZE(andd_fields), andd_rest },
	{ 5, "SATC", 8, satc_fields, ARRAY_SIZE(satc_fields), scope_at_8 },
	{ 6, "SIDP", 8, sidp_fields, ARRAY_SIZE(sidp_fields), scope_at_8 },
};

void acpi_dmar(json_object *doc, const struct acpi_block *b)
{
	json_object *list = doc_list();

	doc_add(doc, "host_address_bits", doc_uint(acpi_get(b, 36, 1) + 1));
	acpi_add_fields(doc, b, header_fields, ARRAY_SIZE(header_fields));
	doc_add(doc, "structures", list);
	acpi_add_structures(list, b, kinds, ARRAY_SIZE(kinds), 2, "structure");
}
