/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What IOMMU_GET_HW_INFO answers: bytes of a data type in, registers out.
 *
 * Pure parsing. A payload may be shorter than what is known (an old kernel, a
 * small buffer) or longer (a newer kernel): what is whole is used, and the
 * rest is counted, not refused.
 */
#ifndef IOMMUCTL_DECODE_PAYLOAD_H
#define IOMMUCTL_DECODE_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/field.h"

/* enum iommu_hw_info_type of the uAPI. */
enum {
	HWINFO_NONE = 0,
	HWINFO_INTEL_VTD = 1,
	HWINFO_ARM_SMMUV3 = 2,
	HWINFO_TEGRA241_CMDQV = 3,
	HWINFO_AMD = 4,
	HWINFO_SELFTEST = 0xfeedbeef,
};

struct payload {
	uint32_t number;     /* the data type as the kernel numbers it */
	const char *type;    /* its JSON name: "intel-vtd", ..., "none", "unknown" */
	struct reg_set regs; /* what was whole; arch NULL for none and unknown */
	bool has_flags;
	uint32_t flags;      /* struct iommu_hw_info_*.flags */
	uint32_t reserved;   /* the reserved word after them, 0 when there is none */
	size_t known;        /* bytes of the structure as it is known here, 0 for an unknown type */
	const uint8_t *data; /* the bytes themselves, not owned */
	size_t len;
};

/**
 * hwinfo_payload() - parse the data of IOMMU_GET_HW_INFO
 * @number: out_data_type
 * @data, @len: the bytes; must outlive @p. May be NULL when @len is 0
 *
 * Layouts: struct iommu_hw_info_vtd, _arm_smmuv3, _tegra241_cmdqv, _amd and the
 * mock device's. Little endian, as all of these machines are.
 */
void hwinfo_payload(uint32_t number, const void *data, size_t len, struct payload *p);

/** The payload ends before what is known; a register at the end may be missing. */
bool payload_is_short(const struct payload *p);

/** Bytes behind what is known: a newer kernel's additions (0 for an unknown type). */
size_t payload_extra(const struct payload *p);

/** JSON type of a data type number; "unknown" when it is not known. */
const char *hwinfo_type_name(uint32_t number);

/** Data type number of a JSON type. False for types that iommufd has no number for. */
bool hwinfo_type_number(const char *type, uint32_t *number);

/** Fields of out_capabilities (IOMMU_HW_CAP_*), as a 64-bit register. */
extern const struct reg hwinfo_capabilities;

#endif
