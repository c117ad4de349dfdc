/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one ordered list of architectures. */
#include "config.h"
#include "decode/field.h"

const struct arch *const archs[] = {
	NULL,
};
