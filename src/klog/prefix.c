/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What dmesg, syslog, journalctl, Xen and mailers put before a message, and the time in it. */
#include "config.h"
#include "klog/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *klog_skip_quotes(const char *s, const char *end)
{
	while (s < end && (klog_is_blank(*s) || *s == '>' ||
			   (*s == '|' && end - s > 1 && klog_is_blank(s[1]))))
		s++;
	return s;
}

static const char *digits(const char *s, const char *end, int least, int most)
{
	int n = 0;

	while (s < end && n < most && isdigit((unsigned char)*s)) {
		s++;
		n++;
	}
	return n < least ? NULL : s;
}

/* hh:mm:ss, with a fraction. */
static const char *clock_time(const char *s, const char *end)
{
	for (int i = 0; i < 3; i++) {
		if (i && (s == end || *s++ != ':'))
			return NULL;
		s = digits(s, end, 2, 2);
		if (!s)
			return NULL;
	}
	if (s < end && (*s == '.' || *s == ',')) {
		const char *f = digits(s + 1, end, 1, 9);

		s = f ? f : s;
	}
	return s;
}

/* yyyy-mm-dd, 'T' or a space, hh:mm:ss, a zone. */
static const char *iso_time(const char *s, const char *end)
{
	s = digits(s, end, 4, 4);
	for (int i = 0; i < 2; i++) {
		if (!s || s == end || *s != '-')
			return NULL;
		s = digits(s + 1, end, 2, 2);
	}
	if (!s || s == end || (*s != 'T' && *s != ' '))
		return NULL;
	s = clock_time(s + 1, end);
	if (s && s < end && *s == 'Z')
		return s + 1;
	if (s && end - s >= 5 && (*s == '+' || *s == '-')) {
		const char *z = digits(s + 1, end, 2, 2);

		if (z && z < end && *z == ':')
			z++;
		z = z ? digits(z, end, 2, 2) : NULL;
		s = z ? z : s;
	}
	return s;
}

/* Of three letters. */
static bool is_month(const char *s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t m = 0; m < 12; m++)
		if (!memcmp(s, months + 3 * m, 3))
			return true;
	return false;
}

/* "Mai", "мая", "5月", "déc.": a month in the words of any language. */
static const char *month_word(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && (isalnum((unsigned char)*p) || *p == '.' || (unsigned char)*p >= 0x80))
		p++;
	return p - s > 1 && p - s < 16 && p < end && klog_is_blank(*p) &&
			       (!isdigit((unsigned char)*s) || (unsigned char)p[-1] >= 0x80)
		       ? p
		       : NULL;
}

/* "Dec 14 09:17:43": the date of syslog. */
static const char *syslog_time(const char *s, const char *end)
{
	s = end - s < 14 ? NULL : month_word(s, end);
	while (s && s < end && klog_is_blank(*s))
		s++;
	s = s ? digits(s, end, 1, 2) : NULL;
	if (!s || s == end || !klog_is_blank(*s))
		return NULL;
	while (s < end && klog_is_blank(*s))
		s++;
	return clock_time(s, end);
}

/* "Oct30 10:41", "Feb 9 18:45": dmesg -H, where a minute begins. */
static bool human_time(const char *s, const char *end)
{
	return end - s > 9 && is_month(s) && isdigit((unsigned char)s[3 + klog_is_blank(s[3])]) &&
	       end[-3] == ':' && klog_is_blank(end[-6]);
}

/* "    T1", "C0": thread or processor that wrote the line. */
static bool is_caller(const char *s, const char *end)
{
	while (s < end && klog_is_blank(*s))
		s++;
	return end - s > 1 && (*s == 'T' || *s == 'C') && digits(s + 1, end, 1, 10) == end;
}

/* What stands in the brackets of "[    0.302676]", "[Fri Apr  7 00:04:33 2023]", "[    T1]". */
static bool is_stamp(const char *s, const char *end)
{
	const char *p = s;
	int dots = 0, n = 0;

	while (p < end && klog_is_blank(*p))
		p++;
	if (is_caller(p, end))
		return true;
	/* "+0.000398": time since the line before, of dmesg -d and -H. */
	p += p < end && *p == '+';
	for (; p < end && (isdigit((unsigned char)*p) || *p == '.'); p++) {
		dots += *p == '.';
		n++;
	}
	while (p < end && klog_is_blank(*p))
		p++;
	if (p == end && n && dots <= 1)
		return dots == 1;
	for (p = s; p < end; p++)
		if ((p == s || klog_is_blank(p[-1])) && clock_time(p, end))
			return true;
	return iso_time(s, end) != NULL || human_time(s, end);
}

struct stamp {
	const char **time;
	size_t *len;
};

static void note_time(const struct stamp *st, const char *s, const char *end)
{
	while (s < end && klog_is_blank(*s))
		s++;
	while (end > s && klog_is_blank(end[-1]))
		end--;
	if (st->time && end > s) {
		*st->time = s;
		*st->len = (size_t)(end - s);
	}
}

static const char *skip_bracket(const char *s, const char *end, const struct stamp *st)
{
	size_t most = (size_t)(end - s) < 48 ? (size_t)(end - s) : 48;
	const char *close = memchr(s, ']', most);

	if (!close || !is_stamp(s + 1, close))
		return NULL;
	if (!is_caller(s + 1, close) && !memchr(s, '+', (size_t)(close - s)))
		note_time(st, s + 1, close);
	return close + 1;
}

/* "[*]", "[COLOR=#000000]", "[/SIZE]": markup of forums. */
static const char *skip_markup(const char *s, const char *end)
{
	const char *p = s + 1, *word;

	if (end - s > 2 && s[1] == '*' && s[2] == ']')
		return s + 3;
	p += p < end && *p == '/';
	for (word = p; p < end && isupper((unsigned char)*p);)
		p++;
	if (p - word > 2 && p < end && *p == '=')
		while (p < end && p - word < 32 && *p != ']')
			p++;
	return p - word > 2 && p < end && *p == ']' ? p + 1 : NULL;
}

static bool starts(const char *s, const char *end, const char *with)
{
	size_t n = strlen(with);

	return (size_t)(end - s) >= n && !memcmp(s, with, n);
}

/* "kernel:", "host kernel:", "VM hypervisor:" behind a date; "kernel[0]:" too. */
static const char *skip_sender(const char *s, const char *end)
{
	const char *p = s;

	for (int word = 0; word < 2 && p < end; word++) {
		const char *w = p;

		while (p < end && !klog_is_blank(*p) && *p != ':' && *p != '[')
			p++;
		if (starts(w, end, "kernel") || starts(w, end, "hypervisor")) {
			const char *colon =
				memchr(w, ':', (size_t)(end - w) < 20 ? (size_t)(end - w) : 20);

			return colon ? colon + 1 : NULL;
		}
		if (p == end || !klog_is_blank(*p))
			return NULL;
		while (p < end && klog_is_blank(*p))
			p++;
	}
	return NULL;
}

/* "kern  :info  : " of dmesg -x. */
static const char *skip_facility(const char *s, const char *end)
{
	const char *p;

	if (!starts(s, end, "kern") || starts(s, end, "kernel"))
		return NULL;
	p = memchr(s, ':', (size_t)(end - s) < 8 ? (size_t)(end - s) : 8);
	if (!p)
		return NULL;
	p = memchr(p + 1, ':', (size_t)(end - p - 1) < 9 ? (size_t)(end - p - 1) : 9);
	return p ? p + 1 : NULL;
}

/* "<6>", and "<n>.678900" for a time that somebody blanked. */
static const char *skip_priority(const char *s, const char *end)
{
	const char *p = s + 1;

	while (p < end && p - s < 5 && isalnum((unsigned char)*p))
		p++;
	if (p == end || p == s + 1 || *p != '>')
		return NULL;
	p++;
	if (p < end && *p == '.') {
		const char *f = digits(p + 1, end, 1, 9);

		return f ? f : p;
	}
	/* RFC 5424: a version, a time, a host, a program. */
	if (end - p > 2 && isdigit((unsigned char)*p) && p[1] == ' ' && iso_time(p + 2, end))
		p += 2;
	return p;
}

/* "Wed 2024-05-01 12:00:08 CEST" of journalctl -o short-full: at the year, or where @s is. */
static const char *skip_weekday(const char *s, const char *end)
{
	return end - s > 4 && isupper((unsigned char)*s) && klog_is_blank(s[3]) &&
			       iso_time(s + 4, end)
		       ? s + 4
		       : s;
}

static const char *skip_date(const char *s, const char *end, const struct stamp *st)
{
	const char *p = syslog_time(s, end), *q;

	if (!p) {
		s = skip_weekday(s, end);
		p = iso_time(s, end);
	}
	if (!p) {
		p = clock_time(s, end);
		if (!p || p == end || !klog_is_blank(*p))
			return NULL;
	}
	note_time(st, s, p);
	while (p < end && klog_is_blank(*p))
		p++;
	q = skip_sender(p, end);
	return q ? q : p;
}

/* "1714557608.123456" of journalctl -o short-unix, "1.234567]" of a bracket that is lost. */
static const char *skip_seconds(const char *s, const char *end, const struct stamp *st)
{
	const char *p = digits(s, end, 1, 10), *q;

	if (!p || p == end || *p != '.')
		return NULL;
	q = digits(p + 1, end, 6, 6);
	if (!q || q == end || (!klog_is_blank(*q) && *q != ']' && *q != '|'))
		return NULL;
	note_time(st, s, q);
	return klog_is_blank(*q) ? q : q + 1;
}

/* One thing that stands before a message, or NULL. */
static const char *skip_one(const char *s, const char *end, const struct stamp *st)
{
	const char *p;

	switch (*s) {
	case ' ':
	case '\t':
	case '>':
	case '`':
	case '"':
		return s + 1;
	case '|':
	case '+':
	case '-':
	case '*':
	case '#':
		return end - s > 1 && (klog_is_blank(s[1]) || s[1] == '-') ? s + 1 : NULL;
	case '=':
		return end - s > 1 && s[1] == '>' ? s + 2 : NULL;
	case '<':
		return skip_priority(s, end);
	case '[':
		p = skip_bracket(s, end, st);
		return p ? p : skip_markup(s, end);
	case '(':
		return starts(s, end, "(XEN)") ? s + 5 : NULL;
	case 'k':
		if (starts(s, end, "kernel:"))
			return s + 7;
		return skip_facility(s, end);
	default:
		p = skip_date(s, end, st);
		return p ? p : skip_seconds(s, end, st);
	}
}

const char *klog_skip_prefix(const char *s, const char *end, const char **time, size_t *time_len)
{
	const struct stamp st = { time, time_len };

	while (s < end) {
		const char *p = skip_one(s, end, &st);

		if (!p)
			break;
		s = p;
	}
	return s;
}

/* The last stamp in brackets. */
static bool find_stamp(const char *s, const char *end, const struct stamp *st)
{
	const char *found = NULL;

	for (const char *p = end; !found && (p = memrchr(s, '[', (size_t)(p - s)));) {
		const char *close = memchr(p, ']', (size_t)(end - p));

		if (close && !is_caller(p + 1, close) && skip_bracket(p, end, st))
			found = p;
	}
	return found != NULL;
}

void klog_find_time(const char *s, const char *end, const char **time, size_t *time_len)
{
	const struct stamp st = { time, time_len };
	const char *p = klog_skip_prefix(s, end, time, time_len);

	if (find_stamp(p, end, &st) || *time)
		return;
	for (; p < end; p++)
		if ((p == s || !isalnum((unsigned char)p[-1])) && isalnum((unsigned char)*p) &&
		    skip_date(p, end, &st))
			return;
}

/* "6,1234,361089,-;": /dev/kmsg has microseconds. */
static bool kmsg_time(const char *s, const char *end, char *out, size_t size)
{
	unsigned long long us = 0;

	for (int field = 0; field < 3; field++) {
		const char *p = digits(s, end, 1, 18);

		if (!p || p == end || *p != ',')
			return false;
		for (us = 0; s < p; s++)
			us = us * 10 + (unsigned int)(*s - '0');
		s = p + 1;
	}
	snprintf(out, size, "%llu.%06llu", us / 1000000, us % 1000000);
	return memchr(s, ';', (size_t)(end - s)) != NULL;
}

/* dmesg --json: "time" is on the line before that of "msg". */
static bool dmesg_time(const char *base, const char *s, const char *end, char *out, size_t size)
{
	const char *p = s, *stop;

	while (p < end && klog_is_blank(*p))
		p++;
	if (!starts(p, end, "\"msg\":") || s == base)
		return false;
	p = memrchr(base, '\n', (size_t)(s - 1 - base));
	p = p ? p + 1 : base;
	while (p < s && klog_is_blank(*p))
		p++;
	if (!starts(p, s, "\"time\":"))
		return false;
	for (p += 7; p < s && klog_is_blank(*p);)
		p++;
	for (stop = p; stop < s && (isdigit((unsigned char)*stop) || *stop == '.');)
		stop++;
	snprintf(out, size, "%.*s", stop - p < 24 ? (int)(stop - p) : 24, p);
	return stop > p;
}

bool klog_other_time(const char *base, const char *s, const char *end, char *out, size_t size)
{
	return kmsg_time(s, end, out, size) || dmesg_time(base, s, end, out, size);
}
