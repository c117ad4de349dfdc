/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of list: what each one shows and which keys of the document it is made from.
 */
#ifndef IOMMUCTL_COMMANDS_LIST_COLUMNS_H
#define IOMMUCTL_COMMANDS_LIST_COLUMNS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "render/table.h"

/* What the rows are. */
enum list_view { LIST_DEVICES, LIST_GROUPS, LIST_IOMMUS, LIST_VIEWS };

struct list_column {
	enum list_view view;
	const char *name;    /* as in -o */
	const char *keys[3]; /* of the document, ended by NULL */
	const char *doc;
	enum { SHOW_ON_REQUEST, SHOW_VERBOSE, SHOW_ALWAYS } show;
	bool right; /* numbers */
	/* The text of a cell from the row's object, to be freed; NULL for the first key's value. */
	char *(*text)(json_object *row);
};

extern const struct list_column list_columns[];
extern const size_t n_list_columns;

/* Columns that were chosen, in their order. */
struct list_choice {
	const struct list_column **columns;
	size_t n;
};

/** Key of a view's list in the document, and its name in messages. */
const char *list_view_key(enum list_view view);

/** The columns a view shows when none are named. */
void list_columns_default(struct list_choice *choice, enum list_view view, bool verbose);

/**
 * list_columns_parse() - the columns named by -o
 * @words: "name,driver", "all"; cut apart in place
 *
 * Returns STATUS_OK, or STATUS_TROUBLE after reporting the word that is no column of @view.
 */
int list_columns_parse(struct list_choice *choice, enum list_view view, char *words);

/** Every column of every view, as the document of --list-columns, and that as text. */
json_object *list_columns_doc(void);
void list_columns_view(struct out *o, json_object *doc);

/** True when a chosen column is made from the key @key. */
bool list_shows(const struct list_choice *choice, const char *key);

/** The text of one cell, to be freed; NULL when there is nothing to show. */
char *list_cell(const struct list_column *column, json_object *row);

/** Remove all keys from @row that no chosen column is made from. */
void list_restrict(const struct list_choice *choice, json_object *row);

#endif
