/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pattern matches where on a line.
 *
 * Patterns are tried at the beginning of every word, so that nothing depends
 * on knowing what stands before a message. An index by the templates' first
 * letters spares most attempts.
 */
#include "config.h"
#include "klog/internal.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

/* What spares most attempts: the leading letters of a template in lower case, and the next row that
 * begins alike. */
struct lead {
	uint16_t next; /* index of a row + 1, 0 for none */
	uint8_t len;
	char s[7];
};

static struct lead *leads;  /* one for each pattern */
static uint16_t first[256]; /* index of a row + 1, by first letter */

/* A template that begins with a number is tried at every digit. */
static unsigned char first_letter(char c)
{
	return isdigit((unsigned char)c) || c == '{' ? '0' : (unsigned char)klog_lower(c);
}

static void set_lead(struct lead *lead, const char *t)
{
	if (*t == '\\')
		t++;
	for (; lead->len < sizeof(lead->s) && *t && !strchr("<>{~\\ ", *t); t++)
		lead->s[lead->len++] = klog_lower(*t);
}

/* From the last row on, so that rows are tried in the table's order. */
static void build_index(void)
{
	leads = mem_zalloc(klog_n_patterns * sizeof(*leads));
	for (size_t i = klog_n_patterns; i > 0; i--) {
		const char *t = klog_patterns[i - 1].tmpl;
		unsigned char c = first_letter(*t == '\\' ? t[1] : *t);

		set_lead(&leads[i - 1], t);
		leads[i - 1].next = first[c];
		first[c] = (uint16_t)i;
	}
}

static const char *const tag_words[][6] = {
	[TAG_VTD] = { "DMAR", "dmar", "Intel-IOMMU", "VT-D", "VT-d", NULL },
	[TAG_AMD] = { "AMD-V", NULL },
	[TAG_SMMU] = { "smmu", "SMMU", NULL },
	[TAG_SMMUV3] = { "smmu-v3", "smmuv3", "SMMUv3", NULL },
	[TAG_SYSMMU] = { "sysmmu", NULL },
	[TAG_IPMMU] = { "ipmmu", NULL },
	[TAG_OMAP] = { "omap-iommu", NULL },
	[TAG_TEGRA] = { "memory-controller", "tegra-mc", NULL },
	[TAG_IOMMU] = { "iommu", "IOMMU", NULL },
	[TAG_XEN] = { "(XEN)", NULL },
	[TAG_RISCV] = { "riscv", NULL },
	[TAG_VIRTIO] = { "virtio", NULL },
	[TAG_VFIO] = { "vfio", NULL },
};

bool klog_has_tag(enum klog_tag tag, const char *s, const char *end)
{
	if (tag == TAG_ANY)
		return true;
	for (const char *const *w = tag_words[tag]; *w; w++)
		for (const char *p = s; (p = memmem(p, (size_t)(end - p), *w, strlen(*w))); p++)
			/* "sysmmu" is no "smmu". */
			if (p == s || !isalpha((unsigned char)p[-1]))
				return true;
	return false;
}

/* A first look that spares most attempts: the template's leading letters. */
static bool may_match(const struct lead *lead, const char *s, const char *end)
{
	for (uint8_t i = 0; i < lead->len; i++, s++) {
		if (s == end)
			return i > 2;
		if (klog_lower(*s) != lead->s[i])
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

static size_t progress(const struct klog_found *f)
{
	return f->m.n * 1000u + (size_t)(f->m.furthest - f->at);
}

/* The reason at the end of a fault is no message when the fault itself was found, though damaged.
 */
static bool is_end_of(const struct klog_found *f, const struct klog_found *best)
{
	return best->result == KLOG_BAD && best->pat->kind == KLOG_FAULT &&
	       !strcmp(f->pat->id, "vtd-fault-reason");
}

static bool try_at(const struct klog_text *t, const char *at, struct klog_found *best)
{
	const char *end = t->s + t->len;
	struct klog_found f;

	for (uint16_t i = first[first_letter(*at)]; i; i = leads[i - 1].next) {
		if (!may_match(&leads[i - 1], at, end))
			continue;
		f.pat = &klog_patterns[i - 1];
		f.at = at;
		f.result = klog_match(f.pat->tmpl, at, end, &f.m);
		if (f.result == KLOG_NO || !klog_has_tag(f.pat->tag, t->s, f.m.furthest))
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
	return (c >= '0' && c <= '9') || (klog_lower(c) >= 'a' && klog_lower(c) <= 'z');
}

static inline bool word_begins(const char *start, const char *p)
{
	return p == start || !(is_letter(p[-1]) || p[-1] == '_' || p[-1] == '-');
}

void klog_find(const struct klog_text *t, const char *from, struct klog_found *best)
{
	const char *end = t->s + t->len;

	if (!leads)
		build_index();
	best->result = KLOG_NO;
	for (const char *p = from; p < end; p++)
		if (!klog_is_blank(*p) && word_begins(t->s, p) && try_at(t, p, best))
			return;
}
