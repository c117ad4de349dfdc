/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest with a virtual IOMMU would lose by moving from A to B. */
#include "config.h"
#include "diff/diff.h"

#include "base/mem.h"

/* Entries of the vocabulary that a guest gets to see, and what it does without them. */
static const struct {
	enum capability capability;
	const char *words;
} seen_by_guests[] = {
	{ CAP_NESTED_TRANSLATION, "page tables of its own that the hardware nests" },
	{ CAP_FIRST_STAGE_LEVELS, "page tables of its own of that depth" },
	{ CAP_INPUT_ADDRESS_BITS, "I/O addresses of that width" },
	{ CAP_OUTPUT_ADDRESS_BITS, "memory addresses of that width" },
	{ CAP_PAGE_SIZES, "mappings with pages of that size" },
	{ CAP_PASID_BITS, "address spaces of processes (PASID, SVA)" },
	{ CAP_PAGE_REQUESTS, "page requests of devices" },
	{ CAP_STALL, "stalled faults" },
	{ CAP_ATS, "address translation caches in devices (ATS)" },
	{ CAP_DIRTY_TRACKING, "being migrated with its devices (dirty tracking)" },
	{ CAP_COHERENT_WALK, "page tables that need no cache flush" },
	{ CAP_SNOOP_CONTROL, "forced snooping" },
	{ CAP_INTERRUPT_REMAPPING, "isolated interrupts" },
	{ CAP_VIRTUAL_COMMAND_QUEUE, "a command queue of its own" },
};

static const char *guest_words(enum capability capability)
{
	for (size_t i = 0; i < ARRAY_SIZE(seen_by_guests); i++)
		if (seen_by_guests[i].capability == capability)
			return seen_by_guests[i].words;
	return NULL;
}

static json_object *lost_list(const struct diff *d)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < d->n_lost; i++) {
		const struct diff_lost *l = &d->lost[i];
		const char *words = guest_words(l->capability);
		json_object *e;

		if (!words)
			continue;
		e = doc_object();
		doc_add(e, "capability", doc_str(capability_info[l->capability].key));
		doc_add(e, "a", doc_str(l->a));
		doc_add(e, "b", doc_str(l->b));
		doc_add(e, "text", doc_printf("%s: %s, then %s", words, l->a, l->b));
		doc_push(list, e);
	}
	return list;
}

json_object *diff_verdict(const struct diff *d)
{
	json_object *obj = doc_object(), *lost = lost_list(d);
	const char *verdict, *text;

	if (d->gone) {
		verdict = "no-iommu";
		text = "a guest with a virtual IOMMU or with passed-through devices cannot move: B "
		       "has no IOMMU in use";
	} else if (d->architectures) {
		verdict = "other-architecture";
		text = "a guest with a virtual IOMMU cannot move: the IOMMUs are of different "
		       "architectures";
	} else if (!d->compared) {
		verdict = "unknown";
		text = "not known: there are no registers of both sides to compare";
	} else if (doc_len(lost)) {
		verdict = "features-lost";
		text = "a guest that was given these features of its virtual IOMMU would lose them";
	} else {
		verdict = "nothing-lost";
		text = "a guest with a virtual IOMMU would lose no feature of it";
	}
	doc_add(obj, "verdict", doc_str(verdict));
	doc_add(obj, "lost", lost);
	doc_add(obj, "text", doc_str(text));
	return obj;
}
