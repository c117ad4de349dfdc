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
	{ 0x43b, 0x48a, "Arm MMU-L1" },
	{ 0x43b, 0x498, "Arm MMU-S3" },
};

const char *smmu_implementer_name(uint64_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(implementers); i++)
		if (implementers[i].code == code)
			return implementers[i].name;
	return NULL;
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
	return false;
}

/*
 * QEMU's emulated unit: fault records at 0x220 and IOTLB registers at 0xf0 of
 * its register page, one fault record. No silicon is known with this layout.
 */
bool vtd_product(const struct reg_set *set, char *buf, size_t size)
{
	uint64_t fro, nfr, iro;

	if (!reg_set_field(set, "CAP", "FRO", &fro) || !reg_set_field(set, "CAP", "NFR", &nfr) ||
	    !reg_set_field(set, "ECAP", "IRO", &iro))
		return false;
	if (fro != 0x22 || nfr != 0 || iro != 0xf)
		return false;
	snprintf(buf, size, "QEMU intel-iommu (emulated)");
	return true;
}

bool amd_product(const struct reg_set *set, char *buf, size_t size)
{
	uint64_t efr;

	/* 0x29d3, with XTSup where the machine was given it. */
	if (!reg_set_get(set, "EFR", &efr) || (efr & ~UINT64_C(4)) != 0x29d3)
		return false;
	snprintf(buf, size, "QEMU amd-iommu (emulated)");
	return true;
}
