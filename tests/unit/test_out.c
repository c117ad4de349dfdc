/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nothing untrusted reaches the terminal as a control character. */
#include "config.h"

#include "base/mem.h"
#include "base/out.h"
#include "base/utf8.h"
#include "render/table.h"
#include "unit.h"

static const char *text(struct out *o)
{
	out_raw(o, "", 1);
	o->len--;
	return o->data;
}

static void plain_text_passes(void)
{
	struct out o = { 0 };

	out_str(&o, "dmar0\tübung ✓\n");
	unit_str(text(&o), "dmar0\tübung ✓\n");
	out_free(&o);
}

static void controls_are_shown_not_sent(void)
{
	struct out o = { 0 };

	out_printf(&o, "a%cb%sc", 27,
		   "\xc2\x9b"
		   "1m\x7f\r");
	unit_str(text(&o), "a\\x1bb\\u{9b}1m\\x7f\\x0dc");
	out_free(&o);
}

static void invalid_utf8_is_shown_as_bytes(void)
{
	struct out o = { 0 };

	out_str(&o, "x\xff\xc0\xaf\xed\xa0\x80y");
	unit_str(text(&o), "x\\xff\\xc0\\xaf\\xed\\xa0\\x80y");
	out_free(&o);
}

static void direction_overrides_are_shown(void)
{
	struct out o = { 0 };

	out_str(&o, "a\xe2\x80\xae"
		    "b");
	unit_str(text(&o), "a\\u{202e}b");
	out_free(&o);
}

static void what_ends_a_quoted_text_is_escaped(void)
{
	struct out o = { 0 };

	out_escaped(&o, "a\"b\\c\x1b", 6);
	unit_str(text(&o), "a\\\"b\\\\c\\\\x1b");
	out_free(&o);
}

static void colour_only_when_asked(void)
{
	struct out o = { 0 };

	out_styled(&o, OUT_GOOD, "yes");
	unit_str(text(&o), "yes");
	o.len = 0;
	o.color = true;
	out_styled(&o, OUT_GOOD, "y\033s");
	unit_str(text(&o), "\033[32my\\x1bs\033[0m");
	out_free(&o);
}

static void words_wrap_at_the_width(void)
{
	struct out o = { .width = 20 };

	out_str(&o, "key  ");
	out_wrap(&o, 5, "one two three four five");
	unit_str(text(&o), "key  one two three\n     four five");
	out_free(&o);
}

static void tables_align_by_characters(void)
{
	static const struct table_column columns[] = { { "NAME", TABLE_LEFT },
						       { "N", TABLE_RIGHT },
						       { "TEXT", TABLE_LEFT } };
	struct out o = { 0 };
	struct table t;

	table_init(&t, columns, ARRAY_SIZE(columns));
	table_cell(&t, "ü");
	table_cell(&t, "7");
	table_cell(&t, "x");
	table_cell(&t, "abcdef");
	table_cell(&t, "10");
	table_cell(&t, NULL);
	table_render(&t, &o);
	unit_str(text(&o), "NAME     N  TEXT\nü        7  x\nabcdef  10  -\n");
	table_free(&t);
	out_free(&o);
}

int main(void)
{
	unit_run(plain_text_passes);
	unit_run(controls_are_shown_not_sent);
	unit_run(invalid_utf8_is_shown_as_bytes);
	unit_run(direction_overrides_are_shown);
	unit_run(what_ends_a_quoted_text_is_escaped);
	unit_run(colour_only_when_asked);
	unit_run(words_wrap_at_the_width);
	unit_run(tables_align_by_characters);
	return unit_done();
}
