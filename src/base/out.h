/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text for a person: a growing buffer that no control character gets into.
 *
 * Views write here and the whole is written to the file descriptor once, so a
 * failed write is noticed and no half document is left behind. Everything is
 * filtered as it comes in: newline and tab pass, other control characters and
 * invalid UTF-8 become \xNN or \u{NNNN}. Colour is asked for by name and is
 * the only way an escape sequence gets out.
 */
#ifndef IOMMUCTL_BASE_OUT_H
#define IOMMUCTL_BASE_OUT_H

#include <stdbool.h>
#include <stddef.h>

struct out {
	char *data;
	size_t len, cap;
	bool color;         /* escape sequences for out_style() wanted */
	bool verbose;       /* the view shows everything */
	unsigned int width; /* columns of the terminal, 0 when unknown or not a terminal */
};

enum out_style {
	OUT_PLAIN,
	OUT_BOLD,
	OUT_DIM,
	OUT_GOOD,
	OUT_BAD,
	OUT_WARN,
	OUT_TITLE,
};

/** Append formatted text, filtered. */
void out_printf(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Append a string, or @len bytes, filtered. NULL appends nothing. */
void out_str(struct out *o, const char *s);
void out_bytes(struct out *o, const char *s, size_t len);

/** Append @len bytes of what is in double quotes: filtered, then quotes and backslashes escaped. */
void out_escaped(struct out *o, const char *s, size_t len);

/** Append bytes as they are: JSON that is already escaped, raw dumps. Never untrusted text. */
void out_raw(struct out *o, const void *data, size_t len);

/** Append @s in a style; plain when colour is off. */
void out_styled(struct out *o, enum out_style style, const char *s);

/** Append @n spaces. */
void out_pad(struct out *o, size_t n);

/** Append @s and pad with spaces to @width columns. */
void out_cell(struct out *o, const char *s, size_t width);

/**
 * out_wrap() - append words, wrapped
 * @indent: columns of space before every line but the first
 * @s: text; words are separated by single spaces
 *
 * Lines end before the terminal does (80 columns when the width is unknown),
 * except for words that are longer than a line.
 */
void out_wrap(struct out *o, size_t indent, const char *s);

/** Write all of @len bytes as they are. 0, or -1 with errno of the write() that failed. */
int out_write(int fd, const char *data, size_t len);

/**
 * out_flush() - write everything to @fd and empty the buffer
 *
 * Returns 0, or -1 with errno of the write() that failed.
 */
int out_flush(struct out *o, int fd);

/** Free the buffer; the struct can be used again. */
void out_free(struct out *o);

#endif
