/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: global options, dispatch, help, and the one place that prints a document.
 *
 * argp parses; its own messages are kept quiet so that every error is worded by
 * err.c, in one line, with the offending word, and is in the JSON document too.
 */
#include "config.h"
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sandbox.h"
#include "commands/table.h"
#include "decode/field.h"
#include "render/pager.h"

enum {
	KEY_HELP = 'h',
	KEY_JSON = 'J',
	KEY_QUIET = 'q',
	KEY_SESSION = 'S',
	KEY_VERBOSE = 'v',
	KEY_VERSION = 'V',
	KEY_JSON_LINES = 0x1000, /* above what commands use for theirs */
	KEY_COLOR,
	KEY_NO_PAGER,
	KEY_SYSROOT,
	KEY_FROM,
	KEY_IOMMUFD,
};

enum { HELP_COLUMNS = 80 };

const struct argp_option cli_global_options[] = {
	{ "json", KEY_JSON, NULL, 0, "print one JSON document", 0 },
	{ "json-lines", KEY_JSON_LINES, NULL, 0, "print one JSON object per line", 0 },
	{ "verbose", KEY_VERBOSE, NULL, 0, "show everything", 0 },
	{ "quiet", KEY_QUIET, NULL, 0, "print less: a bare value, or only the exit status", 0 },
	{ "from", KEY_FROM, "FILE", 0, "read the machine from a saved report", 0 },
	{ "sysroot", KEY_SYSROOT, "DIR", 0, "read the machine from a copied tree below DIR", 0 },
	{ "session", KEY_SESSION, "NAME", 0, "use a session (also IOMMUCTL_SESSION)", 0 },
	{ "iommufd", KEY_IOMMUFD, "FD", 0, "use an iommufd that the caller has open", 0 },
	{ "color", KEY_COLOR, "WHEN", 0, "colour: auto, always or never", 0 },
	{ "no-pager", KEY_NO_PAGER, NULL, 0, "never start a pager", 0 },
	{ "help", KEY_HELP, NULL, 0, "say how to use it", 0 },
	{ "version", KEY_VERSION, NULL, 0, "say which version this is", 0 },
	{ 0 }
};

/* One parse: of the words before the command, or of the command's own. */
struct parse {
	struct cli *cli;
	const struct command *cmd; /* NULL before the command is known */
	void *opts;
	int first_word; /* index of the command's name, 0 when there is none */
	bool help, version;
	bool failed; /* and said so */
};

static error_t set_color(struct cli *cli, const char *when)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(when, names[i]))
			continue;
		cli->color = (enum color_when)i;
		return 0;
	}
	err_usage("'%s' is not a value of --color: auto, always or never", when);
	return EINVAL;
}

static error_t global_option(struct parse *p, int key, char *arg)
{
	struct cli *cli = p->cli;

	switch (key) {
	case KEY_JSON:
		cli->json = true;
		return 0;
	case KEY_JSON_LINES:
		cli->json_lines = true;
		return 0;
	case KEY_VERBOSE:
		cli->verbose = true;
		return 0;
	case KEY_QUIET:
		cli->quiet = true;
		return 0;
	case KEY_FROM:
		cli->from = arg;
		return 0;
	case KEY_SYSROOT:
		cli->sysroot = arg;
		return 0;
	case KEY_SESSION:
		cli->session = arg;
		return 0;
	case KEY_IOMMUFD:
		cli->iommufd = arg;
		return 0;
	case KEY_COLOR:
		return set_color(cli, arg);
	case KEY_NO_PAGER:
		cli->no_pager = true;
		return 0;
	case KEY_HELP:
		p->help = true;
		return 0;
	case KEY_VERSION:
		p->version = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t take_operand(struct parse *p, char *arg, struct argp_state *state)
{
	struct cli *cli = p->cli;

	if (!p->cmd) {
		/* The command's name: everything behind it is parsed with the command's own
		 * options. */
		p->first_word = state->next - 1;
		state->next = state->argc;
		return 0;
	}
	if (p->cmd->max_args >= 0 && cli->n_args >= p->cmd->max_args) {
		p->failed = true;
		err_usage("unexpected word '%s'", arg);
		return EINVAL;
	}
	if (state->quoted && state->next > state->quoted && cli->n_before < 0)
		cli->n_before = cli->n_args;
	cli->args = mem_grow(cli->args, (size_t)cli->n_args, sizeof(*cli->args));
	cli->args[cli->n_args++] = arg;
	return 0;
}

/* --- wording what getopt refused ---------------------------------------------------- */

static bool option_is(const struct argp_option *opt)
{
	return opt->name || opt->key || opt->doc || opt->group;
}

static size_t count_matches(const struct argp_option *opts, const char *name, size_t len,
			    const struct argp_option **hit, struct out *names)
{
	size_t n = 0;

	for (const struct argp_option *o = opts; o && option_is(o); o++) {
		if (!o->name || strncmp(o->name, name, len))
			continue;
		*hit = o;
		if (!o->name[len])
			return 1;
		out_printf(names, "%s--%s", names->len ? ", " : "", o->name);
		n++;
	}
	return n;
}

static const char *nearest_option(const struct command *cmd, const char *word)
{
	const char *names[64];
	size_t n = 0;

	for (const struct argp_option *o = cmd ? cmd->options : NULL; o && option_is(o); o++)
		if (o->name && n < ARRAY_SIZE(names))
			names[n++] = o->name;
	for (const struct argp_option *o = cli_global_options; option_is(o); o++)
		if (n < ARRAY_SIZE(names))
			names[n++] = o->name;
	return cli_nearest(word, names, n);
}

static bool blame_long(const struct command *cmd, const char *word)
{
	size_t len = strcspn(word + 2, "=");
	const struct argp_option *hit = NULL;
	struct out names = { 0 };
	size_t n = count_matches(cmd ? cmd->options : NULL, word + 2, len, &hit, &names) +
		   count_matches(cli_global_options, word + 2, len, &hit, &names);
	const char *near;
	bool blamed = true;

	out_raw(&names, "", 1);
	if (n > 1) {
		err_usage("option '%.*s' can mean more than one: %s", (int)len + 2, word,
			  names.data);
	} else if (n == 1 && hit->arg && !word[2 + len]) {
		err_usage("option '--%s' needs a value (%s)", hit->name, hit->arg);
	} else if (n == 1 && !hit->arg && word[2 + len]) {
		err_usage("option '--%s' takes no value", hit->name);
	} else if (n == 0) {
		char *name = mem_strndup(word + 2, len);

		near = nearest_option(cmd, name);
		err_usage("unknown option '--%s'%s%s%s", name, near ? " (did you mean --" : "",
			  near ? near : "", near ? "?)" : "");
		free(name);
	} else {
		blamed = false;
	}
	out_free(&names);
	return blamed;
}

static const struct argp_option *short_option(const struct argp_option *opts, int letter)
{
	for (const struct argp_option *o = opts; o && option_is(o); o++)
		if (o->key == letter)
			return o;
	return NULL;
}

static bool blame_short(const struct command *cmd, const char *word)
{
	for (const char *c = word + 1; *c; c++) {
		const struct argp_option *o = short_option(cmd ? cmd->options : NULL, *c);

		if (!o)
			o = short_option(cli_global_options, *c);
		if (!o) {
			err_usage("unknown option '-%c'", *c);
			return true;
		}
		if (o->arg && !c[1]) {
			err_usage("option '-%c' needs a value (%s)", *c, o->arg);
			return true;
		}
		if (o->arg)
			return false;
	}
	return false;
}

static bool blame(const struct command *cmd, const char *word)
{
	if (!word || word[0] != '-' || !word[1])
		return false;
	return word[1] == '-' ? blame_long(cmd, word) : blame_short(cmd, word);
}

/* getopt has moved behind the word, except inside a group of letters. */
static void say_bad_option(struct parse *p, const struct argp_state *state)
{
	int i = state->next;

	p->failed = true;
	if (i > 0 && i <= state->argc && blame(p->cmd, state->argv[i - 1]))
		return;
	if (i < state->argc && blame(p->cmd, state->argv[i]))
		return;
	err_usage("the options are wrong");
}

static error_t parse_key(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	error_t err;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = p;
		return 0;
	case ARGP_KEY_ARG:
		return take_operand(p, arg, state);
	case ARGP_KEY_ERROR:
		if (!p->failed)
			say_bad_option(p, state);
		return 0;
	default:
		break;
	}
	if (!p->cmd || !p->cmd->option)
		return ARGP_ERR_UNKNOWN;
	err = p->cmd->option(p->cli, p->opts, key, arg);
	p->failed |= err && err != ARGP_ERR_UNKNOWN;
	return err;
}

static error_t parse_global(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	error_t err = global_option(p, key, arg);

	p->failed |= err && err != ARGP_ERR_UNKNOWN;
	return err;
}

static const struct argp global_argp = { .options = cli_global_options, .parser = parse_global };

static int run_argp(struct parse *p, int argc, char **argv, unsigned int flags)
{
	const struct argp_child children[] = { { &global_argp, 0, NULL, 0 }, { 0 } };
	const struct argp argp = {
		.options = p->cmd ? p->cmd->options : NULL,
		.parser = parse_key,
		.children = children,
	};

	return argp_parse(&argp, argc, argv, flags | ARGP_NO_HELP | ARGP_NO_ERRS | ARGP_NO_EXIT,
			  NULL, p)
		       ? STATUS_TROUBLE
		       : STATUS_OK;
}

/* --- names of commands --------------------------------------------------------------- */

static bool in_group(const struct command *cmd, const char *first)
{
	size_t len = strlen(first);

	return !strncmp(cmd->name, first, len) && cmd->name[len] == ' ';
}

/* True when commands of two words begin with @first. */
static bool is_group(const char *first)
{
	for (size_t i = 0; commands[i]; i++)
		if (in_group(commands[i], first))
			return true;
	return false;
}

/*
 * Edit distance, bounded: words of up to 31 letters. Two letters that changed
 * places are one mistake, a letter of the other case is none.
 */
static unsigned int distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned int rows[3][33], *before = rows[0], *last = rows[1], *row = rows[2];

	if (la > 31 || lb > 31)
		return 99;
	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned int *free_row = before;

		before = last;
		last = row;
		row = free_row;
		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned int least = last[j - 1] + (tolower((unsigned char)a[i - 1]) !=
							    tolower((unsigned char)b[j - 1]));

			least = last[j] + 1 < least ? last[j] + 1 : least;
			least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < least)
				least = before[j - 2] + 1;
			row[j] = least;
		}
	}
	return row[lb];
}

/* The one candidate that has @word in it: "vtd" is "intel-vtd". */
static const char *only_containing(const char *word, const char *const *candidates, size_t n)
{
	const char *only = NULL;

	for (size_t i = 0; strlen(word) > 2 && i < n; i++) {
		if (!strstr(candidates[i], word))
			continue;
		if (only && strcmp(only, candidates[i]))
			return NULL;
		only = candidates[i];
	}
	return only;
}

const char *cli_nearest(const char *word, const char *const *candidates, size_t n)
{
	const char *best = NULL;
	size_t len = strlen(word);
	/* Of two letters one that is wrong is half of it. */
	unsigned int least = len > 4 ? 3 : len > 2 ? 2 : 1;

	for (size_t i = 0; i < n; i++) {
		unsigned int d = distance(word, candidates[i]);

		if (d >= least)
			continue;
		least = d;
		best = candidates[i];
	}
	return best ? best : only_containing(word, candidates, n);
}

const struct command *command_find(char **argv, int argc, int *words)
{
	for (size_t i = 0; argc > 0 && commands[i]; i++) {
		const char *name = commands[i]->name, *space = strchr(name, ' ');
		size_t len = space ? (size_t)(space - name) : strlen(name);

		if (strncmp(argv[0], name, len) || argv[0][len])
			continue;
		if (space && (argc < 2 || strcmp(argv[1], space + 1)))
			continue;
		*words = space ? 2 : 1;
		return commands[i];
	}
	return NULL;
}

/* The command, or the first word of some, that @word is near to. The caller frees it. */
static char *nearest_command(const char *word)
{
	const char *names[256] = { NULL }, *near;
	char *firsts[128], *copy;
	size_t n = 0, n_firsts = 0;

	for (size_t i = 0; commands[i] && n_firsts < ARRAY_SIZE(firsts); i++) {
		if (commands[i]->hidden)
			continue;
		firsts[n_firsts] = mem_strndup(commands[i]->name, strcspn(commands[i]->name, " "));
		names[n++] = commands[i]->name;
		names[n++] = firsts[n_firsts++];
	}
	near = cli_nearest(word, names, n);
	copy = near ? mem_strdup(near) : NULL;
	while (n_firsts)
		free(firsts[--n_firsts]);
	return copy;
}

/* "start, exec, list": what can stand behind the first word of a group, or after a word that is the
 * beginning of names, these names. */
static char *list_names(const char *word, bool group)
{
	struct out o = { 0 };
	size_t len = strlen(word);

	for (size_t i = 0; commands[i]; i++) {
		const char *name = commands[i]->name;

		if (group ? in_group(commands[i], word)
			  : !commands[i]->hidden && !strncmp(name, word, len))
			out_printf(&o, "%s%s", o.len ? ", " : "", group ? name + len + 1 : name);
	}
	out_raw(&o, "", 1);
	return o.data;
}

/* "session foo", or "session" alone. */
static int unknown_second_word(const char *first, const char *second)
{
	char *list = list_names(first, true);
	char *both = second ? mem_printf("%s %s", first, second) : NULL;
	char *near = both ? nearest_command(both) : NULL;

	err_set_command(first);
	if (near)
		err_usage("unknown command '%s' (did you mean '%s'?)", both, near);
	else if (second)
		err_usage("'%s' is no command of '%s': %s", second, first, list);
	else
		err_usage("'%s' needs a second word: %s", first, list);
	free(near);
	free(both);
	free(list);
	return STATUS_TROUBLE;
}

/* Words that are typed apart ("hwpt alloc") are near too. */
static int unknown_command(char **argv, int argc)
{
	char *both = mem_printf("%s %s", argv[0], argc > 1 ? argv[1] : "");
	char *near = argc > 1 ? nearest_command(both) : NULL;
	char *list = list_names(argv[0], false);

	if (!near)
		near = nearest_command(argv[0]);
	if (is_group(argv[0]))
		unknown_second_word(argv[0], argc > 1 ? argv[1] : NULL);
	else if (near)
		err_usage("unknown command '%s' (did you mean '%s'?)", argv[0], near);
	else if (*list)
		err_usage("unknown command '%s': is it one of %s?", argv[0], list);
	else
		err_usage("unknown command '%s'", argv[0]);
	free(list);
	free(near);
	free(both);
	return STATUS_TROUBLE;
}

/* --- help and version ---------------------------------------------------------------- */

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
		if (in_group(commands[i], first))
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
static int show_help(struct cli *cli, const char *topic)
{
	json_object *doc = doc_new("help"), *list = doc_list();

	for (size_t i = 0; commands[i]; i++)
		if (topic ? !strcmp(commands[i]->name, topic) || in_group(commands[i], topic)
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
		return show_help(cli, NULL);
	cmd = command_find(words, n, &used);
	if (cmd && used < n)
		return err_usage("unexpected word '%s'", words[used]);
	if (cmd)
		return show_help(cli, cmd->name);
	if (n == 1 && is_group(words[0]))
		return show_help(cli, words[0]);
	return unknown_command(words, n);
}

/* --- output ------------------------------------------------------------------------- */

static bool want_color(const struct cli *cli)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	if (cli->color != COLOR_AUTO)
		return cli->color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") && !(no && *no);
}

void cli_out_init(const struct cli *cli, struct out *o)
{
	struct winsize ws = { 0 };

	memset(o, 0, sizeof(*o));
	o->color = want_color(cli);
	o->verbose = cli->verbose;
	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws))
		o->width = ws.ws_col;
}

/* The exit status when standard output was written, or (@failed) was not. */
static int written(int failed, int status)
{
	if (!failed)
		return status;
	/* A reader that has seen enough is not worth a word. */
	if (errno != EPIPE)
		err_plain(errno, "cannot write to standard output");
	return STATUS_FAILED;
}

void cli_confine(struct cli *cli, unsigned int flags)
{
	if (!cli->json && !cli->json_lines && !cli->no_pager)
		pager_prepare();
	sandbox_plan(flags | (cli->verbose ? SANDBOX_SAY : 0));
}

int cli_out_done(struct cli *cli, struct out *o, int status)
{
	bool json = cli->json || cli->json_lines;

	if (!json && !cli->no_pager && pager_wanted(o->data, o->len) &&
	    !pager_show(o->data, o->len))
		o->len = 0;
	status = written(out_flush(o, STDOUT_FILENO), status);
	out_free(o);
	return status;
}

int cli_emit(struct cli *cli, json_object *doc, doc_view *view, int status)
{
	struct out o;

	cli->emitted = true;
	if (cli->json || cli->json_lines) {
		doc_add(doc, "errors", doc_errors());
		status = written(doc_write_json(doc, STDOUT_FILENO, cli->json_lines), status);
	} else {
		cli_out_init(cli, &o);
		view(&o, doc);
		status = cli_out_done(cli, &o, status);
	}
	json_object_put(doc);
	return status;
}

int cli_emit_line(struct cli *cli, json_object *doc)
{
	struct out o;

	cli_out_init(cli, &o);
	cli->emitted = true;
	doc_render_json(&o, doc, true);
	json_object_put(doc);
	return cli_out_done(cli, &o, STATUS_OK) == STATUS_OK ? 0 : -1;
}

/* --- dispatch ------------------------------------------------------------------------ */

static int check_use(const struct cli *cli, const struct command *cmd)
{
	const struct {
		bool given;
		unsigned int need;
		const char *name;
	} options[] = {
		{ cli->from, USES_SNAPSHOT, "--from" },
		{ cli->sysroot, USES_SNAPSHOT, "--sysroot" },
		{ cli->session && cli->session != getenv("IOMMUCTL_SESSION"), USES_SESSION,
		  "--session" },
		{ cli->iommufd, USES_SESSION | USES_IOMMUFD, "--iommufd" },
		{ cli->json_lines, USES_LINES, "--json-lines" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].given && !(cmd->uses & options[i].need))
			return err_usage("%s has no meaning for '%s'%s", options[i].name, cmd->name,
					 options[i].need == USES_LINES
						 ? ": it prints one document, with --json"
						 : "");
	if (cli->from && cli->sysroot)
		return err_usage("--from and --sysroot exclude each other");
	if (cli->n_args < cmd->min_args)
		return err_usage("an operand is missing: %s", cmd->args);
	return STATUS_OK;
}

static int run_command(struct cli *cli, const struct command *cmd, int argc, char **argv, bool help)
{
	struct parse p = { .cli = cli, .cmd = cmd, .help = help };
	int status;

	cli->command = cmd;
	err_set_command(cmd->name);
	p.opts = mem_zalloc(cmd->opts_size);
	/* In order, words before "--" stay before it. */
	status = run_argp(&p, argc, argv, cmd->uses & USES_DASHES ? ARGP_IN_ORDER : 0);
	if (p.help)
		status = show_help(cli, cmd->name);
	else if (p.version)
		status = cli_emit(cli, version_doc(), version_view, STATUS_OK);
	else if (status == STATUS_OK)
		status = check_use(cli, cmd);
	if (status == STATUS_OK && !p.help && !p.version) {
		if (cli->from || cli->sysroot)
			cli_confine(cli, SANDBOX_READ | (cli->sysroot ? SANDBOX_TREE : 0));
		status = cmd->run(cli, p.opts);
	}
	free(p.opts);
	return status;
}

/* "session" and what follows: its second word may come after global options. */
static int dispatch_group(struct cli *cli, int argc, char **argv, bool help)
{
	struct parse p = { .cli = cli, .help = help };
	const struct command *cmd;
	char *words[2] = { argv[0] };
	int status, used = 0;

	err_set_command(argv[0]);
	status = run_argp(&p, argc, argv, ARGP_IN_ORDER);
	if (status != STATUS_OK)
		return status;
	if (!p.first_word && p.version)
		return cli_emit(cli, version_doc(), version_view, STATUS_OK);
	if (!p.first_word && p.help)
		return show_help(cli, argv[0]);
	words[1] = argv[p.first_word];
	cmd = p.first_word ? command_find(words, 2, &used) : NULL;
	if (!cmd)
		return unknown_second_word(argv[0], p.first_word ? words[1] : NULL);
	return run_command(cli, cmd, argc - p.first_word, argv + p.first_word, p.help);
}

static int dispatch(struct cli *cli, int argc, char **argv)
{
	struct parse p = { .cli = cli };
	const struct command *cmd;
	int status = run_argp(&p, argc, argv, ARGP_IN_ORDER), words = 0;

	if (status != STATUS_OK)
		return status;
	if (p.version)
		return cli_emit(cli, version_doc(), version_view, STATUS_OK);
	if (!p.first_word || !*argv[p.first_word]) {
		if (p.help)
			return show_help(cli, NULL);
		return err_usage("which command?");
	}
	/* argp skips the first word it is given: the last word of the command's name. */
	argc -= p.first_word;
	argv += p.first_word;
	if (is_group(argv[0]))
		return dispatch_group(cli, argc, argv, p.help);
	cmd = command_find(argv, argc, &words);
	if (!cmd)
		return unknown_command(argv, argc);
	return run_command(cli, cmd, argc, argv, p.help);
}

/* A program that was started without its standard streams must not write into a file it opens. */
static void hold_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int cli_main(int argc, char **argv)
{
	struct cli cli = { .session = getenv("IOMMUCTL_SESSION"), .n_before = -1 };
	int status;

	hold_standard_streams();
	/* A closed pipe is a failed write, told by the exit status, not a death. */
	signal(SIGPIPE, SIG_IGN);
	if (argc < 1)
		return STATUS_TROUBLE;
	status = dispatch(&cli, argc, argv);
	if ((cli.json || cli.json_lines) && !cli.emitted && err_count())
		status =
			cli_emit(&cli, doc_new(cli.command ? cli.command->name : ""), NULL, status);
	free(cli.args);
	err_reset();
	return status;
}
