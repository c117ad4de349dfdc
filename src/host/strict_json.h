/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading JSON that comes from strangers.
 *
 * json-c holds the values, but its own parser takes duplicate keys (the last
 * one wins), numbers out of range (they saturate) and, unless told otherwise,
 * text that is not UTF-8, and it cannot say in which line a problem is. This
 * reader takes exactly RFC 8259 with unique keys, numbers that fit and bounded
 * depth, and names the place of anything else. It can hand the elements of
 * long lists over one by one, so that a large report never is in memory as a
 * tree.
 */
#ifndef IOMMUCTL_HOST_STRICT_JSON_H
#define IOMMUCTL_HOST_STRICT_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

enum { STRICT_JSON_DEPTH = 64 };

struct strict_json_error {
	size_t offset;       /* byte in the text, from 0 */
	size_t line, column; /* from 1; the column counts bytes */
	char what[192];      /* what is wrong, lower case, no full stop */
	bool cut_short;      /* the text ends where more must come */
};

/**
 * strict_json_element() - an element of a list that is a member of the top-level object
 * @key: the member's key ("devices")
 * @value: the element; call json_object_get() to keep it
 * @offset: where it begins in the text
 *
 * Returns true when it was taken care of; it is then left out of the tree.
 */
typedef bool strict_json_element(void *ctx, const char *key, json_object *value, size_t offset);

/**
 * strict_json_parse() - one JSON text, which must be an object
 * @element: called for elements of top-level lists, or NULL
 * @error: filled in when it fails
 *
 * Returns the tree, or NULL. @element may have been called before an error is found.
 */
json_object *strict_json_parse(const char *text, size_t len, strict_json_element *element,
			       void *ctx, struct strict_json_error *error);

/** Line and column, from 1, of a byte of the text. */
void strict_json_place(const char *text, size_t offset, size_t *line, size_t *column);

#endif
