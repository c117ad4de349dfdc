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

struct klog_reader;

/** The same of what @r reads; it stays open. @name stands for the file in messages. */
int snapshot_load_reader(struct klog_reader *r, const char *name, struct snapshot **out);

/** The same of text in memory; @name stands for the file in messages. */
int snapshot_load_text(const char *name, const char *text, size_t len, struct snapshot **out);

#endif
