/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a line, and what belongs to it on the next ones, to a record.
 *
 * Patterns are tried at the beginning of every word, so that nothing depends
 * on knowing what stands before a message. When a pattern runs out of text,
 * the next line is joined on trial: it stays joined only if the pattern then
 * goes on, and never when it begins a message of its own.
 */
#include "config.h"
#include "klog/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MAX_JOIN = 6, INDEX = 64 };

/* Patterns by the first letter of their template. */
static uint16_t by_letter[256][INDEX];
static uint8_t n_by_letter[256];

/* The leading letters of each template, in lower case. */
static struct lead {
	uint8_t len;
	char s[7];
} leads[512];

static inline char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static void set_lead(struct lead *lead, const char *t)
{
	if (*t == '\\')
		t++;
	for (; lead->len < sizeof(lead->s) && *t && !strchr("<>{~\\ ", *t); t++)
		lead->s[lead->len++] = lower(*t);
}

static void add_to_index(unsigned char c, size_t i)
{
	if (n_by_letter[c] < INDEX)
		by_letter[c][n_by_letter[c]++] = (uint16_t)i;
}

static void build_index(void)
{
	for (size_t i = 0; i < klog_n_patterns && i < ARRAY_SIZE(leads); i++) {
		const char *t = klog_patterns[i].tmpl;
		unsigned char c = (unsigned char)tolower((unsigned char)(*t == '\\' ? t[1] : *t));

		set_lead(&leads[i], t);
		/* A template that begins with a number is tried at every digit. */
		if (c == '{')
			for (c = '0'; c < '9'; c++)
				add_to_index(c, i);
		add_to_index(c, i);
	}
}

/* --- what must stand before a pattern ------------------------------------------------------ */

static const char *const tag_words[][6] = {
	[TAG_VTD] = { "DMAR", "dmar", "Intel-IOMMU", "VT-D", "VT-d", NULL },
	[TAG_AMD] = { "AMD-V", NULL },
	[TAG_SMMU] = { "smmu", "SMMU", NULL },
	[TAG_IOMMU] = { "iommu", "IOMMU", NULL },
	[TAG_XEN] = { "(XEN)", NULL },
	[TAG_RISCV] = { "riscv", NULL },
	[TAG_VIRTIO] = { "virtio", NULL },
};

static bool has_tag(enum klog_tag tag, const char *s, const char *end)
{
	if (tag == TAG_ANY)
		return true;
	for (const char *const *w = tag_words[tag]; *w; w++)
		if (memmem(s, (size_t)(end - s), *w, strlen(*w)))
			return true;
	return false;
}

/* --- whom a message is about ----------------------------------------------------------------- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

struct word {
	const char *s, *e;
};

/* The word that ends before @hi, not going below @lo. */
static struct word word_before(const char *lo, const char *hi)
{
	struct word w;

	while (hi > lo && is_space(hi[-1]))
		hi--;
	w.e = hi;
	while (hi > lo && !is_space(hi[-1]) && hi[-1] != '>' && hi[-1] != '`')
		hi--;
	w.s = hi;
	return w;
}

static bool word_is(struct word w, const char *const *list)
{
	size_t len = (size_t)(w.e - w.s);

	for (; *list; list++)
		if (strlen(*list) == len && !strncasecmp(*list, w.s, len))
			return true;
	return false;
}

static bool is_subsystem(struct word w)
{
	static const char *const tags[] = {
		"AMD-Vi:", "DMAR:",  "DMAR-IR:", "IOMMU:",  "Intel-IOMMU:", "[Firmware", "Bug]:",
		"Warn]:",  "Info]:", "DRHD:",    "SMMUv3:", "smmu:",        "iommu:",    ":",
		"kernel:", "(XEN)",  "error:",   "Re:",     "Subject:",     NULL
	};

	return word_is(w, tags);
}

static size_t length(struct word w)
{
	return (size_t)(w.e - w.s);
}

/* "0", of "IOMMU 0": the kernel names that unit dmar0. */
static bool old_unit(const char *lo, struct word number, struct klog_record *rec)
{
	static const char *const iommu[] = { "IOMMU", NULL };
	char name[32];

	if (!length(number) || length(number) > 4 || !word_is(word_before(lo, number.s), iommu))
		return false;
	for (const char *p = number.s; p < number.e; p++)
		if (!isdigit((unsigned char)*p))
			return false;
	snprintf(name, sizeof(name), "dmar%.*s", (int)length(number), number.s);
	klog_put_str(rec, "iommu", name, strlen(name));
	return true;
}

static bool is_name(struct word w)
{
	if (!length(w) || length(w) > 64 || !isalnum((unsigned char)*w.s))
		return false;
	for (const char *p = w.s; p < w.e; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_.,", *p))
			return false;
	return true;
}

/* No name of a device has these. */
static bool is_clean(struct word w)
{
	for (const char *p = w.s; p < w.e; p++)
		if (strchr("\"'{}()[]<>=`", *p))
			return false;
	return true;
}

static bool looks_like_pci(struct word w)
{
	return length(w) >= 7 && w.e[-2] == '.' && memchr(w.s, ':', length(w));
}

/* The line before ends with "driver device:", and a mailer put the rest on this one. */
static void name_from_line_before(struct klog_parse *ps, struct klog_record *rec)
{
	const char *hi = ps->first, *lo;
	struct word w, driver;

	if (hi == ps->win.base)
		return;
	lo = memrchr(ps->win.base, '\n', (size_t)(hi - 1 - ps->win.base));
	lo = lo ? lo + 1 : ps->win.base;
	while (hi > lo && isspace((unsigned char)hi[-1]))
		hi--;
	w = word_before(lo, hi);
	if (!length(w) || *--w.e != ':' || !looks_like_pci(w) || !is_clean(w))
		return;
	klog_put_str(rec, "device", w.s, length(w));
	driver = word_before(lo, w.s);
	driver.s += length(driver) && *driver.s == '"';
	if (is_name(driver))
		klog_put_str(rec, "driver", driver.s, length(driver));
}

/* "driver device:" in [lo, at): who that names goes to the record. */
static void name_device(struct klog_parse *ps, struct klog_record *rec, enum klog_who who,
			const char *at)
{
	const char *lo = ps->text.s;
	struct word w = word_before(lo, at), driver;

	while (length(w) && is_subsystem(w))
		w = word_before(lo, w.s);
	if (!length(w)) {
		if (who == WHO_DEVICE)
			name_from_line_before(ps, rec);
		return;
	}
	if (w.e[-1] != ':') {
		/* "IOMMU: dmar0 using Queued invalidation" */
		if (who == WHO_IOMMU && length(w) > 4 && !memcmp(w.s, "dmar", 4))
			klog_put_str(rec, "iommu", w.s, length(w));
		return;
	}
	w.e--;
	if (!length(w) || !is_clean(w) || old_unit(lo, w, rec))
		return;
	if (length(w) > 2 && w.s[0] == '0' && w.s[1] == 'x') {
		/* "IOMMU 0 0xfed90000: using" */
		old_unit(lo, word_before(lo, w.s), rec);
		return;
	}
	driver = word_before(lo, w.s);
	if (length(driver) && (driver.e[-1] == ':' || !is_name(driver)))
		driver.e = driver.s;
	if (length(w) > 4 && !memcmp(w.s, "ivhd", 4))
		who = WHO_IOMMU;
	if (!length(driver) && who == WHO_DEVICE && !looks_like_pci(w)) {
		/* "xhci_hcd: AMD-Vi: ...": only the driver is named. */
		if (is_name(w))
			klog_put_str(rec, "driver", w.s, length(w));
		return;
	}
	if (who == WHO_IOMMU && !length(driver) && length(w) >= 8 && !memcmp(w.s, "arm-smmu", 8) &&
	    !memchr(w.s, '.', length(w)))
		return;
	klog_put_str(rec, who == WHO_IOMMU ? "iommu" : "device", w.s, length(w));
	if (length(driver) && who == WHO_DEVICE)
		klog_put_str(rec, "driver", driver.s, length(driver));
}

/* --- trying patterns -------------------------------------------------------------------------- */

struct found {
	enum klog_match_result result;
	const struct klog_pattern *pat;
	struct klog_match m;
	const char *at;
};

/* A first look that spares most attempts: the template's leading letters. */
static bool may_match(const struct lead *lead, const char *s, const char *end)
{
	for (uint8_t i = 0; i < lead->len; i++, s++) {
		if (s == end)
			return i > 2;
		if (lower(*s) != lead->s[i])
			return false;
	}
	return true;
}

/* A match that ended in the middle of a word is none: "IOMMU enabledness". */
static bool whole_words(const struct klog_match *m, const char *end)
{
	return m->end == end || !isalnum((unsigned char)*m->end) ||
	       !isalnum((unsigned char)m->end[-1]);
}

static size_t progress(const struct found *f)
{
	return f->m.n * 1000u + (size_t)(f->m.furthest - f->at);
}

/* The reason at the end of a fault is no message when the fault itself was found, though damaged.
 */
static bool is_end_of(const struct found *f, const struct found *best)
{
	return best->result == KLOG_BAD && best->pat->kind == KLOG_FAULT &&
	       !strcmp(f->pat->id, "vtd-fault-reason");
}

static bool try_at(const struct klog_text *t, const char *at, struct found *best)
{
	const char *end = t->s + t->len;
	unsigned char c = (unsigned char)lower(*at);
	struct found f;

	for (unsigned int i = 0; i < n_by_letter[c]; i++) {
		if (!may_match(&leads[by_letter[c][i]], at, end))
			continue;
		f.pat = &klog_patterns[by_letter[c][i]];
		f.at = at;
		f.result = klog_match(f.pat->tmpl, at, end, &f.m);
		if (f.result == KLOG_NO || !has_tag(f.pat->tag, t->s, f.m.furthest))
			continue;
		if (f.result == KLOG_MATCH && whole_words(&f.m, end)) {
			if (!is_end_of(&f, best))
				*best = f;
			return true;
		}
		if (f.result == KLOG_MATCH || (f.result == KLOG_BAD && !f.m.n))
			continue;
		if (best->result == KLOG_NO || progress(&f) > progress(best) ||
		    (progress(&f) == progress(best) && f.pat->next && !best->pat->next))
			*best = f;
	}
	return false;
}

static inline bool is_letter(char c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

static inline bool word_begins(const char *start, const char *p)
{
	return p == start || !(is_letter(p[-1]) || p[-1] == '_' || p[-1] == '-');
}

static void find_pattern(const struct klog_text *t, const char *from, struct found *best)
{
	const char *end = t->s + t->len;

	best->result = KLOG_NO;
	for (const char *p = from; p < end; p++)
		if (!is_space(*p) && word_begins(t->s, p) && try_at(t, p, best))
			return;
}

/* --- the lines behind ------------------------------------------------------------------------- */

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

/* What journalctl -o json and -o json-pretty write. */
static bool may_be_json(const char *p, const char *e)
{
	while (p < e && is_space(*p))
		p++;
	return p < e && (*p == '{' || *p == '"') &&
	       memmem(p, (size_t)(e - p), "\"MESSAGE\"", 9) != NULL;
}

/* Add a line to @t, and the ones a soft break makes part of it. Returns what is behind. */
static const char *add_line(struct klog_parse *ps, struct klog_text *t, struct raw line)
{
	size_t from = t->len;
	bool joined = false;
	const char *next;

	if (may_be_json(line.p, line.e)) {
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

static bool complete(const struct found *f)
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

/*
 * Join lines as long as that brings the pattern further. If it comes to a
 * match, that much is kept and the lines are used up; else nothing changes.
 */
static void join_lines(struct klog_parse *ps, struct found *f, const char *from)
{
	size_t offset = (size_t)(from - ps->text.s);
	const char *next = ps->next_line;
	struct found g = *f;

	memcpy(ps->trial.s, ps->text.s, ps->text.len);
	ps->trial.len = ps->text.len;
	for (int i = 0; i < MAX_JOIN; i++) {
		bool matched = g.result == KLOG_MATCH;

		if (!join(ps, g.pat->next, &next))
			return;
		find_pattern(&ps->trial, ps->trial.s + offset, &g);
		if (g.result == KLOG_NO || g.result == KLOG_BAD || strcmp(g.pat->id, f->pat->id))
			return;
		/* All of it is on the line that was added. */
		if (g.at >= ps->trial.s + ps->text.len)
			return;
		if (g.result != KLOG_MATCH || (matched && !complete(&g)))
			continue;
		keep_trial(ps, next);
		find_pattern(&ps->text, ps->text.s + offset, f);
		if (complete(f))
			return;
	}
}

/* "AMD-Vi: [Firmware Bug]:" and no more: a mailer moved the message to the next line. */
static bool only_a_heading(const struct klog_text *t)
{
	const char *end = t->s + t->len;

	while (end > t->s && is_space(end[-1]))
		end--;
	return end > t->s && end[-1] == ':' &&
	       (has_tag(TAG_VTD, t->s, end) || has_tag(TAG_AMD, t->s, end) ||
		has_tag(TAG_SMMU, t->s, end));
}

static bool join_heading(struct klog_parse *ps, struct found *f)
{
	const char *next = ps->next_line;

	memcpy(ps->trial.s, ps->text.s, ps->text.len);
	ps->trial.len = ps->text.len;
	if (!join(ps, NULL, &next))
		return false;
	find_pattern(&ps->trial, ps->trial.s, f);
	if (f->result != KLOG_MATCH)
		return false;
	keep_trial(ps, next);
	find_pattern(&ps->text, ps->text.s, f);
	return f->result == KLOG_MATCH;
}

/* Lists that go on over lines: as many lines as are part of it. */
static void join_more(struct klog_parse *ps, struct found *f)
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

/** Lines of the input that the text at hand is made of. */
uint32_t klog_lines_used(const struct klog_parse *ps)
{
	uint64_t n = klog_count_lines(ps->first, ps->next_line);

	if (ps->next_line > ps->first && ps->next_line[-1] != '\n')
		n++;
	return n ? (uint32_t)n : 1;
}

/* --- records ---------------------------------------------------------------------------------- */

void klog_begin(struct klog_parse *ps, struct klog_record *rec, const struct klog_pattern *pat)
{
	const char *end = ps->text.s + ps->text.len, *time = NULL;
	size_t len = 0;

	rec->kind = pat->kind;
	rec->pattern = pat;
	rec->file = ps->file;
	rec->line = ps->line;
	rec->lines = klog_lines_used(ps);
	rec->arch = NULL;
	rec->n_regs = rec->n_facts = 0;
	rec->used = 0;
	rec->meaning = pat->meaning;
	rec->advice = pat->advice;
	rec->why = NULL;
	rec->time = NULL;
	klog_skip_prefix(ps->text.s, end, &time, &len);
	if (time)
		rec->time = klog_keep(rec, time, len);
}

/* "[0xe2:0x00.0]" and "[[f0:1f.0]" are e2:00.0 and f0:1f.0; "0:1d.1" of old Xen is 00:1d.1. */
static void put_pci(struct klog_record *rec, const char *key, const struct klog_capture *c)
{
	unsigned int bus, device, function;
	char name[48], rest;
	size_t n = 0;

	for (uint16_t i = 0; i < c->len && n < sizeof(name) - 1; i++) {
		if (c->s[i] == '0' && i + 1 < c->len &&
		    (c->s[i + 1] == 'x' || c->s[i + 1] == 'X')) {
			i++;
			continue;
		}
		name[n++] = c->s[i];
	}
	name[n] = '\0';
	if (n < 7 && sscanf(name, "%2x:%2x.%1x%c", &bus, &device, &function, &rest) == 3)
		n = (size_t)snprintf(name, sizeof(name), "%02x:%02x.%x", bus, device, function);
	klog_put_str(rec, key, name, n);
}

uint16_t klog_trim(const char *s, uint16_t len)
{
	while (len && (is_space(s[len - 1]) || s[len - 1] == '`' || s[len - 1] == '"' ||
		       (s[len - 1] == '|' && len > 1 && is_space(s[len - 2])) ||
		       (s[len - 1] == ',' && len > 1 && s[len - 2] == '"')))
		len--;
	return len;
}

static void put_capture(struct klog_record *rec, const struct klog_capture *c)
{
	const char *key = klog_keep(rec, c->key, c->key_len);

	if (*key == '_')
		return; /* for the pattern's post function only */
	switch (c->type) {
	case 'x':
		klog_put_hex(rec, key, c->num, 0);
		break;
	case 'd':
	case 'r':
		klog_put_uint(rec, key, c->num);
		break;
	case 'i':
		klog_put_int(rec, key, *c->s == '-' ? -(int64_t)c->num : (int64_t)c->num);
		break;
	case 'b':
		put_pci(rec, key, c);
		break;
	default:
		klog_put_str(rec, key, c->s, klog_trim(c->s, c->len));
		break;
	}
}

void klog_give(struct klog_parse *ps, struct klog_record *rec)
{
	ps->totals->records++;
	ps->totals->malformed += rec->kind == KLOG_MALFORMED;
	if (!ps->stop)
		ps->stop = ps->emit(rec, ps->ctx);
}

static void fill(struct klog_parse *ps, struct klog_record *rec, const struct found *f)
{
	klog_begin(ps, rec, f->pat);
	ps->at = f->at;
	if (f->pat->who != WHO_NONE)
		name_device(ps, rec, f->pat->who, f->at);
	for (unsigned int i = 0; i < f->m.n; i++)
		put_capture(rec, &f->m.cap[i]);
}

static void give_match(struct klog_parse *ps, const struct found *f)
{
	struct klog_record *rec = &ps->rec;

	fill(ps, rec, f);
	if (f->pat->post && !f->pat->post(ps, rec, &f->m))
		return;
	if (!klog_assemble(ps, rec, &f->m))
		klog_give(ps, rec);
}

/* A line that is cut short, or holds a number that cannot be: as much of it as is whole. */
static void give_malformed(struct klog_parse *ps, const struct found *f)
{
	struct klog_record *rec = &ps->rec;
	const char *key = f->m.bad_key;
	int key_len = (int)f->m.bad_key_len;
	char why[160];

	/* A key of our own, which is not put out as it is, begins with '_'. */
	if (f->result == KLOG_BAD && key_len && *key == '_') {
		key++;
		key_len--;
	}
	fill(ps, rec, f);
	if (f->pat->post)
		f->pat->post(ps, rec, &f->m);
	rec->kind = KLOG_MALFORMED;
	if (f->result == KLOG_BAD && f->m.too_wide)
		snprintf(why, sizeof(why), "the value of '%.*s' is wider than %u bits", key_len,
			 key, f->m.bad_bits);
	else if (f->result == KLOG_BAD)
		snprintf(why, sizeof(why), "the value of '%.*s' is not a number", key_len, key);
	else
		snprintf(why, sizeof(why), "the line ends in the middle of the message");
	rec->why = klog_keep(rec, why, strlen(why));
	klog_put_str(rec, "text", f->at, (size_t)(ps->text.s + ps->text.len - f->at));
	rec->meaning = "A line that the kernel would not have printed like this: cut off, "
		       "overwritten by another message, or changed on its way here";
	rec->advice = "Take the log again from the machine (journalctl -k -b, dmesg) and compare";
	klog_give(ps, rec);
}

/* Enough of a pattern that it cannot be prose: a number was there, and more than that. */
static bool worth_telling(const struct found *f)
{
	bool fault = f->pat->kind == KLOG_FAULT || f->pat->kind == KLOG_REGISTERS;

	if (*f->pat->tmpl == '{' || f->m.furthest - f->at < 8)
		return false;
	for (unsigned int i = 0; i < f->m.n; i++)
		if (fault || strchr("xdirb", f->m.cap[i].type))
			return true;
	return false;
}

/* Program text that prints such lines is not such a line. */
static bool is_source(const char *p, const char *e)
{
	static const char *const marks[] = { "\\n\"",   "pr_info(", "pr_err(",   "pr_warn(",
					     "printk(", "dev_err(", "dev_info(", "%s",
					     "%d",      "%x",       "%#x",       "%llx",
					     "%#llx",   "%02x",     NULL };
	size_t len = (size_t)(e - p);

	if (!memchr(p, '%', len) && !memchr(p, '(', len) && !memchr(p, '"', len))
		return false;
	for (const char *const *m = marks; *m; m++)
		if (memmem(p, len, *m, strlen(*m)))
			return true;
	return false;
}

/* A line that an IOMMU driver surely wrote, but no pattern knows. */
static bool from_driver(const struct klog_text *t)
{
	static const char *const names[] = { "DMAR:",        "DMAR-IR:", "AMD-Vi:",
					     "arm-smmu-v3 ", "iommu:",   NULL };
	const char *end = t->s + t->len, *s = klog_skip_prefix(t->s, end, NULL, NULL);

	for (const char *const *n = names; *n; n++)
		if ((size_t)(end - s) > strlen(*n) && !memcmp(s, *n, strlen(*n)))
			return true;
	return false;
}

const char *klog_parse_line(struct klog_parse *ps, const struct klog_window *win, const char *p,
			    const char *e, uint64_t line)
{
	struct raw first = { p, line_end(p, e) };
	const char *from;
	struct found f;
	int found = 0;

	ps->win = *win;
	ps->line = line;
	ps->first = p;
	ps->text.len = 0;
	ps->next_line = add_line(ps, &ps->text, first);
	klog_assemble_flush(ps, line);
	if (!may_be_json(p, e) && is_source(p, e))
		return e;
	from = ps->text.s;
	/* More than one message can be on a line: consoles run them together. */
	while (!ps->stop) {
		find_pattern(&ps->text, from, &f);
		if (f.result == KLOG_NO &&
		    (found || !only_a_heading(&ps->text) || !join_heading(ps, &f)))
			break;
		if (f.result == KLOG_PARTIAL || !complete(&f))
			join_lines(ps, &f, from);
		if (f.result == KLOG_MATCH) {
			if (f.pat->more)
				join_more(ps, &f);
			give_match(ps, &f);
			found++;
			from = f.m.end;
			continue;
		}
		if (worth_telling(&f)) {
			give_malformed(ps, &f);
			found++;
		}
		break;
	}
	if (!found && from_driver(&ps->text))
		ps->totals->unrecognised++;
	return ps->next_line;
}

struct klog_parse *klog_parse_new(klog_emit *emit, void *ctx, struct klog_totals *totals,
				  const char *file)
{
	struct klog_parse *ps = mem_zalloc(sizeof(*ps));

	ps->emit = emit;
	ps->ctx = ctx;
	ps->totals = totals;
	ps->file = file;
	if (!n_by_letter['d'])
		build_index();
	return ps;
}

int klog_parse_end(struct klog_parse *ps)
{
	int stop;

	klog_assemble_flush(ps, UINT64_MAX);
	stop = ps->stop;
	free(ps->pending);
	free(ps);
	return stop;
}
