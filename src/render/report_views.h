/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Views of a report: text for a person, and the formats of other programs. */
#ifndef IOMMUCTL_RENDER_REPORT_VIEWS_H
#define IOMMUCTL_RENDER_REPORT_VIEWS_H

#include "base/out.h"
#include "render/doc.h"

/** Text for a person. */
void report_text_view(struct out *o, json_object *doc);

/** Prometheus text exposition, for the textfile collector of node_exporter. */
void report_prometheus_view(struct out *o, json_object *doc);

/** A feature file of Node Feature Discovery. */
void report_nfd_view(struct out *o, json_object *doc);

/**
 * report_summary() - the facts that are counted, for both
 *
 * {"driven": true, "type": "intel-vtd", "groups": {"DMA-FQ": 3}, "vfio_devices": 1,
 *  "largest_group": 2, "log": {"fault": 0}, "capabilities": {...}}: "capabilities" holds for
 * each entry of the vocabulary what every IOMMU of the machine has.
 */
json_object *report_summary(json_object *doc);

#endif
