/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The document: the one tree that a command builds and both renderings show. */
#include "config.h"
#include "render/doc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"

static json_object *must(json_object *obj)
{
	if (!obj) {
		fputs("iommuctl: out of memory\n", stderr);
		_Exit(1);
	}
	return obj;
}

json_object *doc_object(void)
{
	return must(json_object_new_object());
}

json_object *doc_list(void)
{
	return must(json_object_new_array());
}

json_object *doc_new(const char *command)
{
	json_object *doc = doc_object();

	doc_add(doc, "schema", doc_str(DOC_SCHEMA));
	doc_add(doc, "command", doc_str(command));
	return doc;
}

void doc_add(json_object *obj, const char *key, json_object *value)
{
	if (json_object_object_add_ex(obj, key, value, JSON_C_OBJECT_KEY_IS_CONSTANT))
		must(NULL);
}

void doc_add_copy(json_object *obj, const char *key, json_object *value)
{
	if (json_object_object_add(obj, key, value))
		must(NULL);
}

void doc_push(json_object *list, json_object *value)
{
	if (json_object_array_add(list, value))
		must(NULL);
}

/* Make text that came from outside valid: what is not UTF-8 is shown as \xNN. */
static json_object *repaired(const char *s, size_t len)
{
	char *buf = mem_alloc(len * 4 + 1);
	json_object *obj;
	size_t n = 0;

	while (len) {
		uint32_t code;
		size_t step = utf8_next(s, len, &code);

		if (step) {
			memcpy(buf + n, s, step);
			n += step;
		} else {
			n += (size_t)sprintf(buf + n, "\\x%02x", (unsigned int)code);
			step = 1;
		}
		s += step;
		len -= step;
	}
	obj = must(json_object_new_string_len(buf, (int)n));
	free(buf);
	return obj;
}

json_object *doc_strn(const char *s, size_t len)
{
	if (!utf8_valid(s, len))
		return repaired(s, len);
	return must(json_object_new_string_len(s, (int)len));
}

json_object *doc_str(const char *s)
{
	return s ? doc_strn(s, strlen(s)) : NULL;
}

json_object *doc_printf(const char *fmt, ...)
{
	json_object *obj;
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = mem_vprintf(fmt, ap);
	va_end(ap);
	obj = doc_str(s);
	free(s);
	return obj;
}

json_object *doc_int(int64_t v)
{
	return must(json_object_new_int64(v));
}

json_object *doc_uint(uint64_t v)
{
	return must(v > INT64_MAX ? json_object_new_uint64(v) : json_object_new_int64((int64_t)v));
}

json_object *doc_bool(bool v)
{
	return must(json_object_new_boolean(v));
}

json_object *doc_hex(uint64_t v, unsigned int bits)
{
	char buf[32];
	int n = snprintf(buf, sizeof(buf), "0x%0*" PRIx64, (int)((bits + 3) / 4), v);

	return must(json_object_new_string_len(buf, n));
}

json_object *doc_get(json_object *obj, const char *key)
{
	json_object *value = NULL;

	if (!json_object_is_type(obj, json_type_object) ||
	    !json_object_object_get_ex(obj, key, &value))
		return NULL;
	return value;
}

static bool step(json_object **obj, const char *key, size_t len)
{
	char *name = mem_strndup(key, len), *end;
	bool found = false;

	if (json_object_is_type(*obj, json_type_object)) {
		found = json_object_object_get_ex(*obj, name, obj);
	} else if (json_object_is_type(*obj, json_type_array)) {
		unsigned long i = strtoul(name, &end, 10);

		found = end != name && !*end && i < json_object_array_length(*obj);
		if (found)
			*obj = json_object_array_get_idx(*obj, i);
	}
	free(name);
	return found;
}

json_object *doc_path(json_object *obj, const char *path, bool *found)
{
	bool ok = *path != '\0';

	while (ok && *path) {
		size_t len = strcspn(path, ".");

		ok = step(&obj, path, len);
		path += len;
		path += *path == '.';
	}
	if (found)
		*found = ok;
	return ok ? obj : NULL;
}

const char *doc_get_str(json_object *obj, const char *key, const char *fallback)
{
	json_object *v = doc_get(obj, key);

	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : fallback;
}

int64_t doc_get_int(json_object *obj, const char *key, int64_t fallback)
{
	json_object *v = doc_get(obj, key);

	return json_object_is_type(v, json_type_int) ? json_object_get_int64(v) : fallback;
}

bool doc_get_bool(json_object *obj, const char *key, bool fallback)
{
	json_object *v = doc_get(obj, key);

	return json_object_is_type(v, json_type_boolean) ? json_object_get_boolean(v) : fallback;
}

bool doc_get_hex(json_object *obj, const char *key, uint64_t *v)
{
	const char *s = doc_get_str(obj, key, "");
	char *end;

	if (strncmp(s, "0x", 2) || strlen(s) > 18 || !s[2])
		return false;
	errno = 0;
	*v = strtoull(s + 2, &end, 16);
	return !*end && !errno;
}

size_t doc_len(json_object *list)
{
	return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

json_object *doc_at(json_object *list, size_t i)
{
	return json_object_array_get_idx(list, i);
}

json_object *doc_members(json_object *obj)
{
	static json_object *none;

	if (json_object_is_type(obj, json_type_object))
		return obj;
	if (!none)
		none = doc_object();
	return none;
}

json_object *doc_find(json_object *list, const char *key, const char *value)
{
	for (size_t i = 0; i < doc_len(list); i++)
		if (!strcmp(doc_get_str(doc_at(list, i), key, ""), value))
			return doc_at(list, i);
	return NULL;
}

const char *doc_str_at(json_object *list, size_t i, const char *fallback)
{
	json_object *value = doc_at(list, i);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value)
							    : fallback;
}

bool doc_has_str(json_object *list, const char *s)
{
	for (size_t i = 0; i < doc_len(list); i++)
		if (!strcmp(doc_str_at(list, i, ""), s))
			return true;
	return false;
}

json_object *doc_errors(void)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < err_count(); i++) {
		const struct err_record *r = err_get(i);
		json_object *e = doc_object();

		doc_add(e, "message", doc_str(r->what));
		doc_add(e, "subject", doc_str(r->subject));
		doc_add(e, "errno", doc_str(r->errnum ? err_name(r->errnum) : NULL));
		doc_add(e, "cause", doc_str(r->cause));
		doc_add(e, "next", doc_str(r->next));
		doc_push(list, e);
	}
	return list;
}

static const char *json_text(json_object *doc, bool one_line, size_t *len)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *s;

	if (!one_line)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	s = json_object_to_json_string_length(doc, flags, len);
	if (!s)
		must(NULL);
	return s;
}

/*
 * The first character that json-c leaves as it is, but that a terminal obeys: DEL, those of
 * U+0080 to U+009F, those that turn the direction of text. They are in strings only. @len is for
 * none. @s is terminated.
 */
static size_t find_control(const char *s, size_t len, size_t *width, uint32_t *code)
{
	static const char begin_with[] = "\x7f\xc2\xe2";

	for (size_t i = strcspn(s, begin_with); i < len; i += 1 + strcspn(s + i + 1, begin_with)) {
		*width = utf8_next(s + i, len - i, code);
		if (*width && utf8_is_control(*code))
			return i;
	}
	return len;
}

static void put_json(struct out *o, const char *s, size_t len)
{
	while (len) {
		size_t width = 0, n;
		uint32_t code = 0;
		char escape[8];

		n = find_control(s, len, &width, &code);
		out_raw(o, s, n);
		if (n == len)
			return;
		snprintf(escape, sizeof(escape), "\\u%04x", (unsigned int)code & 0xffff);
		out_raw(o, escape, 6);
		s += n + width;
		len -= n + width;
	}
}

void doc_render_json(struct out *o, json_object *doc, bool one_line)
{
	size_t len;
	const char *s = json_text(doc, one_line, &len);

	put_json(o, s, len);
	out_raw(o, "\n", 1);
}

int doc_write_json(json_object *doc, int fd, bool one_line)
{
	size_t len, width;
	uint32_t code;
	const char *s = json_text(doc, one_line, &len);

	if (find_control(s, len, &width, &code) < len) {
		struct out o = { 0 };
		int rc;

		put_json(&o, s, len);
		out_raw(&o, "\n", 1);
		rc = out_write(fd, o.data, o.len);
		out_free(&o);
		return rc;
	}
	return out_write(fd, s, len) || out_write(fd, "\n", 1) ? -1 : 0;
}
