/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a comparison. */
#include "config.h"
#include "diff/diff.h"

#include <string.h>

#include "base/mem.h"

enum { PLACES_SHOWN = 3 };

static const struct {
	const char *weight, *title;
	enum out_style style;
} sections[] = {
	{ "lost", "Lost (A has it, B has not)", OUT_BAD },
	{ "gained", "Gained (B has it, A has not)", OUT_GOOD },
	{ "less", "Less", OUT_WARN },
	{ "more", "More", OUT_GOOD },
	{ "neutral", "Different", OUT_PLAIN },
};

static void places(struct out *o, json_object *where)
{
	size_t n = doc_len(where), shown = n <= PLACES_SHOWN + 1 || o->verbose ? n : PLACES_SHOWN;

	for (size_t i = 0; i < shown; i++)
		out_printf(o, "%s%s", i ? ", " : "", json_object_get_string(doc_at(where, i)));
	if (shown < n)
		out_printf(o, " and %zu more", n - shown);
	if (n)
		out_str(o, ": ");
}

static void section(struct out *o, json_object *list, size_t which)
{
	bool titled = false;

	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *e = doc_at(list, i);
		const char *note = doc_get_str(e, "note", NULL);

		if (strcmp(doc_get_str(e, "weight", ""), sections[which].weight))
			continue;
		if (!titled) {
			out_str(o, "\n");
			out_styled(o, sections[which].style, sections[which].title);
			out_str(o, "\n");
		}
		titled = true;
		out_str(o, "  ");
		places(o, doc_get(e, "where"));
		out_printf(o, "%s\n", doc_get_str(e, "text", ""));
		if (note)
			out_printf(o, "      %s\n", note);
	}
}

static void side(struct out *o, const char *letter, json_object *s)
{
	out_printf(o, "%s: %s %s\n", letter, doc_get_str(s, "what", ""),
		   doc_get_str(s, "name", ""));
}

void diff_view(struct out *o, json_object *doc)
{
	json_object *list = doc_get(doc, "differences"), *migration = doc_get(doc, "migration");
	json_object *lost = doc_get(migration, "lost");

	side(o, "A", doc_get(doc, "a"));
	side(o, "B", doc_get(doc, "b"));
	if (!doc_len(list))
		out_str(o, "\nno difference\n");
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		section(o, list, i);
	out_str(o, "\n");
	out_styled(o, OUT_TITLE, "Moving a guest from A to B");
	out_printf(o, "\n  %s\n", doc_get_str(migration, "text", ""));
	for (size_t i = 0; i < doc_len(lost); i++)
		out_printf(o, "    %s\n", doc_get_str(doc_at(lost, i), "text", ""));
}
