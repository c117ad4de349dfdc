/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ioas-alloc: an IO address space. */
#include "config.h"

#include "commands/operation.h"
#include "commands/table.h"

enum { KEY_FLAGS = 'f' };

struct opts {
	uint64_t flags;
};

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	return key == KEY_FLAGS ? option_number(arg, "flags", UINT32_MAX, &o->flags)
				: ARGP_ERR_UNKNOWN;
}

static int act(struct operation *op, void *opts)
{
	const struct opts *o = opts;
	struct uapi_ioas_alloc req = { .flags = (uint32_t)o->flags };
	const struct refusal_ctx what = { .flags = o->flags };
	int err;

	if (!operation_intend_alloc(op, OP_IOAS_ALLOC))
		return STATUS_FAILED;
	err = call_ioas_alloc(op->ctx.iommufd, &req);
	if (err)
		return context_refused(&op->ctx, OP_IOAS_ALLOC, err, &what,
				       "cannot allocate an IOAS");
	return operation_object(op, &(struct ledger_entry) {
					    .type = LEDGER_IOAS, .id = req.out_ioas_id, .fd = -1 });
}

static int run(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act, operation_object_view);
}

static const struct argp_option options[] = {
	{ "flags", KEY_FLAGS, "FLAGS", 0, "flags as a number (Linux 7.3 has none)", 0 }, { 0 }
};

const struct command command_ioas_alloc = {
	.name = "ioas-alloc",
	.section = "IO address spaces",
	.summary = "make an IO address space",
	.args = "",
	.doc = "Makes an IOAS: a list of mappings from IOVAs to memory that devices can share. It "
	       "has no page table until something is attached to it or a HWPT is allocated on it.",
	.examples = { "iommuctl ioas-alloc  # in the current session",
		      "ioas=$(iommuctl ioas-alloc -q)  # its id, for a script" },
	.min_args = 0,
	.max_args = 0,
	.uses = USES_SESSION,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run,
};
