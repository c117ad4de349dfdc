/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What follows from a change for the ledger: what the kernel made along with
 * something, moves along with it, or ends with it; and what the ledger then
 * tells of the objects.
 */
#include "config.h"
#include "session/context.h"

#include <stdlib.h>

#include "base/mem.h"

struct ledger_entry *context_attachment(const struct iommu_context *ctx, uint32_t device,
					uint64_t key)
{
	return ledger_find(&ctx->ledger, LEDGER_ATTACHMENT, device, key);
}

static bool is_attached_to(const struct iommu_context *ctx, uint32_t hwpt)
{
	ledger_each(&ctx->ledger, LEDGER_ATTACHMENT, e) if (e->parent == hwpt) return true;
	return false;
}

/* A table that the kernel made for an attachment goes with the last one. */
static void drop_if_automatic(struct iommu_context *ctx, uint32_t hwpt)
{
	const struct ledger_entry *e = ledger_find(&ctx->ledger, LEDGER_HWPT, hwpt, 0);

	if (e && (e->flags & LEDGER_AUTO) && !is_attached_to(ctx, hwpt))
		context_remove(ctx, LEDGER_HWPT, hwpt, 0, 0);
}

static void set_attachment(struct iommu_context *ctx, uint32_t device, uint64_t key, uint32_t pt,
			   uint32_t hwpt)
{
	const struct ledger_entry e = {
		.type = LEDGER_ATTACHMENT,
		.id = device,
		.key = key,
		.parent = hwpt,
		.other = pt,
		.fd = -1,
	};

	context_put(ctx, &e);
}

size_t context_siblings(const struct iommu_context *ctx, uint32_t device, uint32_t **ids)
{
	const struct ledger_entry *self = ledger_find(&ctx->ledger, LEDGER_DEVICE, device, 0);
	size_t n = 0;

	*ids = NULL;
	if (!self || self->kind == UINT32_MAX)
		return 0;
	ledger_each(&ctx->ledger, LEDGER_DEVICE, e)
	{
		if (e->id == device || e->kind != self->kind ||
		    !context_attachment(ctx, e->id, LEDGER_RID))
			continue;
		*ids = mem_grow(*ids, n, sizeof(**ids));
		(*ids)[n++] = e->id;
	}
	return n;
}

void context_attached(struct iommu_context *ctx, uint32_t device, uint64_t key, uint32_t pt,
		      uint32_t hwpt)
{
	const struct ledger_entry *old = context_attachment(ctx, device, key);
	uint32_t left = old ? old->parent : 0, *siblings = NULL;
	size_t n = key == LEDGER_RID && old ? context_siblings(ctx, device, &siblings) : 0;

	/* An id that nobody has asked for was made by the kernel. */
	if (hwpt != pt && !ledger_find(&ctx->ledger, LEDGER_HWPT, hwpt, 0)) {
		const struct ledger_entry e = {
			.type = LEDGER_HWPT,
			.flags = LEDGER_AUTO,
			.id = hwpt,
			.parent = pt,
			.fd = -1,
		};

		context_put(ctx, &e);
	}
	set_attachment(ctx, device, key, pt, hwpt);
	/* All attached members of a group change over together. */
	for (size_t i = 0; i < n; i++)
		set_attachment(ctx, siblings[i], LEDGER_RID, pt, hwpt);
	free(siblings);
	if (left && left != hwpt)
		drop_if_automatic(ctx, left);
}

void context_detached(struct iommu_context *ctx, uint32_t device, uint64_t key)
{
	const struct ledger_entry *old = context_attachment(ctx, device, key);
	uint32_t left = old ? old->parent : 0;

	if (!old)
		return;
	context_remove(ctx, LEDGER_ATTACHMENT, device, key, key);
	drop_if_automatic(ctx, left);
}

void context_unbound(struct iommu_context *ctx, uint32_t device)
{
	uint32_t *vdevices = NULL;
	size_t n = 0;

	for (;;) {
		size_t i = ledger_first(&ctx->ledger, LEDGER_ATTACHMENT, device);
		const struct ledger_entry *e = &ctx->ledger.entries[i];

		if (i == ctx->ledger.count || e->type != LEDGER_ATTACHMENT || e->id != device)
			break;
		context_detached(ctx, device, e->key);
	}
	ledger_each(&ctx->ledger, LEDGER_VDEVICE, e)
	{
		if (e->other != device || (e->flags & LEDGER_TOMBSTONE))
			continue;
		vdevices = mem_grow(vdevices, n, sizeof(*vdevices));
		vdevices[n++] = e->id;
	}
	/* The id of a vDEVICE whose device went first stays burnt until the context ends. */
	for (size_t i = 0; i < n; i++) {
		struct ledger_entry e = *ledger_find(&ctx->ledger, LEDGER_VDEVICE, vdevices[i], 0);

		e.flags |= LEDGER_TOMBSTONE;
		e.text = NULL;
		context_put(ctx, &e);
	}
	free(vdevices);
	context_remove(ctx, LEDGER_DEVICE, device, 0, 0);
}

void context_destroyed(struct iommu_context *ctx, uint32_t id)
{
	const struct ledger_entry *e = ledger_object(&ctx->ledger, id);

	if (!e)
		return;
	if (e->type == LEDGER_IOAS)
		context_remove(ctx, LEDGER_MAPPING, id, 0, UINT64_MAX);
	context_remove(ctx, e->type, id, 0, 0);
}

void context_tracking(struct iommu_context *ctx, uint32_t hwpt, bool on)
{
	const struct ledger_entry *e = ledger_find(&ctx->ledger, LEDGER_HWPT, hwpt, 0);
	struct ledger_entry copy;

	if (!e)
		return;
	copy = *e;
	copy.flags = (uint8_t)(on ? copy.flags | LEDGER_TRACKING : copy.flags & ~LEDGER_TRACKING);
	copy.text = NULL;
	context_put(ctx, &copy);
}

uint32_t context_next_id(const struct iommu_context *ctx)
{
	size_t queues = ledger_first(&ctx->ledger, LEDGER_HW_QUEUE, 0);

	/* Strangers have ids that are not in the ledger, and so has the access object that comes
	 * with a hardware queue. */
	if (context_has_strangers(ctx) ||
	    (queues < ctx->ledger.count && ctx->ledger.entries[queues].type == LEDGER_HW_QUEUE))
		return 0;
	return ledger_next_id(&ctx->ledger);
}

bool context_pins(const struct iommu_context *ctx, uint32_t ioas)
{
	ledger_each(&ctx->ledger, LEDGER_HWPT, e) if (e->parent == ioas) return true;
	return is_attached_to(ctx, ioas);
}
