/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * __commands (hidden): the metadata of every command as JSON.
 *
 * Completions, the synopsis of manual pages and the tests over all commands
 * are made from this, so that none of them can drift from the program.
 */
#include "config.h"

#include "commands/table.h"

static json_object *option_doc(const struct argp_option *opt)
{
	json_object *o = doc_object();
	char letter[2] = { (char)opt->key, '\0' };

	doc_add(o, "name", doc_str(opt->name));
	doc_add(o, "letter", opt->key > ' ' && opt->key < 0x7f ? doc_str(letter) : NULL);
	doc_add(o, "argument", doc_str(opt->arg));
	doc_add(o, "argument_optional", doc_bool(opt->flags & OPTION_ARG_OPTIONAL));
	doc_add(o, "doc", doc_str(opt->doc));
	return o;
}

json_object *options_metadata(const struct argp_option *opt)
{
	json_object *list = doc_list();

	for (; opt && option_is(opt); opt++)
		if (opt->name && !(opt->flags & OPTION_HIDDEN))
			doc_push(list, option_doc(opt));
	return list;
}

static json_object *uses_doc(unsigned int uses)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} names[] = {
		{ USES_SNAPSHOT, "snapshot" },
		{ USES_SESSION, "session" },
		{ USES_IOMMUFD, "iommufd" },
		{ USES_LINES, "lines" },
	};
	json_object *list = doc_list();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (uses & names[i].bit)
			doc_push(list, doc_str(names[i].name));
	return list;
}

json_object *command_metadata(const struct command *cmd)
{
	json_object *o = doc_object(), *examples = doc_list();

	for (size_t i = 0; i < 3 && cmd->examples[i]; i++)
		doc_push(examples, doc_str(cmd->examples[i]));
	doc_add(o, "name", doc_str(cmd->name));
	doc_add(o, "section", doc_str(cmd->section));
	doc_add(o, "summary", doc_str(cmd->summary));
	doc_add(o, "args", doc_str(cmd->args));
	doc_add(o, "doc", doc_str(cmd->doc));
	doc_add(o, "min_args", doc_int(cmd->min_args));
	doc_add(o, "max_args", cmd->max_args < 0 ? NULL : doc_int(cmd->max_args));
	doc_add(o, "uses", uses_doc(cmd->uses));
	doc_add(o, "options", options_metadata(cmd->options));
	doc_add(o, "examples", examples);
	return o;
}

static void view(struct out *o, json_object *doc)
{
	json_object *list = doc_get(doc, "commands");

	for (size_t i = 0; i < doc_len(list); i++)
		out_printf(o, "%s\n", doc_get_str(doc_at(list, i), "name", ""));
}

static int run(struct cli *cli, void *opts)
{
	json_object *doc = doc_new("__commands"), *list = doc_list();

	(void)opts;
	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->hidden)
			doc_push(list, command_metadata(commands[i]));
	doc_add(doc, "metadata", doc_int(1));
	doc_add(doc, "commands", list);
	doc_add(doc, "global_options", options_metadata(cli_global_options));
	return cli_emit(cli, doc, view, STATUS_OK);
}

const struct command command_meta = {
	.name = "__commands",
	.section = "Internal",
	.summary = "print the metadata of every command",
	.args = "",
	.doc = "Prints the names of all commands, or with --json everything that help, "
	       "completions and manual pages are made from.",
	.examples = { "iommuctl __commands", "iommuctl __commands --json" },
	.run = run,
	.hidden = true,
};
