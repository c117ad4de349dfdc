/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of vendors, devices and classes, from what the system has installed:
 * pci.ids, or the hardware database of udev. Nothing is asked of the network.
 */
#ifndef IOMMUCTL_HOST_NAMES_H
#define IOMMUCTL_HOST_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/snapshot.h"

/**
 * names_fill() - look up the names of all devices of @snap
 *
 * Each distinct number is looked up once. A snapshot that was saved with names
 * keeps the ones it has. Names that cannot be found stay NULL.
 */
void names_fill(struct snapshot *snap);

/* --- for the readers of databases ---------------------------------------------------------- */

/* Numbers of which names are wanted. */
struct id_set {
	struct id_name {
		uint32_t id;
		bool used;
		const char *name; /* in the arena of the names, NULL not found */
	} * slots;
	size_t count, size;
};

struct name_wants {
	struct id_set vendors; /* vendor */
	struct id_set devices; /* vendor << 16 | device */
	struct id_set classes; /* base class << 8 | subclass */
	struct arena *arena;   /* where names go */
};

/** The slot of an id, or NULL when nobody wants it. */
struct id_name *id_set_get(const struct id_set *set, uint32_t id);

/** Set the name of @id, when it is wanted and has none. */
void id_set_name(const struct id_set *set, struct arena *arena, uint32_t id, const char *name,
		 size_t len);

/** Read a file into names. False when it cannot be read or is something else. */
bool names_from_pci_ids(const char *path, const struct name_wants *wants);
bool names_from_hwdb(const char *path, const struct name_wants *wants);

#endif
