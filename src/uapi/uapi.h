/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations on iommufd and VFIO devices, as rows: what each ioctl is called, how large its
 * request is, which kernel has it; names of flags and types.
 */
#ifndef IOMMUCTL_UAPI_UAPI_H
#define IOMMUCTL_UAPI_UAPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Everything the program asks the kernel for that can be refused: the ioctls
 * first (in the order of ioctls.tab.c), then opening, finding and reading.
 */
enum uapi_op {
	OP_DESTROY,
	OP_IOAS_ALLOC,
	OP_IOAS_ALLOW_IOVAS,
	OP_IOAS_COPY,
	OP_IOAS_IOVA_RANGES,
	OP_IOAS_MAP,
	OP_IOAS_UNMAP,
	OP_OPTION,
	OP_VFIO_IOAS,
	OP_HWPT_ALLOC,
	OP_GET_HW_INFO,
	OP_HWPT_SET_DIRTY_TRACKING,
	OP_HWPT_GET_DIRTY_BITMAP,
	OP_HWPT_INVALIDATE,
	OP_FAULT_QUEUE_ALLOC,
	OP_IOAS_MAP_FILE,
	OP_VIOMMU_ALLOC,
	OP_VDEVICE_ALLOC,
	OP_IOAS_CHANGE_PROCESS,
	OP_VEVENTQ_ALLOC,
	OP_HW_QUEUE_ALLOC,
	OP_IOAS_NOIOMMU_GET_PA,
	OP_VFIO_BIND,
	OP_VFIO_ATTACH,
	OP_VFIO_DETACH,
	OP_VFIO_GET_INFO,
	OP_N_IOCTLS,

	OP_OPEN_IOMMU = OP_N_IOCTLS, /* open("/dev/iommu") */
	OP_FIND_CDEV,                /* from a device to /dev/vfio/devices/vfioN */
	OP_OPEN_CDEV,
	OP_DRIVER_PROBE,  /* giving a device to vfio-pci */
	OP_DRIVER_UNBIND, /* taking it away */
	OP_FAULT_READ,
	OP_FAULT_RESPOND,
	OP_VEVENTQ_READ,
	OP_MMAP,
	OP_LIFETIME, /* what happens when descriptors are closed */
	OP_COUNT,
};

struct uapi_ioctl {
	enum uapi_op op;
	const char *name;    /* "IOMMU_HWPT_ALLOC" */
	const char *command; /* the subcommand that issues it: "hwpt-alloc" */
	unsigned int cmd;    /* as ioctl() takes it */
	uint32_t size;       /* of the request in Linux 7.3 */
	uint32_t min;        /* what the oldest kernel that has it asks for */
	const char *since;   /* first kernel: "6.6" */
};

extern const struct uapi_ioctl uapi_ioctls[OP_N_IOCTLS];

/** What an operation is called: an ioctl's name, or "open /dev/iommu". Never NULL. */
const char *uapi_op_name(enum uapi_op op);

/** The subcommand that performs it, or NULL. */
const char *uapi_op_command(enum uapi_op op);

/**
 * uapi_op_find() - operations that a word means
 * @word: an ioctl's name with or without IOMMU_ or VFIO_DEVICE_, a subcommand, a number (0x89,
 *	0x3b89); case, '-' and '_' do not matter
 * @ops: receives up to OP_COUNT of them
 *
 * Returns how many: a subcommand can use more than one.
 */
size_t uapi_op_find(const char *word, enum uapi_op *ops);

/* --- objects of an iommufd -------------------------------------------------------- */

/* One id space for all of them. The kernel tells nobody which is which. */
enum uapi_object {
	OBJECT_NONE,
	OBJECT_DEVICE, /* a bound device; ends when its cdev is closed */
	OBJECT_ACCESS, /* a bound device without an IOMMU behind it (mdev) */
	OBJECT_IOAS,
	OBJECT_HWPT,
	OBJECT_HWPT_AUTO, /* made by attaching to an IOAS; ends with the last detach */
	OBJECT_HWPT_NESTED,
	OBJECT_FAULT_QUEUE,
	OBJECT_VIOMMU,
	OBJECT_VDEVICE,
	OBJECT_VEVENTQ,
	OBJECT_HW_QUEUE,
	OBJECT_COUNT,
};

/* --- names of bits and values ----------------------------------------------------- */

struct uapi_name {
	const char *name; /* lower case */
	uint64_t value;
	const char *since; /* first kernel when younger than the ioctl, or NULL */
};

/* A set of flags (values are bits that add up) or of types (one of them). */
struct uapi_names {
	const char *what; /* in messages: "flag of hwpt-alloc" */
	bool bits;
	const struct uapi_name *names; /* ended by a NULL name; the first name of a value is used */
};

extern const struct uapi_names uapi_hwpt_flags, uapi_map_flags, uapi_hw_info_flags,
	uapi_hw_capabilities, uapi_dirty_flags, uapi_bitmap_flags, uapi_bind_flags,
	uapi_attach_flags, uapi_vtd_s1_flags, uapi_vtd_inv_flags, uapi_fault_flags,
	uapi_fault_perms, uapi_fault_codes, uapi_vevent_flags, uapi_vfio_info_flags,
	uapi_hwpt_data_types, uapi_hw_info_types, uapi_invalidate_types, uapi_viommu_types,
	uapi_veventq_types, uapi_hw_queue_types, uapi_options;

/** All of the above, ended by NULL: for completion and tests. */
extern const struct uapi_names *const uapi_all_names[];

/**
 * uapi_names_parse() - a word of the command line as a number
 * @text: names separated by commas (flags) or one name (types); numbers (0x11, 17) in any place
 * @value: receives the sum
 * @bad, @bad_len: receive the part of @text that is not understood
 *
 * Returns 0, or -EINVAL. An empty @text is no flags, and no type.
 */
int uapi_names_parse(const struct uapi_names *set, const char *text, uint64_t *value,
		     const char **bad, size_t *bad_len);

/** The same with a message (err_usage()) when it is not understood: "unknown flag ...". 0 or
 * -EINVAL. */
int uapi_names_option(const struct uapi_names *set, const char *text, uint64_t *value);

/** "nest-parent,pasid,0x20"; "none" for no flags, "0x7" for an unknown type. The caller frees it.
 */
char *uapi_names_text(const struct uapi_names *set, uint64_t value);

/** The name of one value of a set of types, or NULL. */
const char *uapi_name_of(const struct uapi_names *set, uint64_t value);

#endif
