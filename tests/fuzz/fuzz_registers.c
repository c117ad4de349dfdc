/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: register words, and the bytes that IOMMU_GET_HW_INFO answers.
 *
 * The first byte chooses: an architecture whose registers the rest fills, or a
 * data type whose payload the rest is. Whatever comes in, the fields of a
 * register must add up to its value, and the document must render.
 *
 * max_len: 48
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "decode/compare.h"
#include "decode/payload.h"
#include "fuzz.h"
#include "render/registers.h"

/*
 * Words cost far more than parsing: they are made for one input in 16, and
 * whole documents for one in 128, picked by the input's own bytes.
 */
enum effort { ADD_UP, WORDS, DOCUMENT };

static enum effort effort_of(const uint8_t *data, size_t size)
{
	uint32_t hash = fuzz_hash(data, size);

	if (hash % 128 == 0)
		return DOCUMENT;
	return hash % 16 == 0 ? WORDS : ADD_UP;
}

static void check_fields(const struct reg_set *set, enum effort effort)
{
	for (size_t r = 0; set->arch && r < set->arch->n_regs; r++) {
		const struct reg *reg = &set->arch->regs[r];
		uint64_t sum = 0;

		for (size_t f = 0; f < reg->n_fields; f++) {
			uint64_t raw = field_raw(&reg->fields[f], set->value[r]);
			char meaning[64] = "-";

			sum |= raw << reg->fields[f].lo;
			if (effort >= WORDS)
				field_meaning(&reg->fields[f], set, raw, meaning, sizeof(meaning));
			require(*meaning && memchr(meaning, '\0', sizeof(meaning)));
		}
		require(sum == set->value[r]);
	}
}

static void check_changes(const struct reg_set *a, const struct reg_set *b)
{
	struct compare_change *changes;
	size_t n = compare_registers(a, b, &changes);

	for (size_t i = 0; i < n; i++) {
		char words[128];

		compare_words(&changes[i], words, sizeof(words));
		require(*words && *compare_weight_name(changes[i].weight));
	}
	free(changes);
}

static void render(json_object *doc)
{
	struct out o = { .verbose = true };

	registers_view(&o, doc);
	require(o.len != 0);
	doc_render_json(&o, doc, true);
	json_object_put(doc);
	out_free(&o);
}

/* Two sets of registers from the same bytes, one a byte later, and what differs. */
static void take_registers(const struct arch *arch, const uint8_t *data, size_t size)
{
	struct reg_set set[2] = { { .arch = arch }, { .arch = arch } };
	enum effort effort = effort_of(data, size);

	for (size_t s = 0; s < 2; s++) {
		const uint8_t *p = data + s;
		size_t left = size > s ? size - s : 0;

		for (size_t r = 0; r < arch->n_regs; r++) {
			size_t bytes = arch->regs[r].bits / 8;
			uint64_t value = 0;

			if (left < bytes)
				break;
			memcpy(&value, p, bytes);
			require(reg_set_put(&set[s], arch->regs[r].name, value));
			p += bytes;
			left -= bytes;
		}
		check_fields(&set[s], effort);
	}
	if (effort >= WORDS)
		check_changes(&set[0], &set[1]);
	if (effort >= DOCUMENT)
		render(registers_doc(&set[0]));
}

static void take_payload(uint32_t type, const uint8_t *data, size_t size)
{
	enum effort effort = effort_of(data, size);
	struct payload p;

	hwinfo_payload(type, data, size, &p);
	check_fields(&p.regs, effort);
	require(payload_extra(&p) <= size);
	if (effort >= DOCUMENT)
		render(payload_doc(&p));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t types[] = {
		HWINFO_NONE,
		HWINFO_INTEL_VTD,
		HWINFO_ARM_SMMUV3,
		HWINFO_TEGRA241_CMDQV,
		HWINFO_AMD,
		HWINFO_SELFTEST,
		99,
	};
	size_t n_archs = 0, choice;

	if (!size)
		return 0;
	while (archs[n_archs])
		n_archs++;
	choice = data[0] % (n_archs + ARRAY_SIZE(types));
	if (choice < n_archs)
		take_registers(archs[choice], data + 1, size - 1);
	else
		take_payload(types[choice - n_archs], data + 1, size - 1);
	return 0;
}
