/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls: one function for each ioctl, and how older kernels are asked. */
#include "config.h"
#include "uapi/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "base/mem.h"

enum {
	HW_INFO_TRIES = 4, /* a length that keeps changing is a bug of the driver */
	HW_INFO_LEN_MAX =
		1024 * 1024,   /* no architecture comes near; a length beyond is not believed */
	IOVA_RANGES_TRIES = 8, /* other users of the IOAS may change them in between */
	IOVA_RANGES_MAX = 1 << 20,
	BIND_TRIES = 20,
	BIND_PAUSE_MS = 50,
};

/* glibc's ioctl() takes an unsigned long, musl's an int, as POSIX had it. */
#define IOCTL_NUMBER(cmd) \
	_Generic(&ioctl, int (*)(int, int, ...) : (int)(cmd), default : (unsigned long)(cmd))

int (*call_ioctl_hook)(int fd, unsigned long cmd, void *req);

/* What the kernel answered (0 or more), or a negative errno. @req is at least as large as the
 * kernel expects. */
static int issue(int fd, unsigned int cmd, void *req)
{
	int ret;

	do {
		ret = call_ioctl_hook ? call_ioctl_hook(fd, cmd, req)
				      : ioctl(fd, IOCTL_NUMBER(cmd), req);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : ret;
}

/* Every request begins with its size. */
static int call_sized(int fd, enum uapi_op op, void *req, uint32_t size)
{
	int ret;

	memcpy(req, &size, sizeof(size));
	ret = issue(fd, uapi_ioctls[op].cmd, req);
	return ret < 0 ? ret : 0;
}

static int call(int fd, enum uapi_op op, void *req)
{
	return call_sized(fd, op, req, uapi_ioctls[op].size);
}

int call_open_iommufd(void)
{
	int fd = open(IOMMUFD_PATH, O_RDWR | O_CLOEXEC);

	/* cppcheck-suppress resourceLeak ; the descriptor is what is returned */
	return fd < 0 ? -errno : fd;
}

int call_destroy(int fd, uint32_t id)
{
	struct uapi_destroy req = { .id = id };

	return call(fd, OP_DESTROY, &req);
}

int call_ioas_change_process(int fd)
{
	struct uapi_ioas_change_process req = { 0 };

	return call(fd, OP_IOAS_CHANGE_PROCESS, &req);
}

#define CALL(function, op, type)                      \
	int function(int fd, struct uapi_##type *req) \
	{                                             \
		return call(fd, op, req);             \
	}

CALL(call_ioas_alloc, OP_IOAS_ALLOC, ioas_alloc)
CALL(call_ioas_allow_iovas, OP_IOAS_ALLOW_IOVAS, ioas_allow_iovas)
CALL(call_ioas_copy, OP_IOAS_COPY, ioas_copy)
CALL(call_ioas_iova_ranges, OP_IOAS_IOVA_RANGES, ioas_iova_ranges)
CALL(call_ioas_map, OP_IOAS_MAP, ioas_map)
CALL(call_ioas_map_file, OP_IOAS_MAP_FILE, ioas_map_file)
CALL(call_ioas_unmap, OP_IOAS_UNMAP, ioas_unmap)
CALL(call_option, OP_OPTION, option)
CALL(call_vfio_ioas, OP_VFIO_IOAS, vfio_ioas)
CALL(call_ioas_noiommu_get_pa, OP_IOAS_NOIOMMU_GET_PA, ioas_noiommu_get_pa)
CALL(call_hwpt_alloc, OP_HWPT_ALLOC, hwpt_alloc)
CALL(call_get_hw_info, OP_GET_HW_INFO, hw_info)
CALL(call_hwpt_set_dirty_tracking, OP_HWPT_SET_DIRTY_TRACKING, hwpt_set_dirty_tracking)
CALL(call_hwpt_get_dirty_bitmap, OP_HWPT_GET_DIRTY_BITMAP, hwpt_get_dirty_bitmap)
CALL(call_hwpt_invalidate, OP_HWPT_INVALIDATE, hwpt_invalidate)
CALL(call_fault_queue_alloc, OP_FAULT_QUEUE_ALLOC, fault_queue_alloc)
CALL(call_viommu_alloc, OP_VIOMMU_ALLOC, viommu_alloc)
CALL(call_vdevice_alloc, OP_VDEVICE_ALLOC, vdevice_alloc)
CALL(call_veventq_alloc, OP_VEVENTQ_ALLOC, veventq_alloc)
CALL(call_hw_queue_alloc, OP_HW_QUEUE_ALLOC, hw_queue_alloc)
CALL(call_vfio_get_info, OP_VFIO_GET_INFO, vfio_info)

/* --- with older kernels, retries and growing buffers ---------------------------------- */

/* VFIO before 6.15 asks for the shorter requests and ignores what is behind them, so the PASID
 * flag decides: an older kernel answers EINVAL to it, and never takes a PASID for none. */
int call_vfio_attach(int cdev, struct uapi_vfio_attach *req)
{
	return call(cdev, OP_VFIO_ATTACH, req);
}

int call_vfio_detach(int cdev, struct uapi_vfio_detach *req)
{
	return call(cdev, OP_VFIO_DETACH, req);
}

int call_vfio_bind(int cdev, struct uapi_vfio_bind *req)
{
	const struct timespec pause = { .tv_nsec = BIND_PAUSE_MS * 1000000L };
	int ret = 0;

	for (int i = 0; i < BIND_TRIES; i++) {
		ret = call(cdev, OP_VFIO_BIND, req);
		if (ret != -EAGAIN)
			break;
		nanosleep(&pause, NULL);
	}
	return ret;
}

int call_iova_ranges(int fd, uint32_t ioas_id, struct uapi_iova_range **ranges, size_t *n,
		     uint64_t *alignment)
{
	struct uapi_iova_range *list = NULL;
	uint32_t room = 16;

	*ranges = NULL;
	*n = 0;
	for (int i = 0; i < IOVA_RANGES_TRIES && room <= IOVA_RANGES_MAX; i++) {
		struct uapi_ioas_iova_ranges req = { .ioas_id = ioas_id, .num_iovas = room };
		int ret;

		list = mem_realloc(list, room, sizeof(*list));
		req.allowed_iovas = (uintptr_t)list;
		ret = call_ioas_iova_ranges(fd, &req);
		if (!ret && req.num_iovas <= room) {
			*ranges = list;
			*n = req.num_iovas;
			if (alignment)
				*alignment = req.out_iova_alignment;
			return 0;
		}
		if (ret && ret != -EMSGSIZE) {
			free(list);
			return ret;
		}
		room = req.num_iovas > room ? req.num_iovas : room * 2;
	}
	free(list);
	return -EMSGSIZE;
}

/*
 * One GET_HW_INFO, with values in the output fields that tell a kernel that
 * fills a field from one that does not have it: an older kernel takes
 * out_capabilities for bytes behind its request (E2BIG) and
 * out_max_pasid_log2 for a reserved byte (EOPNOTSUPP), and gets zeroes there
 * the next time.
 */
static int hw_info_once(int fd, uint32_t dev_id, const uint32_t *type, void *data, uint32_t len,
			struct call_hw_info *info)
{
	static const struct {
		uint64_t capabilities;
		uint8_t max_pasid;
		uint32_t size;
	} tries[] = {
		{ UINT64_MAX, UINT8_MAX, sizeof(struct uapi_hw_info) },
		{ UINT64_MAX, 0, sizeof(struct uapi_hw_info) },
		{ 0, 0, UAPI_HW_INFO_SIZE_MIN },
	};
	int ret = -EINVAL;

	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct uapi_hw_info req = {
			.flags = type ? UAPI_HW_INFO_INPUT_TYPE : 0,
			.dev_id = dev_id,
			.data_len = len,
			.data_uptr = (uintptr_t)data,
			.data_type = type ? *type : UAPI_HW_INFO_TYPE_NONE,
			.out_max_pasid_log2 = tries[i].max_pasid,
			.out_capabilities = tries[i].capabilities,
		};

		ret = call_sized(fd, OP_GET_HW_INFO, &req, tries[i].size);
		if (ret == -E2BIG || ret == -EOPNOTSUPP)
			continue;
		if (ret)
			return ret;
		info->data_type = req.data_type;
		info->data_len = req.data_len;
		info->has_capabilities =
			tries[i].capabilities && req.out_capabilities != tries[i].capabilities;
		info->capabilities = info->has_capabilities ? req.out_capabilities : 0;
		info->has_max_pasid =
			tries[i].max_pasid && req.out_max_pasid_log2 != tries[i].max_pasid;
		info->max_pasid_log2 = info->has_max_pasid ? req.out_max_pasid_log2 : 0;
		return 0;
	}
	return ret;
}

int call_hw_info(int fd, uint32_t dev_id, const uint32_t *type, struct call_hw_info *info)
{
	int ret;

	memset(info, 0, sizeof(*info));
	ret = hw_info_once(fd, dev_id, type, NULL, 0, info);
	for (int i = 0; !ret && info->data_len && i < HW_INFO_TRIES; i++) {
		uint32_t room = info->data_len;

		if (room > HW_INFO_LEN_MAX)
			return -EMSGSIZE;
		free(info->data);
		info->data = mem_zalloc(room);
		ret = hw_info_once(fd, dev_id, type, info->data, room, info);
		info->data_have = info->data_len < room ? info->data_len : room;
		if (info->data_len <= room)
			break;
	}
	if (ret)
		call_hw_info_free(info);
	return ret;
}

int call_hw_info_sized(int fd, uint32_t dev_id, const uint32_t *type, uint32_t size, uint8_t fill,
		       struct call_hw_info *info)
{
	int ret;

	memset(info, 0, sizeof(*info));
	info->data = mem_alloc(size ? size : 1);
	memset(info->data, fill, size);
	ret = hw_info_once(fd, dev_id, type, size ? info->data : NULL, size, info);
	info->data_have = size;
	if (ret)
		call_hw_info_free(info);
	return ret;
}

void call_hw_info_free(struct call_hw_info *info)
{
	free(info->data);
	memset(info, 0, sizeof(*info));
}

int call_op_exists(int fd, enum uapi_op op)
{
	uint32_t req[16] = { 0 }; /* larger than any request, in case a kernel looks */
	int ret;

	if (op >= OP_VFIO_BIND)
		return -EINVAL;
	ret = call_sized(fd, op, req, sizeof(req[0]));
	if (ret == -ENOTTY)
		return 0;
	return ret == -EINVAL ? 1 : ret;
}
