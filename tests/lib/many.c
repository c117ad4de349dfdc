/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs command lines of the program again and again, in one process: under emulation starting a
 * program costs far more than what it does.
 *
 *   many ROUNDS <LINES
 *
 * Each line of standard input is a command line without "iommuctl", its words split at spaces. All
 * lines are run, ROUNDS times over; "#" in a word stands for the number of the round. Ends with the
 * status of the first that fails.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

enum { LINES = 64, WORDS = 32 };

static char *with_round(const char *word, unsigned long round)
{
	const char *mark = strchr(word, '#');
	char *text;
	int n;

	if (!mark)
		n = asprintf(&text, "%s", word);
	else
		n = asprintf(&text, "%.*s%lu%s", (int)(mark - word), word, round, mark + 1);
	if (n < 0)
		exit(2);
	return text;
}

static int run_line(const char *line, unsigned long round)
{
	char *copy = with_round(line, round), *save = NULL;
	char *words[WORDS + 1] = { (char *)"iommuctl" };
	int n = 1, status;

	for (char *w = strtok_r(copy, " \n", &save); w && n < WORDS;
	     w = strtok_r(NULL, " \n", &save))
		words[n++] = w;
	status = cli_main(n, words);
	free(copy);
	return status;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	char *lines[LINES] = { NULL };
	size_t size = 0;
	int n = 0, status = 0;

	while (n < LINES && getline(&lines[n], &size, stdin) > 0) {
		size = 0;
		n++;
	}
	for (unsigned long round = 0; !status && round < rounds; round++)
		for (int i = 0; !status && i < n; i++) {
			status = run_line(lines[i], round);
			if (status)
				fprintf(stderr, "many: round %lu: status %d: %s", round, status,
					lines[i]);
		}
	for (int i = 0; i < LINES; i++)
		free(lines[i]);
	return status;
}
