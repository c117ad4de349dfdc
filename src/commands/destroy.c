/* SPDX-License-Identifier: GPL-2.0-or-later */
/* destroy: objects by their ids, in the order given. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "commands/operation.h"
#include "commands/table.h"

/* A queue ends only when its descriptor is closed; while somebody needs the queue it is kept. */
static void close_queue(struct operation *op, const struct ledger_entry *e)
{
	if (!e || !(e->flags & LEDGER_HAS_FD) ||
	    (e->type != LEDGER_FAULT && e->type != LEDGER_VEVENTQ))
		return;
	ledger_each(&op->ctx.ledger, LEDGER_HWPT,
		    hwpt) if (e->type == LEDGER_FAULT && hwpt->other == e->id) return;
	context_drop_fd(&op->ctx, e);
	context_commit(&op->ctx);
}

static int destroy_one(struct operation *op, uint32_t id, json_object *list)
{
	const struct ledger_entry *e = ledger_object(&op->ctx.ledger, id);
	struct refusal_ctx what = { .id = id };
	struct context_device d = { .dev.fd = -1 };
	char *title = show_name(&op->ctx.ledger, id), word[16];
	json_object *o;
	int err, status = STATUS_OK;

	close_queue(op, e);
	e = ledger_object(&op->ctx.ledger, id);
	o = e ? show_object(&op->ctx.ledger, e) : NULL;
	if (!context_intend(&op->ctx, OP_DESTROY, id, 0, 0, 0)) {
		json_object_put(o);
		free(title);
		return STATUS_FAILED;
	}
	err = call_destroy(op->ctx.iommufd, id);
	if (err) {
		snprintf(word, sizeof(word), "%" PRIu32, id);
		if (e && e->type == LEDGER_DEVICE && !context_device(&op->ctx, word, &d))
			what.device = &d.dev;
		status = context_refused(&op->ctx, OP_DESTROY, err, &what, "cannot destroy %s",
					 title);
		context_device_free(&d);
		json_object_put(o);
	} else {
		context_destroyed(&op->ctx, id);
		status = context_commit(&op->ctx) ? STATUS_OK : STATUS_FAILED;
		if (!o) {
			o = doc_object();
			doc_add(o, "type", NULL);
			doc_add(o, "id", doc_uint(id));
		}
		doc_push(list, o);
	}
	free(title);
	return status;
}

static int act(struct operation *op, void *opts)
{
	json_object *list = doc_list();
	int status = STATUS_OK;

	(void)opts;
	doc_add(op->doc, "destroyed", list);
	for (int i = 0; i < op->cli->n_args; i++) {
		uint32_t id;

		if (operand_id(op->cli->args[i], "an object", &id))
			return STATUS_TROUBLE;
	}
	for (int i = 0; i < op->cli->n_args; i++) {
		uint32_t id;

		(void)operand_id(op->cli->args[i], "an object", &id);
		if (destroy_one(op, id, list) != STATUS_OK)
			status = STATUS_FAILED;
	}
	op->partial = doc_len(list) > 0;
	return status;
}

static void view(struct out *o, json_object *doc)
{
	json_object *list = doc_get(doc, "destroyed");

	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *object = doc_at(list, i);

		if (doc_get(object, "type"))
			out_printf(o, "%s %" PRId64 " destroyed\n",
				   show_title(doc_get_str(object, "type", "")),
				   doc_get_int(object, "id", 0));
		else
			out_printf(o, "object %" PRId64 " destroyed\n",
				   doc_get_int(object, "id", 0));
	}
}

static int run(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act, view);
}

const struct command command_destroy = {
	.name = "destroy",
	.section = "Devices and objects",
	.summary = "destroy objects",
	.args = "ID...",
	.doc = "Destroys objects, in the order given: what depends on others first (nested HWPTs, "
	       "vDEVICEs, queues, vIOMMUs, parent HWPTs, IOASes). The descriptor of a queue is "
	       "closed first. A device object ends only with unbind. When something still uses an "
	       "object, the answer names it.",
	.examples = { "iommuctl destroy 4 3 1", "iommuctl destroy 3 --json" },
	.min_args = 1,
	.max_args = -1,
	.uses = USES_SESSION,
	.run = run,
};
