/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel parameters that do nothing, or that give devices more than they need (params.tab.c). */
#ifndef IOMMUCTL_CHECK_PARAMS_H
#define IOMMUCTL_CHECK_PARAMS_H

#include <stddef.h>

enum param_effect {
	PARAM_NO_EFFECT,      /* the kernel does not know it */
	PARAM_WEAKENS,        /* isolation suffers */
	PARAM_OTHER_HARDWARE, /* no effect unless an ACPI table is there */
};

struct check_param {
	const char *name;
	const char *value; /* one of the comma-separated values; NULL: any */
	enum param_effect effect;
	const char *table; /* PARAM_OTHER_HARDWARE: the table */
	const char *why;
	const char *fix;
	const char *units; /* PARAM_OTHER_HARDWARE: the type of IOMMU that the table is about */
};

extern const struct check_param check_params[];
extern const size_t check_n_params;

#endif
