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

/* Options of the kernel that decide nothing by themselves: names only, in three lines. */
static bool is_plain_option(json_object *e)
{
	return !strcmp(doc_get_str(e, "kind", ""), "config") &&
	       !strcmp(doc_get_str(e, "weight", ""), "neutral");
}

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

/* Wrapped for eyes only, the second line further to the right: scripts get a line each. */
static void line(struct out *o, size_t indent, const char *text)
{
	size_t word = strcspn(text, " ");

	out_pad(o, indent);
	out_bytes(o, text, word);
	if (o->width && text[word])
		out_wrap(o, indent + 2, text + word + 1);
	else
		out_str(o, text + word);
	out_str(o, "\n");
}

static void difference(struct out *o, json_object *e)
{
	struct out text = { .verbose = o->verbose };

	places(&text, doc_get(e, "where"));
	out_str(&text, doc_get_str(e, "text", ""));
	out_raw(&text, "", 1);
	line(o, 2, text.data);
	out_free(&text);
}

static void section(struct out *o, json_object *list, size_t which)
{
	bool titled = false;

	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *e = doc_at(list, i);
		const char *note = doc_get_str(e, "note", NULL);

		if (strcmp(doc_get_str(e, "weight", ""), sections[which].weight) ||
		    is_plain_option(e))
			continue;
		if (!titled) {
			out_str(o, "\n");
			out_styled(o, sections[which].style, sections[which].title);
			out_str(o, "\n");
		}
		titled = true;
		difference(o, e);
		if (note)
			line(o, 6, note);
	}
}

static bool is_on(const char *value)
{
	return strcmp(value, "n") != 0;
}

static void option_line(struct out *o, json_object *list, const char *title, bool on_a, bool on_b)
{
	struct out names = { 0 };

	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *e = doc_at(list, i);
		const char *a = doc_get_str(e, "a", "n"), *b = doc_get_str(e, "b", "n");
		const char *name = doc_get_str(e, "item", "");

		if (!is_plain_option(e) || is_on(a) != on_a || is_on(b) != on_b)
			continue;
		name += strncmp(name, "CONFIG_", 7) ? 0 : 7;
		out_printf(&names, "%s%s", names.len ? ", " : "", name);
		if (on_a && on_b)
			out_printf(&names, " (%s, then %s)", a, b);
	}
	if (names.len) {
		out_raw(&names, "", 1);
		out_str(o, "  ");
		out_cell(o, title, 12);
		out_wrap(o, 14, names.data);
		out_str(o, "\n");
	}
	out_free(&names);
}

static void kernel_options(struct out *o, json_object *list)
{
	bool any = false;

	for (size_t i = 0; i < doc_len(list) && !any; i++)
		any = is_plain_option(doc_at(list, i));
	if (!any)
		return;
	out_str(o, "\nKernel configuration\n");
	option_line(o, list, "on in A:", true, false);
	option_line(o, list, "on in B:", false, true);
	option_line(o, list, "other way:", true, true);
}

static void side(struct out *o, const char *letter, json_object *s)
{
	const char *name = doc_get_str(s, "name", "");

	out_printf(o, "%s: %s%s%s\n", letter, doc_get_str(s, "what", ""), *name ? " " : "", name);
}

void diff_view(struct out *o, json_object *doc)
{
	json_object *list = doc_get(doc, "differences"), *migration = doc_get(doc, "migration");
	json_object *lost = doc_get(migration, "lost");

	side(o, "A", doc_get(doc, "a"));
	side(o, "B", doc_get(doc, "b"));
	if (!doc_len(list))
		out_printf(o, "\nno difference%s\n",
			   doc_get(doc, "same") ? "" : ", but something could not be read");
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		section(o, list, i);
	kernel_options(o, list);
	out_str(o, "\n");
	out_styled(o, OUT_TITLE, "Moving a guest from A to B");
	out_str(o, "\n");
	line(o, 2, doc_get_str(migration, "text", ""));
	for (size_t i = 0; i < doc_len(lost); i++)
		line(o, 4, doc_get_str(doc_at(lost, i), "text", ""));
}
