/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory: allocation that cannot fail quietly, and growing arrays. */
#include "config.h"
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void out_of_memory(void) __attribute__((noreturn));
static void out_of_memory(void)
{
	static const char words[] = "iommuctl: out of memory\n";

	/* Nothing that allocates may be called here, and no exit handler that prints half a
	 * document. */
	if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
		_exit(1);
	_exit(1);
}

void *mem_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *mem_zalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *mem_realloc(void *p, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		out_of_memory();
	size *= count;
	p = realloc(p, size ? size : 1);
	if (!p)
		out_of_memory();
	return p;
}

char *mem_strndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = mem_alloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *mem_strdup(const char *s)
{
	return mem_strndup(s, strlen(s));
}

char *mem_vprintf(const char *fmt, va_list ap)
{
	char *s = NULL;

	if (vasprintf(&s, fmt, ap) < 0)
		out_of_memory();
	return s;
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = mem_vprintf(fmt, ap);
	va_end(ap);
	return s;
}

char *mem_append(char *text, const char *separator, const char *more)
{
	char *sum = mem_printf("%s%s%s", text ? text : "", text ? separator : "", more);

	free(text);
	return sum;
}

char *mem_join(char *text, const char *separator, char *more)
{
	char *sum = mem_append(text, separator, more);

	free(more);
	return sum;
}

void *mem_grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return mem_realloc(array, count ? count * 2 : 1, size);
}
