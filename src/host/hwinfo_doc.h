/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of an IOMMU's hardware, as a document: of an IOMMU by itself, and of the one
 * behind a device.
 *
 *	{ "name": "dmar0", "device": "0000:01:00.0", "iommu": "dmar0", "group": 3,
 *	  "source": "iommufd", "address": ..., "domains_supported": ...,
 *	  (the members of a field document: "type", "registers", "capabilities", ...)
 *	  "hw_info": { ... }, "disagreements": [], "hint": null }
 *
 * Made from a snapshot alone, so it is the same on the machine and from a report.
 */
#ifndef IOMMUCTL_HOST_HWINFO_DOC_H
#define IOMMUCTL_HOST_HWINFO_DOC_H

#include "base/out.h"
#include "host/snapshot.h"

/**
 * hw_info_doc() - the answer of IOMMU_GET_HW_INFO
 *
 * {"data_type": 1, "type": "intel-vtd", "data_len": 24, "data": "0100...", "flags": "0x00000001",
 *  "capabilities": "0x0000000000000008", "capability_names": ["ats-not-supported"],
 *  "max_pasid_log2": 0}. "capabilities" and "max_pasid_log2" are null when the kernel is older
 * than them. NULL for NULL.
 */
json_object *hw_info_doc(const struct host_hw_info *info);

/** The reverse: fill in dev->hw_info from such a document. False when it is none. */
bool hw_info_load(struct snapshot *snap, struct host_device *dev, json_object *obj);

/** The document of the IOMMU behind a device: from its hw_info, else from what sysfs gave. */
json_object *hwinfo_device_doc(const struct snapshot *snap, const struct host_device *dev);

/** The document of an IOMMU: through the first device behind it with hw_info, else from sysfs. */
json_object *hwinfo_iommu_doc(const struct snapshot *snap, const struct host_iommu *iommu);

/** True when such a document has registers, or the kernel's word that there are none. */
bool hwinfo_is_known(json_object *entry);

/** The text of such a document. */
void hwinfo_entry_view(struct out *o, json_object *entry);

/** The same in short: where it is, and that the rest is as of @other. */
void hwinfo_entry_alike_view(struct out *o, json_object *entry, const char *other);

/** Its registers as bit diagrams (render/diagram.h). */
void hwinfo_entry_diagram(struct out *o, json_object *entry);

#endif
