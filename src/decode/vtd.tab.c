/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intel VT-d: every field of the version, capability and extended capability registers.
 *
 * Where public decoders disagree, each was held against Linux's header and one
 * more source; taken were: ND as the exponent of 2^(4 + 2 * ND), all three bits;
 * FRO with 10 bits and PSS with 5 (older masks of FreeBSD are narrower); AFL at
 * bit 3 and ISOCH at 23, which newer decoders leave out; PI at 59 as posted
 * interrupts; ECAP bits 31:24 not as a count of IOTLB units, which Linux dropped
 * as never true; PASID at 40, with 28 meaning nothing since; PDS at 42 as the
 * draining of page requests; SMTS at 43. Bits 50, 56, 57 and 59 to 62 could not
 * be settled and are tentative.
 */
#include "config.h"
#include "decode/rows.h"

/* clang-format off */
/* One row a line, to be read beside the specification. */
static const struct field ver[] = {
	NUMBER(3, 0,   "MIN", "architecture minor version", .flags = FIELD_NEUTRAL),
	NUMBER(7, 4,   "MAX", "architecture major version", .flags = FIELD_NEUTRAL,
		.note = "independent of the number of the specification document"),
	RSVD(31, 8),
};

static const struct field cap[] = {
	ENUM(2, 0,     "ND", "number of domain identifiers", .flags = FIELD_ORDERED,
		.VALUES({ 0, "16 domains" }, { 1, "64 domains" }, { 2, "256 domains" }, { 3, "1024 domains" }, { 4, "4096 domains" },
		{ 5, "16384 domains" }, { 6, "65536 domains" })),
	BIT(3,         "AFL", "advanced fault logging", .flags = FIELD_RETIRED, .note = "missing from the newest texts"),
	BIT(4,         "RWBF", "write-buffer flushing", .flags = FIELD_INVERTED,
		.MEANS("not needed", "software must flush write buffers")),
	BIT(5,         "PLMR", "protected low-memory region"),
	BIT(6,         "PHMR", "protected high-memory region"),
	BIT(7,         "CM", "caching mode", .flags = FIELD_NEUTRAL,
		.MEANS("entries that are not present are never cached", "entries that are not present may be cached, as emulated units do")),
	BITMAP(12, 8,  "SAGAW", "supported adjusted guest address widths",
		.VALUES({ 1, "reserved 30-bit (2 levels)" }, { 2, "39-bit (3 levels)" }, { 4, "48-bit (4 levels)" },
		{ 8, "57-bit (5 levels)" }, { 16, "reserved 64-bit (6 levels)" }),
		.note = "second stage; the 30 and 64-bit encodings were withdrawn"),
	RSVD(15, 13),
	NUMBER(21, 16, "MGAW", "maximum guest address width", .describe = describe_bits_minus_1, .note = "value + 1 bits"),
	BIT(22,        "ZLR", "zero-length read of a write-only page", .MEANS("blocked", "allowed")),
	BIT(23,        "ISOCH", "isochronous remapping unit", .flags = FIELD_RETIRED | FIELD_NEUTRAL,
		.note = "deprecated in newer texts"),
	NUMBER(33, 24, "FRO", "fault-recording register offset", .describe = describe_offset_16, .flags = FIELD_NEUTRAL,
		.note = "value * 16 bytes from the register base"),
	BITMAP(37, 34, "SSLPS", "second-stage large pages", .aliases = "SLLPS SPS",
		.VALUES({ 1, "2 MiB" }, { 2, "1 GiB" }, { 4, "reserved (512 GiB)" }, { 8, "reserved (1 TiB)" }),
		.note = "SLLPS before about revision 4"),
	RSVD(38, 38),
	BIT(39,        "PSI", "page-selective invalidation", .MEANS("by domain or globally only", "yes")),
	NUMBER(47, 40, "NFR", "number of fault-recording registers", .describe = describe_count_minus_1, .note = "value + 1"),
	NUMBER(53, 48, "MAMV", "maximum address mask value", .describe = vtd_describe_mamv,
		.note = "one page-selective invalidation covers up to 2^value pages; needs PSI"),
	BIT(54,        "DWD", "write draining"),
	BIT(55,        "DRD", "read draining"),
	BIT(56,        "FS1GP", "first-stage 1 GiB pages", .aliases = "FL1GP", .note = "FL1GP before about revision 4"),
	RSVD(58, 57),
	BIT(59,        "PI", "posted interrupts"),
	BIT(60,        "FS5LP", "first-stage 5-level paging", .aliases = "FL5LP 5LP", .note = "FL5LP before about revision 4"),
	BIT(61,        "ECMDS", "enhanced command interface"),
	BIT(62,        "ESIRTPS", "enhanced set interrupt-remap table pointer",
		.MEANS("software invalidates after setting the table", "hardware invalidates when the table is set")),
	BIT(63,        "ESRTPS", "enhanced set root-table pointer",
		.MEANS("software invalidates after setting the table", "hardware invalidates when the table is set")),
};

static const struct field ecap[] = {
	BIT(0,         "C", "page-walk coherency", .MEANS("table reads are not snooped", "table reads are snooped"),
		.note = "SMPWCS speaks for tables of the scalable mode"),
	BIT(1,         "QI", "queued invalidation"),
	BIT(2,         "DT", "device-TLB (ATS)", .note = "needs QI"),
	BIT(3,         "IR", "interrupt remapping", .note = "needs QI"),
	BIT(4,         "EIM", "extended interrupt mode", .MEANS("8-bit APIC identifiers", "32-bit APIC identifiers (x2APIC)")),
	BIT(5,         "CH", "caching hints", .flags = FIELD_RETIRED, .note = "about revision 1 only; deprecated since"),
	BIT(6,         "PT", "pass-through translation type"),
	BIT(7,         "SC", "snoop control"),
	NUMBER(17, 8,  "IRO", "IOTLB register offset", .describe = describe_offset_16, .flags = FIELD_NEUTRAL,
		.note = "value * 16 bytes from the register base: IVA there, IOTLB 8 bytes on"),
	RSVD(19, 18),
	NUMBER(23, 20, "MHMV", "maximum handle mask value", .describe = vtd_describe_mhmv,
		.note = "one interrupt-cache invalidation covers up to 2^value entries; needs IR"),
	BIT(24,        "ECS", "extended context entries", .flags = FIELD_RETIRED, .note = "about revision 2 only; the scalable mode (SMTS) took its place"),
	BIT(25,        "MTS", "memory types in first-stage tables"),
	BIT(26,        "NEST", "nested translation"),
	BIT(27,        "DIS", "deferred invalidation", .flags = FIELD_RETIRED, .note = "about revision 2; reserved in newer texts"),
	BIT(28,        "PASID_OLD", "PASID, original position", .flags = FIELD_RETIRED, .note = "early revision 2; moved to PASID, bit 40, in 2015"),
	BIT(29,        "PRS", "page requests"),
	BIT(30,        "ERS", "execute requests"),
	BIT(31,        "SRS", "supervisor requests"),
	RSVD(32, 32),
	BIT(33,        "NWFS", "no-write flag of ATS requests"),
	BIT(34,        "EAFS", "extended accessed flag"),
	NUMBER(39, 35, "PSS", "PASID size", .describe = vtd_describe_pss, .note = "value + 1 bits; needs PASID"),
	BIT(40,        "PASID", "process address space identifiers"),
	BIT(41,        "DIT", "device-TLB invalidation throttling"),
	BIT(42,        "PDS", "page-request drain"),
	BIT(43,        "SMTS", "scalable-mode translation", .note = "an earlier use of the bit, PSL, limited PASIDs"),
	BIT(44,        "VCS", "virtual command interface"),
	BIT(45,        "SSADS", "second-stage accessed and dirty bits", .aliases = "SLADS", .note = "SLADS before about revision 4"),
	BIT(46,        "SSTS", "second-stage translation in scalable mode", .aliases = "SLTS", .note = "SLTS before about revision 4"),
	BIT(47,        "FSTS", "first-stage translation in scalable mode", .aliases = "FLTS", .note = "FLTS before about revision 4"),
	BIT(48,        "SMPWCS", "scalable-mode page-walk coherency", .aliases = "SMPWC"),
	BIT(49,        "RPS", "RID_PASID",
		.MEANS("requests without a PASID use PASID 0", "the context entry names the PASID of requests without one")),
	BIT(50,        "TDXIO", "trusted input and output (TDX Connect)", .aliases = "TDXCS", .flags = FIELD_TENTATIVE,
		.note = "TDXIO in product pages, TDXCS in patches for Linux, reserved elsewhere"),
	BIT(51,        "PMS", "performance monitoring"),
	BIT(52,        "ADMS", "abort-DMA mode"),
	BIT(53,        "RPRIVS", "RID_PRIV"),
	RSVD(54, 54),
	BIT(55,        "HPTS", "host permission table"),
	BIT(56,        "PTRS", "permission-table requests", .flags = FIELD_TENTATIVE,
		.note = "what the letters stand for is not certain"),
	BIT(57,        "SSIRWS", "second-stage input/output read and write bits", .aliases = "PBDS", .flags = FIELD_TENTATIVE,
		.note = "SSIRWS in two decoders, PBDS in a product page"),
	BIT(58,        "SMS", "stop marker"),
	BIT(59,        "HPT1GPS", "host permission table with 1 GiB pages", .flags = FIELD_TENTATIVE, .note = "named by one decoder only"),
	BIT(60,        "RDTS", "resource-director tags", .flags = FIELD_TENTATIVE, .note = "what the letters stand for is not certain"),
	BIT(61,        "EIMER", "extended interrupt mode required", .flags = FIELD_TENTATIVE | FIELD_NEUTRAL,
		.note = "what the letters stand for is not certain"),
	BIT(62,        "IRREQ", "interrupt remapping required", .flags = FIELD_TENTATIVE | FIELD_NEUTRAL,
		.note = "what the letters stand for is not certain"),
	RSVD(63, 63),
};

static const struct field hw_info_flags[] = {
	BIT(0,         "ERRATA_772415_SPR17", "read-only second-stage mappings must not lie under a nested parent",
		.flags = FIELD_INVERTED, .MEANS("not reported", "reported"),
		.note = "kernels report it for every Intel unit, affected or not"),
	RSVD(31, 1),
};

static const struct reg regs[] = {
	REG("VER", 32, ver, "architecture version", .aliases = "VER_REG"),
	REG("CAP", 64, cap, "capabilities", .aliases = "CAP_REG"),
	REG("ECAP", 64, ecap, "extended capabilities", .aliases = "ECAP_REG"),
};

static const struct reg flags = REG("flags", 32, hw_info_flags, "flags of the kernel's answer");
/* clang-format on */

const struct arch arch_vtd = {
	.type = "intel-vtd",
	.title = "Intel VT-d",
	.regs = regs,
	.n_regs = ARRAY_SIZE(regs),
	.revision = "the specification up to revision 4, and of revision 5 what public drivers and "
		    "product pages say",
	.rules = vtd_rules,
	.version = vtd_version,
	.product = vtd_product,
	.hw_info_flags = &flags,
};
