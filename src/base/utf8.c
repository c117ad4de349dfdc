/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8: walking untrusted bytes one character at a time. */
#include "config.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

static bool continuation(const char *s, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return false;
	return true;
}

size_t utf8_next(const char *s, size_t len, uint32_t *code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)s[0];
	size_t n = c < 0x80 ? 1 : c < 0xc0 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf8 ? 4 : 0;
	uint32_t v;

	*code = c;
	if (n == 1)
		return 1;
	if (!n || n > len || !continuation(s, n))
		return 0;
	v = c & (0x7fu >> n);
	for (size_t i = 1; i < n; i++)
		v = (v << 6) | ((unsigned char)s[i] & 0x3f);
	if (v < smallest[n] || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
		return 0;
	*code = v;
	return n;
}

bool utf8_valid(const char *s, size_t len)
{
	while (len) {
		uint32_t code;
		size_t n = utf8_next(s, len, &code);

		if (!n)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

size_t utf8_width(const char *s)
{
	size_t len = strlen(s), width = 0;

	while (len) {
		uint32_t code;
		size_t n = utf8_next(s, len, &code);

		width += n ? 1 : 4;
		n = n ? n : 1;
		s += n;
		len -= n;
	}
	return width;
}

bool utf8_is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0x200e || code == 0x200f;
}

char *utf8_one_line(const char *s)
{
	char *copy = mem_alloc(strlen(s) * 2 + 1), *out = copy;

	for (; *s; s++) {
		if (*s != '\n' && *s != '\t') {
			*out++ = *s;
			continue;
		}
		*out++ = '\\';
		*out++ = *s == '\n' ? 'n' : 't';
	}
	*out = '\0';
	return copy;
}

/* The first of these that is set decides, as in setlocale(3). */
bool utf8_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *v = getenv(names[i]), *dot;

		if (!v || !*v)
			continue;
		dot = strchr(v, '.');
		return dot &&
		       (!strncasecmp(dot + 1, "UTF-8", 5) || !strncasecmp(dot + 1, "utf8", 4));
	}
	return false;
}
