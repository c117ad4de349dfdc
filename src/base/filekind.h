/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a file is that cannot be read here, by its first bytes: so that a
 * refusal can say how to make something of it that can.
 */
#ifndef IOMMUCTL_BASE_FILEKIND_H
#define IOMMUCTL_BASE_FILEKIND_H

#include <stddef.h>

struct filekind {
	const char *what; /* "a zip archive" */
	const char *next; /* the command, or what to do */
};

enum { FILEKIND_BYTES = 512 }; /* so many are enough */

/** The kind of a file that begins with @len bytes of @text, or NULL when nothing is known of it. */
const struct filekind *filekind_of(const char *text, size_t len);

#endif
