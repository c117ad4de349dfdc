/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NVIDIA Tegra241 CMDQV: it adds one entry to the common vocabulary. */
#include "config.h"
#include "decode/rows.h"

#include <inttypes.h>
#include <stdio.h>

#define BESIDE "not in these registers; see those of the SMMUv3 beside it"

static bool virtual_command_queue(const struct reg_set *set, uint64_t *v)
{
	*v = 1;
	return set->known != 0;
}

const struct capability_rule cmdqv_rules[CAP_COUNT] = {
	[CAP_INPUT_ADDRESS_BITS] = { NULL, BESIDE },
	[CAP_OUTPUT_ADDRESS_BITS] = { NULL, BESIDE },
	[CAP_PAGE_SIZES] = { NULL, BESIDE },
	[CAP_SECOND_STAGE_LEVELS] = { NULL, BESIDE },
	[CAP_FIRST_STAGE_LEVELS] = { NULL, BESIDE },
	[CAP_NESTED_TRANSLATION] = { NULL, BESIDE },
	[CAP_DIRTY_TRACKING] = { NULL, BESIDE },
	[CAP_PASID_BITS] = { NULL, BESIDE },
	[CAP_PAGE_REQUESTS] = { NULL, BESIDE },
	[CAP_ATS] = { NULL, BESIDE },
	[CAP_SNOOP_CONTROL] = { NULL, BESIDE },
	[CAP_COHERENT_WALK] = { NULL, BESIDE },
	[CAP_INTERRUPT_REMAPPING] = { NULL, BESIDE },
	[CAP_POSTED_INTERRUPTS] = { NULL, BESIDE },
	[CAP_PASSTHROUGH] = { NULL, BESIDE },
	[CAP_MAX_DOMAINS] = { NULL, BESIDE },
	[CAP_FAULT_RECORDING_REGISTERS] = { NULL, BESIDE },
	[CAP_STALL] = { NULL, BESIDE },
	[CAP_VIRTUAL_COMMAND_QUEUE] = { virtual_command_queue,
					"always: at least one queue for a VM" },
};

bool cmdqv_version(const struct reg_set *set, char *buf, size_t size)
{
	uint64_t v;

	if (!reg_set_field(set, "HW_INFO", "version", &v) &&
	    !reg_set_field(set, "CMDQV_PARAM", "CMDQV_VER", &v))
		return false;
	snprintf(buf, size, "%" PRIu64, v);
	return true;
}
