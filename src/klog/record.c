/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One record: facts under keys, strings in the record's own buffer. */
#include "config.h"
#include "klog/internal.h"

#include <stdio.h>
#include <string.h>

const char *klog_kind_name(enum klog_kind kind)
{
	static const char *const names[] = {
		[KLOG_REGISTERS] = "registers", [KLOG_FAULT] = "fault",
		[KLOG_EVENT] = "event",         [KLOG_CONFIG] = "config",
		[KLOG_GROUP] = "group",         [KLOG_FIRMWARE_BUG] = "firmware_bug",
		[KLOG_MALFORMED] = "malformed",
	};

	return names[kind];
}

const char *klog_family(const struct klog_record *rec)
{
	return rec->pattern->id;
}

const char *klog_keep(struct klog_record *rec, const char *s, size_t len)
{
	size_t left = sizeof(rec->text) - rec->used;
	char *to = rec->text + rec->used;

	if (!left)
		return "";
	if (len >= left)
		len = left - 1;
	memcpy(to, s, len);
	to[len] = '\0';
	rec->used += len + 1;
	return to;
}

const char *klog_keep_key(struct klog_record *rec, const char *s, size_t len)
{
	return len < sizeof(rec->text) - rec->used ? klog_keep(rec, s, len) : NULL;
}

/* Where the fact of @key is; n_facts when there is none. */
static unsigned int index_of(const struct klog_record *rec, const char *key)
{
	unsigned int i = 0;

	while (i < rec->n_facts && strcmp(rec->facts[i].key, key))
		i++;
	return i;
}

const struct klog_fact *klog_fact(const struct klog_record *rec, const char *key)
{
	unsigned int i = index_of(rec, key);

	return i < rec->n_facts ? &rec->facts[i] : NULL;
}

/* The fact of @key, a new one if there is none; NULL when there is no room. */
static struct klog_fact *place(struct klog_record *rec, const char *key)
{
	unsigned int i = index_of(rec, key);
	struct klog_fact *f;

	if (i < rec->n_facts)
		return &rec->facts[i];
	if (rec->n_facts == KLOG_MAX_FACTS)
		return NULL;
	f = &rec->facts[rec->n_facts++];
	memset(f, 0, sizeof(*f));
	f->key = key;
	return f;
}

void klog_put_str(struct klog_record *rec, const char *key, const char *s, size_t len)
{
	struct klog_fact *f = place(rec, key);

	if (!f)
		return;
	f->type = KLOG_STR;
	f->str = klog_keep(rec, s, len);
}

void klog_put_text(struct klog_record *rec, const char *key, const char *s)
{
	struct klog_fact *f = place(rec, key);

	if (!f)
		return;
	f->type = KLOG_STR;
	f->str = s;
}

void klog_put_hex(struct klog_record *rec, const char *key, uint64_t v, unsigned int bits)
{
	struct klog_fact *f = place(rec, key);

	if (!f)
		return;
	f->type = KLOG_HEX;
	f->num = v;
	f->bits = (uint8_t)bits;
}

void klog_put_uint(struct klog_record *rec, const char *key, uint64_t v)
{
	struct klog_fact *f = place(rec, key);

	if (!f)
		return;
	f->type = KLOG_UINT;
	f->num = v;
}

void klog_put_int(struct klog_record *rec, const char *key, int64_t v)
{
	struct klog_fact *f = place(rec, key);

	if (!f)
		return;
	f->type = KLOG_INT;
	f->num = (uint64_t)v;
}

void klog_put_bool(struct klog_record *rec, const char *key, bool v)
{
	struct klog_fact *f = place(rec, key);

	if (!f)
		return;
	f->type = KLOG_BOOL;
	f->num = v;
}

void klog_put_item(struct klog_record *rec, const char *key, const char *item)
{
	struct klog_fact *f = place(rec, key);
	char list[512];
	size_t n = 0;

	if (!f)
		return;
	f->type = KLOG_LIST;
	if (f->str && *f->str) {
		n = strlen(f->str);
		if (n + strlen(item) + 2 > sizeof(list))
			return;
		/* The list was the last string of the buffer, or is moved to its end. */
		memcpy(list, f->str, n);
		if (f->str + n + 1 == rec->text + rec->used)
			rec->used -= n + 1;
		list[n++] = '\n';
	}
	if (n + strlen(item) >= sizeof(list))
		return;
	memcpy(list + n, item, strlen(item));
	f->str = klog_keep(rec, list, n + strlen(item));
}

void klog_put_bits(struct klog_record *rec, const char *key, uint64_t v,
		   const struct klog_bit_name *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v & (UINT64_C(1) << names[i].bit))
			klog_put_item(rec, key, names[i].name);
}

void klog_put_pci(struct klog_record *rec, const char *key, uint64_t id)
{
	char name[16];

	snprintf(name, sizeof(name), "%02x:%02x.%x", (unsigned int)(id >> 8 & 0xff),
		 (unsigned int)(id >> 3 & 0x1f), (unsigned int)(id & 7));
	klog_put_str(rec, key, name, strlen(name));
}

void klog_put_requester(struct klog_record *rec, uint64_t id)
{
	klog_put_pci(rec, "device", id);
}

void klog_put_device_id(struct klog_record *rec, uint64_t id)
{
	char name[24];

	snprintf(name, sizeof(name), "0x%llx", (unsigned long long)id);
	klog_put_str(rec, "device", name, strlen(name));
}

void klog_put_stream(struct klog_record *rec, uint64_t sid)
{
	klog_put_hex(rec, "stream_id", sid, 0);
	if (!klog_fact(rec, "device"))
		klog_put_device_id(rec, sid);
}

void klog_put_reg(struct klog_record *rec, const char *arch, const char *name, uint64_t value)
{
	if (rec->n_regs == KLOG_MAX_REGS)
		return;
	rec->arch = arch;
	rec->reg_name[rec->n_regs] = name;
	rec->reg_value[rec->n_regs++] = value;
}

void klog_drop(struct klog_record *rec, const char *key)
{
	unsigned int i = index_of(rec, key);

	if (i == rec->n_facts)
		return;
	rec->n_facts--;
	memmove(&rec->facts[i], &rec->facts[i + 1], (rec->n_facts - i) * sizeof(rec->facts[0]));
}

const struct klog_reason *klog_reason(const struct klog_reason_table *table, uint64_t code)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].code == code)
			return &table->rows[i];
	return NULL;
}

void klog_put_reason(struct klog_record *rec, const struct klog_reason_table *table, uint64_t code,
		     unsigned int bits)
{
	const struct klog_reason *r = klog_reason(table, code);

	klog_put_hex(rec, "reason_code", code, bits);
	if (!r)
		return;
	klog_put_text(rec, "reason", r->name);
	if (r->tentative)
		klog_put_bool(rec, "tentative", true);
	rec->meaning = r->meaning;
	if (r->advice)
		rec->advice = r->advice;
}

void klog_copy(struct klog_record *to, const struct klog_record *from)
{
	/* Pointers into its own text move along. */
	const char *lo = from->text, *hi = from->text + sizeof(from->text);
	ptrdiff_t shift = to->text - from->text;

	memcpy(to, from, offsetof(struct klog_record, text) + from->used);
	to->used = from->used;
	for (unsigned int i = 0; i < to->n_facts; i++) {
		struct klog_fact *f = &to->facts[i];

		if (f->key >= lo && f->key < hi)
			f->key += shift;
		if (f->str && f->str >= lo && f->str < hi)
			f->str += shift;
	}
	if (to->time && to->time >= lo && to->time < hi)
		to->time += shift;
	if (to->why && to->why >= lo && to->why < hi)
		to->why += shift;
}
