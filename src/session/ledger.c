/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger: a sorted array of entries, and how an entry looks on the wire. */
#include "config.h"
#include "session/ledger.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static const struct {
	const char *name, *title;
	bool object; /* has an id of the kernel */
} types[LEDGER_TYPES] = {
	[LEDGER_CONTEXT] = { "context", "iommufd", false },
	[LEDGER_DEVICE] = { "device", "device", true },
	[LEDGER_IOAS] = { "ioas", "IOAS", true },
	[LEDGER_HWPT] = { "hwpt", "HWPT", true },
	[LEDGER_FAULT] = { "fault-queue", "fault queue", true },
	[LEDGER_VIOMMU] = { "viommu", "vIOMMU", true },
	[LEDGER_VDEVICE] = { "vdevice", "vDEVICE", true },
	[LEDGER_VEVENTQ] = { "veventq", "vEVENTQ", true },
	[LEDGER_HW_QUEUE] = { "hw-queue", "hardware queue", true },
	[LEDGER_MAPPING] = { "mapping", "mapping", false },
	[LEDGER_ATTACHMENT] = { "attachment", "attachment", false },
	[LEDGER_PENDING] = { "pending", "unfinished command", false },
};

static int compare(const struct ledger_entry *e, uint8_t type, uint32_t id, uint64_t key)
{
	if (e->type != type)
		return e->type < type ? -1 : 1;
	if (e->id != id)
		return e->id < id ? -1 : 1;
	if (e->key != key)
		return e->key < key ? -1 : 1;
	return 0;
}

/* Index of the first entry that is not less. */
static size_t lower_bound(const struct ledger *l, uint8_t type, uint32_t id, uint64_t key)
{
	size_t low = 0, high = l->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(&l->entries[mid], type, id, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t ledger_first(const struct ledger *l, uint8_t type, uint32_t id)
{
	return lower_bound(l, type, id, 0);
}

struct ledger_entry *ledger_find(const struct ledger *l, uint8_t type, uint32_t id, uint64_t key)
{
	size_t i = lower_bound(l, type, id, key);

	if (i == l->count || compare(&l->entries[i], type, id, key))
		return NULL;
	return &l->entries[i];
}

struct ledger_entry *ledger_object(const struct ledger *l, uint32_t id)
{
	for (uint8_t type = 0; type < LEDGER_TYPES; type++) {
		struct ledger_entry *e = types[type].object ? ledger_find(l, type, id, 0) : NULL;

		if (e && !(e->flags & LEDGER_TOMBSTONE))
			return e;
	}
	return NULL;
}

static void release(struct ledger_entry *e)
{
	if (e->fd >= 0)
		close(e->fd);
	free((char *)(uintptr_t)e->text);
}

static void make_room(struct ledger *l)
{
	if (l->count < l->capacity)
		return;
	l->capacity = l->capacity ? l->capacity * 2 : 16;
	l->entries = mem_realloc(l->entries, l->capacity, sizeof(*l->entries));
}

static const char *copy_text(const char *text)
{
	return text && *text ? mem_strndup(text, LEDGER_TEXT_MAX) : NULL;
}

struct ledger_entry *ledger_put(struct ledger *l, const struct ledger_entry *e)
{
	size_t i = lower_bound(l, e->type, e->id, e->key);
	struct ledger_entry *at, copy = *e;

	copy.text = copy_text(e->text);
	if (i < l->count && !compare(&l->entries[i], e->type, e->id, e->key)) {
		at = &l->entries[i];
		if (copy.fd < 0) {
			copy.fd = at->fd;
			copy.flags |= at->flags & LEDGER_HAS_FD;
			at->fd = -1;
		}
		release(at);
	} else {
		make_room(l);
		at = &l->entries[i];
		memmove(at + 1, at, (l->count++ - i) * sizeof(*at));
	}
	*at = copy;
	return at;
}

size_t ledger_remove(struct ledger *l, uint8_t type, uint32_t id, uint64_t first, uint64_t last)
{
	size_t from = lower_bound(l, type, id, first), to = from;

	while (to < l->count && l->entries[to].type == type && l->entries[to].id == id &&
	       l->entries[to].key <= last)
		release(&l->entries[to++]);
	if (to > from)
		memmove(l->entries + from, l->entries + to, (l->count - to) * sizeof(*l->entries));
	l->count -= to - from;
	return to - from;
}

static int compare_ids(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

uint32_t ledger_next_id(const struct ledger *l)
{
	uint32_t *ids = mem_alloc((l->count + 1) * sizeof(*ids)), next = 1;
	size_t n = 0;

	for (size_t i = 0; i < l->count; i++)
		if (types[l->entries[i].type].object)
			ids[n++] = l->entries[i].id;
	qsort(ids, n, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < n && ids[i] <= next; i++)
		if (ids[i] == next)
			next++;
	free(ids);
	return next;
}

void ledger_clear(struct ledger *l)
{
	for (size_t i = 0; i < l->count; i++)
		release(&l->entries[i]);
	free(l->entries);
	memset(l, 0, sizeof(*l));
}

const char *ledger_type_name(uint8_t type)
{
	return type < LEDGER_TYPES ? types[type].name : NULL;
}

const char *ledger_type_title(uint8_t type)
{
	return type < LEDGER_TYPES ? types[type].title : NULL;
}

const char *ledger_source_name(uint32_t source)
{
	static const char *const names[] = {
		[SOURCE_MEMFD] = "memfd", [SOURCE_ADDRESS] = "address",
		[SOURCE_FILE] = "file",   [SOURCE_FILE_ADDRESS] = "file-address",
		[SOURCE_COPY] = "copy",
	};

	return source < ARRAY_SIZE(names) ? names[source] : NULL;
}

/* --- encoding ------------------------------------------------------------------------- */

struct encoded {
	uint8_t op, type, flags, text_len;
	uint32_t id;
	uint64_t key;
	uint32_t parent, other, kind, zero;
	uint64_t v, w;
};

_Static_assert(sizeof(struct encoded) == 48, "layout of an encoded entry");

static size_t round_up(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static size_t text_len(const struct ledger_entry *e)
{
	return e->text ? strnlen(e->text, LEDGER_TEXT_MAX) : 0;
}

size_t ledger_encoded_size(const struct ledger_entry *e)
{
	return round_up(sizeof(struct encoded) + text_len(e));
}

size_t ledger_encode(uint8_t *buf, enum ledger_op op, const struct ledger_entry *e)
{
	size_t size = ledger_encoded_size(e);
	const struct encoded x = {
		.op = (uint8_t)op,
		.type = e->type,
		.flags = e->flags,
		.text_len = (uint8_t)text_len(e),
		.id = e->id,
		.key = e->key,
		.parent = e->parent,
		.other = e->other,
		.kind = e->kind,
		.v = e->v,
		.w = e->w,
	};

	memset(buf, 0, size);
	memcpy(buf, &x, sizeof(x));
	if (x.text_len)
		memcpy(buf + sizeof(x), e->text, x.text_len);
	return size;
}

size_t ledger_decode(const uint8_t *buf, size_t len, enum ledger_op *op, struct ledger_entry *e,
		     char *text)
{
	struct encoded x;
	size_t size;

	if (len < sizeof(x))
		return 0;
	memcpy(&x, buf, sizeof(x));
	size = round_up(sizeof(x) + x.text_len);
	if (size > len || x.text_len > LEDGER_TEXT_MAX || !x.type || x.type >= LEDGER_TYPES ||
	    x.op < LEDGER_PUT || x.op > LEDGER_CLOSE || x.zero)
		return 0;
	memcpy(text, buf + sizeof(x), x.text_len);
	text[x.text_len] = '\0';
	*op = (enum ledger_op)x.op;
	*e = (struct ledger_entry) {
		.type = x.type,
		.flags = x.flags,
		.id = x.id,
		.key = x.key,
		.parent = x.parent,
		.other = x.other,
		.kind = x.kind,
		.v = x.v,
		.w = x.w,
		.text = text,
		.fd = -1,
	};
	return size;
}
