/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory: allocation that cannot fail quietly, and growing arrays.
 *
 * A tool that runs for a moment has nothing better to do about lost memory
 * than to say so and stop, so callers need not check. Sizes that come from
 * outside (a file, the kernel) are bounded by the caller first.
 */
#ifndef IOMMUCTL_BASE_MEM_H
#define IOMMUCTL_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/** Like malloc(), calloc(), realloc(), strdup(), strndup(); exit(1) with a message when memory is
 * out. */
void *mem_alloc(size_t size) __attribute__((malloc, alloc_size(1), returns_nonnull));
void *mem_zalloc(size_t size) __attribute__((malloc, alloc_size(1), returns_nonnull));
void *mem_realloc(void *p, size_t count, size_t size) __attribute__((alloc_size(2, 3)));
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull));
char *mem_strndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));

/** printf() into a new string; the caller frees it. */
char *mem_printf(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), malloc, returns_nonnull));

/** The same for vprintf(). */
char *mem_vprintf(const char *fmt, va_list ap)
	__attribute__((format(printf, 1, 0), malloc, returns_nonnull));

/**
 * mem_append() - @more at the end of @text, behind @separator if there is a text already
 * @text: may be NULL; it is freed
 *
 * The caller frees the sum. mem_join() frees @more as well.
 */
char *mem_append(char *text, const char *separator, const char *more)
	__attribute__((returns_nonnull));
char *mem_join(char *text, const char *separator, char *more) __attribute__((returns_nonnull));

/**
 * mem_grow() - make room for one more element of a growing array
 * @array: the array, may be NULL while @count is 0
 * @count: elements in use
 * @size: size of an element in bytes
 *
 * The capacity is implied: the array is reallocated whenever @count is 0 or a
 * power of two. Returns the array, perhaps moved.
 */
void *mem_grow(void *array, size_t count, size_t size);

#endif
