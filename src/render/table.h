/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables: rows of cells with aligned columns, the way lsblk and lscpu print.
 */
#ifndef IOMMUCTL_RENDER_TABLE_H
#define IOMMUCTL_RENDER_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/out.h"

struct table_column {
	const char *title;
	enum { TABLE_LEFT, TABLE_RIGHT } align;
};

struct table {
	const struct table_column *columns;
	size_t n_columns;
	char **cells; /* n_rows * n_columns, owned */
	enum out_style *styles;
	size_t n_cells;
	bool no_titles; /* leave the title row out */
};

/** Begin a table; @columns must live as long as it. */
void table_init(struct table *t, const struct table_column *columns, size_t n_columns);

/** Add the next cell, copied; NULL shows as "-". A row is full after n_columns cells. */
void table_cell(struct table *t, const char *text);
void table_cell_styled(struct table *t, enum out_style style, const char *text);

/**
 * table_render() - append the table, title row first (when there is a row)
 *
 * The last column is not padded. When the terminal is narrower than the table,
 * the last column is cut with an ellipsis; nothing else is ever cut, and off a
 * terminal nothing is.
 */
void table_render(const struct table *t, struct out *o);

/** Append @text in a style, cut to @room columns with an ellipsis; 0 cuts nothing. */
void table_cut(struct out *o, enum out_style style, const char *text, size_t room);

/** Free the cells. */
void table_free(struct table *t);

#endif
