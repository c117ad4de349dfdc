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
#include "check/check.h"
#include "check/consumers.h"
#include "commands/complete_host.h"
#include "commands/complete_uapi.h"
#include "commands/session.h"
#include "commands/table.h"
#include "decode/capabilities.h"
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

static void values_goal(const char *command, struct out *o)
{
	(void)command;
	for (size_t i = 0; i < GOAL_COUNT; i++)
		out_printf(o, "%s\t%s\n", check_goals[i].name, check_goals[i].question);
}

static void values_vmm(const char *command, struct out *o)
{
	(void)command;
	for (size_t i = 0; consumer_names[i]; i++)
		out_printf(o, "%s\t\n", consumer_names[i]);
}

/* The paths that --get is mostly asked for. */
static void values_path(const char *command, struct out *o)
{
	(void)command;
	for (size_t i = 0; i < CAP_COUNT; i++)
		out_printf(o, "capabilities.%s\t%s\n", capability_info[i].key,
			   capability_info[i].title);
}

static void values_finding(const char *command, struct out *o)
{
	(void)command;
	for (size_t i = 0; i < F_COUNT; i++)
		out_printf(o, "%s\t%s\n", check_findings[i].id, check_findings[i].about);
}

static const struct {
	const char *kind;
	void (*values)(const char *command, struct out *o);
} kinds[] = {
	{ "CLASS", complete_classes },  { "COL", complete_columns },
	{ "DEVICE", complete_devices }, { "DRIVER", complete_drivers },
	{ "FINDING", values_finding },  { "GOAL", values_goal },
	{ "GROUP", complete_groups },   { "IOMMU", complete_iommus },
	{ "NAME", session_complete },   { "PATH", values_path },
	{ "TYPE", values_type },        { "VMM", values_vmm },
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
