/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines as they come: bytes into text, without what journalctl, mailers and web pages made of
 * it. */
#include "config.h"
#include "klog/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* Length of an escape sequence (colours of dmesg) at @p, 0 for none. */
static size_t escape_length(const char *p, const char *end)
{
	const char *q = p + 2;

	if (end - p < 2 || p[0] != '\033' || p[1] != '[')
		return *p == '\033';
	while (q < end && (unsigned char)*q >= 0x20 && (unsigned char)*q < 0x40)
		q++;
	return (size_t)(q - p) + (q < end);
}

/* The character that web pages write as an entity, with the entity's length; 0 for none. */
static char entity(const char *p, const char *end, size_t *len)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = { { "&gt;", '>' }, { "&lt;", '<' }, { "&quot;", '"' }, { "&amp;", '&' } };

	for (size_t i = 0; i < ARRAY_SIZE(entities); i++) {
		*len = strlen(entities[i].name);
		if ((size_t)(end - p) >= *len && !memcmp(p, entities[i].name, *len))
			return entities[i].c;
	}
	return '\0';
}

void klog_text_add(struct klog_text *t, const char *p, const char *end)
{
	while (p < end && t->len < sizeof(t->s)) {
		unsigned char c = (unsigned char)*p;

		if (c == 0xc2 && end - p > 1 && (unsigned char)p[1] == 0xa0) {
			t->s[t->len++] = ' ';
			p += 2;
			continue;
		}
		if (c == '\033') {
			p += escape_length(p, end);
			continue;
		}
		if (c == '&') {
			size_t len;
			char plain = entity(p, end, &len);

			if (plain) {
				t->s[t->len++] = plain;
				p += len;
				continue;
			}
		}
		if (c && c != '\r')
			t->s[t->len++] = (char)c;
		p++;
	}
}

static int hex_upper(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* --- journalctl -o json ---------------------------------------------------------------------- */

/* Behind the colon of "key" : */
static const char *json_value(const char *p, const char *end, const char *key)
{
	size_t n = strlen(key);

	p = memmem(p, (size_t)(end - p), key, n);
	for (p = p ? p + n : end; p < end && (klog_is_blank(*p) || *p == ':');)
		p++;
	return p < end ? p : NULL;
}

/* One character of a string; *@p moves behind it. */
static char json_char(const char **p, const char *end)
{
	static const char from[] = "ntrbf", to[] = "\n\t   ";
	const char *found;
	int code = 0;

	if (**p != '\\' || end - *p < 2)
		return *(*p)++;
	*p += 2;
	found = strchr(from, (*p)[-1]);
	if (found && *found)
		return to[found - from];
	if ((*p)[-1] != 'u' || end - *p < 4)
		return (*p)[-1];
	for (int i = 0; i < 4; i++) {
		int digit = hex_upper((char)toupper((unsigned char)*(*p)++));

		if (digit < 0)
			return '?';
		code = code * 16 + digit;
	}
	return code < 0x80 ? (char)code : '?';
}

bool klog_may_be_json(const char *p, const char *e)
{
	while (p < e && klog_is_blank(*p))
		p++;
	return p < e && (*p == '{' || *p == '"') &&
	       memmem(p, (size_t)(e - p), "\"MESSAGE\"", 9) != NULL;
}

bool klog_json_message(struct klog_text *t, const char *p, const char *end)
{
	static const char key[] = "\"MESSAGE\"";
	char plain[KLOG_LINE];
	unsigned long long us = 0;
	const char *s, *at;
	size_t n = 0;

	while (p < end && klog_is_blank(*p))
		p++;
	if (end - p < 12 || (*p != '{' && memcmp(p, key, sizeof(key) - 1) != 0))
		return false;
	s = json_value(p, end, key);
	if (!s || *s != '"')
		return false;
	at = json_value(p, end, "\"_SOURCE_MONOTONIC_TIMESTAMP\"");
	if (at && *at == '"')
		at++;
	for (; at && at < end && isdigit((unsigned char)*at); at++)
		us = us * 10 + (unsigned int)(*at - '0');
	if (at)
		n = (size_t)snprintf(plain, sizeof(plain), "[%5llu.%06llu] ", us / 1000000,
				     us % 1000000);
	for (s++; s < end && *s != '"' && n < sizeof(plain);)
		plain[n++] = json_char(&s, end);
	klog_text_add(t, plain, plain + n);
	return true;
}

bool klog_soft_break(const struct klog_text *t)
{
	return t->len > 1 && t->s[t->len - 1] == '=';
}

/* The character that "=XX" at @p stands for, if it is one that a mailer would have to write so. */
static int quoted_char(const char *p, const char *end, bool sure)
{
	int hi, lo, c;

	if (end - p < 3 || p[0] != '=')
		return -1;
	hi = hex_upper(p[1]);
	lo = hex_upper(p[2]);
	if (hi < 0 || lo < 0)
		return -1;
	c = hi * 16 + lo;
	if (c == '\t' && sure)
		return ' ';
	if (c < ' ' || c > '~' || isalnum(c))
		return -1;
	/* "=20" is as good as "cap=20": only when something else says that this is mail. */
	if (!sure && p[2] <= '9' && !(end - p == 3 && c == ' '))
		return -1;
	return c;
}

/* Length of a no-break space, in Latin-1 or UTF-8. */
static size_t quoted_space(const char *p, const char *end)
{
	if (end - p >= 6 && !memcmp(p, "=C2=A0", 6))
		return 6;
	return end - p >= 3 && !memcmp(p, "=A0", 3) ? 3 : 0;
}

void klog_unquote_printable(struct klog_text *t, bool joined)
{
	const char *end = t->s + t->len, *p;
	char *to = t->s;
	bool sure = joined;

	if (!memchr(t->s, '=', t->len))
		return;
	for (p = t->s; p < end && !sure; p++)
		sure = end - p >= 3 && p[0] == '=' &&
		       (((p[1] == '3' || p[1] == '2') && (p[2] == 'D' || p[2] == 'E')) ||
			(p[1] == 'C' && quoted_space(p, end)) ||
			(end - p >= 6 && !memcmp(p, "=09=09", 6)));
	for (p = t->s; p < end;) {
		size_t space = sure ? quoted_space(p, end) : 0;
		int c = space ? ' ' : quoted_char(p, end, sure);

		*to++ = c < 0 ? *p : (char)c;
		p += space ? space : (size_t)(c < 0 ? 1 : 3);
	}
	t->len = (size_t)(to - t->s);
}

size_t klog_next_word(const char **s, const char *end)
{
	const char *p;

	while (*s < end && isspace((unsigned char)**s))
		++*s;
	for (p = *s; p < end && !isspace((unsigned char)*p);)
		p++;
	return (size_t)(p - *s);
}
