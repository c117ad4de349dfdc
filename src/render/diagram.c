/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers as pictures: boxes over bit numbers, as specifications draw them.
 *
 * A register is cut into rows, a row into boxes: runs of bits that belong to
 * one field, or to none and are reserved. A field that crosses the end of a row
 * has a box in both.
 */
#include "config.h"
#include "render/diagram.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum {
	BITS_MAX = 64,
	INDENT = 2,
	CELL_MIN = 3,  /* columns of a bit between two lines: room for its number */
	CELL_MAX = 7,  /* wider boxes only take the eye apart */
	TERMINAL = 80, /* columns when nothing else is known */
	MARK_SIZE = 3,
};

struct box_field {
	const char *name;
	json_object *doc;
	unsigned int hi, lo;
	char mark[MARK_SIZE]; /* stands for a name that does not fit, or "" */
};

/* One register, on its way to the page. */
struct picture {
	struct out *o;
	bool ascii;
	unsigned int bits, per_row, cell;
	uint64_t value;
	struct box_field fields[BITS_MAX];
	size_t n_fields;
	int owner[BITS_MAX]; /* field of a bit, or -1: reserved */
};

/* Bits @hi to @lo of one row, which belong together. */
struct box {
	const struct box_field *field; /* NULL: reserved */
	unsigned int hi, lo;
};

/* --- what is drawn ---------------------------------------------------------------------------- */

static bool parse_bits(const char *text, unsigned int *hi, unsigned int *lo)
{
	char end;
	int n = sscanf(text, "%2u:%2u%c", hi, lo, &end);

	if (n == 1)
		*lo = *hi;
	return (n == 1 || n == 2) && *hi < BITS_MAX && *lo <= *hi;
}

static void take_field(struct picture *p, const char *name, json_object *doc)
{
	struct box_field *f = &p->fields[p->n_fields];

	/* Reserved bits that are set belong to no field: they are drawn where they are. */
	if (p->n_fields == BITS_MAX || !strcmp(name, "RSVD") ||
	    !parse_bits(doc_get_str(doc, "bits", ""), &f->hi, &f->lo))
		return;
	f->name = name;
	f->doc = doc;
	for (unsigned int bit = f->lo; bit <= f->hi; bit++)
		p->owner[bit] = (int)p->n_fields;
	p->n_fields++;
}

/* The next box of a row, downwards from @hi to the last bit @end of the row. */
static struct box box_at(const struct picture *p, unsigned int hi, unsigned int end)
{
	struct box b = { NULL, hi, hi };

	while (b.lo > end && p->owner[b.lo - 1] == p->owner[hi])
		b.lo--;
	if (p->owner[hi] >= 0)
		b.field = &p->fields[p->owner[hi]];
	return b;
}

static size_t box_width(const struct picture *p, const struct box *b)
{
	return (size_t)(b->hi - b->lo + 1) * (p->cell + 1) - 1;
}

/* The part of a field that a row has; of parts in two rows the wider one, the upper of equals. */
static bool is_widest_part(const struct picture *p, const struct box *b)
{
	unsigned int have = b->hi - b->lo + 1, at = b->field->hi;

	for (unsigned int bit = b->field->hi;; bit--) {
		if (bit == b->field->lo || bit % p->per_row == 0) {
			unsigned int part = at - bit + 1;

			if (part > have || (part == have && at > b->hi))
				return false;
			at = bit ? bit - 1 : 0;
		}
		if (bit == b->field->lo)
			return true;
	}
}

static void mark_name(unsigned int n, char *mark)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	unsigned int count = sizeof(letters) - 1;

	mark[0] = letters[n % count];
	mark[1] = n < count ? '\0' : letters[n % count];
	mark[2] = '\0';
}

/* Names too wide for one of their boxes get letters, from the highest bit on. */
static void give_marks(struct picture *p)
{
	unsigned int n = 0;

	for (unsigned int top = p->bits; top > 0;) {
		unsigned int end = (top - 1) / p->per_row * p->per_row;
		struct box b = box_at(p, top - 1, end);
		struct box_field *f = p->owner[b.hi] >= 0 ? &p->fields[p->owner[b.hi]] : NULL;

		if (f && !f->mark[0] && utf8_width(f->name) > box_width(p, &b))
			mark_name(n++, f->mark);
		top = b.lo;
	}
}

/* --- lines ------------------------------------------------------------------------------------ */

static void repeat(struct out *o, const char *s, size_t n)
{
	while (n--)
		out_str(o, s);
}

static void center(struct out *o, enum out_style style, const char *text, size_t width)
{
	size_t len = utf8_width(text), left = len < width ? (width - len + 1) / 2 : 0;

	out_pad(o, left);
	out_styled(o, style, text);
	out_pad(o, width > left + len ? width - left - len : 0);
}

static void numbers_line(struct picture *p, unsigned int hi, unsigned int lo)
{
	out_pad(p->o, INDENT);
	for (unsigned int bit = hi + 1; bit-- > lo;) {
		char text[12];

		snprintf(text, sizeof(text), "%u", bit);
		out_pad(p->o, 1);
		center(p->o, OUT_DIM, text, p->cell);
	}
	/* No space at the end of a line. */
	while (p->o->len && p->o->data[p->o->len - 1] == ' ')
		p->o->len--;
	out_str(p->o, "\n");
}

/* A border: corners, a dash, and what stands where boxes meet. */
static void border_line(struct picture *p, unsigned int hi, unsigned int lo, bool top)
{
	const char *left = p->ascii ? "+" : top ? "┌" : "└";
	const char *right = p->ascii ? "+" : top ? "┐" : "┘";
	const char *between = p->ascii ? "+" : top ? "┬" : "┴";

	out_pad(p->o, INDENT);
	out_str(p->o, left);
	for (unsigned int at = hi + 1; at > lo;) {
		struct box b = box_at(p, at - 1, lo);

		repeat(p->o, p->ascii ? "-" : "─", box_width(p, &b));
		out_str(p->o, b.lo > lo ? between : right);
		at = b.lo;
	}
	out_str(p->o, "\n");
}

static const char *hatch(const struct picture *p)
{
	return p->ascii ? "/" : "░";
}

static void put_name(struct picture *p, const struct box *b)
{
	size_t width = box_width(p, b);

	if (!b->field)
		repeat(p->o, hatch(p), width);
	else
		center(p->o, OUT_BOLD, b->field->mark[0] ? b->field->mark : b->field->name, width);
}

/* The bits themselves, each below its number. */
static void put_bits(struct picture *p, const struct box *b)
{
	for (unsigned int bit = b->hi + 1; bit-- > b->lo;) {
		bool set = p->value >> bit & 1;

		if (b->field)
			center(p->o, set ? OUT_PLAIN : OUT_DIM, set ? "1" : "0", p->cell);
		else if (set)
			center(p->o, OUT_WARN, "1", p->cell);
		else
			repeat(p->o, hatch(p), p->cell);
		if (bit > b->lo && b->field)
			out_pad(p->o, 1);
		else if (bit > b->lo)
			out_str(p->o, hatch(p));
	}
}

static uint64_t field_value(const struct picture *p, const struct box_field *f)
{
	return p->value >> f->lo & UINT64_MAX >> (BITS_MAX - 1 - (f->hi - f->lo));
}

static enum out_style value_style(const struct picture *p, const struct box_field *f)
{
	if (doc_get_bool(f->doc, "reserved", false))
		return OUT_WARN;
	return field_value(p, f) ? OUT_GOOD : OUT_DIM;
}

static void value_text(const struct picture *p, const struct box_field *f, char *buf, size_t size)
{
	uint64_t raw = field_value(p, f);

	snprintf(buf, size, raw < 10 ? "%" PRIu64 : "0x%" PRIx64, raw);
}

/* One value a field, in its wider box; the other one says that there is more of it. */
static void put_value(struct picture *p, const struct box *b)
{
	size_t width = box_width(p, b);
	char text[24];

	if (!b->field) {
		repeat(p->o, hatch(p), width);
		return;
	}
	value_text(p, b->field, text, sizeof(text));
	if (is_widest_part(p, b))
		center(p->o, value_style(p, b->field), text, width);
	else
		center(p->o, OUT_DIM, p->ascii ? "..." : "…", width);
}

static void boxes_line(struct picture *p, unsigned int hi, unsigned int lo,
		       void (*put)(struct picture *, const struct box *))
{
	const char *wall = p->ascii ? "|" : "│";

	out_pad(p->o, INDENT);
	out_str(p->o, wall);
	for (unsigned int at = hi + 1; at > lo;) {
		struct box b = box_at(p, at - 1, lo);

		put(p, &b);
		out_str(p->o, wall);
		at = b.lo;
	}
	out_str(p->o, "\n");
}

static void draw_rows(struct picture *p)
{
	for (unsigned int top = p->bits; top > 0;) {
		unsigned int hi = top - 1, lo = hi / p->per_row * p->per_row;

		numbers_line(p, hi, lo);
		border_line(p, hi, lo, true);
		boxes_line(p, hi, lo, put_name);
		boxes_line(p, hi, lo, put_bits);
		boxes_line(p, hi, lo, put_value);
		border_line(p, hi, lo, false);
		top = lo;
	}
}

/* --- legend ----------------------------------------------------------------------------------- */

static void legend_line(struct picture *p, const struct box_field *f, size_t name_width)
{
	char value[24];

	value_text(p, f, value, sizeof(value));
	out_pad(p->o, INDENT);
	out_cell(p->o, f->mark, MARK_SIZE);
	out_cell(p->o, f->name, name_width + 1);
	out_printf(p->o, "%5s  = ", doc_get_str(f->doc, "bits", ""));
	out_styled(p->o, value_style(p, f), value);
	out_str(p->o, " ");
	out_wrap(p->o, INDENT + MARK_SIZE + name_width + 10, doc_get_str(f->doc, "meaning", ""));
	out_str(p->o, "\n");
}

static bool has_reserved(const struct picture *p)
{
	for (unsigned int bit = 0; bit < p->bits; bit++)
		if (p->owner[bit] < 0)
			return true;
	return false;
}

/* From the highest bit down, as the eye meets the letters. */
static void legend(struct picture *p)
{
	size_t width = 0;

	for (size_t i = 0; i < p->n_fields; i++)
		if (p->fields[i].mark[0] && utf8_width(p->fields[i].name) > width)
			width = utf8_width(p->fields[i].name);
	for (unsigned int bit = p->bits; bit-- > 0;)
		if (p->owner[bit] >= 0 && p->fields[p->owner[bit]].hi == bit &&
		    p->fields[p->owner[bit]].mark[0])
			legend_line(p, &p->fields[p->owner[bit]], width);
	if (has_reserved(p)) {
		out_pad(p->o, INDENT);
		repeat(p->o, hatch(p), MARK_SIZE - 1);
		out_str(p->o, " reserved\n");
	}
}

/* --- all of it -------------------------------------------------------------------------------- */

/* As many bits a row as there is room for, and boxes as wide as that leaves. */
static void choose_widths(struct picture *p)
{
	unsigned int room = p->o->width ? p->o->width : TERMINAL;

	room = room > INDENT + 1 ? room - INDENT - 1 : 0;
	p->per_row = BITS_MAX;
	while (p->per_row > 8 && room / p->per_row < CELL_MIN + 1)
		p->per_row /= 2;
	if (p->per_row > p->bits)
		p->per_row = p->bits;
	p->cell = room / p->per_row;
	p->cell = p->cell > CELL_MAX + 1 ? CELL_MAX : p->cell > CELL_MIN ? p->cell - 1 : CELL_MIN;
}

static void draw_register(struct out *o, const char *name, json_object *reg)
{
	const char *hex = doc_get_str(reg, "value", "0x0");
	struct picture *p = mem_zalloc(sizeof(*p));

	p->o = o;
	p->ascii = !utf8_locale();
	/* The value is padded to the width of the register. */
	p->bits = strlen(hex) > 2 ? (unsigned int)(strlen(hex) - 2) * 4 : 0;
	p->value = strtoull(hex, NULL, 16);
	memset(p->owner, -1, sizeof(p->owner));
	out_str(o, "\n");
	out_styled(o, OUT_BOLD, name);
	out_printf(o, "  %s ", hex);
	out_wrap(o, INDENT, doc_get_str(reg, "title", ""));
	out_str(o, "\n");
	if (p->bits && p->bits <= BITS_MAX) {
		json_object_object_foreach(doc_get(reg, "fields"), key, f) take_field(p, key, f);
		choose_widths(p);
		give_marks(p);
		draw_rows(p);
		legend(p);
	}
	free(p);
}

void diagram_view(struct out *o, json_object *doc)
{
	json_object *warnings = doc_get(doc, "warnings"), *registers = doc_get(doc, "registers");

	if (registers) {
		json_object_object_foreach(registers, name, reg) draw_register(o, name, reg);
	}
	if (doc_len(warnings))
		out_str(o, "\n");
	for (size_t i = 0; i < doc_len(warnings); i++) {
		out_styled(o, OUT_WARN, "warning");
		out_str(o, "  ");
		out_wrap(o, 9, json_object_get_string(doc_at(warnings, i)));
		out_str(o, "\n");
	}
}
