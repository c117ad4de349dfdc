/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts: what a report holds besides IOMMUs, groups and devices.
 *
 * Each is a document below its key in the snapshot's extra, whether it was
 * collected now or loaded from a file. null is "there, but could not be read";
 * every such null has an entry in "unread" that says why and what is missing.
 *
 *	"kernel":  { "release", "version", "machine",
 *	             "command_line": [ "intel_iommu=on", ... ] or null, "command_line_omitted": 0,
 *	             "config": { "source": "/proc/config.gz", "options": { "CONFIG_IOMMUFD": "y" }
 *}, "modules": [ { "name": "vfio_iommu_type1", "parameters": { "x": "N" } } ] } "pci":     [ {
 *"device", "config": "full", "header", "asleep" or "unread", "port": "endpoint", "ats": {...},
 *"pri": {...}, "pasid": {...}, "acs": {...}, "sriov": {...} } ]     (see pcicaps.h) "acpi":    {
 *"tables": [...], "reserved_memory": [...] }     (see acpi.h) "limits":  { "memlock": {...},
 *"capabilities": [...], ... }  (see limits.h) "nodes":   [ { "path": "/dev/iommu", "mode": "0600",
 *... } ] "holders": { "list": [ { "pid", "command", "kind", "device", ... } ], "unseen": 0 } "log":
 *{ "source": "/dev/kmsg", "records": [...] }       (see klog/klog.h) "unread":  [ { "what", "path",
 *"errno", "why", "needs" } ]
 *	"processor", "interrupts", "vfio_drivers", "topology", "uses", "translation": see
 *	collect_facts.h
 */
#ifndef IOMMUCTL_HOST_FACTS_H
#define IOMMUCTL_HOST_FACTS_H

#include "host/snapshot.h"

enum {
	FACTS_KERNEL = 1 << 0,
	FACTS_PCI = 1 << 1,
	FACTS_ACPI = 1 << 2,
	FACTS_LIMITS = 1 << 3,
	FACTS_NODES = 1 << 4,
	FACTS_HOLDERS = 1 << 5,
	FACTS_LOG = 1 << 6,
	FACTS_MACHINE = 1 << 7, /* see collect_facts.h */
	FACTS_ALL = (1 << 8) - 1,
};

/**
 * facts_collect() - make sure that facts are in snap->extra, as far as they can be had
 * @which: FACTS_ flags
 *
 * What is there already stays. A saved file has what it has: nothing is added
 * to it. A copied tree has no limits, nodes and holders. Never fails.
 */
void facts_collect(struct snapshot *snap, unsigned int which);

/** The facts below @key ("kernel", "pci", ...), or NULL when they were not collected. */
json_object *facts_get(const struct snapshot *snap, const char *key);

/** The element of the "pci" list about a device, or NULL. */
json_object *facts_pci(const struct snapshot *snap, const char *device);

/* --- for the collectors ----------------------------------------------------------------- */

/**
 * facts_unread() - remember that something could not be read
 * @what: "ACPI table DMAR"
 * @path: the file, or NULL
 * @errnum: errno, or 0
 * @needs: what is missing ("root, or CAP_SYSLOG"), NULL when it is not known
 */
void facts_unread(struct snapshot *snap, const char *what, const char *path, int errnum,
		  const char *needs);

/* Each returns a new document for its key, or NULL for the JSON null. */
json_object *facts_kernel(struct snapshot *snap);
json_object *facts_pci_list(struct snapshot *snap);
json_object *facts_acpi(struct snapshot *snap);
json_object *facts_limits(struct snapshot *snap);
json_object *facts_nodes(struct snapshot *snap);
json_object *facts_holders(struct snapshot *snap);
json_object *facts_log(struct snapshot *snap);

#endif
