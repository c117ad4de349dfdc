/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * __complete (hidden): what a word of some kind can be, for the shells.
 *
 * One row a kind. Kinds are the upper-case words of synopses and of the
 * arguments of options, so that a command gets completion by naming them.
 */
#include "config.h"
#include "commands/complete.h"

#include <string.h>

#include "base/mem.h"
#include "commands/complete_host.h"
#include "commands/complete_uapi.h"
#include "commands/session.h"
#include "commands/table.h"
#include "decode/field.h"

static void values_when(const char *command, struct out *o)
{
	(void)command;
	out_str(o, "auto\ton a terminal\nalways\t\nnever\t\n");
}

static void values_type(const char *command, struct out *o)
{
	(void)command;
	for (size_t i = 0; archs[i]; i++)
		out_printf(o, "%s\t%s\n", archs[i]->type, archs[i]->title);
}

static const struct {
	const char *kind;
	void (*values)(const char *command, struct out *o);
} kinds[] = {
	{ "CLASS", complete_classes },  { "COL", complete_columns },
	{ "DEVICE", complete_devices }, { "DRIVER", complete_drivers },
	{ "GROUP", complete_groups },   { "IOMMU", complete_iommus },
	{ "NAME", session_complete },   { "TYPE", values_type },
	{ "WHEN", values_when },
};

void complete_values(const char *kind, const char *command, struct out *o)
{
	/* What a command of iommufd calls TYPE or NAME is not what the others do. */
	if (complete_names(kind, command, o) || complete_objects(kind, command, o))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].kind, kind))
			kinds[i].values(command, o);
}

static int run(struct cli *cli, void *opts)
{
	struct out o;

	(void)opts;
	err_set_silent(true);
	cli_out_init(cli, &o);
	complete_values(cli->args[0], cli->n_args > 1 ? cli->args[1] : "", &o);
	return cli_out_done(cli, &o, STATUS_OK);
}

const struct command command_complete = {
	.name = "__complete",
	.section = "Internal",
	.summary = "print the live values of a kind of word",
	.args = "KIND [COMMAND]",
	.doc = "Prints what a word of KIND (DEVICE, IOMMU, TYPE, ...) can be now, with a "
	       "description.",
	.examples = { "iommuctl __complete TYPE", "iommuctl __complete DEVICE" },
	.min_args = 1,
	.max_args = 2,
	.run = run,
	.hidden = true,
};
