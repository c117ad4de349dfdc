/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls: requests as kernels of several ages see them, growing buffers, retries; the table of
 * ioctls; names of flags.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "unit.h"
#include "uapi/calls.h"

/* A kernel of a certain age, as far as one ioctl goes. */
static struct {
	uint32_t size; /* of the request it knows */
	uint32_t min;
	bool has_max_pasid;
	uint32_t data_len, grow_to; /* what there is, and what there is after the first question */
	unsigned int calls;
	int err; /* answered as long as err_times is not 0 */
	unsigned int err_times;
	unsigned long cmd;
	uint32_t asked_size;
} kernel;

static int answer(int err)
{
	errno = err;
	return -1;
}

/* The rule of every iommufd ioctl: too short is EINVAL, more than is known must be zero. */
static int check_size(const uint8_t *req)
{
	uint32_t size;

	memcpy(&size, req, sizeof(size));
	kernel.asked_size = size;
	if (size < kernel.min)
		return EINVAL;
	for (uint32_t i = kernel.size; i < size; i++)
		if (req[i])
			return E2BIG;
	return 0;
}

static int hw_info(struct uapi_hw_info *req)
{
	static const uint8_t bytes[64] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	uint32_t len = req->data_len < kernel.data_len ? req->data_len : kernel.data_len;
	uint8_t *to = (uint8_t *)(uintptr_t)req->data_uptr;

	if (!kernel.has_max_pasid && req->out_max_pasid_log2)
		return answer(EOPNOTSUPP);
	if (len)
		memcpy(to, bytes, len);
	if (req->data_len > len)
		memset(to + len, 0, req->data_len - len);
	req->data_type = 1;
	req->data_len = kernel.data_len;
	if (kernel.has_max_pasid)
		req->out_max_pasid_log2 = 16;
	if (kernel.size >= sizeof(*req))
		req->out_capabilities = UAPI_HW_CAP_DIRTY_TRACKING;
	if (kernel.grow_to)
		kernel.data_len = kernel.grow_to;
	return 0;
}

static int fake_ioctl(int fd, unsigned long cmd, void *req)
{
	int err;

	(void)fd;
	kernel.calls++;
	kernel.cmd = cmd;
	if (kernel.err_times) {
		kernel.err_times--;
		return answer(kernel.err);
	}
	err = check_size(req);
	if (err)
		return answer(err);
	return cmd == UAPI_CMD(UAPI_NR_GET_HW_INFO) ? hw_info(req) : 0;
}

static void new_kernel(uint32_t size, uint32_t min)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.size = size;
	kernel.min = min;
	call_ioctl_hook = fake_ioctl;
}

static void test_hw_info_of_a_new_kernel(void)
{
	struct call_hw_info info;

	new_kernel(40, 32);
	kernel.has_max_pasid = true;
	kernel.data_len = 24;
	unit_int(call_hw_info(3, 1, NULL, &info), 0);
	unit_int(kernel.calls, 2);
	unit_int(info.data_type, 1);
	unit_int(info.data_len, 24);
	unit_int(info.data_have, 24);
	unit_int(info.data[7], 8);
	unit_true(info.has_capabilities && info.capabilities == UAPI_HW_CAP_DIRTY_TRACKING);
	unit_true(info.has_max_pasid && info.max_pasid_log2 == 16);
	call_hw_info_free(&info);
}

static void test_hw_info_of_linux_6_6(void)
{
	struct call_hw_info info;

	new_kernel(32, 32);
	kernel.data_len = 24;
	unit_int(call_hw_info(3, 1, NULL, &info), 0);
	unit_int(kernel.asked_size, 32);
	unit_int(info.data_have, 24);
	unit_true(!info.has_capabilities);
	unit_true(!info.has_max_pasid);
	call_hw_info_free(&info);
}

static void test_hw_info_of_linux_6_7(void)
{
	struct call_hw_info info;

	new_kernel(40, 32);
	kernel.data_len = 24;
	unit_int(call_hw_info(3, 1, NULL, &info), 0);
	unit_true(info.has_capabilities);
	unit_true(!info.has_max_pasid);
	call_hw_info_free(&info);
}

static void test_hw_info_that_grows(void)
{
	struct call_hw_info info;

	new_kernel(40, 32);
	kernel.has_max_pasid = true;
	kernel.data_len = 16;
	kernel.grow_to = 40;
	unit_int(call_hw_info(3, 1, NULL, &info), 0);
	unit_int(info.data_have, 40);
	call_hw_info_free(&info);
}

static void test_hw_info_without_data(void)
{
	struct call_hw_info info;

	new_kernel(40, 32);
	kernel.has_max_pasid = true;
	unit_int(call_hw_info(3, 1, NULL, &info), 0);
	unit_int(kernel.calls, 1);
	unit_int(info.data_have, 0);
	call_hw_info_free(&info);
}

static void test_hw_info_with_a_given_buffer(void)
{
	struct call_hw_info info;

	new_kernel(40, 32);
	kernel.has_max_pasid = true;
	kernel.data_len = 8;
	unit_int(call_hw_info_sized(3, 1, NULL, 4, 0xee, &info), 0);
	unit_int(info.data_len, 8);
	unit_int(info.data_have, 4);
	unit_int(info.data[3], 4);
	call_hw_info_free(&info);
	unit_int(call_hw_info_sized(3, 1, NULL, 12, 0xee, &info), 0);
	unit_int(info.data_len, 8);
	unit_int(info.data[11], 0);
	call_hw_info_free(&info);
	unit_int(call_hw_info_sized(3, 1, NULL, 0, 0xee, &info), 0);
	unit_int(info.data_len, 8);
	call_hw_info_free(&info);
}

static void test_hw_info_refused(void)
{
	struct call_hw_info info;

	new_kernel(40, 32);
	kernel.err = ENOENT;
	kernel.err_times = 1;
	unit_int(call_hw_info(3, 1, NULL, &info), -ENOENT);
	unit_true(!info.data);
}

static void test_newest_layout_on_an_old_kernel(void)
{
	struct uapi_hwpt_alloc req = { .dev_id = 1, .pt_id = 2 };

	new_kernel(24, 24);
	unit_int(call_hwpt_alloc(3, &req), 0);
	unit_int(kernel.asked_size, 48);
	req.data_type = UAPI_HWPT_DATA_VTD_S1;
	req.data_len = 24;
	unit_int(call_hwpt_alloc(3, &req), -E2BIG);
}

static void test_signals_and_resets(void)
{
	struct uapi_vfio_bind bind = { .iommufd = 3 };

	new_kernel(8, 8);
	kernel.err = EINTR;
	kernel.err_times = 3;
	unit_int(call_destroy(3, 1), 0);
	unit_int(kernel.calls, 4);
	new_kernel(24, 16);
	kernel.err = EAGAIN;
	kernel.err_times = 2;
	unit_int(call_vfio_bind(4, &bind), 0);
	unit_int(kernel.calls, 3);
}

static int fake_ranges(int fd, unsigned long cmd, void *data)
{
	struct uapi_ioas_iova_ranges *req = data;
	struct uapi_iova_range *to = (struct uapi_iova_range *)(uintptr_t)req->allowed_iovas;
	uint32_t room = req->num_iovas;

	(void)fd;
	(void)cmd;
	kernel.calls++;
	req->num_iovas = 40;
	req->out_iova_alignment = 4096;
	for (uint32_t i = 0; i < room && i < 40; i++)
		to[i] = (struct uapi_iova_range) { i, i };
	return room < 40 ? answer(EMSGSIZE) : 0;
}

static void test_iova_ranges_grow(void)
{
	struct uapi_iova_range *ranges;
	uint64_t alignment;
	size_t n;

	new_kernel(0, 0);
	call_ioctl_hook = fake_ranges;
	unit_int(call_iova_ranges(3, 1, &ranges, &n, &alignment), 0);
	unit_int(kernel.calls, 2);
	unit_int(n, 40);
	unit_int(ranges[39].last, 39);
	unit_int(alignment, 4096);
	free(ranges);
}

static void test_probe_for_an_ioctl(void)
{
	new_kernel(40, 40);
	unit_int(call_op_exists(3, OP_HW_QUEUE_ALLOC), 1);
	kernel.err = ENOTTY;
	kernel.err_times = 1;
	unit_int(call_op_exists(3, OP_HW_QUEUE_ALLOC), 0);
	unit_int(call_op_exists(3, OP_VFIO_BIND), -EINVAL);
}

static void test_table_of_ioctls(void)
{
	static const uint32_t sizes[] = { 8,  12, 24, 40, 32, 40, 24, 24, 12, 48, 40,
					  16, 48, 32, 16, 40, 40, 24, 8,  32, 40, 40 };
	static const uint32_t mins[] = { 8,  12, 24, 40, 32, 40, 24, 24, 12, 24, 32,
					 16, 48, 32, 16, 40, 24, 24, 8,  28, 40, 40 };

	for (unsigned int op = 0; op < OP_N_IOCTLS; op++) {
		const struct uapi_ioctl *row = &uapi_ioctls[op];

		if (!row->name) {
			unit_fail("operation %u of enum uapi_op has no row in ioctls.tab.c", op);
			continue;
		}
		unit_int(row->op, op);
		unit_true(row->name && row->command && row->since);
		unit_true(row->min <= row->size);
		if (op >= ARRAY_SIZE(sizes))
			continue;
		unit_hex(row->cmd, 0x3b80 + op);
		unit_int(row->size, sizes[op]);
		unit_int(row->min, mins[op]);
	}
	unit_hex(uapi_ioctls[OP_VFIO_BIND].cmd, 0x3b76);
	unit_hex(uapi_ioctls[OP_VFIO_ATTACH].cmd, 0x3b77);
	unit_hex(uapi_ioctls[OP_VFIO_DETACH].cmd, 0x3b78);
	unit_hex(uapi_ioctls[OP_VFIO_GET_INFO].cmd, 0x3b6b);
}

static void test_words_for_operations(void)
{
	static const struct {
		const char *word;
		enum uapi_op op;
		size_t n;
	} cases[] = {
		{ "IOMMU_HWPT_ALLOC", OP_HWPT_ALLOC, 1 },
		{ "hwpt-alloc", OP_HWPT_ALLOC, 1 },
		{ "HWPT_ALLOC", OP_HWPT_ALLOC, 1 },
		{ "0x89", OP_HWPT_ALLOC, 1 },
		{ "0x3b89", OP_HWPT_ALLOC, 1 },
		{ "attach", OP_VFIO_ATTACH, 1 },
		{ "VFIO_DEVICE_ATTACH_IOMMUFD_PT", OP_VFIO_ATTACH, 1 },
		{ "replace", OP_VFIO_ATTACH, 1 },
		{ "dirty", OP_HWPT_SET_DIRTY_TRACKING, 2 },
		{ "ioas-map", OP_IOAS_MAP, 2 },
		{ "get_hw_info", OP_GET_HW_INFO, 1 },
	};
	enum uapi_op ops[OP_COUNT];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t n = uapi_op_find(cases[i].word, ops);

		if (n != cases[i].n || ops[0] != cases[i].op)
			unit_fail("%s means %zu operations", cases[i].word, n);
	}
	unit_int(uapi_op_find("0xff", ops), 0);
	unit_int(uapi_op_find("hwpt", ops), 0);
}

static void check_flags(const char *text, int ret, uint64_t want)
{
	const char *bad = NULL;
	uint64_t value = 0;
	size_t len = 0;

	if (uapi_names_parse(&uapi_hwpt_flags, text, &value, &bad, &len) != ret || value != want)
		unit_fail("'%s' is 0x%" PRIx64, text, value);
	if (ret && strncmp(bad, "bogus", 5))
		unit_fail("'%s': '%s' is blamed", text, bad);
}

static void test_names_of_flags(void)
{
	char *text;

	check_flags("nest-parent,dirty-tracking,pasid", 0, 0xb);
	check_flags("Nest-Parent", 0, 1);
	check_flags("pasid,0x20", 0, 0x28);
	check_flags("17", 0, 17);
	check_flags("", 0, 0);
	check_flags("none", 0, 0);
	check_flags("pasid,bogus", -EINVAL, 0);
	text = uapi_names_text(&uapi_hwpt_flags, 0x29);
	unit_str(text, "nest-parent,pasid,0x20");
	free(text);
	text = uapi_names_text(&uapi_hwpt_flags, 0);
	unit_str(text, "none");
	free(text);
	text = uapi_names_text(&uapi_hw_info_types, 7);
	unit_str(text, "0x7");
	free(text);
	unit_str(uapi_name_of(&uapi_hwpt_data_types, 0), "none");
}

static void test_names_are_distinct(void)
{
	for (size_t s = 0; uapi_all_names[s]; s++) {
		const struct uapi_name *names = uapi_all_names[s]->names;

		for (size_t i = 0; names[i].name; i++)
			for (size_t j = 0; j < i; j++)
				if (!strcmp(names[i].name, names[j].name))
					unit_fail("%s: %s twice", uapi_all_names[s]->what,
						  names[i].name);
	}
}

int main(void)
{
	unit_run(test_hw_info_of_a_new_kernel);
	unit_run(test_hw_info_of_linux_6_6);
	unit_run(test_hw_info_of_linux_6_7);
	unit_run(test_hw_info_that_grows);
	unit_run(test_hw_info_without_data);
	unit_run(test_hw_info_with_a_given_buffer);
	unit_run(test_hw_info_refused);
	unit_run(test_newest_layout_on_an_old_kernel);
	unit_run(test_signals_and_resets);
	unit_run(test_iova_ranges_grow);
	unit_run(test_probe_for_an_ioctl);
	unit_run(test_table_of_ioctls);
	unit_run(test_words_for_operations);
	unit_run(test_names_of_flags);
	unit_run(test_names_are_distinct);
	return unit_done();
}
