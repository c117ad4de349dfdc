/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading a snapshot from a saved document.
 */
#ifndef IOMMUCTL_HOST_LOAD_H
#define IOMMUCTL_HOST_LOAD_H

#include "host/snapshot.h"

/**
 * snapshot_load() - read a saved report, or the output of `list --json`
 * @path: the file, "-" for standard input
 * @out: receives the snapshot, to be freed with snapshot_free()
 *
 * Returns STATUS_OK, or STATUS_TROUBLE after reporting what is wrong with the file, and where.
 */
int snapshot_load(const char *path, struct snapshot **out);

#endif
