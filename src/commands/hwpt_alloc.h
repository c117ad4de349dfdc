/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hwpt-alloc --probe: what this kernel and this IOMMU take, by experiment. */
#ifndef IOMMUCTL_COMMANDS_HWPT_ALLOC_H
#define IOMMUCTL_COMMANDS_HWPT_ALLOC_H

#include "commands/operation.h"

/** Try every combination on one device; fills op->doc. Returns an exit status. */
int hwpt_probe(struct operation *op, const char *device);

/** The table of the results. */
void hwpt_probe_view(struct out *o, json_object *doc);

#endif
