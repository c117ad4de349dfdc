/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel reads and writes: requests, flags and data of iommufd and of VFIO devices.
 *
 * The program carries its own description of the interface of Linux 7.3, so
 * that it builds on any host and asks older kernels with the newest layout.
 * Every size and offset is asserted at compile time. Values that iommufd
 * calls "little endian" are so marked; all else is in the byte order of the host.
 *
 * iommufd: every command is _IO(';', number), and the first u32 of a request is
 * its size. VFIO: the same letter, and the first u32 is called argsz.
 */
#ifndef IOMMUCTL_UAPI_LAYOUT_H
#define IOMMUCTL_UAPI_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#define UAPI_AT(type, field, at)                             \
	_Static_assert(offsetof(struct type, field) == (at), \
		       #type "." #field " is not where the kernel has it")
#define UAPI_SIZE(type, size) \
	_Static_assert(sizeof(struct type) == (size), #type " has not the kernel's size")

/* Command numbers, as ioctl() takes them: _IO(';', nr) has no size and no direction. */
#define UAPI_CMD(nr) (0x3b00u | (nr))
enum {
	UAPI_NR_DESTROY = 0x80,
	UAPI_NR_IOAS_ALLOC = 0x81,
	UAPI_NR_IOAS_ALLOW_IOVAS = 0x82,
	UAPI_NR_IOAS_COPY = 0x83,
	UAPI_NR_IOAS_IOVA_RANGES = 0x84,
	UAPI_NR_IOAS_MAP = 0x85,
	UAPI_NR_IOAS_UNMAP = 0x86,
	UAPI_NR_OPTION = 0x87,
	UAPI_NR_VFIO_IOAS = 0x88,
	UAPI_NR_HWPT_ALLOC = 0x89,
	UAPI_NR_GET_HW_INFO = 0x8a,
	UAPI_NR_HWPT_SET_DIRTY_TRACKING = 0x8b,
	UAPI_NR_HWPT_GET_DIRTY_BITMAP = 0x8c,
	UAPI_NR_HWPT_INVALIDATE = 0x8d,
	UAPI_NR_FAULT_QUEUE_ALLOC = 0x8e,
	UAPI_NR_IOAS_MAP_FILE = 0x8f,
	UAPI_NR_VIOMMU_ALLOC = 0x90,
	UAPI_NR_VDEVICE_ALLOC = 0x91,
	UAPI_NR_IOAS_CHANGE_PROCESS = 0x92,
	UAPI_NR_VEVENTQ_ALLOC = 0x93,
	UAPI_NR_HW_QUEUE_ALLOC = 0x94,
	UAPI_NR_IOAS_NOIOMMU_GET_PA = 0x95,

	UAPI_NR_VFIO_GET_INFO = 0x6b,
	UAPI_NR_VFIO_BIND = 0x76,
	UAPI_NR_VFIO_ATTACH = 0x77,
	UAPI_NR_VFIO_DETACH = 0x78,
};

/* --- 0x80 DESTROY ------------------------------------------------------------------- */

struct uapi_destroy {
	uint32_t size;
	uint32_t id;
};
UAPI_AT(uapi_destroy, size, 0);
UAPI_AT(uapi_destroy, id, 4);
UAPI_SIZE(uapi_destroy, 8);

/* --- 0x81 - 0x88, 0x8f, 0x92, 0x95: IO address spaces --------------------------------- */

struct uapi_ioas_alloc {
	uint32_t size;
	uint32_t flags; /* none defined */
	uint32_t out_ioas_id;
};
UAPI_AT(uapi_ioas_alloc, size, 0);
UAPI_AT(uapi_ioas_alloc, flags, 4);
UAPI_AT(uapi_ioas_alloc, out_ioas_id, 8);
UAPI_SIZE(uapi_ioas_alloc, 12);

/* A range of IOVAs, both ends included. */
struct uapi_iova_range {
	uint64_t start;
	uint64_t last;
};
UAPI_AT(uapi_iova_range, start, 0);
UAPI_AT(uapi_iova_range, last, 8);
UAPI_SIZE(uapi_iova_range, 16);

struct uapi_ioas_allow_iovas {
	uint32_t size;
	uint32_t ioas_id;
	uint32_t num_iovas;
	uint32_t reserved;
	uint64_t allowed_iovas; /* pointer to struct uapi_iova_range */
};
UAPI_AT(uapi_ioas_allow_iovas, size, 0);
UAPI_AT(uapi_ioas_allow_iovas, ioas_id, 4);
UAPI_AT(uapi_ioas_allow_iovas, num_iovas, 8);
UAPI_AT(uapi_ioas_allow_iovas, reserved, 12);
UAPI_AT(uapi_ioas_allow_iovas, allowed_iovas, 16);
UAPI_SIZE(uapi_ioas_allow_iovas, 24);

/* Flags of IOAS_MAP, IOAS_MAP_FILE and IOAS_COPY. */
enum {
	UAPI_MAP_FIXED_IOVA = 1 << 0,
	UAPI_MAP_WRITEABLE = 1 << 1,
	UAPI_MAP_READABLE = 1 << 2,
};

struct uapi_ioas_copy {
	uint32_t size;
	uint32_t flags;
	uint32_t dst_ioas_id;
	uint32_t src_ioas_id;
	uint64_t length;
	uint64_t dst_iova; /* out unless FIXED_IOVA */
	uint64_t src_iova;
};
UAPI_AT(uapi_ioas_copy, size, 0);
UAPI_AT(uapi_ioas_copy, flags, 4);
UAPI_AT(uapi_ioas_copy, dst_ioas_id, 8);
UAPI_AT(uapi_ioas_copy, src_ioas_id, 12);
UAPI_AT(uapi_ioas_copy, length, 16);
UAPI_AT(uapi_ioas_copy, dst_iova, 24);
UAPI_AT(uapi_ioas_copy, src_iova, 32);
UAPI_SIZE(uapi_ioas_copy, 40);

struct uapi_ioas_iova_ranges {
	uint32_t size;
	uint32_t ioas_id;
	uint32_t num_iovas; /* in: room; out: how many there are */
	uint32_t reserved;
	uint64_t allowed_iovas; /* pointer to struct uapi_iova_range */
	uint64_t out_iova_alignment;
};
UAPI_AT(uapi_ioas_iova_ranges, size, 0);
UAPI_AT(uapi_ioas_iova_ranges, ioas_id, 4);
UAPI_AT(uapi_ioas_iova_ranges, num_iovas, 8);
UAPI_AT(uapi_ioas_iova_ranges, reserved, 12);
UAPI_AT(uapi_ioas_iova_ranges, allowed_iovas, 16);
UAPI_AT(uapi_ioas_iova_ranges, out_iova_alignment, 24);
UAPI_SIZE(uapi_ioas_iova_ranges, 32);

struct uapi_ioas_map {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	uint32_t reserved;
	uint64_t user_va;
	uint64_t length;
	uint64_t iova; /* out unless FIXED_IOVA */
};
UAPI_AT(uapi_ioas_map, size, 0);
UAPI_AT(uapi_ioas_map, flags, 4);
UAPI_AT(uapi_ioas_map, ioas_id, 8);
UAPI_AT(uapi_ioas_map, reserved, 12);
UAPI_AT(uapi_ioas_map, user_va, 16);
UAPI_AT(uapi_ioas_map, length, 24);
UAPI_AT(uapi_ioas_map, iova, 32);
UAPI_SIZE(uapi_ioas_map, 40);

struct uapi_ioas_map_file {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	int32_t fd;
	uint64_t start;
	uint64_t length;
	uint64_t iova; /* out unless FIXED_IOVA */
};
UAPI_AT(uapi_ioas_map_file, size, 0);
UAPI_AT(uapi_ioas_map_file, flags, 4);
UAPI_AT(uapi_ioas_map_file, ioas_id, 8);
UAPI_AT(uapi_ioas_map_file, fd, 12);
UAPI_AT(uapi_ioas_map_file, start, 16);
UAPI_AT(uapi_ioas_map_file, length, 24);
UAPI_AT(uapi_ioas_map_file, iova, 32);
UAPI_SIZE(uapi_ioas_map_file, 40);

struct uapi_ioas_unmap {
	uint32_t size;
	uint32_t ioas_id;
	uint64_t iova;
	uint64_t length; /* in: bytes; out: bytes that were unmapped. UINT64_MAX: everything */
};
UAPI_AT(uapi_ioas_unmap, size, 0);
UAPI_AT(uapi_ioas_unmap, ioas_id, 4);
UAPI_AT(uapi_ioas_unmap, iova, 8);
UAPI_AT(uapi_ioas_unmap, length, 16);
UAPI_SIZE(uapi_ioas_unmap, 24);

enum { UAPI_OPTION_RLIMIT_MODE = 0, UAPI_OPTION_HUGE_PAGES = 1 };
enum { UAPI_OPTION_SET = 0, UAPI_OPTION_GET = 1 };

struct uapi_option {
	uint32_t size;
	uint32_t option_id;
	uint16_t op;
	uint16_t reserved;
	uint32_t object_id;
	uint64_t val64; /* in for SET, out for GET */
};
UAPI_AT(uapi_option, size, 0);
UAPI_AT(uapi_option, option_id, 4);
UAPI_AT(uapi_option, op, 8);
UAPI_AT(uapi_option, reserved, 10);
UAPI_AT(uapi_option, object_id, 12);
UAPI_AT(uapi_option, val64, 16);
UAPI_SIZE(uapi_option, 24);

enum { UAPI_VFIO_IOAS_GET = 0, UAPI_VFIO_IOAS_SET = 1, UAPI_VFIO_IOAS_CLEAR = 2 };

struct uapi_vfio_ioas {
	uint32_t size;
	uint32_t ioas_id; /* in for SET, out for GET */
	uint16_t op;
	uint16_t reserved;
};
UAPI_AT(uapi_vfio_ioas, size, 0);
UAPI_AT(uapi_vfio_ioas, ioas_id, 4);
UAPI_AT(uapi_vfio_ioas, op, 8);
UAPI_AT(uapi_vfio_ioas, reserved, 10);
UAPI_SIZE(uapi_vfio_ioas, 12);

struct uapi_ioas_change_process {
	uint32_t size;
	uint32_t reserved;
};
UAPI_AT(uapi_ioas_change_process, size, 0);
UAPI_AT(uapi_ioas_change_process, reserved, 4);
UAPI_SIZE(uapi_ioas_change_process, 8);

struct uapi_ioas_noiommu_get_pa {
	uint32_t size;
	uint32_t flags; /* none defined */
	uint32_t ioas_id;
	uint32_t reserved;
	uint64_t iova;
	uint64_t length; /* in: bytes wanted; out: bytes that are contiguous */
	uint64_t out_phys;
};
UAPI_AT(uapi_ioas_noiommu_get_pa, size, 0);
UAPI_AT(uapi_ioas_noiommu_get_pa, flags, 4);
UAPI_AT(uapi_ioas_noiommu_get_pa, ioas_id, 8);
UAPI_AT(uapi_ioas_noiommu_get_pa, reserved, 12);
UAPI_AT(uapi_ioas_noiommu_get_pa, iova, 16);
UAPI_AT(uapi_ioas_noiommu_get_pa, length, 24);
UAPI_AT(uapi_ioas_noiommu_get_pa, out_phys, 32);
UAPI_SIZE(uapi_ioas_noiommu_get_pa, 40);

/* --- 0x89 HWPT_ALLOC ------------------------------------------------------------------ */

enum {
	UAPI_HWPT_NEST_PARENT = 1 << 0,
	UAPI_HWPT_DIRTY_TRACKING = 1 << 1,
	UAPI_HWPT_FAULT_ID_VALID = 1 << 2,
	UAPI_HWPT_PASID = 1 << 3,
};

#define UAPI_HWPT_DATA_NONE       0u
#define UAPI_HWPT_DATA_VTD_S1     1u
#define UAPI_HWPT_DATA_ARM_SMMUV3 2u
#define UAPI_HWPT_DATA_AMD_GUEST  3u
#define UAPI_HWPT_DATA_SELFTEST   0xdeadu

struct uapi_hwpt_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t dev_id;
	uint32_t pt_id; /* an IOAS, a HWPT that is a nest parent, or a vIOMMU */
	uint32_t out_hwpt_id;
	uint32_t reserved;
	/* since 6.7 */
	uint32_t data_type;
	uint32_t data_len;
	uint64_t data_uptr;
	/* since 6.11 */
	uint32_t fault_id;
	uint32_t reserved2; /* the kernel does not look at it */
};
UAPI_AT(uapi_hwpt_alloc, size, 0);
UAPI_AT(uapi_hwpt_alloc, flags, 4);
UAPI_AT(uapi_hwpt_alloc, dev_id, 8);
UAPI_AT(uapi_hwpt_alloc, pt_id, 12);
UAPI_AT(uapi_hwpt_alloc, out_hwpt_id, 16);
UAPI_AT(uapi_hwpt_alloc, reserved, 20);
UAPI_AT(uapi_hwpt_alloc, data_type, 24);
UAPI_AT(uapi_hwpt_alloc, data_len, 28);
UAPI_AT(uapi_hwpt_alloc, data_uptr, 32);
UAPI_AT(uapi_hwpt_alloc, fault_id, 40);
UAPI_AT(uapi_hwpt_alloc, reserved2, 44);
UAPI_SIZE(uapi_hwpt_alloc, 48);

/* VT-d stage 1: flags of a guest's first-stage table. */
enum {
	UAPI_VTD_S1_SRE = 1 << 0,  /* supervisor requests; needs ECAP.SRS */
	UAPI_VTD_S1_EAFE = 1 << 1, /* extended access flag; needs ECAP.EAFS */
	UAPI_VTD_S1_WPE = 1 << 2,  /* write protect */
};

struct uapi_hwpt_vtd_s1 {
	uint64_t flags;
	uint64_t pgtbl_addr;
	uint32_t addr_width; /* 48 or 57 */
	uint32_t reserved;
};
UAPI_AT(uapi_hwpt_vtd_s1, flags, 0);
UAPI_AT(uapi_hwpt_vtd_s1, pgtbl_addr, 8);
UAPI_AT(uapi_hwpt_vtd_s1, addr_width, 16);
UAPI_AT(uapi_hwpt_vtd_s1, reserved, 20);
UAPI_SIZE(uapi_hwpt_vtd_s1, 24);

/* The first two words of a guest's stream table entry, little endian. */
struct uapi_hwpt_arm_smmuv3 {
	uint64_t ste[2];
};
UAPI_AT(uapi_hwpt_arm_smmuv3, ste, 0);
UAPI_SIZE(uapi_hwpt_arm_smmuv3, 16);

/* Bits of a guest's STE that the kernel takes; any other answers EIO. */
#define UAPI_STE0_V        (1ull << 0)
#define UAPI_STE0_CFG      (7ull << 1)
#define UAPI_STE0_S1FMT    (3ull << 4)
#define UAPI_STE0_S1CTXPTR 0x000fffffffffffc0ull
#define UAPI_STE0_S1CDMAX  (0x1full << 59)
#define UAPI_STE1_S1DSS    (3ull << 0)
#define UAPI_STE1_S1CIR    (3ull << 2)
#define UAPI_STE1_S1COR    (3ull << 4)
#define UAPI_STE1_S1CSH    (3ull << 6)
#define UAPI_STE1_S1STALLD (1ull << 27)
#define UAPI_STE1_EATS     (3ull << 28)
#define UAPI_STE0_ALLOWED \
	(UAPI_STE0_V | UAPI_STE0_CFG | UAPI_STE0_S1FMT | UAPI_STE0_S1CTXPTR | UAPI_STE0_S1CDMAX)
#define UAPI_STE1_ALLOWED                                                        \
	(UAPI_STE1_S1DSS | UAPI_STE1_S1CIR | UAPI_STE1_S1COR | UAPI_STE1_S1CSH | \
	 UAPI_STE1_S1STALLD | UAPI_STE1_EATS)

/* A guest's device table entry. */
struct uapi_hwpt_amd_guest {
	uint64_t dte[4];
};
UAPI_AT(uapi_hwpt_amd_guest, dte, 0);
UAPI_SIZE(uapi_hwpt_amd_guest, 32);

/* Of the kernel's own test device. */
struct uapi_hwpt_selftest {
	uint32_t iotlb;
	uint32_t pagetable_type; /* 0 default, 1 huge pages */
};
UAPI_AT(uapi_hwpt_selftest, iotlb, 0);
UAPI_AT(uapi_hwpt_selftest, pagetable_type, 4);
UAPI_SIZE(uapi_hwpt_selftest, 8);

/* Proposed in August 2023 for data type 0 and not taken into Linux. */
struct uapi_hwpt_default {
	uint64_t flags;
	uint64_t max_addr;
};
UAPI_AT(uapi_hwpt_default, flags, 0);
UAPI_AT(uapi_hwpt_default, max_addr, 8);
UAPI_SIZE(uapi_hwpt_default, 16);

/* --- 0x8a GET_HW_INFO ------------------------------------------------------------------ */

enum { UAPI_HW_INFO_INPUT_TYPE = 1 << 0 }; /* since 6.17 */

#define UAPI_HW_INFO_TYPE_NONE           0u /* as input: the driver's choice */
#define UAPI_HW_INFO_TYPE_INTEL_VTD      1u
#define UAPI_HW_INFO_TYPE_ARM_SMMUV3     2u
#define UAPI_HW_INFO_TYPE_TEGRA241_CMDQV 3u
#define UAPI_HW_INFO_TYPE_AMD            4u
#define UAPI_HW_INFO_TYPE_SELFTEST       0xfeedbeefu

enum {
	UAPI_HW_CAP_DIRTY_TRACKING = 1 << 0,
	UAPI_HW_CAP_PCI_PASID_EXEC = 1 << 1,
	UAPI_HW_CAP_PCI_PASID_PRIV = 1 << 2,
	UAPI_HW_CAP_PCI_ATS_NOT_SUPPORTED = 1 << 3, /* since 7.1; clear says nothing before */
};

struct uapi_hw_info {
	uint32_t size;
	uint32_t flags;
	uint32_t dev_id;
	uint32_t data_len; /* in: room; out: bytes that the kernel has */
	uint64_t data_uptr;
	uint32_t data_type; /* in with INPUT_TYPE, and out */
	uint8_t out_max_pasid_log2;
	uint8_t reserved[3];
	/* since 6.7 */
	uint64_t out_capabilities;
};
UAPI_AT(uapi_hw_info, size, 0);
UAPI_AT(uapi_hw_info, flags, 4);
UAPI_AT(uapi_hw_info, dev_id, 8);
UAPI_AT(uapi_hw_info, data_len, 12);
UAPI_AT(uapi_hw_info, data_uptr, 16);
UAPI_AT(uapi_hw_info, data_type, 24);
UAPI_AT(uapi_hw_info, out_max_pasid_log2, 28);
UAPI_AT(uapi_hw_info, reserved, 29);
UAPI_AT(uapi_hw_info, out_capabilities, 32);
UAPI_SIZE(uapi_hw_info, 40);
enum { UAPI_HW_INFO_SIZE_MIN = 32 }; /* of Linux 6.6 */

/* What the kernel writes for each type. */
struct uapi_hw_info_vtd {
	uint32_t flags;
	uint32_t reserved;
	uint64_t cap_reg;
	uint64_t ecap_reg;
};
UAPI_AT(uapi_hw_info_vtd, flags, 0);
UAPI_AT(uapi_hw_info_vtd, reserved, 4);
UAPI_AT(uapi_hw_info_vtd, cap_reg, 8);
UAPI_AT(uapi_hw_info_vtd, ecap_reg, 16);
UAPI_SIZE(uapi_hw_info_vtd, 24);

struct uapi_hw_info_arm_smmuv3 {
	uint32_t flags;
	uint32_t reserved;
	uint32_t idr[6];
	uint32_t iidr;
	uint32_t aidr;
};
UAPI_AT(uapi_hw_info_arm_smmuv3, flags, 0);
UAPI_AT(uapi_hw_info_arm_smmuv3, reserved, 4);
UAPI_AT(uapi_hw_info_arm_smmuv3, idr, 8);
UAPI_AT(uapi_hw_info_arm_smmuv3, iidr, 32);
UAPI_AT(uapi_hw_info_arm_smmuv3, aidr, 36);
UAPI_SIZE(uapi_hw_info_arm_smmuv3, 40);

struct uapi_hw_info_tegra241_cmdqv {
	uint32_t flags;
	uint8_t version;
	uint8_t log2vcmdqs;
	uint8_t log2vsids;
	uint8_t reserved;
};
UAPI_AT(uapi_hw_info_tegra241_cmdqv, flags, 0);
UAPI_AT(uapi_hw_info_tegra241_cmdqv, version, 4);
UAPI_AT(uapi_hw_info_tegra241_cmdqv, log2vcmdqs, 5);
UAPI_AT(uapi_hw_info_tegra241_cmdqv, log2vsids, 6);
UAPI_AT(uapi_hw_info_tegra241_cmdqv, reserved, 7);
UAPI_SIZE(uapi_hw_info_tegra241_cmdqv, 8);

struct uapi_hw_info_amd {
	uint64_t efr;
	uint64_t efr2;
};
UAPI_AT(uapi_hw_info_amd, efr, 0);
UAPI_AT(uapi_hw_info_amd, efr2, 8);
UAPI_SIZE(uapi_hw_info_amd, 16);

struct uapi_hw_info_selftest {
	uint32_t flags;
	uint32_t test_reg; /* 0xdeadbeef */
};
UAPI_AT(uapi_hw_info_selftest, flags, 0);
UAPI_AT(uapi_hw_info_selftest, test_reg, 4);
UAPI_SIZE(uapi_hw_info_selftest, 8);

/* --- 0x8b, 0x8c: dirty tracking --------------------------------------------------------- */

enum { UAPI_DIRTY_ENABLE = 1 << 0 };

struct uapi_hwpt_set_dirty_tracking {
	uint32_t size;
	uint32_t flags;
	uint32_t hwpt_id;
	uint32_t reserved; /* the kernel does not look at it */
};
UAPI_AT(uapi_hwpt_set_dirty_tracking, size, 0);
UAPI_AT(uapi_hwpt_set_dirty_tracking, flags, 4);
UAPI_AT(uapi_hwpt_set_dirty_tracking, hwpt_id, 8);
UAPI_AT(uapi_hwpt_set_dirty_tracking, reserved, 12);
UAPI_SIZE(uapi_hwpt_set_dirty_tracking, 16);

enum { UAPI_DIRTY_BITMAP_NO_CLEAR = 1 << 0 };

struct uapi_hwpt_get_dirty_bitmap {
	uint32_t size;
	uint32_t hwpt_id;
	uint32_t flags;
	uint32_t reserved;
	uint64_t iova;
	uint64_t length;
	uint64_t page_size;
	uint64_t data; /* pointer to the bitmap; bits are only ever set: zero it first */
};
UAPI_AT(uapi_hwpt_get_dirty_bitmap, size, 0);
UAPI_AT(uapi_hwpt_get_dirty_bitmap, hwpt_id, 4);
UAPI_AT(uapi_hwpt_get_dirty_bitmap, flags, 8);
UAPI_AT(uapi_hwpt_get_dirty_bitmap, reserved, 12);
UAPI_AT(uapi_hwpt_get_dirty_bitmap, iova, 16);
UAPI_AT(uapi_hwpt_get_dirty_bitmap, length, 24);
UAPI_AT(uapi_hwpt_get_dirty_bitmap, page_size, 32);
UAPI_AT(uapi_hwpt_get_dirty_bitmap, data, 40);
UAPI_SIZE(uapi_hwpt_get_dirty_bitmap, 48);

/* --- 0x8d HWPT_INVALIDATE ---------------------------------------------------------------- */

#define UAPI_INVALIDATE_VTD_S1     0u
#define UAPI_INVALIDATE_ARM_SMMUV3 1u
#define UAPI_INVALIDATE_SELFTEST   0xdeadbeefu

struct uapi_hwpt_invalidate {
	uint32_t size;
	uint32_t hwpt_id; /* a nested HWPT or a vIOMMU */
	uint64_t data_uptr;
	uint32_t data_type;
	uint32_t entry_len;
	uint32_t entry_num; /* in: how many; out, also after an error: how many are done */
	uint32_t reserved;
};
UAPI_AT(uapi_hwpt_invalidate, size, 0);
UAPI_AT(uapi_hwpt_invalidate, hwpt_id, 4);
UAPI_AT(uapi_hwpt_invalidate, data_uptr, 8);
UAPI_AT(uapi_hwpt_invalidate, data_type, 16);
UAPI_AT(uapi_hwpt_invalidate, entry_len, 20);
UAPI_AT(uapi_hwpt_invalidate, entry_num, 24);
UAPI_AT(uapi_hwpt_invalidate, reserved, 28);
UAPI_SIZE(uapi_hwpt_invalidate, 32);

enum { UAPI_VTD_INV_LEAF = 1 << 0 };

struct uapi_invalidate_vtd_s1 {
	uint64_t addr;   /* 4 KiB aligned */
	uint64_t npages; /* UINT64_MAX with addr 0: everything */
	uint32_t flags;
	uint32_t reserved;
};
UAPI_AT(uapi_invalidate_vtd_s1, addr, 0);
UAPI_AT(uapi_invalidate_vtd_s1, npages, 8);
UAPI_AT(uapi_invalidate_vtd_s1, flags, 16);
UAPI_AT(uapi_invalidate_vtd_s1, reserved, 20);
UAPI_SIZE(uapi_invalidate_vtd_s1, 24);

/* A command as a guest writes it, little endian. */
struct uapi_invalidate_arm_smmuv3 {
	uint64_t cmd[2];
};
UAPI_AT(uapi_invalidate_arm_smmuv3, cmd, 0);
UAPI_SIZE(uapi_invalidate_arm_smmuv3, 16);

enum { UAPI_SELFTEST_INV_ALL = 1 << 0 };

/* The test device's: of a nested HWPT, and of a vIOMMU. */
struct uapi_invalidate_selftest {
	uint32_t flags;
	uint32_t iotlb_id;
};
UAPI_AT(uapi_invalidate_selftest, flags, 0);
UAPI_AT(uapi_invalidate_selftest, iotlb_id, 4);
UAPI_SIZE(uapi_invalidate_selftest, 8);

struct uapi_viommu_invalidate_selftest {
	uint32_t flags;
	uint32_t vdev_id;
	uint32_t cache_id;
};
UAPI_AT(uapi_viommu_invalidate_selftest, flags, 0);
UAPI_AT(uapi_viommu_invalidate_selftest, vdev_id, 4);
UAPI_AT(uapi_viommu_invalidate_selftest, cache_id, 8);
UAPI_SIZE(uapi_viommu_invalidate_selftest, 12);

/* --- 0x8e FAULT_QUEUE_ALLOC, and what its descriptor carries -------------------------------- */

struct uapi_fault_queue_alloc {
	uint32_t size;
	uint32_t flags; /* none defined */
	uint32_t out_fault_id;
	uint32_t out_fault_fd;
};
UAPI_AT(uapi_fault_queue_alloc, size, 0);
UAPI_AT(uapi_fault_queue_alloc, flags, 4);
UAPI_AT(uapi_fault_queue_alloc, out_fault_id, 8);
UAPI_AT(uapi_fault_queue_alloc, out_fault_fd, 12);
UAPI_SIZE(uapi_fault_queue_alloc, 16);

enum { UAPI_FAULT_PASID_VALID = 1 << 0, UAPI_FAULT_LAST_PAGE = 1 << 1 };
enum {
	UAPI_FAULT_PERM_READ = 1 << 0,
	UAPI_FAULT_PERM_WRITE = 1 << 1,
	UAPI_FAULT_PERM_EXEC = 1 << 2,
	UAPI_FAULT_PERM_PRIV = 1 << 3,
};

/* Read: one page request. Reads must be a multiple of the record's size. */
struct uapi_fault {
	uint32_t flags;
	uint32_t dev_id;
	uint32_t pasid;
	uint32_t grpid;
	uint32_t perm;
	uint32_t reserved;
	uint64_t addr;
	uint32_t length; /* 0 */
	uint32_t cookie; /* of the group: goes into the response */
};
UAPI_AT(uapi_fault, flags, 0);
UAPI_AT(uapi_fault, dev_id, 4);
UAPI_AT(uapi_fault, pasid, 8);
UAPI_AT(uapi_fault, grpid, 12);
UAPI_AT(uapi_fault, perm, 16);
UAPI_AT(uapi_fault, reserved, 20);
UAPI_AT(uapi_fault, addr, 24);
UAPI_AT(uapi_fault, length, 32);
UAPI_AT(uapi_fault, cookie, 36);
UAPI_SIZE(uapi_fault, 40);

enum { UAPI_FAULT_SUCCESS = 0, UAPI_FAULT_INVALID = 1 };

/* Written: the answer to one group. */
struct uapi_fault_response {
	uint32_t cookie;
	uint32_t code;
};
UAPI_AT(uapi_fault_response, cookie, 0);
UAPI_AT(uapi_fault_response, code, 4);
UAPI_SIZE(uapi_fault_response, 8);

/* --- 0x90, 0x91: virtual IOMMUs -------------------------------------------------------------- */

#define UAPI_VIOMMU_TYPE_DEFAULT        0u /* refused */
#define UAPI_VIOMMU_TYPE_ARM_SMMUV3     1u
#define UAPI_VIOMMU_TYPE_TEGRA241_CMDQV 2u
#define UAPI_VIOMMU_TYPE_SELFTEST       0xdeadbeefu

struct uapi_viommu_alloc {
	uint32_t size;
	uint32_t flags; /* none defined */
	uint32_t type;
	uint32_t dev_id;
	uint32_t hwpt_id; /* a nest parent */
	uint32_t out_viommu_id;
	/* since 6.17 */
	uint32_t data_len;
	uint32_t reserved; /* the kernel does not look at it */
	uint64_t data_uptr;
};
UAPI_AT(uapi_viommu_alloc, size, 0);
UAPI_AT(uapi_viommu_alloc, flags, 4);
UAPI_AT(uapi_viommu_alloc, type, 8);
UAPI_AT(uapi_viommu_alloc, dev_id, 12);
UAPI_AT(uapi_viommu_alloc, hwpt_id, 16);
UAPI_AT(uapi_viommu_alloc, out_viommu_id, 20);
UAPI_AT(uapi_viommu_alloc, data_len, 24);
UAPI_AT(uapi_viommu_alloc, reserved, 28);
UAPI_AT(uapi_viommu_alloc, data_uptr, 32);
UAPI_SIZE(uapi_viommu_alloc, 40);

/* Written by the kernel: what to mmap() on /dev/iommu. */
struct uapi_viommu_tegra241_cmdqv {
	uint64_t out_vintf_mmap_offset;
	uint64_t out_vintf_mmap_length;
};
UAPI_AT(uapi_viommu_tegra241_cmdqv, out_vintf_mmap_offset, 0);
UAPI_AT(uapi_viommu_tegra241_cmdqv, out_vintf_mmap_length, 8);
UAPI_SIZE(uapi_viommu_tegra241_cmdqv, 16);

struct uapi_vdevice_alloc {
	uint32_t size;
	uint32_t viommu_id;
	uint32_t dev_id;
	uint32_t out_vdevice_id;
	uint64_t virt_id; /* the guest's name for it: SMMUv3 a virtual stream id */
};
UAPI_AT(uapi_vdevice_alloc, size, 0);
UAPI_AT(uapi_vdevice_alloc, viommu_id, 4);
UAPI_AT(uapi_vdevice_alloc, dev_id, 8);
UAPI_AT(uapi_vdevice_alloc, out_vdevice_id, 12);
UAPI_AT(uapi_vdevice_alloc, virt_id, 16);
UAPI_SIZE(uapi_vdevice_alloc, 24);

/* --- 0x93 VEVENTQ_ALLOC, and what its descriptor carries -------------------------------------- */

#define UAPI_VEVENTQ_TYPE_DEFAULT        0u /* refused */
#define UAPI_VEVENTQ_TYPE_ARM_SMMUV3     1u
#define UAPI_VEVENTQ_TYPE_TEGRA241_CMDQV 2u
#define UAPI_VEVENTQ_TYPE_SELFTEST       0xbeefbeefu

struct uapi_veventq_alloc {
	uint32_t size;
	uint32_t flags; /* none defined */
	uint32_t viommu_id;
	uint32_t type;
	uint32_t veventq_depth; /* 1 to 2^19 events */
	uint32_t out_veventq_id;
	uint32_t out_veventq_fd;
	uint32_t reserved;
};
UAPI_AT(uapi_veventq_alloc, size, 0);
UAPI_AT(uapi_veventq_alloc, flags, 4);
UAPI_AT(uapi_veventq_alloc, viommu_id, 8);
UAPI_AT(uapi_veventq_alloc, type, 12);
UAPI_AT(uapi_veventq_alloc, veventq_depth, 16);
UAPI_AT(uapi_veventq_alloc, out_veventq_id, 20);
UAPI_AT(uapi_veventq_alloc, out_veventq_fd, 24);
UAPI_AT(uapi_veventq_alloc, reserved, 28);
UAPI_SIZE(uapi_veventq_alloc, 32);
enum { UAPI_VEVENTQ_DEPTH_MAX = 1 << 19 };

enum { UAPI_VEVENT_LOST = 1 << 0 }; /* events were lost; no data follows */

/* Before each event. How much follows is known by the type of the queue. */
struct uapi_vevent_header {
	uint32_t flags;
	uint32_t sequence; /* 0 to INT_MAX, then 0 again; a gap is lost events */
};
UAPI_AT(uapi_vevent_header, flags, 0);
UAPI_AT(uapi_vevent_header, sequence, 4);
UAPI_SIZE(uapi_vevent_header, 8);

/* An event record with the guest's stream id, little endian. */
struct uapi_vevent_arm_smmuv3 {
	uint64_t evt[4];
};
UAPI_SIZE(uapi_vevent_arm_smmuv3, 32);

/* The error maps of the virtual interface's queues, little endian. */
struct uapi_vevent_tegra241_cmdqv {
	uint64_t lvcmdq_err_map[2];
};
UAPI_SIZE(uapi_vevent_tegra241_cmdqv, 16);

struct uapi_vevent_selftest {
	uint32_t virt_id;
};
UAPI_SIZE(uapi_vevent_selftest, 4);

/* --- 0x94 HW_QUEUE_ALLOC ---------------------------------------------------------------------- */

#define UAPI_HW_QUEUE_TYPE_DEFAULT        0u /* refused */
#define UAPI_HW_QUEUE_TYPE_TEGRA241_CMDQV 1u
#define UAPI_HW_QUEUE_TYPE_SELFTEST       0xdeadbeefu

struct uapi_hw_queue_alloc {
	uint32_t size;
	uint32_t flags; /* none defined */
	uint32_t viommu_id;
	uint32_t type;
	uint32_t index;
	uint32_t out_hw_queue_id;
	uint64_t nesting_parent_iova; /* where the guest has the queue */
	uint64_t length;              /* bytes */
};
UAPI_AT(uapi_hw_queue_alloc, size, 0);
UAPI_AT(uapi_hw_queue_alloc, flags, 4);
UAPI_AT(uapi_hw_queue_alloc, viommu_id, 8);
UAPI_AT(uapi_hw_queue_alloc, type, 12);
UAPI_AT(uapi_hw_queue_alloc, index, 16);
UAPI_AT(uapi_hw_queue_alloc, out_hw_queue_id, 20);
UAPI_AT(uapi_hw_queue_alloc, nesting_parent_iova, 24);
UAPI_AT(uapi_hw_queue_alloc, length, 32);
UAPI_SIZE(uapi_hw_queue_alloc, 40);

/* --- VFIO devices ----------------------------------------------------------------------------- */

enum {
	UAPI_VFIO_INFO_RESET = 1 << 0,
	UAPI_VFIO_INFO_PCI = 1 << 1,
	UAPI_VFIO_INFO_PLATFORM = 1 << 2,
	UAPI_VFIO_INFO_AMBA = 1 << 3,
	UAPI_VFIO_INFO_CCW = 1 << 4,
	UAPI_VFIO_INFO_AP = 1 << 5,
	UAPI_VFIO_INFO_FSL_MC = 1 << 6,
	UAPI_VFIO_INFO_CAPS = 1 << 7,
	UAPI_VFIO_INFO_CDX = 1 << 8,
};

struct uapi_vfio_info {
	uint32_t argsz;
	uint32_t flags;
	uint32_t num_regions;
	uint32_t num_irqs;
	uint32_t cap_offset;
	uint32_t pad;
};
UAPI_AT(uapi_vfio_info, argsz, 0);
UAPI_AT(uapi_vfio_info, flags, 4);
UAPI_AT(uapi_vfio_info, num_regions, 8);
UAPI_AT(uapi_vfio_info, num_irqs, 12);
UAPI_AT(uapi_vfio_info, cap_offset, 16);
UAPI_AT(uapi_vfio_info, pad, 20);
UAPI_SIZE(uapi_vfio_info, 24);

enum { UAPI_VFIO_BIND_TOKEN = 1 << 0 }; /* since 6.17 */

struct uapi_vfio_bind {
	uint32_t argsz;
	uint32_t flags;
	int32_t iommufd;
	uint32_t out_devid;
	/* since 6.17 */
	uint64_t token_uuid_ptr; /* 16 bytes */
};
UAPI_AT(uapi_vfio_bind, argsz, 0);
UAPI_AT(uapi_vfio_bind, flags, 4);
UAPI_AT(uapi_vfio_bind, iommufd, 8);
UAPI_AT(uapi_vfio_bind, out_devid, 12);
UAPI_AT(uapi_vfio_bind, token_uuid_ptr, 16);
UAPI_SIZE(uapi_vfio_bind, 24);

enum { UAPI_VFIO_ATTACH_PASID = 1 << 0 }; /* since 6.15 */

struct uapi_vfio_attach {
	uint32_t argsz;
	uint32_t flags;
	uint32_t pt_id; /* in: an IOAS or HWPT; out: the HWPT that is used */
	/* since 6.15 */
	uint32_t pasid;
};
UAPI_AT(uapi_vfio_attach, argsz, 0);
UAPI_AT(uapi_vfio_attach, flags, 4);
UAPI_AT(uapi_vfio_attach, pt_id, 8);
UAPI_AT(uapi_vfio_attach, pasid, 12);
UAPI_SIZE(uapi_vfio_attach, 16);

struct uapi_vfio_detach {
	uint32_t argsz;
	uint32_t flags;
	/* since 6.15 */
	uint32_t pasid;
};
UAPI_AT(uapi_vfio_detach, argsz, 0);
UAPI_AT(uapi_vfio_detach, flags, 4);
UAPI_AT(uapi_vfio_detach, pasid, 8);
UAPI_SIZE(uapi_vfio_detach, 12);

#endif
