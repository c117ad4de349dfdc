/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vocabulary common to all architectures: names, kinds, and applying an architecture's rules.
 */
#include "config.h"
#include "decode/capabilities.h"

#include <stdio.h>
#include <string.h>

#include "decode/field.h"

const struct capability_info capability_info[CAP_COUNT] = {
	[CAP_INPUT_ADDRESS_BITS] = { "input_address_bits", "input address bits",
				     CAPABILITY_NUMBER },
	[CAP_OUTPUT_ADDRESS_BITS] = { "output_address_bits", "output address bits",
				      CAPABILITY_NUMBER },
	[CAP_PAGE_SIZES] = { "page_sizes", "page sizes", CAPABILITY_SIZES },
	[CAP_SECOND_STAGE_LEVELS] = { "second_stage_levels", "second-stage levels",
				      CAPABILITY_NUMBER },
	[CAP_FIRST_STAGE_LEVELS] = { "first_stage_levels", "first-stage levels",
				     CAPABILITY_NUMBER },
	[CAP_NESTED_TRANSLATION] = { "nested_translation", "nested translation", CAPABILITY_BOOL },
	[CAP_DIRTY_TRACKING] = { "dirty_tracking", "dirty tracking", CAPABILITY_BOOL },
	[CAP_PASID_BITS] = { "pasid_bits", "PASID bits", CAPABILITY_NUMBER },
	[CAP_PAGE_REQUESTS] = { "page_requests", "page requests", CAPABILITY_BOOL },
	[CAP_ATS] = { "ats", "ATS", CAPABILITY_BOOL },
	[CAP_SNOOP_CONTROL] = { "snoop_control", "snoop control", CAPABILITY_BOOL },
	[CAP_COHERENT_WALK] = { "coherent_walk", "coherent table walk", CAPABILITY_BOOL },
	[CAP_INTERRUPT_REMAPPING] = { "interrupt_remapping", "interrupt remapping",
				      CAPABILITY_BOOL },
	[CAP_POSTED_INTERRUPTS] = { "posted_interrupts", "posted interrupts", CAPABILITY_BOOL },
	[CAP_PASSTHROUGH] = { "passthrough", "pass-through translation", CAPABILITY_BOOL },
	[CAP_MAX_DOMAINS] = { "max_domains", "domains", CAPABILITY_NUMBER },
	[CAP_FAULT_RECORDING_REGISTERS] = { "fault_recording_registers", "fault records",
					    CAPABILITY_NUMBER },
	[CAP_STALL] = { "stall", "stall on fault", CAPABILITY_BOOL },
	[CAP_VIRTUAL_COMMAND_QUEUE] = { "virtual_command_queue", "virtual command queue",
					CAPABILITY_BOOL },
};

void capabilities_of(const struct reg_set *set, struct capabilities *caps)
{
	memset(caps, 0, sizeof(*caps));
	if (!set->arch || !set->arch->rules || reg_set_is_dead(set))
		return;
	for (size_t i = 0; i < CAP_COUNT; i++) {
		uint64_t value = 0;

		if (!set->arch->rules[i].value || !set->arch->rules[i].value(set, &value))
			continue;
		caps->of[i].known = true;
		caps->of[i].value = value;
	}
}

int size_words(unsigned int bit, char *buf, size_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };

	return snprintf(buf, size, "%u %s", 1u << bit % 10, units[bit / 10]);
}

void sizes_words(uint64_t mask, char *buf, size_t size)
{
	size_t len = 0;

	snprintf(buf, size, "none");
	for (unsigned int bit = 0; bit < 64 && len < size; bit++) {
		if (!(mask >> bit & 1))
			continue;
		if (len)
			len += (size_t)snprintf(buf + len, size - len, ", ");
		if (len < size)
			len += (size_t)size_words(bit, buf + len, size - len);
	}
}
