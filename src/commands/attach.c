/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attach, replace, detach: which page table translates for a device. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands/operation.h"
#include "commands/table.h"

enum { KEY_PASID = 1 };

struct opts {
	bool has_pasid;
	uint64_t pasid;
};

struct job {
	const struct opts *opts;
	struct context_device device;
	char *title;
	uint64_t key;    /* in the ledger */
	uint32_t before; /* the HWPT it was on, 0 none */
	uint32_t pt;
};

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	if (key != KEY_PASID)
		return ARGP_ERR_UNKNOWN;
	o->has_pasid = true;
	return option_number(arg, "PASID", UINT32_MAX, &o->pasid);
}

/* Opens what is needed, in this order: the device, its descriptor. */
static int begin(struct operation *op, struct job *job)
{
	const struct ledger_entry *attachment;
	int status = context_device(&op->ctx, op->cli->args[0], &job->device);

	if (status != STATUS_OK)
		return status;
	job->title = operation_device_title(&job->device);
	job->key = job->opts->has_pasid ? job->opts->pasid : LEDGER_RID;
	attachment = context_attachment(&op->ctx, job->device.id, job->key);
	job->before = attachment ? attachment->parent : 0;
	return context_device_fd(&op->ctx, &job->device) < 0 ? STATUS_FAILED : STATUS_OK;
}

static int end(struct job *job, int status)
{
	context_device_free(&job->device);
	free(job->title);
	return status;
}

static struct refusal_ctx what_was_asked(const struct job *job)
{
	return (struct refusal_ctx) {
		.device = &job->device.dev,
		.dev_id = job->device.id,
		.pt_id = job->pt,
		.has_pasid = job->opts->has_pasid,
		.pasid = (uint32_t)job->opts->pasid,
		.attached = job->before != 0,
	};
}

static void describe(struct operation *op, const struct job *job)
{
	const struct ledger_entry *a = context_attachment(&op->ctx, job->device.id, job->key);

	operation_device(op->doc, &job->device);
	doc_add(op->doc, "attachment", a ? show_attachment(a) : NULL);
	if (job->before)
		doc_add(op->doc, "before", doc_uint(job->before));
	op->bare = "attachment.hwpt";
}

/* --- warnings ------------------------------------------------------------------------------- */

static bool cannot_pasid(const struct operation *op, const struct job *job)
{
	struct call_hw_info info;
	bool none;

	if (call_hw_info(op->ctx.iommufd, job->device.id, NULL, &info))
		return false;
	none = info.has_max_pasid && !info.max_pasid_log2;
	call_hw_info_free(&info);
	return none;
}

static void warn_of_siblings(struct operation *op, const struct job *job)
{
	uint32_t *ids;
	size_t n = context_siblings(&op->ctx, job->device.id, &ids);
	json_object *moved = doc_list();

	for (size_t i = 0; i < n; i++) {
		char *name = show_name(&op->ctx.ledger, ids[i]);

		doc_push(moved, doc_uint(ids[i]));
		context_warn_words(&op->ctx, "attach.replaced", "iommuctl session show",
				   "%s is in the same group and has moved along", name);
		free(name);
	}
	free(ids);
	doc_add(op->doc, "moved_along", moved);
}

/* The driver blocks the device before it looks whether the new table will do. */
static bool blocks_on_failure(const struct job *job)
{
	char *iommu = job->device.dev.bus ? devfact_iommu(job->device.dev.bus, job->device.dev.name)
					  : NULL;
	bool blocks = iommu && (!strncmp(iommu, "dmar", 4) || !strncmp(iommu, "ivhd", 4));

	free(iommu);
	return blocks;
}

static bool is_uncertain(const struct operation *op, const struct job *job)
{
	const struct ledger_entry *a = context_attachment(&op->ctx, job->device.id, job->key);

	return a && (a->flags & LEDGER_UNCERTAIN);
}

static void mark_uncertain(struct operation *op, const struct job *job)
{
	struct ledger_entry e = *context_attachment(&op->ctx, job->device.id, job->key);

	e.flags |= LEDGER_UNCERTAIN;
	e.text = NULL;
	context_put(&op->ctx, &e);
	context_commit(&op->ctx);
}

/* --- attach and replace ----------------------------------------------------------------------- */

static int refused(struct operation *op, const struct job *job, int err)
{
	const struct refusal_ctx what = what_was_asked(job);
	int status = context_refused(&op->ctx, OP_VFIO_ATTACH, err, &what,
				     job->before ? "cannot replace the table of %s by %" PRIu32
						 : "cannot attach %s to %" PRIu32,
				     job->title, job->pt);

	if (job->before && job->key == LEDGER_RID && blocks_on_failure(job))
		mark_uncertain(op, job);
	return status;
}

static void warn_after(struct operation *op, const struct job *job, bool was_uncertain,
		       uint32_t hwpt)
{
	const struct refusal_ctx what = what_was_asked(job);

	if (job->opts->has_pasid && cannot_pasid(op, job))
		context_warn(&op->ctx, "attach.no-pasid", &what);
	if (was_uncertain && hwpt == job->before)
		context_warn_words(
			&op->ctx, "replace.vtd-blocked", "detach it, then attach it again",
			"the kernel has answered success and done nothing: it counts HWPT "
			"%" PRIu32 " as attached since a replacement failed, and the DMA of "
			"%s is still blocked",
			hwpt, job->title);
	if (!job->before || hwpt == job->before)
		return;
	if (!strcmp(op->cli->command->name, "attach"))
		context_warn(&op->ctx, "attach.replaced-alone", &what);
	if (job->key == LEDGER_RID)
		warn_of_siblings(op, job);
}

static int attach(struct operation *op, struct job *job)
{
	struct uapi_vfio_attach req = { .pt_id = job->pt };
	bool was_uncertain = is_uncertain(op, job);
	int err, fd = context_device_fd(&op->ctx, &job->device);

	if (job->opts->has_pasid) {
		req.flags = UAPI_VFIO_ATTACH_PASID;
		req.pasid = (uint32_t)job->opts->pasid;
	}
	if (fd < 0 ||
	    !context_intend(&op->ctx, OP_VFIO_ATTACH, job->device.id, job->pt, job->key, 0))
		return STATUS_FAILED;
	err = call_vfio_attach(fd, &req);
	if (err)
		return refused(op, job, err);
	context_attached(&op->ctx, job->device.id, job->key, job->pt, req.pt_id);
	if (was_uncertain && req.pt_id == job->before)
		mark_uncertain(op, job);
	if (!context_commit(&op->ctx))
		return STATUS_FAILED;
	describe(op, job);
	warn_after(op, job, was_uncertain, req.pt_id);
	return STATUS_OK;
}

static int act(struct operation *op, void *opts)
{
	struct job job = { .opts = opts };
	bool replace = !strcmp(op->cli->command->name, "replace");
	bool make = op->cli->n_args < 2;
	int status;

	if (!make && operand_id(op->cli->args[1], "an IOAS or a HWPT", &job.pt))
		return STATUS_TROUBLE;
	if (job.opts->has_pasid && !job.opts->pasid)
		return err_usage("PASID 0 is the device itself: leave --pasid out");
	status = begin(op, &job);
	if (status != STATUS_OK)
		return end(&job, status);
	if (replace && !job.before) {
		err_report(
			0, job.title,
			"the kernel would attach it, silently; this command changes only what is "
			"there",
			"iommuctl attach", "%s is not attached: there is nothing to replace",
			job.title);
		return end(&job, STATUS_FAILED);
	}
	if (make)
		status = operation_make_ioas(op, &job.pt);
	if (status == STATUS_OK)
		status = attach(op, &job);
	if (status != STATUS_OK && make && job.pt)
		operation_take_back(op, job.pt);
	return end(&job, status);
}

static void view(struct out *o, json_object *doc)
{
	json_object *a = doc_get(doc, "attachment"), *d = doc_get(doc, "device");
	int64_t hwpt = doc_get_int(a, "hwpt", 0), asked = doc_get_int(a, "asked", 0);

	out_printf(o, "%s (device %" PRId64 ")", doc_get_str(d, "name", "device"),
		   doc_get_int(d, "id", 0));
	if (doc_get(a, "pasid"))
		out_printf(o, " PASID %" PRId64, doc_get_int(a, "pasid", 0));
	if (doc_get_int(doc, "before", 0) == hwpt)
		out_str(o, " was attached to this before, and nothing was done:");
	else if (doc_get(doc, "before"))
		out_printf(o, ": HWPT %" PRId64 " replaced by", doc_get_int(doc, "before", 0));
	else
		out_str(o, " attached to");
	out_printf(o, " HWPT %" PRId64, hwpt);
	if (hwpt != asked)
		out_printf(o,
			   ", which the kernel made for IOAS %" PRId64
			   " and which goes with the last detach",
			   asked);
	out_str(o, "\n");
	if (strcmp(doc_get_str(doc_get(doc, "context"), "kind", ""), "session"))
		out_str(o, "detached again when this command exits\n");
}

static int run(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act, view);
}

/* --- detach ----------------------------------------------------------------------------------- */

static int act_detach(struct operation *op, void *opts)
{
	struct job job = { .opts = opts };
	int status = begin(op, &job), err, fd;
	struct uapi_vfio_detach req = { 0 };
	const struct refusal_ctx what = what_was_asked(&job);

	if (status != STATUS_OK)
		return end(&job, status);
	if (job.opts->has_pasid) {
		req.flags = UAPI_VFIO_ATTACH_PASID;
		req.pasid = (uint32_t)job.opts->pasid;
	}
	fd = context_device_fd(&op->ctx, &job.device);
	if (fd < 0 || !context_intend(&op->ctx, OP_VFIO_DETACH, job.device.id, 0, job.key, 0))
		return end(&job, STATUS_FAILED);
	err = call_vfio_detach(fd, &req);
	if (err)
		return end(&job, context_refused(&op->ctx, OP_VFIO_DETACH, err, &what,
						 "cannot detach %s", job.title));
	context_detached(&op->ctx, job.device.id, job.key);
	if (!context_commit(&op->ctx))
		return end(&job, STATUS_FAILED);
	describe(op, &job);
	if (job.opts->has_pasid)
		doc_add(op->doc, "pasid", doc_uint(job.opts->pasid));
	op->bare = NULL;
	if (!job.before)
		context_warn(&op->ctx, "detach.not-attached", &what);
	return end(&job, STATUS_OK);
}

static void view_detach(struct out *o, json_object *doc)
{
	json_object *d = doc_get(doc, "device");

	out_printf(o, "%s (device %" PRId64 ") ", doc_get_str(d, "name", "device"),
		   doc_get_int(d, "id", 0));
	if (doc_get(doc, "pasid"))
		out_printf(o, "PASID %" PRId64 " ", doc_get_int(doc, "pasid", 0));
	if (doc_get(doc, "before"))
		out_printf(o, "detached from HWPT %" PRId64 ": its DMA is blocked\n",
			   doc_get_int(doc, "before", 0));
	else
		out_str(o, "was not attached\n");
}

static int run_detach(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_detach, view_detach);
}

static const struct argp_option options[] = {
	{ "pasid", KEY_PASID, "N", 0, "for this PASID of the device (Linux 6.15)", 0 }, { 0 }
};

const struct command command_attach = {
	.name = "attach",
	.section = "Devices and objects",
	.summary = "attach a device to a page table",
	.args = "DEVICE [PT]",
	.doc = "Attaches the device to PT: a HWPT, or an IOAS for which the kernel then makes a "
	       "HWPT "
	       "of its own; without PT an IOAS is made. A device that is attached changes over to "
	       "PT, which is said.",
	.examples = { "iommuctl attach 0000:01:00.0 1  # to IOAS 1",
		      "iommuctl attach 0000:01:00.0 3 --pasid=5" },
	.min_args = 1,
	.max_args = 2,
	.uses = USES_SESSION,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run,
};

const struct command command_replace = {
	.name = "replace",
	.section = "Devices and objects",
	.summary = "change the page table of an attached device",
	.args = "DEVICE PT",
	.doc = "Changes the device over to PT without detaching it in between. Refuses a device "
	       "that "
	       "is not attached, where the kernel would attach it silently. Other attached members "
	       "of its group move along.",
	.examples = { "iommuctl replace 0000:01:00.0 4", "iommuctl replace 0000:01:00.0 4 --json" },
	.min_args = 2,
	.max_args = 2,
	.uses = USES_SESSION,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run,
};

const struct command command_detach = {
	.name = "detach",
	.section = "Devices and objects",
	.summary = "detach a device from its page table",
	.args = "DEVICE",
	.doc = "Detaches the device: its DMA is blocked from then on. Succeeds on a device that is "
	       "not attached too, and says so.",
	.examples = { "iommuctl detach 0000:01:00.0", "iommuctl detach 0000:01:00.0 --pasid=5" },
	.min_args = 1,
	.max_args = 1,
	.uses = USES_SESSION,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run_detach,
};
