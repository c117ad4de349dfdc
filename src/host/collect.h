/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collecting a snapshot: from the live machine, a copied tree or a saved file.
 */
#ifndef IOMMUCTL_HOST_COLLECT_H
#define IOMMUCTL_HOST_COLLECT_H

#include "cli.h"
#include "host/snapshot.h"

/* What is read only when somebody wants it. */
enum {
	COLLECT_RESERVED = 1 << 0, /* the groups' reserved regions */
	COLLECT_IDS = 1 << 1,      /* the numbers of PCI devices: vendor, device, class */
};

/**
 * snapshot_open() - the snapshot that the command line asks for
 * @cli: --from FILE, --sysroot DIR, or neither for the live machine
 * @want: COLLECT_ flags
 * @out: receives the snapshot, to be freed with snapshot_free()
 *
 * Holds what sysfs says: IOMMUs with their registers, groups, devices. What
 * cannot be read is unknown in it; a device that disappears meanwhile is left
 * out. Needs no privilege and wakes no device. Other collectors add to it.
 *
 * Returns STATUS_OK, or STATUS_TROUBLE after reporting why nothing can be read.
 */
int snapshot_open(struct cli *cli, unsigned int want, struct snapshot **out);

/** The same for a machine given otherwise: @sysroot is a copied tree, NULL the live machine. */
int snapshot_collect(const char *sysroot, unsigned int want, struct snapshot **out);

/** Read @snap's sysfs (snap->fs) into it. Returns 0, or -1 with errno when there is no sysfs. */
int collect_sysfs(struct snapshot *snap, unsigned int want);

#endif
