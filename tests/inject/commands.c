/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads tables of commands. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

static enum answer_kind kind_of(const char *word, size_t length)
{
	static const struct {
		const char *word;
		enum answer_kind kind;
	} known[] = {
		{ "text", ANSWER_TEXT },       { "json", ANSWER_JSON }, { "lines", ANSWER_LINES },
		{ "offer", ANSWER_OFFER },     { "file", ANSWER_FILE }, { "leaves", ANSWER_LEAVES },
		{ "refusal", ANSWER_REFUSAL },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].word) == length && !strncmp(known[i].word, word, length))
			return known[i].kind;
	fprintf(stderr, "failcalls: '%.*s' is no kind of answer\n", (int)length, word);
	exit(2);
}

bool read_row(char *line, struct row *row)
{
	static const char always[] = "always ";
	char *rest = line, *kind;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '#' || !strchr(line, '\t'))
		return false;
	row->name = strsep(&rest, "\t");
	kind = strsep(&rest, "\t");
	row->command = rest ? strsep(&rest, "\t") : "";
	row->undo = rest ? rest : "";
	row->always = !strncmp(row->undo, always, strlen(always));
	row->undo += row->always ? strlen(always) : 0;
	row->kind = kind_of(kind, strcspn(kind, ":"));
	row->target = strchr(kind, ':') ? strchr(kind, ':') + 1 : "out.json";
	return true;
}
