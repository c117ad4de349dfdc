/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the machine at hand offers to complete: devices, IOMMUs, groups, drivers. */
#ifndef IOMMUCTL_COMMANDS_COMPLETE_HOST_H
#define IOMMUCTL_COMMANDS_COMPLETE_HOST_H

#include "base/out.h"

/** Offer what a saved report or a copied tree has, not what this machine has. Either is NULL if it
 * was not named. */
void complete_machine(const char *from, const char *sysroot);

/** Providers for complete.c: one "value<TAB>description" a line. @command is not used. */
void complete_devices(const char *command, struct out *o);
void complete_iommus(const char *command, struct out *o);
void complete_groups(const char *command, struct out *o);
void complete_drivers(const char *command, struct out *o);

/** Words for classes of devices. */
void complete_classes(const char *command, struct out *o);

/** Columns of "list"; nothing for other commands. */
void complete_columns(const char *command, struct out *o);

#endif
