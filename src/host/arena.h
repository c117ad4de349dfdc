/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An arena: many small allocations that end together.
 *
 * A snapshot holds tens of thousands of short strings; one by one they would
 * cost more to free than to read.
 */
#ifndef IOMMUCTL_HOST_ARENA_H
#define IOMMUCTL_HOST_ARENA_H

#include <stddef.h>

struct arena;

/** A new, empty arena. */
struct arena *arena_new(void);

/** @size zeroed bytes, aligned for anything, that live as long as the arena. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull));

/** A copy of @s, or of its first @n bytes, that lives as long as the arena. */
char *arena_strdup(struct arena *a, const char *s) __attribute__((returns_nonnull));
char *arena_strndup(struct arena *a, const char *s, size_t n) __attribute__((returns_nonnull));

/** printf() into the arena. */
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), returns_nonnull));

/** End everything in it. NULL is fine. */
void arena_free(struct arena *a);

#endif
