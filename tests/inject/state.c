/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds what is there against what was there before. A keeper takes a moment to notice that a
 * command has gone, so what is not as before is looked at again.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stage.h"
#include "state.h"

static const char *shown_by; /* a line of bash */
static char *before;

void state_remember(const char *command)
{
	shown_by = command;
	free(before);
	before = said_by(shown_by);
}

static bool is_as_before(char **now)
{
	free(*now);
	*now = said_by(shown_by);
	return !strcmp(*now, before);
}

static void print_difference(FILE *to, const char *old, const char *now)
{
	size_t a, b;

	for (; *old || *now; old += a + (old[a] != '\0'), now += b + (now[b] != '\0')) {
		a = strcspn(old, "\n");
		b = strcspn(now, "\n");
		if (a != b || strncmp(old, now, a) != 0)
			fprintf(to, "    before: %.*s\n    now:    %.*s\n", (int)a, old, (int)b,
				now);
	}
}

bool state_restored(const struct row *row, FILE *to)
{
	char *now = NULL, *undone = NULL;
	bool ok = is_as_before(&now);

	if (ok && !row->always) {
		free(now);
		return true;
	}
	if (row->undo[0]) {
		undone = said_by(row->undo);
		ok = is_as_before(&now);
	}
	for (useconds_t tries = 1; !ok && tries <= 5; tries++) {
		usleep(tries * 100000);
		ok = is_as_before(&now);
	}
	if (!ok) {
		print_difference(to, before, now);
		if (undone && undone[0])
			fprintf(to, "    taking back: %s\n", undone);
	}
	free(undone);
	free(now);
	return ok;
}
