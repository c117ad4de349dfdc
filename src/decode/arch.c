/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one ordered list of architectures. */
#include "config.h"
#include "decode/rows.h"

const struct arch *const archs[] = {
	&arch_vtd, &arch_smmuv3, &arch_cmdqv, &arch_amd, &arch_riscv, &arch_selftest, NULL,
};
