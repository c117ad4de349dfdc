/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * __words (hidden): what the shell may offer for the word under the cursor.
 *
 * The completion scripts of all shells ask this and know nothing themselves:
 * commands, options and the kind of every operand come from the metadata of
 * the command table, live values from the providers of complete.c. Output is
 * one "candidate<TAB>description" a line; a line ":files" or ":dirs" leaves
 * the rest to the shell.
 */
#include "config.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands/complete.h"
#include "commands/complete_host.h"
#include "commands/table.h"

/* The line so far, as the command line parser would see it. */
struct line {
	const struct command *cmd; /* NULL: not named yet */
	const char *first;         /* first word of a command of two words, or the first operand */
	int operands;              /* complete operands before the cursor */
	const struct argp_option *wants; /* the word under the cursor is the value of this option */
	bool no_options;                 /* "--" was seen */
	const char *session, *from, *sysroot; /* values of the global options, or NULL */
};

static const struct argp_option *find_long(const struct argp_option *opts, const char *name,
					   size_t len)
{
	for (; opts && option_is(opts); opts++)
		if (opts->name && !strncmp(opts->name, name, len) && !opts->name[len])
			return opts;
	return NULL;
}

/* The option that @word is, when its value is the next word. */
static const struct argp_option *wants_value(const struct command *cmd, const char *word)
{
	const struct argp_option *own = cmd ? cmd->options : NULL, *opt;

	if (!strncmp(word, "--", 2)) {
		opt = find_long(own, word + 2, strlen(word + 2));
		opt = opt ? opt : find_long(cli_global_options, word + 2, strlen(word + 2));
	} else {
		int last = word[strlen(word) - 1];

		opt = option_of_key(own, last);
		opt = opt ? opt : option_of_key(cli_global_options, last);
	}
	return opt && opt->arg && !(opt->flags & OPTION_ARG_OPTIONAL) ? opt : NULL;
}

static void take_word(struct line *line, char **words, int n, int *i)
{
	int used = 0;

	if (line->cmd) {
		if (!line->operands++)
			line->first = words[*i];
	} else if (line->first) {
		/* Options stood between the two. */
		char *both[2] = { (char *)(uintptr_t)line->first, words[*i] };

		line->cmd = command_find(both, 2, &used);
	} else {
		line->cmd = command_find(words + *i, n - *i, &used);
		if (line->cmd)
			*i += used - 1;
		else
			line->first = words[*i];
	}
}

/* Options that say whose objects and devices are offered: "-S NAME", "--from=FILE". */
static void take_option(struct line *line, const char *word)
{
	const struct {
		const char *name;
		const char **value;
	} options[] = {
		{ "session", &line->session },
		{ "from", &line->from },
		{ "sysroot", &line->sysroot },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const char *name = options[i].name;
		size_t len = strlen(name);

		if (line->wants && line->wants->name && !strcmp(line->wants->name, name))
			*options[i].value = word;
		else if (!line->wants && !line->no_options && !strncmp(word, "--", 2) &&
			 !strncmp(word + 2, name, len) && word[2 + len] == '=')
			*options[i].value = word + 2 + len + 1;
	}
}

/* Read everything before the word under the cursor, which is the last. */
static struct line read_line(char **words, int n)
{
	struct line line = { 0 };

	for (int i = 0; i < n - 1; i++) {
		take_option(&line, words[i]);
		if (line.wants) {
			line.wants = NULL;
		} else if (!line.no_options && !strcmp(words[i], "--")) {
			line.no_options = true;
		} else if (!line.no_options && words[i][0] == '-' && words[i][1]) {
			line.wants = strchr(words[i], '=') ? NULL : wants_value(line.cmd, words[i]);
		} else {
			take_word(&line, words, n - 1, &i);
		}
	}
	return line;
}

/* --- candidates -------------------------------------------------------------------- */

static void offer(struct out *o, const char *prefix, const char *word, const char *candidate,
		  const char *description)
{
	if (!strncmp(candidate, word, strlen(word)))
		out_printf(o, "%s%s\t%s\n", prefix, candidate, description ? description : "");
}

/* Candidates of a provider: filtered by what is typed, put behind what must stay. */
static void offer_values(struct out *o, const char *prefix, const char *word, const char *kind,
			 const char *command)
{
	struct out values = { 0 };
	char *line, *rest;

	complete_values(kind, command, &values);
	out_raw(&values, "", 1);
	for (rest = values.data; (line = strsep(&rest, "\n")) && *line;) {
		char *tab = strchr(line, '\t');

		if (tab)
			*tab = '\0';
		offer(o, prefix, word, line, tab ? tab + 1 : "");
	}
	out_free(&values);
}

/* "DEVICE|IOMMU" is two kinds; a comma-separated list completes its last element. */
static void offer_metavar(struct out *o, const char *prefix, const char *word, const char *metavar,
			  const char *command)
{
	char *copy = mem_strdup(metavar), *kind, *rest = copy, *front = NULL;
	const char *comma = strrchr(word, ',');

	if (strchr(metavar, ',') || !strcmp(metavar, "FLAGS")) {
		front = mem_printf("%s%.*s", prefix, comma ? (int)(comma + 1 - word) : 0, word);
		word = comma ? comma + 1 : word;
	}
	while ((kind = strsep(&rest, "|"))) {
		kind[strcspn(kind, ",.")] = '\0';
		if (!strcmp(kind, "FILE") || !strcmp(kind, "DIR"))
			out_str(o, strcmp(kind, "DIR") ? ":files\n" : ":dirs\n");
		else if (!isupper((unsigned char)*kind))
			offer(o, prefix, word, kind, "");
		else
			offer_values(o, front ? front : prefix, word, kind, command);
	}
	free(front);
	free(copy);
}

static void offer_options(struct out *o, const struct argp_option *opts, const char *word)
{
	for (; opts && option_is(opts); opts++) {
		char *name;

		if (!opts->name || (opts->flags & OPTION_HIDDEN))
			continue;
		name = mem_printf("--%s%s", opts->name, opts->arg ? "=" : "");
		offer(o, "", word, name, opts->doc);
		free(name);
	}
}

/* "start, exec, list": what @first is followed by, to be freed. */
static char *second_words(const char *first)
{
	size_t len = strlen(first);
	char *list = NULL;

	for (size_t i = 0; commands[i]; i++)
		if (command_in_group(commands[i], first))
			list = mem_append(list, ", ", commands[i]->name + len + 1);
	return list;
}

/* A command of two words is offered by its first word once. */
static void offer_commands(struct out *o, const char *word)
{
	char *last = mem_strdup("");

	for (size_t i = 0; commands[i]; i++) {
		size_t len = strcspn(commands[i]->name, " ");
		char *first, *seconds;

		if (commands[i]->hidden)
			continue;
		first = mem_strndup(commands[i]->name, len);
		seconds = commands[i]->name[len] ? second_words(first) : NULL;
		if (strcmp(first, last))
			offer(o, "", word, first, seconds ? seconds : commands[i]->summary);
		free(seconds);
		free(last);
		last = first;
	}
	free(last);
}

static void offer_second_words(struct out *o, const char *first, const char *word)
{
	size_t len = strlen(first);

	for (size_t i = 0; commands[i]; i++)
		if (command_in_group(commands[i], first))
			offer(o, "", word, commands[i]->name + len + 1, commands[i]->summary);
}

/* The @n-th operand in a synopsis like "DEVICE [PT]" or "[DEVICE|IOMMU]...", copied; NULL when
 * there is none. */
static char *operand_kind(const char *synopsis, int n)
{
	const char *p = synopsis, *kind = NULL;
	size_t len = 0;

	for (int i = 0; i <= n; i++) {
		p += strspn(p, " [");
		if (!*p)
			return kind && strstr(synopsis, "...") ? mem_strndup(kind, len) : NULL;
		kind = p;
		len = strcspn(p, " ].");
		p += len;
		p += strcspn(p, " ");
	}
	return mem_strndup(kind, len);
}

static void offer_operand(struct out *o, const struct line *line, const char *word)
{
	char *kind = operand_kind(line->cmd->args, line->operands);

	if (line->cmd == &command_help && !line->operands)
		offer_commands(o, word);
	else if (line->cmd == &command_help)
		offer_second_words(o, line->first, word);
	else if (kind)
		offer_metavar(o, "", word, kind, line->cmd->name);
	free(kind);
}

/* The command whose option it is: what all commands have means the same everywhere. */
static const char *owner(const struct line *line, const struct argp_option *wanted)
{
	const struct argp_option *opt = line->cmd ? line->cmd->options : NULL;

	for (; opt && option_is(opt); opt++)
		if (opt == wanted)
			return line->cmd->name;
	return "";
}

/* --option=value under the cursor. */
static bool offer_attached_value(struct out *o, const struct line *line, const char *word)
{
	const char *equals = strchr(word, '=');
	const struct argp_option *opt;
	char *prefix;
	size_t len;

	if (!equals || strncmp(word, "--", 2))
		return false;
	len = (size_t)(equals - word) - 2;
	opt = line->cmd ? find_long(line->cmd->options, word + 2, len) : NULL;
	opt = opt ? opt : find_long(cli_global_options, word + 2, len);
	if (!opt || !opt->arg)
		return true;
	prefix = mem_strndup(word, (size_t)(equals + 1 - word));
	offer_metavar(o, prefix, equals + 1, opt->arg, owner(line, opt));
	free(prefix);
	return true;
}

static void offer_all(struct out *o, const struct line *line, const char *word)
{
	if (line->wants) {
		offer_metavar(o, "", word, line->wants->arg, owner(line, line->wants));
	} else if (!line->no_options && word[0] == '-') {
		if (offer_attached_value(o, line, word))
			return;
		offer_options(o, line->cmd ? line->cmd->options : NULL, word);
		offer_options(o, cli_global_options, word);
	} else if (line->cmd) {
		offer_operand(o, line, word);
	} else if (line->first) {
		offer_second_words(o, line->first, word);
	} else {
		offer_commands(o, word);
	}
}

static int run(struct cli *cli, void *opts)
{
	struct line line;
	struct out o;

	(void)opts;
	/* A shell must never see a message in the middle of a line that is being typed. */
	err_set_silent(true);
	cli_out_init(cli, &o);
	o.color = false;
	line = read_line(cli->args, cli->n_args);
	if (line.session)
		setenv("IOMMUCTL_SESSION", line.session, 1);
	complete_machine(line.from, line.sysroot);
	offer_all(&o, &line, cli->args[cli->n_args - 1]);
	return cli_out_done(cli, &o, STATUS_OK);
}

const struct command command_words = {
	.name = "__words",
	.section = "Internal",
	.summary = "offer completions for a command line",
	.args = "WORD...",
	.doc = "Prints what could stand in place of the last WORD, given the words before it. "
	       "The completion scripts of the shells call this.",
	.examples = { "iommuctl __words -- hw", "iommuctl __words -- hwinfo --" },
	.min_args = 1,
	.max_args = -1,
	.run = run,
	.hidden = true,
};
