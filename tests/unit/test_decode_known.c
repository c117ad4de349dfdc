/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Register values of real and emulated machines, whose meaning is known.
 *
 * Worked examples, what guests of QEMU report, and lines of kernel logs that
 * carry the kernel's own names of the features: those are the truth to meet.
 */
#include "config.h"

#include <stdarg.h>

#include "base/mem.h"
#include "decode/rows.h"
#include "render/registers.h"
#include "unit.h"

/* A set of registers from "CAP=0x..", "ECAP=0x..", ended by NULL. */
static struct reg_set regs(const struct arch *arch, const char *word, ...)
{
	struct reg_set set = { .arch = arch };
	va_list ap;

	va_start(ap, word);
	for (; word; word = va_arg(ap, const char *)) {
		size_t len = strcspn(word, "=");
		char *name = mem_strndup(word, len);

		if (!reg_set_put(&set, name, strtoull(word + len + 1, NULL, 16)))
			unit_fail("%s has no register %s", arch->type, name);
		free(name);
	}
	va_end(ap);
	return set;
}

static void check_member(json_object *doc, const char *path, const char *want)
{
	bool found;
	json_object *v = doc_path(doc, path, &found);
	const char *got = !found ? "(missing)" : v ? json_object_to_json_string(v) : "null";
	bool is_string = json_object_is_type(v, json_type_string);

	if (is_string)
		got = json_object_get_string(v);
	if (strcmp(got, want) != 0)
		unit_fail("%s is '%s', not '%s'", path, got, want);
}

/* Pairs of path and value of the field document; "CAP.ND" is short for its meaning. */
static void expect(struct reg_set set, ...)
{
	json_object *doc = registers_doc(&set);
	const char *path, *want;
	va_list ap;

	va_start(ap, set);
	while ((path = va_arg(ap, const char *))) {
		size_t len = strcspn(path, ".");
		char *full = mem_strdup(path);

		want = va_arg(ap, const char *);
		if (path[len] && path[0] >= 'A' && path[0] <= 'Z') {
			free(full);
			full = mem_printf("registers.%.*s.fields.%s.meaning", (int)len, path,
					  path + len + 1);
		}
		check_member(doc, full, want);
		free(full);
	}
	va_end(ap);
	json_object_put(doc);
}

static void intel_client_unit(void)
{
	struct reg_set s =
		regs(&arch_vtd, "VER=0x10", "CAP=0xd2008c40660462", "ECAP=0xf050da", NULL);

	expect(s, "version", "1:0", "product", "null", "registers.CAP.value", "0x00d2008c40660462",
	       "CAP.ND", "256 domains", "CAP.PLMR", "yes", "CAP.PHMR", "yes", "CAP.CM",
	       "entries that are not present are never cached", "CAP.SAGAW", "48-bit (4 levels)",
	       "CAP.MGAW", "39 bits", "CAP.ZLR", "allowed", "CAP.FRO", "at 0x400", "CAP.SSLPS",
	       "2 MiB, 1 GiB", "CAP.PSI", "yes", "CAP.NFR", "1", "CAP.MAMV",
	       "up to 2^18 pages (1 GiB) by one invalidation", "CAP.DWD", "yes", "CAP.DRD", "yes",
	       "CAP.PI", "no", "ECAP.QI", "yes", "ECAP.DT", "no", "ECAP.IR", "yes", "ECAP.EIM",
	       "32-bit APIC identifiers (x2APIC)", "ECAP.PT", "yes", "ECAP.SC", "yes", "ECAP.IRO",
	       "at 0x500", "ECAP.MHMV", "up to 32768 entries by one invalidation", "ECAP.PSS",
	       "not used: no PASID (would be 1 bits)", NULL);
	expect(s, "capabilities.input_address_bits", "39", "capabilities.output_address_bits",
	       "null", "capabilities.page_sizes", "[ 4096, 2097152, 1073741824 ]",
	       "capabilities.second_stage_levels", "4", "capabilities.first_stage_levels", "0",
	       "capabilities.nested_translation", "false", "capabilities.dirty_tracking", "false",
	       "capabilities.pasid_bits", "0", "capabilities.page_requests", "false",
	       "capabilities.ats", "false", "capabilities.snoop_control", "true",
	       "capabilities.coherent_walk", "false", "capabilities.interrupt_remapping", "true",
	       "capabilities.posted_interrupts", "false", "capabilities.passthrough", "true",
	       "capabilities.max_domains", "256", "capabilities.fault_recording_registers", "1",
	       "capabilities.stall", "null", "capabilities.virtual_command_queue", "null",
	       "warnings", "[ ]", NULL);
}

static void intel_server_units(void)
{
	expect(regs(&arch_vtd, "CAP=0x8ed008c40780466", NULL), "CAP.ND", "65536 domains",
	       "CAP.MGAW", "57 bits", "CAP.MAMV", "up to 2^45 pages (128 PiB) by one invalidation",
	       "CAP.PI", "yes", "CAP.FS1GP", "no", "capabilities.input_address_bits", "48",
	       "capabilities.pasid_bits", "null", NULL);
	expect(regs(&arch_vtd, "CAP=0x9ed008c40780466", "ECAP=0x3ee9e86f050df", NULL), "CAP.FS1GP",
	       "yes", "ECAP.C", "table reads are snooped", "ECAP.DT", "yes", "ECAP.MTS", "yes",
	       "ECAP.NEST", "yes", "ECAP.SRS", "yes", "ECAP.NWFS", "yes", "ECAP.EAFS", "yes",
	       "ECAP.PSS", "not used: no PASID (would be 20 bits)", "ECAP.PASID", "no", "ECAP.DIT",
	       "yes", "ECAP.PDS", "yes", "ECAP.SMTS", "yes", "ECAP.SSADS", "yes", "ECAP.SSTS",
	       "yes", "ECAP.FSTS", "yes", "ECAP.SMPWCS", "yes", "ECAP.RPS",
	       "the context entry names the PASID of requests without one", "ECAP.PRS", "no",
	       "capabilities.pasid_bits", "0", "capabilities.nested_translation", "true",
	       "capabilities.dirty_tracking", "true", "capabilities.first_stage_levels", "4", NULL);
	expect(regs(&arch_vtd, "CAP=0x19ed008c40780c66", "ECAP=0x3ee9e86f050df", NULL), "CAP.SAGAW",
	       "48-bit (4 levels), 57-bit (5 levels)", "capabilities.second_stage_levels", "5",
	       "capabilities.first_stage_levels", "5", "capabilities.input_address_bits", "57",
	       NULL);
}

static void old_intel_graphics_unit(void)
{
	expect(regs(&arch_vtd, "ECAP=0x19e2ff0505e", NULL), "ECAP.QI", "yes", "ECAP.DT", "yes",
	       "ECAP.IR", "yes", "ECAP.EIM", "32-bit APIC identifiers (x2APIC)", "ECAP.PT", "yes",
	       "ECAP.ECS", "yes", "registers.ECAP.fields.ECS.retired", "true", "ECAP.MTS", "yes",
	       "ECAP.NEST", "yes", "ECAP.DIS", "yes", "ECAP.PASID_OLD", "no", "ECAP.PRS", "yes",
	       "ECAP.NWFS", "yes", "ECAP.EAFS", "yes", "ECAP.PSS", "20 bits", "ECAP.PASID", "yes",
	       "capabilities.pasid_bits", "20", "capabilities.nested_translation", "false", NULL);
}

static void emulated_units_are_recognised(void)
{
	expect(regs(&arch_vtd, "CAP=0xd2008c22260286", "ECAP=0xf00f4a", NULL), "product",
	       "QEMU intel-iommu (emulated)", "CAP.CM",
	       "entries that are not present may be cached, as emulated units do",
	       "capabilities.input_address_bits", "39", NULL);
	expect(regs(&arch_vtd, "CAP=0xd2008c22260206", "ECAP=0x480080f00fce", NULL), "product",
	       "QEMU intel-iommu (emulated)", "ECAP.SMTS", "yes", "ECAP.SSTS", "yes", NULL);
	expect(regs(&arch_amd, "EFR=0x29d3", NULL), "product", "QEMU amd-iommu (emulated)", NULL);
	expect(regs(&arch_amd, "EFR=0x29d7", NULL), "product", "QEMU amd-iommu (emulated)", NULL);
	expect(regs(&arch_smmuv3, "IDR0=0x0d40101a", "IDR1=0x02730010", "IDR3=0x1404", "IDR5=0x74",
		    "IIDR=0", "AIDR=1", NULL),
	       "product", "QEMU arm-smmuv3 (emulated)", "version", "3.1", "IDR0.TTF", "AArch64",
	       "IDR0.STALL_MODEL", "terminate only", "IDR1.SSIDSIZE", "none", "IDR1.CMDQS",
	       "524288 entries", "IDR3.BBML", "level 2", "IDR5.OAS", "44 bits", "IDR5.STALL_MAX",
	       "not used: transactions do not stall", "capabilities.stall", "false",
	       "capabilities.output_address_bits", "44", NULL);
	expect(regs(&arch_vtd, "CAP=0xd2008c40660462", "ECAP=0xf050da", NULL), "product", "null",
	       NULL);
	expect(regs(&arch_smmuv3, "IIDR=0", "IDR1=0x02730010", NULL), "product", "null", NULL);
}

static void a_unit_that_does_not_answer(void)
{
	expect(regs(&arch_vtd, "CAP=0xffffffffffffffff", "ECAP=0xffffffffffffffff", NULL),
	       "capabilities.max_domains", "null", "capabilities.pasid_bits", "null", NULL);
}

static void smmu_of_a_model(void)
{
	expect(regs(&arch_smmuv3, "IDR0=0x080fe6bf", "IDR1=0x0e739d10", NULL), "IDR0.S1P", "yes",
	       "IDR0.S2P", "yes", "IDR0.TTF", "AArch32 (long descriptors), AArch64", "IDR0.COHACC",
	       "yes", "IDR0.BTM", "yes", "IDR0.HTTU", "access flag and dirty state", "IDR0.HYP",
	       "yes", "IDR0.ATS", "yes", "IDR0.MSI", "yes", "IDR0.SEV", "yes", "IDR0.ATOS", "yes",
	       "IDR0.PRI", "yes", "IDR0.VMW", "yes", "IDR0.VMID16", "16 bits", "IDR0.CD2L", "yes",
	       "IDR0.ST_LEVEL", "linear or 2 levels", "IDR0.ASID16", "8 bits", "IDR0.STALL_MODEL",
	       "stall and terminate", "IDR1.SIDSIZE", "16 bits", "IDR1.SSIDSIZE", "20 bits",
	       "IDR1.PRIQS", "524288 entries", "IDR1.EVENTQS", "524288 entries", "IDR1.CMDQS",
	       "524288 entries", "IDR1.ATTR_PERMS_OVR", "yes", "IDR1.ATTR_TYPES_OVR", "yes", NULL);
	expect(regs(&arch_smmuv3, "IDR0=0x080fe6bf", "IDR1=0x0e739d10", NULL),
	       "capabilities.nested_translation", "true", "capabilities.dirty_tracking", "true",
	       "capabilities.pasid_bits", "20", "capabilities.stall", "true",
	       "capabilities.page_requests", "true", "capabilities.max_domains", "65536",
	       "capabilities.input_address_bits", "null", "capabilities.page_sizes", "null",
	       "capabilities.first_stage_levels", "null", NULL);
}

static void smmu_of_a_chip(void)
{
	expect(regs(&arch_smmuv3, "IDR3=0x3c", "IDR5=0x00400070", "IIDR=0x4832043b", "AIDR=0x03",
		    NULL),
	       "product", "Arm MMU-600 r2p0", "version", "3.3", "IDR3.HAD", "yes", "IDR3.PBHA",
	       "yes", "IDR3.XNX", "yes", "IDR3.PPS", "yes", "IDR5.GRAN4K", "yes", "IDR5.GRAN16K",
	       "yes", "IDR5.GRAN64K", "yes", "IDR5.STALL_MAX", "64", "IIDR.Implementer",
	       "0x43b, Arm", "IIDR.ProductID", "0x483", "capabilities.input_address_bits", "48",
	       "capabilities.page_sizes",
	       "[ 4096, 16384, 65536, 2097152, 33554432, 536870912, 1073741824 ]", "warnings",
	       "[ ]", NULL);
	expect(regs(&arch_smmuv3, "IDR5=0x00000476", NULL), "capabilities.input_address_bits", "52",
	       "capabilities.output_address_bits", "52", "capabilities.page_sizes",
	       "[ 4096, 16384, 65536, 2097152, 33554432, 536870912, 1073741824, 4398046511104 ]",
	       NULL);
	expect(regs(&arch_smmuv3, "IDR0=0", "IDR2=0x3", NULL), "IDR2.BA_VATOS",
	       "not used: no VATOS page", NULL);
	expect(regs(&arch_smmuv3, "IDR0=0x00100000", "IDR2=0x3", NULL), "IDR2.BA_VATOS",
	       "at 0x50000", NULL);
	expect(regs(&arch_smmuv3, "IDR4=0xdeadbeef", NULL), "IDR4.IMPDEF", "0xdeadbeef", NULL);
}

static void smmu_errata_are_told(void)
{
	expect(regs(&arch_smmuv3, "IDR0=0x3", "IIDR=0x4831043b", NULL), "warnings.0",
	       "IDR0.TTF: reserved (no format)", "warnings.1",
	       "Linux does not nest on this revision of the MMU-600 (Arm erratum 1209401)", NULL);
	expect(regs(&arch_smmuv3, "IDR0=0xb", "IIDR=0x4871043b", NULL), "warnings.0",
	       "Linux does not nest on this revision of the MMU-700 (Arm errata 2268618 and "
	       "2812531)",
	       NULL);
	expect(regs(&arch_smmuv3, "IDR0=0xb", "IIDR=0x4871143b", NULL), "warnings", "[ ]", NULL);
}

static void amd_units(void)
{
	expect(regs(&arch_amd, "EFR=0x58f77ef22294ade", NULL), "EFR.HATS", "6 levels", "EFR.GATS",
	       "4 levels", "EFR.GLXSup", "2 levels", "EFR.SmiFRC", "4 pairs", "EFR.GAMSup",
	       "guest virtual APIC mode", "EFR.DualPprLogSup", "dual with automatic swap",
	       "EFR.DualEventLogSup", "dual with automatic swap", "EFR.PASmax", "16 bits",
	       "EFR.DevTblSegSup", "8 segments", "EFR.MarcSup", "4 apertures", "EFR.VmTableSize",
	       "1024 entries", "capabilities.pasid_bits", "16", "capabilities.second_stage_levels",
	       "6", "capabilities.first_stage_levels", "4", "capabilities.dirty_tracking", "false",
	       "capabilities.nested_translation", "null", "capabilities.input_address_bits", "null",
	       NULL);
	expect(regs(&arch_amd, "EFR=0x25bf732fa2295afe", "EFR2=0x1d", NULL), "EFR.GATS", "5 levels",
	       "EFR.GLXSup", "2 levels", "EFR.GAPPISup", "yes", "EFR.SATSSup", "yes", "EFR.HDSup",
	       "yes", "registers.EFR.fields.RSVD.bits", "53", "registers.EFR.fields.RSVD.raw", "1",
	       "EFR2.CXLIO_SUP", "yes", "EFR2.TMPMSup", "yes", "EFR2.GCR3TRPModeSup", "yes",
	       "EFR2.GAPPIDisSup", "yes", "capabilities.nested_translation", "true",
	       "capabilities.dirty_tracking", "true", "warnings",
	       "[ \"EFR: reserved, yet set: bit 53\" ]", NULL);
	expect(regs(&arch_amd, "CAP=0x190b640f", NULL), "CAP_HEADER.CapID", "0x0f, secure device",
	       "CAP_HEADER.CapPtr", "0x64", "CAP_HEADER.CapType", "IOMMU", "CAP_HEADER.CapRev", "1",
	       "CAP_HEADER.IotlbSup", "yes", "CAP_HEADER.EFRSup", "yes", "CAP_HEADER.CapExt", "yes",
	       "capabilities.ats", "true", NULL);
	expect(regs(&arch_amd, "EFR=0xc00", NULL), "EFR.HATS",
	       "reserved (Linux: no host translation)", "registers.EFR.fields.HATS.reserved",
	       "true", "capabilities.second_stage_levels", "null", NULL);
	/* Physical addresses of 48 bits, virtual ones of 64. */
	expect(regs(&arch_amd, "EFR=0x400", "MISC0=0x00203040", NULL),
	       "capabilities.input_address_bits", "57", "capabilities.output_address_bits", "48",
	       NULL);
}

static void riscv_unit(void)
{
	expect(regs(&arch_riscv, "CAPABILITIES=0x1f802420610", NULL), "version", "1.0",
	       "CAPABILITIES.Sv39", "yes", "CAPABILITIES.Sv48", "yes", "CAPABILITIES.Sv39x4", "yes",
	       "CAPABILITIES.MSI_FLAT", "yes", "CAPABILITIES.ATS", "yes", "CAPABILITIES.PAS",
	       "56 bits", "CAPABILITIES.PD8", "yes", "CAPABILITIES.PD17", "yes",
	       "CAPABILITIES.PD20", "yes", "capabilities.pasid_bits", "20",
	       "capabilities.first_stage_levels", "4", "capabilities.second_stage_levels", "3",
	       "capabilities.output_address_bits", "56", "capabilities.input_address_bits", "48",
	       "capabilities.nested_translation", "true", "capabilities.interrupt_remapping",
	       "true", NULL);
}

static void cmdqv_unit(void)
{
	expect(regs(&arch_cmdqv, "PARAM=0x00004011", NULL), "version", "1", "CMDQV_PARAM.CMDQV_VER",
	       "1", "CMDQV_PARAM.CMDQV_NUM_CMDQ_LOG2", "2", "CMDQV_PARAM.CMDQV_NUM_VINTF_LOG2", "1",
	       "CMDQV_PARAM.CMDQV_NUM_SID_PER_VM_LOG2", "16", "capabilities.virtual_command_queue",
	       "true", "capabilities.pasid_bits", "null", NULL);
	expect(regs(&arch_cmdqv, "HW_INFO=0x0004010100000000", NULL), "version", "1",
	       "HW_INFO.log2vcmdqs", "2", "HW_INFO.log2vsids", "16", NULL);
}

static void reserved_ranges_share_one_field(void)
{
	expect(regs(&arch_vtd, "CAP=0x020000400000e000", NULL), "registers.CAP.fields.RSVD.bits",
	       "58:57,38,15:13", "registers.CAP.fields.RSVD.raw", "17592219598855", "CAP.RSVD",
	       "reserved, yet set: bit 57, 38, 15:13", NULL);
	expect(regs(&arch_vtd, "CAP=0x7", NULL), "CAP.ND", "reserved value 7",
	       "capabilities.max_domains", "null", "registers.CAP.fields.RSVD", "(missing)", NULL);
	/* Every second one of the longest reserved range. */
	expect(regs(&arch_amd, "EFR2=0xaaaaaaaaaaaa8000", NULL), "EFR2.RSVD",
	       "reserved, yet set: bit 63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, "
	       "33, 31, 29, 27, 25, 23, 21, 19, 17, 15",
	       NULL);
}

/* --- the names that others print ------------------------------------------------ */

struct name {
	const char *theirs, *reg, *ours;
};

/* Linux, after "AMD-Vi: Extended features": in the order of printing. */
static const struct name linux_amd[] = {
	{ "PreF", "EFR", "PreFSup" },
	{ "PPR", "EFR", "PPRSup" },
	{ "X2APIC", "EFR", "XTSup" },
	{ "NX", "EFR", "NXSup" },
	{ "GT", "EFR", "GTSup" },
	{ "[5]", "EFR", "GAPPISup" },
	{ "IA", "EFR", "IASup" },
	{ "GA", "EFR", "GASup" },
	{ "HE", "EFR", "HESup" },
	{ "PC", "EFR", "PCSup" },
	{ "GA_vAPIC", "EFR", "GAMSup" },
	{ "SNP", "EFR", "SNPSup" },
	{ "SEV-TIO", "EFR2", "SEVSNPIO_SUP" },
};

static char *names_of(const struct name *names, size_t n, const struct reg_set *set)
{
	char *text = mem_strdup(""), *more;

	for (size_t i = 0; i < n; i++) {
		if (!(reg_set_field_or_zero(set, names[i].reg, names[i].ours) & 1))
			continue;
		more = mem_printf("%s%s%s", text, *text ? " " : "", names[i].theirs);
		free(text);
		text = more;
	}
	return text;
}

static void amd_features_have_the_kernels_names(void)
{
	static const struct {
		const char *efr, *efr2, *names;
	} lines[] = {
		{ "EFR=0x206d73ef22254ade", "EFR2=0x0", "PPR X2APIC NX GT IA GA PC GA_vAPIC" },
		{ "EFR=0x58f77ef22294a5a", "EFR2=0", "PPR NX GT IA PC GA_vAPIC" },
		{ "EFR=0x246577efa2254afa", "EFR2=0", "PPR NX GT [5] IA GA PC GA_vAPIC" },
		{ "EFR=0x4f77ef22294ada", "EFR2=0", "PPR NX GT IA GA PC GA_vAPIC" },
		{ "EFR=0xa5bf7320a2294aee", "EFR2=0x1d",
		  "PPR X2APIC NX [5] IA GA PC GA_vAPIC SNP" },
		{ "EFR=0x246577efa2254afa", "EFR2=0x10", "PPR NX GT [5] IA GA PC GA_vAPIC" },
		{ "EFR=0x58f77ef22294ade", "EFR2=0", "PPR X2APIC NX GT IA GA PC GA_vAPIC" },
		{ "EFR=0x25bf732fa2295afe", "EFR2=0x1d", "PPR X2APIC NX GT [5] IA GA PC GA_vAPIC" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct reg_set s = regs(&arch_amd, lines[i].efr, lines[i].efr2, NULL);
		char *got = names_of(linux_amd, ARRAY_SIZE(linux_amd), &s);

		unit_str(got, lines[i].names);
		free(got);
	}
}

static void the_kernels_names_are_aliases(void)
{
	const struct reg *efr = &arch_amd.regs[arch_reg_index(&arch_amd, "EFR")];
	const struct reg *efr2 = &arch_amd.regs[arch_reg_index(&arch_amd, "EFR2")];

	for (size_t i = 0; i < ARRAY_SIZE(linux_amd); i++) {
		const struct reg *reg = strcmp(linux_amd[i].reg, "EFR") ? efr2 : efr;

		if (linux_amd[i].theirs[0] != '[')
			unit_true(reg_find_field(reg, linux_amd[i].theirs) ==
				  reg_find_field(reg, linux_amd[i].ours));
	}
}

/* FreeBSD's names of VT-d bits, in its order: first CAP, then ECAP. It prints PSI twice. */
static const struct name freebsd_vtd[] = {
	{ "AFL", "CAP", "AFL" },     { "WBF", "CAP", "RWBF" },    { "PLMR", "CAP", "PLMR" },
	{ "PHMR", "CAP", "PHMR" },   { "CM", "CAP", "CM" },       { "ZLR", "CAP", "ZLR" },
	{ "ISOCH", "CAP", "ISOCH" }, { "PSI", "CAP", "PSI" },     { "DWD", "CAP", "DWD" },
	{ "DRD", "CAP", "DRD" },     { "FL1GP", "CAP", "FL1GP" }, { "PSI", "CAP", "PI" },
	{ "C", "ECAP", "C" },        { "QI", "ECAP", "QI" },      { "DI", "ECAP", "DT" },
	{ "IR", "ECAP", "IR" },      { "EIM", "ECAP", "EIM" },    { "PT", "ECAP", "PT" },
	{ "SC", "ECAP", "SC" },      { "ECS", "ECAP", "ECS" },    { "MTS", "ECAP", "MTS" },
	{ "NEST", "ECAP", "NEST" },  { "DIS", "ECAP", "DIS" },    { "PASID", "ECAP", "PASID_OLD" },
	{ "PRS", "ECAP", "PRS" },    { "ERS", "ECAP", "ERS" },    { "SRS", "ECAP", "SRS" },
	{ "NWFS", "ECAP", "NWFS" },  { "EAFS", "ECAP", "EAFS" },
};

/* The bits at which FreeBSD has these names, in the order above. */
static const uint8_t freebsd_bits[] = {
	3, 4, 5, 6, 7,  22, 23, 39, 54, 55, 56, 59, 0,  1,  2,
	3, 4, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31, 33, 34,
};

static void vtd_bits_have_freebsds_names(void)
{
	struct reg_set s = regs(&arch_vtd, "CAP=0x9ed008c40780466", "ECAP=0x3ee9e86f050df", NULL);
	char *got = names_of(freebsd_vtd, ARRAY_SIZE(freebsd_vtd), &s);

	unit_str(got, "PLMR PHMR ZLR PSI DWD DRD FL1GP PSI C QI DI IR EIM PT SC MTS NEST SRS NWFS "
		      "EAFS");
	free(got);
	for (size_t i = 0; i < ARRAY_SIZE(freebsd_vtd); i++) {
		const struct reg *reg =
			&arch_vtd.regs[arch_reg_index(&arch_vtd, freebsd_vtd[i].reg)];
		const struct field *f = reg_find_field(reg, freebsd_vtd[i].ours);

		unit_true(f != NULL);
		if (f && f->lo != freebsd_bits[i])
			unit_fail("%s is at bit %u, not %u", freebsd_vtd[i].theirs, f->lo,
				  freebsd_bits[i]);
	}
}

/* Xen's lines below "AMD-Vi: IOMMU Extended Features:", in its order. */
static const struct name xen_amd[] = {
	{ "Prefetch Pages Command", "EFR", "PreFSup" },
	{ "Peripheral Page Service Request", "EFR", "PPRSup" },
	{ "x2APIC", "EFR", "XTSup" },
	{ "NX bit", "EFR", "NXSup" },
	{ "Guest APIC Physical Processor Interrupt", "EFR", "GAPPISup" },
	{ "Invalidate All Command", "EFR", "IASup" },
	{ "Guest APIC", "EFR", "GASup" },
	{ "Hardware Error Registers", "EFR", "HESup" },
	{ "Performance Counters", "EFR", "PCSup" },
	{ "Host Address Translation Size", "EFR", "HATS" },
	{ "Guest Address Translation Size", "EFR", "GATS" },
	{ "Guest CR3 Root Table Level", "EFR", "GLXSup" },
	{ "Maximum PASID", "EFR", "PASmax" },
	{ "SMI Filter Register", "EFR", "SmiFSup" },
	{ "SMI Filter Register Count", "EFR", "SmiFRC" },
	{ "Guest Virtual APIC Modes", "EFR", "GAMSup" },
	{ "Dual PPR Log", "EFR", "DualPprLogSup" },
	{ "Dual Event Log", "EFR", "DualEventLogSup" },
	{ "Secure ATS", "EFR", "SATSSup" },
	{ "User / Supervisor Page Protection", "EFR", "USSup" },
	{ "Device Table Segmentation", "EFR", "DevTblSegSup" },
	{ "PPR Log Overflow Early Warning", "EFR", "PprOvrflwEarlySup" },
	{ "PPR Automatic Response", "EFR", "PPRAutoRspSup" },
	{ "Memory Access Routing and Control", "EFR", "MarcSup" },
	{ "Block StopMark Message", "EFR", "BlkStopMrkSup" },
	{ "Performance Optimization", "EFR", "PerfOptSup" },
	{ "MSI Capability MMIO Access", "EFR", "MsiCapMmioSup" },
	{ "Guest I/O Protection", "EFR", "GIoSup" },
	{ "Host Access", "EFR", "HASup" },
	{ "Enhanced PPR Handling", "EFR", "EPHSup" },
	{ "Attribute Forward", "EFR", "AttrFWSup" },
	{ "Host Dirty", "EFR", "HDSup" },
	{ "Invalidate IOTLB Type", "EFR", "InvIotlbTypeSup" },
	{ "Virtualized IOMMU", "EFR", "vIommuSup" },
	{ "VMGuard I/O Support", "EFR", "VmGuardIoSup" },
	{ "VM Table Size", "EFR", "VmTableSize" },
	{ "Guest Access Bit Update Disable", "EFR", "GAUpdateDisSup" },
};

/* The log of a machine whose EFR Linux prints as 0x246577efa2254afe. */
static const char *const xen_lines =
	"Peripheral Page Service Request\nx2APIC\nNX bit\n"
	"Guest APIC Physical Processor Interrupt\nInvalidate All Command\nGuest APIC\n"
	"Performance Counters\nHost Address Translation Size: 0x2\n"
	"Guest Address Translation Size: 0\nGuest CR3 Root Table Level: 0x1\nMaximum PASID: 0xf\n"
	"SMI Filter Register: 0x1\nSMI Filter Register Count: 0x1\nGuest Virtual APIC Modes: 0x1\n"
	"Dual PPR Log: 0x2\nDual Event Log: 0x2\nSecure ATS\nUser / Supervisor Page Protection\n"
	"Device Table Segmentation: 0x3\nPPR Log Overflow Early Warning\nPPR Automatic Response\n"
	"Memory Access Routing and Control: 0x1\nBlock StopMark Message\nPerformance Optimization\n"
	"MSI Capability MMIO Access\nGuest I/O Protection\nEnhanced PPR Handling\n"
	"Invalidate IOTLB Type\nVM Table Size: 0x2\nGuest Access Bit Update Disable\n";

static void amd_features_have_xens_names(void)
{
	struct reg_set s = regs(&arch_amd, "EFR=0x246577efa2254afe", NULL);
	struct out o = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(xen_amd); i++) {
		const struct field *f = reg_find_field(&arch_amd.regs[0], xen_amd[i].ours);
		uint64_t raw = reg_set_field_or_zero(&s, "EFR", xen_amd[i].ours);

		if (!f)
			unit_fail("no field %s", xen_amd[i].ours);
		else if (f->hi > f->lo)
			out_printf(&o, "%s: %#" PRIx64 "\n", xen_amd[i].theirs, raw);
		else if (raw)
			out_printf(&o, "%s\n", xen_amd[i].theirs);
	}
	out_raw(&o, "", 1);
	unit_str(o.data, xen_lines);
	out_free(&o);
}

static void old_names_of_vtd_fields_are_known(void)
{
	static const struct name renamed[] = {
		{ "SLLPS", "CAP", "SSLPS" },   { "FL1GP", "CAP", "FS1GP" },
		{ "FL5LP", "CAP", "FS5LP" },   { "SLADS", "ECAP", "SSADS" },
		{ "SLTS", "ECAP", "SSTS" },    { "FLTS", "ECAP", "FSTS" },
		{ "SMPWC", "ECAP", "SMPWCS" },
	};
	struct reg_set s =
		regs(&arch_vtd, "CAP=0xffffffffffffffff", "ECAP=0xffffffffffffffff", NULL);

	for (size_t i = 0; i < ARRAY_SIZE(renamed); i++) {
		uint64_t old = 0, new = 1;

		unit_true(reg_set_field(&s, renamed[i].reg, renamed[i].theirs, &old));
		unit_true(reg_set_field(&s, renamed[i].reg, renamed[i].ours, &new));
		unit_hex(old, new);
	}
}

static void text_leads_with_what_is_asked_first(void)
{
	struct reg_set s =
		regs(&arch_vtd, "VER=0x10", "CAP=0xd2008c40660462", "ECAP=0xf050da", NULL);
	json_object *doc = registers_doc(&s);
	struct out o = { 0 };

	registers_view(&o, doc);
	out_raw(&o, "", 1);
	unit_true(strstr(o.data, "type                      intel-vtd (Intel VT-d)\n"
				 "version                   1:0\n"
				 "product                   unknown\n"
				 "input address bits        39\n"
				 "output address bits       unknown\n"
				 "page sizes                4 KiB, 2 MiB, 1 GiB\n") == o.data);
	unit_true(!strstr(o.data, "maximum guest address width"));
	out_free(&o);

	o.verbose = true;
	registers_view(&o, doc);
	out_raw(&o, "", 1);
	unit_true(strstr(o.data, "\nCAP  0x00d2008c40660462  capabilities\n") != NULL);
	unit_true(strstr(o.data, "21:16  maximum guest address width: 39 bits\n") != NULL);
	unit_true(!strstr(o.data, "AFL"));
	out_free(&o);
	json_object_put(doc);
}

int main(void)
{
	unit_run(intel_client_unit);
	unit_run(intel_server_units);
	unit_run(old_intel_graphics_unit);
	unit_run(emulated_units_are_recognised);
	unit_run(a_unit_that_does_not_answer);
	unit_run(smmu_of_a_model);
	unit_run(smmu_of_a_chip);
	unit_run(smmu_errata_are_told);
	unit_run(amd_units);
	unit_run(riscv_unit);
	unit_run(cmdqv_unit);
	unit_run(reserved_ranges_share_one_field);
	unit_run(amd_features_have_the_kernels_names);
	unit_run(the_kernels_names_are_aliases);
	unit_run(vtd_bits_have_freebsds_names);
	unit_run(amd_features_have_xens_names);
	unit_run(old_names_of_vtd_fields_are_known);
	unit_run(text_leads_with_what_is_asked_first);
	return unit_done();
}
