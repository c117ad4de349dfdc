/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NVIDIA Tegra241 CMDQV, the virtual command queues beside an SMMUv3, and the kernel's selftest
 * device. */
#include "config.h"
#include "decode/rows.h"

/* clang-format off */
/* One row a line, to be read beside the specification. */
/* What IOMMU_GET_HW_INFO answers: struct iommu_hw_info_tegra241_cmdqv as one little-endian word. */
static const struct field hw_info[] = {
	OPAQUE(31, 0,  "flags", "flags, none defined", .flags = FIELD_NEUTRAL),
	NUMBER(39, 32, "version", "CMDQV version", .flags = FIELD_NEUTRAL),
	NUMBER(47, 40, "log2vcmdqs", "virtual command queues of a VM", .describe = describe_power, .note = "2^value"),
	NUMBER(55, 48, "log2vsids", "virtual StreamIDs of a VM", .describe = describe_power, .note = "2^value"),
	RSVD(63, 56),
};

static const struct field param[] = {
	NUMBER(3, 0,   "CMDQV_VER", "CMDQV version", .flags = FIELD_NEUTRAL),
	NUMBER(7, 4,   "CMDQV_NUM_CMDQ_LOG2", "virtual command queues of the hardware", .describe = describe_power, .note = "2^value"),
	NUMBER(11, 8,  "CMDQV_NUM_VINTF_LOG2", "virtual interfaces", .describe = describe_power,
		.note = "2^value; one is usual in a guest"),
	NUMBER(15, 12, "CMDQV_NUM_SID_PER_VM_LOG2", "virtual StreamIDs of a VM", .describe = describe_power, .note = "2^value"),
	RSVD(31, 16),
};

static const struct reg regs[] = {
	REG("HW_INFO", 64, hw_info, "the kernel's answer"),
	REG("CMDQV_PARAM", 32, param, "parameters (offset 0x4)", .aliases = "PARAM"),
};

static const struct field test_reg[] = {
	OPAQUE(31, 0,  "test_reg", "a constant of the kernel's test", .flags = FIELD_NEUTRAL),
};

static const struct field test_flags[] = {
	OPAQUE(31, 0,  "flags", "flags, none defined", .flags = FIELD_NEUTRAL),
};

static const struct reg selftest_regs[] = {
	REG("TEST_REG", 32, test_reg, "the register of the kernel's mock device"),
};

static const struct reg selftest_flags =
	REG("flags", 32, test_flags, "flags of the kernel's answer");
/* clang-format on */

const struct arch arch_cmdqv = {
	.type = "tegra241-cmdqv",
	.title = "NVIDIA Tegra241 CMDQV",
	.regs = regs,
	.n_regs = ARRAY_SIZE(regs),
	.revision = "what public drivers know",
	.rules = cmdqv_rules,
	.version = cmdqv_version,
};

const struct arch arch_selftest = {
	.type = "selftest",
	.title = "iommufd selftest",
	.regs = selftest_regs,
	.n_regs = ARRAY_SIZE(selftest_regs),
	.revision = "the mock device of Linux 7.3",
	.hw_info_flags = &selftest_flags,
};
