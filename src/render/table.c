/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables: rows of cells with aligned columns. */
#include "config.h"
#include "render/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

void table_init(struct table *t, const struct table_column *columns, size_t n_columns)
{
	memset(t, 0, sizeof(*t));
	t->columns = columns;
	t->n_columns = n_columns;
}

void table_cell_styled(struct table *t, enum out_style style, const char *text)
{
	t->cells = mem_grow(t->cells, t->n_cells, sizeof(*t->cells));
	t->styles = mem_grow(t->styles, t->n_cells, sizeof(*t->styles));
	t->styles[t->n_cells] = style;
	/* A cell is on one line whatever was put into it. */
	t->cells[t->n_cells++] = utf8_one_line(text && *text ? text : "-");
}

void table_cell(struct table *t, const char *text)
{
	table_cell_styled(t, OUT_PLAIN, text);
}

static size_t *column_widths(const struct table *t)
{
	size_t *widths = mem_zalloc(t->n_columns * sizeof(*widths));

	for (size_t c = 0; c < t->n_columns; c++)
		widths[c] = utf8_width(t->columns[c].title);
	for (size_t i = 0; i < t->n_cells; i++) {
		size_t w = utf8_width(t->cells[i]), c = i % t->n_columns;

		widths[c] = w > widths[c] ? w : widths[c];
	}
	return widths;
}

/* Room for the last column, or 0 for no limit. */
static size_t last_room(const struct table *t, const struct out *o, const size_t *widths)
{
	size_t used = 0;

	for (size_t c = 0; c + 1 < t->n_columns; c++)
		used += widths[c] + 2;
	return o->width > used + 8 ? o->width - used : 0;
}

void table_cut(struct out *o, enum out_style style, const char *text, size_t room)
{
	size_t len = strlen(text), n = 0;
	char *cut;

	if (!room || utf8_width(text) <= room) {
		out_styled(o, style, text);
		return;
	}
	for (size_t w = 0; n < len && w + 1 < room; w++) {
		uint32_t code;
		size_t step = utf8_next(text + n, len - n, &code);

		n += step ? step : 1;
	}
	cut = mem_printf("%.*s…", (int)n, text);
	out_styled(o, style, cut);
	free(cut);
}

static void render_row(const struct table *t, struct out *o, char *const *cells,
		       const enum out_style *styles, const size_t *widths)
{
	size_t room = last_room(t, o, widths);

	for (size_t c = 0; c < t->n_columns; c++) {
		const char *text = cells ? cells[c] : t->columns[c].title;
		enum out_style style = styles ? styles[c] : OUT_BOLD;
		size_t w = utf8_width(text), pad = widths[c] > w ? widths[c] - w : 0;
		bool last = c + 1 == t->n_columns;

		if (t->columns[c].align == TABLE_RIGHT)
			out_pad(o, pad);
		table_cut(o, style, text, last ? room : 0);
		if (last)
			break;
		out_pad(o, (t->columns[c].align == TABLE_RIGHT ? 0 : pad) + 2);
	}
	out_str(o, "\n");
}

void table_render(const struct table *t, struct out *o)
{
	size_t *widths;

	if (!t->n_cells)
		return;
	widths = column_widths(t);
	if (!t->no_titles)
		render_row(t, o, NULL, NULL, widths);
	for (size_t i = 0; i + t->n_columns <= t->n_cells; i += t->n_columns)
		render_row(t, o, t->cells + i, t->styles + i, widths);
	free(widths);
}

void table_free(struct table *t)
{
	for (size_t i = 0; i < t->n_cells; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t->styles);
	memset(t, 0, sizeof(*t));
}
