/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refusals: choosing the row that applies, and putting the facts into its words.
 *
 * Facts are looked up only as rows ask for them, and each at most once.
 */
#include "config.h"
#include "uapi/refusal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "uapi/holders.h"

struct facts {
	enum uapi_op op;
	const struct refusal_ctx *ctx;
	signed char known[IF_COUNT]; /* 0 not looked up, 1 yes, -1 no */

	bool have_holders;
	struct holders holders;
	bool asked_hw;
	bool have_hw;
	struct call_hw_info hw;
	bool asked_members;
	struct device_member *members;
	size_t n_members;
};

static const struct uapi_device *dev(const struct facts *f)
{
	return f->ctx->device && f->ctx->device->name ? f->ctx->device : NULL;
}

/* --- looking things up --------------------------------------------------------------------- */

static const struct holders *holders(struct facts *f)
{
	if (!f->have_holders)
		holders_collect(&f->holders);
	f->have_holders = true;
	return &f->holders;
}

static int group_of(const struct facts *f)
{
	return dev(f) ? devfact_group(dev(f)->bus, dev(f)->name) : -1;
}

static void look_at_members(struct facts *f)
{
	int group;

	if (f->asked_members)
		return;
	f->asked_members = true;
	group = group_of(f);
	if (group >= 0)
		f->n_members = devfact_members(group, &f->members);
}

static const struct call_hw_info *hw(struct facts *f)
{
	if (!f->asked_hw && f->ctx->iommufd > 0 && f->ctx->dev_id)
		f->have_hw = !call_hw_info(f->ctx->iommufd, f->ctx->dev_id, NULL, &f->hw);
	f->asked_hw = true;
	return f->have_hw ? &f->hw : NULL;
}

static enum uapi_object type_of(const struct facts *f, uint32_t id)
{
	const struct refusal_ledger *ledger = f->ctx->ledger;

	return id && ledger && ledger->type ? ledger->type(ledger->arg, id) : OBJECT_NONE;
}

static bool iommu_is(const struct facts *f, const char *prefix)
{
	char *iommu = dev(f) ? devfact_iommu(dev(f)->bus, dev(f)->name) : NULL;
	bool is = iommu && !strncmp(iommu, prefix, strlen(prefix));

	free(iommu);
	return is;
}

/* A member that keeps the group from user space: on a driver of the host. */
static bool on_host_driver(const struct device_member *m)
{
	return m->driver && !m->on_vfio && !driver_does_no_dma(m->driver);
}

static bool other_member(struct facts *f, bool (*is)(const struct device_member *))
{
	look_at_members(f);
	for (size_t i = 0; i < f->n_members; i++)
		if (strcmp(f->members[i].name, dev(f)->name) && is(&f->members[i]))
			return true;
	return false;
}

static bool on_vfio(const struct device_member *m)
{
	return m->on_vfio;
}

static bool kernel_lacks(const struct facts *f, enum uapi_op op)
{
	return f->ctx->iommufd > 0 && call_op_exists(f->ctx->iommufd, op) == 0;
}

/* A capability of this process, from /proc/self/status: bit @bit of CapEff. */
static bool has_capability(unsigned int bit)
{
	char *path = mem_printf("%s/self/status", uapi_proc), line[128];
	FILE *f = fopen(path, "re");
	uint64_t effective = 0;

	free(path);
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %" SCNx64, &effective) == 1)
			break;
	if (f)
		fclose(f);
	return effective >> bit & 1;
}

/* --- circumstances ---------------------------------------------------------------------------- */

static bool is_no_driver(struct facts *f)
{
	char *driver = dev(f) ? devfact_driver(dev(f)->bus, dev(f)->name) : NULL;
	bool none = dev(f) && !driver;

	free(driver);
	return none;
}

static bool is_no_group(struct facts *f)
{
	return dev(f) && group_of(f) < 0;
}

static bool is_no_iommu_on_host(struct facts *f)
{
	(void)f;
	return !devfact_host_has_iommu();
}

static bool is_pci_bridge(struct facts *f)
{
	return dev(f) && class_is_pci_bridge(devfact_class(dev(f)->bus, dev(f)->name));
}

static bool is_mdev(struct facts *f)
{
	return dev(f) && dev(f)->bus && !strcmp(dev(f)->bus, "mdev");
}

static bool is_noiommu(struct facts *f)
{
	return dev(f) && dev(f)->cdev && !strncmp(dev(f)->cdev, "noiommu-", 8);
}

static bool is_siblings_on_host(struct facts *f)
{
	return dev(f) && other_member(f, on_host_driver);
}

static bool is_siblings_on_vfio(struct facts *f)
{
	return dev(f) && other_member(f, on_vfio);
}

static bool is_intel(struct facts *f)
{
	return iommu_is(f, "dmar");
}

static bool is_amd(struct facts *f)
{
	return iommu_is(f, "ivhd");
}

static bool is_smmu(struct facts *f)
{
	return iommu_is(f, "smmu3");
}

static bool is_no_cdev_folder(struct facts *f)
{
	char *path = mem_printf("%s/vfio/devices", uapi_dev);
	bool missing = access(path, F_OK) != 0;

	(void)f;
	free(path);
	return missing;
}

static bool is_held(struct facts *f)
{
	const struct holders *h;

	if (!dev(f))
		return false;
	h = holders(f);
	return holders_of_device(h, dev(f)->name, dev(f)->cdev, 0) < h->n;
}

static bool is_sibling_held(struct facts *f)
{
	const struct holders *h;

	if (!dev(f))
		return false;
	h = holders(f);
	look_at_members(f);
	for (size_t i = 0; i < f->n_members; i++)
		if (strcmp(f->members[i].name, dev(f)->name) &&
		    holders_of_device(h, f->members[i].name, NULL, 0) < h->n)
			return true;
	return false;
}

static bool is_group_open(struct facts *f)
{
	int group = group_of(f);
	const struct holders *h;

	if (group < 0)
		return false;
	h = holders(f);
	return holders_of_group(h, group, 0) < h->n;
}

static bool is_memlock(struct facts *f)
{
	enum { CAP_IPC_LOCK_BIT = 14 };
	struct rlimit limit;

	(void)f;
	return !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur != RLIM_INFINITY &&
	       !has_capability(CAP_IPC_LOCK_BIT);
}

static bool is_nest_parent(struct facts *f)
{
	return f->ctx->flags & UAPI_HWPT_NEST_PARENT;
}

static bool is_dirty_tracking(struct facts *f)
{
	return f->ctx->flags & UAPI_HWPT_DIRTY_TRACKING;
}

static bool is_fault_id(struct facts *f)
{
	return f->ctx->flags & UAPI_HWPT_FAULT_ID_VALID;
}

static bool is_pasid_flag(struct facts *f)
{
	return f->ctx->flags & UAPI_HWPT_PASID;
}

static bool is_unknown_flag(struct facts *f)
{
	return f->ctx->flags & ~(uint64_t)(UAPI_HWPT_NEST_PARENT | UAPI_HWPT_DIRTY_TRACKING |
					   UAPI_HWPT_FAULT_ID_VALID | UAPI_HWPT_PASID);
}

static bool is_data_without_type(struct facts *f)
{
	return f->ctx->data_len && f->ctx->type == UAPI_HWPT_DATA_NONE;
}

static bool is_type(struct facts *f)
{
	return f->ctx->has_type && (f->ctx->type || f->op == OP_GET_HW_INFO);
}

static bool is_type_without_data(struct facts *f)
{
	return f->ctx->has_type && f->ctx->type && !f->ctx->data_len;
}

static bool is_token(struct facts *f)
{
	return f->ctx->token;
}

static bool is_pasid(struct facts *f)
{
	return f->ctx->has_pasid;
}

static bool is_fixed(struct facts *f)
{
	return f->ctx->flags & UAPI_MAP_FIXED_IOVA;
}

static bool is_was_attached(struct facts *f)
{
	return f->ctx->attached;
}

/* Bits outside of what the kernel takes in a guest's stream table entry. */
static void ste_bad(const struct facts *f, uint64_t bad[2])
{
	const struct refusal_ctx *ctx = f->ctx;
	struct uapi_hwpt_arm_smmuv3 ste;

	bad[0] = bad[1] = 0;
	if (!ctx->data || ctx->data_len != sizeof(ste) || ctx->type != UAPI_HWPT_DATA_ARM_SMMUV3)
		return;
	memcpy(&ste, ctx->data, sizeof(ste));
	bad[0] = ste.ste[0] & ~UAPI_STE0_ALLOWED;
	bad[1] = ste.ste[1] & ~UAPI_STE1_ALLOWED;
}

static bool is_ste_bits(struct facts *f)
{
	uint64_t bad[2];

	ste_bad(f, bad);
	return bad[0] || bad[1];
}

static bool is_some_done(struct facts *f)
{
	return f->ctx->done;
}

static bool is_id_device(struct facts *f)
{
	enum uapi_object type = type_of(f, f->ctx->id);

	return type == OBJECT_DEVICE || type == OBJECT_ACCESS;
}

static bool is_id_ioas(struct facts *f)
{
	return type_of(f, f->ctx->id) == OBJECT_IOAS;
}

static bool is_id_hwpt(struct facts *f)
{
	enum uapi_object type = type_of(f, f->ctx->id);

	return type == OBJECT_HWPT || type == OBJECT_HWPT_NESTED;
}

static bool is_id_hwpt_auto(struct facts *f)
{
	return type_of(f, f->ctx->id) == OBJECT_HWPT_AUTO;
}

static bool is_id_viommu(struct facts *f)
{
	return type_of(f, f->ctx->id) == OBJECT_VIOMMU;
}

static bool is_id_queue(struct facts *f)
{
	enum uapi_object type = type_of(f, f->ctx->id);

	return type == OBJECT_FAULT_QUEUE || type == OBJECT_VEVENTQ || type == OBJECT_HW_QUEUE;
}

static bool is_pt_ioas(struct facts *f)
{
	return type_of(f, f->ctx->pt_id) == OBJECT_IOAS;
}

static bool is_pt_hwpt(struct facts *f)
{
	return type_of(f, f->ctx->pt_id) == OBJECT_HWPT;
}

static bool is_pt_hwpt_auto(struct facts *f)
{
	return type_of(f, f->ctx->pt_id) == OBJECT_HWPT_AUTO;
}

static bool is_pt_nested(struct facts *f)
{
	return type_of(f, f->ctx->pt_id) == OBJECT_HWPT_NESTED;
}

static bool is_pt_viommu(struct facts *f)
{
	return type_of(f, f->ctx->pt_id) == OBJECT_VIOMMU;
}

/* What nesting needs, by type of hardware information: word, bit, name. */
static const struct nest_bit {
	uint32_t data_type;
	uint32_t offset; /* of the register in the data, bytes */
	uint32_t size;
	unsigned int bit;
	const char *name;
} nest_bits[] = {
	{ UAPI_HW_INFO_TYPE_INTEL_VTD, 16, 8, 43, "ECAP.SMTS (scalable mode)" },
	{ UAPI_HW_INFO_TYPE_INTEL_VTD, 16, 8, 26, "ECAP.NEST" },
	{ UAPI_HW_INFO_TYPE_INTEL_VTD, 16, 8, 46, "ECAP.SSTS (second stage)" },
	{ UAPI_HW_INFO_TYPE_ARM_SMMUV3, 8, 4, 1, "IDR0.S1P (stage 1)" },
	{ UAPI_HW_INFO_TYPE_ARM_SMMUV3, 8, 4, 0, "IDR0.S2P (stage 2)" },
	{ UAPI_HW_INFO_TYPE_AMD, 0, 8, 4, "EFR.GTSup" },
	{ UAPI_HW_INFO_TYPE_AMD, 0, 8, 48, "EFR.GIOSup" },
	{ UAPI_HW_INFO_TYPE_AMD, 8, 8, 3, "EFR2.GCR3TRPMode" },
};

static bool nest_bit_clear(const struct call_hw_info *info, const struct nest_bit *row)
{
	uint64_t value = 0;

	if (row->data_type != info->data_type || row->offset + row->size > info->data_have)
		return false;
	/* The kernel writes registers in the byte order of the host. */
	if (row->size == sizeof(uint32_t)) {
		uint32_t half;

		memcpy(&half, info->data + row->offset, sizeof(half));
		value = half;
	} else {
		memcpy(&value, info->data + row->offset, sizeof(value));
	}
	return !(value >> row->bit & 1);
}

static bool is_no_nesting(struct facts *f)
{
	const struct call_hw_info *info = hw(f);

	for (size_t i = 0; info && i < ARRAY_SIZE(nest_bits); i++)
		if (nest_bit_clear(info, &nest_bits[i]))
			return true;
	return false;
}

/* The hardware could, or so its registers say; asked after is_no_nesting(). */
static bool is_scalable_mode_off(struct facts *f)
{
	const struct call_hw_info *info = hw(f);

	return info && info->data_type == UAPI_HW_INFO_TYPE_INTEL_VTD && !is_no_nesting(f);
}

static bool is_no_dirty_cap(struct facts *f)
{
	const struct call_hw_info *info = hw(f);

	return info && info->has_capabilities && !(info->capabilities & UAPI_HW_CAP_DIRTY_TRACKING);
}

static bool is_no_pasid_width(struct facts *f)
{
	const struct call_hw_info *info = hw(f);

	return info && info->has_max_pasid && !info->max_pasid_log2;
}

/* Versions are told by ioctls that came with them: distributions move features to older kernels. */
static bool is_before_6_7(struct facts *f)
{
	return kernel_lacks(f, OP_HWPT_SET_DIRTY_TRACKING);
}

static bool is_before_6_15(struct facts *f)
{
	return kernel_lacks(f, OP_VEVENTQ_ALLOC);
}

static bool is_before_6_17(struct facts *f)
{
	return kernel_lacks(f, OP_HW_QUEUE_ALLOC);
}

/* clang-format off */
static const struct {
	bool (*holds)(struct facts *f);
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

static bool holds(struct facts *f, enum refusal_if condition)
{
	if (condition == IF_ALWAYS)
		return true;
	if (!f->known[condition])
		f->known[condition] = conditions[condition].holds(f) ? 1 : -1;
	return f->known[condition] > 0;
}

static bool applies(struct facts *f, const struct refusal *row)
{
	for (size_t i = 0; i < REFUSAL_CONDITIONS; i++)
		if (!holds(f, row->when[i]))
			return false;
	return true;
}

/* --- words for facts -------------------------------------------------------------------------- */

static char *word_device(struct facts *f)
{
	return dev(f) ? mem_strdup(dev(f)->name) : NULL;
}

static char *word_cdev(struct facts *f)
{
	return dev(f) && dev(f)->cdev ? mem_strdup(dev(f)->cdev) : NULL;
}

static char *word_driver(struct facts *f)
{
	return dev(f) ? devfact_driver(dev(f)->bus, dev(f)->name) : NULL;
}

static char *word_group(struct facts *f)
{
	int group = group_of(f);

	return group >= 0 ? mem_printf("%d", group) : NULL;
}

static char *join(char *text, const char *separator, char *more)
{
	char *joined;

	if (!text)
		return more;
	joined = mem_printf("%s%s%s", text, separator, more);
	free(text);
	free(more);
	return joined;
}

static char *word_siblings(struct facts *f)
{
	char *text = NULL;

	look_at_members(f);
	for (size_t i = 0; i < f->n_members; i++) {
		const struct device_member *m = &f->members[i];

		if (!dev(f) || strcmp(m->name, dev(f)->name))
			text = join(text, ", ",
				    m->driver ? mem_printf("%s on %s", m->name, m->driver)
					      : mem_printf("%s without a driver", m->name));
	}
	return text;
}

static char *holder_text(const struct holder *h)
{
	return mem_printf("%s (pid %d)", h->command, h->pid);
}

/* Processes among those that @next finds, each once. */
static char *holder_list(struct facts *f, const char *device, const char *cdev, int group)
{
	const struct holders *h = holders(f);
	char *text = NULL;
	int last_pid = -1;

	for (size_t i = 0;; i++) {
		i = group >= 0 ? holders_of_group(h, group, i)
			       : holders_of_device(h, device, cdev, i);
		if (i >= h->n)
			break;
		if (h->list[i].pid != last_pid)
			text = join(text, ", ", holder_text(&h->list[i]));
		last_pid = h->list[i].pid;
	}
	return text;
}

static char *word_holders(struct facts *f)
{
	return dev(f) ? holder_list(f, dev(f)->name, dev(f)->cdev, -1) : NULL;
}

static char *word_sibling_holders(struct facts *f)
{
	char *text = NULL;

	look_at_members(f);
	for (size_t i = 0; i < f->n_members; i++) {
		char *one;

		if (dev(f) && !strcmp(f->members[i].name, dev(f)->name))
			continue;
		one = holder_list(f, f->members[i].name, NULL, -1);
		if (one)
			text = join(text, ", ", one);
	}
	return text;
}

static char *word_group_holders(struct facts *f)
{
	int group = group_of(f);

	return group >= 0 ? holder_list(f, NULL, NULL, group) : NULL;
}

static char *word_reserved(struct facts *f)
{
	int group = group_of(f);

	return group >= 0 ? devfact_reserved(group) : NULL;
}

static char *id_text(uint32_t id)
{
	return id ? mem_printf("%" PRIu32, id) : NULL;
}

static char *word_id(struct facts *f)
{
	return id_text(f->ctx->id);
}

static char *word_pt(struct facts *f)
{
	return id_text(f->ctx->pt_id);
}

static char *word_fault(struct facts *f)
{
	return id_text(f->ctx->fault_id);
}

static char *word_pasid(struct facts *f)
{
	return f->ctx->has_pasid ? mem_printf("%" PRIu32, f->ctx->pasid) : NULL;
}

static char *word_type(struct facts *f)
{
	static const struct {
		enum uapi_op op;
		const struct uapi_names *names;
	} sets[] = {
		{ OP_HWPT_ALLOC, &uapi_hwpt_data_types },
		{ OP_GET_HW_INFO, &uapi_hw_info_types },
		{ OP_HWPT_INVALIDATE, &uapi_invalidate_types },
		{ OP_VIOMMU_ALLOC, &uapi_viommu_types },
		{ OP_VEVENTQ_ALLOC, &uapi_veventq_types },
		{ OP_HW_QUEUE_ALLOC, &uapi_hw_queue_types },
	};

	if (!f->ctx->has_type)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		if (sets[i].op == f->op)
			return uapi_names_text(sets[i].names, f->ctx->type);
	return mem_printf("%" PRIu32, f->ctx->type);
}

static char *word_held_by(struct facts *f)
{
	const struct refusal_ledger *ledger = f->ctx->ledger;

	return ledger && ledger->holders ? ledger->holders(ledger->arg, f->ctx->id) : NULL;
}

static char *word_mappings(struct facts *f)
{
	const struct refusal_ledger *ledger = f->ctx->ledger;

	if (!ledger || !ledger->mappings)
		return NULL;
	return ledger->mappings(ledger->arg, f->ctx->id, f->ctx->iova, f->ctx->length);
}

static char *word_memlock(struct facts *f)
{
	char *path = mem_printf("%s/self/status", uapi_proc), line[128];
	FILE *status = fopen(path, "re");
	uint64_t pinned = 0;
	struct rlimit limit;

	(void)f;
	free(path);
	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "VmPin: %" SCNu64, &pinned) == 1)
			break;
	if (status)
		fclose(status);
	if (getrlimit(RLIMIT_MEMLOCK, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return NULL;
	return mem_printf("RLIMIT_MEMLOCK is %" PRIu64 " KiB for all that this user has pinned, "
			  "of which this process has %" PRIu64 " KiB",
			  (uint64_t)limit.rlim_cur / 1024, pinned);
}

static char *word_since(struct facts *f)
{
	return f->op < OP_N_IOCTLS ? mem_strdup(uapi_ioctls[f->op].since) : NULL;
}

static char *word_op(struct facts *f)
{
	return mem_strdup(uapi_op_name(f->op));
}

static char *word_kernel(struct facts *f)
{
	struct utsname u;

	(void)f;
	return uname(&u) ? NULL : mem_printf("this is Linux %s", u.release);
}

static char *word_unsafe_interrupts(struct facts *f)
{
	(void)f;
	return devfact_module_parameter("iommufd", "allow_unsafe_interrupts");
}

static char *word_nest_missing(struct facts *f)
{
	const struct call_hw_info *info = hw(f);
	char *text = NULL;

	for (size_t i = 0; info && i < ARRAY_SIZE(nest_bits); i++)
		if (nest_bit_clear(info, &nest_bits[i]))
			text = join(text, ", ", mem_printf("%s is 0", nest_bits[i].name));
	return text;
}

static char *word_ste_bad(struct facts *f)
{
	uint64_t bad[2];

	ste_bad(f, bad);
	return mem_printf("ste0 0x%" PRIx64 ", ste1 0x%" PRIx64, bad[0], bad[1]);
}

static char *word_done(struct facts *f)
{
	return mem_printf("%" PRIu32, f->ctx->done);
}

static const struct {
	const char *name;
	char *(*find)(struct facts *f); /* to be freed; NULL: not known */
	const char *unknown;            /* when it is not known */
	const char *generic;            /* in explain */
} words[] = {
	{ "device", word_device, "the device", "DEVICE" },
	{ "cdev", word_cdev, "vfioN", "vfioN" },
	{ "driver", word_driver, "another driver", "DRIVER" },
	{ "group", word_group, "G", "GROUP" },
	{ "siblings", word_siblings, "other members", "other members" },
	{ "holders", word_holders, "another process", "another process" },
	{ "sibling-holders", word_sibling_holders, "another process", "another process" },
	{ "group-holders", word_group_holders, "another process", "another process" },
	{ "reserved", word_reserved, "its reserved regions", "its reserved regions" },
	{ "id", word_id, "such object", "ID" },
	{ "pt", word_pt, "the table", "TABLE" },
	{ "fault", word_fault, "with that id", "QUEUE" },
	{ "pasid", word_pasid, "PASID", "PASID" },
	{ "type", word_type, "this type", "TYPE" },
	{ "held-by", word_held_by, "the kernel does not say by what", "other objects" },
	{ "mappings", word_mappings, "iommuctl session show lists them", "other mappings" },
	{ "memlock", word_memlock, "RLIMIT_MEMLOCK", "RLIMIT_MEMLOCK" },
	{ "since", word_since, "a newer version", "a newer version" },
	{ "op", word_op, "this", "this" },
	{ "kernel", word_kernel, "uname -r", "uname -r" },
	{ "unsafe-interrupts", word_unsafe_interrupts, "not set", "N" },
	{ "nest-missing", word_nest_missing, "a bit is missing", "a bit is missing" },
	{ "ste-bad", word_ste_bad, "bits of other stages", "BITS" },
	{ "done", word_done, "0", "N" },
};

static char *word_for(struct facts *f, bool generic, const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		char *text;

		if (strlen(words[i].name) != len || strncmp(words[i].name, name, len))
			continue;
		/* The operation itself is known in explain too. */
		if (generic && words[i].find != word_op && words[i].find != word_since)
			return mem_strdup(words[i].generic);
		text = words[i].find(f);
		return text ? text : mem_strdup(words[i].unknown);
	}
	return mem_strndup(name, len);
}

static char *expand(struct facts *f, bool generic, const char *template_text)
{
	char *text = mem_strdup("");

	while (*template_text) {
		size_t plain = strcspn(template_text, "{");
		const char *end = strchr(template_text + plain, '}');

		text = join(text, "", mem_strndup(template_text, plain));
		template_text += plain;
		if (!*template_text || !end)
			break;
		text = join(
			text, "",
			word_for(f, generic, template_text + 1, (size_t)(end - template_text) - 1));
		template_text = end + 1;
	}
	return text;
}

char *refusal_generic(enum uapi_op op, const char *template_text)
{
	static const struct refusal_ctx nothing;
	struct facts f = { .op = op, .ctx = &nothing };

	return expand(&f, true, template_text);
}

/* --- the answer ------------------------------------------------------------------------------- */

static void facts_init(struct facts *f, enum uapi_op op, const struct refusal_ctx *ctx)
{
	static const struct refusal_ctx nothing;

	*f = (struct facts) { .op = op, .ctx = ctx ? ctx : &nothing };
}

static void facts_free(struct facts *f)
{
	if (f->have_holders)
		holders_free(&f->holders);
	if (f->have_hw)
		call_hw_info_free(&f->hw);
	devfact_members_free(f->members, f->n_members);
}

static void fill(struct facts *f, const struct refusal *row, struct refusal_text *text)
{
	text->row = row;
	text->cause = expand(f, false, row->cause);
	text->next = expand(f, false, row->next);
}

/* What else is true: its next step comes first. */
static void add(struct facts *f, const struct refusal *row, struct refusal_text *text)
{
	char *cause = expand(f, false, row->cause), *next = expand(f, false, row->next);

	if (!text->row)
		text->row = row;
	text->cause = text->cause ? join(text->cause, "; moreover, ", cause) : cause;
	text->next = text->next ? join(next, "; then ", text->next) : next;
}

bool refusal_find(enum uapi_op op, int err, const struct refusal_ctx *ctx,
		  struct refusal_text *text)
{
	struct facts f;

	*text = (struct refusal_text) { 0 };
	err = err < 0 ? -err : err;
	facts_init(&f, op, ctx);
	for (const struct refusal *row = refusals; row->id && !text->row; row++)
		if (row->err == err && (row->op == (int)op || (row->op == REFUSAL_ANY && err)) &&
		    applies(&f, row))
			fill(&f, row, text);
	for (const struct refusal *row = refusals; row->id && err; row++)
		if (row->err == REFUSAL_ANY && row->op == (int)op && applies(&f, row))
			add(&f, row, text);
	facts_free(&f);
	return text->row != NULL;
}

bool refusal_by_id(const char *id, const struct refusal_ctx *ctx, struct refusal_text *text)
{
	*text = (struct refusal_text) { 0 };
	for (const struct refusal *row = refusals; row->id; row++) {
		struct facts f;

		if (strcmp(row->id, id))
			continue;
		facts_init(&f, row->op == REFUSAL_ANY ? OP_COUNT : (enum uapi_op)row->op, ctx);
		fill(&f, row, text);
		facts_free(&f);
		return true;
	}
	return false;
}

void refusal_text_free(struct refusal_text *text)
{
	free(text->cause);
	free(text->next);
	*text = (struct refusal_text) { 0 };
}

void refusal_report(enum uapi_op op, int err, const struct refusal_ctx *ctx, const char *fmt, ...)
{
	const char *subject = ctx && ctx->device ? ctx->device->name : NULL;
	struct refusal_text text;
	char *what = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		what = NULL;
	va_end(ap);
	refusal_find(op, err, ctx, &text);
	err_report(err < 0 ? -err : err, subject, text.cause, text.next, "%s",
		   what ? what : uapi_op_name(op));
	refusal_text_free(&text);
	free(what);
}

void refusal_note(const char *id, const struct refusal_ctx *ctx)
{
	struct refusal_text text;

	if (refusal_by_id(id, ctx, &text))
		err_note("%s; %s", text.cause, text.next);
	refusal_text_free(&text);
}
