/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SMMUv3 events, spread over lines.
 *
 * The kernel prints an event as a heading, four words and, since 6.13, two
 * lines of words; other lines, and other SMMUs' events, come in between. What
 * belongs together is told by the SMMU's name. An event is given out when it
 * is complete, when the same SMMU begins another, or when nothing more came
 * for a while.
 */
#include "config.h"
#include "klog/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum {
	WAIT = 64, /* lines after which an event is given up */
	WORDS = 4,
};

struct klog_pending {
	bool used, headed, named, skip;
	uint8_t code; /* of the heading */
	unsigned int n_words, skip_words;
	uint64_t word[WORDS];
	uint64_t last_line; /* of the event, so far */
	struct klog_record rec;
};

static const char *name_of(const struct klog_record *rec)
{
	const struct klog_fact *f = klog_fact(rec, "iommu");

	return f ? f->str : "";
}

static struct klog_pending *find(struct klog_parse *ps, const char *iommu)
{
	for (int i = 0; ps->pending && i < KLOG_PENDING; i++)
		if (ps->pending[i].used && !strcmp(name_of(&ps->pending[i].rec), iommu))
			return &ps->pending[i];
	return NULL;
}

/* --- what the words say ---------------------------------------------------------------------- */

static uint64_t bits(const uint64_t *w, unsigned int hi, unsigned int lo)
{
	uint64_t v = w[lo / 64] >> (lo % 64);
	unsigned int width = hi - lo + 1;

	return width == 64 ? v : v & ((UINT64_C(1) << width) - 1);
}

static bool is_translation(uint64_t code)
{
	return code >= 0x10 && code <= 0x13;
}

static void put_translation(struct klog_record *rec, const uint64_t *w, unsigned int n)
{
	static const char *const classes[] = { "CD", "TT", "IN", "reserved" };

	klog_put_text(rec, "stage", bits(w, 103, 103) ? "2" : "1");
	klog_put_text(rec, "class", classes[bits(w, 105, 104)]);
	if (bits(w, 7, 0) == 0x0b)
		return;
	klog_put_bool(rec, "stalled", bits(w, 95, 95));
	if (bits(w, 95, 95))
		klog_put_hex(rec, "stall_tag", bits(w, 79, 64), 16);
	if (n > 3 && bits(w, 103, 103))
		klog_put_hex(rec, "ipa", bits(w, 247, 204) << 12, 0);
}

/* SMMUv3 "Event records": which fields a record has depends on its type. @n of its words are there.
 */
static void decode_words(struct klog_record *rec, const uint64_t *w, unsigned int n)
{
	uint64_t code = bits(w, 7, 0);
	bool translation = is_translation(code);
	bool has_input =
		translation || code == 0x01 || code == 0x07 || code == 0x0b || code == 0x20;

	klog_put_reason(rec, &klog_smmuv3_events, code, 8);
	if (code >= 0xe0 && code <= 0xef) {
		klog_put_text(rec, "reason", "IMPDEF");
		rec->meaning = "An event that only the maker of this SMMU defines";
	}
	if (code == 0x24)
		rec->kind = KLOG_EVENT;
	klog_put_stream(rec, bits(w, 63, 32));
	if (code == 0x08 || (code != 0x06 && bits(w, 11, 11)))
		klog_put_uint(rec, "pasid", bits(w, 31, 12));
	if (n > 2 && has_input)
		klog_put_hex(rec, "address", w[2], 0);
	else if (n > 2 && code == 0x24)
		klog_put_hex(rec, "address", bits(w, 191, 140) << 12, 0);
	if (n < 2)
		return;
	if (translation || code == 0x01 || code == 0x0b) {
		bool instruction = bits(w, 98, 98);

		klog_put_text(rec, "access",
			      instruction ? "execute" : (bits(w, 99, 99) ? "read" : "write"));
		klog_put_bool(rec, "privileged", bits(w, 97, 97));
	} else if (code == 0x07) {
		klog_put_text(rec, "access", bits(w, 99, 99) ? "read" : "write");
	}
	if (translation || code == 0x0b)
		put_translation(rec, w, n);
	if (n > 3 && (code == 0x03 || code == 0x09 || code == 0x0b || code == 0x25))
		klog_put_hex(rec, "fetch_address", bits(w, 247, 195) << 3, 0);
}

static void put_words(struct klog_record *rec, const struct klog_pending *p)
{
	for (unsigned int i = 0; i < p->n_words; i++) {
		char item[24];

		snprintf(item, sizeof(item), "0x%016llx", (unsigned long long)p->word[i]);
		klog_put_item(rec, "words", item);
	}
}

static void malformed(struct klog_record *rec, const char *why)
{
	rec->kind = KLOG_MALFORMED;
	rec->why = why;
	rec->meaning = "An event that is not whole: lines were lost or cut off";
	rec->advice = "Take the log again from the machine (journalctl -k -b, dmesg)";
}

static void give(struct klog_parse *ps, struct klog_pending *p)
{
	struct klog_record *rec = &p->rec;

	p->used = false;
	if (p->skip)
		return;
	put_words(rec, p);
	/* The first word that came need not be the event's first. */
	if (p->n_words == WORDS ||
	    (p->n_words && !p->named && (!p->headed || (p->word[0] & 0xff) == p->code)))
		decode_words(rec, p->word, p->n_words);
	if (p->n_words < WORDS && !p->named)
		malformed(rec, p->n_words ? "the event has four words, but not all of them came"
					  : "the event's four words did not come");
	klog_give(ps, rec);
}

static struct klog_pending *begin(struct klog_parse *ps, const struct klog_record *rec)
{
	struct klog_pending *slot = NULL;

	if (!ps->pending)
		ps->pending = mem_zalloc(KLOG_PENDING * sizeof(*ps->pending));
	for (int i = 0; i < KLOG_PENDING && !slot; i++)
		if (!ps->pending[i].used)
			slot = &ps->pending[i];
	if (!slot) {
		/* More SMMUs at once than any machine has: the oldest goes. */
		slot = &ps->pending[0];
		for (int i = 1; i < KLOG_PENDING; i++)
			if (ps->pending[i].last_line < slot->last_line)
				slot = &ps->pending[i];
		give(ps, slot);
	}
	slot->used = true;
	slot->headed = slot->named = slot->skip = false;
	slot->n_words = slot->skip_words = 0;
	slot->code = 0;
	memset(slot->word, 0, sizeof(slot->word));
	klog_copy(&slot->rec, rec);
	return slot;
}

/* --- lines ------------------------------------------------------------------------------------ */

static void took(struct klog_parse *ps, struct klog_pending *p)
{
	p->last_line = ps->line + klog_lines_used(ps) - 1;
	p->rec.lines = (uint32_t)(p->last_line - p->rec.line + 1);
}

static void take_heading(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	struct klog_pending *p = find(ps, name_of(rec));
	const struct klog_capture *code = klog_capture(m, "_code");

	if (p)
		give(ps, p);
	p = begin(ps, rec);
	p->headed = true;
	if (code) {
		p->code = (uint8_t)code->num;
		klog_put_reason(&p->rec, &klog_smmuv3_events, code->num, 8);
	}
	took(ps, p);
}

static void take_word(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	struct klog_pending *p = find(ps, name_of(rec));
	const struct klog_capture *c = klog_capture(m, "_word");

	if (p && p->skip) {
		took(ps, p);
		if (++p->skip_words == 2)
			give(ps, p);
		return;
	}
	if (p && (p->n_words == WORDS || p->named)) {
		give(ps, p);
		p = NULL;
	}
	if (!p)
		p = begin(ps, rec);
	p->word[p->n_words++] = c->num;
	took(ps, p);
}

static void put_named(struct klog_record *rec, const struct klog_match *m)
{
	const struct klog_capture *name = klog_capture(m, "_name"),
				  *client = klog_capture(m, "_client"),
				  *sid = klog_capture(m, "_sid"), *ssid = klog_capture(m, "_ssid"),
				  *iova = klog_capture(m, "_iova"), *ipa = klog_capture(m, "_ipa"),
				  *fetch = klog_capture(m, "_fetch");

	if (client)
		klog_put_str(rec, "device", client->s, client->len);
	if (sid)
		klog_put_stream(rec, sid->num);
	if (ssid && ssid->num)
		klog_put_uint(rec, "pasid", ssid->num);
	if (iova)
		klog_put_hex(rec, "address", iova->num, 0);
	if (ipa && ipa->num)
		klog_put_hex(rec, "ipa", ipa->num, 0);
	if (fetch)
		klog_put_hex(rec, "fetch_address", fetch->num, 0);
	if (!name)
		return;
	klog_put_str(rec, "log_text", name->s, name->len);
	for (size_t i = 0; i < klog_smmuv3_events.count; i++) {
		const struct klog_reason *r = &klog_smmuv3_events.rows[i];

		if (strlen(r->name) == name->len && !memcmp(r->name, name->s, name->len))
			klog_put_reason(rec, &klog_smmuv3_events, r->code, 8);
	}
}

static void take_name(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	struct klog_pending *p = find(ps, name_of(rec));

	if (p && (p->named || p->skip)) {
		give(ps, p);
		p = NULL;
	}
	if (!p)
		p = begin(ps, rec);
	p->named = true;
	put_named(&p->rec, m);
	took(ps, p);
}

static bool is(const struct klog_capture *c, const char *text)
{
	return c && c->len == strlen(text) && !memcmp(c->s, text, c->len);
}

static void take_access(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	struct klog_pending *p = find(ps, name_of(rec));
	const struct klog_capture *class = klog_capture(m, "_class");

	if (!p || p->skip)
		p = begin(ps, rec);
	if (p->n_words < WORDS) {
		klog_put_text(&p->rec, "access",
			      is(klog_capture(m, "_kind"), "inst")     ? "execute"
			      : is(klog_capture(m, "_access"), "read") ? "read"
								       : "write");
		klog_put_bool(&p->rec, "privileged", *rec->pattern->tmpl == 'p');
		klog_put_text(&p->rec, "stage", is(klog_capture(m, "_stage"), "s2") ? "2" : "1");
	}
	if (class)
		klog_put_str(&p->rec, "log_class", class->s, class->len);
	p->named = true;
	took(ps, p);
	give(ps, p);
}

bool klog_assemble(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	const char *id = rec->pattern->id;
	struct klog_pending *p;

	if (!strcmp(id, "smmuv3-command-skip") && *rec->pattern->tmpl == 's') {
		/* The two words that follow are a command, not an event. */
		p = find(ps, name_of(rec));
		if (p)
			give(ps, p);
		p = begin(ps, rec);
		p->skip = true;
		took(ps, p);
		return false;
	}
	if (strncmp(id, "smmuv3-event", 12))
		return false;
	if (!strcmp(id, "smmuv3-event"))
		take_heading(ps, rec, m);
	else if (!strcmp(id, "smmuv3-event-word"))
		take_word(ps, rec, m);
	else if (!strcmp(id, "smmuv3-event-name"))
		take_name(ps, rec, m);
	else
		take_access(ps, rec, m);
	return true;
}

void klog_assemble_flush(struct klog_parse *ps, uint64_t line)
{
	for (;;) {
		struct klog_pending *first = NULL;

		for (int i = 0; ps->pending && i < KLOG_PENDING; i++) {
			struct klog_pending *p = &ps->pending[i];

			if (p->used && (line == UINT64_MAX || line > p->last_line + WAIT) &&
			    (!first || p->rec.line < first->rec.line))
				first = p;
		}
		if (!first)
			return;
		give(ps, first);
	}
}
