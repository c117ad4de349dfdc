/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault-queue alloc, read, respond: page requests of devices. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "commands/table.h"
#include "commands/waiting.h"

enum { KEY_FLAGS = 'f' };

struct opts {
	uint64_t flags;
};

static error_t option_alloc(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	return key == KEY_FLAGS ? option_number(arg, "flags", UINT32_MAX, &o->flags)
				: ARGP_ERR_UNKNOWN;
}

/* --- alloc ----------------------------------------------------------------------------------- */

static int act_alloc(struct operation *op, void *opts)
{
	const struct opts *o = opts;
	struct uapi_fault_queue_alloc req = { .flags = (uint32_t)o->flags };
	const struct refusal_ctx what = { .flags = o->flags };
	struct ledger_entry e = { .type = LEDGER_FAULT, .flags = LEDGER_HAS_FD };
	int err;

	if (!operation_intend_alloc(op, OP_FAULT_QUEUE_ALLOC))
		return STATUS_FAILED;
	err = call_fault_queue_alloc(op->ctx.iommufd, &req);
	if (err)
		return context_refused(&op->ctx, OP_FAULT_QUEUE_ALLOC, err, &what,
				       "cannot allocate a fault queue");
	e.id = req.out_fault_id;
	e.fd = (int)req.out_fault_fd;
	queue_warn_closes(op);
	return operation_object(op, &e);
}

static int run_alloc(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_alloc, operation_object_view);
}

/* --- read ------------------------------------------------------------------------------------- */

static json_object *fault_doc(const struct uapi_fault *f)
{
	json_object *o = doc_object();

	doc_add(o, "device", doc_uint(f->dev_id));
	if (f->flags & UAPI_FAULT_PASID_VALID)
		doc_add(o, "pasid", doc_uint(f->pasid));
	doc_add(o, "group", doc_uint(f->grpid));
	doc_add(o, "access", show_flags(&uapi_fault_perms, f->perm));
	doc_add(o, "address", doc_hex(f->addr, 64));
	doc_add(o, "last", doc_bool(f->flags & UAPI_FAULT_LAST_PAGE));
	doc_add(o, "cookie", doc_uint(f->cookie));
	return o;
}

static size_t take(struct waiting *w, const uint8_t *buf, size_t len)
{
	struct uapi_fault f;

	if (len < sizeof(f))
		return 0;
	memcpy(&f, buf, sizeof(f));
	waiting_record(w, fault_doc(&f));
	return sizeof(f);
}

static void view_fault(struct out *o, json_object *r)
{
	json_object *access = doc_get(r, "access");

	out_printf(o, "device %" PRId64, doc_get_int(r, "device", 0));
	if (doc_get(r, "pasid"))
		out_printf(o, " PASID %" PRId64, doc_get_int(r, "pasid", 0));
	out_printf(o, " wants %s to ", doc_get_str(r, "address", "?"));
	for (size_t i = 0; i < doc_len(access); i++)
		out_printf(o, "%s%s", i ? "," : "", json_object_get_string(doc_at(access, i)));
	out_printf(o, "  group %" PRId64 "%s  cookie %" PRId64 "\n", doc_get_int(r, "group", 0),
		   doc_get_bool(r, "last", false) ? " (last)" : "", doc_get_int(r, "cookie", 0));
}

static int act_read(struct operation *op, void *opts)
{
	struct ledger_entry *e;
	struct waiting w = {
		.op = op,
		.opts = opts,
		.record = sizeof(struct uapi_fault),
		.take = take,
		.view = view_fault,
	};
	int status = queue_open(op, op->cli->args[0], LEDGER_FAULT, &e);

	if (status != STATUS_OK)
		return status;
	w.fd = e->fd;
	w.id = e->id;
	return waiting_run(&w);
}

static int run_read(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_read, cli_view_nothing);
}

/* --- respond ---------------------------------------------------------------------------------- */

static int act_respond(struct operation *op, void *opts)
{
	struct uapi_fault_response response = { 0 };
	struct refusal_ctx what = { 0 };
	struct ledger_entry *e;
	uint64_t code;
	int status;

	(void)opts;
	if (operand_id(op->cli->args[1], "a group (its cookie)", &response.cookie) ||
	    uapi_names_option(&uapi_fault_codes, op->cli->args[2], &code))
		return STATUS_TROUBLE;
	response.code = (uint32_t)code;
	status = queue_open(op, op->cli->args[0], LEDGER_FAULT, &e);
	if (status != STATUS_OK)
		return status;
	what.id = e->id;
	if (write(e->fd, &response, sizeof(response)) != sizeof(response))
		return context_refused(&op->ctx, OP_FAULT_RESPOND, errno, &what,
				       "cannot answer cookie %" PRIu32 " of fault queue %" PRIu32,
				       response.cookie, e->id);
	doc_add(op->doc, "queue", doc_uint(e->id));
	doc_add(op->doc, "cookie", doc_uint(response.cookie));
	doc_add(op->doc, "answer", operation_text(uapi_names_text(&uapi_fault_codes, code)));
	return STATUS_OK;
}

static void view_respond(struct out *o, json_object *doc)
{
	out_printf(o, "cookie %" PRId64 " answered: %s\n", doc_get_int(doc, "cookie", 0),
		   doc_get_str(doc, "answer", "?"));
}

static int run_respond(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_respond, view_respond);
}

static const struct argp_option alloc_options[] = {
	{ "flags", KEY_FLAGS, "FLAGS", 0, "flags as a number (Linux 7.3 has none)", 0 }, { 0 }
};

const struct command command_fault_queue_alloc = {
	.name = "fault-queue alloc",
	.section = "Events and virtual IOMMUs",
	.summary = "make a queue for page requests",
	.args = "",
	.doc = "Makes a fault queue; hwpt-alloc --fault-queue=ID sends the page requests of a "
	       "table "
	       "there. Whether the device has page requests is found out at attach.",
	.examples = { "iommuctl fault-queue alloc", "q=$(iommuctl fault-queue alloc -q)" },
	.min_args = 0,
	.max_args = 0,
	.uses = USES_SESSION,
	.options = alloc_options,
	.option = option_alloc,
	.opts_size = sizeof(struct opts),
	.run = run_alloc,
};

const struct command command_fault_queue_read = {
	.name = "fault-queue read",
	.section = "Events and virtual IOMMUs",
	.summary = "wait for page requests and show them",
	.args = "QUEUE",
	.doc = "Prints page requests as they come, until a signal, --count or --timeout ends it. "
	       "Groups are given whole, so more than --count may come. Each group waits for an "
	       "answer: fault-queue respond.",
	.examples = { "iommuctl fault-queue read 3 --timeout=10",
		      "iommuctl fault-queue read 3 --count=1 --json" },
	.min_args = 1,
	.max_args = 1,
	.uses = USES_SESSION | USES_LINES,
	.options = waiting_options,
	.option = waiting_option,
	.opts_size = sizeof(struct waiting_opts),
	.run = run_read,
};

const struct command command_fault_queue_respond = {
	.name = "fault-queue respond",
	.section = "Events and virtual IOMMUs",
	.summary = "answer a group of page requests",
	.args = "QUEUE COOKIE ANSWER",
	.doc = "Answers the group with this cookie: success (the page is there now) or invalid.",
	.examples = { "iommuctl fault-queue respond 3 7 success",
		      "iommuctl fault-queue respond 3 7 invalid" },
	.min_args = 3,
	.max_args = 3,
	.uses = USES_SESSION,
	.run = run_respond,
};
