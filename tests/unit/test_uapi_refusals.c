/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refusals: every behaviour has a row, every errno that an operation can answer is explained,
 * and the circumstances choose the row.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "unit.h"
#include "uapi/refusal.h"

static void test_every_behaviour_has_a_row(void)
{
	for (int n = 1; n <= 71; n++) {
		char name[8];
		bool found = false;

		/* 1 to 70, and 29b. */
		snprintf(name, sizeof(name), n == 71 ? "29b" : "%d", n);
		for (const struct refusal *row = refusals; row->id; row++)
			found |= row->behaviour && !strcmp(row->behaviour, name);
		if (!found)
			unit_fail("behaviour %s has no row", name);
	}
}

/* What each operation can answer: as the kernel's code has it. */
static const struct {
	enum uapi_op op;
	int errs[12];
} answers[] = {
	{ OP_DESTROY, { ENOENT, EBUSY } },
	{ OP_IOAS_ALLOC, { EOPNOTSUPP, ENOMEM, EFAULT } },
	{ OP_IOAS_IOVA_RANGES, { EOPNOTSUPP, ENOENT, EMSGSIZE, EFAULT } },
	{ OP_IOAS_ALLOW_IOVAS, { EOPNOTSUPP, ENOENT, EINVAL, EADDRINUSE, EFAULT, ENOMEM } },
	{ OP_IOAS_MAP,
	  { EOPNOTSUPP, EOVERFLOW, EINVAL, ENOENT, ENOSPC, EEXIST, EFAULT, ENOMEM, EADDRINUSE,
	    ERANGE, ENXIO } },
	{ OP_IOAS_MAP_FILE,
	  { EOPNOTSUPP, EOVERFLOW, EINVAL, ENOENT, ENODEV, EBADF, ENOSPC, EEXIST, EFAULT,
	    ENOMEM } },
	{ OP_IOAS_COPY, { EOPNOTSUPP, EOVERFLOW, EINVAL, ENOENT, EPERM, EEXIST, ENOSPC } },
	{ OP_IOAS_UNMAP, { ENOENT, EINVAL, EOVERFLOW, EBUSY, EDEADLK } },
	{ OP_OPTION, { EOPNOTSUPP, EPERM, EBUSY, EINVAL, ENOENT, EADDRINUSE } },
	{ OP_VFIO_IOAS, { EOPNOTSUPP, ENODEV, ENOENT } },
	{ OP_HWPT_ALLOC,
	  { EOPNOTSUPP, EINVAL, ENOENT, ENOMEM, EADDRINUSE, EFAULT, ENODEV, ENOSPC, EBUSY, EIO,
	    E2BIG } },
	{ OP_GET_HW_INFO, { EINVAL, EOPNOTSUPP, ENOENT, EFAULT, ENOMEM, ENOTTY } },
	{ OP_HWPT_SET_DIRTY_TRACKING, { EOPNOTSUPP, ENOENT } },
	{ OP_HWPT_GET_DIRTY_BITMAP, { EOPNOTSUPP, ENOENT, EINVAL, EOVERFLOW, ENOMEM } },
	{ OP_HWPT_INVALIDATE,
	  { EOPNOTSUPP, EINVAL, ENOENT, EIO, E2BIG, EFAULT, ETIMEDOUT, ENOMEM } },
	{ OP_FAULT_QUEUE_ALLOC, { EOPNOTSUPP, EMFILE, ENFILE, ENOMEM, EFAULT } },
	{ OP_VIOMMU_ALLOC, { EOPNOTSUPP, ENOENT, EINVAL, E2BIG, ENOMEM } },
	{ OP_VDEVICE_ALLOC, { EINVAL, ENOENT, EEXIST, EOPNOTSUPP, ENOMEM, EFAULT } },
	{ OP_IOAS_CHANGE_PROCESS, { EOPNOTSUPP, EINVAL, EBUSY, ENOMEM } },
	{ OP_VEVENTQ_ALLOC, { EOPNOTSUPP, EINVAL, ENOENT, EEXIST, EMFILE } },
	{ OP_HW_QUEUE_ALLOC,
	  { EOPNOTSUPP, EINVAL, EOVERFLOW, ENOENT, ERANGE, EPERM, EFAULT, EADDRINUSE, EEXIST,
	    EIO } },
	{ OP_IOAS_NOIOMMU_GET_PA, { EOPNOTSUPP, EPERM, EINVAL, EOVERFLOW, ENOENT } },
	{ OP_VFIO_BIND,
	  { EFAULT, EINVAL, E2BIG, EBUSY, EACCES, EBADF, EBADFD, ENODEV, EPERM, EAGAIN, EIO,
	    ENOMEM } },
	{ OP_VFIO_ATTACH,
	  { EINVAL, ENODEV, EIO, EOPNOTSUPP, ENOENT, EADDRINUSE, EBUSY, ENOMEM, EFAULT, ENOSPC } },
	{ OP_VFIO_DETACH, { EINVAL, EFAULT, EOPNOTSUPP, EIO } },
	{ OP_VFIO_GET_INFO, { EINVAL, EFAULT } },
	{ OP_OPEN_IOMMU, { ENOENT, EACCES, EPERM, ENODEV, ENXIO } },
	{ OP_FIND_CDEV, { ENODEV, ENXIO, ENOENT, ESTALE } },
	{ OP_OPEN_CDEV, { EACCES, ENODEV, EPERM, ENXIO } },
	{ OP_FAULT_READ, { ESPIPE, EINVAL } },
	{ OP_FAULT_RESPOND, { ESPIPE, EINVAL } },
	{ OP_VEVENTQ_READ, { ESPIPE, EINVAL } },
	{ OP_MMAP, { EINVAL, EPERM, ENXIO } },
};

static void test_every_answer_is_explained(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		for (size_t j = 0; j < ARRAY_SIZE(answers[i].errs) && answers[i].errs[j]; j++) {
			struct refusal_text text;
			int err = answers[i].errs[j];

			if (!refusal_find(answers[i].op, -err, NULL, &text))
				unit_fail("%s errno %d is not explained",
					  uapi_op_name(answers[i].op), err);
			else if (!*text.cause || !*text.next)
				unit_fail("%s has no words", text.row->id);
			refusal_text_free(&text);
		}
	for (unsigned int op = 0; op < OP_N_IOCTLS; op++) {
		struct refusal_text text;

		unit_true(refusal_find((enum uapi_op)op, ENOTTY, NULL, &text));
		refusal_text_free(&text);
	}
}

static void test_rows_are_well_formed(void)
{
	for (const struct refusal *row = refusals; row->id; row++) {
		const char *texts[] = { row->cause, row->next };

		for (const struct refusal *other = refusals; other != row; other++)
			if (!strcmp(other->id, row->id))
				unit_fail("%s twice", row->id);
		for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
			char *text = refusal_generic(OP_DESTROY, texts[i]);

			if (strpbrk(text, "{}") || !*text)
				unit_fail("%s: %s", row->id, text);
			if (text[strlen(text) - 1] == '.')
				unit_fail("%s ends with a full stop", row->id);
			free(text);
		}
		for (size_t i = 0; i < REFUSAL_CONDITIONS; i++)
			if (row->when[i] && !*refusal_if_text(row->when[i]))
				unit_fail("%s: a circumstance without words", row->id);
	}
}

/* The first row without circumstances ends the rows of its operation and errno. */
static void test_no_row_is_hidden(void)
{
	for (const struct refusal *row = refusals; row->id; row++) {
		if (row->err == REFUSAL_ANY)
			continue;
		for (const struct refusal *earlier = refusals; earlier != row; earlier++)
			if (earlier->op == row->op && earlier->err == row->err && row->err &&
			    !earlier->when[0])
				unit_fail("%s hides %s", earlier->id, row->id);
	}
}

static void expect(enum uapi_op op, int err, const struct refusal_ctx *ctx, const char *id)
{
	struct refusal_text text;

	if (!refusal_find(op, err, ctx, &text))
		unit_fail("%s errno %d: no row, not %s", uapi_op_name(op), err, id);
	else
		unit_str(text.row->id, id);
	refusal_text_free(&text);
}

static void test_what_was_asked_chooses(void)
{
	static const uint64_t ste[2] = { 1ull << 50 | 1, 1ull << 40 };
	struct refusal_ctx ctx = { .flags = UAPI_HWPT_NEST_PARENT };

	expect(OP_HWPT_ALLOC, EOPNOTSUPP, &ctx, "hwpt-alloc.nesting");
	ctx.flags = UAPI_HWPT_DIRTY_TRACKING;
	expect(OP_HWPT_ALLOC, EOPNOTSUPP, &ctx, "hwpt-alloc.dirty");
	ctx.flags = UAPI_HWPT_NEST_PARENT | UAPI_HWPT_FAULT_ID_VALID;
	expect(OP_HWPT_ALLOC, EOPNOTSUPP, &ctx, "hwpt-alloc.fault-and-parent");
	ctx.flags = 0x80;
	expect(OP_HWPT_ALLOC, EOPNOTSUPP, &ctx, "hwpt-alloc.unknown-flag");
	ctx = (struct refusal_ctx) { .has_type = true, .data_len = 16 };
	expect(OP_HWPT_ALLOC, EINVAL, &ctx, "hwpt-alloc.max-addr");
	ctx = (struct refusal_ctx) { .has_type = true, .type = UAPI_HWPT_DATA_VTD_S1 };
	expect(OP_HWPT_ALLOC, EINVAL, &ctx, "hwpt-alloc.type-without-data");
	ctx = (struct refusal_ctx) { .has_type = true,
				     .type = UAPI_HWPT_DATA_ARM_SMMUV3,
				     .data = ste,
				     .data_len = sizeof(ste) };
	expect(OP_HWPT_ALLOC, EIO, &ctx, "hwpt-alloc.ste");
	ctx = (struct refusal_ctx) { .flags = UAPI_MAP_FIXED_IOVA };
	expect(OP_IOAS_MAP, EINVAL, &ctx, "map.fixed");
	expect(OP_IOAS_MAP, EINVAL, NULL, "map.invalid");
	ctx = (struct refusal_ctx) { .token = true };
	expect(OP_VFIO_BIND, EINVAL, &ctx, "bind.token-not-needed");
}

static enum uapi_object ledger_type(void *arg, uint32_t id)
{
	(void)arg;
	return id == 1   ? OBJECT_IOAS
	       : id == 2 ? OBJECT_HWPT
	       : id == 3 ? OBJECT_DEVICE
			 : OBJECT_NONE;
}

static char *ledger_holders(void *arg, uint32_t id)
{
	(void)arg;
	return id == 2 ? mem_strdup("device 0000:01:00.0 (id 3)") : NULL;
}

static void test_the_ledger_chooses(void)
{
	const struct refusal_ledger ledger = { .type = ledger_type, .holders = ledger_holders };
	struct refusal_ctx ctx = { .ledger = &ledger, .id = 2 };
	struct refusal_text text;

	unit_true(refusal_find(OP_DESTROY, -EBUSY, &ctx, &text));
	unit_str(text.row->id, "destroy.hwpt");
	unit_str(text.cause, "the HWPT 2 is in use: device 0000:01:00.0 (id 3)");
	refusal_text_free(&text);
	ctx.id = 3;
	expect(OP_DESTROY, EBUSY, &ctx, "destroy.device");
	ctx.id = 9;
	expect(OP_DESTROY, EBUSY, &ctx, "destroy.busy");
	ctx = (struct refusal_ctx) { .ledger = &ledger, .pt_id = 1, .has_pasid = true, .pasid = 5 };
	expect(OP_VFIO_ATTACH, EINVAL, &ctx, "attach.pasid-needs-hwpt");
	expect(OP_VFIO_ATTACH, 0, &ctx, "attach.new-id");
}

/* --- hardware and kernel, through a kernel that is not there ----------------------------- */

static struct {
	uint32_t type;
	uint64_t words[5];
	uint32_t len;
	uint64_t capabilities;
	unsigned int newest; /* number of the newest ioctl */
} fake;

static int fake_ioctl(int fd, unsigned long cmd, void *data)
{
	struct uapi_hw_info *req = data;

	(void)fd;
	if (req->size == 4) {
		errno = (cmd & 0xff) > fake.newest ? ENOTTY : EINVAL;
		return -1;
	}
	if (req->data_len)
		memcpy((void *)(uintptr_t)req->data_uptr, fake.words, fake.len);
	req->data_type = fake.type;
	req->data_len = fake.len;
	req->out_capabilities = fake.capabilities;
	req->out_max_pasid_log2 = 0;
	return 0;
}

static void test_the_hardware_chooses(void)
{
	struct refusal_ctx ctx = { .iommufd = 3, .dev_id = 1, .flags = UAPI_HWPT_NEST_PARENT };
	struct refusal_text text;

	call_ioctl_hook = fake_ioctl;
	fake.newest = UAPI_NR_IOAS_NOIOMMU_GET_PA;
	fake.type = UAPI_HW_INFO_TYPE_INTEL_VTD;
	fake.len = 24;
	fake.words[2] = 1ull << 43 | 1ull << 46;
	unit_true(refusal_find(OP_HWPT_ALLOC, EOPNOTSUPP, &ctx, &text));
	unit_str(text.row->id, "hwpt-alloc.no-nesting");
	unit_str(text.cause, "the IOMMU cannot nest: ECAP.NEST is 0");
	refusal_text_free(&text);
	fake.words[2] |= 1ull << 26;
	expect(OP_HWPT_ALLOC, EOPNOTSUPP, &ctx, "hwpt-alloc.scalable-off");
	ctx.flags = UAPI_HWPT_DIRTY_TRACKING;
	expect(OP_HWPT_ALLOC, EOPNOTSUPP, &ctx, "hwpt-alloc.no-dirty");
	fake.capabilities = UAPI_HW_CAP_DIRTY_TRACKING;
	expect(OP_HWPT_ALLOC, EOPNOTSUPP, &ctx, "hwpt-alloc.dirty");
	fake.type = UAPI_HW_INFO_TYPE_ARM_SMMUV3;
	fake.len = 40;
	fake.words[1] = 2; /* IDR0: stage 1 alone */
	ctx.flags = UAPI_HWPT_NEST_PARENT;
	unit_true(refusal_find(OP_HWPT_ALLOC, EOPNOTSUPP, &ctx, &text));
	unit_str(text.cause, "the IOMMU cannot nest: IDR0.S2P (stage 2) is 0");
	refusal_text_free(&text);
	call_ioctl_hook = NULL;
}

static void test_the_kernel_is_probed(void)
{
	struct refusal_ctx ctx = { .iommufd = 3, .flags = UAPI_HWPT_PASID };

	call_ioctl_hook = fake_ioctl;
	fake.newest = UAPI_NR_FAULT_QUEUE_ALLOC; /* as Linux 6.12 */
	expect(OP_HWPT_ALLOC, EOPNOTSUPP, &ctx, "hwpt-alloc.pasid-6-15");
	ctx = (struct refusal_ctx) { .iommufd = 3, .has_type = true, .type = 2 };
	expect(OP_GET_HW_INFO, EOPNOTSUPP, &ctx, "hw-info.type-old-kernel");
	fake.newest = UAPI_NR_HW_QUEUE_ALLOC;
	expect(OP_GET_HW_INFO, EOPNOTSUPP, &ctx, "hw-info.type");
	call_ioctl_hook = NULL;
}

int main(void)
{
	unit_run(test_every_behaviour_has_a_row);
	unit_run(test_every_answer_is_explained);
	unit_run(test_rows_are_well_formed);
	unit_run(test_no_row_is_hidden);
	unit_run(test_what_was_asked_chooses);
	unit_run(test_the_ledger_chooses);
	unit_run(test_the_hardware_chooses);
	unit_run(test_the_kernel_is_probed);
	return unit_done();
}
