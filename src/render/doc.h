/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The document: the one tree that a command builds and both renderings show.
 *
 * Thin helpers over json-c that keep the conventions: registers and addresses
 * are lower-case hex strings padded to their width, counts are integers,
 * unknown is null, strings are valid UTF-8, keys keep their order.
 */
#ifndef IOMMUCTL_RENDER_DOC_H
#define IOMMUCTL_RENDER_DOC_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/out.h"

#define DOC_SCHEMA "iommuctl/1"

/** A new document of @command: {"schema", "command"}. */
json_object *doc_new(const char *command);

/** A new object, or list. Never NULL. */
json_object *doc_object(void);
json_object *doc_list(void);

/**
 * doc_add() - add a member at the end of an object
 * @key: a string constant: it is not copied
 * @value: owned by the object afterwards; NULL is the JSON null
 *
 * A key that is there already is replaced (and keeps its place).
 */
void doc_add(json_object *obj, const char *key, json_object *value);

/** The same for a key that does not live on: it is copied. */
void doc_add_copy(json_object *obj, const char *key, json_object *value);

/** Append to a list. */
void doc_push(json_object *list, json_object *value);

/** Values. doc_str() of NULL is null; invalid UTF-8 becomes \xNN. */
json_object *doc_str(const char *s);
json_object *doc_strn(const char *s, size_t len);
json_object *doc_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
json_object *doc_int(int64_t v);
json_object *doc_uint(uint64_t v);
json_object *doc_bool(bool v);
/** "0x" and @bits / 4 hex digits; @bits 0 pads nothing. */
json_object *doc_hex(uint64_t v, unsigned int bits);

/** Reading. Missing members, and members of another type, give the fallback. */
json_object *doc_get(json_object *obj, const char *key);
/** A path of keys and list indices: "iommus.0.capabilities.pasid_bits"; NULL when a step is missing
 * or null.
 *  @found (may be NULL) tells a null that is there from a missing member. */
json_object *doc_path(json_object *obj, const char *path, bool *found);
const char *doc_get_str(json_object *obj, const char *key, const char *fallback);
int64_t doc_get_int(json_object *obj, const char *key, int64_t fallback);
bool doc_get_bool(json_object *obj, const char *key, bool fallback);
/** A hex string member as a number. False when it is missing or no such string. */
bool doc_get_hex(json_object *obj, const char *key, uint64_t *v);
size_t doc_len(json_object *list);
json_object *doc_at(json_object *list, size_t i);
/** @obj, or an object without members when it is none: for json_object_object_foreach(), which
 * takes nothing else, over what may come from a file. Borrowed. */
json_object *doc_members(json_object *obj);
/** The first element of a list whose member @key is the string @value, or NULL. */
json_object *doc_find(json_object *list, const char *key, const char *value);
/** The string at a place of a list; the fallback when there is no string. */
const char *doc_str_at(json_object *list, size_t i, const char *fallback);
/** True when a list holds the string. */
bool doc_has_str(json_object *list, const char *s);

/** The "errors" list, from what err_report() was told: always an array. */
json_object *doc_errors(void);

/** A text view of a document. */
typedef void doc_view(struct out *o, json_object *doc);

/** Write the document to @fd as doc_render_json() would, without a copy of it. 0, or -1 with errno.
 */
int doc_write_json(json_object *doc, int fd, bool one_line);

/** Append the document as JSON with two-space indentation, or on one line. */
void doc_render_json(struct out *o, json_object *doc, bool one_line);

#endif
