/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IOMMU_GET_HW_INFO answers, byte by byte. */
#include "config.h"

#include "decode/payload.h"
#include "render/registers.h"
#include "unit.h"

static const uint8_t vtd[] = {
	0x01, 0,    0,    0,    0,    0,    0,    0,    0x62, 0x04, 0x66, 0x40,
	0x8c, 0x00, 0xd2, 0x00, 0xda, 0x50, 0xf0, 0x00, 0,    0,    0,    0,
};

static uint64_t get(const struct payload *p, const char *reg)
{
	uint64_t v = 0xbad;

	if (!reg_set_get(&p->regs, reg, &v))
		return 0xbad;
	return v;
}

static void a_whole_payload_is_read(void)
{
	struct payload p;

	hwinfo_payload(HWINFO_INTEL_VTD, vtd, sizeof(vtd), &p);
	unit_str(p.type, "intel-vtd");
	unit_hex(get(&p, "CAP"), 0xd2008c40660462);
	unit_hex(get(&p, "ECAP"), 0xf050da);
	unit_hex(get(&p, "VER"), 0xbad);
	unit_true(p.has_flags);
	unit_hex(p.flags, 1);
	unit_true(!payload_is_short(&p));
	unit_int(payload_extra(&p), 0);
}

static void a_short_payload_keeps_what_is_whole(void)
{
	struct payload p;

	for (size_t len = 0; len < sizeof(vtd); len++) {
		hwinfo_payload(HWINFO_INTEL_VTD, vtd, len, &p);
		unit_true(payload_is_short(&p));
		unit_int(p.has_flags, len >= 4);
		unit_hex(get(&p, "CAP"), len >= 16 ? 0xd2008c40660462 : 0xbad);
		unit_hex(get(&p, "ECAP"), 0xbad);
	}
}

static void a_long_payload_says_so(void)
{
	uint8_t data[28] = { 0 };
	struct payload p;
	json_object *doc;

	memcpy(data, vtd, sizeof(vtd));
	data[25] = 0xab;
	hwinfo_payload(HWINFO_INTEL_VTD, data, sizeof(data), &p);
	unit_int(payload_extra(&p), 4);
	doc = payload_doc(&p);
	unit_str(doc_get_str(doc, "extra", NULL), "00ab0000");
	unit_int(doc_len(doc_get(doc, "warnings")), 1);
	unit_str(doc_get_str(doc_at(doc_get(doc, "errata"), 0), "name", NULL),
		 "ERRATA_772415_SPR17");
	json_object_put(doc);
}

static void an_unknown_type_keeps_its_bytes(void)
{
	const uint8_t data[] = { 1, 2, 0xff };
	struct payload p;
	json_object *doc;

	hwinfo_payload(77, data, sizeof(data), &p);
	doc = payload_doc(&p);
	unit_str(doc_get_str(doc, "type", NULL), "unknown");
	unit_str(doc_get_str(doc, "raw", NULL), "0102ff");
	json_object_put(doc);
}

static void types_have_names_and_numbers(void)
{
	static const struct {
		uint32_t number;
		const char *type;
	} types[] = {
		{ 0, "none" },           { 1, "intel-vtd" }, { 2, "arm-smmuv3" },
		{ 3, "tegra241-cmdqv" }, { 4, "amd-vi" },    { 0xfeedbeef, "selftest" },
	};
	uint32_t number = 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		unit_str(hwinfo_type_name(types[i].number), types[i].type);
		unit_true(hwinfo_type_number(types[i].type, &number));
		unit_hex(number, types[i].number);
	}
	unit_str(hwinfo_type_name(5), "unknown");
	unit_true(!hwinfo_type_number("riscv-iommu", &number));
}

static void every_type_finds_its_registers(void)
{
	static const struct {
		uint32_t number;
		size_t len;
		const char *regs[8];
		uint8_t offsets[8], bytes;
	} rows[] = {
		{ 2,
		  40,
		  { "IDR0", "IDR1", "IDR2", "IDR3", "IDR4", "IDR5", "IIDR", "AIDR" },
		  { 8, 12, 16, 20, 24, 28, 32, 36 },
		  4 },
		{ 3, 8, { "HW_INFO" }, { 0 }, 8 },
		{ 4, 16, { "EFR", "EFR2" }, { 0, 8 }, 8 },
		{ 0xfeedbeef, 8, { "TEST_REG" }, { 4 }, 4 },
	};
	uint8_t data[40];
	struct payload p;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i + 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hwinfo_payload(rows[i].number, data, rows[i].len, &p);
		unit_true(!payload_is_short(&p) && !payload_extra(&p));
		for (size_t r = 0; r < 8 && rows[i].regs[r]; r++) {
			uint64_t want = 0;

			for (size_t b = rows[i].bytes; b-- > 0;)
				want = want << 8 | data[rows[i].offsets[r] + b];
			unit_hex(get(&p, rows[i].regs[r]), want);
		}
	}
}

/* Fields that the uAPI lets user space rely on, and no others, are promised. */
static void promises_are_marked(void)
{
	uint8_t data[40] = { 0 };
	struct payload p;
	json_object *doc, *idr5;

	hwinfo_payload(HWINFO_ARM_SMMUV3, data, sizeof(data), &p);
	doc = payload_doc(&p);
	idr5 = doc_path(doc, "registers.IDR5.fields", NULL);
	unit_true(doc_get_bool(doc_get(idr5, "GRAN4K"), "promised", false));
	unit_true(doc_get(doc_get(idr5, "OAS"), "promised") != NULL);
	unit_true(!doc_get_bool(doc_get(idr5, "OAS"), "promised", true));
	json_object_put(doc);

	p.regs.from_iommufd = false;
	doc = registers_doc(&p.regs);
	unit_true(!doc_get(doc_path(doc, "registers.IDR5.fields.OAS", NULL), "promised"));
	json_object_put(doc);
}

int main(void)
{
	unit_run(a_whole_payload_is_read);
	unit_run(a_short_payload_keeps_what_is_whole);
	unit_run(a_long_payload_says_so);
	unit_run(an_unknown_type_keeps_its_bytes);
	unit_run(types_have_names_and_numbers);
	unit_run(every_type_finds_its_registers);
	unit_run(promises_are_marked);
	return unit_done();
}
