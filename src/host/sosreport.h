/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unpacked sosreports, and other trees that lack most of sysfs.
 *
 * They have no /sys/class/iommu and no /sys/kernel/iommu_groups, but the kernel
 * log says which IOMMUs there are, what their registers hold, and which device
 * came into which group.
 */
#ifndef IOMMUCTL_HOST_SOSREPORT_H
#define IOMMUCTL_HOST_SOSREPORT_H

#include "host/snapshot.h"

/* Where a copied tree can have the kernel log: the first that is there is read. NULL ends. */
extern const char *const sosreport_logs[];

/**
 * sosreport_collect() - fill lists that sysfs left empty
 *
 * Devices from the output of lspci, groups and IOMMUs from the kernel log
 * (fact source "log"); what cannot be had from these goes to "unread", with a
 * note. Call it before snapshot_finish(), of a copied tree without IOMMUs and
 * groups in sysfs. Never fails.
 */
void sosreport_collect(struct snapshot *snap);

#endif
