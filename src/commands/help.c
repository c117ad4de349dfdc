/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help: the same as --help, for those who type it as a word. */
#include "config.h"

#include "commands/table.h"

static int run(struct cli *cli, void *opts)
{
	(void)opts;
	return cli_help(cli, cli->args, cli->n_args);
}

const struct command command_help = {
	.name = "help",
	.section = "Look",
	.summary = "say how to use the program or a command",
	.args = "[COMMAND] [WORD]",
	.doc = "Prints what --help prints: for a COMMAND, for one of two words such as 'session "
	       "start', for all that begin with the same word, or without an operand for the "
	       "program. With --json everything that help, completions and manual pages are made "
	       "from.",
	.examples = { "iommuctl help hwinfo  # the same as iommuctl hwinfo --help",
		      "iommuctl help session  # session start, exec, list, show and stop" },
	.max_args = 2,
	.run = run,
};
