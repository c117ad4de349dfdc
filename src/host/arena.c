/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An arena: many small allocations that end together. */
#include "config.h"
#include "host/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* Fuzzing sets less, so that what is read behind an allocation is noticed. */
#ifndef ARENA_BLOCK
#define ARENA_BLOCK (64 * 1024)
#endif

enum { BLOCK_SIZE = ARENA_BLOCK, ALIGN = 16 };

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(16) char data[];
};

struct arena {
	struct block *blocks; /* the first one has room */
};

struct arena *arena_new(void)
{
	return mem_zalloc(sizeof(struct arena));
}

static void add_block(struct arena *a, size_t size)
{
	struct block *b;

	if (size < BLOCK_SIZE)
		size = BLOCK_SIZE;
	b = mem_zalloc(sizeof(*b) + size);
	b->size = size;
	b->next = a->blocks;
	a->blocks = b;
}

static void *take(struct arena *a, size_t size, size_t align)
{
	struct block *b = a->blocks;
	size_t at = b ? (b->used + align - 1) / align * align : 0;

	if (!b || at > b->size || b->size - at < size) {
		add_block(a, size);
		b = a->blocks;
		at = 0;
	}
	b->used = at + size;
	return b->data + at;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return take(a, size, ALIGN);
}

static char *copy_bytes(struct arena *a, const char *s, size_t len)
{
	char *copy = take(a, len + 1, 1);

	memcpy(copy, s, len);
	return copy;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	return copy_bytes(a, s, strnlen(s, n));
}

char *arena_strdup(struct arena *a, const char *s)
{
	return copy_bytes(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *s;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = take(a, n > 0 ? (size_t)n + 1 : 1, 1);
	if (n > 0)
		vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}
