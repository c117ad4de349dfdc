/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data for the IOMMU's driver, written as key=value: from words to bytes.
 *
 * A layout is a table of fields; a word sets one. What has no table yet is
 * given as hex digits.
 */
#ifndef IOMMUCTL_COMMANDS_DATA_WORDS_H
#define IOMMUCTL_COMMANDS_DATA_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uapi/uapi.h"

enum { DATA_MAX = 4096 };

struct data_field {
	const char *name;
	uint8_t offset, size;           /* bytes */
	const struct uapi_names *names; /* of its flags, or NULL */
	uint64_t preset;                /* when no word sets it */
	bool little;                    /* little endian whatever the host is */
};

struct data_layout {
	const char *name; /* of the type: "vtd-s1" */
	uint32_t type;
	uint8_t len;
	uint8_t short_len; /* when no word sets a field behind it: what older kernels take; 0 none
			    */
	struct data_field fields[5]; /* ended by a NULL name */
};

/* Ended by a NULL name. */
extern const struct data_layout data_hwpt[], data_invalidate[];

/** The layout of a type by name, or NULL. */
const struct data_layout *data_layout_find(const struct data_layout *set, const char *name);

/**
 * data_from_words() - fill @buf (of layout->len bytes)
 * @words: "key=value", @n of them
 *
 * Returns 0, or -EINVAL after err_usage().
 */
int data_from_words(const struct data_layout *layout, char *const *words, int n, uint8_t *buf);

/** How many of the bytes to pass: fewer where an older kernel refuses what no word has set. */
uint8_t data_len(const struct data_layout *layout, char *const *words, int n);

/** The same from one word with commas between. */
int data_from_list(const struct data_layout *layout, const char *list, uint8_t *buf);

/** Hex digits (with or without 0x, spaces and colons between bytes) to bytes. 0 or -EINVAL. */
int data_from_hex(const char *hex, uint8_t *buf, size_t max, size_t *len);

#endif
