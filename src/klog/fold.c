/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as text, with storms of faults folded.
 *
 * A fault that repeats is one entry: how often, from which line to which, at
 * which addresses. Faults and events are the same when everything but place,
 * time and address is. They are held back until the input ends; the rest
 * is printed as it comes. When too many different ones are held, they are
 * printed and begin anew, so memory stays within bounds.
 */
#include "config.h"
#include "klog/internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "decode/capabilities.h"
#include "render/doc.h"
#include "render/registers.h"

enum {
	ENTRIES = 1024, /* different faults held at once */
	SLOTS = 4096,   /* of the hash table, a power of two */
	ADDRESSES = 8,  /* shown one by one */
	KEY = 512,
	INDENT = 4,
};

struct entry {
	char key[KEY];
	uint64_t count, last_line;
	const char *last_file;
	uint64_t address[ADDRESSES], lowest, highest;
	unsigned int n_addresses;
	bool more_addresses;
	struct klog_record rec;
};

struct seen_unit {
	char name[48];
	const char *arch;
	unsigned int n_regs;
	uint64_t value[KLOG_MAX_REGS];
	uint64_t line;
};

struct klog_fold {
	struct out *o;
	bool fold, with_file;
	struct seen_unit units[32];
	unsigned int n_units;
	struct entry *entries[ENTRIES]; /* made when first needed, then used again */
	unsigned int n;
	uint16_t slot[SLOTS];    /* index + 1 */
	const char *advised[64]; /* advice that was given already */
	unsigned int n_advised;
};

struct klog_fold *klog_fold_new(struct out *o, bool fold, bool with_file)
{
	struct klog_fold *f = mem_zalloc(sizeof(*f));

	f->o = o;
	f->fold = fold;
	f->with_file = with_file;
	return f;
}

/* --- text ------------------------------------------------------------------------------------- */

/* On one line, whatever is in it. */
static void put_one_line(struct out *o, const char *s)
{
	for (;;) {
		size_t n = strcspn(s, "\n");

		out_bytes(o, s, n);
		if (!s[n])
			return;
		out_str(o, " ");
		s += n + 1;
	}
}

static void put_value(struct out *o, const struct klog_fact *f)
{
	switch (f->type) {
	case KLOG_HEX:
		out_printf(o, "0x%0*" PRIx64, (f->bits + 3) / 4, f->num);
		break;
	case KLOG_UINT:
		out_printf(o, "%" PRIu64, f->num);
		break;
	case KLOG_INT:
		out_printf(o, "%" PRId64, (int64_t)f->num);
		break;
	case KLOG_BOOL:
		out_str(o, f->num ? "yes" : "no");
		break;
	case KLOG_LIST:
	case KLOG_STR:
		put_one_line(o, f->str ? f->str : "");
		break;
	}
}

static const char *str_of(const struct klog_record *rec, const char *key)
{
	const struct klog_fact *f = klog_fact(rec, key);

	return f && f->type == KLOG_STR ? f->str : NULL;
}

/* Whom it is about: "nvme 0000:01:00.0", "dmar0". */
static void put_subject(struct out *o, const struct klog_record *rec)
{
	const char *device = str_of(rec, "device"), *iommu = str_of(rec, "iommu");

	if (device)
		out_styled(o, OUT_BOLD, device);
	else if (iommu)
		out_styled(o, OUT_BOLD, iommu);
	if (device && iommu)
		out_printf(o, " (%s)", iommu);
}

static bool is_shown(const struct klog_record *rec, const struct klog_fact *f, bool verbose)
{
	static const char *const never[] = { "device", "iommu",   "reason", "reason_code",
					     "access", "address", "pasid",  "stream_id" };
	static const char *const if_verbose[] = { "words",          "log_text",  "log_class",
						  "text",           "log_names", "status",
						  "syndrome_value", "tentative", "base",
						  "page_size_mask", "driver" };
	bool fault = rec->kind == KLOG_FAULT || rec->kind == KLOG_MALFORMED;

	for (size_t i = 0; i < (fault ? ARRAY_SIZE(never) : 2); i++)
		if (!strcmp(f->key, never[i]))
			return false;
	for (size_t i = 0; !verbose && i < ARRAY_SIZE(if_verbose); i++)
		if (!strcmp(f->key, if_verbose[i]))
			return false;
	return true;
}

static void put_key(struct out *o, const char *key)
{
	for (; *key; key++)
		out_bytes(o, *key == '_' ? " " : key, 1);
}

static void put_facts(struct out *o, const struct klog_record *rec)
{
	bool first = true;

	for (unsigned int i = 0; i < rec->n_facts; i++) {
		const struct klog_fact *f = &rec->facts[i];

		if (!is_shown(rec, f, o->verbose))
			continue;
		out_str(o, first ? "" : ", ");
		put_key(o, f->key);
		out_str(o, " ");
		put_value(o, f);
		first = false;
	}
}

static bool any_fact(const struct out *o, const struct klog_record *rec)
{
	for (unsigned int i = 0; i < rec->n_facts; i++)
		if (is_shown(rec, &rec->facts[i], o->verbose))
			return true;
	return false;
}

static void put_sentence(struct out *o, const char *label, const char *s)
{
	if (!s)
		return;
	out_pad(o, INDENT);
	out_str(o, label);
	out_wrap(o, INDENT + (label ? strlen(label) + 1 : 0), s);
	out_str(o, "\n");
}

/* Advice is given once: a log has hundreds of lines of a kind. */
static void put_advice(struct klog_fold *f, const struct klog_record *rec)
{
	const char *in = rec->text;

	if (!rec->advice)
		return;
	for (unsigned int i = 0; i < f->n_advised; i++)
		if (f->advised[i] == rec->advice)
			return;
	put_sentence(f->o, "Try:", rec->advice);
	if (f->n_advised < ARRAY_SIZE(f->advised) &&
	    !(rec->advice >= in && rec->advice < in + sizeof(rec->text)))
		f->advised[f->n_advised++] = rec->advice;
}

static enum out_style style_of(enum klog_kind kind)
{
	switch (kind) {
	case KLOG_FAULT:
	case KLOG_FIRMWARE_BUG:
		return OUT_BAD;
	case KLOG_EVENT:
	case KLOG_MALFORMED:
		return OUT_WARN;
	default:
		return OUT_TITLE;
	}
}

static void put_line(const struct klog_fold *f, const char *file, uint64_t line)
{
	if (f->with_file)
		out_printf(f->o, "%s:", file ? file : "-");
	out_printf(f->o, "%" PRIu64, line);
}

static void put_place(const struct klog_fold *f, const struct klog_record *rec,
		      const struct entry *e)
{
	struct out *o = f->o;

	put_line(f, rec->file, rec->line);
	if (e && e->count > 1) {
		out_str(o, "-");
		if (e->last_file == rec->file)
			out_printf(o, "%" PRIu64, e->last_line);
		else
			put_line(f, e->last_file, e->last_line);
	}
	out_str(o, ": ");
	out_styled(o, style_of(rec->kind), klog_kind_name(rec->kind));
	if (e && e->count > 1)
		out_printf(o, " (%" PRIu64 " times)", e->count);
	out_str(o, ": ");
}

/* The view that hwinfo has, moved in. */
static void put_all_registers(struct out *o, json_object *doc)
{
	struct out text = { .verbose = o->verbose,
			    .width = o->width > INDENT ? o->width - INDENT : 0,
			    .color = o->color };
	const char *p, *end;

	registers_view(&text, doc);
	for (p = text.data, end = p + text.len; text.len && p < end;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl + 1 : end;

		if (*p != '\n')
			out_pad(o, INDENT);
		/* Filtered already, when it came into the other buffer. */
		out_raw(o, p, (size_t)(stop - p));
		p = stop;
	}
	out_free(&text);
}

static void add_words(char *list, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void add_words(char *list, size_t size, const char *fmt, ...)
{
	size_t n = strlen(list);
	va_list ap;

	if (n && n + 2 < size) {
		memcpy(list + n, ", ", 3);
		n += 2;
	}
	va_start(ap, fmt);
	vsnprintf(list + n, size - n, fmt, ap);
	va_end(ap);
}

static uint64_t mask_of(json_object *sizes)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < doc_len(sizes); i++)
		mask |= (uint64_t)json_object_get_int64(doc_at(sizes, i));
	return mask;
}

/* What is known of the common vocabulary, in three lines. */
static void put_capabilities(struct out *o, json_object *caps)
{
	char has[600] = "", lacks[400] = "", words[120];

	for (size_t i = 0; i < CAP_COUNT; i++) {
		const struct capability_info *c = &capability_info[i];
		json_object *v = doc_get(caps, c->key);

		if (!v)
			continue;
		if (c->kind == CAPABILITY_NUMBER) {
			int64_t n = json_object_get_int64(v);

			if (n)
				add_words(has, sizeof(has), "%s %" PRId64, c->title, n);
			else
				add_words(lacks, sizeof(lacks), "%s", c->title);
		} else if (c->kind == CAPABILITY_SIZES) {
			sizes_words(mask_of(v), words, sizeof(words));
			add_words(has, sizeof(has), "%s of %s", c->title, words);
		} else if (json_object_get_boolean(v)) {
			add_words(has, sizeof(has), "%s", c->title);
		} else {
			add_words(lacks, sizeof(lacks), "%s", c->title);
		}
	}
	if (*has)
		put_sentence(o, "Has:", has);
	if (*lacks)
		put_sentence(o, "Lacks:", lacks);
}

static const struct seen_unit *seen_before(struct klog_fold *f, const struct klog_record *rec)
{
	for (unsigned int i = 0; i < f->n_units; i++) {
		const struct seen_unit *u = &f->units[i];

		if (u->arch == rec->arch && u->n_regs == rec->n_regs &&
		    !memcmp(u->value, rec->reg_value, sizeof(u->value[0]) * rec->n_regs))
			return u;
	}
	return NULL;
}

static void remember(struct klog_fold *f, const struct klog_record *rec)
{
	struct seen_unit *u;

	if (f->n_units == ARRAY_SIZE(f->units))
		return;
	u = &f->units[f->n_units++];
	u->arch = rec->arch;
	u->n_regs = rec->n_regs;
	memcpy(u->value, rec->reg_value, sizeof(u->value));
	u->line = rec->line;
	snprintf(u->name, sizeof(u->name), "%s", str_of(rec, "iommu") ? str_of(rec, "iommu") : "");
}

static void put_registers(struct klog_fold *f, const struct klog_record *rec)
{
	const struct seen_unit *same = rec->n_regs ? seen_before(f, rec) : NULL;
	struct out *o = f->o;
	json_object *doc, *regs;

	if (same && !o->verbose) {
		out_pad(o, INDENT);
		out_printf(o, "The same registers as %s%sin line %" PRIu64 "\n", same->name,
			   *same->name ? " " : "those ", same->line);
		return;
	}
	remember(f, rec);
	doc = klog_record_doc(rec);
	if (o->verbose && rec->n_regs) {
		put_all_registers(o, doc);
		json_object_put(doc);
		return;
	}
	regs = doc_get(doc, "registers");
	if (rec->n_regs) {
		out_pad(o, INDENT);
		json_object_object_foreach(regs, name, reg)
			out_printf(o, "%s=%s ", name, doc_get_str(reg, "value", "?"));
		o->len--;
		out_str(o, "\n");
	}
	put_capabilities(o, doc_get(doc, "capabilities"));
	json_object_put(doc);
}

static void put_addresses(struct out *o, const struct entry *e)
{
	if (!e || e->n_addresses < 2)
		return;
	out_pad(o, INDENT);
	out_str(o, "Addresses:");
	for (unsigned int i = 0; i < e->n_addresses; i++)
		out_printf(o, " 0x%" PRIx64, e->address[i]);
	if (e->more_addresses)
		out_printf(o, " and more, from 0x%" PRIx64 " to 0x%" PRIx64, e->lowest, e->highest);
	out_str(o, "\n");
}

static void put_fault(struct out *o, const struct klog_record *rec)
{
	const struct klog_fact *address = klog_fact(rec, "address"),
			       *code = klog_fact(rec, "reason_code"),
			       *pasid = klog_fact(rec, "pasid");
	const char *reason = str_of(rec, "reason"), *access = str_of(rec, "access");

	put_subject(o, rec);
	if (access)
		out_printf(o, "%s%s", str_of(rec, "device") || str_of(rec, "iommu") ? ": " : "",
			   access);
	if (address) {
		bool first = !access && !str_of(rec, "device") && !str_of(rec, "iommu");

		out_str(o, first ? "at " : " at ");
		put_value(o, address);
	}
	if (pasid)
		out_printf(o, ", PASID %" PRIu64, pasid->num);
	if (reason || code) {
		if (str_of(rec, "device") || str_of(rec, "iommu") || access || address || pasid)
			out_str(o, ": ");
		out_str(o, reason ? reason : "unknown reason");
	}
	if (code) {
		out_str(o, reason ? " (" : " ");
		put_value(o, code);
		out_str(o, reason ? ")" : "");
	}
	if (rec->why)
		out_printf(o, "%s%s",
			   str_of(rec, "device") || str_of(rec, "iommu") || access || reason ? "; "
											     : "",
			   rec->why);
	if (any_fact(o, rec)) {
		out_str(o, "; ");
		put_facts(o, rec);
	}
	out_str(o, "\n");
}

static void print_fault(struct klog_fold *f, const struct klog_record *rec, const struct entry *e)
{
	put_place(f, rec, e);
	put_fault(f->o, rec);
	put_addresses(f->o, e);
	put_sentence(f->o, NULL, rec->meaning);
	put_advice(f, rec);
}

/* A setting, an event, a group: what it means, and what the line says. */
static void print_plain(struct klog_fold *f, const struct klog_record *rec, const struct entry *e)
{
	struct out *o = f->o;
	bool subject = str_of(rec, "device") || str_of(rec, "iommu");

	put_place(f, rec, e);
	put_subject(o, rec);
	if (subject)
		out_str(o, ": ");
	out_str(o, rec->meaning);
	if (any_fact(o, rec)) {
		out_str(o, " (");
		put_facts(o, rec);
		out_str(o, ")");
	}
	out_str(o, "\n");
	put_addresses(o, e);
	if (rec->arch)
		put_registers(f, rec);
	if (rec->kind == KLOG_EVENT || rec->kind == KLOG_FIRMWARE_BUG || o->verbose)
		put_advice(f, rec);
}

static void print(struct klog_fold *f, const struct klog_record *rec, const struct entry *e)
{
	if (rec->kind == KLOG_FAULT || rec->kind == KLOG_MALFORMED)
		print_fault(f, rec, e);
	else
		print_plain(f, rec, e);
}

/* --- folding ---------------------------------------------------------------------------------- */

static size_t add_bytes(char *key, size_t n, const void *p, size_t len)
{
	if (n + len > KEY - 1)
		len = KEY - 1 - n;
	memcpy(key + n, p, len);
	return n + len;
}

/* Everything that makes two records the same: not the place, the time and the address. */
static void make_key(char key[KEY], const struct klog_record *rec)
{
	size_t n = add_bytes(key, 0, &rec->kind, sizeof(rec->kind));

	n = add_bytes(key, n, rec->pattern->id, strlen(rec->pattern->id) + 1);
	for (unsigned int i = 0; i < rec->n_facts; i++) {
		const struct klog_fact *f = &rec->facts[i];

		/* The words of an event hold its address. */
		if (!strcmp(f->key, "address") || !strcmp(f->key, "words"))
			continue;
		n = add_bytes(key, n, f->key, strlen(f->key) + 1);
		if (f->str)
			n = add_bytes(key, n, f->str, strlen(f->str) + 1);
		else
			n = add_bytes(key, n, &f->num, sizeof(f->num));
	}
	memset(key + n, 0, KEY - n);
}

static uint64_t hash(const char key[KEY])
{
	uint64_t h = 1469598103934665603u, w;

	for (size_t i = 0; i < KEY; i += sizeof(w)) {
		memcpy(&w, key + i, sizeof(w));
		h = (h ^ w) * 1099511628211u;
		h ^= h >> 29;
	}
	return h;
}

static void note_address(struct entry *e, const struct klog_record *rec)
{
	const struct klog_fact *f = klog_fact(rec, "address");

	if (!f)
		return;
	if (!e->n_addresses || f->num < e->lowest)
		e->lowest = f->num;
	if (!e->n_addresses || f->num > e->highest)
		e->highest = f->num;
	for (unsigned int i = 0; i < e->n_addresses; i++)
		if (e->address[i] == f->num)
			return;
	if (e->n_addresses < ADDRESSES)
		e->address[e->n_addresses++] = f->num;
	else
		e->more_addresses = true;
}

static void print_held(struct klog_fold *f)
{
	for (unsigned int i = 0; i < f->n; i++) {
		print(f, &f->entries[i]->rec, f->entries[i]);
	}
	f->n = 0;
	memset(f->slot, 0, sizeof(f->slot));
}

static void hold(struct klog_fold *f, const struct klog_record *rec)
{
	char key[KEY];
	struct entry *e;
	size_t s;

	make_key(key, rec);
	for (s = hash(key) % SLOTS; f->slot[s]; s = (s + 1) % SLOTS) {
		e = f->entries[f->slot[s] - 1];
		if (memcmp(e->key, key, KEY))
			continue;
		e->count++;
		e->last_line = rec->line;
		e->last_file = rec->file;
		note_address(e, rec);
		return;
	}
	if (f->n == ENTRIES) {
		print_held(f);
		s = hash(key) % SLOTS;
	}
	if (!f->entries[f->n])
		f->entries[f->n] = mem_alloc(sizeof(*e));
	e = f->entries[f->n++];
	memset(e, 0, offsetof(struct entry, rec));
	memcpy(e->key, key, KEY);
	e->count = 1;
	e->last_line = rec->line;
	e->last_file = rec->file;
	klog_copy(&e->rec, rec);
	note_address(e, rec);
	f->slot[s] = (uint16_t)f->n;
}

void klog_fold_add(struct klog_fold *f, const struct klog_record *rec)
{
	bool repeats =
		rec->kind == KLOG_FAULT || rec->kind == KLOG_EVENT || rec->kind == KLOG_MALFORMED;

	if (f->fold && repeats)
		hold(f, rec);
	else
		print(f, rec, NULL);
}

void klog_fold_end(struct klog_fold *f)
{
	print_held(f);
	for (size_t i = 0; i < ENTRIES; i++)
		free(f->entries[i]);
	free(f);
}
