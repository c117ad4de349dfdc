/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RISC-V IOMMU: every field of the capabilities register. */
#include "config.h"
#include "decode/rows.h"

/* clang-format off */
/* One row a line, to be read beside the specification. */
static const struct field capabilities[] = {
	NUMBER(7, 0,   "version", "architecture version", .describe = riscv_describe_version, .flags = FIELD_NEUTRAL),
	BIT(8,         "Sv32", "first stage with 32-bit addresses"),
	BIT(9,         "Sv39", "first stage with 39-bit addresses"),
	BIT(10,        "Sv48", "first stage with 48-bit addresses"),
	BIT(11,        "Sv57", "first stage with 57-bit addresses"),
	RSVD(13, 12),
	BIT(14,        "Svrsw60t59b", "two more page table bits for software", .note = "later than version 1.0"),
	BIT(15,        "Svpbmt", "page-based memory types"),
	BIT(16,        "Sv32x4", "second stage with 34-bit addresses"),
	BIT(17,        "Sv39x4", "second stage with 41-bit addresses"),
	BIT(18,        "Sv48x4", "second stage with 50-bit addresses"),
	BIT(19,        "Sv57x4", "second stage with 59-bit addresses"),
	RSVD(20, 20),
	BIT(21,        "AMO_MRIF", "atomic update of memory-resident interrupt files"),
	BIT(22,        "MSI_FLAT", "flat MSI page tables"),
	BIT(23,        "MSI_MRIF", "memory-resident interrupt files"),
	BIT(24,        "AMO_HWAD", "hardware update of accessed and dirty bits"),
	BIT(25,        "ATS", "PCIe ATS and page requests"),
	BIT(26,        "T2GPA", "ATS may return guest-physical addresses"),
	BIT(27,        "END", "both endiannesses"),
	ENUM(29, 28,   "IGS", "interrupt generation", .flags = FIELD_NEUTRAL,
		.VALUES({ 0, "MSI" }, { 1, "wires" }, { 2, "MSI or wires" })),
	BIT(30,        "HPM", "performance monitoring"),
	BIT(31,        "DBG", "translation requests for debugging"),
	NUMBER(37, 32, "PAS", "physical address size", .describe = describe_bits),
	BIT(38,        "PD8", "process directory of 1 level, 8-bit process identifiers"),
	BIT(39,        "PD17", "process directory of 2 levels, 17-bit process identifiers"),
	BIT(40,        "PD20", "process directory of 3 levels, 20-bit process identifiers"),
	BIT(41,        "QOSID", "quality-of-service identifiers", .note = "later than version 1.0"),
	BIT(42,        "NL", "invalidation of entries that are not leaves", .note = "later than version 1.0"),
	BIT(43,        "S", "invalidation of address ranges", .note = "later than version 1.0"),
	RSVD(55, 44),
	OPAQUE(63, 56, "custom", "defined by the vendor", .flags = FIELD_NEUTRAL),
};

static const struct reg regs[] = {
	REG("CAPABILITIES", 64, capabilities, "capabilities"),
};
/* clang-format on */

const struct arch arch_riscv = {
	.type = "riscv-iommu",
	.title = "RISC-V IOMMU",
	.regs = regs,
	.n_regs = ARRAY_SIZE(regs),
	.revision = "the specification of 22 February 2026",
	.rules = riscv_rules,
	.version = riscv_version,
};
