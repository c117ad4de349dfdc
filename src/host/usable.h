/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a device can be handed to user space through VFIO as it is now.
 */
#ifndef IOMMUCTL_HOST_USABLE_H
#define IOMMUCTL_HOST_USABLE_H

#include "host/snapshot.h"

/* Why not: in the order in which they are shown. */
enum unusable {
	UNUSABLE_BRIDGE,       /* a PCI bridge: VFIO does not take it */
	UNUSABLE_NO_GROUP,     /* no IOMMU manages the device */
	UNUSABLE_NO_DRIVER,    /* no driver is bound */
	UNUSABLE_HOST_DRIVER,  /* a driver of the host is bound */
	UNUSABLE_NO_CDEV,      /* bound to VFIO, but the kernel offers no character device */
	UNUSABLE_GROUP_IN_USE, /* a driver of the host holds another device of the group */
	UNUSABLE_COUNT,
};

struct unusable_info {
	const char *code;  /* JSON: "no-group" */
	const char *words; /* for a table cell */
};

extern const struct unusable_info unusable_info[UNUSABLE_COUNT];

/* What a group's members are bound to, counted once for all groups. */
struct usability {
	const struct snapshot *snap;
	unsigned int
		*host_driven; /* members on drivers of the host, in the order of snap->groups */
};

/** Count the members of each group of @snap, which must live as long; usability_free() frees. */
void usability_init(struct usability *u, const struct snapshot *snap);
void usability_free(struct usability *u);

/** Reasons against @dev: bit n stands for enum unusable n; 0 is usable. */
unsigned int usability_of(const struct usability *u, const struct host_device *dev);

/** True for a driver that hands its device to user space: it has a cdev, or is one of VFIO by name.
 */
bool device_on_vfio(const struct host_device *dev);

/** True when @dev's driver keeps its group from user space. */
bool device_on_host_driver(const struct host_device *dev);

/** True for a PCI-to-PCI bridge, see class_is_pci_bridge(); false while ids are not collected. */
bool device_is_pci_bridge(const struct host_device *dev);

#endif
