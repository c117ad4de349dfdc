/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dirty start, stop, read: which pages a device has written. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "commands/operation.h"
#include "commands/table.h"

enum { KEY_PAGE = 1, KEY_NO_CLEAR };
enum { BITS_MAX = 1 << 30 }; /* 4 TiB of 4 KiB pages in one go */

struct opts {
	uint64_t page_size;
	bool no_clear;
};

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	if (key == KEY_NO_CLEAR) {
		o->no_clear = true;
		return 0;
	}
	if (key != KEY_PAGE)
		return ARGP_ERR_UNKNOWN;
	return operand_size(arg, "page size", &o->page_size) ? EINVAL : 0;
}

/* --- start and stop ------------------------------------------------------------------------- */

static int switch_tracking(struct operation *op, bool on)
{
	struct uapi_hwpt_set_dirty_tracking req = { .flags = on ? UAPI_DIRTY_ENABLE : 0 };
	struct refusal_ctx what = { 0 };
	int err;

	if (operand_id(op->cli->args[0], "a HWPT", &req.hwpt_id))
		return STATUS_TROUBLE;
	what.id = req.hwpt_id;
	what.flags = req.flags;
	if (!context_intend(&op->ctx, OP_HWPT_SET_DIRTY_TRACKING, req.hwpt_id, req.flags, 0, 0))
		return STATUS_FAILED;
	err = call_hwpt_set_dirty_tracking(op->ctx.iommufd, &req);
	if (err)
		return context_refused(&op->ctx, OP_HWPT_SET_DIRTY_TRACKING, err, &what,
				       "cannot %s dirty tracking on HWPT %" PRIu32,
				       on ? "start" : "stop", req.hwpt_id);
	context_tracking(&op->ctx, req.hwpt_id, on);
	doc_add(op->doc, "hwpt", doc_uint(req.hwpt_id));
	doc_add(op->doc, "dirty_tracking", doc_bool(on));
	return context_commit(&op->ctx) ? STATUS_OK : STATUS_FAILED;
}

static int act_start(struct operation *op, void *opts)
{
	(void)opts;
	return switch_tracking(op, true);
}

static int act_stop(struct operation *op, void *opts)
{
	(void)opts;
	return switch_tracking(op, false);
}

static void view_tracking(struct out *o, json_object *doc)
{
	out_printf(o, "dirty tracking of HWPT %" PRId64 " is %s\n", doc_get_int(doc, "hwpt", 0),
		   doc_get_bool(doc, "dirty_tracking", false) ? "on" : "off");
}

/* --- read ------------------------------------------------------------------------------------- */

/* Runs of set bits as ranges. */
static json_object *dirty_ranges(const uint8_t *bitmap, uint64_t bits, uint64_t iova,
				 uint64_t page_size, uint64_t *pages)
{
	json_object *list = doc_list();
	uint64_t first = 0;
	bool in_run = false;

	*pages = 0;
	for (uint64_t i = 0; i <= bits; i++) {
		bool set = i < bits && (bitmap[i / 8] >> (i % 8) & 1);
		json_object *o;

		*pages += set;
		if (set && !in_run)
			first = i;
		if (!set && in_run) {
			o = doc_object();
			doc_add(o, "iova", doc_hex(iova + first * page_size, 64));
			doc_add(o, "length", doc_uint((i - first) * page_size));
			doc_push(list, o);
		}
		in_run = set;
	}
	return list;
}

/* The bytes of the range that the ledger has no mapping for. */
static uint64_t unmapped_bytes(const struct iommu_context *ctx, uint32_t ioas, uint64_t iova,
			       uint64_t length)
{
	uint64_t last = iova + length - 1, left = length;

	ledger_each_of(&ctx->ledger, LEDGER_MAPPING, ioas, e)
	{
		uint64_t from = e->key > iova ? e->key : iova, to = e->key + e->v - 1;

		if (to > last)
			to = last;
		if (from <= to)
			left -= to - from + 1;
	}
	return left;
}

/* The kernel answers "clean" to all of these. */
static void warn(struct operation *op, const struct uapi_hwpt_get_dirty_bitmap *req, uint64_t pages)
{
	const struct ledger_entry *e = ledger_find(&op->ctx.ledger, LEDGER_HWPT, req->hwpt_id, 0);
	const struct refusal_ctx what = { .id = req->hwpt_id };
	uint64_t gap;
	char size[32];

	if (!e || context_has_strangers(&op->ctx)) {
		if (!pages)
			context_warn(&op->ctx, "dirty-read.nothing", &what);
		return;
	}
	gap = unmapped_bytes(&op->ctx, e->parent, req->iova, req->length);
	if (gap)
		context_warn_words(&op->ctx, "dirty-read.unmapped", "iommuctl session show",
				   "%s of the range are not mapped: the kernel calls them clean "
				   "without a word",
				   show_size(gap, size));
	if (!(e->flags & LEDGER_TRACKING))
		context_warn_words(&op->ctx, "dirty-read.tracking-off", "iommuctl dirty start",
				   "dirty tracking of HWPT %" PRIu32 " is off: what is written now "
				   "is not seen",
				   req->hwpt_id);
}

static int read_bitmap(struct operation *op, struct uapi_hwpt_get_dirty_bitmap *req, uint64_t bits,
		       uint8_t *bitmap)
{
	const struct refusal_ctx what = {
		.id = req->hwpt_id, .flags = req->flags, .iova = req->iova, .length = req->length
	};
	uint64_t pages;
	int err;

	req->data = (uintptr_t)bitmap;
	err = call_hwpt_get_dirty_bitmap(op->ctx.iommufd, req);
	if (err)
		return context_refused(&op->ctx, OP_HWPT_GET_DIRTY_BITMAP, err, &what,
				       "cannot read the dirty bitmap of HWPT %" PRIu32,
				       req->hwpt_id);
	doc_add(op->doc, "hwpt", doc_uint(req->hwpt_id));
	doc_add(op->doc, "page_size", doc_uint(req->page_size));
	doc_add(op->doc, "cleared", doc_bool(!(req->flags & UAPI_DIRTY_BITMAP_NO_CLEAR)));
	doc_add(op->doc, "dirty", dirty_ranges(bitmap, bits, req->iova, req->page_size, &pages));
	doc_add(op->doc, "dirty_pages", doc_uint(pages));
	op->bare = "dirty_pages";
	warn(op, req, pages);
	return STATUS_OK;
}

static int act_read(struct operation *op, void *opts)
{
	const struct opts *o = opts;
	struct uapi_hwpt_get_dirty_bitmap req = {
		.flags = o->no_clear ? UAPI_DIRTY_BITMAP_NO_CLEAR : 0,
		.page_size = o->page_size ? o->page_size : 4096,
	};
	char **args = op->cli->args;
	uint64_t bits;
	uint8_t *bitmap;
	int status;

	if (operand_id(args[0], "a HWPT", &req.hwpt_id) ||
	    operand_number(args[1], "IOVA", UINT64_MAX, &req.iova) ||
	    operand_size(args[2], "length", &req.length))
		return STATUS_TROUBLE;
	bits = req.length / req.page_size + 1;
	if (bits > BITS_MAX)
		return err_usage("'%s' has more pages than can be read at once: %d", args[2],
				 BITS_MAX);
	/* Some room behind: the kernel writes whole words. */
	bitmap = mem_zalloc(bits / 8 + 64);
	status = read_bitmap(op, &req, req.length / req.page_size, bitmap);
	free(bitmap);
	return status;
}

static void view_read(struct out *o, json_object *doc)
{
	json_object *list = doc_get(doc, "dirty");
	char size[32];

	out_printf(o, "%" PRId64 " dirty pages of %s%s\n", doc_get_int(doc, "dirty_pages", 0),
		   show_size((uint64_t)doc_get_int(doc, "page_size", 0), size),
		   doc_get_bool(doc, "cleared", false) ? ", clean again now" : "");
	for (size_t i = 0; i < doc_len(list); i++)
		out_printf(o, "  %s  %s\n", doc_get_str(doc_at(list, i), "iova", "?"),
			   show_size((uint64_t)doc_get_int(doc_at(list, i), "length", 0), size));
}

static int run_start(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_start, view_tracking);
}

static int run_stop(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_stop, view_tracking);
}

static int run_read(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_read, view_read);
}

static const struct argp_option options[] = {
	{ "page-size", KEY_PAGE, "BYTES", 0, "one bit for so many bytes (4K)", 0 },
	{ "no-clear", KEY_NO_CLEAR, NULL, 0, "leave the pages dirty", 0 },
	{ 0 }
};

const struct command command_dirty_start = {
	.name = "dirty start",
	.section = "Page tables",
	.summary = "start to track which pages devices write",
	.args = "HWPT",
	.doc = "Starts dirty tracking on a HWPT that was allocated with --flags=dirty-tracking. "
	       "All "
	       "pages are clean at first.",
	.examples = { "iommuctl dirty start 3", "iommuctl dirty start 3 --json" },
	.min_args = 1,
	.max_args = 1,
	.uses = USES_SESSION,
	.run = run_start,
};

const struct command command_dirty_stop = {
	.name = "dirty stop",
	.section = "Page tables",
	.summary = "stop to track which pages devices write",
	.args = "HWPT",
	.doc = "Stops dirty tracking. What is dirty by then can still be read.",
	.examples = { "iommuctl dirty stop 3", "iommuctl dirty stop 3 --json" },
	.min_args = 1,
	.max_args = 1,
	.uses = USES_SESSION,
	.run = run_stop,
};

const struct command command_dirty_read = {
	.name = "dirty read",
	.section = "Page tables",
	.summary = "read which pages devices have written",
	.args = "HWPT IOVA LENGTH",
	.doc = "Reads the dirty pages of a range and makes them clean again. The kernel calls "
	       "clean "
	       "what is not mapped, and everything when tracking is off: both are said.",
	.examples = { "iommuctl dirty read 3 0x1000000 2M",
		      "iommuctl dirty read 3 0x1000000 2M --no-clear -q  # how many" },
	.min_args = 3,
	.max_args = 3,
	.uses = USES_SESSION,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run_read,
};
