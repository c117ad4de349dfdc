/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls: one function for each ioctl of iommufd and of VFIO devices.
 *
 * Every function takes the request with the caller's fields filled in (the
 * rest zero), sets its size to that of the newest layout, and returns 0 or a
 * negative errno; outputs are in the request. An older kernel takes the newest
 * layout as long as what it does not know is zero; where it is not, -E2BIG
 * means that the kernel is older than what was asked. Calls that a signal
 * interrupted are made again.
 */
#ifndef IOMMUCTL_UAPI_CALLS_H
#define IOMMUCTL_UAPI_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uapi/layout.h"
#include "uapi/uapi.h"

#define IOMMUFD_PATH "/dev/iommu"

/** Open /dev/iommu: a descriptor with close-on-exec, or a negative errno. */
int call_open_iommufd(void);

/* On an iommufd. */
int call_destroy(int fd, uint32_t id);
int call_ioas_alloc(int fd, struct uapi_ioas_alloc *req);
int call_ioas_allow_iovas(int fd, struct uapi_ioas_allow_iovas *req);
int call_ioas_copy(int fd, struct uapi_ioas_copy *req);
int call_ioas_map(int fd, struct uapi_ioas_map *req);
int call_ioas_map_file(int fd, struct uapi_ioas_map_file *req);
/** On success req->length is what was unmapped; after an error part may be gone, and it says
 * nothing. */
int call_ioas_unmap(int fd, struct uapi_ioas_unmap *req);
int call_ioas_change_process(int fd);
int call_option(int fd, struct uapi_option *req);
int call_vfio_ioas(int fd, struct uapi_vfio_ioas *req);
int call_ioas_noiommu_get_pa(int fd, struct uapi_ioas_noiommu_get_pa *req);
int call_hwpt_alloc(int fd, struct uapi_hwpt_alloc *req);
int call_hwpt_set_dirty_tracking(int fd, struct uapi_hwpt_set_dirty_tracking *req);
int call_hwpt_get_dirty_bitmap(int fd, struct uapi_hwpt_get_dirty_bitmap *req);
/** req->entry_num is how many entries were done, also after an error. */
int call_hwpt_invalidate(int fd, struct uapi_hwpt_invalidate *req);
int call_fault_queue_alloc(int fd, struct uapi_fault_queue_alloc *req);
int call_viommu_alloc(int fd, struct uapi_viommu_alloc *req);
int call_vdevice_alloc(int fd, struct uapi_vdevice_alloc *req);
int call_veventq_alloc(int fd, struct uapi_veventq_alloc *req);
int call_hw_queue_alloc(int fd, struct uapi_hw_queue_alloc *req);

/** IOAS_IOVA_RANGES as it is: -EMSGSIZE when req->num_iovas (room) is too small. */
int call_ioas_iova_ranges(int fd, struct uapi_ioas_iova_ranges *req);

/**
 * call_iova_ranges() - all ranges of an IOAS that may be mapped
 * @ranges: receives a list that the caller frees; NULL when there is none
 * @n: receives how many
 * @alignment: receives what IOVAs and lengths must be a multiple of; may be NULL
 *
 * Returns 0 or a negative errno.
 */
int call_iova_ranges(int fd, uint32_t ioas_id, struct uapi_iova_range **ranges, size_t *n,
		     uint64_t *alignment);

/** GET_HW_INFO as it is, with the newest layout. */
int call_get_hw_info(int fd, struct uapi_hw_info *req);

/* What the kernel said about the IOMMU behind a device. */
struct call_hw_info {
	uint32_t data_type; /* enum iommu_hw_info_type */
	uint32_t data_len;  /* bytes that the kernel has */
	uint8_t *data;      /* data_have bytes, owned; call_hw_info_free() */
	uint32_t data_have;
	uint64_t capabilities; /* UAPI_HW_CAP_* */
	bool has_capabilities; /* false: the kernel is older than the field */
	uint8_t max_pasid_log2;
	bool has_max_pasid; /* false: the kernel is older than the field */
};

/**
 * call_hw_info() - ask for everything that there is
 * @dev_id: a device that is bound to the iommufd
 * @type: the type wanted, or NULL for the driver's own
 * @info: filled in when it succeeds
 *
 * Asks how long the data is, then for the data; a kernel that has more the
 * second time is asked again. Fields that older kernels lack are told from
 * fields that are zero: the request carries values in them that an older
 * kernel refuses, and is then made again without.
 *
 * Returns 0 or a negative errno.
 */
int call_hw_info(int fd, uint32_t dev_id, const uint32_t *type, struct call_hw_info *info);

/**
 * call_hw_info_sized() - ask once, with a buffer of @size bytes
 *
 * info->data has @size bytes: filled with @fill, then what the kernel wrote.
 * Returns 0 or a negative errno.
 */
int call_hw_info_sized(int fd, uint32_t dev_id, const uint32_t *type, uint32_t size, uint8_t fill,
		       struct call_hw_info *info);

/** Free the data. */
void call_hw_info_free(struct call_hw_info *info);

/* On a VFIO device's descriptor. */

/** Bind to an iommufd. While the device is locked for a reset (-EAGAIN) it is tried again for a
 * second. */
int call_vfio_bind(int cdev, struct uapi_vfio_bind *req);

/** Attach, or replace: an attached device changes over to req->pt_id. */
int call_vfio_attach(int cdev, struct uapi_vfio_attach *req);
int call_vfio_detach(int cdev, struct uapi_vfio_detach *req);
int call_vfio_get_info(int cdev, struct uapi_vfio_info *req);

/**
 * call_op_exists() - does this kernel have an ioctl?
 * @fd: an iommufd (of VFIO's ioctls nothing can be told: before binding, they all answer the same)
 *
 * Asks with a request that no kernel takes (size 4): ENOTTY means no, EINVAL means yes, and
 * nothing is done. Returns 1, 0, or a negative errno when that cannot be told.
 */
int call_op_exists(int fd, enum uapi_op op);

/** For tests: called instead of ioctl(). */
extern int (*call_ioctl_hook)(int fd, unsigned long cmd, void *req);

#endif
