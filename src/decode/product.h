/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Implementations that are known by their registers: only what is public and
 * certain. What is not listed stays unknown.
 */
#ifndef IOMMUCTL_DECODE_PRODUCT_H
#define IOMMUCTL_DECODE_PRODUCT_H

#include <stdint.h>

/** Name of a JEP106 implementer code as in SMMU_IIDR (bits 11:0), or NULL. */
const char *smmu_implementer_name(uint64_t code);

#endif
