/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Repair: one function for each way of following up, one row for each operation. */
#include "config.h"
#include "session/repair.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "session/context.h"
#include "session/show.h"
#include "uapi/calls.h"

/*
 * An intent: kind is the operation, and
 *			parent		other		v	w
 *	alloc		-		the id that it will have, or 0
 *	attach, detach	device		table		PASID or LEDGER_RID
 *	map, copy	IOAS
 *	unmap		IOAS				IOVA	length
 *	destroy		object
 *	dirty tracking	HWPT		flags
 */
typedef void followup(struct iommu_context *ctx, const struct ledger_entry *intent);

static void mark_uncertain(struct iommu_context *ctx, uint8_t type, uint32_t id, uint64_t key)
{
	const struct ledger_entry *e = ledger_find(&ctx->ledger, type, id, key);
	struct ledger_entry copy;
	char *text;

	if (!e)
		return;
	copy = *e;
	text = e->text ? mem_strdup(e->text) : NULL;
	copy.text = text;
	copy.flags = (uint8_t)((copy.flags | LEDGER_UNCERTAIN) & ~LEDGER_HAS_FD);
	copy.fd = -1;
	context_put(ctx, &copy);
	free(text);
}

static void undo_alloc(struct iommu_context *ctx, const struct ledger_entry *intent)
{
	uint32_t id = intent->other;
	int err;

	if (!id || ledger_object(&ctx->ledger, id)) {
		err_note("it may have left an object behind; its id is not known");
		return;
	}
	err = call_destroy(ctx->iommufd, id);
	if (!err)
		err_note("object %" PRIu32 ", which it had made, is destroyed", id);
	else if (err != -ENOENT)
		err_note("object %" PRIu32 ", which it had made, cannot be destroyed", id);
}

static int device_fd(struct iommu_context *ctx, uint32_t id)
{
	struct ledger_entry *e = ledger_find(&ctx->ledger, LEDGER_DEVICE, id, 0);

	return e ? context_fd(ctx, e) : -1;
}

static void redo_attach(struct iommu_context *ctx, const struct ledger_entry *intent)
{
	struct uapi_vfio_attach req = { .pt_id = intent->other };
	uint32_t device = intent->parent;
	uint64_t key = intent->v;
	int fd = device_fd(ctx, device);
	char *name = show_name(&ctx->ledger, device);

	if (key != LEDGER_RID) {
		req.flags = UAPI_VFIO_ATTACH_PASID;
		req.pasid = (uint32_t)key;
	}
	if (fd >= 0 && !call_vfio_attach(fd, &req)) {
		context_attached(ctx, device, key, intent->other, req.pt_id);
		err_note("%s is attached to HWPT %" PRIu32, name, req.pt_id);
	} else {
		mark_uncertain(ctx, LEDGER_ATTACHMENT, device, key);
		err_note("it is not certain what %s is attached to: detach it", name);
	}
	free(name);
}

static void redo_detach(struct iommu_context *ctx, const struct ledger_entry *intent)
{
	struct uapi_vfio_detach req = { 0 };
	int fd = device_fd(ctx, intent->parent);

	if (intent->v != LEDGER_RID) {
		req.flags = UAPI_VFIO_ATTACH_PASID;
		req.pasid = (uint32_t)intent->v;
	}
	if (fd >= 0 && !call_vfio_detach(fd, &req))
		context_detached(ctx, intent->parent, intent->v);
	else
		mark_uncertain(ctx, LEDGER_ATTACHMENT, intent->parent, intent->v);
}

static bool unmap(struct iommu_context *ctx, uint32_t ioas, uint64_t iova, uint64_t length)
{
	struct uapi_ioas_unmap req = { .ioas_id = ioas, .iova = iova, .length = length };

	return length && !call_ioas_unmap(ctx->iommufd, &req) && req.length;
}

/* What lies between the mappings of the ledger was mapped by the command that died. */
static void undo_map(struct iommu_context *ctx, const struct ledger_entry *intent)
{
	uint32_t ioas = intent->parent;
	uint64_t next = 0;
	bool found = false;

	/* Where others map too, the ledger does not tell whose a mapping is. */
	if (context_has_strangers(ctx) || !ledger_find(&ctx->ledger, LEDGER_IOAS, ioas, 0)) {
		err_note("it may have left a mapping in IOAS %" PRIu32 " behind", ioas);
		return;
	}
	ledger_each_of(&ctx->ledger, LEDGER_MAPPING, ioas, e)
	{
		found |= unmap(ctx, ioas, next, e->key - next);
		next = e->key + e->v;
	}
	/* From the last one to the end of addresses, which no mapping reaches. */
	found |= unmap(ctx, ioas, next, UINT64_MAX - next);
	if (found)
		err_note("what it had mapped in IOAS %" PRIu32 " is unmapped", ioas);
}

static void redo_unmap(struct iommu_context *ctx, const struct ledger_entry *intent)
{
	uint64_t last = intent->v + (intent->w - 1);

	if (intent->w == UINT64_MAX)
		last = UINT64_MAX;
	unmap(ctx, intent->parent, intent->v, intent->w);
	context_remove(ctx, LEDGER_MAPPING, intent->parent, intent->v, last);
}

static void redo_destroy(struct iommu_context *ctx, const struct ledger_entry *intent)
{
	const struct ledger_entry *e = ledger_object(&ctx->ledger, intent->parent);
	int err = call_destroy(ctx->iommufd, intent->parent);

	if (e && (!err || err == -ENOENT))
		context_destroyed(ctx, intent->parent);
}

static void redo_tracking(struct iommu_context *ctx, const struct ledger_entry *intent)
{
	struct uapi_hwpt_set_dirty_tracking req = { .hwpt_id = intent->parent,
						    .flags = intent->other };

	if (!call_hwpt_set_dirty_tracking(ctx->iommufd, &req))
		context_tracking(ctx, intent->parent, intent->other & UAPI_DIRTY_ENABLE);
}

/* Operations that are not here leave nothing behind: a binding ends with its descriptor. */
static followup *const followups[OP_COUNT] = {
	[OP_IOAS_ALLOC] = undo_alloc,
	[OP_HWPT_ALLOC] = undo_alloc,
	[OP_FAULT_QUEUE_ALLOC] = undo_alloc,
	[OP_VIOMMU_ALLOC] = undo_alloc,
	[OP_VDEVICE_ALLOC] = undo_alloc,
	[OP_VEVENTQ_ALLOC] = undo_alloc,
	[OP_HW_QUEUE_ALLOC] = undo_alloc,
	[OP_VFIO_ATTACH] = redo_attach,
	[OP_VFIO_DETACH] = redo_detach,
	[OP_IOAS_MAP] = undo_map,
	[OP_IOAS_MAP_FILE] = undo_map,
	[OP_IOAS_COPY] = undo_map,
	[OP_IOAS_UNMAP] = redo_unmap,
	[OP_DESTROY] = redo_destroy,
	[OP_HWPT_SET_DIRTY_TRACKING] = redo_tracking,
};

void repair(struct iommu_context *ctx)
{
	const struct ledger_entry *e = ledger_find(&ctx->ledger, LEDGER_PENDING, 0, 0);
	struct ledger_entry intent;
	char *text;

	if (!e)
		return;
	intent = *e;
	text = mem_strdup(e->text ? e->text : "");
	err_note("a command of this session died half-way (%s, %s)",
		 uapi_op_name((enum uapi_op)intent.kind), text);
	ledger_remove(&ctx->ledger, LEDGER_PENDING, 0, 0, 0);
	if (intent.kind < OP_COUNT && followups[intent.kind])
		followups[intent.kind](ctx, &intent);
	context_commit(ctx);
	free(text);
}
