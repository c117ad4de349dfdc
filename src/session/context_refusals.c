/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What refusals may ask of the ledger: types of objects, what holds them, mappings. */
#include "config.h"
#include "session/context.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "session/show.h"

static enum uapi_object object_type(const struct ledger_entry *e)
{
	static const enum uapi_object types[LEDGER_TYPES] = {
		[LEDGER_DEVICE] = OBJECT_DEVICE,   [LEDGER_IOAS] = OBJECT_IOAS,
		[LEDGER_HWPT] = OBJECT_HWPT,       [LEDGER_FAULT] = OBJECT_FAULT_QUEUE,
		[LEDGER_VIOMMU] = OBJECT_VIOMMU,   [LEDGER_VDEVICE] = OBJECT_VDEVICE,
		[LEDGER_VEVENTQ] = OBJECT_VEVENTQ, [LEDGER_HW_QUEUE] = OBJECT_HW_QUEUE,
	};

	if (!e)
		return OBJECT_NONE;
	if (e->type == LEDGER_HWPT && (e->flags & LEDGER_AUTO))
		return OBJECT_HWPT_AUTO;
	if (e->type == LEDGER_HWPT && (e->flags & LEDGER_NESTED))
		return OBJECT_HWPT_NESTED;
	if (e->type == LEDGER_DEVICE && (e->flags & LEDGER_EMULATED))
		return OBJECT_ACCESS;
	return types[e->type];
}

static enum uapi_object refusal_type(void *arg, uint32_t id)
{
	const struct iommu_context *ctx = arg;

	return object_type(ledger_object(&ctx->ledger, id));
}

/* Does the entry @e keep the object @o from being destroyed? */
static bool holds(const struct ledger_entry *e, const struct ledger_entry *o)
{
	switch (e->type) {
	case LEDGER_HWPT:
		return e->parent == o->id || (o->type == LEDGER_FAULT && e->other == o->id);
	case LEDGER_VIOMMU:
	case LEDGER_VEVENTQ:
		return e->parent == o->id;
	case LEDGER_HW_QUEUE:
		return e->parent == o->id || (o->type == LEDGER_HW_QUEUE &&
					      e->parent == o->parent && e->other > o->other);
	case LEDGER_VDEVICE:
		return !(e->flags & LEDGER_TOMBSTONE) && (e->parent == o->id || e->other == o->id);
	case LEDGER_ATTACHMENT:
		return e->parent == o->id;
	default:
		return false;
	}
}

static char *holder_text(const struct iommu_context *ctx, const struct ledger_entry *e)
{
	char *name = show_name(&ctx->ledger, e->id), *text;

	if (e->type != LEDGER_ATTACHMENT)
		return name;
	if (e->key == LEDGER_RID)
		text = mem_printf("%s is attached", name);
	else
		text = mem_printf("PASID %" PRIu64 " of %s is attached", e->key, name);
	free(name);
	return text;
}

static char *refusal_holders(void *arg, uint32_t id)
{
	const struct iommu_context *ctx = arg;
	const struct ledger_entry *o = ledger_object(&ctx->ledger, id);
	char *text = NULL;

	for (size_t i = 0; o && i < ctx->ledger.count; i++)
		if (holds(&ctx->ledger.entries[i], o))
			text = mem_join(text, ", ", holder_text(ctx, &ctx->ledger.entries[i]));
	if (o && (o->flags & LEDGER_HAS_FD) && o->type != LEDGER_DEVICE)
		text = mem_join(text, ", ", mem_strdup("its descriptor is open"));
	return text;
}

static char *refusal_mappings(void *arg, uint32_t ioas, uint64_t iova, uint64_t length)
{
	const struct iommu_context *ctx = arg;
	uint64_t last = length ? iova + length - 1 : UINT64_MAX;
	char *text = NULL;

	if (!length)
		iova = 0;
	ledger_each_of(&ctx->ledger, LEDGER_MAPPING, ioas, e)
	{
		if (e->key > last || e->key + e->v - 1 < iova)
			continue;
		text = mem_join(text, ", ",
				mem_printf("0x%" PRIx64 "-0x%" PRIx64, e->key, e->key + e->v - 1));
	}
	return text;
}

struct refusal_ledger context_refusals(struct iommu_context *ctx)
{
	return (struct refusal_ledger) {
		.arg = ctx,
		.type = refusal_type,
		.holders = refusal_holders,
		.mappings = refusal_mappings,
	};
}
