/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-8: walking untrusted bytes one character at a time.
 *
 * The one place that knows what is a valid character and what may be shown on
 * a terminal; out.c (text) and doc.c (JSON strings) both ask it.
 */
#ifndef IOMMUCTL_BASE_UTF8_H
#define IOMMUCTL_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * utf8_next() - decode the character at @s
 * @s: at least one byte
 * @len: bytes left, at least 1
 * @code: the code point, or the byte itself when it begins no valid character
 *
 * Returns the number of bytes (1 to 4), or 0 when the byte at @s is not valid
 * UTF-8 (overlong forms, surrogates and code points above U+10FFFF are not).
 */
size_t utf8_next(const char *s, size_t len, uint32_t *code);

/** True when @len bytes at @s are valid UTF-8. */
bool utf8_valid(const char *s, size_t len);

/** Code points in the string: what a column is aligned by. Invalid bytes count as four (\xNN). */
size_t utf8_width(const char *s);

/** A copy of @s, to be freed, in which newlines and tabs are written as \n and \t. */
char *utf8_one_line(const char *s);

/** True for what must never reach a terminal: C0 and C1 controls, DEL, bidirectional overrides. */
bool utf8_is_control(uint32_t code);

/** True when the locale of the environment is UTF-8: line-drawing characters can be shown. */
bool utf8_locale(void);

#endif
