/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Choosing devices: by driver, group, IOMMU, class, usability or by name.
 *
 * Values of one kind are alternatives, kinds narrow each other down: two drivers
 * and one IOMMU are the devices of either driver behind that IOMMU.
 */
#ifndef IOMMUCTL_HOST_FILTER_H
#define IOMMUCTL_HOST_FILTER_H

#include "host/snapshot.h"
#include "host/usable.h"

enum filter_kind {
	FILTER_DRIVER,   /* a name, "none" */
	FILTER_GROUP,    /* a number, "none" */
	FILTER_IOMMU,    /* a name, "none" */
	FILTER_CLASS,    /* a word of filter_classes, or the leading hexadecimal digits */
	FILTER_GROUP_OF, /* a device: all members of its group */
	FILTER_DEVICE,   /* a device, a slot (01:00), vendor and device number (8086:10d3) */
	FILTER_KINDS,
};

struct filter {
	const char **words[FILTER_KINDS]; /* as given, not copied */
	size_t n_words[FILTER_KINDS];
	bool usable; /* only devices that VFIO can hand out as they are */
};

/* Words for classes, ended by a NULL name. */
struct filter_class {
	const char *name;
	uint32_t class_code, mask; /* 24 bits */
	const char *doc;
};
extern const struct filter_class filter_classes[];

/** Add a word, or several separated by commas, which are cut apart in place. */
void filter_add(struct filter *f, enum filter_kind kind, char *words);

/** Add one word as it is, commas and all. */
void filter_add_word(struct filter *f, enum filter_kind kind, const char *word);

/** True when something would be left out. */
bool filter_is_set(const struct filter *f);

/**
 * filter_apply() - which devices are meant
 * @snap: the machine
 * @keep: one flag per device, set for those that are
 *
 * Returns STATUS_OK, or STATUS_TROUBLE after reporting the word that names nothing.
 */
int filter_apply(const struct filter *f, const struct snapshot *snap, bool *keep);

/** Free what was added, and leave no filter set. */
void filter_free(struct filter *f);

#endif
