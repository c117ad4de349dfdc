/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must be after a command as it was before. */
#ifndef INJECT_STATE_H
#define INJECT_STATE_H

#include <stdbool.h>
#include <stdio.h>

#include "commands.h"

/** Remember what a line of bash shows now. */
void state_remember(const char *command);

/**
 * Whether all is as it was, at the latest when what the command of @row did has been taken back.
 * Says into @to what is not.
 */
bool state_restored(const struct row *row, FILE *to);

#endif
