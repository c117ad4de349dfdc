/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs command lines of the program again and again, in one process: under emulation starting a
 * program costs far more than what it does.
 *
 *   many [-k] ROUNDS <LINES
 *
 * Each line of standard input is a command line without "iommuctl", its words split at spaces. All
 * lines are run, ROUNDS times over; "#" in a word stands for the number of the round. Ends with the
 * status of the first that fails; with -k it keeps on while the status is one that a command may
 * have (0, 1 or 2), and tells on standard error how often there was which.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

enum { LINES = 64, WORDS = 32, STATUSES = 3 };

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

static int run_lines(char **lines, int n, unsigned long round, bool keep_on, unsigned long *counts)
{
	int status = 0;

	for (int i = 0; !status && i < n; i++) {
		status = run_line(lines[i], round);
		if (status >= 0 && status < STATUSES)
			counts[status]++;
		if (keep_on && status >= 0 && status < STATUSES)
			status = 0;
		if (status)
			fprintf(stderr, "many: round %lu: status %d: %s", round, status, lines[i]);
	}
	return status;
}

int main(int argc, char **argv)
{
	bool keep_on = argc > 1 && !strcmp(argv[1], "-k");
	const char *count = argc > 1 + keep_on ? argv[1 + keep_on] : "0";
	unsigned long rounds = strtoul(count, NULL, 10), counts[STATUSES] = { 0 };
	char *lines[LINES] = { NULL };
	size_t size = 0;
	int n = 0, status = 0;

	while (n < LINES && getline(&lines[n], &size, stdin) > 0) {
		size = 0;
		n++;
	}
	for (unsigned long round = 0; !status && round < rounds; round++)
		status = run_lines(lines, n, round, keep_on, counts);
	if (keep_on)
		fprintf(stderr, "many: %lu succeeded, %lu failed, %lu could not try\n", counts[0],
			counts[1], counts[2]);
	for (int i = 0; i < LINES; i++)
		free(lines[i]);
	return status;
}
