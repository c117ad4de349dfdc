/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of the interface's flags and types, as the command line and the documents have them. */
#include "config.h"
#include "uapi/uapi.h"

#include "uapi/layout.h"

#define NAMES(set, what_, bits_) \
	const struct uapi_names set = { .what = what_, .bits = bits_, .names = set##_rows }

/* clang-format off */
static const struct uapi_name uapi_hwpt_flags_rows[] = {
	{ "nest-parent",    UAPI_HWPT_NEST_PARENT,    "6.7" },
	{ "dirty-tracking", UAPI_HWPT_DIRTY_TRACKING, "6.7" },
	{ "fault-id-valid", UAPI_HWPT_FAULT_ID_VALID, "6.11" },
	{ "pasid",          UAPI_HWPT_PASID,          "6.15" },
	{ 0 }
};
NAMES(uapi_hwpt_flags, "flag of hwpt-alloc", true);

static const struct uapi_name uapi_map_flags_rows[] = {
	{ "fixed-iova", UAPI_MAP_FIXED_IOVA, NULL },
	{ "writeable",  UAPI_MAP_WRITEABLE,  NULL },
	{ "readable",   UAPI_MAP_READABLE,   NULL },
	{ 0 }
};
NAMES(uapi_map_flags, "flag of a mapping", true);

static const struct uapi_name uapi_hw_info_flags_rows[] = {
	{ "input-type", UAPI_HW_INFO_INPUT_TYPE, "6.17" },
	{ 0 }
};
NAMES(uapi_hw_info_flags, "flag of hwinfo", true);

static const struct uapi_name uapi_hw_capabilities_rows[] = {
	{ "dirty-tracking",    UAPI_HW_CAP_DIRTY_TRACKING,        "6.7" },
	{ "pasid-exec",        UAPI_HW_CAP_PCI_PASID_EXEC,        "6.15" },
	{ "pasid-priv",        UAPI_HW_CAP_PCI_PASID_PRIV,        "6.15" },
	{ "ats-not-supported", UAPI_HW_CAP_PCI_ATS_NOT_SUPPORTED, "7.1" },
	{ 0 }
};
NAMES(uapi_hw_capabilities, "generic capability", true);

static const struct uapi_name uapi_dirty_flags_rows[] = {
	{ "enable", UAPI_DIRTY_ENABLE, NULL },
	{ 0 }
};
NAMES(uapi_dirty_flags, "flag of dirty tracking", true);

static const struct uapi_name uapi_bitmap_flags_rows[] = {
	{ "no-clear", UAPI_DIRTY_BITMAP_NO_CLEAR, NULL },
	{ 0 }
};
NAMES(uapi_bitmap_flags, "flag of dirty read", true);

static const struct uapi_name uapi_bind_flags_rows[] = {
	{ "token", UAPI_VFIO_BIND_TOKEN, "6.17" },
	{ 0 }
};
NAMES(uapi_bind_flags, "flag of bind", true);

static const struct uapi_name uapi_attach_flags_rows[] = {
	{ "pasid", UAPI_VFIO_ATTACH_PASID, "6.15" },
	{ 0 }
};
NAMES(uapi_attach_flags, "flag of attach", true);

static const struct uapi_name uapi_vtd_s1_flags_rows[] = {
	{ "sre",  UAPI_VTD_S1_SRE,  NULL },
	{ "eafe", UAPI_VTD_S1_EAFE, NULL },
	{ "wpe",  UAPI_VTD_S1_WPE,  NULL },
	{ 0 }
};
NAMES(uapi_vtd_s1_flags, "flag of a vtd-s1 table", true);

static const struct uapi_name uapi_vtd_inv_flags_rows[] = {
	{ "leaf", UAPI_VTD_INV_LEAF, NULL },
	{ 0 }
};
NAMES(uapi_vtd_inv_flags, "flag of a vtd-s1 invalidation", true);

static const struct uapi_name uapi_fault_flags_rows[] = {
	{ "pasid-valid", UAPI_FAULT_PASID_VALID, NULL },
	{ "last-page",   UAPI_FAULT_LAST_PAGE,   NULL },
	{ 0 }
};
NAMES(uapi_fault_flags, "flag of a page request", true);

static const struct uapi_name uapi_fault_perms_rows[] = {
	{ "read",  UAPI_FAULT_PERM_READ,  NULL },
	{ "write", UAPI_FAULT_PERM_WRITE, NULL },
	{ "exec",  UAPI_FAULT_PERM_EXEC,  NULL },
	{ "priv",  UAPI_FAULT_PERM_PRIV,  NULL },
	{ 0 }
};
NAMES(uapi_fault_perms, "access of a page request", true);

static const struct uapi_name uapi_fault_codes_rows[] = {
	{ "success", UAPI_FAULT_SUCCESS, NULL },
	{ "invalid", UAPI_FAULT_INVALID, NULL },
	{ 0 }
};
NAMES(uapi_fault_codes, "answer to a page request", false);

static const struct uapi_name uapi_vevent_flags_rows[] = {
	{ "lost-events", UAPI_VEVENT_LOST, NULL },
	{ 0 }
};
NAMES(uapi_vevent_flags, "flag of an event", true);

static const struct uapi_name uapi_vfio_info_flags_rows[] = {
	{ "reset",    UAPI_VFIO_INFO_RESET,    NULL },
	{ "pci",      UAPI_VFIO_INFO_PCI,      NULL },
	{ "platform", UAPI_VFIO_INFO_PLATFORM, NULL },
	{ "amba",     UAPI_VFIO_INFO_AMBA,     NULL },
	{ "ccw",      UAPI_VFIO_INFO_CCW,      NULL },
	{ "ap",       UAPI_VFIO_INFO_AP,       NULL },
	{ "fsl-mc",   UAPI_VFIO_INFO_FSL_MC,   NULL },
	{ "caps",     UAPI_VFIO_INFO_CAPS,     NULL },
	{ "cdx",      UAPI_VFIO_INFO_CDX,      NULL },
	{ 0 }
};
NAMES(uapi_vfio_info_flags, "flag of a VFIO device", true);

static const struct uapi_name uapi_hwpt_data_types_rows[] = {
	{ "none",       UAPI_HWPT_DATA_NONE,       NULL },
	{ "vtd-s1",     UAPI_HWPT_DATA_VTD_S1,     "6.7" },
	{ "arm-smmuv3", UAPI_HWPT_DATA_ARM_SMMUV3, "6.13" },
	{ "amd-guest",  UAPI_HWPT_DATA_AMD_GUEST,  "7.0" },
	{ "selftest",   UAPI_HWPT_DATA_SELFTEST,   NULL },
	{ "default",    UAPI_HWPT_DATA_NONE,       NULL },
	{ 0 }
};
NAMES(uapi_hwpt_data_types, "data type of hwpt-alloc", false);

static const struct uapi_name uapi_hw_info_types_rows[] = {
	{ "none",           UAPI_HW_INFO_TYPE_NONE,           NULL },
	{ "intel-vtd",      UAPI_HW_INFO_TYPE_INTEL_VTD,      NULL },
	{ "arm-smmuv3",     UAPI_HW_INFO_TYPE_ARM_SMMUV3,     "6.13" },
	{ "tegra241-cmdqv", UAPI_HW_INFO_TYPE_TEGRA241_CMDQV, "6.17" },
	{ "amd-vi",         UAPI_HW_INFO_TYPE_AMD,            "7.0" },
	{ "selftest",       UAPI_HW_INFO_TYPE_SELFTEST,       NULL },
	{ "default",        UAPI_HW_INFO_TYPE_NONE,           NULL },
	{ 0 }
};
NAMES(uapi_hw_info_types, "type of hardware information", false);

static const struct uapi_name uapi_invalidate_types_rows[] = {
	{ "vtd-s1",     UAPI_INVALIDATE_VTD_S1,     NULL },
	{ "arm-smmuv3", UAPI_INVALIDATE_ARM_SMMUV3, "6.13" },
	{ "selftest",   UAPI_INVALIDATE_SELFTEST,   NULL },
	{ 0 }
};
NAMES(uapi_invalidate_types, "type of invalidation", false);

static const struct uapi_name uapi_viommu_types_rows[] = {
	{ "default",        UAPI_VIOMMU_TYPE_DEFAULT,        NULL },
	{ "arm-smmuv3",     UAPI_VIOMMU_TYPE_ARM_SMMUV3,     NULL },
	{ "tegra241-cmdqv", UAPI_VIOMMU_TYPE_TEGRA241_CMDQV, "6.17" },
	{ "selftest",       UAPI_VIOMMU_TYPE_SELFTEST,       NULL },
	{ 0 }
};
NAMES(uapi_viommu_types, "type of virtual IOMMU", false);

static const struct uapi_name uapi_veventq_types_rows[] = {
	{ "default",        UAPI_VEVENTQ_TYPE_DEFAULT,        NULL },
	{ "arm-smmuv3",     UAPI_VEVENTQ_TYPE_ARM_SMMUV3,     NULL },
	{ "tegra241-cmdqv", UAPI_VEVENTQ_TYPE_TEGRA241_CMDQV, "6.17" },
	{ "selftest",       UAPI_VEVENTQ_TYPE_SELFTEST,       NULL },
	{ 0 }
};
NAMES(uapi_veventq_types, "type of event queue", false);

static const struct uapi_name uapi_hw_queue_types_rows[] = {
	{ "default",        UAPI_HW_QUEUE_TYPE_DEFAULT,        NULL },
	{ "tegra241-cmdqv", UAPI_HW_QUEUE_TYPE_TEGRA241_CMDQV, NULL },
	{ "selftest",       UAPI_HW_QUEUE_TYPE_SELFTEST,       NULL },
	{ 0 }
};
NAMES(uapi_hw_queue_types, "type of hardware queue", false);

static const struct uapi_name uapi_options_rows[] = {
	{ "rlimit-mode", UAPI_OPTION_RLIMIT_MODE, NULL },
	{ "huge-pages",  UAPI_OPTION_HUGE_PAGES,  NULL },
	{ 0 }
};
NAMES(uapi_options, "option", false);
/* clang-format on */

const struct uapi_names *const uapi_all_names[] = {
	&uapi_hwpt_flags,
	&uapi_map_flags,
	&uapi_hw_info_flags,
	&uapi_hw_capabilities,
	&uapi_dirty_flags,
	&uapi_bitmap_flags,
	&uapi_bind_flags,
	&uapi_attach_flags,
	&uapi_vtd_s1_flags,
	&uapi_vtd_inv_flags,
	&uapi_fault_flags,
	&uapi_fault_perms,
	&uapi_fault_codes,
	&uapi_vevent_flags,
	&uapi_vfio_info_flags,
	&uapi_hwpt_data_types,
	&uapi_hw_info_types,
	&uapi_invalidate_types,
	&uapi_viommu_types,
	&uapi_veventq_types,
	&uapi_hw_queue_types,
	&uapi_options,
	NULL,
};
