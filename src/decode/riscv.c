/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RISC-V IOMMU: how the common vocabulary follows from the capabilities register. */
#include "config.h"
#include "decode/rows.h"

#include <inttypes.h>
#include <stdio.h>

/* A translation mode: what it takes, and the sizes of its leaves. */
struct mode {
	const char *field;
	uint8_t stage, levels, bits;
	uint64_t sizes;
};

#define SV32_SIZES (UINT64_C(1) << 12 | UINT64_C(1) << 22)
#define SV39_SIZES (UINT64_C(1) << 12 | UINT64_C(1) << 21 | UINT64_C(1) << 30)
#define SV48_SIZES (SV39_SIZES | UINT64_C(1) << 39)
#define SV57_SIZES (SV48_SIZES | UINT64_C(1) << 48)

static const struct mode modes[] = {
	{ "Sv32", 1, 2, 32, SV32_SIZES },   { "Sv39", 1, 3, 39, SV39_SIZES },
	{ "Sv48", 1, 4, 48, SV48_SIZES },   { "Sv57", 1, 5, 57, SV57_SIZES },
	{ "Sv32x4", 2, 2, 34, SV32_SIZES }, { "Sv39x4", 2, 3, 41, SV39_SIZES },
	{ "Sv48x4", 2, 4, 50, SV48_SIZES }, { "Sv57x4", 2, 5, 59, SV57_SIZES },
};

static bool has(const struct reg_set *set, const char *field)
{
	return reg_set_field_or_zero(set, "CAPABILITIES", field) != 0;
}

static bool widest(const struct reg_set *set, uint64_t *v)
{
	*v = 0;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (has(set, modes[i].field) && modes[i].bits > *v)
			*v = modes[i].bits;
	return *v != 0;
}

static bool output_address_bits(const struct reg_set *set, uint64_t *v)
{
	return reg_set_field(set, "CAPABILITIES", "PAS", v);
}

static bool page_sizes(const struct reg_set *set, uint64_t *v)
{
	*v = 0;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (has(set, modes[i].field))
			*v |= modes[i].sizes;
	return *v != 0;
}

static bool levels(const struct reg_set *set, unsigned int stage, uint64_t *v)
{
	*v = 0;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (modes[i].stage == stage && has(set, modes[i].field))
			*v = modes[i].levels;
	return set->known != 0;
}

static bool second_stage_levels(const struct reg_set *set, uint64_t *v)
{
	return levels(set, 2, v);
}

static bool first_stage_levels(const struct reg_set *set, uint64_t *v)
{
	return levels(set, 1, v);
}

static bool nested_translation(const struct reg_set *set, uint64_t *v)
{
	uint64_t first, second;

	if (!levels(set, 1, &first) || !levels(set, 2, &second))
		return false;
	*v = first && second;
	return true;
}

static bool pasid_bits(const struct reg_set *set, uint64_t *v)
{
	*v = has(set, "PD20") ? 20 : has(set, "PD17") ? 17 : has(set, "PD8") ? 8 : 0;
	return set->known != 0;
}

static bool interrupt_remapping(const struct reg_set *set, uint64_t *v)
{
	*v = has(set, "MSI_FLAT") || has(set, "MSI_MRIF");
	return set->known != 0;
}

static bool passthrough(const struct reg_set *set, uint64_t *v)
{
	*v = 1;
	return set->known != 0;
}

static bool max_domains(const struct reg_set *set, uint64_t *v)
{
	uint64_t second;

	*v = 65536;
	return levels(set, 2, &second) && second >= 3;
}

#define BIT_RULE(function, field)                                    \
	static bool function(const struct reg_set *set, uint64_t *v) \
	{                                                            \
		return reg_set_field(set, "CAPABILITIES", field, v); \
	}

BIT_RULE(dirty_tracking, "AMO_HWAD")
BIT_RULE(ats, "ATS")
BIT_RULE(posted_interrupts, "MSI_MRIF")

const struct capability_rule riscv_rules[CAP_COUNT] = {
	[CAP_INPUT_ADDRESS_BITS] = { widest, "the widest address of the supported modes: Sv32 to "
					     "Sv57, Sv32x4 to Sv57x4" },
	[CAP_OUTPUT_ADDRESS_BITS] = { output_address_bits, "PAS" },
	[CAP_PAGE_SIZES] = { page_sizes, "leaf sizes of the supported modes: 4 KiB always; 4 MiB "
					 "with Sv32 or Sv32x4; 2 MiB and 1 GiB from Sv39, 512 GiB "
					 "from Sv48, 256 TiB from Sv57" },
	[CAP_SECOND_STAGE_LEVELS] = { second_stage_levels, "2 to 5 by the largest of Sv32x4, "
							   "Sv39x4, Sv48x4, Sv57x4; 0 without" },
	[CAP_FIRST_STAGE_LEVELS] = { first_stage_levels,
				     "2 to 5 by the largest of Sv32, Sv39, Sv48, Sv57; 0 without" },
	[CAP_NESTED_TRANSLATION] = { nested_translation,
				     "a mode of the first and one of the second stage" },
	[CAP_DIRTY_TRACKING] = { dirty_tracking, "AMO_HWAD" },
	[CAP_PASID_BITS] = { pasid_bits, "20, 17 or 8 by PD20, PD17, PD8; otherwise 0" },
	[CAP_PAGE_REQUESTS] = { ats, "ATS, which includes page requests" },
	[CAP_ATS] = { ats, "ATS" },
	[CAP_SNOOP_CONTROL] = { NULL, "no register says" },
	[CAP_COHERENT_WALK] = { NULL, "no register says" },
	[CAP_INTERRUPT_REMAPPING] = { interrupt_remapping,
				      "MSI_FLAT or MSI_MRIF: message-signalled interrupts are "
				      "translated" },
	[CAP_POSTED_INTERRUPTS] = { posted_interrupts, "MSI_MRIF" },
	[CAP_PASSTHROUGH] = { passthrough, "always: both stages can be bare" },
	[CAP_MAX_DOMAINS] = { max_domains, "65536 with a second stage of Sv39x4 or wider: "
					   "identifiers have 16 bits; otherwise unknown" },
	[CAP_FAULT_RECORDING_REGISTERS] = { NULL, "the architecture queues faults in memory" },
	[CAP_STALL] = { NULL, "the architecture has no stalled transactions" },
	[CAP_VIRTUAL_COMMAND_QUEUE] = { NULL, "the architecture has no command queues of guests" },
};

bool riscv_version(const struct reg_set *set, char *buf, size_t size)
{
	uint64_t v;

	if (!reg_set_field(set, "CAPABILITIES", "version", &v))
		return false;
	snprintf(buf, size, "%" PRIu64 ".%" PRIu64, v >> 4, v & 15);
	return true;
}
