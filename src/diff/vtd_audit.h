/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How Linux names VT-d features that differ between the units of one machine. */
#ifndef IOMMUCTL_DIFF_VTD_AUDIT_H
#define IOMMUCTL_DIFF_VTD_AUDIT_H

struct vtd_audit {
	const char *item; /* REGISTER.FIELD */
	const char *word; /* in "IOMMU feature WORD inconsistent" */
};

/* Ended by a NULL item. */
extern const struct vtd_audit vtd_audit[];

#endif
