/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hwpt-alloc --probe: capability by experiment.
 *
 * Every combination of the flags and of the types of data that are known is
 * asked for, on an IOAS, on a nest parent and on a vIOMMU where those can be
 * had; what is accepted is freed at once.
 */
#include "config.h"
#include "commands/hwpt_alloc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "commands/data_words.h"
#include "render/table.h"

struct probe {
	struct operation *op;
	json_object *results;
	uint32_t device, fault;
	bool left; /* something could not be destroyed again */
};

struct parent {
	const char *name; /* "ioas", "nest-parent", "viommu arm-smmuv3" */
	uint32_t id;
};

/* What was made to try with goes again: no ledger has it. What did not work once may have been for
 * now. */
static void drop(struct probe *p, uint32_t id)
{
	int err = call_destroy(p->op->ctx.iommufd, id);

	if (err)
		err = call_destroy(p->op->ctx.iommufd, id);
	if (!err)
		return;
	err_report(-err, NULL, NULL,
		   "iommuctl destroy ID, or end the session: iommuctl session stop",
		   "cannot destroy object %" PRIu32 ", which was made to try with", id);
	p->left = true;
}

/* 0 or a negative errno; what was made is gone again. */
static int try_once(struct probe *p, uint32_t pt, uint32_t flags, const struct data_layout *layout)
{
	uint8_t data[DATA_MAX];
	struct uapi_hwpt_alloc req = {
		.flags = flags,
		.dev_id = p->device,
		.pt_id = pt,
		.fault_id = flags & UAPI_HWPT_FAULT_ID_VALID ? p->fault : 0,
	};
	int err;

	if (layout) {
		data_from_words(layout, NULL, 0, data);
		req.data_type = layout->type;
		req.data_len = data_len(layout, NULL, 0);
		req.data_uptr = (uintptr_t)data;
	}
	err = call_hwpt_alloc(p->op->ctx.iommufd, &req);
	if (!err)
		drop(p, req.out_hwpt_id);
	return err;
}

static void add_result(struct probe *p, const struct parent *parent, uint32_t flags,
		       const struct data_layout *layout, int err)
{
	json_object *o = doc_object();

	doc_add(o, "parent", doc_str(parent->name));
	doc_add(o, "flags", show_flags(&uapi_hwpt_flags, flags));
	doc_add(o, "data_type", doc_str(layout ? layout->name : "none"));
	doc_add(o, "accepted", doc_bool(!err));
	if (err && err_name(-err))
		doc_add(o, "errno", doc_str(err_name(-err)));
	else if (err)
		doc_add(o, "errno", doc_printf("%d", -err));
	doc_push(p->results, o);
}

static void try_all(struct probe *p, const struct parent *parent)
{
	/* Without a fault queue the kernel would say ENOENT to the flag. */
	const uint32_t all = p->fault ? 0xf : 0xf & ~(uint32_t)UAPI_HWPT_FAULT_ID_VALID;

	for (uint32_t flags = 0; flags <= all; flags++) {
		if (flags & ~all)
			continue;
		add_result(p, parent, flags, NULL, try_once(p, parent->id, flags, NULL));
		for (const struct data_layout *l = data_hwpt; l->name; l++)
			add_result(p, parent, flags, l, try_once(p, parent->id, flags, l));
	}
}

static void try_viommus(struct probe *p, uint32_t nest_parent)
{
	for (const struct uapi_name *n = uapi_viommu_types.names; n->name; n++) {
		uint64_t out[2] = { 0 };
		struct uapi_viommu_alloc req = {
			.type = (uint32_t)n->value,
			.dev_id = p->device,
			.hwpt_id = nest_parent,
		};
		struct parent parent;
		char *name;

		if (!n->value)
			continue;
		if (n->value == UAPI_VIOMMU_TYPE_TEGRA241_CMDQV) {
			req.data_len = sizeof(out);
			req.data_uptr = (uintptr_t)out;
		}
		if (call_viommu_alloc(p->op->ctx.iommufd, &req))
			continue;
		name = mem_printf("viommu %s", n->name);
		parent = (struct parent) { name, req.out_viommu_id };
		try_all(p, &parent);
		drop(p, req.out_viommu_id);
		free(name);
	}
}

static void try_nested(struct probe *p, uint32_t ioas)
{
	struct uapi_hwpt_alloc req = {
		.flags = UAPI_HWPT_NEST_PARENT,
		.dev_id = p->device,
		.pt_id = ioas,
	};
	struct parent parent = { "nest-parent", 0 };

	if (call_hwpt_alloc(p->op->ctx.iommufd, &req))
		return;
	parent.id = req.out_hwpt_id;
	try_all(p, &parent);
	try_viommus(p, parent.id);
	drop(p, parent.id);
}

static int probe_device(struct probe *p)
{
	struct uapi_ioas_alloc ioas = { 0 };
	struct uapi_fault_queue_alloc fault = { 0 };
	const struct refusal_ctx what = { 0 };
	struct parent parent = { "ioas", 0 };
	int err = call_ioas_alloc(p->op->ctx.iommufd, &ioas);
	bool has_fault;

	if (err)
		return context_refused(&p->op->ctx, OP_IOAS_ALLOC, err, &what,
				       "cannot allocate an IOAS to try with");
	err = call_fault_queue_alloc(p->op->ctx.iommufd, &fault);
	has_fault = !err;
	if (err)
		err_note("the flag fault-id-valid is not tried: there is no fault queue: %s",
			 err == -ENOTTY ? "Linux 6.11 or newer has them" : strerror(-err));
	p->fault = has_fault ? fault.out_fault_id : 0;
	parent.id = ioas.out_ioas_id;
	try_all(p, &parent);
	try_nested(p, parent.id);
	if (has_fault) {
		close((int)fault.out_fault_fd);
		drop(p, fault.out_fault_id);
	}
	drop(p, parent.id);
	return p->left ? STATUS_FAILED : STATUS_OK;
}

int hwpt_probe(struct operation *op, const char *device)
{
	struct probe p = { .op = op, .results = doc_list() };
	struct context_device d;
	int status = context_device_borrowed(&op->ctx, device, &d);

	if (status == STATUS_OK) {
		p.device = d.id;
		operation_device(op->doc, &d);
		/* Should this die, what it made is the lowest id that is not in the ledger. */
		status = operation_intend_alloc(op, OP_HWPT_ALLOC) ? probe_device(&p)
								   : STATUS_FAILED;
		context_abandon(&op->ctx);
	}
	context_device_free(&d);
	doc_add(op->doc, "results", p.results);
	return status;
}

/* --- the table ------------------------------------------------------------------------------ */

static char *flags_text(json_object *list)
{
	char *text = NULL;

	for (size_t i = 0; i < doc_len(list); i++)
		text = mem_append(text, ",", json_object_get_string(doc_at(list, i)));
	return text ? text : mem_strdup("-");
}

static void result_cell(struct table *t, json_object *r)
{
	if (doc_get_bool(r, "accepted", false))
		table_cell_styled(t, OUT_GOOD, "yes");
	else
		table_cell_styled(t, OUT_DIM, doc_get_str(r, "errno", "?"));
}

/* One row for each parent and set of flags, one column for each type of data. */
static void everything_view(struct out *o, json_object *list)
{
	static const struct table_column columns[] = {
		{ "PARENT", TABLE_LEFT },     { "FLAGS", TABLE_LEFT },
		{ "NO DATA", TABLE_LEFT },    { "VTD-S1", TABLE_LEFT },
		{ "ARM-SMMUV3", TABLE_LEFT }, { "AMD-GUEST", TABLE_LEFT },
		{ "SELFTEST", TABLE_LEFT },   { "DEFAULT", TABLE_LEFT },
	};
	size_t per_row = ARRAY_SIZE(columns) - 2;
	struct table t;

	table_init(&t, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *r = doc_at(list, i);

		if (i % per_row == 0) {
			char *flags = flags_text(doc_get(r, "flags"));

			table_cell(&t, doc_get_str(r, "parent", "?"));
			table_cell(&t, flags);
			free(flags);
		}
		result_cell(&t, r);
	}
	table_render(&t, o);
	table_free(&t);
}

static bool same_place(json_object *a, json_object *b)
{
	return b && !strcmp(doc_get_str(a, "parent", ""), doc_get_str(b, "parent", "")) &&
	       json_object_equal(doc_get(a, "flags"), doc_get(b, "flags"));
}

/* What was accepted: the types of data in one row for each parent and set of flags. */
static void accepted_view(struct out *o, json_object *list)
{
	static const struct table_column columns[] = {
		{ "PARENT", TABLE_LEFT },
		{ "FLAGS", TABLE_LEFT },
		{ "DATA", TABLE_LEFT },
	};
	char *types = NULL;
	struct table t;

	table_init(&t, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *r = doc_at(list, i);
		char *flags;

		if (doc_get_bool(r, "accepted", false))
			types = mem_append(types, ", ", doc_get_str(r, "data_type", "?"));
		if (!types || (i + 1 < doc_len(list) && same_place(r, doc_at(list, i + 1))))
			continue;
		flags = flags_text(doc_get(r, "flags"));
		table_cell(&t, doc_get_str(r, "parent", "?"));
		table_cell(&t, flags);
		table_cell(&t, types);
		free(flags);
		free(types);
		types = NULL;
	}
	table_render(&t, o);
	table_free(&t);
}

/* "refused: 80 with EOPNOTSUPP, 12 with EINVAL (all of it: -v)" */
static void refused_line(struct out *o, json_object *list)
{
	struct {
		const char *name;
		size_t count;
	} errnos[16];
	size_t n = 0;

	for (size_t i = 0; i < doc_len(list); i++) {
		const char *name = doc_get_str(doc_at(list, i), "errno", NULL);
		size_t at = 0;

		while (name && at < n && strcmp(errnos[at].name, name))
			at++;
		if (!name || at == ARRAY_SIZE(errnos))
			continue;
		if (at == n) {
			errnos[at].name = name;
			errnos[at].count = 0;
			n++;
		}
		errnos[at].count++;
	}
	for (size_t i = 0; i < n; i++)
		out_printf(o, "%s%zu with %s", i ? ", " : "refused: ", errnos[i].count,
			   errnos[i].name);
	if (n)
		out_str(o, " (all of it: -v)\n");
}

void hwpt_probe_view(struct out *o, json_object *doc)
{
	json_object *list = doc_get(doc, "results");

	if (o->verbose) {
		everything_view(o, list);
		return;
	}
	accepted_view(o, list);
	refused_line(o, list);
}
