/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of cli*.c share with each other and with nobody else.
 */
#ifndef IOMMUCTL_CLI_INTERNAL_H
#define IOMMUCTL_CLI_INTERNAL_H

#include "cli.h"

/* --- cli_blame.c ------------------------------------------------------------------------ */

/**
 * cli_blame() - say what is wrong with the option that getopt refused
 * @cmd: whose options they are, NULL before the command is known
 * @next: where getopt is in @argv
 */
void cli_blame(const struct command *cmd, int next, int argc, char **argv);

/* --- cli_names.c ------------------------------------------------------------------------ */

/** True when commands of two words begin with @first. */
bool cli_is_group(const char *first);

/** Refuse "session foo", or with @second NULL "session" alone. Returns STATUS_TROUBLE. */
int cli_unknown_second_word(const char *first, const char *second);

/** Refuse words that name no command, with the one that was probably meant. The same. */
int cli_unknown_command(char **argv, int argc);

/* --- cli_help.c ------------------------------------------------------------------------- */

/** Help about a command, a group ("session"), or with NULL about everything. An exit status. */
int cli_show_help(struct cli *cli, const char *topic);

/** The version, and what this program was built with. An exit status. */
int cli_show_version(struct cli *cli);

#endif
