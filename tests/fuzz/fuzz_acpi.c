/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: ACPI tables, and joining them with the devices of a machine.
 *
 * Whatever comes in, there is a document: its structures and its problems lie
 * inside of the table, and all of it renders.
 *
 * max_len: 512
 */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "host/acpi.h"
#include "render/doc.h"

static const struct acpi_device devices[] = {
	{ "0000:00:02.0", 0, 0, 0x10, -1 }, { "0000:00:1c.0", 0, 0, 0xe0, -1 },
	{ "0000:01:00.0", 0, 1, 0x00, 1 },  { "0000:01:00.1", 0, 1, 0x01, 1 },
	{ "0001:00:00.0", 1, 0, 0x00, -1 },
};

static void check_offsets(json_object *list, size_t size)
{
	for (size_t i = 0; i < doc_len(list); i++) {
		int64_t offset = doc_get_int(doc_at(list, i), "offset", 0);

		require(offset >= 0 && (size_t)offset <= size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of just this size, so that reading behind it is noticed. */
	uint8_t *exact = memcpy(mem_alloc(size + 1), data, size);
	uint8_t *table = size ? mem_realloc(exact, size, 1) : exact;
	json_object *doc = acpi_table_doc(table, size), *list = doc_list();
	uint32_t hash = fuzz_hash(data, size);

	require(doc);
	check_offsets(doc_get(doc, "structures"), size);
	check_offsets(doc_get(doc, "problems"), size);
	doc_push(list, doc);
	if (hash % 4 == 0)
		json_object_put(acpi_join(list, devices, ARRAY_SIZE(devices)));
	if (hash % 64 == 0) {
		struct out o = { 0 };

		doc_render_json(&o, list, true);
		require(utf8_valid(o.data, o.len));
		out_free(&o);
	}
	json_object_put(list);
	free(table);
	return 0;
}
