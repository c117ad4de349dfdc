/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules that goals.tab.c lists. Each emits what it finds, or nothing where it does not apply.
 */
#ifndef IOMMUCTL_CHECK_RULES_H
#define IOMMUCTL_CHECK_RULES_H

#include "check/check.h"

typedef void check_judge(struct check_run *run, const struct check_subject *subject);

/* rules_iommu.c */
check_judge rule_iommu_state, rule_interrupts, rule_parameters, rule_noiommu_mode;

/* rules_kernel.c */
check_judge rule_iommufd, rule_iommufd_access, rule_vfio_cdev, rule_vfio_driver, rule_memlock,
	rule_unread;

/* rules_device.c */
check_judge rule_no_device, rule_device_group, rule_device_reserved, rule_device_driver,
	rule_device_node, rule_device_held, rule_device_group_members, rule_device_cost;

/* rules_feature.c */
check_judge rule_nested, rule_dirty_tracking, rule_pasid_iommu, rule_pasid_device, rule_ats_allowed,
	rule_page_requests_iommu, rule_page_requests_device;

/* rules_isolation.c */
check_judge rule_acs_override, rule_groups, rule_group_shared, rule_invalidation,
	rule_platform_opt_in;

/* rules_firmware.c */
check_judge rule_firmware_tables, rule_firmware_log;

/* Is the IOMMU on, and if not, where is it off? The document's "iommu" object. */
enum check_iommu_state {
	CHECK_IOMMU_UNKNOWN,
	CHECK_IOMMU_ABSENT,
	CHECK_IOMMU_FIRMWARE_DISABLED,
	CHECK_IOMMU_KERNEL_DISABLED,
	CHECK_IOMMU_IDENTITY,
	CHECK_IOMMU_ON,
};

/** From the snapshot alone: IOMMUs that work, the firmware's tables, parameters, the log. */
enum check_iommu_state check_iommu_state(const struct facts *f);

/** "absent", "firmware-disabled", "kernel-disabled", "identity", "on"; NULL unknown. */
const char *check_iommu_state_name(enum check_iommu_state state);

/** "3 devices", "1 device" into @buf. */
const char *check_count(char *buf, size_t size, size_t n, const char *noun);

#endif
