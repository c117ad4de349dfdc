/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ioas-unmap and ioas-copy. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>

#include "commands/operation.h"
#include "commands/table.h"

enum { KEY_ALL = 'a', KEY_FLAGS = 'f', KEY_IOVA = 0x100 };

struct opts {
	bool all, has_flags, has_iova;
	uint32_t flags;
	uint64_t iova;
};

static error_t option_unmap(struct cli *cli, void *opts, int key, char *arg)
{
	(void)cli;
	(void)arg;
	if (key != KEY_ALL)
		return ARGP_ERR_UNKNOWN;
	((struct opts *)opts)->all = true;
	return 0;
}

static error_t option_copy(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	if (key == KEY_FLAGS) {
		o->has_flags = true;
		return operand_flags(&uapi_map_flags, arg, &o->flags) ? EINVAL : 0;
	}
	if (key != KEY_IOVA)
		return ARGP_ERR_UNKNOWN;
	o->has_iova = true;
	return option_number(arg, "IOVA", UINT64_MAX, &o->iova);
}

/* --- unmap ------------------------------------------------------------------------------------ */

static int parse_unmap(struct cli *cli, const struct opts *o, struct uapi_ioas_unmap *req)
{
	if (operand_id(cli->args[0], "an IOAS", &req->ioas_id))
		return STATUS_TROUBLE;
	if (o->all && cli->n_args > 1)
		return err_usage("--all and an address exclude each other");
	if (o->all) {
		req->length = UINT64_MAX;
		return STATUS_OK;
	}
	if (cli->n_args < 3)
		return err_usage("what? An IOVA and a LENGTH, or --all");
	if (operand_number(cli->args[1], "IOVA", UINT64_MAX, &req->iova) ||
	    operand_size(cli->args[2], "length", &req->length))
		return STATUS_TROUBLE;
	return STATUS_OK;
}

static int act_unmap(struct operation *op, void *opts)
{
	struct uapi_ioas_unmap req = { 0 };
	int err, status = parse_unmap(op->cli, opts, &req);
	uint64_t last = req.length == UINT64_MAX ? UINT64_MAX : req.iova + req.length - 1;
	const struct refusal_ctx what = {
		.id = req.ioas_id,
		.iova = req.iova,
		.length = req.length == UINT64_MAX ? 0 : req.length,
	};

	if (status != STATUS_OK)
		return status;
	if (!context_intend(&op->ctx, OP_IOAS_UNMAP, req.ioas_id, 0, req.iova, req.length))
		return STATUS_FAILED;
	err = call_ioas_unmap(op->ctx.iommufd, &req);
	if (err)
		return context_refused(&op->ctx, OP_IOAS_UNMAP, err, &what,
				       "cannot unmap 0x%" PRIx64 "-0x%" PRIx64 " of IOAS %" PRIu32,
				       req.iova, last, req.ioas_id);
	context_remove(&op->ctx, LEDGER_MAPPING, req.ioas_id, req.iova, last);
	doc_add(op->doc, "ioas", doc_uint(req.ioas_id));
	doc_add(op->doc, "unmapped", doc_uint(req.length));
	op->bare = "unmapped";
	return context_commit(&op->ctx) ? STATUS_OK : STATUS_FAILED;
}

static void view_unmap(struct out *o, json_object *doc)
{
	char size[32];

	out_printf(o, "%s unmapped from IOAS %" PRId64 "\n",
		   show_size((uint64_t)doc_get_int(doc, "unmapped", 0), size),
		   doc_get_int(doc, "ioas", 0));
}

static int run_unmap(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_unmap, view_unmap);
}

/* --- copy ------------------------------------------------------------------------------------- */

static int act_copy(struct operation *op, void *opts)
{
	const struct opts *o = opts;
	struct uapi_ioas_copy req = {
		.flags = (o->has_flags ? o->flags : UAPI_MAP_READABLE | UAPI_MAP_WRITEABLE) |
			 (o->has_iova ? UAPI_MAP_FIXED_IOVA : 0),
		.dst_iova = o->iova,
	};
	char **args = op->cli->args;
	struct ledger_entry e = { .type = LEDGER_MAPPING, .kind = SOURCE_COPY, .fd = -1 };
	struct refusal_ctx what = { 0 };
	int err;

	if (operand_id(args[0], "an IOAS", &req.src_ioas_id) ||
	    operand_number(args[1], "IOVA", UINT64_MAX, &req.src_iova) ||
	    operand_size(args[2], "length", &req.length) ||
	    operand_id(args[3], "an IOAS", &req.dst_ioas_id))
		return STATUS_TROUBLE;
	what.id = req.dst_ioas_id;
	what.flags = req.flags;
	what.iova = o->iova;
	what.length = req.length;
	if (!context_intend(&op->ctx, OP_IOAS_COPY, req.dst_ioas_id, 0, 0, 0))
		return STATUS_FAILED;
	err = call_ioas_copy(op->ctx.iommufd, &req);
	if (err)
		return context_refused(&op->ctx, OP_IOAS_COPY, err, &what,
				       "cannot copy a mapping of IOAS %" PRIu32 " to IOAS %" PRIu32,
				       req.src_ioas_id, req.dst_ioas_id);
	e.id = req.dst_ioas_id;
	e.key = req.dst_iova;
	e.v = req.length;
	e.w = req.flags;
	doc_add(op->doc, "mapping", show_mapping(context_put(&op->ctx, &e)));
	op->bare = "mapping.iova";
	return context_commit(&op->ctx) ? STATUS_OK : STATUS_FAILED;
}

static void view_copy(struct out *o, json_object *doc)
{
	json_object *m = doc_get(doc, "mapping");
	char size[32];

	out_printf(o, "%s at %s in IOAS %" PRId64 "\n",
		   show_size((uint64_t)doc_get_int(m, "length", 0), size),
		   doc_get_str(m, "iova", "?"), doc_get_int(m, "ioas", 0));
}

static int run_copy(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_copy, view_copy);
}

static const struct argp_option unmap_options[] = {
	{ "all", KEY_ALL, NULL, 0, "everything that is mapped", 0 }, { 0 }
};

static const struct argp_option copy_options[] = {
	{ "iova", KEY_IOVA, "ADDRESS", 0, "at this address (else the kernel chooses)", 0 },
	{ "flags", KEY_FLAGS, "FLAGS", 0, "readable, writeable (both when not given), or a number",
	  0 },
	{ 0 }
};

const struct command command_ioas_unmap = {
	.name = "ioas-unmap",
	.section = "IO address spaces",
	.summary = "take mappings out of an IOAS",
	.args = "IOAS [IOVA LENGTH]",
	.doc = "Unmaps what lies in the range. Only whole mappings can be taken out: a range that "
	       "cuts one is refused.",
	.examples = { "iommuctl ioas-unmap 1 0x1000000 2M", "iommuctl ioas-unmap 1 --all" },
	.min_args = 1,
	.max_args = 3,
	.uses = USES_SESSION,
	.options = unmap_options,
	.option = option_unmap,
	.opts_size = sizeof(struct opts),
	.run = run_unmap,
};

const struct command command_ioas_copy = {
	.name = "ioas-copy",
	.section = "IO address spaces",
	.summary = "map what is mapped already at another place",
	.args = "IOAS IOVA LENGTH IOAS",
	.doc = "Maps the memory behind a range of the first IOAS in the second one too (which may "
	       "be "
	       "the same). The range must be mapped from end to end; the memory is not pinned "
	       "twice.",
	.examples = { "iommuctl ioas-copy 1 0x1000000 2M 2",
		      "iommuctl ioas-copy 1 0x1000000 2M 1 --iova=0x4000000" },
	.min_args = 4,
	.max_args = 4,
	.uses = USES_SESSION,
	.options = copy_options,
	.option = option_copy,
	.opts_size = sizeof(struct opts),
	.run = run_copy,
};
