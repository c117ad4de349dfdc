/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of commands: finding them, groups of them, and what was meant by a name that is none. */
#include "config.h"
#include "cli_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands/table.h"

bool command_in_group(const struct command *cmd, const char *first)
{
	size_t len = strlen(first);

	return !strncmp(cmd->name, first, len) && cmd->name[len] == ' ';
}

bool cli_is_group(const char *first)
{
	for (size_t i = 0; commands[i]; i++)
		if (command_in_group(commands[i], first))
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

		if (group ? command_in_group(commands[i], word)
			  : !commands[i]->hidden && !strncmp(name, word, len))
			out_printf(&o, "%s%s", o.len ? ", " : "", group ? name + len + 1 : name);
	}
	out_raw(&o, "", 1);
	return o.data;
}

/* "session foo", or "session" alone. */
int cli_unknown_second_word(const char *first, const char *second)
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
int cli_unknown_command(char **argv, int argc)
{
	char *both = mem_printf("%s %s", argv[0], argc > 1 ? argv[1] : "");
	char *near = argc > 1 ? nearest_command(both) : NULL;
	char *list = list_names(argv[0], false);

	if (!near)
		near = nearest_command(argv[0]);
	if (cli_is_group(argv[0]))
		cli_unknown_second_word(argv[0], argc > 1 ? argv[1] : NULL);
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
