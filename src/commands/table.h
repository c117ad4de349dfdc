/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one ordered list of commands. */
#ifndef IOMMUCTL_COMMANDS_TABLE_H
#define IOMMUCTL_COMMANDS_TABLE_H

#include "cli.h"

/* In the order of the overview, ended by NULL. */
extern const struct command *const commands[];

extern const struct command command_check;
extern const struct command command_complete;
extern const struct command command_explain;
extern const struct command command_hwinfo;
extern const struct command command_list;
extern const struct command command_decode;
extern const struct command command_meta;
extern const struct command command_ps;
extern const struct command command_diff;
extern const struct command command_report;
extern const struct command command_session_exec;
extern const struct command command_session_list;
extern const struct command command_session_show;
extern const struct command command_session_start;
extern const struct command command_session_stop;
extern const struct command command_watch;
extern const struct command command_words;

#endif
