/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An index: from a name to a number, for joining lists of thousands of names.
 */
#ifndef IOMMUCTL_HOST_INDEX_H
#define IOMMUCTL_HOST_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_entry {
	const char *name;
	size_t value;
};

/* Zero it to begin. Names are not copied. */
struct index {
	struct index_entry *entries;
	size_t count, size; /* size is a power of two, or 0 */
	uint64_t seed;      /* chosen anew for each index: names may come from anybody */
};

/** Put @name in. False when it is there already; it then keeps its number. */
bool index_put(struct index *ix, const char *name, size_t value);

/** The number of a name. False when it is not there. */
bool index_get(const struct index *ix, const char *name, size_t *value);

/** Leave it empty. */
void index_free(struct index *ix);

#endif
