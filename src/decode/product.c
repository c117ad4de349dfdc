/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Implementations that are known by their registers. */
#include "config.h"
#include "decode/product.h"

#include <inttypes.h>
#include <stdio.h>

#include "decode/rows.h"

static const struct {
	uint16_t code;
	const char *name;
} implementers[] = {
	{ 0x43b, "Arm" },      { 0x36b, "NVIDIA" },    { 0x34c, "Cavium (Marvell)" },
	{ 0x070, "Qualcomm" }, { 0x736, "HiSilicon" },
};

static const struct {
	uint16_t implementer, product;
	const char *name;
} smmu_products[] = {
	{ 0x43b, 0x483, "Arm MMU-600" },
	{ 0x43b, 0x487, "Arm MMU-700" },
	{ 0x43b, 0x48a, "Arm MMU-L1 (by one source)" },
	{ 0x43b, 0x498, "Arm MMU-S3 (by one source)" },
};

/*
 * An emulated unit is known by values that its emulator chose and no silicon
 * is known to share. A row matches when every field has its value; newer
 * versions of an emulator add features, so features are left out where they
 * do not tell it from others.
 */
struct trait {
	const char *reg, *field;
	uint64_t value;
};

struct emulator {
	const char *name;
	struct trait traits[8];
};

/* Fault records at 0x220 and IOTLB registers at 0xf0; at 0xe60 and 0xe40. */
static const struct emulator vtd_emulators[] = {
	{ "QEMU intel-iommu (emulated)",
	  { { "CAP", "FRO", 0x22 }, { "CAP", "NFR", 0 }, { "ECAP", "IRO", 0xf } } },
	{ "VirtualBox IOMMU (emulated)",
	  { { "CAP", "FRO", 0xe6 }, { "CAP", "NFR", 0 }, { "ECAP", "IRO", 0xe4 } } },
};

/* No implementer, and queue sizes that others do not combine with range invalidation and BBML 2. */
static const struct emulator smmu_emulators[] = {
	{ "QEMU arm-smmuv3 (emulated)",
	  { { "IIDR", "Implementer", 0 },
	    { "IIDR", "ProductID", 0 },
	    { "IDR1", "SIDSIZE", 16 },
	    { "IDR1", "CMDQS", 19 },
	    { "IDR1", "EVENTQS", 19 },
	    { "IDR1", "PRIQS", 0 },
	    { "IDR3", "HAD", 1 },
	    { "IDR3", "BBML", 2 } } },
};

const char *smmu_implementer_name(uint64_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(implementers); i++)
		if (implementers[i].code == code)
			return implementers[i].name;
	return NULL;
}

static bool matches(const struct emulator *e, const struct reg_set *set)
{
	uint64_t raw;

	for (size_t i = 0; i < ARRAY_SIZE(e->traits) && e->traits[i].reg; i++)
		if (!reg_set_field(set, e->traits[i].reg, e->traits[i].field, &raw) ||
		    raw != e->traits[i].value)
			return false;
	return true;
}

static bool find_emulator(const struct emulator *rows, size_t n, const struct reg_set *set,
			  char *buf, size_t size)
{
	for (size_t i = 0; i < n; i++) {
		if (!matches(&rows[i], set))
			continue;
		snprintf(buf, size, "%s", rows[i].name);
		return true;
	}
	return false;
}

bool vtd_product(const struct reg_set *set, char *buf, size_t size)
{
	return find_emulator(vtd_emulators, ARRAY_SIZE(vtd_emulators), set, buf, size);
}

/* What QEMU's unit always reports, and what a machine or a newer version adds: XTSup, HASup, HDSup.
 */
bool amd_product(const struct reg_set *set, char *buf, size_t size)
{
	const uint64_t base = 0x29d3,
		       added = UINT64_C(1) << 2 | UINT64_C(1) << 49 | UINT64_C(1) << 52;
	uint64_t efr;

	if (!reg_set_get(set, "EFR", &efr) || (efr & ~added) != base)
		return false;
	snprintf(buf, size, "QEMU amd-iommu (emulated)");
	return true;
}

bool smmuv3_product(const struct reg_set *set, char *buf, size_t size)
{
	uint64_t iidr;

	if (!reg_set_get(set, "IIDR", &iidr))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(smmu_products); i++) {
		if (smmu_products[i].implementer != (iidr & 0xfff) ||
		    smmu_products[i].product != iidr >> 20)
			continue;
		snprintf(buf, size, "%s r%" PRIu64 "p%" PRIu64, smmu_products[i].name,
			 iidr >> 16 & 15, iidr >> 12 & 15);
		return true;
	}
	return find_emulator(smmu_emulators, ARRAY_SIZE(smmu_emulators), set, buf, size);
}

/* MMU-600 before r2 (erratum 1209401) and MMU-700 before r1p1 (errata 2268618, 2812531). */
const char *smmuv3_remark(const struct reg_set *set)
{
	uint64_t iidr, s1p, s2p, release;

	if (!reg_set_get(set, "IIDR", &iidr) || !reg_set_field(set, "IDR0", "S1P", &s1p) ||
	    !reg_set_field(set, "IDR0", "S2P", &s2p) || !s1p || !s2p)
		return NULL;
	release = iidr >> 12 & 0xff;
	if ((iidr & 0xfff00fff) == 0x4830043b && release < 0x20)
		return "Linux does not nest on this revision of the MMU-600 (Arm erratum 1209401)";
	if ((iidr & 0xfff00fff) == 0x4870043b && release < 0x11)
		return "Linux does not nest on this revision of the MMU-700 (Arm errata 2268618 "
		       "and 2812531)";
	return NULL;
}
