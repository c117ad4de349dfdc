/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: saved reports, and the JSON reader below them.
 *
 * What is refused is refused with a place inside of the text; what is taken is
 * the same when it is written and read again, and every view can be made of it.
 *
 * max_len: 1024
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "fuzz.h"
#include "host/hwinfo_doc.h"
#include "host/load.h"
#include "host/snapshot_doc.h"
#include "host/strict_json.h"
#include "render/doc.h"

static void check_json(const char *text, size_t len)
{
	struct strict_json_error e = { 0 };
	json_object *doc = strict_json_parse(text, len, NULL, NULL, &e), *again;
	struct out o = { 0 };

	if (!doc) {
		require(e.offset <= len && e.line >= 1 && e.column >= 1 && *e.what);
		return;
	}
	doc_render_json(&o, doc, true);
	again = strict_json_parse(o.data, o.len, NULL, NULL, &e);
	require(again && json_object_equal(doc, again));
	json_object_put(again);
	json_object_put(doc);
	out_free(&o);
}

static void make_views(const struct snapshot *snap)
{
	json_object *doc = doc_new("fuzz");
	struct out o = { 0 };

	snapshot_doc_add(doc, snap, NULL);
	for (size_t i = 0; i < snap->n_iommus; i++)
		json_object_put(hwinfo_iommu_doc(snap, &snap->iommus[i]));
	for (size_t i = 0; i < snap->n_devices; i++) {
		json_object *entry = hwinfo_device_doc(snap, &snap->devices[i]);

		hwinfo_entry_view(&o, entry);
		json_object_put(entry);
	}
	doc_render_json(&o, doc, true);
	json_object_put(doc);
	out_free(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of just this size, so that reading behind it is noticed. */
	char *text = mem_alloc(size + 1);
	char *exact = memcpy(text + 1, data, size);
	struct snapshot *snap = NULL;
	uint32_t hash = fuzz_hash(data, size);

	err_set_silent(true);
	if (hash % 4 == 0)
		check_json(exact, size);
	if (snapshot_load_text("fuzz", exact, size, &snap) == STATUS_OK) {
		if (hash % 16 == 1)
			make_views(snap);
		snapshot_free(snap);
	} else {
		require(err_count());
	}
	err_reset();
	free(text);
	return 0;
}
