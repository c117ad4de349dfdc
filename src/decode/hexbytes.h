/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that somebody wrote down as hexadecimal digits.
 *
 * As xxd, od, hexdump and C programs print them: digits in pairs, with or
 * without 0x, separated by white space, commas or colons. Pure parsing, in place.
 */
#ifndef IOMMUCTL_DECODE_HEXBYTES_H
#define IOMMUCTL_DECODE_HEXBYTES_H

#include <stdbool.h>
#include <stddef.h>

enum hexbytes_problem {
	HEXBYTES_OK,
	HEXBYTES_HALF,    /* one digit alone */
	HEXBYTES_STRAY_X, /* an x that belongs to no 0x */
};

/** True when @buf has hexadecimal digits and their separators only, and at least one digit. */
bool hexbytes_is_text(const unsigned char *buf, size_t len);

/**
 * hexbytes_parse() - digits to bytes, in place
 * @buf: text that hexbytes_is_text() is true of; receives the bytes
 * @len: of the text; receives the number of bytes, or the place of the problem from 0
 */
enum hexbytes_problem hexbytes_parse(unsigned char *buf, size_t *len);

#endif
