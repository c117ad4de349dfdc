/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is checked: the goals, and the rules that serve them, in the order in which they are judged.
 */
#include "config.h"

#include "base/mem.h"
#include "check/check.h"
#include "check/rules.h"

const struct check_goal_info check_goals[GOAL_COUNT] = {
	[GOAL_PASSTHROUGH] = { "passthrough", "can a device be given to a virtual machine" },
	[GOAL_NESTED] = { "nested", "can a virtual machine have an IOMMU that the hardware walks" },
	[GOAL_DIRTY_TRACKING] = { "dirty-tracking", "does the IOMMU record which pages a device "
						    "wrote (live migration)" },
	[GOAL_PASID] = { "pasid", "can a device use several address spaces (SVA, SIOV)" },
	[GOAL_PAGE_REQUESTS] = { "page-requests", "can a device wait for a page to be brought in" },
	[GOAL_INTERRUPT_REMAPPING] = { "interrupt-remapping", "are device interrupts kept apart" },
	[GOAL_IOMMUFD] = { "iommufd", "do this kernel and these permissions allow iommufd" },
	[GOAL_ISOLATION] = { "isolation",
			     "are devices kept apart from each other and from memory" },
};

#define GOAL(g) (1u << GOAL_##g)
#define GOALS_HARDWARE                                                           \
	(GOAL(PASSTHROUGH) | GOAL(NESTED) | GOAL(DIRTY_TRACKING) | GOAL(PASID) | \
	 GOAL(PAGE_REQUESTS) | GOAL(ISOLATION))

const struct check_rule check_rules[] = {
	{ GOALS_HARDWARE, SCOPE_MACHINE, rule_iommu_state },
	{ GOAL(INTERRUPT_REMAPPING) | GOAL(PASSTHROUGH) | GOAL(ISOLATION), SCOPE_MACHINE,
	  rule_interrupts },
	{ GOAL(IOMMUFD) | GOAL(PASSTHROUGH) | GOAL(NESTED), SCOPE_MACHINE, rule_iommufd },
	{ GOAL(IOMMUFD) | GOAL(PASSTHROUGH), SCOPE_MACHINE, rule_iommufd_access },
	{ GOAL(IOMMUFD) | GOAL(PASSTHROUGH), SCOPE_MACHINE, rule_vfio_cdev },
	{ GOAL(IOMMUFD) | GOAL(PASSTHROUGH), SCOPE_MACHINE, rule_vfio_driver },
	{ GOAL(IOMMUFD) | GOAL(PASSTHROUGH), SCOPE_MACHINE, rule_memlock },
	{ GOAL(PASSTHROUGH) | GOAL(ISOLATION), SCOPE_MACHINE, rule_noiommu_mode },
	{ GOAL(PASSTHROUGH) | GOAL(ISOLATION), SCOPE_MACHINE, rule_parameters },

	{ GOAL(PASSTHROUGH), SCOPE_MACHINE, rule_no_device },
	{ GOAL(PASSTHROUGH), SCOPE_DEVICE, rule_device_group },
	{ GOAL(PASSTHROUGH), SCOPE_DEVICE, rule_device_reserved },
	{ GOAL(PASSTHROUGH), SCOPE_DEVICE, rule_device_driver },
	{ GOAL(PASSTHROUGH) | GOAL(IOMMUFD), SCOPE_DEVICE, rule_device_node },
	{ GOAL(PASSTHROUGH), SCOPE_DEVICE, rule_device_held },
	{ GOAL(PASSTHROUGH), SCOPE_DEVICE, rule_device_group_members },
	{ GOAL(PASSTHROUGH), SCOPE_DEVICE, rule_device_cost },

	{ GOAL(NESTED), SCOPE_IOMMU, rule_nested },
	{ GOAL(DIRTY_TRACKING), SCOPE_IOMMU, rule_dirty_tracking },
	{ GOAL(PASID), SCOPE_IOMMU, rule_pasid_iommu },
	{ GOAL(PASID), SCOPE_NAMED, rule_pasid_device },
	{ GOAL(PAGE_REQUESTS), SCOPE_MACHINE, rule_ats_allowed },
	{ GOAL(PAGE_REQUESTS), SCOPE_IOMMU, rule_page_requests_iommu },
	{ GOAL(PAGE_REQUESTS), SCOPE_NAMED, rule_page_requests_device },

	{ GOAL(ISOLATION), SCOPE_MACHINE, rule_acs_override },
	{ GOAL(ISOLATION), SCOPE_MACHINE, rule_groups },
	{ GOAL(ISOLATION), SCOPE_GROUP, rule_group_shared },
	{ GOAL(ISOLATION), SCOPE_MACHINE, rule_invalidation },
	{ GOAL(ISOLATION), SCOPE_MACHINE, rule_platform_opt_in },
	{ GOAL(PASSTHROUGH) | GOAL(ISOLATION), SCOPE_MACHINE, rule_firmware_tables },
	{ GOAL(PASSTHROUGH) | GOAL(ISOLATION), SCOPE_MACHINE, rule_firmware_log },
	{ (1u << GOAL_COUNT) - 1, SCOPE_MACHINE, rule_unread },
};

const size_t check_n_rules = ARRAY_SIZE(check_rules);
