/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Intel VT-d: how the common vocabulary follows from CAP and ECAP. */
#include "config.h"
#include "decode/rows.h"

#include <inttypes.h>
#include <stdio.h>

static bool cap(const struct reg_set *set, const char *field, uint64_t *v)
{
	return reg_set_field(set, "CAP", field, v);
}

static bool ecap(const struct reg_set *set, const char *field, uint64_t *v)
{
	return reg_set_field(set, "ECAP", field, v);
}

/* Widest supported second-stage table: its levels, 0 for none. Retired encodings do not count. */
static unsigned int levels_of(uint64_t sagaw)
{
	for (unsigned int level = 5; level >= 3; level--)
		if (sagaw >> (level - 2) & 1)
			return level;
	return 0;
}

static bool second_stage_levels(const struct reg_set *set, uint64_t *v)
{
	uint64_t sagaw;

	if (!cap(set, "SAGAW", &sagaw))
		return false;
	*v = levels_of(sagaw);
	return true;
}

static bool input_address_bits(const struct reg_set *set, uint64_t *v)
{
	uint64_t sagaw, mgaw, levels;

	if (!cap(set, "SAGAW", &sagaw) || !cap(set, "MGAW", &mgaw))
		return false;
	levels = levels_of(sagaw);
	*v = mgaw + 1;
	if (levels && *v > 12 + 9 * levels)
		*v = 12 + 9 * levels;
	return true;
}

static bool page_sizes(const struct reg_set *set, uint64_t *v)
{
	uint64_t sslps, sagaw, fs1gp;

	if (!cap(set, "SAGAW", &sagaw) || !cap(set, "SSLPS", &sslps) || !cap(set, "FS1GP", &fs1gp))
		return false;
	*v = UINT64_C(1) << 12;
	if (levels_of(sagaw))
		*v |= (sslps & 1) << 21 | (sslps >> 1 & 1) << 30;
	else
		*v |= UINT64_C(1) << 21 | fs1gp << 30;
	return true;
}

static bool first_stage_levels(const struct reg_set *set, uint64_t *v)
{
	uint64_t fsts, smts, fs5lp;

	if (!ecap(set, "FSTS", &fsts) || !ecap(set, "SMTS", &smts))
		return false;
	if (!fsts || !smts) {
		*v = 0;
		return true;
	}
	if (!cap(set, "FS5LP", &fs5lp))
		return false;
	*v = fs5lp ? 5 : 4;
	return true;
}

static bool nested_translation(const struct reg_set *set, uint64_t *v)
{
	uint64_t smts, nest;

	if (!ecap(set, "SMTS", &smts) || !ecap(set, "NEST", &nest))
		return false;
	*v = smts & nest;
	return true;
}

static bool dirty_tracking(const struct reg_set *set, uint64_t *v)
{
	uint64_t smts, ssads, smpwcs;

	if (!ecap(set, "SMTS", &smts) || !ecap(set, "SSADS", &ssads) ||
	    !ecap(set, "SMPWCS", &smpwcs))
		return false;
	*v = smts & ssads & smpwcs;
	return true;
}

static bool pasid_bits(const struct reg_set *set, uint64_t *v)
{
	uint64_t pasid, pss;

	if (!ecap(set, "PASID", &pasid) || !ecap(set, "PSS", &pss))
		return false;
	*v = pasid ? pss + 1 : 0;
	return true;
}

static bool coherent_walk(const struct reg_set *set, uint64_t *v)
{
	uint64_t smts;

	if (!ecap(set, "SMTS", &smts))
		return false;
	return ecap(set, smts ? "SMPWCS" : "C", v);
}

static bool max_domains(const struct reg_set *set, uint64_t *v)
{
	uint64_t nd;

	if (!cap(set, "ND", &nd) || nd > 6)
		return false;
	*v = UINT64_C(1) << (4 + 2 * nd);
	return true;
}

static bool fault_recording_registers(const struct reg_set *set, uint64_t *v)
{
	if (!cap(set, "NFR", v))
		return false;
	*v += 1;
	return true;
}

#define ECAP_BIT(function, field)                                    \
	static bool function(const struct reg_set *set, uint64_t *v) \
	{                                                            \
		return ecap(set, field, v);                          \
	}

ECAP_BIT(page_requests, "PRS")
ECAP_BIT(ats, "DT")
ECAP_BIT(snoop_control, "SC")
ECAP_BIT(interrupt_remapping, "IR")
ECAP_BIT(passthrough, "PT")

static bool posted_interrupts(const struct reg_set *set, uint64_t *v)
{
	return cap(set, "PI", v);
}

const struct capability_rule vtd_rules[CAP_COUNT] = {
	[CAP_INPUT_ADDRESS_BITS] = { input_address_bits,
				     "CAP.MGAW + 1, but no more than the widest second-stage table "
				     "of CAP.SAGAW translates" },
	[CAP_OUTPUT_ADDRESS_BITS] = { NULL, "no register says; the host address width is in the "
					    "ACPI DMAR table" },
	[CAP_PAGE_SIZES] = { page_sizes, "second stage: 4 KiB, and 2 MiB and 1 GiB by CAP.SSLPS; "
					 "where CAP.SAGAW names no second-stage table, "
					 "first stage: 4 KiB, 2 MiB, and 1 GiB by CAP.FS1GP" },
	[CAP_SECOND_STAGE_LEVELS] = { second_stage_levels, "most levels in CAP.SAGAW (39, 48, 57 "
							   "bits: 3, 4, 5), 0 when there is none" },
	[CAP_FIRST_STAGE_LEVELS] = { first_stage_levels, "with ECAP.SMTS and ECAP.FSTS 4, or 5 by "
							 "CAP.FS5LP; otherwise 0" },
	[CAP_NESTED_TRANSLATION] = { nested_translation, "ECAP.SMTS and ECAP.NEST" },
	[CAP_DIRTY_TRACKING] = { dirty_tracking, "ECAP.SMTS, ECAP.SSADS and ECAP.SMPWCS, all of "
						 "which Linux asks for" },
	[CAP_PASID_BITS] = { pasid_bits, "ECAP.PSS + 1 with ECAP.PASID, otherwise 0" },
	[CAP_PAGE_REQUESTS] = { page_requests, "ECAP.PRS" },
	[CAP_ATS] = { ats, "ECAP.DT" },
	[CAP_SNOOP_CONTROL] = { snoop_control, "ECAP.SC" },
	[CAP_COHERENT_WALK] = { coherent_walk, "ECAP.SMPWCS with ECAP.SMTS, otherwise ECAP.C" },
	[CAP_INTERRUPT_REMAPPING] = { interrupt_remapping, "ECAP.IR" },
	[CAP_POSTED_INTERRUPTS] = { posted_interrupts, "CAP.PI" },
	[CAP_PASSTHROUGH] = { passthrough, "ECAP.PT" },
	[CAP_MAX_DOMAINS] = { max_domains, "2^(4 + 2 * CAP.ND); unknown for the reserved value" },
	[CAP_FAULT_RECORDING_REGISTERS] = { fault_recording_registers, "CAP.NFR + 1" },
	[CAP_STALL] = { NULL, "the architecture has no stalled transactions" },
	[CAP_VIRTUAL_COMMAND_QUEUE] = { NULL, "the architecture has no command queues of guests" },
};

bool vtd_version(const struct reg_set *set, char *buf, size_t size)
{
	uint64_t ver;

	if (!reg_set_get(set, "VER", &ver))
		return false;
	snprintf(buf, size, "%" PRIu64 ":%" PRIu64, ver >> 4 & 15, ver & 15);
	return true;
}
