/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure ROUNDS COMMAND...: how long commands take, one after the other in each round.
 *
 * Each COMMAND is one argument, split at spaces; its output goes to /dev/null.
 * Prints a line a command: least and median wall time, least processor time (of
 * the command itself), in milliseconds, and its greatest memory in KiB:
 *
 *	12.3 13.1 11.9 40644 command
 *
 * The least is what the command takes when nothing else is in its way.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_ROUNDS = 1000, MAX_WORDS = 64 };

struct result {
	double wall[MAX_ROUNDS], cpu;
	long memory;
};

static double milliseconds(double seconds, double fraction, double unit)
{
	return seconds * 1e3 + fraction / unit;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return milliseconds((double)t.tv_sec, (double)t.tv_nsec, 1e6);
}

static double of(struct timeval t)
{
	return milliseconds((double)t.tv_sec, (double)t.tv_usec, 1e3);
}

static void start(char *command)
{
	char *words[MAX_WORDS], *rest = command;
	int n = 0, fd = open("/dev/null", O_RDWR);

	while (n < MAX_WORDS - 1 && (words[n] = strsep(&rest, " ")))
		n++;
	words[n] = NULL;
	dup2(fd, 1);
	dup2(fd, 2);
	execvp(words[0], words);
	_exit(127);
}

static void run(const char *command, int round, struct result *r)
{
	double begin = now(), cpu;
	struct rusage use;
	int status;
	pid_t pid = fork();

	if (!pid)
		start(strdup(command));
	if (wait4(pid, &status, 0, &use) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) >= 126) {
		fprintf(stderr, "measure: '%s' did not run\n", command);
		exit(1);
	}
	r->wall[round] = now() - begin;
	cpu = of(use.ru_utime) + of(use.ru_stime);
	if (!round || cpu < r->cpu)
		r->cpu = cpu;
	if (use.ru_maxrss > r->memory)
		r->memory = use.ru_maxrss;
}

static int compare(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[1]) : 0;
	struct result *results = calloc((size_t)argc, sizeof(*results));

	if (rounds < 1 || rounds > MAX_ROUNDS || !results) {
		fprintf(stderr, "usage: measure ROUNDS COMMAND...\n");
		return 2;
	}
	for (int round = 0; round < rounds; round++)
		for (int i = 2; i < argc; i++)
			run(argv[i], round, &results[i]);
	for (int i = 2; i < argc; i++) {
		struct result *r = &results[i];

		qsort(r->wall, (size_t)rounds, sizeof(double), compare);
		printf("%.2f %.2f %.2f %ld %s\n", r->wall[0], r->wall[rounds / 2], r->cpu,
		       r->memory, argv[i]);
	}
	free(results);
	return 0;
}
