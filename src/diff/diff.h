/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between two machines, or between two IOMMUs of one machine.
 *
 * A difference is {"kind", "where", "item", "weight", "a", "b", "text"}: "where" lists the
 * IOMMUs or devices that differ in the same way, "weight" is "lost", "gained", "less", "more"
 * or "neutral", seen from A; "a" and "b" are words, null where a side does not know or does
 * not have it. The order of devices, counters, time stamps and group numbers do not count.
 */
#ifndef IOMMUCTL_DIFF_DIFF_H
#define IOMMUCTL_DIFF_DIFF_H

#include "base/out.h"
#include "decode/compare.h"
#include "host/snapshot.h"
#include "render/doc.h"

/* --- collecting differences ---------------------------------------------------------------- */

struct diff {
	json_object *list;
	struct diff_lost *lost; /* of the common vocabulary, for the verdict */
	size_t n_lost;
	bool compared;      /* registers of some IOMMU were known on both sides */
	bool architectures; /* an IOMMU became one of another architecture */
	bool gone;          /* A has IOMMUs, B has none */
};

struct diff_lost {
	enum capability capability;
	char *a, *b;
};

/** No differences yet; diff_free() frees them, the list too. */
void diff_init(struct diff *d);
void diff_free(struct diff *d);

/**
 * diff_add() - add a difference, or one more place to the same difference
 * @kind: "register", "capability", "device", ...
 * @where: the IOMMU or device, or NULL
 * @item: what differs
 * @a, @b: words, NULL for "not there"
 * @text: a sentence without the place; NULL makes one of @item, @a and @b
 */
void diff_add(struct diff *d, const char *kind, const char *where, const char *item,
	      enum compare_weight weight, const char *a, const char *b, const char *text);

/** The same, when the two strings differ (NULL is a value of its own). */
void diff_strings(struct diff *d, const char *kind, const char *where, const char *item,
		  const char *a, const char *b);

/** Add what differs between two sets of registers. */
void diff_registers(struct diff *d, const char *where, const struct reg_set *a,
		    const struct reg_set *b);

/** Add what differs between two machines; facts and hw_info as far as both have them. */
void diff_machines(struct diff *d, const struct snapshot *a, const struct snapshot *b);

/* One side of a comparison within a machine. */
struct diff_unit {
	const struct snapshot *snap;
	const struct host_device *device; /* or */
	const struct host_iommu *iommu;
};

/** Add what differs between two devices, or IOMMUs. */
void diff_units(struct diff *d, const struct diff_unit *a, const struct diff_unit *b);

/* --- the result ------------------------------------------------------------------------------ */

/** The list, sorted: lost and gained first. The caller owns it; @d has none afterwards. */
json_object *diff_take_list(struct diff *d);

/**
 * diff_verdict() - may a guest with a virtual IOMMU move from A to B?
 *
 * {"verdict", "lost": [{"capability", "a", "b", "text"}], "text"}: the verdict is
 * "nothing-lost", "features-lost", "other-architecture", "no-iommu" or "unknown".
 */
json_object *diff_verdict(const struct diff *d);

/** The text of a document with "a", "b", "differences" and "migration". */
void diff_view(struct out *o, json_object *doc);

#endif
