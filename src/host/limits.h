/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this process may do: limits on locked memory, privileges, and the
 * permissions of the device nodes. Facts of the running machine only.
 *
 *	"limits": { "memlock": { "soft": 8388608, "hard": 8388608,
 *	                         "soft_unlimited": false, "hard_unlimited": false },
 *	            "accounting": { "iommufd": "user", "vfio_iommu_type1": "process" },
 *	            "memory_total": 1023410176, "uid": 1000,
 *	            "capabilities": [ "CAP_SYS_ADMIN", ... ] }
 *	"nodes":  [ { "path": "/dev/iommu", "exists": true, "mode": "0600", "uid": 0, "gid": 0,
 *	              "owner": "root", "group": "root", "usable": false } ]
 *
 * A limit that is unlimited is null, and "memlock" where it could not be read.
 * "usable" is whether this process may open the node for reading and writing;
 * nothing is opened to find out.
 */
#ifndef IOMMUCTL_HOST_LIMITS_H
#define IOMMUCTL_HOST_LIMITS_H

#include "host/snapshot.h"

/** "limits" and "nodes" as above, the caller's; for the live machine only. */
json_object *facts_limits(struct snapshot *snap);
json_object *facts_nodes(struct snapshot *snap);

#endif
