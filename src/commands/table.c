/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one ordered list of commands: one row each, in the order of the overview. */
#include "config.h"
#include "commands/table.h"

const struct command *const commands[] = {
	&command_list,
	&command_hwinfo,
	&command_decode,
	&command_check,
	&command_diff,
	&command_report,
	&command_explain,
	&command_ps,
	&command_watch,
	/* Sessions. */
	&command_session_start,
	&command_session_exec,
	&command_session_list,
	&command_session_show,
	&command_session_stop,
	/* Hidden. */
	&command_complete,
	&command_meta,
	&command_words,
	NULL,
};
