/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: kernel logs.
 *
 * Whatever comes in, records stay within the input and their own buffers, line
 * numbers grow, and what is printed of them has no control characters.
 *
 * max_len: 1024
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "klog/klog.h"
#include "render/doc.h"

struct run {
	struct klog_fold *fold; /* NULL: records are only looked at */
	uint64_t lines;
	bool render;
};

static void check_strings(const struct klog_record *rec)
{
	require(rec->used <= sizeof(rec->text));
	require(rec->n_facts <= KLOG_MAX_FACTS && rec->n_regs <= KLOG_MAX_REGS);
	require(rec->meaning && *rec->meaning);
	require(rec->kind != KLOG_MALFORMED || rec->why);
	for (unsigned int i = 0; i < rec->n_facts; i++) {
		const struct klog_fact *f = &rec->facts[i];

		require(f->key && *f->key);
		if (f->type == KLOG_STR || f->type == KLOG_LIST)
			require(f->str && strlen(f->str) < sizeof(rec->text));
	}
}

static int take(const struct klog_record *rec, void *ctx)
{
	struct run *run = ctx;

	check_strings(rec);
	require(rec->line >= 1 && rec->lines >= 1);
	require(rec->line + rec->lines - 1 <= run->lines);
	if (run->render) {
		struct out o = { 0 };
		json_object *doc = klog_record_doc(rec);

		doc_render_json(&o, doc, true);
		require(utf8_valid(o.data, o.len));
		json_object_put(doc);
		out_free(&o);
	}
	if (run->fold)
		klog_fold_add(run->fold, rec);
	return 0;
}

static void check_text(const struct out *o)
{
	const char *s = o->data;
	size_t len = o->len;

	while (len) {
		uint32_t code;
		size_t n = utf8_next(s, len, &code);

		require(n && (!utf8_is_control(code) || code == '\n' || code == '\t'));
		s += n;
		len -= n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of just this size, so that reading behind it is noticed. */
	char *text = mem_alloc(size + 1);
	char *exact = memcpy(text + 1, data, size);
	struct klog_totals totals = { 0 };
	struct out o = { .verbose = size & 1 };
	uint32_t hash = fuzz_hash(data, size);
	struct run run = { .lines = 1 };

	for (size_t i = 0; i < size; i++)
		run.lines += data[i] == '\n';
	/* Rendering costs far more than the rest: some inputs only, picked by their bytes. */
	run.render = hash % 32 == 0;
	if (hash % 32 == 1)
		run.fold = klog_fold_new(&o, true, size & 2);
	klog_decode_buffer(exact, size, "fuzz", take, &run, &totals);
	require(totals.lines <= run.lines && totals.malformed <= totals.records);
	if (run.fold) {
		klog_fold_end(run.fold);
		check_text(&o);
	}
	out_free(&o);
	free(text);
	return 0;
}
