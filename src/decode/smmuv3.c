/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arm SMMUv3: how the common vocabulary follows from the identification registers. */
#include "config.h"
#include "decode/rows.h"

#include <inttypes.h>
#include <stdio.h>

static const uint8_t oas_bits[] = { 32, 36, 40, 42, 44, 48, 52, 56 };
static const uint8_t vax_bits[] = { 48, 52, 56 };

static bool idr0(const struct reg_set *set, const char *field, uint64_t *v)
{
	return reg_set_field(set, "IDR0", field, v);
}

static bool idr5(const struct reg_set *set, const char *field, uint64_t *v)
{
	return reg_set_field(set, "IDR5", field, v);
}

static bool output_address_bits(const struct reg_set *set, uint64_t *v)
{
	if (!idr5(set, "OAS", v))
		return false;
	*v = oas_bits[*v];
	return true;
}

static bool input_address_bits(const struct reg_set *set, uint64_t *v)
{
	uint64_t s1p, ttf;

	/* Without AArch64 tables the width is that of AArch32 ones, which no register gives. */
	if (idr0(set, "TTF", &ttf) && ttf != 2 && ttf != 3)
		return false;
	if (idr0(set, "S1P", &s1p) && !s1p)
		return output_address_bits(set, v);
	if (!idr5(set, "VAX", v) || *v >= ARRAY_SIZE(vax_bits))
		return false;
	*v = vax_bits[*v];
	return true;
}

static bool page_sizes(const struct reg_set *set, uint64_t *v)
{
	uint64_t g4, g16, g64, oas;

	if (!idr5(set, "GRAN4K", &g4) || !idr5(set, "GRAN16K", &g16) ||
	    !idr5(set, "GRAN64K", &g64) || !idr5(set, "OAS", &oas))
		return false;
	*v = g4 << 12 | g4 << 21 | g4 << 30 | g16 << 14 | g16 << 25 | g64 << 16 | g64 << 29;
	if (oas_bits[oas] >= 52)
		*v |= g64 << 42;
	return true;
}

/* The levels follow from the granule that software picks; only their absence is certain. */
static bool no_levels(const struct reg_set *set, const char *stage, uint64_t *v)
{
	return idr0(set, stage, v) && !*v;
}

static bool second_stage_levels(const struct reg_set *set, uint64_t *v)
{
	return no_levels(set, "S2P", v);
}

static bool first_stage_levels(const struct reg_set *set, uint64_t *v)
{
	return no_levels(set, "S1P", v);
}

static bool nested_translation(const struct reg_set *set, uint64_t *v)
{
	uint64_t s1p, s2p;

	if (!idr0(set, "S1P", &s1p) || !idr0(set, "S2P", &s2p))
		return false;
	*v = s1p & s2p;
	return true;
}

static bool dirty_tracking(const struct reg_set *set, uint64_t *v)
{
	if (!idr0(set, "HTTU", v))
		return false;
	*v = *v >= 2;
	return true;
}

static bool pasid_bits(const struct reg_set *set, uint64_t *v)
{
	return reg_set_field(set, "IDR1", "SSIDSIZE", v) && *v <= 20;
}

static bool passthrough(const struct reg_set *set, uint64_t *v)
{
	*v = 1;
	return set->known != 0;
}

static bool max_domains(const struct reg_set *set, uint64_t *v)
{
	uint64_t s2p, wide;

	if (!idr0(set, "S2P", &s2p) || !idr0(set, s2p ? "VMID16" : "ASID16", &wide))
		return false;
	*v = wide ? 65536 : 256;
	return true;
}

static bool stall(const struct reg_set *set, uint64_t *v)
{
	if (!idr0(set, "STALL_MODEL", v) || *v > 2)
		return false;
	*v = *v != 1;
	return true;
}

#define IDR0_BIT(function, field)                                    \
	static bool function(const struct reg_set *set, uint64_t *v) \
	{                                                            \
		return idr0(set, field, v);                          \
	}

IDR0_BIT(page_requests, "PRI")
IDR0_BIT(ats, "ATS")
IDR0_BIT(coherent_walk, "COHACC")

const struct capability_rule smmuv3_rules[CAP_COUNT] = {
	[CAP_INPUT_ADDRESS_BITS] = { input_address_bits,
				     "48, 52 or 56 by IDR5.VAX; without stage 1 (IDR0.S1P) the "
				     "width of IDR5.OAS; unknown without AArch64 tables "
				     "(IDR0.TTF)" },
	[CAP_OUTPUT_ADDRESS_BITS] = { output_address_bits, "32 to 56 by IDR5.OAS" },
	[CAP_PAGE_SIZES] = { page_sizes,
			     "4 KiB, 2 MiB, 1 GiB by IDR5.GRAN4K; 16 KiB, 32 MiB by IDR5.GRAN16K; "
			     "64 KiB, 512 MiB by IDR5.GRAN64K, and 4 TiB from "
			     "52 bits of IDR5.OAS" },
	[CAP_SECOND_STAGE_LEVELS] = { second_stage_levels, "0 without IDR0.S2P; otherwise software "
							   "chooses, and no register says" },
	[CAP_FIRST_STAGE_LEVELS] = { first_stage_levels, "0 without IDR0.S1P; otherwise software "
							 "chooses, and no register says" },
	[CAP_NESTED_TRANSLATION] = { nested_translation, "IDR0.S1P and IDR0.S2P" },
	[CAP_DIRTY_TRACKING] = { dirty_tracking, "dirty state in IDR0.HTTU" },
	[CAP_PASID_BITS] = { pasid_bits, "IDR1.SSIDSIZE" },
	[CAP_PAGE_REQUESTS] = { page_requests, "IDR0.PRI" },
	[CAP_ATS] = { ats, "IDR0.ATS" },
	[CAP_SNOOP_CONTROL] = { NULL, "no register says" },
	[CAP_COHERENT_WALK] = { coherent_walk, "IDR0.COHACC" },
	[CAP_INTERRUPT_REMAPPING] = { NULL, "the interrupt controller translates message-signalled "
					    "interrupts" },
	[CAP_POSTED_INTERRUPTS] = { NULL, "the interrupt controller's business" },
	[CAP_PASSTHROUGH] = { passthrough, "always: a stream table entry can bypass both stages" },
	[CAP_MAX_DOMAINS] = { max_domains, "65536 or 256 VMIDs by IDR0.VMID16; without stage 2 "
					   "ASIDs by IDR0.ASID16" },
	[CAP_FAULT_RECORDING_REGISTERS] = { NULL, "the architecture queues events in memory" },
	[CAP_STALL] = { stall, "IDR0.STALL_MODEL lets transactions stall" },
	[CAP_VIRTUAL_COMMAND_QUEUE] = { NULL, "not in these registers; see tegra241-cmdqv" },
};

bool smmuv3_version(const struct reg_set *set, char *buf, size_t size)
{
	uint64_t aidr;

	if (!reg_set_get(set, "AIDR", &aidr) || aidr >> 4 & 15)
		return false;
	snprintf(buf, size, "3.%" PRIu64, aidr & 15);
	return true;
}
