/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a user calls a device or an IOMMU, and which one is meant.
 */
#ifndef IOMMUCTL_HOST_RESOLVE_H
#define IOMMUCTL_HOST_RESOLVE_H

#include "host/snapshot.h"

/* What an operand can be taken for. */
enum {
	RESOLVE_DEVICE = 1 << 0,
	RESOLVE_IOMMU = 1 << 1,
};

/* One of the two is set. */
struct resolved {
	const struct host_device *device;
	const struct host_iommu *iommu;
};

/**
 * resolve_word() - which device, or IOMMU, is meant
 * @snap: the machine
 * @word: 0000:3b:00.0, 3b:00.0, vfio3, /dev/vfio/devices/vfio3, a path in sysfs, a device's or an
 *        IOMMU's name
 * @kinds: RESOLVE_ flags
 *
 * Returns STATUS_OK, or STATUS_TROUBLE after reporting in one line what is wrong with the word:
 * there is no such device (with the nearest name), it is not there any more, it means more than
 * one.
 */
int resolve_word(const struct snapshot *snap, const char *word, unsigned int kinds,
		 struct resolved *out);

/** The same for devices only. */
int resolve_device(const struct snapshot *snap, const char *word, const struct host_device **out);

/**
 * resolve_words() - resolve a list of operands
 * @out: receives an array to be freed, in the order of @words; what is named twice is in it once
 * @n_out: receives its length
 *
 * Stops at the first word that is wrong: STATUS_TROUBLE, and *out is NULL.
 */
int resolve_words(const struct snapshot *snap, char *const *words, size_t n, unsigned int kinds,
		  struct resolved **out, size_t *n_out);

#endif
