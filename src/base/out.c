/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for a person: a growing buffer that no control character gets into. */
#include "config.h"
#include "base/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"

static const char *const style_on[] = {
	[OUT_PLAIN] = "",           [OUT_BOLD] = "\033[1m",   [OUT_DIM] = "\033[2m",
	[OUT_GOOD] = "\033[32m",    [OUT_BAD] = "\033[1;31m", [OUT_WARN] = "\033[33m",
	[OUT_TITLE] = "\033[1;36m",
};

static void reserve(struct out *o, size_t more)
{
	if (o->len + more <= o->cap)
		return;
	while (o->len + more > o->cap)
		o->cap = o->cap ? o->cap * 2 : 4096;
	o->data = mem_realloc(o->data, o->cap, 1);
}

void out_raw(struct out *o, const void *data, size_t len)
{
	if (!len)
		return;
	reserve(o, len);
	memcpy(o->data + o->len, data, len);
	o->len += len;
}

static void escape(struct out *o, const char *s, size_t n, uint32_t code)
{
	char buf[16];
	int len;

	if (n > 1)
		len = snprintf(buf, sizeof(buf), "\\u{%x}", (unsigned int)code);
	else
		len = snprintf(buf, sizeof(buf), "\\x%02x", (unsigned int)(unsigned char)*s);
	out_raw(o, buf, (size_t)len);
}

void out_bytes(struct out *o, const char *s, size_t len)
{
	size_t plain = 0;

	while (plain < len) {
		unsigned char c = (unsigned char)s[plain];
		uint32_t code;
		size_t n;

		/* The common case, printable ASCII, is copied in runs. */
		if ((c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t') {
			plain++;
			continue;
		}
		n = utf8_next(s + plain, len - plain, &code);
		if (n > 1 && !utf8_is_control(code)) {
			plain += n;
			continue;
		}
		out_raw(o, s, plain);
		escape(o, s + plain, n, code);
		n = n ? n : 1;
		s += plain + n;
		len -= plain + n;
		plain = 0;
	}
	out_raw(o, s, plain);
}

void out_escaped(struct out *o, const char *s, size_t len)
{
	struct out filtered = { 0 };

	out_bytes(&filtered, s, len);
	for (size_t i = 0; i < filtered.len; i++) {
		if (filtered.data[i] == '"' || filtered.data[i] == '\\')
			out_raw(o, "\\", 1);
		out_raw(o, &filtered.data[i], 1);
	}
	out_free(&filtered);
}

void out_str(struct out *o, const char *s)
{
	if (s)
		out_bytes(o, s, strlen(s));
}

void out_printf(struct out *o, const char *fmt, ...)
{
	char small[256], *big = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n < sizeof(small)) {
		out_bytes(o, small, (size_t)n);
		return;
	}
	va_start(ap, fmt);
	big = mem_alloc((size_t)n + 1);
	vsnprintf(big, (size_t)n + 1, fmt, ap);
	va_end(ap);
	out_bytes(o, big, (size_t)n);
	free(big);
}

void out_styled(struct out *o, enum out_style style, const char *s)
{
	bool paint = o->color && style != OUT_PLAIN;

	if (paint)
		out_raw(o, style_on[style], strlen(style_on[style]));
	out_str(o, s);
	if (paint)
		out_raw(o, "\033[0m", 4);
}

void out_pad(struct out *o, size_t n)
{
	/* An empty buffer has no address to write nothing to. */
	if (!n)
		return;
	reserve(o, n);
	memset(o->data + o->len, ' ', n);
	o->len += n;
}

void out_cell(struct out *o, const char *s, size_t width)
{
	size_t w = utf8_width(s);

	out_str(o, s);
	if (w < width)
		out_pad(o, width - w);
}

/* Columns already used on the last line of the buffer. Escape sequences (all end in m) have no
 * width. */
static size_t column(const struct out *o)
{
	size_t at = o->len, col = 0;

	while (at && o->data[at - 1] != '\n')
		at--;
	for (; at < o->len; at++) {
		const char *end =
			o->data[at] == '\033' ? memchr(o->data + at, 'm', o->len - at) : NULL;

		if (end)
			at = (size_t)(end - o->data);
		else
			col += ((unsigned char)o->data[at] & 0xc0) != 0x80;
	}
	return col;
}

void out_wrap(struct out *o, size_t indent, const char *s)
{
	size_t limit = o->width ? o->width : 80, col = column(o);

	while (*s) {
		size_t n = strcspn(s, " ");

		if (col > indent && col + 1 + n > limit) {
			out_raw(o, "\n", 1);
			out_pad(o, indent);
			col = indent;
		} else if (col > indent) {
			out_raw(o, " ", 1);
			col++;
		} else if (col < indent) {
			out_pad(o, indent - col);
			col = indent;
		}
		out_bytes(o, s, n);
		col += n;
		s += n;
		while (*s == ' ')
			s++;
	}
}

int out_write(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int out_flush(struct out *o, int fd)
{
	if (out_write(fd, o->data, o->len))
		return -1;
	o->len = 0;
	return 0;
}

void out_free(struct out *o)
{
	free(o->data);
	o->data = NULL;
	o->len = o->cap = 0;
}
