/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of commands: a line each, with NAME, KIND[:FILE], COMMAND and UNDO between tabs. */
#ifndef INJECT_COMMANDS_H
#define INJECT_COMMANDS_H

#include <stdbool.h>

#include "judge.h"

struct row {
	const char *name, *command;
	const char *undo; /* takes back what the command did, when something has changed; or "" */
	bool always;      /* ... each time */
	enum answer_kind kind;
	const char *target; /* the file in the folder where the command runs */
};

/** Take a line of a table apart, in place: the row points into it. False: a comment. */
bool read_row(char *line, struct row *row);

#endif
