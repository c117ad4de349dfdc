/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report: everything about a machine in one document, with private data removed. */
#ifndef IOMMUCTL_HOST_REPORT_DOC_H
#define IOMMUCTL_HOST_REPORT_DOC_H

#include <json-c/json.h>
#include <stdbool.h>

#include "host/snapshot.h"

/**
 * report_doc() - the document
 * @snap: with everything collected that is wanted (facts.h, hw_info)
 * @full: keep private data
 * @probe: result of hwpt-alloc --probe for some devices, or NULL. Consumed
 *
 * Adds "report" ({"tool_version", "created", "private_data": "removed" or "kept",
 * "removed": counts}) to what list prints, the answers of IOMMU_GET_HW_INFO to
 * devices, and the facts. A report that was loaded keeps the time at which it was made.
 */
json_object *report_doc(struct snapshot *snap, bool full, json_object *probe);

#endif
