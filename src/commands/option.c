/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option, vfio-ioas, ioas-change-process, noiommu-get-pa: the small operations. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "commands/operation.h"
#include "commands/table.h"

enum { KEY_IOAS = 1 };

struct opts {
	uint64_t ioas;
};

static error_t option_option(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	return key == KEY_IOAS ? option_number(arg, "id of an IOAS", UINT32_MAX, &o->ioas)
			       : ARGP_ERR_UNKNOWN;
}

static int act_option(struct operation *op, void *opts)
{
	const struct opts *o = opts;
	struct uapi_option req = { .op = UAPI_OPTION_GET, .object_id = (uint32_t)o->ioas };
	const char *name = op->cli->args[0];
	struct refusal_ctx what = { .id = req.object_id };
	uint64_t id;
	int err;

	if (uapi_names_option(&uapi_options, name, &id))
		return STATUS_TROUBLE;
	req.option_id = (uint32_t)id;
	if (id == UAPI_OPTION_HUGE_PAGES && !o->ioas)
		return err_usage("option '%s' is of an IOAS: which one? --ioas=ID", name);
	if (op->cli->n_args > 1) {
		req.op = UAPI_OPTION_SET;
		if (operand_number(op->cli->args[1], "value", UINT64_MAX, &req.val64))
			return STATUS_TROUBLE;
	}
	err = call_option(op->ctx.iommufd, &req);
	if (err)
		return context_refused(&op->ctx, OP_OPTION, err, &what, "cannot %s option %s",
				       req.op == UAPI_OPTION_SET ? "set" : "get", name);
	doc_add(op->doc, "option", doc_str(name));
	if (req.object_id)
		doc_add(op->doc, "ioas", doc_uint(req.object_id));
	doc_add(op->doc, "set", doc_bool(req.op == UAPI_OPTION_SET));
	doc_add(op->doc, "value", doc_uint(req.val64));
	op->bare = "value";
	return STATUS_OK;
}

static void view_option(struct out *o, json_object *doc)
{
	out_printf(o, "%s %s %" PRId64 "\n", doc_get_str(doc, "option", "?"),
		   doc_get_bool(doc, "set", false) ? "is now" : "is", doc_get_int(doc, "value", 0));
}

static int run_option(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_option, view_option);
}

/* --- vfio-ioas -------------------------------------------------------------------------------- */

static int act_vfio_ioas(struct operation *op, void *opts)
{
	static const char *const verbs[] = {
		[UAPI_VFIO_IOAS_GET] = "get",
		[UAPI_VFIO_IOAS_SET] = "set",
		[UAPI_VFIO_IOAS_CLEAR] = "clear",
	};
	struct uapi_vfio_ioas req = { 0 };
	struct refusal_ctx what = { 0 };
	const char *verb = op->cli->args[0];
	int err;

	(void)opts;
	while (req.op <= UAPI_VFIO_IOAS_CLEAR && strcmp(verb, verbs[req.op]))
		req.op++;
	if (req.op > UAPI_VFIO_IOAS_CLEAR)
		return err_usage("'%s' is not get, set or clear", verb);
	if ((op->cli->n_args > 1) != (req.op == UAPI_VFIO_IOAS_SET))
		return err_usage("'set' needs an IOAS, and the others none");
	if (op->cli->n_args > 1 && operand_id(op->cli->args[1], "an IOAS", &req.ioas_id))
		return STATUS_TROUBLE;
	what.id = req.ioas_id;
	err = call_vfio_ioas(op->ctx.iommufd, &req);
	if (err)
		return context_refused(&op->ctx, OP_VFIO_IOAS, err, &what,
				       "cannot %s the IOAS of VFIO's older interface", verb);
	doc_add(op->doc, "operation", doc_str(verb));
	doc_add(op->doc, "ioas", req.op == UAPI_VFIO_IOAS_CLEAR ? NULL : doc_uint(req.ioas_id));
	op->bare = "ioas";
	return STATUS_OK;
}

static void view_vfio_ioas(struct out *o, json_object *doc)
{
	if (doc_get(doc, "ioas"))
		out_printf(o, "VFIO's older interface uses IOAS %" PRId64 "\n",
			   doc_get_int(doc, "ioas", 0));
	else
		out_str(o, "VFIO's older interface has no IOAS\n");
}

static int run_vfio_ioas(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_vfio_ioas, view_vfio_ioas);
}

/* --- ioas-change-process ---------------------------------------------------------------------- */

static int act_change(struct operation *op, void *opts)
{
	const struct refusal_ctx what = { 0 };
	int err = call_ioas_change_process(op->ctx.iommufd);

	(void)opts;
	if (err)
		return context_refused(&op->ctx, OP_IOAS_CHANGE_PROCESS, err, &what,
				       "cannot account the mappings to this process");
	doc_add(op->doc, "changed", doc_bool(true));
	context_warn_words(&op->ctx, "change-process.exits", NULL,
			   "the mappings are accounted to this command now, and it exits");
	return STATUS_OK;
}

static void view_change(struct out *o, json_object *doc)
{
	(void)doc;
	out_str(o, "the mappings are accounted to this process\n");
}

static int run_change(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_change, view_change);
}

/* --- noiommu-get-pa --------------------------------------------------------------------------- */

static int act_get_pa(struct operation *op, void *opts)
{
	struct uapi_ioas_noiommu_get_pa req = { .length = 4096 };
	struct refusal_ctx what = { 0 };
	int err;

	(void)opts;
	if (operand_id(op->cli->args[0], "an IOAS", &req.ioas_id) ||
	    operand_number(op->cli->args[1], "IOVA", UINT64_MAX, &req.iova) ||
	    (op->cli->n_args > 2 && operand_size(op->cli->args[2], "length", &req.length)))
		return STATUS_TROUBLE;
	what.id = req.ioas_id;
	what.iova = req.iova;
	what.length = req.length;
	err = call_ioas_noiommu_get_pa(op->ctx.iommufd, &req);
	if (err)
		return context_refused(&op->ctx, OP_IOAS_NOIOMMU_GET_PA, err, &what,
				       "cannot get the physical address of 0x%" PRIx64
				       " in IOAS %" PRIu32,
				       req.iova, req.ioas_id);
	doc_add(op->doc, "ioas", doc_uint(req.ioas_id));
	doc_add(op->doc, "iova", doc_hex(req.iova, 64));
	doc_add(op->doc, "physical", doc_hex(req.out_phys, 64));
	doc_add(op->doc, "length", doc_uint(req.length));
	op->bare = "physical";
	return STATUS_OK;
}

static void view_get_pa(struct out *o, json_object *doc)
{
	char size[32];

	out_printf(o, "%s is at %s, %s in one piece\n", doc_get_str(doc, "iova", "?"),
		   doc_get_str(doc, "physical", "?"),
		   show_size((uint64_t)doc_get_int(doc, "length", 0), size));
}

static int run_get_pa(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_get_pa, view_get_pa);
}

static const struct argp_option options[] = {
	{ "ioas", KEY_IOAS, "ID", 0, "of this IOAS (huge-pages)", 0 }, { 0 }
};

const struct command command_option = {
	.name = "option",
	.section = "IO address spaces",
	.summary = "show or set an option of the iommufd or of an IOAS",
	.args = "NAME [VALUE]",
	.doc = "rlimit-mode: 0 accounts pinned memory to the user, 1 to the process; it can be set "
	       "only before anything else is made. huge-pages of an IOAS: 1 lets page tables use "
	       "large pages.",
	.examples = { "iommuctl option rlimit-mode  # show it",
		      "iommuctl option huge-pages 0 --ioas=1" },
	.min_args = 1,
	.max_args = 2,
	.uses = USES_SESSION,
	.options = options,
	.option = option_option,
	.opts_size = sizeof(struct opts),
	.run = run_option,
};

const struct command command_vfio_ioas = {
	.name = "vfio-ioas",
	.section = "IO address spaces",
	.summary = "show, set or clear the IOAS of VFIO's older interface",
	.args = "VERB [IOAS]",
	.doc = "VERB is get, set or clear. Programs that use VFIO's container interface on an "
	       "iommufd map into this IOAS.",
	.examples = { "iommuctl vfio-ioas get", "iommuctl vfio-ioas set 1" },
	.min_args = 1,
	.max_args = 2,
	.uses = USES_SESSION,
	.run = run_vfio_ioas,
};

const struct command command_ioas_change_process = {
	.name = "ioas-change-process",
	.section = "IO address spaces",
	.summary = "account the pinned memory to this process",
	.args = "",
	.doc = "Tells the kernel that this process takes the iommufd over, as after an update of a "
	       "virtual machine monitor: pinned memory counts against its limit. All mappings "
	       "must be of files.",
	.examples = { "iommuctl ioas-change-process", "iommuctl ioas-change-process --json" },
	.min_args = 0,
	.max_args = 0,
	.uses = USES_SESSION,
	.run = run_change,
};

const struct command command_noiommu_get_pa = {
	.name = "noiommu-get-pa",
	.section = "IO address spaces",
	.summary = "show what is behind an IOVA without an IOMMU",
	.args = "IOAS IOVA [LENGTH]",
	.doc = "For devices in VFIO's mode without an IOMMU (Linux 7.3, CAP_SYS_RAWIO): where in "
	       "memory an IOVA is, and how many bytes from there are in one piece.",
	.examples = { "iommuctl noiommu-get-pa 1 0x1000000",
		      "iommuctl noiommu-get-pa 1 0x1000000 2M -q" },
	.min_args = 2,
	.max_args = 3,
	.uses = USES_SESSION,
	.run = run_get_pa,
};
