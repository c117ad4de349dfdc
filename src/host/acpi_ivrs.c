/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IVRS: AMD's IOMMUs, the devices behind each, and memory with unity mapping.
 * Layout: AMD I/O Virtualization Technology specification, chapter "I/O
 * Virtualization ACPI table".
 */
#include "config.h"

#include "base/mem.h"
#include "host/acpi_fields.h"
#include "render/doc.h"

static const struct acpi_field header_fields[] = {
	{ "efr_in_table", 36, 4, ACPI_FLAG, .bit = 0 },
	{ "preboot_dma_remapping", 36, 4, ACPI_FLAG, .bit = 1 },
	{ "physical_address_bits", 36, 4, ACPI_NUMBER, .bit = 8, .bits = 7 },
	{ "virtual_address_bits", 36, 4, ACPI_NUMBER, .bit = 15, .bits = 7 },
	{ "ht_ats_reserved", 36, 4, ACPI_FLAG, .bit = 22 },
};

#define IVHD_COMMON                                                                       \
	{ "segment", 16, 2, ACPI_NUMBER }, { "register_base", 8, 8, ACPI_ADDRESS },       \
		{ "iommu", 4, 2, ACPI_BDF }, { "capability_offset", 6, 2, ACPI_ADDRESS }, \
		{ "ht_tunnel", 1, 1, ACPI_FLAG, .bit = 0 },                               \
		{ "coherent", 1, 1, ACPI_FLAG, .bit = 5 },                                \
	{                                                                                 \
		"remote_iotlb", 1, 1, ACPI_FLAG, .bit = 4                                 \
	}

static const struct acpi_field ivhd10_fields[] = {
	IVHD_COMMON,
	{ "prefetch", 1, 1, ACPI_FLAG, .bit = 6 },
	{ "ppr", 1, 1, ACPI_FLAG, .bit = 7 },
	{ "features", 20, 4, ACPI_ADDRESS },
};

/* Types 11h and 40h carry the registers themselves. */
static const struct acpi_field ivhd11_fields[] = {
	IVHD_COMMON,
	{ "attributes", 20, 4, ACPI_ADDRESS },
	{ "EFR", 24, 8, ACPI_ADDRESS },
	{ "EFR2", 32, 8, ACPI_ADDRESS },
};

static const struct acpi_field ivmd_fields[] = {
	{ "segment", 8, 2, ACPI_NUMBER },          { "start", 16, 8, ACPI_ADDRESS },
	{ "unity", 1, 1, ACPI_FLAG, .bit = 0 },    { "readable", 1, 1, ACPI_FLAG, .bit = 1 },
	{ "writable", 1, 1, ACPI_FLAG, .bit = 2 }, { "exclusion", 1, 1, ACPI_FLAG, .bit = 3 },
};

static const struct acpi_field dte_fields[] = {
	{ "init_pass", 3, 1, ACPI_FLAG, .bit = 0 },
	{ "eint_pass", 3, 1, ACPI_FLAG, .bit = 1 },
	{ "nmi_pass", 3, 1, ACPI_FLAG, .bit = 2 },
	{ "system_management", 3, 1, ACPI_NUMBER, .bit = 4, .bits = 2 },
	{ "lint0_pass", 3, 1, ACPI_FLAG, .bit = 6 },
	{ "lint1_pass", 3, 1, ACPI_FLAG, .bit = 7 },
};

/* Device entries of an IVHD. */
enum entry_form { ENTRY_PLAIN, ENTRY_ALIAS, ENTRY_EXT, ENTRY_SPECIAL, ENTRY_HID, ENTRY_PAD };

static const struct entry_kind {
	unsigned int type;
	const char *name;
	enum entry_form form;
} entry_kinds[] = {
	{ 0, "pad", ENTRY_PAD },
	{ 1, "all", ENTRY_PLAIN },
	{ 2, "select", ENTRY_PLAIN },
	{ 3, "range-start", ENTRY_PLAIN },
	{ 4, "range-end", ENTRY_PLAIN },
	{ 64, "pad", ENTRY_PAD },
	{ 66, "alias-select", ENTRY_ALIAS },
	{ 67, "alias-range-start", ENTRY_ALIAS },
	{ 70, "extended-select", ENTRY_EXT },
	{ 71, "extended-range-start", ENTRY_EXT },
	{ 72, "special", ENTRY_SPECIAL },
	{ 240, "acpi", ENTRY_HID },
};

static const char *const special_names[] = { NULL, "ioapic", "hpet" };

/* 4, 8, 16 or 32 bytes by the type's two upper bits; a named device says it itself. */
static size_t entry_len(const struct acpi_block *b, size_t at, unsigned int type)
{
	if (type == 240)
		return 22 + (size_t)acpi_get(b, at + 21, 1);
	return (size_t)4 << (type >> 6);
}

static void add_settings(json_object *obj, const struct acpi_block *e)
{
	if (acpi_get(e, 3, 1))
		acpi_add_fields(obj, e, dte_fields, ARRAY_SIZE(dte_fields));
}

static void add_uid(json_object *obj, const struct acpi_block *e)
{
	unsigned int format = (unsigned int)acpi_get(e, 20, 1);
	size_t len = (size_t)acpi_get(e, 21, 1);

	if (format == 1 && len == 8)
		doc_add(obj, "uid", doc_printf("%llu", (unsigned long long)acpi_get(e, 22, 8)));
	else if (format == 2)
		doc_add(obj, "uid", acpi_string(e, 22, len));
}

static void describe_entry(json_object *obj, const struct acpi_block *e, enum entry_form form)
{
	unsigned int variety = (unsigned int)acpi_get(e, 7, 1);

	if (form == ENTRY_SPECIAL)
		doc_add(obj, "device_id", acpi_bdf((unsigned int)acpi_get(e, 5, 2)));
	else
		doc_add(obj, "device_id", acpi_bdf((unsigned int)acpi_get(e, 1, 2)));
	add_settings(obj, e);
	switch (form) {
	case ENTRY_ALIAS:
		doc_add(obj, "alias_of", acpi_bdf((unsigned int)acpi_get(e, 5, 2)));
		break;
	case ENTRY_EXT:
		doc_add(obj, "extended", doc_hex(acpi_get(e, 4, 4), 32));
		break;
	case ENTRY_SPECIAL:
		doc_add(obj, "handle", doc_uint(acpi_get(e, 4, 1)));
		doc_add(obj, "variety",
			variety < ARRAY_SIZE(special_names) && special_names[variety]
				? doc_str(special_names[variety])
				: doc_printf("unknown (%u)", variety));
		break;
	case ENTRY_HID:
		doc_add(obj, "hid", acpi_string(e, 4, 8));
		doc_add(obj, "cid", acpi_string(e, 12, 8));
		add_uid(obj, e);
		break;
	case ENTRY_PLAIN:
	case ENTRY_PAD:
		break;
	}
}

static void add_entry(json_object *list, const struct acpi_block *e, unsigned int type)
{
	const struct entry_kind *kind = NULL;
	json_object *obj;

	for (size_t i = 0; i < ARRAY_SIZE(entry_kinds) && !kind; i++)
		if (entry_kinds[i].type == type)
			kind = &entry_kinds[i];
	if (kind && kind->form == ENTRY_PAD)
		return;
	obj = doc_object();
	if (kind)
		doc_add(obj, "type", doc_str(kind->name));
	else
		doc_add(obj, "type", doc_printf("unknown (%u)", type));
	if (kind)
		describe_entry(obj, e, kind->form);
	doc_push(list, obj);
}

static void add_entries(json_object *obj, const struct acpi_block *b, size_t at)
{
	json_object *list = doc_list();

	while (at < b->len) {
		unsigned int type = (unsigned int)acpi_get(b, at, 1);
		size_t len = entry_len(b, at, type);
		struct acpi_block e = acpi_part(b, at, len);

		if (e.len < len) {
			acpi_problem(b, at, "entry-length",
				     "a device entry of %zu bytes in the %zu that are left", len,
				     b->len - at);
			break;
		}
		add_entry(list, &e, type);
		at += len;
	}
	doc_add(obj, "entries", list);
}

static void ivhd10_rest(json_object *obj, const struct acpi_block *b)
{
	add_entries(obj, b, 24);
}

static void ivhd11_rest(json_object *obj, const struct acpi_block *b)
{
	add_entries(obj, b, 40);
}

static void ivmd_rest(json_object *obj, const struct acpi_block *b)
{
	unsigned int type = (unsigned int)acpi_get(b, 0, 1);

	acpi_add_end(obj, b, 24, "IVMD", acpi_get(b, 16, 8), acpi_get(b, 24, 8));
	if (type == 0x20)
		return;
	doc_add(obj, "first", acpi_bdf((unsigned int)acpi_get(b, 4, 2)));
	doc_add(obj, "last", acpi_bdf((unsigned int)acpi_get(b, type == 0x22 ? 6 : 4, 2)));
}

static const struct acpi_structure kinds[] = {
	{ 0x10, "IVHD-10h", 24, ivhd10_fields, ARRAY_SIZE(ivhd10_fields), ivhd10_rest },
	{ 0x11, "IVHD-11h", 40, ivhd11_fields, ARRAY_SIZE(ivhd11_fields), ivhd11_rest },
	{ 0x40, "IVHD-40h", 40, ivhd11_fields, ARRAY_SIZE(ivhd11_fields), ivhd11_rest },
	{ 0x20, "IVMD-all", 32, ivmd_fields, ARRAY_SIZE(ivmd_fields), ivmd_rest },
	{ 0x21, "IVMD-device", 32, ivmd_fields, ARRAY_SIZE(ivmd_fields), ivmd_rest },
	{ 0x22, "IVMD-range", 32, ivmd_fields, ARRAY_SIZE(ivmd_fields), ivmd_rest },
};

void acpi_ivrs(json_object *doc, const struct acpi_block *b)
{
	json_object *list = doc_list();

	acpi_add_fields(doc, b, header_fields, ARRAY_SIZE(header_fields));
	doc_add(doc, "structures", list);
	acpi_add_structures(list, b, kinds, ARRAY_SIZE(kinds), 1, "block");
}
