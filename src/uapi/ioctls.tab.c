/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One row for each ioctl of iommufd and of VFIO devices that the program issues, as in Linux 7.3.
 */
#include "config.h"
#include "uapi/uapi.h"

#include "uapi/layout.h"

#define ROW(op, name, command, type, min, since)                                                  \
	[OP_##op] = { OP_##op, name, command, UAPI_CMD(UAPI_NR_##op), sizeof(struct uapi_##type), \
		      min,     since }

/* clang-format off */
const struct uapi_ioctl uapi_ioctls[OP_N_IOCTLS] = {
	/*  operation               name                            command               request                   min  since */
	ROW(DESTROY,                "IOMMU_DESTROY",                 "destroy",            destroy,                   8, "6.2"),
	ROW(IOAS_ALLOC,             "IOMMU_IOAS_ALLOC",              "ioas-alloc",         ioas_alloc,               12, "6.2"),
	ROW(IOAS_ALLOW_IOVAS,       "IOMMU_IOAS_ALLOW_IOVAS",        "allow-iovas",        ioas_allow_iovas,         24, "6.2"),
	ROW(IOAS_COPY,              "IOMMU_IOAS_COPY",               "ioas-copy",          ioas_copy,                40, "6.2"),
	ROW(IOAS_IOVA_RANGES,       "IOMMU_IOAS_IOVA_RANGES",        "iova-ranges",        ioas_iova_ranges,         32, "6.2"),
	ROW(IOAS_MAP,               "IOMMU_IOAS_MAP",                "ioas-map",           ioas_map,                 40, "6.2"),
	ROW(IOAS_UNMAP,             "IOMMU_IOAS_UNMAP",              "ioas-unmap",         ioas_unmap,               24, "6.2"),
	ROW(OPTION,                 "IOMMU_OPTION",                  "option",             option,                   24, "6.2"),
	ROW(VFIO_IOAS,              "IOMMU_VFIO_IOAS",               "vfio-ioas",          vfio_ioas,                12, "6.2"),
	ROW(HWPT_ALLOC,             "IOMMU_HWPT_ALLOC",              "hwpt-alloc",         hwpt_alloc,               24, "6.6"),
	ROW(GET_HW_INFO,            "IOMMU_GET_HW_INFO",             "hwinfo",             hw_info,                  32, "6.6"),
	ROW(HWPT_SET_DIRTY_TRACKING, "IOMMU_HWPT_SET_DIRTY_TRACKING", "dirty start",       hwpt_set_dirty_tracking,  16, "6.7"),
	ROW(HWPT_GET_DIRTY_BITMAP,  "IOMMU_HWPT_GET_DIRTY_BITMAP",   "dirty read",         hwpt_get_dirty_bitmap,    48, "6.7"),
	ROW(HWPT_INVALIDATE,        "IOMMU_HWPT_INVALIDATE",         "hwpt-invalidate",    hwpt_invalidate,          32, "6.8"),
	ROW(FAULT_QUEUE_ALLOC,      "IOMMU_FAULT_QUEUE_ALLOC",       "fault-queue alloc",  fault_queue_alloc,        16, "6.11"),
	ROW(IOAS_MAP_FILE,          "IOMMU_IOAS_MAP_FILE",           "ioas-map",           ioas_map_file,            40, "6.13"),
	ROW(VIOMMU_ALLOC,           "IOMMU_VIOMMU_ALLOC",            "viommu-alloc",       viommu_alloc,             24, "6.13"),
	ROW(VDEVICE_ALLOC,          "IOMMU_VDEVICE_ALLOC",           "vdevice-alloc",      vdevice_alloc,            24, "6.13"),
	ROW(IOAS_CHANGE_PROCESS,    "IOMMU_IOAS_CHANGE_PROCESS",     "ioas-change-process", ioas_change_process,      8, "6.13"),
	ROW(VEVENTQ_ALLOC,          "IOMMU_VEVENTQ_ALLOC",           "veventq-alloc",      veventq_alloc,            28, "6.15"),
	ROW(HW_QUEUE_ALLOC,         "IOMMU_HW_QUEUE_ALLOC",          "hw-queue-alloc",     hw_queue_alloc,           40, "6.17"),
	ROW(IOAS_NOIOMMU_GET_PA,    "IOMMU_IOAS_NOIOMMU_GET_PA",     "noiommu-get-pa",     ioas_noiommu_get_pa,      40, "7.3"),
	ROW(VFIO_BIND,              "VFIO_DEVICE_BIND_IOMMUFD",      "bind",               vfio_bind,                16, "6.6"),
	ROW(VFIO_ATTACH,            "VFIO_DEVICE_ATTACH_IOMMUFD_PT", "attach",             vfio_attach,              12, "6.6"),
	ROW(VFIO_DETACH,            "VFIO_DEVICE_DETACH_IOMMUFD_PT", "detach",             vfio_detach,               8, "6.6"),
	ROW(VFIO_GET_INFO,          "VFIO_DEVICE_GET_INFO",          "bind",               vfio_info,                16, "3.6"),
};
