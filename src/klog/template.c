/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The patterns' little language: literal text with captures and parts that may be missing. */
#include "config.h"
#include "klog/internal.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f';
}

static const char *skip_space(const char *s, const char *end)
{
	while (s < end && is_space(*s))
		s++;
	return s;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (klog_lower(c) >= 'a' && klog_lower(c) <= 'z') || c == '_';
}

static bool has_0x(const char *s, const char *end)
{
	return end - s > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && digit_of(s[2]) < 16;
}

/* One number of @base; false when there is none, or it does not end where a word does. */
static bool number(const char **s, const char *end, int base, struct klog_capture *c, bool *wide)
{
	const char *p = *s;
	uint64_t v = 0, limit = c->bits >= 64 ? UINT64_MAX : (UINT64_C(1) << c->bits) - 1;

	while (p < end && digit_of(*p) < base) {
		uint64_t add = (uint64_t)digit_of(*p++), shifted = v * (uint64_t)base;

		if (v > UINT64_MAX / (uint64_t)base || shifted > UINT64_MAX - add ||
		    shifted + add > limit)
			*wide = true;
		v = shifted + add;
	}
	if (p == *s || (p < end && is_word(*p)))
		return false;
	c->num = v;
	*s = p;
	return !*wide;
}

/* "0x25", "25h" or "37": the three ways in which reasons have been printed. */
static bool reason(const char **s, const char *end, struct klog_capture *c, bool *wide)
{
	const char *p = *s;

	while (p < end && digit_of(*p) < 16)
		p++;
	if (p > *s && p < end && (*p == 'h' || *p == 'H') && (p + 1 == end || !is_word(p[1]))) {
		const char *stop = p;
		bool ok = number(s, stop, 16, c, wide);

		*s = p + 1;
		return ok;
	}
	return number(s, end, 10, c, wide);
}

/* Sixteen digits, and nothing behind them. People and mailers put a space into their middle. */
static bool word64(const char **s, const char *end, struct klog_capture *c)
{
	struct klog_capture low = { .bits = 32 };
	const char *p = *s, *from = *s;
	bool wide = false;

	if (!number(&p, end, 16, c, &wide))
		return false;
	if (p - from == 8 && end - p > 8 && *p == ' ') {
		from = ++p;
		if (!number(&p, end, 16, &low, &wide) || p - from != 8)
			return false;
		c->num = c->num << 32 | low.num;
		from = p - 16;
	}
	if (p - from != 16 || (skip_space(p, end) != end && *p != '\t'))
		return false;
	*s = p;
	return true;
}

/* The character that ends a word or a quotation: the template's next literal one. */
static char stop_of(const char *tmpl)
{
	while (*tmpl == '<' || *tmpl == '>')
		tmpl++;
	if (*tmpl == '\\')
		return tmpl[1];
	return *tmpl == '{' || *tmpl == '~' ? '\0' : *tmpl;
}

static const char *find_stop(const char *s, const char *end, char stop, bool word)
{
	while (s < end && !(word && (is_space(*s) || *s == ']' || *s == ',' || *s == ';')) &&
	       !(stop && (*s == stop || (stop == ' ' && is_space(*s)))))
		s++;
	return s;
}

/*
 * Read a capture of @c->type at *@s. KLOG_PARTIAL when the text is used up
 * before it is certain that the capture is whole.
 */
static enum klog_match_result capture(const char *rest, const char **s, const char *end,
				      struct klog_capture *c, bool *wide)
{
	char stop = stop_of(rest);
	const char *p;

	if (c->type == 's') {
		*s = end;
		return KLOG_MATCH;
	}
	if (*s == end)
		return KLOG_PARTIAL;
	switch (c->type) {
	case 'x':
	case 'r':
		if (has_0x(*s, end)) {
			*s += 2;
			return number(s, end, 16, c, wide) ? KLOG_MATCH : KLOG_BAD;
		}
		if (c->type == 'r')
			return reason(s, end, c, wide) ? KLOG_MATCH : KLOG_BAD;
		return number(s, end, 16, c, wide) ? KLOG_MATCH : KLOG_BAD;
	case 'h':
		return word64(s, end, c) ? KLOG_MATCH : KLOG_NO;
	case 'i':
		*s += **s == '-';
		return number(s, end, 10, c, wide) ? KLOG_MATCH : KLOG_BAD;
	case 'd':
		return number(s, end, 10, c, wide) ? KLOG_MATCH : KLOG_BAD;
	case 'b':
	case 'w':
		p = find_stop(*s, end, stop, true);
		break;
	default:
		p = find_stop(*s, end, stop, false);
		if (p == end && stop)
			return KLOG_PARTIAL;
		break;
	}
	if (p == *s)
		return KLOG_NO;
	*s = p;
	return KLOG_MATCH;
}

/* Behind the '>' that ends the group which begins at @tmpl. */
static const char *group_end(const char *tmpl)
{
	int depth = 0;

	for (; *tmpl; tmpl++) {
		if (*tmpl == '\\')
			tmpl++;
		else if (*tmpl == '<')
			depth++;
		else if (*tmpl == '>' && !--depth)
			break;
	}
	return tmpl + (*tmpl == '>');
}

static void reached(struct klog_match *m, const char *s)
{
	if (s > m->furthest)
		m->furthest = s;
}

static enum klog_match_result match_here(const char *t, const char *s, const char *end,
					 struct klog_match *m);

static enum klog_match_result match_capture(const char *t, const char *s, const char *end,
					    struct klog_match *m)
{
	const char *colon = strchr(t, ':'), *close = strchr(t, '}'), *from = s;
	struct klog_capture *c;
	enum klog_match_result r;
	bool wide = false;

	if (m->n == KLOG_MAX_CAPTURES || !colon || !close)
		return KLOG_NO;
	c = &m->cap[m->n];
	memset(c, 0, sizeof(*c));
	c->key = t + 1;
	c->key_len = (uint16_t)(colon - t - 1);
	c->type = colon[1];
	c->bits = c->type == 'i' ? 31 : 64;
	if (colon + 2 < close)
		c->bits = (uint8_t)((colon[2] - '0') * 10 + colon[3] - '0');
	r = capture(close + 1, &s, end, c, &wide);
	if (r == KLOG_BAD) {
		m->bad_key = c->key;
		m->bad_key_len = c->key_len;
		m->bad_at = from;
		m->bad_bits = c->bits;
		m->too_wide = wide;
		return KLOG_BAD;
	}
	if (r != KLOG_MATCH)
		return r;
	c->s = from;
	c->len = (uint16_t)(s - from);
	m->n++;
	reached(m, s);
	return match_here(close + 1, s, end, m);
}

/* A group that may be missing: with it first, then without. */
static enum klog_match_result match_group(const char *t, const char *s, const char *end,
					  struct klog_match *m)
{
	enum klog_match_result with, without;
	unsigned int n = m->n;
	struct klog_match saved;

	with = match_here(t + 1, s, end, m);
	if (with == KLOG_MATCH)
		return with;
	saved = *m;
	m->n = n;
	without = match_here(group_end(t), s, end, m);
	if (without == KLOG_MATCH || without >= with)
		return without;
	saved.furthest = m->furthest > saved.furthest ? m->furthest : saved.furthest;
	*m = saved;
	return with;
}

static enum klog_match_result match_here(const char *t, const char *s, const char *end,
					 struct klog_match *m)
{
	for (; *t; t++) {
		const char *from = s;

		switch (*t) {
		case '<':
			return match_group(t, s, end, m);
		case '>':
			continue;
		case '{':
			return match_capture(t, s, end, m);
		case ' ':
			s = skip_space(s, end);
			if (s == end)
				return KLOG_PARTIAL;
			if (s == from)
				return KLOG_NO;
			continue;
		case '~':
			s = skip_space(s, end);
			continue;
		case '\\':
			t++;
			break;
		default:
			break;
		}
		if (s == end)
			return KLOG_PARTIAL;
		if (*s != *t && klog_lower(*s) != klog_lower(*t))
			return KLOG_NO;
		s++;
		reached(m, s);
	}
	m->end = s;
	return KLOG_MATCH;
}

enum klog_match_result klog_match(const char *tmpl, const char *s, const char *end,
				  struct klog_match *m)
{
	m->n = 0;
	m->end = m->furthest = s;
	m->bad_key = NULL;
	return match_here(tmpl, s, end, m);
}

const struct klog_capture *klog_capture(const struct klog_match *m, const char *key)
{
	size_t len = strlen(key);

	for (unsigned int i = 0; i < m->n; i++)
		if (m->cap[i].key_len == len && !memcmp(m->cap[i].key, key, len))
			return &m->cap[i];
	return NULL;
}

uint64_t klog_number(const struct klog_match *m, const char *key)
{
	const struct klog_capture *c = klog_capture(m, key);

	return c ? c->num : 0;
}
