/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Live values for completion: the one table from a kind of word to what it can be now. */
#ifndef IOMMUCTL_COMMANDS_COMPLETE_H
#define IOMMUCTL_COMMANDS_COMPLETE_H

#include "base/out.h"

/**
 * complete_values() - append what a word of @kind can be, "value<TAB>description" a line
 * @kind: a word of a synopsis: DEVICE, IOMMU, TYPE, WHEN, ...; an unknown one appends nothing
 * @command: the command it is for, as some kinds differ by it (FLAGS, COL); "" for none
 *
 * Fast and silent: never waits, never wakes a device, never reports an error.
 */
void complete_values(const char *kind, const char *command, struct out *o);

#endif
