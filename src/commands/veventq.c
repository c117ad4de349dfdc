/* SPDX-License-Identifier: GPL-2.0-or-later */
/* veventq-alloc and veventq read: what a virtual IOMMU has to report to its guest. */
#include "config.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands/table.h"
#include "commands/waiting.h"
#include "klog/internal.h"

enum { KEY_TYPE = 0x100, KEY_DEPTH, KEY_FLAGS };

struct opts {
	bool has_type;
	uint64_t type, depth, flags;
};

static error_t option_alloc(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	switch (key) {
	case KEY_TYPE:
		o->has_type = true;
		return uapi_names_option(&uapi_veventq_types, arg, &o->type) ? EINVAL : 0;
	case KEY_DEPTH:
		return option_number(arg, "depth", UINT32_MAX, &o->depth);
	case KEY_FLAGS:
		return option_number(arg, "flags", UINT32_MAX, &o->flags);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- alloc ----------------------------------------------------------------------------------- */

static int act_alloc(struct operation *op, void *opts)
{
	const struct opts *o = opts;
	struct uapi_veventq_alloc req = {
		.flags = (uint32_t)o->flags,
		.type = (uint32_t)o->type,
		.veventq_depth = (uint32_t)(o->depth ? o->depth : 256),
	};
	struct refusal_ctx what = { .flags = o->flags, .has_type = true, .type = req.type };
	struct ledger_entry e = { .type = LEDGER_VEVENTQ, .flags = LEDGER_HAS_FD };
	int err;

	if (!o->has_type)
		return err_usage("of which type? --type=arm-smmuv3, tegra241-cmdqv, selftest, or a "
				 "number");
	if (operand_id(op->cli->args[0], "a vIOMMU", &req.viommu_id))
		return STATUS_TROUBLE;
	what.id = req.viommu_id;
	if (!operation_intend_alloc(op, OP_VEVENTQ_ALLOC))
		return STATUS_FAILED;
	err = call_veventq_alloc(op->ctx.iommufd, &req);
	if (err)
		return context_refused(&op->ctx, OP_VEVENTQ_ALLOC, err, &what,
				       "cannot allocate an event queue on vIOMMU %" PRIu32,
				       req.viommu_id);
	e.id = req.out_veventq_id;
	e.fd = (int)req.out_veventq_fd;
	e.parent = req.viommu_id;
	e.kind = req.type;
	e.v = req.veventq_depth;
	queue_warn_closes(op);
	if (!uapi_name_of(&uapi_veventq_types, req.type))
		context_warn_words(&op->ctx, "veventq-alloc.unknown-type", NULL,
				   "the kernel takes any type here; one that the vIOMMU does not "
				   "have never delivers");
	return operation_object(op, &e);
}

static int run_alloc(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_alloc, operation_object_view);
}

/* --- read ------------------------------------------------------------------------------------- */

static uint64_t word_at(const uint8_t *buf, size_t i)
{
	uint64_t v;

	memcpy(&v, buf + i * sizeof(v), sizeof(v));
	return le64toh(v);
}

static json_object *words_doc(const uint8_t *buf, size_t n)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < n; i++)
		doc_push(list, doc_hex(word_at(buf, i), 64));
	return list;
}

static void decode_smmuv3(json_object *o, const uint8_t *buf, size_t len)
{
	uint64_t word0 = word_at(buf, 0);
	const struct klog_reason *reason = klog_reason(&klog_smmuv3_events, word0 & 0xff);

	(void)len;
	doc_add(o, "code", doc_hex(word0 & 0xff, 8));
	doc_add(o, "event", doc_str(reason ? reason->name : NULL));
	if (reason && reason->meaning)
		doc_add(o, "meaning", doc_str(reason->meaning));
	doc_add(o, "stream_id", doc_hex(word0 >> 32, 32));
	if (word0 >> 11 & 1)
		doc_add(o, "substream_id", doc_hex(word0 >> 12 & 0xfffff, 20));
	doc_add(o, "address", doc_hex(word_at(buf, 2), 64));
	doc_add(o, "raw", words_doc(buf, 4));
}

/* Bit n of the map: queue n has stopped at an error. */
static void decode_cmdqv(json_object *o, const uint8_t *buf, size_t len)
{
	json_object *queues = doc_list();

	(void)len;
	for (unsigned int i = 0; i < 128; i++)
		if (word_at(buf, i / 64) >> (i % 64) & 1)
			doc_push(queues, doc_uint(i));
	doc_add(o, "queues_with_error", queues);
	doc_add(o, "raw", words_doc(buf, 2));
}

static void decode_selftest(json_object *o, const uint8_t *buf, size_t len)
{
	uint32_t id;

	(void)len;
	memcpy(&id, buf, sizeof(id));
	doc_add(o, "virtual_id", doc_hex(id, 32));
}

static void decode_unknown(json_object *o, const uint8_t *buf, size_t len)
{
	char *hex = mem_alloc(len * 2 + 1);

	for (size_t i = 0; i < len; i++)
		snprintf(hex + i * 2, 3, "%02x", buf[i]);
	hex[len * 2] = '\0';
	doc_add(o, "raw", operation_text(hex));
}

static const struct event_type {
	uint32_t kind;
	size_t len;
	void (*decode)(json_object *o, const uint8_t *buf, size_t len);
} event_types[] = {
	{ UAPI_VEVENTQ_TYPE_ARM_SMMUV3, sizeof(struct uapi_vevent_arm_smmuv3), decode_smmuv3 },
	{ UAPI_VEVENTQ_TYPE_TEGRA241_CMDQV, sizeof(struct uapi_vevent_tegra241_cmdqv),
	  decode_cmdqv },
	{ UAPI_VEVENTQ_TYPE_SELFTEST, sizeof(struct uapi_vevent_selftest), decode_selftest },
};

static const struct event_type *type_of(uint32_t kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(event_types); i++)
		if (event_types[i].kind == kind)
			return &event_types[i];
	return NULL;
}

/* How long the data is the header does not say: of an unknown type all that is left is one event.
 */
static size_t take(struct waiting *w, const uint8_t *buf, size_t len)
{
	const struct event_type *type = type_of(w->kind);
	struct uapi_vevent_header h;
	json_object *o;
	size_t data;

	if (len < sizeof(h))
		return 0;
	memcpy(&h, buf, sizeof(h));
	o = doc_object();
	doc_add(o, "sequence", doc_uint(h.sequence));
	doc_add(o, "lost_events", doc_bool(h.flags & UAPI_VEVENT_LOST));
	data = h.flags & UAPI_VEVENT_LOST ? 0 : type ? type->len : len - sizeof(h);
	if (data > len - sizeof(h)) {
		json_object_put(o);
		return 0;
	}
	if (data && type)
		type->decode(o, buf + sizeof(h), data);
	else if (data)
		decode_unknown(o, buf + sizeof(h), data);
	waiting_record(w, o);
	return sizeof(h) + data;
}

static void view_event(struct out *o, json_object *r)
{
	json_object *queues = doc_get(r, "queues_with_error"), *raw = doc_get(r, "raw");

	out_printf(o, "%" PRId64, doc_get_int(r, "sequence", 0));
	if (doc_get_bool(r, "lost_events", false))
		out_str(o, "  events were lost here");
	if (doc_get(r, "code"))
		out_printf(o, "  %s (%s) stream %s address %s", doc_get_str(r, "event", "unknown"),
			   doc_get_str(r, "code", "?"), doc_get_str(r, "stream_id", "?"),
			   doc_get_str(r, "address", "?"));
	if (doc_get(r, "virtual_id"))
		out_printf(o, "  virtual id %s", doc_get_str(r, "virtual_id", "?"));
	for (size_t i = 0; i < doc_len(queues); i++)
		out_printf(o, "%s%" PRId64, i ? "," : "  errors of queues ",
			   json_object_get_int64(doc_at(queues, i)));
	if (json_object_is_type(raw, json_type_string))
		out_printf(o, "  %s", json_object_get_string(raw));
	if (doc_get(r, "meaning"))
		out_printf(o, ": %s", doc_get_str(r, "meaning", ""));
	out_str(o, "\n");
}

static int act_read(struct operation *op, void *opts)
{
	struct ledger_entry *e;
	struct waiting w = {
		.op = op,
		.opts = opts,
		.record = 64, /* a header and the longest data that is known, with room */
		.take = take,
		.view = view_event,
	};
	int status = queue_open(op, op->cli->args[0], LEDGER_VEVENTQ, &e);

	if (status != STATUS_OK)
		return status;
	w.fd = e->fd;
	w.id = e->id;
	w.kind = e->kind;
	return waiting_run(&w);
}

static int run_read(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_read, cli_view_nothing);
}

static const struct argp_option alloc_options[] = {
	{ "type", KEY_TYPE, "TYPE", 0, "arm-smmuv3, tegra241-cmdqv, selftest, or a number", 0 },
	{ "depth", KEY_DEPTH, "N", 0, "how many events it holds (256)", 0 },
	{ "flags", KEY_FLAGS, "FLAGS", 0, "flags as a number (Linux 7.3 has none)", 0 },
	{ 0 }
};

const struct command command_veventq_alloc = {
	.name = "veventq-alloc",
	.section = "Events and virtual IOMMUs",
	.summary = "make a queue for events of a virtual IOMMU",
	.args = "VIOMMU",
	.doc = "Makes a queue for the events of a vIOMMU that are for its guest. One of each type.",
	.examples = { "iommuctl veventq-alloc 4 --type=arm-smmuv3",
		      "iommuctl veventq-alloc 4 --type=tegra241-cmdqv --depth=16" },
	.min_args = 1,
	.max_args = 1,
	.uses = USES_SESSION,
	.options = alloc_options,
	.option = option_alloc,
	.opts_size = sizeof(struct opts),
	.run = run_alloc,
};

const struct command command_veventq_read = {
	.name = "veventq read",
	.section = "Events and virtual IOMMUs",
	.summary = "wait for events of a virtual IOMMU and show them",
	.args = "QUEUE",
	.doc = "Prints events as they come, decoded, until a signal, --count or --timeout ends it. "
	       "A "
	       "gap in the sequence is events that were lost.",
	.examples = { "iommuctl veventq read 6 --timeout=10",
		      "iommuctl veventq read 6 --json-lines" },
	.min_args = 1,
	.max_args = 1,
	.uses = USES_SESSION | USES_LINES,
	.options = waiting_options,
	.option = waiting_option,
	.opts_size = sizeof(struct waiting_opts),
	.run = run_read,
};
