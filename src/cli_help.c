/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help and version: documents and their text, from the rows of the command table. */
#include "config.h"
#include "cli_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sandbox.h"
#include "commands/table.h"
#include "decode/field.h"

enum { HELP_COLUMNS = 80 };

static void help_options(struct out *o, const struct argp_option *options, const char *heading)
{
	const struct argp argp = { .options = options };
	char *text = NULL;
	size_t len = 0;
	FILE *f;

	if (!options)
		return;
	setenv("ARGP_HELP_FMT", "no-dup-args-note,opt-doc-col=27,rmargin=79", 0);
	f = open_memstream(&text, &len);
	if (!f)
		return;
	argp_help(&argp, f, ARGP_HELP_LONG, (char *)(uintptr_t) "iommuctl");
	fclose(f);
	out_printf(o, "\n%s:\n", heading);
	out_bytes(o, text, len);
	free(text);
}

static void help_synopsis(struct out *o, const struct command *cmd)
{
	out_printf(o, "Usage: iommuctl %s [OPTION...]%s%s\n\n", cmd->name, *cmd->args ? " " : "",
		   cmd->args);
}

/* The columns of an example before its comment. */
static size_t example_len(const char *example)
{
	const char *comment = strstr(example, " # ");
	size_t len = comment ? (size_t)(comment - example) : strlen(example);

	while (len && example[len - 1] == ' ')
		len--;
	return len;
}

/* Comments stand below each other, except behind an example that leaves no room for it. */
static void help_examples(struct out *o, const struct command *cmd)
{
	size_t column = 0;

	for (size_t i = 0; i < ARRAY_SIZE(cmd->examples) && cmd->examples[i]; i++)
		if (strstr(cmd->examples[i], " # ") && example_len(cmd->examples[i]) > column)
			column = example_len(cmd->examples[i]);
	for (size_t i = 0; i < ARRAY_SIZE(cmd->examples) && cmd->examples[i]; i++) {
		const char *example = cmd->examples[i], *comment = strstr(example, " # ");
		size_t len = example_len(example);

		out_str(o, "  ");
		out_bytes(o, example, len);
		if (comment) {
			bool fits = 2 + column + 1 + strlen(comment) <= HELP_COLUMNS;

			out_pad(o, fits ? column - len + 1 : 1);
			out_str(o, comment);
		}
		out_str(o, "\n");
	}
}

static void help_command(struct out *o, const struct command *cmd)
{
	help_synopsis(o, cmd);
	out_wrap(o, 0, cmd->doc);
	out_str(o, "\n");
	help_options(o, cmd->options, "Options");
	out_str(o, "\nGlobal options (--json, --verbose, --color, ...): see iommuctl "
		   "--help\n\nExamples:\n");
	help_examples(o, cmd);
}

static void help_row(struct out *o, const struct command *cmd)
{
	out_str(o, "  ");
	out_cell(o, cmd->name, 20);
	out_printf(o, "  %s\n", cmd->summary);
}

/* "session": the commands that begin so. */
static void help_group(struct out *o, const char *first)
{
	out_printf(o, "Usage: iommuctl %s COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n", first);
	for (size_t i = 0; commands[i]; i++)
		if (command_in_group(commands[i], first))
			help_row(o, commands[i]);
	out_printf(o, "\n'iommuctl help %s COMMAND' says more about one of them,\n", first);
	out_str(o, "'iommuctl help' has all commands and the global options.\n");
}

static void help_overview(struct out *o)
{
	const char *section = "";

	out_str(o, "Usage: iommuctl [OPTION...] COMMAND [ARGUMENT...]\n\n"
		   "Shows what IOMMUs can do and what the kernel lets you do with them.\n");
	for (size_t i = 0; commands[i]; i++) {
		const struct command *cmd = commands[i];

		if (cmd->hidden)
			continue;
		if (strcmp(section, cmd->section))
			out_printf(o, "\n%s:\n", cmd->section);
		section = cmd->section;
		help_row(o, cmd);
	}
	help_options(o, cli_global_options, "Global options (before or after the command)");
	out_str(o, "\nExit status: 0 all of it worked, 1 something failed or the answer is no,\n"
		   "2 could not even try. 'iommuctl help COMMAND' says more about a command.\n");
}

static json_object *version_doc(void)
{
	static const struct {
		const char *name;
		bool built;
	} features[] = {
#ifdef HAVE_ZLIB
		{ "gzip", true },
#else
		{ "gzip", false },
#endif
#ifdef HAVE_LZMA
		{ "xz", true },
#else
		{ "xz", false },
#endif
#ifdef HAVE_ZSTD
		{ "zstd", true },
#else
		{ "zstd", false },
#endif
#ifdef HAVE_LIBPCI
		{ "libpci", true },
#else
		{ "libpci", false },
#endif
	};
	json_object *doc = doc_new("version"), *built = doc_object(), *tables = doc_object();

	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		doc_add(built, features[i].name, doc_bool(features[i].built));
	doc_add(built, "seccomp", doc_bool(sandbox_built()));
	for (size_t i = 0; archs[i]; i++)
		doc_add(tables, archs[i]->type, doc_str(archs[i]->revision));
	doc_add(doc, "version", doc_str(PACKAGE_VERSION));
	doc_add(doc, "features", built);
	doc_add(doc, "register_tables", tables);
	doc_add(doc, "uapi", doc_str("Linux 7.3"));
	return doc;
}

static void version_view(struct out *o, json_object *doc)
{
	out_printf(
		o,
		"iommuctl %s\n"
		"Copyright (C) 2026 the iommuctl authors\n"
		"License GPL-2.0-or-later. There is no warranty, to the extent permitted by law.\n",
		doc_get_str(doc, "version", ""));
	out_str(o, "built with:");
	json_object_object_foreach(doc_get(doc, "features"), name, there)
		out_printf(o, " %c%s", json_object_get_boolean(there) ? '+' : '-', name);
	out_printf(o, "\nkernel interface: %s\nregister tables:", doc_get_str(doc, "uapi", ""));
	json_object_object_foreach(doc_get(doc, "register_tables"), type, revision)
	{
		out_printf(o, "\n  %-16s ", type);
		out_wrap(o, 19, json_object_get_string(revision));
	}
	out_str(o, "\n");
}

static const struct command *command_named(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* The text comes from what the document was made of: the rows of the command table. */
static void help_view(struct out *o, json_object *doc)
{
	const char *topic = doc_get_str(doc, "topic", NULL);

	if (!topic)
		help_overview(o);
	else if (command_named(topic))
		help_command(o, command_named(topic));
	else
		help_group(o, topic);
}

/* Help about a command, a group ("session"), or with NULL about everything. */
int cli_show_help(struct cli *cli, const char *topic)
{
	json_object *doc = doc_new("help"), *list = doc_list();

	for (size_t i = 0; commands[i]; i++)
		if (topic ? !strcmp(commands[i]->name, topic) ||
				    command_in_group(commands[i], topic)
			  : !commands[i]->hidden)
			doc_push(list, command_metadata(commands[i]));
	doc_add(doc, "topic", doc_str(topic));
	doc_add(doc, "commands", list);
	if (!topic)
		doc_add(doc, "global_options", options_metadata(cli_global_options));
	return cli_emit(cli, doc, help_view, STATUS_OK);
}

int cli_help(struct cli *cli, char **words, int n)
{
	const struct command *cmd;
	int used = 0;

	if (!n)
		return cli_show_help(cli, NULL);
	cmd = command_find(words, n, &used);
	if (cmd && used < n)
		return err_usage("unexpected word '%s'", words[used]);
	if (cmd)
		return cli_show_help(cli, cmd->name);
	if (n == 1 && cli_is_group(words[0]))
		return cli_show_help(cli, words[0]);
	return cli_unknown_command(words, n);
}

int cli_show_version(struct cli *cli)
{
	return cli_emit(cli, version_doc(), version_view, STATUS_OK);
}
