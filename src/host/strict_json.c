/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading JSON that comes from strangers. */
#include "config.h"
#include "host/strict_json.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

struct reader {
	const char *text, *end, *at;
	struct strict_json_error *error;
	unsigned int depth;
	strict_json_element *element;
	void *ctx;
	const char *list; /* key of the top-level member that is being read */
	char *scratch;    /* an unescaped string */
	size_t scratch_size;
};

/* A string of the text: within it when nothing was escaped, else in the scratch buffer. */
struct piece {
	const char *s;
	size_t len;
};

static bool parse_value(struct reader *r, json_object **value);

/* Always false, so that callers can return it. */
static bool fail_at(struct reader *r, const char *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static bool fail_at(struct reader *r, const char *at, const char *fmt, ...)
{
	struct strict_json_error *e = r->error;
	va_list ap;

	e->offset = (size_t)(at - r->text);
	va_start(ap, fmt);
	vsnprintf(e->what, sizeof(e->what), fmt, ap);
	va_end(ap);
	return false;
}

static bool cut_short(struct reader *r, const char *where)
{
	r->error->cut_short = true;
	return fail_at(r, r->end, "the text ends %s", where);
}

static void skip_space(struct reader *r)
{
	while (r->at < r->end &&
	       (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
		r->at++;
}

/* --- strings -------------------------------------------------------------------------- */

/* Four hex digits; -1 when they are none. */
static int hex4(const char *s)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!isxdigit(c))
			return -1;
		v = v << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

static size_t put_utf8(char *to, unsigned int code)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 0x3f));
		to[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | code >> 18);
	to[1] = (char)(0x80 | (code >> 12 & 0x3f));
	to[2] = (char)(0x80 | (code >> 6 & 0x3f));
	to[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

static size_t min_len(ptrdiff_t left, size_t want)
{
	return (size_t)left < want ? (size_t)left : want;
}

/* \uXXXX, perhaps a pair of them. r->at is behind the 'u'. */
static bool parse_unicode(struct reader *r, char *to, size_t *n)
{
	int code, low;

	if (r->end - r->at < 4)
		return cut_short(r, "in a string");
	code = hex4(r->at);
	if (code < 0)
		return fail_at(r, r->at, "\\u needs four hex digits");
	if (code >= 0xdc00 && code < 0xe000)
		return fail_at(r, r->at, "half of a surrogate pair");
	r->at += 4;
	if (code >= 0xd800 && code < 0xdc00) {
		low = -1;
		if (!memcmp(r->at, "\\u", min_len(r->end - r->at, 2))) {
			if (r->end - r->at < 6)
				return cut_short(r, "in a string");
			low = hex4(r->at + 2);
		}
		if (low < 0xdc00 || low > 0xdfff)
			return fail_at(r, r->at, "half of a surrogate pair");
		r->at += 6;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	if (!code)
		return fail_at(r, r->at, "a NUL in a string");
	*n += put_utf8(to + *n, (unsigned int)code);
	return true;
}

static bool parse_escape(struct reader *r, char *to, size_t *n)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	const char *hit;

	if (r->end - r->at < 2)
		return cut_short(r, "in a string");
	if (r->at[1] == 'u') {
		r->at += 2;
		return parse_unicode(r, to, n);
	}
	hit = r->at[1] ? strchr(from, r->at[1]) : NULL;
	if (!hit)
		return fail_at(r, r->at, "an unknown escape in a string");
	to[(*n)++] = into[hit - from];
	r->at += 2;
	return true;
}

/* Bytes that need no second look: printable ASCII but for '"' and '\'. */
static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* One character of a string that is not plain, from r->at to @to. */
static bool parse_odd(struct reader *r, char *to, size_t *n)
{
	uint32_t code;
	size_t step;

	if (*r->at == '\\')
		return parse_escape(r, to, n);
	if ((unsigned char)*r->at < 0x20)
		return fail_at(r, r->at, "a control character in a string");
	step = utf8_next(r->at, (size_t)(r->end - r->at), &code);
	if (!step)
		return fail_at(r, r->at, "a byte that is not UTF-8");
	memcpy(to + *n, r->at, step);
	*n += step;
	r->at += step;
	return true;
}

/* The rest of a string that holds more than plain characters: copied to the scratch buffer. */
static bool parse_odd_string(struct reader *r, const char *start, struct piece *out)
{
	size_t n = (size_t)(r->at - start);

	/* Unescaping never makes longer, and no string is longer than the rest of the text. */
	if (r->scratch_size < (size_t)(r->end - start)) {
		r->scratch_size = (size_t)(r->end - start);
		r->scratch = mem_realloc(r->scratch, r->scratch_size, 1);
	}
	memcpy(r->scratch, start, n);
	while (r->at < r->end && *r->at != '"') {
		if (is_plain(*r->at))
			r->scratch[n++] = *r->at++;
		else if (!parse_odd(r, r->scratch, &n))
			return false;
	}
	out->s = r->scratch;
	out->len = n;
	return true;
}

/* r->at is at the opening quote; ends behind the closing one. */
static bool parse_string(struct reader *r, struct piece *out)
{
	const char *start = ++r->at;

	while (r->at < r->end && is_plain(*r->at))
		r->at++;
	out->s = start;
	out->len = (size_t)(r->at - start);
	if (r->at < r->end && *r->at != '"' && !parse_odd_string(r, start, out))
		return false;
	if (r->at == r->end)
		return cut_short(r, "in a string");
	if (out->len > INT32_MAX)
		return fail_at(r, start, "a string of %zu bytes", out->len);
	r->at++;
	return true;
}

/* --- numbers and words ---------------------------------------------------------------- */

static bool digits(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && isdigit((unsigned char)*r->at))
		r->at++;
	return r->at > start;
}

static bool parse_fraction(struct reader *r, const char *start, json_object **value)
{
	char buf[64];
	double v;

	if (r->at < r->end && *r->at == '.') {
		r->at++;
		if (!digits(r))
			return fail_at(r, r->at, "digits must follow the point of a number");
	}
	if (r->at < r->end && (*r->at | 0x20) == 'e') {
		r->at++;
		if (r->at < r->end && (*r->at == '+' || *r->at == '-'))
			r->at++;
		if (!digits(r))
			return fail_at(r, r->at, "digits must follow the exponent of a number");
	}
	if ((size_t)(r->at - start) >= sizeof(buf))
		return fail_at(r, start, "a number of %td characters", r->at - start);
	memcpy(buf, start, (size_t)(r->at - start));
	buf[r->at - start] = '\0';
	v = strtod(buf, NULL);
	if (!isfinite(v))
		return fail_at(r, start, "the number %s is out of range", buf);
	*value = json_object_new_double(v);
	return true;
}

static bool parse_number(struct reader *r, json_object **value)
{
	const char *start = r->at, *first;
	bool negative = *r->at == '-', fits = true;
	uint64_t v = 0;

	r->at += negative;
	first = r->at;
	if (!digits(r))
		return r->at == r->end ? cut_short(r, "in a number")
				       : fail_at(r, r->at, "a number needs digits");
	if (*first == '0' && r->at - first > 1)
		return fail_at(r, start, "a number with leading zeros");
	if (r->at < r->end && (*r->at == '.' || (*r->at | 0x20) == 'e'))
		return parse_fraction(r, start, value);
	for (const char *d = first; d < r->at && fits; d++) {
		unsigned int digit = (unsigned int)(*d - '0');

		fits = v <= (UINT64_MAX - digit) / 10;
		v = v * 10 + digit;
	}
	if (!fits || (negative && v > (uint64_t)INT64_MAX + 1))
		return fail_at(r, start, "the number %.*s%s is out of range",
			       (int)(r->at - start > 24 ? 24 : r->at - start), start,
			       r->at - start > 24 ? "…" : "");
	if (negative)
		*value = json_object_new_int64((int64_t)(0 - v));
	else
		*value = v > INT64_MAX ? json_object_new_uint64(v)
				       : json_object_new_int64((int64_t)v);
	return true;
}

static bool parse_word(struct reader *r, json_object **value)
{
	static const struct {
		const char *word;
		size_t len;
	} words[] = { { "null", 4 }, { "true", 4 }, { "false", 5 } };
	size_t left = (size_t)(r->end - r->at);

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (left >= words[i].len && !memcmp(r->at, words[i].word, words[i].len)) {
			r->at += words[i].len;
			*value = i ? json_object_new_boolean(i == 1) : NULL;
			return true;
		}
		if (left < words[i].len && !memcmp(r->at, words[i].word, left))
			return cut_short(r, "in a word");
	}
	return fail_at(r, r->at, "no JSON value begins like this");
}

/* --- lists and objects ---------------------------------------------------------------- */

/* After an element: true to go on. *done is set behind @close. */
static bool next(struct reader *r, char close, bool *done, const char *what)
{
	skip_space(r);
	if (r->at == r->end)
		return cut_short(r, what);
	if (*r->at == close) {
		*done = true;
		r->at++;
		return true;
	}
	if (*r->at != ',')
		return fail_at(r, r->at, "a comma or '%c' is missing", close);
	r->at++;
	skip_space(r);
	if (r->at == r->end)
		return cut_short(r, what);
	return *r->at == close ? fail_at(r, r->at, "a comma before '%c'", close) : true;
}

/* Begins @open: true to go on, *done when it is empty. */
static bool begin(struct reader *r, char close, bool *done, const char *what)
{
	if (++r->depth > STRICT_JSON_DEPTH)
		return fail_at(r, r->at, "nested deeper than %d", STRICT_JSON_DEPTH);
	r->at++;
	skip_space(r);
	if (r->at == r->end)
		return cut_short(r, what);
	*done = *r->at == close;
	r->at += *done;
	return true;
}

static bool parse_array(struct reader *r, json_object **value)
{
	json_object *list = json_object_new_array(), *element;
	bool done, handed_over;
	size_t offset;

	*value = list;
	if (!begin(r, ']', &done, "in a list"))
		return false;
	while (!done) {
		element = NULL;
		offset = (size_t)(r->at - r->text);
		if (!parse_value(r, &element)) {
			json_object_put(element);
			return false;
		}
		handed_over = r->depth == 2 && r->list && r->element &&
			      r->element(r->ctx, r->list, element, offset);
		if (handed_over)
			json_object_put(element);
		else
			json_object_array_add(list, element);
		if (!next(r, ']', &done, "in a list"))
			return false;
	}
	r->depth--;
	return true;
}

static bool parse_member(struct reader *r, json_object *obj)
{
	json_object *value = NULL;
	const char *start = r->at;
	struct piece piece;
	char small[64], *key;
	bool ok;

	if (*r->at != '"')
		return fail_at(r, r->at, "a key in quotes is missing");
	if (!parse_string(r, &piece))
		return false;
	key = piece.len < sizeof(small) ? small : mem_alloc(piece.len + 1);
	memcpy(key, piece.s, piece.len);
	key[piece.len] = '\0';
	skip_space(r);
	if (json_object_object_get_ex(obj, key, NULL))
		ok = fail_at(r, start, "the key \"%.60s\" is there twice", key);
	else if (r->at == r->end)
		ok = cut_short(r, "behind a key");
	else if (*r->at != ':')
		ok = fail_at(r, r->at, "a colon is missing behind \"%.60s\"", key);
	else
		ok = true;
	if (ok) {
		r->at++;
		if (r->depth == 1)
			r->list = key;
		ok = parse_value(r, &value);
		json_object_object_add_ex(obj, key, value, JSON_C_OBJECT_ADD_KEY_IS_NEW);
		if (r->depth == 1)
			r->list = NULL;
	}
	if (key != small)
		free(key);
	return ok;
}

static bool parse_object(struct reader *r, json_object **value)
{
	json_object *obj = json_object_new_object();
	bool done;

	*value = obj;
	if (!begin(r, '}', &done, "in an object"))
		return false;
	while (!done)
		if (!parse_member(r, obj) || !next(r, '}', &done, "in an object"))
			return false;
	r->depth--;
	return true;
}

static bool parse_value(struct reader *r, json_object **value)
{
	struct piece piece;

	skip_space(r);
	if (r->at == r->end)
		return cut_short(r, "where a value must come");
	switch (*r->at) {
	case '{':
		return parse_object(r, value);
	case '[':
		return parse_array(r, value);
	case '"':
		if (!parse_string(r, &piece))
			return false;
		*value = json_object_new_string_len(piece.s, (int)piece.len);
		return true;
	case '-':
		return parse_number(r, value);
	default:
		if (isdigit((unsigned char)*r->at))
			return parse_number(r, value);
		return parse_word(r, value);
	}
}

void strict_json_place(const char *text, size_t offset, size_t *line, size_t *column)
{
	const char *at = text + offset, *start = text;

	*line = 1;
	for (const char *nl = text; (nl = memchr(nl, '\n', (size_t)(at - nl)));) {
		(*line)++;
		start = ++nl;
	}
	*column = (size_t)(at - start) + 1;
}

json_object *strict_json_parse(const char *text, size_t len, strict_json_element *element,
			       void *ctx, struct strict_json_error *error)
{
	struct reader r = { .text = text, .end = text + len, .at = text, .error = error };
	json_object *tree = NULL;
	bool ok;

	memset(error, 0, sizeof(*error));
	r.element = element;
	r.ctx = ctx;
	skip_space(&r);
	if (r.at == r.end)
		ok = cut_short(&r, "before anything came");
	else if (*r.at != '{')
		ok = fail_at(&r, r.at, "this is no JSON object");
	else
		ok = parse_value(&r, &tree);
	skip_space(&r);
	if (ok && r.at != r.end)
		ok = fail_at(&r, r.at, "more text behind the end of the document");
	free(r.scratch);
	if (ok)
		return tree;
	strict_json_place(text, error->offset, &error->line, &error->column);
	json_object_put(tree);
	return NULL;
}
