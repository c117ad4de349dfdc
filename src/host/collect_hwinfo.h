/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking the kernel about the IOMMU behind a device: IOMMU_GET_HW_INFO.
 *
 * Works for devices of the running machine that a VFIO driver has and that
 * nobody holds: the device is bound to an iommufd, asked about, and released
 * again. No driver is rebound.
 */
#ifndef IOMMUCTL_HOST_COLLECT_HWINFO_H
#define IOMMUCTL_HOST_COLLECT_HWINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "host/snapshot.h"

struct hwinfo_request {
	const uint32_t *type; /* the data type wanted (since Linux 6.17), NULL: the driver's own */
	bool sized;           /* ask once, with a buffer of @size bytes, whatever the kernel has */
	uint32_t size;
};

/**
 * collect_hw_info() - ask about one device
 * @snap: of the live machine
 * @dev: one of its devices, with a cdev
 * @req: what to ask, NULL for everything
 * @say: report a refusal (with err_report()); it is written to dev->hw_info_why anyway
 *
 * Sets dev->hw_info, or dev->hw_info_why. Returns 0 or a negative errno.
 */
int collect_hw_info(struct snapshot *snap, struct host_device *dev,
		    const struct hwinfo_request *req, bool say);

/** The same through an iommufd in which the device is bound already, as object @dev_id. */
int collect_hw_info_bound(struct snapshot *snap, struct host_device *dev, int iommufd,
			  uint32_t dev_id, const struct hwinfo_request *req, bool say);

/** Ask about every device that has a cdev. Nothing is reported; devices without an answer say why.
 */
void collect_hw_infos(struct snapshot *snap);

#endif
