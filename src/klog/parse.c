/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a line, and what belongs to it on the next ones, to records.
 *
 * find.c says which pattern matches, join.c takes further lines in, who.c
 * names the device; here the captures become a record.
 */
#include "config.h"
#include "klog/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

uint32_t klog_lines_used(const struct klog_parse *ps)
{
	uint64_t n = klog_count_lines(ps->first, ps->next_line);

	if (ps->next_line > ps->first && ps->next_line[-1] != '\n')
		n++;
	return n ? (uint32_t)n : 1;
}

/* Begin @rec as a record of the line at hand. */
static void begin(struct klog_parse *ps, struct klog_record *rec, const struct klog_pattern *pat)
{
	const char *time = NULL;
	char other[32];
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
	klog_find_time(ps->text.s, ps->at, &time, &len);
	if (time)
		rec->time = klog_keep(rec, time, len);
	else if (klog_other_time(ps->win.base, ps->first, ps->next_line, other, sizeof(other)))
		rec->time = klog_keep(rec, other, strlen(other));
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
	while (len && (klog_is_blank(s[len - 1]) || s[len - 1] == '`' || s[len - 1] == '"' ||
		       (s[len - 1] == '|' && len > 1 && klog_is_blank(s[len - 2])) ||
		       (s[len - 1] == ',' && len > 1 && s[len - 2] == '"')))
		len--;
	return len;
}

static void put_capture(struct klog_record *rec, const struct klog_capture *c)
{
	const char *key;

	if (*c->key == '_')
		return; /* for the pattern's post function only */
	key = klog_keep_key(rec, c->key, c->key_len);
	if (!key)
		return;
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

static void fill(struct klog_parse *ps, struct klog_record *rec, const struct klog_found *f)
{
	ps->at = f->at;
	begin(ps, rec, f->pat);
	if (f->pat->who != WHO_NONE)
		klog_name_device(ps, rec, f->pat->who, f->at);
	for (unsigned int i = 0; i < f->m.n; i++)
		put_capture(rec, &f->m.cap[i]);
}

static void give_match(struct klog_parse *ps, const struct klog_found *f)
{
	struct klog_record *rec = &ps->rec;

	fill(ps, rec, f);
	if (f->pat->post && !f->pat->post(ps, rec, &f->m))
		return;
	if (!klog_assemble(ps, rec, &f->m))
		klog_give(ps, rec);
}

/* A line that is cut short, or holds a number that cannot be: as much of it as is whole. */
static void give_malformed(struct klog_parse *ps, const struct klog_found *f)
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
static bool worth_telling(const struct klog_found *f)
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

/* "AMD-Vi: [Firmware Bug]:" and no more: a mailer moved the message to the next line. */
static bool only_a_heading(const struct klog_text *t)
{
	const char *end = t->s + t->len;

	while (end > t->s && klog_is_blank(end[-1]))
		end--;
	return end > t->s && end[-1] == ':' &&
	       (klog_has_tag(TAG_VTD, t->s, end) || klog_has_tag(TAG_AMD, t->s, end) ||
		klog_has_tag(TAG_SMMU, t->s, end));
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
	const char *from;
	struct klog_found f;
	int found = 0;

	ps->win = *win;
	ps->line = line;
	ps->first = p;
	ps->text.len = 0;
	ps->next_line = klog_add_line(ps, &ps->text, p, e);
	klog_assemble_flush(ps, line);
	if (!klog_may_be_json(p, e) && is_source(p, e))
		return e;
	from = ps->text.s;
	/* More than one message can be on a line: consoles run them together. */
	while (!ps->stop) {
		klog_find(&ps->text, from, &f);
		if (f.result == KLOG_NO &&
		    (found || !only_a_heading(&ps->text) || !klog_join_heading(ps, &f)))
			break;
		klog_join_lines(ps, &f, from);
		if (f.result == KLOG_MATCH) {
			if (f.pat->more)
				klog_join_more(ps, &f);
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
