/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What belongs to a message on the lines behind it.
 *
 * When a pattern runs out of text, the next line is joined on trial: it stays
 * joined only if the pattern then goes on, and never when it begins a message
 * of its own.
 */
#include "config.h"
#include "klog/internal.h"

#include <string.h>

enum { MAX_JOIN = 6 };

struct raw {
	const char *p, *e;
};

/*
 * Where the line at @p ends: at a line break, or at one that is written "\\n",
 * as JSON and tables do with a message of several lines.
 */
static const char *line_end(const char *p, const char *end)
{
	const char *nl = memchr(p, '\n', (size_t)(end - p)), *escaped;

	end = nl ? nl : end;
	escaped = memmem(p, (size_t)(end - p), "\\n", 2);
	return escaped ? escaped : end;
}

static bool peek(const struct klog_parse *ps, const char *from, struct raw *line)
{
	size_t left;

	if (!from || from >= ps->win.end)
		return false;
	left = (size_t)(ps->win.end - from);
	line->p = from;
	line->e = line_end(from, from + (left < KLOG_LINE ? left : KLOG_LINE));
	return line->e < from + KLOG_LINE;
}

static const char *behind(const struct klog_parse *ps, const struct raw *line)
{
	if (line->e == ps->win.end)
		return line->e;
	if (*line->e == '\n')
		return line->e + 1;
	return *line->e == '\\' ? line->e + 2 : line->e;
}

/* Add a line to @t, and the ones a soft break makes part of it. Returns what is behind. */
static const char *add_line(struct klog_parse *ps, struct klog_text *t, struct raw line)
{
	size_t from = t->len;
	bool joined = false;
	const char *next;

	if (klog_may_be_json(line.p, line.e)) {
		size_t left = (size_t)(ps->win.end - line.p);
		const char *nl = memchr(line.p, '\n', left < KLOG_LINE ? left : KLOG_LINE);
		struct raw whole = { line.p,
				     nl ? nl : line.p + (left < KLOG_LINE ? left : KLOG_LINE) };

		if (klog_json_message(t, whole.p, whole.e))
			return behind(ps, &whole);
	}

	klog_text_add(t, line.p, line.e);
	next = behind(ps, &line);
	for (int i = 0; klog_soft_break(t) && i < MAX_JOIN && peek(ps, next, &line); i++) {
		t->len--;
		joined = true;
		klog_text_add(t, line.p, line.e);
		next = behind(ps, &line);
	}
	if (!from)
		klog_unquote_printable(t, joined);
	return next;
}

const char *klog_add_line(struct klog_parse *ps, struct klog_text *t, const char *p,
			  const char *end)
{
	struct raw line = { p, line_end(p, end) };

	return add_line(ps, t, line);
}

/* Would this text begin a message of its own? */
static bool begins_message(const char *s, const char *end)
{
	const char *time = NULL, *quoted = klog_skip_quotes(s, end);
	size_t len = 0;

	if (klog_skip_prefix(quoted, end, &time, &len) > quoted && time)
		return true;
	return (end - quoted > 5 && (!memcmp(quoted, "(XEN)", 5) || !memcmp(quoted, "DMAR", 4))) ||
	       (end - quoted > 7 &&
		(!memcmp(quoted, "kernel:", 7) || !memcmp(quoted, "AMD-Vi:", 7))) ||
	       (end - quoted > 8 && !memcmp(quoted, "arm-smmu", 8));
}

/* Behind the prefix and the subsystem's name. */
static const char *skip_to_message(const char *s, const char *end)
{
	static const char *const names[] = {
		"DMAR:", "INTR-REMAP:", "[VT-D]DMAR:", "AMD-Vi:", "[VT-D]INTR-REMAP:", "dmar:", NULL
	};

	for (;;) {
		const char *p = klog_skip_prefix(s, end, NULL, NULL), *before = p;

		for (const char *const *n = names; *n; n++)
			if ((size_t)(end - p) > strlen(*n) && !memcmp(p, *n, strlen(*n)))
				p += strlen(*n);
		if (p == before && p == s)
			return p;
		s = p;
	}
}

static bool starts_with_any(const char *s, const char *end, const char *list)
{
	while (*list) {
		size_t n = strcspn(list, "|");

		if ((size_t)(end - s) >= n && !memcmp(s, list, n))
			return true;
		list += n;
		list += *list == '|';
	}
	return false;
}

/*
 * The trial text: what there is, and the next line. @next_begins: how the next
 * line's message must begin if it has a time or name of its own. False when
 * the next line cannot belong here.
 */
static bool join(struct klog_parse *ps, const char *next_begins, const char **next)
{
	static struct klog_text more;
	const char *s, *end;
	struct raw line;

	for (int blank = 0;; blank++) {
		more.len = 0;
		if (blank > 1 || !peek(ps, *next, &line))
			return false;
		*next = add_line(ps, &more, line);
		end = more.s + more.len;
		s = klog_skip_quotes(more.s, end);
		if (s < end)
			break;
	}
	if (next_begins && starts_with_any(skip_to_message(more.s, end), end, next_begins))
		s = skip_to_message(more.s, end);
	else if (begins_message(more.s, end))
		return false;
	if (ps->trial.len + 1 + (size_t)(end - s) > sizeof(ps->trial.s))
		return false;
	ps->trial.s[ps->trial.len++] = ' ';
	memcpy(ps->trial.s + ps->trial.len, s, (size_t)(end - s));
	ps->trial.len += (size_t)(end - s);
	return true;
}

/* Nothing more is wanted of the lines behind. */
static bool complete(const struct klog_found *f)
{
	const struct klog_capture *c;

	if (f->result != KLOG_MATCH || !f->pat->need)
		return f->result == KLOG_MATCH;
	c = klog_capture(&f->m, f->pat->need);
	return c && c->len;
}

static void keep_trial(struct klog_parse *ps, const char *next)
{
	memcpy(ps->text.s, ps->trial.s, ps->trial.len);
	ps->text.len = ps->trial.len;
	ps->next_line = next;
}

/* The trial text holds the pattern of @f, and more of it than the line that was added. */
static bool goes_on(const struct klog_parse *ps, const struct klog_found *f,
		    const struct klog_found *g)
{
	return g->result != KLOG_NO && g->result != KLOG_BAD && !strcmp(g->pat->id, f->pat->id) &&
	       g->at < ps->trial.s + ps->text.len;
}

/*
 * Terminals break lines at their last column, in the middle of a word. @at: the
 * space that join() put there. True, and @g set, when the pattern is at its end
 * without it, or comes at least beyond the place.
 */
static bool without_space(struct klog_parse *ps, const struct klog_found *f, struct klog_found *g,
			  size_t at, size_t offset)
{
	struct klog_text *t = &ps->trial;
	struct klog_found h;

	if (!at || at + 1 >= t->len || klog_is_blank(t->s[at - 1]) || klog_is_blank(t->s[at + 1]))
		return false;
	memmove(t->s + at, t->s + at + 1, t->len - at - 1);
	t->len--;
	klog_find(t, t->s + offset, &h);
	if (goes_on(ps, f, &h) && (complete(&h) || h.m.furthest > t->s + at)) {
		*g = h;
		return true;
	}
	memmove(t->s + at + 1, t->s + at, t->len - at);
	t->s[at] = ' ';
	t->len++;
	return false;
}

void klog_join_lines(struct klog_parse *ps, struct klog_found *f, const char *from)
{
	size_t offset = (size_t)(from - ps->text.s);
	const char *next = ps->next_line;
	struct klog_found g = *f;

	if (complete(f))
		return;
	memcpy(ps->trial.s, ps->text.s, ps->text.len);
	ps->trial.len = ps->text.len;
	for (int i = 0; i < MAX_JOIN; i++) {
		bool matched = g.result == KLOG_MATCH;
		size_t at = ps->trial.len;

		if (!join(ps, g.pat->next, &next))
			return;
		klog_find(&ps->trial, ps->trial.s + offset, &g);
		if ((!goes_on(ps, f, &g) || (matched && !complete(&g))) &&
		    !without_space(ps, f, &g, at, offset) && !goes_on(ps, f, &g))
			return;
		if (g.result != KLOG_MATCH || (matched && !complete(&g)))
			continue;
		keep_trial(ps, next);
		klog_find(&ps->text, ps->text.s + offset, f);
		if (complete(f))
			return;
	}
}

bool klog_join_heading(struct klog_parse *ps, struct klog_found *f)
{
	const char *next = ps->next_line;

	memcpy(ps->trial.s, ps->text.s, ps->text.len);
	ps->trial.len = ps->text.len;
	if (!join(ps, NULL, &next))
		return false;
	klog_find(&ps->trial, ps->trial.s, f);
	if (f->result != KLOG_MATCH)
		return false;
	keep_trial(ps, next);
	klog_find(&ps->text, ps->text.s, f);
	return f->result == KLOG_MATCH;
}

void klog_join_more(struct klog_parse *ps, struct klog_found *f)
{
	static struct klog_text more;
	size_t at = (size_t)(f->at - ps->text.s);
	struct raw line;

	while (f->m.end == ps->text.s + ps->text.len && peek(ps, ps->next_line, &line)) {
		const char *s, *end, *next;

		more.len = 0;
		next = add_line(ps, &more, line);
		end = more.s + more.len;
		s = skip_to_message(more.s, end);
		if (!f->pat->more(&f->m, s, end) ||
		    ps->text.len + more.len + 1 > sizeof(ps->text.s))
			return;
		ps->text.s[ps->text.len++] = '\n';
		memcpy(ps->text.s + ps->text.len, s, (size_t)(end - s));
		ps->text.len += (size_t)(end - s);
		ps->next_line = next;
		klog_match(f->pat->tmpl, ps->text.s + at, ps->text.s + ps->text.len, &f->m);
	}
}
