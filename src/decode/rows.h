/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the rows of the *.tab.c files are written, and what they refer to.
 *
 * A row reads like a line of the specification: bits, short name, full name,
 * then whatever else there is to say, as designated initializers:
 *
 *	BIT(7, "SC", "snoop control"),
 *	NUMBER(21, 16, "MGAW", "maximum guest address width", .describe = describe_mgaw),
 *	ENUM(12, 11, "BBML", "break-before-make level", BBML_VALUES, .note = "from SMMUv3.2"),
 *	RSVD(15, 13),
 */
#ifndef IOMMUCTL_DECODE_ROWS_H
#define IOMMUCTL_DECODE_ROWS_H

#include "base/mem.h"
#include "decode/capabilities.h"
#include "decode/field.h"

#define ROW(kind_, hi_, lo_, name_, title_, ...)                                                 \
	{                                                                                        \
		.kind = kind_, .hi = hi_, .lo = lo_, .name = name_, .title = title_, __VA_ARGS__ \
	}

#define BIT(bit, name, title, ...)       ROW(FIELD_FLAG, bit, bit, name, title, __VA_ARGS__)
#define NUMBER(hi, lo, name, title, ...) ROW(FIELD_NUMBER, hi, lo, name, title, __VA_ARGS__)
#define OPAQUE(hi, lo, name, title, ...) ROW(FIELD_OPAQUE, hi, lo, name, title, __VA_ARGS__)
#define BITMAP(hi, lo, name, title, ...) ROW(FIELD_BITMAP, hi, lo, name, title, __VA_ARGS__)
#define ENUM(hi, lo, name, title, ...)   ROW(FIELD_ENUM, hi, lo, name, title, __VA_ARGS__)
#define RSVD(hi, lo)                     ROW(FIELD_OPAQUE, hi, lo, "RSVD", "reserved")

/* .VALUES({ 0, "no" }, { 1, "yes" }): what each value means; others are reserved. */
#define VALUES(...)                           \
	values = (const struct field_value[]) \
	{                                     \
		__VA_ARGS__,                  \
		{                             \
			0, NULL               \
		}                             \
	}
#define MEANS(off, on) VALUES({ 0, off }, { 1, on })

#define REG(name_, bits_, rows_, title_, ...)                                                 \
	{                                                                                     \
		.name = name_, .bits = bits_, .fields = rows_, .n_fields = ARRAY_SIZE(rows_), \
		.title = title_, __VA_ARGS__                                                  \
	}

/* Computed meanings: describe.c. The signature is that of struct field's describe. */
#define DESCRIBE(name) \
	enum meaning name(uint64_t raw, const struct reg_set *set, char *buf, size_t size)

DESCRIBE(describe_bits);          /* "N bits" */
DESCRIBE(describe_bits_minus_1);  /* "N + 1 bits" */
DESCRIBE(describe_count_minus_1); /* "N + 1" */
DESCRIBE(describe_power);         /* "2^N", as a count */
DESCRIBE(describe_offset_16);     /* "at N * 16" from the register base */
DESCRIBE(vtd_describe_mamv);
DESCRIBE(vtd_describe_mhmv);
DESCRIBE(vtd_describe_pss);
DESCRIBE(amd_describe_pasmax);
DESCRIBE(amd_describe_smif_count);
DESCRIBE(amd_describe_vm_table_size);
DESCRIBE(amd_describe_cap_id);
DESCRIBE(amd_describe_gva_size);
DESCRIBE(smmu_describe_minor);
DESCRIBE(smmu_describe_sidsize);
DESCRIBE(smmu_describe_ssidsize);
DESCRIBE(smmu_describe_queue);
DESCRIBE(smmu_describe_vatos);
DESCRIBE(smmu_describe_stall_max);
DESCRIBE(smmu_describe_ecmdq_pages);
DESCRIBE(smmu_describe_implementer);
DESCRIBE(riscv_describe_version);

/* What each architecture knows of itself: vtd.c, amd.c, smmuv3.c, cmdqv.c, riscv.c. */
extern const struct capability_rule vtd_rules[CAP_COUNT];
extern const struct capability_rule amd_rules[CAP_COUNT];
extern const struct capability_rule smmuv3_rules[CAP_COUNT];
extern const struct capability_rule cmdqv_rules[CAP_COUNT];
extern const struct capability_rule riscv_rules[CAP_COUNT];

/** The version as the specification writes it ("1:0") into @buf; false when the registers at hand
 * do not say. */
bool vtd_version(const struct reg_set *set, char *buf, size_t size);
bool smmuv3_version(const struct reg_set *set, char *buf, size_t size);
bool cmdqv_version(const struct reg_set *set, char *buf, size_t size);
bool riscv_version(const struct reg_set *set, char *buf, size_t size);

/** What the registers tell of whose product it is, into @buf; false when nothing. */
bool vtd_product(const struct reg_set *set, char *buf, size_t size);
bool amd_product(const struct reg_set *set, char *buf, size_t size);
bool smmuv3_product(const struct reg_set *set, char *buf, size_t size);

/** A sentence about registers that need one, or NULL. */
const char *smmuv3_remark(const struct reg_set *set);

extern const struct arch arch_vtd, arch_smmuv3, arch_cmdqv, arch_amd, arch_riscv, arch_selftest;

#endif
