/* SPDX-License-Identifier: GPL-2.0-or-later */
/* viommu-alloc, vdevice-alloc, hw-queue-alloc: the IOMMU that a guest sees. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "commands/operation.h"
#include "commands/table.h"

enum { KEY_TYPE = 't', KEY_FLAGS = 'f', KEY_INDEX = 0x100 };

struct opts {
	bool has_type;
	uint64_t type, flags, index;
};

static error_t option_with(const struct uapi_names *types, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	switch (key) {
	case KEY_TYPE:
		o->has_type = true;
		return uapi_names_option(types, arg, &o->type) ? EINVAL : 0;
	case KEY_FLAGS:
		return option_number(arg, "flags", UINT32_MAX, &o->flags);
	case KEY_INDEX:
		return option_number(arg, "index", UINT32_MAX, &o->index);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t option_viommu(struct cli *cli, void *opts, int key, char *arg)
{
	(void)cli;
	return option_with(&uapi_viommu_types, opts, key, arg);
}

static error_t option_queue(struct cli *cli, void *opts, int key, char *arg)
{
	(void)cli;
	return option_with(&uapi_hw_queue_types, opts, key, arg);
}

/* --- viommu-alloc ----------------------------------------------------------------------------- */

static int alloc_viommu(struct operation *op, const struct opts *o, const struct context_device *d,
			uint32_t hwpt)
{
	uint64_t out[2] = { 0 };
	struct uapi_viommu_alloc req = {
		.flags = (uint32_t)o->flags,
		.type = (uint32_t)o->type,
		.dev_id = d->id,
		.hwpt_id = hwpt,
	};
	const struct refusal_ctx what = {
		.device = &d->dev,
		.dev_id = d->id,
		.pt_id = hwpt,
		.flags = o->flags,
		.has_type = true,
		.type = req.type,
	};
	struct ledger_entry e = { .type = LEDGER_VIOMMU, .parent = hwpt, .other = d->id, .fd = -1 };
	char *title;
	int err, status;

	if (req.type == UAPI_VIOMMU_TYPE_TEGRA241_CMDQV) {
		req.data_len = sizeof(out);
		req.data_uptr = (uintptr_t)out;
	}
	if (!operation_intend_alloc(op, OP_VIOMMU_ALLOC))
		return STATUS_FAILED;
	err = call_viommu_alloc(op->ctx.iommufd, &req);
	if (err) {
		title = operation_device_title(d);
		status = context_refused(&op->ctx, OP_VIOMMU_ALLOC, err, &what,
					 "cannot allocate a vIOMMU for %s on HWPT %" PRIu32, title,
					 hwpt);
		free(title);
		return status;
	}
	e.id = req.out_viommu_id;
	e.kind = req.type;
	e.v = out[0];
	e.w = out[1];
	return operation_object(op, &e);
}

static int act_viommu(struct operation *op, void *opts)
{
	const struct opts *o = opts;
	struct context_device d;
	uint32_t hwpt;
	int status;

	if (!o->has_type)
		return err_usage("of which type? --type=arm-smmuv3, tegra241-cmdqv, selftest, or a "
				 "number");
	if (operand_id(op->cli->args[1], "a HWPT", &hwpt))
		return STATUS_TROUBLE;
	status = context_device(&op->ctx, op->cli->args[0], &d);
	if (status != STATUS_OK)
		return status;
	status = alloc_viommu(op, o, &d, hwpt);
	context_device_free(&d);
	return status;
}

static int run_viommu(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_viommu, operation_object_view);
}

/* --- vdevice-alloc ---------------------------------------------------------------------------- */

static int alloc_vdevice(struct operation *op, const struct context_device *d, uint32_t viommu,
			 uint64_t virt_id)
{
	struct uapi_vdevice_alloc req = { .viommu_id = viommu,
					  .dev_id = d->id,
					  .virt_id = virt_id };
	const struct refusal_ctx what = { .device = &d->dev, .dev_id = d->id, .id = viommu };
	struct ledger_entry e = {
		.type = LEDGER_VDEVICE, .parent = viommu, .other = d->id, .fd = -1
	};
	char *title;
	int err, status;

	if (!operation_intend_alloc(op, OP_VDEVICE_ALLOC))
		return STATUS_FAILED;
	err = call_vdevice_alloc(op->ctx.iommufd, &req);
	if (err) {
		title = operation_device_title(d);
		status = context_refused(&op->ctx, OP_VDEVICE_ALLOC, err, &what,
					 "cannot allocate a vDEVICE for %s on vIOMMU %" PRIu32,
					 title, viommu);
		free(title);
		return status;
	}
	e.id = req.out_vdevice_id;
	e.v = virt_id;
	return operation_object(op, &e);
}

static int act_vdevice(struct operation *op, void *opts)
{
	struct context_device d;
	uint64_t virt_id;
	uint32_t viommu;
	int status;

	(void)opts;
	if (operand_id(op->cli->args[0], "a vIOMMU", &viommu) ||
	    operand_number(op->cli->args[2], "virtual id", UINT64_MAX, &virt_id))
		return STATUS_TROUBLE;
	status = context_device(&op->ctx, op->cli->args[1], &d);
	if (status != STATUS_OK)
		return status;
	status = alloc_vdevice(op, &d, viommu, virt_id);
	context_device_free(&d);
	return status;
}

static int run_vdevice(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_vdevice, operation_object_view);
}

/* --- hw-queue-alloc --------------------------------------------------------------------------- */

static int act_queue(struct operation *op, void *opts)
{
	const struct opts *o = opts;
	struct uapi_hw_queue_alloc req = { .flags = (uint32_t)o->flags,
					   .type = (uint32_t)o->type,
					   .index = (uint32_t)o->index };
	struct refusal_ctx what = { .flags = o->flags, .has_type = true, .type = req.type };
	struct ledger_entry e = { .type = LEDGER_HW_QUEUE, .fd = -1 };
	char **args = op->cli->args;
	int err;

	if (!o->has_type)
		return err_usage("of which type? --type=tegra241-cmdqv, selftest, or a number");
	if (operand_id(args[0], "a vIOMMU", &req.viommu_id) ||
	    operand_number(args[1], "IOVA", UINT64_MAX, &req.nesting_parent_iova) ||
	    operand_size(args[2], "length", &req.length))
		return STATUS_TROUBLE;
	what.id = req.viommu_id;
	what.iova = req.nesting_parent_iova;
	what.length = req.length;
	if (!operation_intend_alloc(op, OP_HW_QUEUE_ALLOC))
		return STATUS_FAILED;
	err = call_hw_queue_alloc(op->ctx.iommufd, &req);
	if (err)
		return context_refused(&op->ctx, OP_HW_QUEUE_ALLOC, err, &what,
				       "cannot allocate a hardware queue on vIOMMU %" PRIu32,
				       req.viommu_id);
	e.id = req.out_hw_queue_id;
	e.parent = req.viommu_id;
	e.other = req.index;
	e.kind = req.type;
	e.v = req.nesting_parent_iova;
	e.w = req.length;
	return operation_object(op, &e);
}

static int run_queue(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_queue, operation_object_view);
}

static const struct argp_option viommu_options[] = {
	{ "type", KEY_TYPE, "TYPE", 0, "arm-smmuv3, tegra241-cmdqv, selftest, or a number", 0 },
	{ "flags", KEY_FLAGS, "FLAGS", 0, "flags as a number (Linux 7.3 has none)", 0 },
	{ 0 }
};

static const struct argp_option queue_options[] = {
	{ "type", KEY_TYPE, "TYPE", 0, "tegra241-cmdqv, selftest, or a number", 0 },
	{ "index", KEY_INDEX, "N", 0, "which queue of the guest (0)", 0 },
	{ "flags", KEY_FLAGS, "FLAGS", 0, "flags as a number (Linux 7.3 has none)", 0 },
	{ 0 }
};

const struct command command_viommu_alloc = {
	.name = "viommu-alloc",
	.section = "Events and virtual IOMMUs",
	.summary = "allocate a virtual IOMMU",
	.args = "DEVICE HWPT",
	.doc = "Allocates a vIOMMU: the part of the IOMMU behind DEVICE that one guest uses. HWPT "
	       "is a nest parent. On SMMUv3 nested tables are allocated on it.",
	.examples = { "iommuctl viommu-alloc 0000:01:00.0 2 --type=arm-smmuv3",
		      "iommuctl viommu-alloc 0000:01:00.0 2 --type=tegra241-cmdqv --json" },
	.min_args = 2,
	.max_args = 2,
	.uses = USES_SESSION,
	.options = viommu_options,
	.option = option_viommu,
	.opts_size = sizeof(struct opts),
	.run = run_viommu,
};

const struct command command_vdevice_alloc = {
	.name = "vdevice-alloc",
	.section = "Events and virtual IOMMUs",
	.summary = "give a device its id in a guest",
	.args = "VIOMMU DEVICE VIRTUAL_ID",
	.doc = "Tells a vIOMMU by which id the guest knows the device: on SMMUv3 its stream id. A "
	       "nested table can be attached only then.",
	.examples = { "iommuctl vdevice-alloc 4 0000:01:00.0 0x10",
		      "iommuctl vdevice-alloc 4 1 0x10 -q" },
	.min_args = 3,
	.max_args = 3,
	.uses = USES_SESSION,
	.run = run_vdevice,
};

const struct command command_hw_queue_alloc = {
	.name = "hw-queue-alloc",
	.section = "Events and virtual IOMMUs",
	.summary = "give a guest's queue to the hardware",
	.args = "VIOMMU IOVA LENGTH",
	.doc = "Hands a queue in the guest's memory, at IOVA of the nest parent's IOAS, to the "
	       "hardware. The memory is pinned until the queue is destroyed.",
	.examples = { "iommuctl hw-queue-alloc 4 0x1000000 4K --type=tegra241-cmdqv --index=0",
		      "iommuctl hw-queue-alloc 4 0x1000000 4K --type=1 --json" },
	.min_args = 3,
	.max_args = 3,
	.uses = USES_SESSION,
	.options = queue_options,
	.option = option_queue,
	.opts_size = sizeof(struct opts),
	.run = run_queue,
};
