/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a device can be handed to user space through VFIO as it is now. */
#include "config.h"
#include "host/usable.h"

#include <string.h>

#include "base/mem.h"
#include "uapi/device.h"

const struct unusable_info unusable_info[UNUSABLE_COUNT] = {
	[UNUSABLE_BRIDGE] = { "bridge", "bridge" },
	[UNUSABLE_NO_GROUP] = { "no-group", "no IOMMU group" },
	[UNUSABLE_NO_DRIVER] = { "no-driver", "no driver bound" },
	[UNUSABLE_HOST_DRIVER] = { "host-driver", "host driver" },
	[UNUSABLE_NO_CDEV] = { "no-cdev", "no VFIO cdev" },
	[UNUSABLE_GROUP_IN_USE] = { "group-in-use", "group shared with host driver" },
};

bool device_on_vfio(const struct host_device *dev)
{
	return dev->cdev || (dev->driver && strstr(dev->driver, "vfio"));
}

bool device_on_host_driver(const struct host_device *dev)
{
	return dev->driver && !device_on_vfio(dev) && !driver_does_no_dma(dev->driver);
}

bool device_is_pci_bridge(const struct host_device *dev)
{
	return dev->has_ids && class_is_pci_bridge(dev->class_code);
}

void usability_init(struct usability *u, const struct snapshot *snap)
{
	u->snap = snap;
	u->host_driven = mem_zalloc(snap->n_groups * sizeof(*u->host_driven));
	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_device *dev = &snap->devices[i];
		const struct host_group *group;

		if (!device_on_host_driver(dev))
			continue;
		group = snapshot_group(snap, dev->group);
		if (group)
			u->host_driven[group - snap->groups]++;
	}
}

void usability_free(struct usability *u)
{
	free(u->host_driven);
	u->host_driven = NULL;
}

static bool group_in_use(const struct usability *u, const struct host_device *dev)
{
	const struct host_group *group = snapshot_group(u->snap, dev->group);
	unsigned int others;

	if (!group)
		return false;
	others = u->host_driven[group - u->snap->groups];
	return others > device_on_host_driver(dev);
}

unsigned int usability_of(const struct usability *u, const struct host_device *dev)
{
	const bool against[UNUSABLE_COUNT] = {
		[UNUSABLE_BRIDGE] = device_is_pci_bridge(dev),
		/* An emulated device needs no group, only its cdev. */
		[UNUSABLE_NO_GROUP] = dev->group < 0 && !dev->cdev,
		[UNUSABLE_NO_DRIVER] = !dev->driver && !dev->cdev,
		[UNUSABLE_HOST_DRIVER] = dev->driver && !device_on_vfio(dev),
		[UNUSABLE_NO_CDEV] = device_on_vfio(dev) && !dev->cdev,
		[UNUSABLE_GROUP_IN_USE] = group_in_use(u, dev),
	};
	unsigned int mask = 0;

	for (size_t i = 0; i < UNUSABLE_COUNT; i++)
		mask |= (unsigned int)against[i] << i;
	return mask;
}
