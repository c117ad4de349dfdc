/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iova-ranges and allow-iovas: which addresses of an IOAS can be used. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "commands/operation.h"
#include "commands/table.h"

enum { KEY_CLEAR = 1 };

struct opts {
	bool clear;
};

static json_object *ranges_doc(const struct uapi_iova_range *ranges, size_t n)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < n; i++) {
		json_object *o = doc_object();

		doc_add(o, "start", doc_hex(ranges[i].start, 64));
		doc_add(o, "last", doc_hex(ranges[i].last, 64));
		doc_push(list, o);
	}
	return list;
}

static void view_ranges(struct out *o, json_object *list)
{
	for (size_t i = 0; i < doc_len(list); i++)
		out_printf(o, "  %s-%s\n", doc_get_str(doc_at(list, i), "start", "?"),
			   doc_get_str(doc_at(list, i), "last", "?"));
}

static int act(struct operation *op, void *opts)
{
	struct uapi_iova_range *ranges;
	struct refusal_ctx what = { 0 };
	uint64_t alignment = 0;
	size_t n;
	int err;

	(void)opts;
	if (operand_id(op->cli->args[0], "an IOAS", &what.id))
		return STATUS_TROUBLE;
	err = call_iova_ranges(op->ctx.iommufd, what.id, &ranges, &n, &alignment);
	if (err)
		return context_refused(&op->ctx, OP_IOAS_IOVA_RANGES, err, &what,
				       "cannot get the ranges of IOAS %" PRIu32, what.id);
	doc_add(op->doc, "ioas", doc_uint(what.id));
	doc_add(op->doc, "alignment", doc_uint(alignment));
	doc_add(op->doc, "ranges", ranges_doc(ranges, n));
	op->bare = "alignment";
	free(ranges);
	return STATUS_OK;
}

static void view(struct out *o, json_object *doc)
{
	int64_t steps = doc_get_int(doc, "alignment", 0);

	out_printf(o, "IOAS %" PRId64 " can use (in steps of %" PRId64 " byte%s)\n",
		   doc_get_int(doc, "ioas", 0), steps, steps == 1 ? "" : "s");
	view_ranges(o, doc_get(doc, "ranges"));
}

static int run(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act, view);
}

/* --- allow ------------------------------------------------------------------------------------ */

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	(void)cli;
	(void)arg;
	if (key != KEY_CLEAR)
		return ARGP_ERR_UNKNOWN;
	((struct opts *)opts)->clear = true;
	return 0;
}

static int act_allow(struct operation *op, void *opts)
{
	struct uapi_ioas_allow_iovas req = { 0 };
	struct refusal_ctx what = { 0 };
	struct uapi_iova_range *ranges;
	int err, n = op->cli->n_args - 1, status = STATUS_OK;

	if (operand_id(op->cli->args[0], "an IOAS", &req.ioas_id))
		return STATUS_TROUBLE;
	if (((struct opts *)opts)->clear == (n > 0))
		return err_usage("which ranges? START-LAST..., or --clear");
	ranges = mem_zalloc(sizeof(*ranges) * (size_t)(n + 1));
	for (int i = 0; i < n && status == STATUS_OK; i++)
		if (operand_range(op->cli->args[i + 1], &ranges[i]))
			status = STATUS_TROUBLE;
	what.id = req.ioas_id;
	req.num_iovas = (uint32_t)n;
	req.allowed_iovas = (uintptr_t)ranges;
	if (status == STATUS_OK) {
		err = call_ioas_allow_iovas(op->ctx.iommufd, &req);
		if (err)
			status = context_refused(&op->ctx, OP_IOAS_ALLOW_IOVAS, err, &what,
						 "cannot set the allowed ranges of IOAS %" PRIu32,
						 req.ioas_id);
	}
	doc_add(op->doc, "ioas", doc_uint(req.ioas_id));
	doc_add(op->doc, "allowed", ranges_doc(ranges, (size_t)n));
	free(ranges);
	return status;
}

static void view_allow(struct out *o, json_object *doc)
{
	if (!doc_len(doc_get(doc, "allowed"))) {
		out_printf(o, "IOAS %" PRId64 " may use any address\n",
			   doc_get_int(doc, "ioas", 0));
		return;
	}
	out_printf(o, "the kernel chooses addresses for IOAS %" PRId64 " from\n",
		   doc_get_int(doc, "ioas", 0));
	view_ranges(o, doc_get(doc, "allowed"));
}

static int run_allow(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_allow, view_allow);
}

static const struct argp_option options[] = {
	{ "clear", KEY_CLEAR, NULL, 0, "allow any address again", 0 }, { 0 }
};

const struct command command_iova_ranges = {
	.name = "iova-ranges",
	.section = "IO address spaces",
	.summary = "show which addresses an IOAS can use",
	.args = "IOAS",
	.doc = "Shows the addresses that are left by the apertures of page tables and the reserved "
	       "regions of devices, and the alignment. What is mapped already is not taken out. "
	       "Allocating a HWPT and attaching a device narrow the ranges.",
	.examples = { "iommuctl iova-ranges 1", "iommuctl iova-ranges 1 --json | jq .ranges" },
	.min_args = 1,
	.max_args = 1,
	.uses = USES_SESSION,
	.run = run,
};

const struct command command_allow_iovas = {
	.name = "allow-iovas",
	.section = "IO address spaces",
	.summary = "say which addresses the kernel may choose",
	.args = "IOAS [RANGE...]",
	.doc = "Replaces the list of ranges (START-LAST, both included) from which the kernel "
	       "chooses "
	       "IOVAs. A device that needs a part of them for itself cannot be attached then. "
	       "Mappings at a given address are not held back.",
	.examples = { "iommuctl allow-iovas 1 0x1000000-0x7fffffff",
		      "iommuctl allow-iovas 1 --clear" },
	.min_args = 1,
	.max_args = -1,
	.uses = USES_SESSION,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run_allow,
};
