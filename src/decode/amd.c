/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AMD-Vi: how the common vocabulary follows from the feature registers and the PCI capability. */
#include "config.h"
#include "decode/rows.h"

static bool efr(const struct reg_set *set, const char *field, uint64_t *v)
{
	return reg_set_field(set, "EFR", field, v);
}

static bool input_address_bits(const struct reg_set *set, uint64_t *v)
{
	uint64_t hats, tables;

	if (!efr(set, "HATS", &hats) || hats > 2 || !reg_set_field(set, "MISC0", "VAsize", v))
		return false;
	tables = (hats + 3) * 9 + 21;
	*v = *v < tables ? *v : tables;
	return true;
}

static bool output_address_bits(const struct reg_set *set, uint64_t *v)
{
	return reg_set_field(set, "MISC0", "PAsize", v);
}

static bool second_stage_levels(const struct reg_set *set, uint64_t *v)
{
	if (!efr(set, "HATS", v) || *v > 2)
		return false;
	*v += 4;
	return true;
}

static bool first_stage_levels(const struct reg_set *set, uint64_t *v)
{
	uint64_t gt, gats;

	if (!efr(set, "GTSup", &gt) || !efr(set, "GATS", &gats) || (gt && gats > 2))
		return false;
	*v = gt ? gats + 4 : 0;
	return true;
}

static bool nested_translation(const struct reg_set *set, uint64_t *v)
{
	uint64_t gt, gio, trp;

	if (!efr(set, "GTSup", &gt) || !efr(set, "GIoSup", &gio))
		return false;
	*v = 0;
	if (!gt || !gio)
		return true;
	if (!reg_set_field(set, "EFR2", "GCR3TRPModeSup", &trp))
		return false;
	*v = trp;
	return true;
}

static bool pasid_bits(const struct reg_set *set, uint64_t *v)
{
	uint64_t gt, max;

	if (!efr(set, "GTSup", &gt) || !efr(set, "PASmax", &max))
		return false;
	*v = gt ? max + 1 : 0;
	return true;
}

static bool ats(const struct reg_set *set, uint64_t *v)
{
	return reg_set_field(set, "CAP_HEADER", "IotlbSup", v);
}

static bool posted_interrupts(const struct reg_set *set, uint64_t *v)
{
	uint64_t ga, gam;

	if (!efr(set, "GASup", &ga) || !efr(set, "GAMSup", &gam))
		return false;
	*v = ga && (gam & 1);
	return true;
}

static bool passthrough(const struct reg_set *set, uint64_t *v)
{
	uint64_t snp, mode0;

	if (!efr(set, "SNPSup", &snp))
		return false;
	*v = 1;
	return !snp || (reg_set_field(set, "EFR2", "SNP_PAGE_MODE0", &mode0) && mode0);
}

static bool max_domains(const struct reg_set *set, uint64_t *v)
{
	(void)set;
	*v = 65536;
	return set->known != 0;
}

#define EFR_BIT(function, field)                                     \
	static bool function(const struct reg_set *set, uint64_t *v) \
	{                                                            \
		return efr(set, field, v);                           \
	}

EFR_BIT(dirty_tracking, "HDSup")
EFR_BIT(page_requests, "PPRSup")
EFR_BIT(virtual_command_queue, "vIommuSup")

const struct capability_rule amd_rules[CAP_COUNT] = {
	[CAP_INPUT_ADDRESS_BITS] = { input_address_bits,
				     "MISC0.VAsize, but no more than (EFR.HATS + 3) * 9 + 21; "
				     "MISC0 is in the PCI configuration space, not in sysfs" },
	[CAP_OUTPUT_ADDRESS_BITS] = { output_address_bits, "MISC0.PAsize" },
	[CAP_PAGE_SIZES] = { NULL, "no register says" },
	[CAP_SECOND_STAGE_LEVELS] = { second_stage_levels,
				      "EFR.HATS + 4; unknown for the reserved value" },
	[CAP_FIRST_STAGE_LEVELS] = { first_stage_levels, "EFR.GATS + 4 with EFR.GTSup, otherwise "
							 "0; unknown for the reserved value" },
	[CAP_NESTED_TRANSLATION] = { nested_translation,
				     "EFR.GTSup, EFR.GIoSup and EFR2.GCR3TRPModeSup, all of which "
				     "Linux asks for" },
	[CAP_DIRTY_TRACKING] = { dirty_tracking, "EFR.HDSup" },
	[CAP_PASID_BITS] = { pasid_bits, "EFR.PASmax + 1 with EFR.GTSup, otherwise 0" },
	[CAP_PAGE_REQUESTS] = { page_requests, "EFR.PPRSup" },
	[CAP_ATS] = { ats, "CAP_HEADER.IotlbSup" },
	[CAP_SNOOP_CONTROL] = { NULL, "no register says" },
	[CAP_COHERENT_WALK] = { NULL, "no register says" },
	[CAP_INTERRUPT_REMAPPING] = { NULL, "no register says; the kernel log does" },
	[CAP_POSTED_INTERRUPTS] = { posted_interrupts,
				    "EFR.GASup and guest virtual APIC mode in EFR.GAMSup" },
	[CAP_PASSTHROUGH] = { passthrough,
			      "always without EFR.SNPSup; with it yes by EFR2.SNP_PAGE_MODE0, "
			      "otherwise unknown, as it depends on whether SNP is on" },
	[CAP_MAX_DOMAINS] = { max_domains, "65536: domain identifiers have 16 bits" },
	[CAP_FAULT_RECORDING_REGISTERS] = { NULL, "the architecture logs events in memory" },
	[CAP_STALL] = { NULL, "the architecture has no stalled transactions" },
	[CAP_VIRTUAL_COMMAND_QUEUE] = { virtual_command_queue, "EFR.vIommuSup" },
};
