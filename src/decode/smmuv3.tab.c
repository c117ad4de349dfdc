/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arm SMMUv3: every field of the identification registers. */
#include "config.h"
#include "decode/rows.h"

/* clang-format off */
/* One row a line, to be read beside the specification. */
#define UAPI FIELD_PROMISED

static const struct field idr0[] = {
	BIT(0,         "S2P", "stage 2 translation"),
	BIT(1,         "S1P", "stage 1 translation"),
	BITMAP(3, 2,   "TTF", "translation table formats", .flags = UAPI,
		.VALUES({ 0, "reserved (no format)" }, { 1, "AArch32 (long descriptors)" }, { 2, "AArch64" })),
	BIT(4,         "COHACC", "coherent access to tables and queues"),
	BIT(5,         "BTM", "broadcast TLB maintenance"),
	ENUM(7, 6,     "HTTU", "hardware update of table flags", .flags = FIELD_ORDERED,
		.VALUES({ 0, "none" }, { 1, "access flag" }, { 2, "access flag and dirty state" },
		{ 3, "access flag and dirty state, access flag in table entries" }), .note = "value 3 from SMMUv3.4"),
	BIT(8,         "DORMHINT", "dormant hint"),
	BIT(9,         "HYP", "EL2 stage 1 contexts"),
	BIT(10,        "ATS", "PCIe ATS"),
	BIT(11,        "NS1ATS", "split-stage ATS", .flags = FIELD_INVERTED, .MEANS("supported", "not supported"),
		.note = "set when it is missing"),
	BIT(12,        "ASID16", "16-bit ASIDs", .flags = UAPI, .MEANS("8 bits", "16 bits")),
	BIT(13,        "MSI", "message-signalled interrupts"),
	BIT(14,        "SEV", "wake-up events"),
	BIT(15,        "ATOS", "address translation operations"),
	BIT(16,        "PRI", "PCIe page requests"),
	BIT(17,        "VMW", "VMID wildcard matching"),
	BIT(18,        "VMID16", "16-bit VMIDs", .MEANS("8 bits", "16 bits")),
	BIT(19,        "CD2L", "2-level context descriptor table", .flags = UAPI),
	BIT(20,        "VATOS", "virtual address translation operations page"),
	ENUM(22, 21,   "TTENDIAN", "translation table endianness", .flags = UAPI | FIELD_NEUTRAL,
		.VALUES({ 0, "little and big endian" }, { 2, "little endian only" }, { 3, "big endian only" })),
	BIT(23,        "ATSRECERR", "recording of ATS-related events", .note = "from SMMUv3.3"),
	ENUM(25, 24,   "STALL_MODEL", "stall model", .flags = UAPI | FIELD_NEUTRAL,
		.VALUES({ 0, "stall and terminate" }, { 1, "terminate only" }, { 2, "stall forced" })),
	BIT(26,        "TERM_MODEL", "termination model", .flags = UAPI | FIELD_NEUTRAL,
		.MEANS("the context descriptor chooses abort or RAZ/WI", "abort only")),
	ENUM(28, 27,   "ST_LEVEL", "stream table levels", .flags = UAPI | FIELD_ORDERED,
		.VALUES({ 0, "linear" }, { 1, "linear or 2 levels" })),
	RSVD(29, 29),
	BIT(30,        "RME_IMPL", "realm management extension", .note = "from SMMUv3.3"),
	RSVD(31, 31),
};

static const struct field idr1[] = {
	NUMBER(5, 0,   "SIDSIZE", "StreamID size", .describe = smmu_describe_sidsize, .flags = UAPI),
	NUMBER(10, 6,  "SSIDSIZE", "SubstreamID (PASID) size", .describe = smmu_describe_ssidsize, .flags = UAPI),
	NUMBER(15, 11, "PRIQS", "page request queue size", .describe = smmu_describe_queue, .note = "2^value entries at most"),
	NUMBER(20, 16, "EVENTQS", "event queue size", .describe = smmu_describe_queue, .note = "2^value entries at most"),
	NUMBER(25, 21, "CMDQS", "command queue size", .describe = smmu_describe_queue, .note = "2^value entries at most"),
	BIT(26,        "ATTR_PERMS_OVR", "override of incoming permissions"),
	BIT(27,        "ATTR_TYPES_OVR", "override of incoming memory types"),
	BIT(28,        "REL", "preset addresses are relative", .flags = FIELD_NEUTRAL,
		.MEANS("absolute", "relative to the register base")),
	BIT(29,        "QUEUES_PRESET", "queue addresses are fixed", .flags = FIELD_NEUTRAL),
	BIT(30,        "TABLES_PRESET", "table addresses are fixed", .flags = FIELD_NEUTRAL),
	BIT(31,        "ECMDQ", "enhanced command queues", .note = "from SMMUv3.3"),
};

static const struct field idr2[] = {
	NUMBER(9, 0,   "BA_VATOS", "address of the VATOS page", .describe = smmu_describe_vatos, .flags = FIELD_NEUTRAL,
		.note = "base + 0x20000 + value * 0x10000; needs IDR0.VATOS"),
	RSVD(31, 10),
};

static const struct field idr3[] = {
	RSVD(1, 0),
	BIT(2,         "HAD", "hierarchical attributes can be disabled"),
	BIT(3,         "PBHA", "page-based hardware attributes", .note = "from SMMUv3.1"),
	BIT(4,         "XNX", "stage 2 execute control by exception level", .note = "from SMMUv3.1"),
	BIT(5,         "PPS", "PASID in automatic page responses", .flags = FIELD_NEUTRAL, .note = "from SMMUv3.1"),
	RSVD(6, 6),
	BIT(7,         "MPAM", "memory partitioning and monitoring", .note = "from SMMUv3.2"),
	BIT(8,         "FWB", "stage 2 forced write-back", .note = "from SMMUv3.2"),
	BIT(9,         "STT", "small translation tables", .note = "from SMMUv3.2"),
	BIT(10,        "RIL", "range invalidation and level hint", .flags = UAPI, .note = "from SMMUv3.2"),
	ENUM(12, 11,   "BBML", "break-before-make level", .flags = UAPI | FIELD_ORDERED,
		.VALUES({ 0, "level 0" }, { 1, "level 1" }, { 2, "level 2" }), .note = "from SMMUv3.2"),
	BIT(13,        "E0PD", "unprivileged access to half of the addresses can be prevented", .note = "from SMMUv3.3"),
	BIT(14,        "PTWNNC", "table walks to device memory as normal non-cacheable", .flags = FIELD_NEUTRAL,
		.note = "from SMMUv3.3"),
	BIT(15,        "DPT", "device permission table", .note = "from SMMUv3.3"),
	BIT(16,        "PASIDTT", "PASID on translated transactions", .note = "from SMMUv3.4"),
	BIT(17,        "EPAN", "enhanced privileged access never", .note = "from SMMUv3.4"),
	BIT(18,        "S1PI", "stage 1 permission indirection", .flags = FIELD_TENTATIVE, .note = "from SMMUv3.4"),
	BIT(19,        "S2PI", "stage 2 permission indirection", .flags = FIELD_TENTATIVE, .note = "from SMMUv3.4"),
	BIT(20,        "S2PO", "stage 2 permission overlay", .flags = FIELD_TENTATIVE, .note = "from SMMUv3.4"),
	BIT(21,        "THE", "translation hardening", .flags = FIELD_TENTATIVE, .note = "from SMMUv3.4"),
	BIT(22,        "MTEPERM", "stage 2 permission for tag access", .flags = FIELD_TENTATIVE, .note = "from SMMUv3.4"),
	BIT(23,        "AIE", "attribute index enhancement", .flags = FIELD_TENTATIVE, .note = "from SMMUv3.4"),
	RSVD(31, 24),
};

static const struct field idr4[] = {
	OPAQUE(31, 0,  "IMPDEF", "implementation defined", .flags = FIELD_NEUTRAL),
};

static const struct field idr5[] = {
	ENUM(2, 0,     "OAS", "output address size", .flags = FIELD_ORDERED,
		.VALUES({ 0, "32 bits" }, { 1, "36 bits" }, { 2, "40 bits" }, { 3, "42 bits" }, { 4, "44 bits" }, { 5, "48 bits" },
		{ 6, "52 bits" }, { 7, "56 bits" }), .note = "52 bits from SMMUv3.1, 56 bits from SMMUv3.4"),
	RSVD(3, 3),
	BIT(4,         "GRAN4K", "4 KiB granule", .flags = UAPI),
	BIT(5,         "GRAN16K", "16 KiB granule", .flags = UAPI),
	BIT(6,         "GRAN64K", "64 KiB granule", .flags = UAPI),
	BIT(7,         "DS", "52-bit addresses with 4 KiB and 16 KiB granules", .flags = UAPI, .note = "from SMMUv3.4"),
	BIT(8,         "D128", "128-bit descriptors", .flags = FIELD_TENTATIVE, .note = "from SMMUv3.4"),
	RSVD(9, 9),
	ENUM(11, 10,   "VAX", "virtual address size", .flags = UAPI | FIELD_ORDERED,
		.VALUES({ 0, "48 bits" }, { 1, "52 bits" }, { 2, "56 bits" }), .note = "from SMMUv3.1; 56 bits from SMMUv3.4"),
	RSVD(15, 12),
	NUMBER(31, 16, "STALL_MAX", "stalled transactions at most", .describe = smmu_describe_stall_max),
};

static const struct field idr6[] = {
	RSVD(15, 0),
	NUMBER(19, 16, "CMDQ_CONTROL_PAGE_LOG2NUMQ", "enhanced command queues of a control page",
		.describe = smmu_describe_ecmdq_pages, .note = "2^value; from SMMUv3.3, needs IDR1.ECMDQ"),
	RSVD(23, 20),
	NUMBER(27, 24, "CMDQ_CONTROL_PAGE_LOG2NUMP", "control pages of enhanced command queues", .describe = smmu_describe_ecmdq_pages,
		.note = "2^value; from SMMUv3.3, needs IDR1.ECMDQ"),
	RSVD(31, 28),
};

static const struct field iidr[] = {
	NUMBER(11, 0,  "Implementer", "JEP106 code of the implementer", .describe = smmu_describe_implementer, .flags = FIELD_NEUTRAL,
		.note = "bits 11:8 count continuations, bits 6:0 identify"),
	NUMBER(15, 12, "Revision", "minor revision (p)", .flags = FIELD_NEUTRAL),
	NUMBER(19, 16, "Variant", "major revision (r)", .flags = FIELD_NEUTRAL),
	OPAQUE(31, 20, "ProductID", "product", .flags = FIELD_NEUTRAL),
};

static const struct field aidr[] = {
	NUMBER(3, 0,   "ArchMinorRev", "architecture minor revision", .describe = smmu_describe_minor, .flags = FIELD_NEUTRAL),
	ENUM(7, 4,     "ArchMajorRev", "architecture major revision", .flags = FIELD_NEUTRAL, .VALUES({ 0, "SMMUv3" })),
	RSVD(31, 8),
};

static const struct field hw_info_flags[] = {
	BIT(0,         "ERRATA_REPEAT_TLBI_CFGI", "TLB and configuration invalidations must be issued twice", .flags = FIELD_INVERTED,
		.MEANS("not reported", "reported"), .note = "NVIDIA T264-SMMU-3; reported for all SMMUs of a machine or none"),
	RSVD(31, 1),
};

static const struct reg regs[] = {
	REG("IDR0", 32, idr0, "features 0", .aliases = "SMMU_IDR0"),
	REG("IDR1", 32, idr1, "features 1", .aliases = "SMMU_IDR1"),
	REG("IDR2", 32, idr2, "features 2", .aliases = "SMMU_IDR2"),
	REG("IDR3", 32, idr3, "features 3", .aliases = "SMMU_IDR3"),
	REG("IDR4", 32, idr4, "features 4", .aliases = "SMMU_IDR4"),
	REG("IDR5", 32, idr5, "features 5", .aliases = "SMMU_IDR5"),
	REG("IDR6", 32, idr6, "features 6", .aliases = "SMMU_IDR6"),
	REG("IIDR", 32, iidr, "implementation identification", .aliases = "SMMU_IIDR"),
	REG("AIDR", 32, aidr, "architecture identification", .aliases = "SMMU_AIDR"),
};

static const struct reg flags = REG("flags", 32, hw_info_flags, "flags of the kernel's answer");
/* clang-format on */

const struct arch arch_smmuv3 = {
	.type = "arm-smmuv3",
	.title = "Arm SMMUv3",
	.regs = regs,
	.n_regs = ARRAY_SIZE(regs),
	.revision =
		"the specification up to issue G.b (SMMUv3.4); bits of SMMUv3.5 count as reserved",
	.rules = smmuv3_rules,
	.version = smmuv3_version,
	.product = smmuv3_product,
	.remark = smmuv3_remark,
	.hw_info_flags = &flags,
};
