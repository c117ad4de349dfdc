/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two register sets of one architecture, field by field, in words and by weight.
 *
 * "Better" and "worse" are a field's own: a missing feature, a smaller number.
 * What is worse on the second machine is what a migration to it stumbles over.
 */
#ifndef IOMMUCTL_DECODE_COMPARE_H
#define IOMMUCTL_DECODE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/capabilities.h"
#include "decode/field.h"

enum compare_weight {
	COMPARE_LOST,    /* the first has a feature that the second lacks */
	COMPARE_LESS,    /* both have it, the second to a lower degree */
	COMPARE_MORE,    /* both have it, the second to a higher degree */
	COMPARE_GAINED,  /* the second has a feature that the first lacks */
	COMPARE_NEUTRAL, /* different, and neither better nor worse; or nothing can be said */
};

struct compare_change {
	/* What differs: a field (also one of reserved bits), or a register that only one side has
	 * (field NULL). */
	const struct reg *reg;
	const struct field *field;
	/* Or an entry of the common vocabulary (reg is then NULL). */
	enum capability capability;
	enum compare_weight weight;
	bool has_a, has_b;         /* the side is known */
	uint64_t a, b;             /* the raw values */
	char in_a[160], in_b[160]; /* what they mean; "unknown" */
};

/**
 * compare_registers() - every field that differs, in the order of the tables
 * @a, @b: of the same architecture
 * @changes: receives an array for the caller to free()
 *
 * Returns how many there are; 0 when the architectures differ.
 */
size_t compare_registers(const struct reg_set *a, const struct reg_set *b,
			 struct compare_change **changes);

/**
 * compare_capabilities() - the same for the common vocabulary, of any two architectures
 *
 * An entry that one side does not know is a neutral change; one that neither
 * knows is none.
 */
size_t compare_capabilities(const struct reg_set *a, const struct reg_set *b,
			    struct compare_change **changes);

/** JSON name of a weight: "lost", "less", "more", "gained", "neutral". */
const char *compare_weight_name(enum compare_weight weight);

/** Words about a change: "first-stage 1 GiB pages (CAP.FS1GP): yes, then no". */
void compare_words(const struct compare_change *change, char *buf, size_t size);

#endif
