/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hwpt-alloc: a hardware page table, on an IOAS, a HWPT or a vIOMMU. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands/data_words.h"
#include "commands/hwpt_alloc.h"
#include "commands/table.h"

enum { KEY_FLAGS = 'f', KEY_FAULT = 0x100, KEY_DATA, KEY_TYPE, KEY_HEX, KEY_LEN, KEY_PROBE };

struct opts {
	uint32_t flags;
	bool probe, has_fault, has_type, has_len;
	const char *hex;
	const struct data_layout *layout;
	uint64_t fault, type, len;
};

static error_t set_layout(struct opts *o, const char *name)
{
	uint64_t type;

	o->layout = data_layout_find(data_hwpt, name);
	if (o->layout) {
		o->has_type = true;
		o->type = o->layout->type;
		return 0;
	}
	if (uapi_names_option(&uapi_hwpt_data_types, name, &type))
		return EINVAL;
	err_usage("data of type '%s' has no keys here: give it with --data-type and --data-hex",
		  name);
	return EINVAL;
}

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	switch (key) {
	case KEY_FLAGS:
		return operand_flags(&uapi_hwpt_flags, arg, &o->flags) ? EINVAL : 0;
	case KEY_FAULT:
		o->has_fault = true;
		return option_number(arg, "id of a fault queue", UINT32_MAX, &o->fault);
	case KEY_DATA:
		return set_layout(o, arg);
	case KEY_TYPE:
		o->has_type = true;
		return option_number(arg, "data type", UINT32_MAX, &o->type);
	case KEY_HEX:
		o->hex = arg;
		return 0;
	case KEY_LEN:
		o->has_len = true;
		return option_number(arg, "length of the data", UINT32_MAX, &o->len);
	case KEY_PROBE:
		o->probe = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- what was asked for ------------------------------------------------------------------- */

struct job {
	const struct opts *opts;
	struct context_device device;
	uint32_t pt;
	bool made_ioas;
	int first_word; /* of key=value */
	uint8_t data[DATA_MAX];
	size_t data_len;
};

/* The data: from key=value words, from hex digits, or none. */
static int build_data(struct operation *op, struct job *job)
{
	const struct opts *o = job->opts;
	struct cli *cli = op->cli;
	int words = cli->n_args - job->first_word;

	if (words && !o->layout) {
		err_usage("unexpected word '%s': --data=TYPE goes before its key=value words",
			  cli->args[job->first_word]);
		return STATUS_TROUBLE;
	}
	if (o->layout) {
		job->data_len = data_len(o->layout, cli->args + job->first_word, words);
		if (data_from_words(o->layout, cli->args + job->first_word, words, job->data))
			return STATUS_TROUBLE;
	}
	if (o->hex && data_from_hex(o->hex, job->data, sizeof(job->data), &job->data_len))
		return STATUS_TROUBLE;
	return STATUS_OK;
}

static bool is_word(const char *arg)
{
	return strchr(arg, '=') != NULL;
}

static int parse(struct operation *op, struct job *job)
{
	struct cli *cli = op->cli;

	job->first_word = cli->n_args > 1 && !is_word(cli->args[1]) ? 2 : 1;
	if (job->first_word == 2 &&
	    operand_id(cli->args[1], "an IOAS, a HWPT or a vIOMMU", &job->pt))
		return STATUS_TROUBLE;
	return build_data(op, job);
}

/* --- the calls -------------------------------------------------------------------------------- */

static bool is_nested(const struct operation *op, const struct job *job)
{
	const struct ledger_entry *pt = ledger_object(&op->ctx.ledger, job->pt);

	return pt ? pt->type != LEDGER_IOAS : job->data_len > 0;
}

static int alloc(struct operation *op, struct job *job)
{
	const struct opts *o = job->opts;
	struct uapi_hwpt_alloc req = {
		.flags = o->flags | (o->has_fault ? UAPI_HWPT_FAULT_ID_VALID : 0),
		.dev_id = job->device.id,
		.pt_id = job->pt,
		.data_type = (uint32_t)o->type,
		.data_len = (uint32_t)(o->has_len ? o->len : job->data_len),
		.data_uptr = job->data_len ? (uintptr_t)job->data : 0,
		.fault_id = (uint32_t)o->fault,
	};
	const struct refusal_ctx what = {
		.device = &job->device.dev,
		.dev_id = job->device.id,
		.pt_id = job->pt,
		.fault_id = req.fault_id,
		.flags = req.flags,
		.has_type = o->has_type,
		.type = req.data_type,
		.data_len = req.data_len,
		.data = job->data,
	};
	struct ledger_entry e = { .type = LEDGER_HWPT, .parent = job->pt, .fd = -1 };
	char *title;
	int err, status;

	if (!operation_intend_alloc(op, OP_HWPT_ALLOC))
		return STATUS_FAILED;
	err = call_hwpt_alloc(op->ctx.iommufd, &req);
	if (err) {
		title = operation_device_title(&job->device);
		status = context_refused(&op->ctx, OP_HWPT_ALLOC, err, &what,
					 "cannot allocate a HWPT for %s on %" PRIu32, title,
					 job->pt);
		free(title);
		return status;
	}
	e.id = req.out_hwpt_id;
	e.other = o->has_fault ? req.fault_id : 0;
	e.kind = req.data_type;
	e.v = req.flags;
	e.flags = is_nested(op, job) ? LEDGER_NESTED : 0;
	if (job->data_len && !req.data_len)
		context_warn_words(
			&op->ctx, "hwpt-alloc.data-ignored",
			"give the data its length (leave --data-len out)",
			"the data was given a length of 0: the kernel has not looked at it");
	return operation_object(op, &e);
}

static int act(struct operation *op, void *opts)
{
	struct job job = { .opts = opts };
	int status;

	if (job.opts->probe) {
		if (op->cli->n_args > 1)
			return err_usage("unexpected word '%s' with --probe", op->cli->args[1]);
		return hwpt_probe(op, op->cli->args[0]);
	}
	status = parse(op, &job);
	if (status == STATUS_OK)
		status = context_device(&op->ctx, op->cli->args[0], &job.device);
	if (status != STATUS_OK)
		return status;
	job.made_ioas = job.first_word == 1;
	if (job.made_ioas)
		status = operation_make_ioas(op, &job.pt);
	if (status == STATUS_OK)
		status = alloc(op, &job);
	if (status != STATUS_OK && job.made_ioas && job.pt)
		operation_take_back(op, job.pt);
	if (status == STATUS_OK) {
		operation_device(op->doc, &job.device);
		doc_add(op->doc, "made_ioas", job.made_ioas ? doc_uint(job.pt) : NULL);
	}
	context_device_free(&job.device);
	return status;
}

static void view(struct out *o, json_object *doc)
{
	if (doc_get(doc, "results")) {
		hwpt_probe_view(o, doc);
		return;
	}
	if (doc_get(doc, "made_ioas"))
		out_printf(o, "IOAS %" PRId64 " for it\n", doc_get_int(doc, "made_ioas", 0));
	operation_object_view(o, doc);
}

static int run(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act, view);
}

static const struct argp_option options[] = {
	{ "flags", KEY_FLAGS, "FLAGS", 0,
	  "nest-parent, dirty-tracking, pasid, fault-id-valid, or a number", 0 },
	{ "fault-queue", KEY_FAULT, "ID", 0, "page requests go to this fault queue", 0 },
	{ "data", KEY_DATA, "TYPE", 0,
	  "key=value words follow: vtd-s1, arm-smmuv3, amd-guest, selftest, default", 0 },
	{ "data-type", KEY_TYPE, "N", 0, "a type of data by its number", 0 },
	{ "data-hex", KEY_HEX, "HEX", 0, "data as hex digits", 0 },
	{ "data-len", KEY_LEN, "N", 0, "say that the data has N bytes, whatever it has", 0 },
	{ "probe", KEY_PROBE, NULL, 0, "try what is accepted, and keep nothing", 0 },
	{ 0 }
};

const struct command command_hwpt_alloc = {
	.name = "hwpt-alloc",
	.section = "Page tables",
	.summary = "allocate a hardware page table for a device",
	.args = "DEVICE [PT] [KEY=VALUE...]",
	.doc = "Allocates a HWPT that fits the IOMMU of DEVICE. PT is an IOAS, or for a nested "
	       "table a HWPT with the flag nest-parent or a vIOMMU; without it an IOAS is made. "
	       "With --probe every combination of flags and data is tried and freed at once.",
	.examples = { "iommuctl hwpt-alloc 0000:01:00.0 1 --flags=nest-parent",
		      "iommuctl hwpt-alloc 3b:00.0 2 --data=vtd-s1 pgtbl_addr=0x1000 addr_width=48",
		      "iommuctl hwpt-alloc --probe 0000:01:00.0  # what does it take?" },
	.min_args = 1,
	.max_args = -1,
	.uses = USES_SESSION,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run,
};
