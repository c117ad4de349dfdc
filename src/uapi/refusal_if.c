/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Circumstances under which a row of the refusals applies: one function each, and its words. */
#include "config.h"
#include "uapi/refusal_facts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"

static enum uapi_object type_of(const struct refusal_facts *f, uint32_t id)
{
	const struct refusal_ledger *ledger = f->ctx->ledger;

	return id && ledger && ledger->type ? ledger->type(ledger->arg, id) : OBJECT_NONE;
}

static bool iommu_is(const struct refusal_facts *f, const char *prefix)
{
	char *iommu = rfact_of_device(f, devfact_iommu);
	bool is = iommu && !strncmp(iommu, prefix, strlen(prefix));

	free(iommu);
	return is;
}

/* A member that keeps the group from user space: on a driver of the host. */
static bool on_host_driver(const struct device_member *m)
{
	return m->driver && !m->on_vfio && !driver_does_no_dma(m->driver);
}

static bool other_member(struct refusal_facts *f, bool (*is)(const struct device_member *))
{
	size_t n;
	const struct device_member *members = rfact_members(f, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(members[i].name, rfact_device(f)->name) && is(&members[i]))
			return true;
	return false;
}

static bool on_vfio(const struct device_member *m)
{
	return m->on_vfio;
}

static bool kernel_lacks(const struct refusal_facts *f, enum uapi_op op)
{
	return f->ctx->iommufd > 0 && call_op_exists(f->ctx->iommufd, op) == 0;
}

static bool is_no_driver(struct refusal_facts *f)
{
	char *driver = rfact_of_device(f, devfact_driver);
	bool none = rfact_device(f) && !driver;

	free(driver);
	return none;
}

static bool is_no_group(struct refusal_facts *f)
{
	return rfact_device(f) && rfact_group(f) < 0;
}

static bool is_no_iommu_on_host(struct refusal_facts *f)
{
	(void)f;
	return !devfact_host_has_iommu();
}

static bool is_pci_bridge(struct refusal_facts *f)
{
	return rfact_device(f) &&
	       class_is_pci_bridge(devfact_class(rfact_device(f)->bus, rfact_device(f)->name));
}

static bool is_mdev(struct refusal_facts *f)
{
	return rfact_device(f) && rfact_device(f)->bus && !strcmp(rfact_device(f)->bus, "mdev");
}

static bool is_noiommu(struct refusal_facts *f)
{
	return rfact_device(f) && rfact_device(f)->cdev &&
	       !strncmp(rfact_device(f)->cdev, "noiommu-", 8);
}

static bool is_siblings_on_host(struct refusal_facts *f)
{
	return rfact_device(f) && other_member(f, on_host_driver);
}

static bool is_siblings_on_vfio(struct refusal_facts *f)
{
	return rfact_device(f) && other_member(f, on_vfio);
}

static bool is_intel(struct refusal_facts *f)
{
	return iommu_is(f, "dmar");
}

static bool is_amd(struct refusal_facts *f)
{
	return iommu_is(f, "ivhd");
}

static bool is_smmu(struct refusal_facts *f)
{
	return iommu_is(f, "smmu3");
}

static bool is_no_cdev_folder(struct refusal_facts *f)
{
	char *path = mem_printf("%s/vfio/devices", uapi_dev);
	bool missing = access(path, F_OK) != 0;

	(void)f;
	free(path);
	return missing;
}

static bool is_held(struct refusal_facts *f)
{
	const struct holders *h;

	if (!rfact_device(f))
		return false;
	h = rfact_holders(f);
	return holders_of_device(h, rfact_device(f)->name, rfact_device(f)->cdev, 0) < h->n;
}

static bool is_sibling_held(struct refusal_facts *f)
{
	const struct device_member *members;
	const struct holders *h;
	size_t n;

	if (!rfact_device(f))
		return false;
	h = rfact_holders(f);
	members = rfact_members(f, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(members[i].name, rfact_device(f)->name) &&
		    holders_of_device(h, members[i].name, NULL, 0) < h->n)
			return true;
	return false;
}

static bool is_group_open(struct refusal_facts *f)
{
	int group = rfact_group(f);
	const struct holders *h;

	if (group < 0)
		return false;
	h = rfact_holders(f);
	return holders_of_group(h, group, 0) < h->n;
}

static bool is_memlock(struct refusal_facts *f)
{
	enum { CAP_IPC_LOCK_BIT = 14 };
	struct rlimit limit;

	(void)f;
	return !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur != RLIM_INFINITY &&
	       !(rfact_own_status("CapEff:", 16) >> CAP_IPC_LOCK_BIT & 1);
}

static bool is_nest_parent(struct refusal_facts *f)
{
	return f->ctx->flags & UAPI_HWPT_NEST_PARENT;
}

static bool is_dirty_tracking(struct refusal_facts *f)
{
	return f->ctx->flags & UAPI_HWPT_DIRTY_TRACKING;
}

static bool is_fault_id(struct refusal_facts *f)
{
	return f->ctx->flags & UAPI_HWPT_FAULT_ID_VALID;
}

static bool is_pasid_flag(struct refusal_facts *f)
{
	return f->ctx->flags & UAPI_HWPT_PASID;
}

static bool is_unknown_flag(struct refusal_facts *f)
{
	return f->ctx->flags & ~(uint64_t)(UAPI_HWPT_NEST_PARENT | UAPI_HWPT_DIRTY_TRACKING |
					   UAPI_HWPT_FAULT_ID_VALID | UAPI_HWPT_PASID);
}

static bool is_data_without_type(struct refusal_facts *f)
{
	return f->ctx->data_len && f->ctx->type == UAPI_HWPT_DATA_NONE;
}

static bool is_type(struct refusal_facts *f)
{
	return f->ctx->has_type && (f->ctx->type || f->op == OP_GET_HW_INFO);
}

static bool is_type_without_data(struct refusal_facts *f)
{
	return f->ctx->has_type && f->ctx->type && !f->ctx->data_len;
}

static bool is_token(struct refusal_facts *f)
{
	return f->ctx->token;
}

static bool is_pasid(struct refusal_facts *f)
{
	return f->ctx->has_pasid;
}

static bool is_fixed(struct refusal_facts *f)
{
	return f->ctx->flags & UAPI_MAP_FIXED_IOVA;
}

static bool is_was_attached(struct refusal_facts *f)
{
	return f->ctx->attached;
}

static bool is_ste_bits(struct refusal_facts *f)
{
	uint64_t bad[2];

	rfact_ste_bad(f, bad);
	return bad[0] || bad[1];
}

static bool is_some_done(struct refusal_facts *f)
{
	return f->ctx->done;
}

static bool is_id_device(struct refusal_facts *f)
{
	enum uapi_object type = type_of(f, f->ctx->id);

	return type == OBJECT_DEVICE || type == OBJECT_ACCESS;
}

static bool is_id_ioas(struct refusal_facts *f)
{
	return type_of(f, f->ctx->id) == OBJECT_IOAS;
}

static bool is_id_hwpt(struct refusal_facts *f)
{
	enum uapi_object type = type_of(f, f->ctx->id);

	return type == OBJECT_HWPT || type == OBJECT_HWPT_NESTED;
}

static bool is_id_hwpt_auto(struct refusal_facts *f)
{
	return type_of(f, f->ctx->id) == OBJECT_HWPT_AUTO;
}

static bool is_id_viommu(struct refusal_facts *f)
{
	return type_of(f, f->ctx->id) == OBJECT_VIOMMU;
}

static bool is_id_queue(struct refusal_facts *f)
{
	enum uapi_object type = type_of(f, f->ctx->id);

	return type == OBJECT_FAULT_QUEUE || type == OBJECT_VEVENTQ || type == OBJECT_HW_QUEUE;
}

static bool is_pt_ioas(struct refusal_facts *f)
{
	return type_of(f, f->ctx->pt_id) == OBJECT_IOAS;
}

static bool is_pt_hwpt(struct refusal_facts *f)
{
	return type_of(f, f->ctx->pt_id) == OBJECT_HWPT;
}

static bool is_pt_hwpt_auto(struct refusal_facts *f)
{
	return type_of(f, f->ctx->pt_id) == OBJECT_HWPT_AUTO;
}

static bool is_pt_nested(struct refusal_facts *f)
{
	return type_of(f, f->ctx->pt_id) == OBJECT_HWPT_NESTED;
}

static bool is_pt_viommu(struct refusal_facts *f)
{
	return type_of(f, f->ctx->pt_id) == OBJECT_VIOMMU;
}

static bool is_no_nesting(struct refusal_facts *f)
{
	size_t at = 0;

	return rfact_nest_missing(f, &at) != NULL;
}

/* The hardware could, or so its registers say; asked after is_no_nesting(). */
static bool is_scalable_mode_off(struct refusal_facts *f)
{
	const struct call_hw_info *info = rfact_hw(f);

	return info && info->data_type == UAPI_HW_INFO_TYPE_INTEL_VTD && !is_no_nesting(f);
}

static bool is_no_dirty_cap(struct refusal_facts *f)
{
	const struct call_hw_info *info = rfact_hw(f);

	return info && info->has_capabilities && !(info->capabilities & UAPI_HW_CAP_DIRTY_TRACKING);
}

static bool is_no_pasid_width(struct refusal_facts *f)
{
	const struct call_hw_info *info = rfact_hw(f);

	return info && info->has_max_pasid && !info->max_pasid_log2;
}

/* Versions are told by ioctls that came with them: distributions move features to older kernels. */
static bool is_before_6_7(struct refusal_facts *f)
{
	return kernel_lacks(f, OP_HWPT_SET_DIRTY_TRACKING);
}

static bool is_before_6_15(struct refusal_facts *f)
{
	return kernel_lacks(f, OP_VEVENTQ_ALLOC);
}

static bool is_before_6_17(struct refusal_facts *f)
{
	return kernel_lacks(f, OP_HW_QUEUE_ALLOC);
}

/* clang-format off */
static const struct {
	bool (*holds)(struct refusal_facts *f);
	const char *text;
} conditions[IF_COUNT] = {
	[IF_ALWAYS]            = { NULL, "" },
	[IF_NO_DRIVER]         = { is_no_driver, "no driver has the device" },
	[IF_NO_GROUP]          = { is_no_group, "the device has no IOMMU group" },
	[IF_NO_IOMMU_ON_HOST]  = { is_no_iommu_on_host, "the kernel drives no IOMMU" },
	[IF_BRIDGE]            = { is_pci_bridge, "the device is a bridge" },
	[IF_MDEV]              = { is_mdev, "the device is an mdev" },
	[IF_NOIOMMU]           = { is_noiommu, "the device is used without an IOMMU" },
	[IF_SIBLINGS_ON_HOST]  = { is_siblings_on_host, "a member of the group is on a driver of the host" },
	[IF_SIBLINGS_ON_VFIO]  = { is_siblings_on_vfio, "another member of the group is on a VFIO driver" },
	[IF_INTEL]             = { is_intel, "Intel VT-d" },
	[IF_AMD]               = { is_amd, "AMD-Vi" },
	[IF_SMMU]              = { is_smmu, "Arm SMMUv3" },
	[IF_NO_CDEV_FOLDER]    = { is_no_cdev_folder, "there is no /dev/vfio/devices" },
	[IF_HELD]              = { is_held, "another process has the device open" },
	[IF_SIBLING_HELD]      = { is_sibling_held, "another process has a member of the group open" },
	[IF_GROUP_OPEN]        = { is_group_open, "a process has the group's file open" },
	[IF_MEMLOCK]           = { is_memlock, "RLIMIT_MEMLOCK applies" },
	[IF_NEST_PARENT]       = { is_nest_parent, "nest-parent was asked for" },
	[IF_DIRTY_TRACKING]    = { is_dirty_tracking, "dirty-tracking was asked for" },
	[IF_FAULT_ID]          = { is_fault_id, "a fault queue was named" },
	[IF_PASID_FLAG]        = { is_pasid_flag, "pasid was asked for" },
	[IF_UNKNOWN_FLAG]      = { is_unknown_flag, "a flag that Linux 7.3 does not have" },
	[IF_DATA_WITHOUT_TYPE] = { is_data_without_type, "data without a type" },
	[IF_TYPE]              = { is_type, "a type was named" },
	[IF_TYPE_WITHOUT_DATA] = { is_type_without_data, "a type without data" },
	[IF_TOKEN]             = { is_token, "a VF token was given" },
	[IF_PASID]             = { is_pasid, "a PASID was given" },
	[IF_FIXED]             = { is_fixed, "the address was given" },
	[IF_WAS_ATTACHED]      = { is_was_attached, "the device was attached before" },
	[IF_STE_BITS]          = { is_ste_bits, "bits of the entry are not allowed" },
	[IF_SOME_DONE]         = { is_some_done, "some entries were done" },
	[IF_ID_DEVICE]         = { is_id_device, "the object is a device" },
	[IF_ID_IOAS]           = { is_id_ioas, "the object is an IOAS" },
	[IF_ID_HWPT]           = { is_id_hwpt, "the object is a HWPT" },
	[IF_ID_HWPT_AUTO]      = { is_id_hwpt_auto, "the object is a HWPT made by attaching" },
	[IF_ID_VIOMMU]         = { is_id_viommu, "the object is a vIOMMU" },
	[IF_ID_QUEUE]          = { is_id_queue, "the object is a queue" },
	[IF_PT_IOAS]           = { is_pt_ioas, "the table named is an IOAS" },
	[IF_PT_HWPT]           = { is_pt_hwpt, "the table named is a HWPT" },
	[IF_PT_HWPT_AUTO]      = { is_pt_hwpt_auto, "the table named was made by attaching" },
	[IF_PT_NESTED]         = { is_pt_nested, "the table named is nested" },
	[IF_PT_VIOMMU]         = { is_pt_viommu, "the parent named is a vIOMMU" },
	[IF_NO_NESTING]        = { is_no_nesting, "the registers lack what nesting needs" },
	[IF_SCALABLE_MODE_OFF] = { is_scalable_mode_off, "VT-d whose registers have what nesting needs" },
	[IF_NO_DIRTY_CAP]      = { is_no_dirty_cap, "capability dirty-tracking is not set" },
	[IF_NO_PASID_WIDTH]    = { is_no_pasid_width, "the device has no PASIDs" },
	[IF_BEFORE_6_7]        = { is_before_6_7, "the kernel lacks what came with Linux 6.7" },
	[IF_BEFORE_6_15]       = { is_before_6_15, "the kernel lacks what came with Linux 6.15" },
	[IF_BEFORE_6_17]       = { is_before_6_17, "the kernel lacks what came with Linux 6.17" },
};
/* clang-format on */

const char *refusal_if_text(enum refusal_if condition)
{
	return condition < IF_COUNT ? conditions[condition].text : "";
}

static bool holds(struct refusal_facts *f, enum refusal_if condition)
{
	if (condition == IF_ALWAYS)
		return true;
	if (!f->known[condition])
		f->known[condition] = conditions[condition].holds(f) ? 1 : -1;
	return f->known[condition] > 0;
}

bool refusal_applies(struct refusal_facts *f, const struct refusal *row)
{
	for (size_t i = 0; i < REFUSAL_CONDITIONS; i++)
		if (!holds(f, row->when[i]))
			return false;
	return true;
}
