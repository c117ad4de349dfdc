/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hwpt-invalidate: tell the IOMMU what a guest has changed in its tables. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands/data_words.h"
#include "commands/operation.h"
#include "commands/table.h"

enum { KEY_TYPE = 't', KEY_NUMBER = 0x100, KEY_LEN, KEY_HEX };

struct opts {
	const struct data_layout *layout;
	bool has_type;
	uint64_t type, len;
	const char *hex;
};

static error_t set_type(struct opts *o, const char *name)
{
	uint64_t type;

	o->has_type = true;
	o->layout = data_layout_find(data_invalidate, name);
	if (o->layout) {
		o->type = o->layout->type;
		return 0;
	}
	return uapi_names_option(&uapi_invalidate_types, name, &type) ? EINVAL
								      : (o->type = type, 0);
}

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	switch (key) {
	case KEY_TYPE:
		return set_type(o, arg);
	case KEY_NUMBER:
		o->has_type = true;
		return option_number(arg, "type of invalidation", UINT32_MAX, &o->type);
	case KEY_LEN:
		return option_number(arg, "length of an entry", DATA_MAX, &o->len);
	case KEY_HEX:
		o->hex = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The entries: a word each, or hex digits of all of them. */
static int build(struct operation *op, const struct opts *o, struct uapi_hwpt_invalidate *req,
		 uint8_t *data, size_t room)
{
	int n = op->cli->n_args - 1;
	size_t len = 0;

	if (!o->has_type)
		return err_usage("of which type? --type=vtd-s1, arm-smmuv3, selftest");
	if (o->hex) {
		if (n || !o->len)
			return err_usage("--data-hex goes with --entry-len, and without entries");
		if (data_from_hex(o->hex, data, room, &len))
			return STATUS_TROUBLE;
		req->entry_len = (uint32_t)o->len;
		req->entry_num = (uint32_t)(len / o->len);
		return STATUS_OK;
	}
	if (n && !o->layout)
		return err_usage("entries of this type have no keys here: use --data-hex");
	req->entry_len = o->layout ? o->layout->len : (uint32_t)o->len;
	req->entry_num = (uint32_t)n;
	for (int i = 0; i < n; i++)
		if (data_from_list(o->layout, op->cli->args[i + 1],
				   data + (size_t)i * o->layout->len))
			return STATUS_TROUBLE;
	return STATUS_OK;
}

static int invalidate(struct operation *op, struct uapi_hwpt_invalidate *req, const uint8_t *data)
{
	uint32_t asked = req->entry_num;
	struct refusal_ctx what = { .id = req->hwpt_id, .has_type = true, .type = req->data_type };
	int err;

	req->data_uptr = asked ? (uintptr_t)data : 0;
	err = call_hwpt_invalidate(op->ctx.iommufd, req);
	what.done = req->entry_num;
	doc_add(op->doc, "id", doc_uint(req->hwpt_id));
	doc_add(op->doc, "entries", doc_uint(asked));
	doc_add(op->doc, "done", doc_uint(req->entry_num));
	op->bare = "done";
	if (!err)
		return STATUS_OK;
	/* What was done before the bad entry is done. */
	op->partial = req->entry_num > 0 && req->entry_num < asked;
	return context_refused(&op->ctx, OP_HWPT_INVALIDATE, err, &what,
			       "cannot invalidate %" PRIu32 " (%" PRIu32 " of %" PRIu32
			       " entries done)",
			       req->hwpt_id, req->entry_num, asked);
}

static int act(struct operation *op, void *opts)
{
	const struct opts *o = opts;
	struct uapi_hwpt_invalidate req = { .data_type = (uint32_t)o->type };
	size_t room = o->hex ? strlen(o->hex) / 2 + 1
			     : (size_t)op->cli->n_args * (o->layout ? o->layout->len : 1);
	uint8_t *data;
	int status;

	if (operand_id(op->cli->args[0], "a nested HWPT or a vIOMMU", &req.hwpt_id))
		return STATUS_TROUBLE;
	data = mem_zalloc(room + 1);
	status = build(op, o, &req, data, room);
	if (status == STATUS_OK)
		status = invalidate(op, &req, data);
	free(data);
	return status;
}

static void view(struct out *o, json_object *doc)
{
	out_printf(o, "%" PRId64 " of %" PRId64 " invalidations done\n",
		   doc_get_int(doc, "done", 0), doc_get_int(doc, "entries", 0));
}

static int run(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act, view);
}

static const struct argp_option options[] = {
	{ "type", KEY_TYPE, "TYPE", 0,
	  "vtd-s1 (addr, npages, flags), arm-smmuv3 (cmd0, cmd1), selftest, selftest-viommu", 0 },
	{ "data-type", KEY_NUMBER, "N", 0, "a type by its number", 0 },
	{ "data-hex", KEY_HEX, "HEX", 0, "all entries as hex digits", 0 },
	{ "entry-len", KEY_LEN, "BYTES", 0, "the length of an entry, with --data-hex", 0 },
	{ 0 }
};

const struct command command_hwpt_invalidate = {
	.name = "hwpt-invalidate",
	.section = "Page tables",
	.summary = "invalidate caches of a nested page table",
	.args = "ID [ENTRY...]",
	.doc = "Passes invalidations on to a nested HWPT, or on SMMUv3 to a vIOMMU. Each ENTRY is "
	       "key=value words with commas between. Without entries the kernel is asked whether "
	       "it takes the type at all.",
	.examples = { "iommuctl hwpt-invalidate 4 --type=vtd-s1 addr=0x1000,npages=1,flags=leaf",
		      "iommuctl hwpt-invalidate 5 --type=arm-smmuv3 cmd0=0x30" },
	.min_args = 1,
	.max_args = -1,
	.uses = USES_SESSION,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run,
};
