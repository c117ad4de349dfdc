/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of the comparison of units that the comparison of machines uses too. */
#ifndef IOMMUCTL_DIFF_UNITS_H
#define IOMMUCTL_DIFF_UNITS_H

#include "diff/diff.h"

/** The registers of the IOMMU, or of the one behind the device, as hwinfo shows them. */
void unit_registers(const struct diff_unit *u, struct reg_set *set);

/** What belongs to a device but its IOMMU. */
void diff_device(struct diff *d, const char *where, const struct diff_unit *a,
		 const struct diff_unit *b);

#endif
