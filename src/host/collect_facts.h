/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts that checks need beyond IOMMUs, groups and devices, as documents in snap->extra:
 *
 *   processor     vendor, virtualization ("vmx", "svm"), hypervisor
 *   interrupts    remapped, controllers
 *   vfio_drivers  VFIO drivers registered for PCI
 *   topology      each PCI function with the one that it is behind
 *   uses          what the host uses devices for
 *   translation   global status registers of VT-d units, from debugfs
 *
 * Each is null when it could not be read. Works on the live machine and on
 * copied trees; nothing here wakes a device or needs privilege (debugfs does,
 * and is null without).
 */
#ifndef IOMMUCTL_HOST_COLLECT_FACTS_H
#define IOMMUCTL_HOST_COLLECT_FACTS_H

#include "host/snapshot.h"

/* One function per document; NULL: could not be read. */
json_object *collect_facts_processor(struct snapshot *snap);
json_object *collect_facts_interrupts(struct snapshot *snap);
json_object *collect_facts_vfio_drivers(struct snapshot *snap);
json_object *collect_facts_topology(struct snapshot *snap);
json_object *collect_facts_uses(struct snapshot *snap);
json_object *collect_facts_translation(struct snapshot *snap);

/**
 * The PCI function that a path in sysfs leads through last:
 * "../../devices/pci0000:00/0000:00:1d.0/0000:03:00.0/nvme/nvme0" is 0000:03:00.0.
 *
 * @skip: how many to leave out from the end. False when there are not so many.
 */
bool path_pci_function(const char *path, unsigned int skip, char *buf, size_t size);

#endif
