/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD-Vi: every field of the extended feature registers and of the PCI capability block.
 *
 * Where sources disagree: GAPPISup and SATSSup are named by Xen and by the
 * vendor's firmware headers, and logs of Xen show them on real parts. MarcSup
 * and VmTableSize have the values of those headers. EFR2 has the names of
 * FreeBSD and Linux. What one source alone gives is tentative.
 */
#include "config.h"
#include "decode/rows.h"

/* clang-format off */
/* One row a line, to be read beside the specification. */
static const struct field efr[] = {
	BIT(0,         "PreFSup", "prefetch command", .aliases = "PreF"),
	BIT(1,         "PPRSup", "peripheral page requests", .aliases = "PPR", .flags = FIELD_PROMISED),
	BIT(2,         "XTSup", "32-bit APIC identifiers (x2APIC)", .aliases = "X2APIC"),
	BIT(3,         "NXSup", "no-execute protection", .aliases = "NX"),
	BIT(4,         "GTSup", "guest translation (GCR3 tables)", .aliases = "GT", .flags = FIELD_PROMISED),
	BIT(5,         "GAPPISup", "guest APIC physical processor interrupt", .note = "reserved in revision 3.05"),
	BIT(6,         "IASup", "invalidate-all command", .aliases = "IA"),
	BIT(7,         "GASup", "guest virtual APIC", .aliases = "GA", .flags = FIELD_PROMISED),
	BIT(8,         "HESup", "hardware error registers", .aliases = "HE"),
	BIT(9,         "PCSup", "performance counters", .aliases = "PC"),
	ENUM(11, 10,   "HATS", "host address translation size", .flags = FIELD_ORDERED,
		.VALUES({ 0, "4 levels" }, { 1, "5 levels" }, { 2, "6 levels" }, { 3, "reserved (Linux: no host translation)" })),
	ENUM(13, 12,   "GATS", "guest address translation size", .flags = FIELD_ORDERED | FIELD_PROMISED,
		.VALUES({ 0, "4 levels" }, { 1, "5 levels" }, { 2, "6 levels" })),
	ENUM(15, 14,   "GLXSup", "guest CR3 table levels", .flags = FIELD_ORDERED | FIELD_PROMISED,
		.VALUES({ 0, "1 level" }, { 1, "2 levels" }, { 2, "3 levels" })),
	ENUM(17, 16,   "SmiFSup", "SMI filter", .flags = FIELD_ORDERED, .VALUES({ 0, "none" }, { 1, "present" })),
	NUMBER(20, 18, "SmiFRC", "SMI filter register count", .describe = amd_describe_smif_count,
		.note = "2^value pairs; needs SmiFSup"),
	ENUM(23, 21,   "GAMSup", "guest APIC modes", .aliases = "GA_vAPIC", .flags = FIELD_ORDERED,
		.VALUES({ 0, "none" }, { 1, "guest virtual APIC mode" })),
	ENUM(25, 24,   "DualPprLogSup", "dual page-request log", .flags = FIELD_ORDERED,
		.VALUES({ 0, "none" }, { 1, "dual" }, { 2, "dual with automatic swap" })),
	RSVD(27, 26),
	ENUM(29, 28,   "DualEventLogSup", "dual event log", .flags = FIELD_ORDERED,
		.VALUES({ 0, "none" }, { 1, "dual" }, { 2, "dual with automatic swap" })),
	RSVD(30, 30),
	BIT(31,        "SATSSup", "secure ATS", .note = "reserved in revision 3.05"),
	NUMBER(36, 32, "PASmax", "maximum PASID", .describe = amd_describe_pasmax, .flags = FIELD_PROMISED,
		.note = "value + 1 bits; needs GTSup"),
	BIT(37,        "USSup", "user and supervisor pages"),
	ENUM(39, 38,   "DevTblSegSup", "device-table segments", .flags = FIELD_ORDERED,
		.VALUES({ 0, "1 segment" }, { 1, "2 segments" }, { 2, "4 segments" }, { 3, "8 segments" })),
	BIT(40,        "PprOvrflwEarlySup", "early notice of page-request overflow"),
	BIT(41,        "PPRAutoRspSup", "automatic page-request response"),
	ENUM(43, 42,   "MarcSup", "memory access routing and control", .flags = FIELD_ORDERED,
		.VALUES({ 0, "none" }, { 1, "4 apertures" }, { 2, "8 apertures" })),
	BIT(44,        "BlkStopMrkSup", "block stop-mark messages"),
	BIT(45,        "PerfOptSup", "performance optimisation"),
	BIT(46,        "MsiCapMmioSup", "MSI capability in MMIO"),
	RSVD(47, 47),
	BIT(48,        "GIoSup", "guest I/O protection", .flags = FIELD_PROMISED),
	BIT(49,        "HASup", "host accessed bit"),
	BIT(50,        "EPHSup", "enhanced page-request handling", .flags = FIELD_PROMISED),
	BIT(51,        "AttrFWSup", "attribute forwarding"),
	BIT(52,        "HDSup", "host dirty bit"),
	RSVD(53, 53), /* in every source, yet set on parts of the Genoa generation */
	BIT(54,        "InvIotlbTypeSup", "IOTLB invalidation by type"),
	BIT(55,        "vIommuSup", "hardware virtual IOMMU"),
	BIT(56,        "VmGuardIoSup", "VM guard I/O", .flags = FIELD_TENTATIVE,
		.note = "reserved in most sources; one gives the position, the vendor's firmware the name"),
	NUMBER(60, 57, "VmTableSize", "VM table size", .describe = amd_describe_vm_table_size, .flags = FIELD_TENTATIVE,
		.note = "256 * 2^value entries; reserved in most sources, one gives the position, the vendor's firmware the rest"),
	BIT(61,        "GAUpdateDisSup", "guest APIC update can be disabled"),
	BIT(62,        "ForcePhyDestSup", "forced physical destination mode"),
	BIT(63,        "SNPSup", "secure nested paging", .aliases = "SNP"),
};

static const struct field efr2[] = {
	BIT(0,         "CXLIO_SUP", "CXL.io", .flags = FIELD_TENTATIVE, .note = "named by the vendor's firmware only"),
	BIT(1,         "SEVSNPIO_SUP", "trusted input and output (SEV-TIO)", .aliases = "SEV-TIO", .flags = FIELD_TENTATIVE,
		.note = "named by Linux only"),
	BIT(2,         "TMPMSup", "tiered-memory page migration", .flags = FIELD_TENTATIVE,
		.note = "TMPMSup in an operating system, PageMigrationSup in the vendor's firmware"),
	BIT(3,         "GCR3TRPModeSup", "GCR3 table root pointer may be a guest-physical address"),
	BIT(4,         "GAPPIDisSup", "guest APIC physical processor interrupt can be disabled"),
	ENUM(7, 5,     "SNPAVICSup", "AVIC with secure nested paging", .flags = FIELD_ORDERED,
		.VALUES({ 0, "none" }, { 1, "remapping with virtual APIC" })),
	ENUM(9, 8,     "NumIntRemapSup", "interrupt remapping table size", .flags = FIELD_ORDERED,
		.VALUES({ 0, "512 entries" }, { 1, "2048 entries" })),
	RSVD(10, 10),
	BIT(11,        "HTRangeIgnore", "HyperTransport address ranges are ordinary addresses"),
	RSVD(12, 12),
	BIT(13,        "SNP_PAGE_MODE0", "untranslated devices with secure nested paging", .flags = FIELD_TENTATIVE,
		.note = "named by Linux only"),
	RSVD(63, 14),
};

static const struct field cap_header[] = {
	NUMBER(7, 0,   "CapID", "PCI capability identifier", .describe = amd_describe_cap_id, .flags = FIELD_NEUTRAL),
	OPAQUE(15, 8,  "CapPtr", "next capability", .flags = FIELD_NEUTRAL),
	ENUM(18, 16,   "CapType", "capability type", .flags = FIELD_NEUTRAL, .VALUES({ 3, "IOMMU" })),
	NUMBER(23, 19, "CapRev", "capability revision", .flags = FIELD_NEUTRAL),
	BIT(24,        "IotlbSup", "device IOTLB (ATS)"),
	BIT(25,        "HtTunnel", "HyperTransport tunnel translation", .flags = FIELD_NEUTRAL),
	BIT(26,        "NpCache", "entries that are not present may be cached", .flags = FIELD_NEUTRAL,
		.note = "emulated units set it"),
	BIT(27,        "EFRSup", "extended feature register"),
	BIT(28,        "CapExt", "second miscellaneous register (MISC1)"),
	RSVD(31, 29),
};

static const struct field range[] = {
	NUMBER(4, 0,   "UnitID", "HyperTransport unit", .flags = FIELD_NEUTRAL),
	RSVD(6, 5),
	BIT(7,         "RngValid", "range valid", .flags = FIELD_NEUTRAL),
	OPAQUE(15, 8,  "BusNumber", "bus", .flags = FIELD_NEUTRAL),
	OPAQUE(23, 16, "FirstDevice", "first device and function", .flags = FIELD_NEUTRAL),
	OPAQUE(31, 24, "LastDevice", "last device and function", .flags = FIELD_NEUTRAL),
};

static const struct field misc0[] = {
	NUMBER(4, 0,   "MsiNum", "MSI number of the event and command interrupt", .flags = FIELD_NEUTRAL),
	NUMBER(7, 5,   "GVAsize", "guest virtual address size", .describe = amd_describe_gva_size),
	NUMBER(14, 8,  "PAsize", "physical address size", .describe = describe_bits),
	NUMBER(21, 15, "VAsize", "virtual address size", .describe = describe_bits),
	BIT(22,        "HtAtsResv", "HyperTransport ATS address range reserved", .flags = FIELD_NEUTRAL),
	RSVD(26, 23),
	NUMBER(31, 27, "MsiNumPPR", "MSI number of the page-request interrupt", .flags = FIELD_NEUTRAL),
};

static const struct field misc1[] = {
	NUMBER(4, 0,   "MsiNumGA", "MSI number of the guest APIC interrupt", .flags = FIELD_NEUTRAL),
	RSVD(31, 5),
};

static const struct reg regs[] = {
	REG("EFR", 64, efr, "extended features"),
	REG("EFR2", 64, efr2, "extended features 2"),
	REG("CAP_HEADER", 32, cap_header, "PCI capability header", .aliases = "CAP"),
	REG("RANGE", 32, range, "PCI capability, device range (offset 0x0c)"),
	REG("MISC0", 32, misc0, "PCI capability, miscellaneous 0 (offset 0x10)"),
	REG("MISC1", 32, misc1, "PCI capability, miscellaneous 1 (offset 0x14)"),
};
/* clang-format on */

const struct arch arch_amd = {
	.type = "amd-vi",
	.title = "AMD-Vi",
	.regs = regs,
	.n_regs = ARRAY_SIZE(regs),
	.revision = "the specification up to revision 3.10, as public drivers and headers know it",
	.rules = amd_rules,
	.product = amd_product,
};
