/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that somebody wrote down as hexadecimal digits. */
#include "config.h"
#include "decode/hexbytes.h"

#include <ctype.h>

bool hexbytes_is_text(const unsigned char *buf, size_t len)
{
	bool digit = false;

	for (size_t i = 0; i < len; i++) {
		if (isxdigit(buf[i]))
			digit = true;
		else if (!isspace(buf[i]) && buf[i] != ',' && buf[i] != ':' && buf[i] != 'x')
			return false;
	}
	return digit;
}

static unsigned int nibble(unsigned char c)
{
	return (unsigned int)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
}

enum hexbytes_problem hexbytes_parse(unsigned char *buf, size_t *len)
{
	size_t n = 0, i = 0;

	while (i < *len) {
		if (buf[i] == '0' && i + 1 < *len && buf[i + 1] == 'x') {
			i += 2;
			continue;
		}
		if (!isxdigit(buf[i])) {
			if (buf[i] == 'x') {
				*len = i;
				return HEXBYTES_STRAY_X;
			}
			i++;
			continue;
		}
		if (i + 1 == *len || !isxdigit(buf[i + 1])) {
			*len = i;
			return HEXBYTES_HALF;
		}
		buf[n++] = (unsigned char)(nibble(buf[i]) << 4 | nibble(buf[i + 1]));
		i += 2;
	}
	*len = n;
	return HEXBYTES_OK;
}
