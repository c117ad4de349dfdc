/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two machines compared, field by field and by weight. */
#include "config.h"

#include "base/mem.h"
#include "decode/compare.h"
#include "decode/rows.h"
#include "unit.h"

/* "weight:REG.FIELD weight:REG.FIELD" of two values of one register. */
static const char *compared(const struct arch *arch, const char *reg, uint64_t a, uint64_t b)
{
	static char text[512];
	struct reg_set in_a = { .arch = arch }, in_b = { .arch = arch };
	struct compare_change *changes;
	size_t n, len = 0;

	reg_set_put(&in_a, reg, a);
	reg_set_put(&in_b, reg, b);
	n = compare_registers(&in_a, &in_b, &changes);
	*text = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s:%s", len ? " " : "",
					compare_weight_name(changes[i].weight),
					changes[i].field ? changes[i].field->name : "-");
	free(changes);
	return text;
}

static void equal_sets_have_no_changes(void)
{
	unit_str(compared(&arch_vtd, "CAP", 0x9ed008c40780466, 0x9ed008c40780466), "");
}

static void a_bit_is_lost_or_gained(void)
{
	uint64_t icx = 0x8ed008c40780466, spr = 0x9ed008c40780466;

	unit_str(compared(&arch_vtd, "CAP", spr, icx), "lost:FS1GP");
	unit_str(compared(&arch_vtd, "CAP", icx, spr), "gained:FS1GP");
}

static void a_bit_that_means_missing_counts_the_other_way(void)
{
	unit_str(compared(&arch_vtd, "CAP", 0, 1 << 4), "lost:RWBF");
	unit_str(compared(&arch_smmuv3, "IDR0", 1 << 11, 0), "gained:NS1ATS");
}

static void numbers_change_in_degree(void)
{
	unit_str(compared(&arch_vtd, "CAP", UINT64_C(38) << 16, UINT64_C(47) << 16), "more:MGAW");
	unit_str(compared(&arch_smmuv3, "IDR1", 16, 8), "less:SIDSIZE");
	unit_str(compared(&arch_amd, "EFR", 2 << 10, 1 << 10), "less:HATS");
	unit_str(compared(&arch_smmuv3, "IDR5", 5, 6), "more:OAS");
}

static void a_degree_of_none_is_the_feature_missing(void)
{
	unit_str(compared(&arch_smmuv3, "IDR0", 0, 2 << 6), "gained:HTTU");
	unit_str(compared(&arch_smmuv3, "IDR1", 20 << 6, 0), "lost:SSIDSIZE");
}

static void bitmaps_are_sets(void)
{
	unit_str(compared(&arch_vtd, "CAP", 6 << 8, 4 << 8), "lost:SAGAW");
	unit_str(compared(&arch_vtd, "CAP", 4 << 8, 0xc << 8), "gained:SAGAW");
	unit_str(compared(&arch_vtd, "CAP", 2 << 8, 4 << 8), "lost:SAGAW");
}

static void places_and_identities_are_neutral(void)
{
	unit_str(compared(&arch_vtd, "CAP", UINT64_C(0x20) << 24, UINT64_C(0x40) << 24),
		 "neutral:FRO");
	unit_str(compared(&arch_smmuv3, "IIDR", 0x4832043b, 0x4872043b), "neutral:ProductID");
	unit_str(compared(&arch_smmuv3, "IDR0", 0, 2 << 24), "neutral:STALL_MODEL");
}

static void a_reserved_encoding_is_neither_better_nor_worse(void)
{
	unit_str(compared(&arch_amd, "EFR", 2 << 10, 3 << 10), "neutral:HATS");
	unit_str(compared(&arch_amd, "EFR", 0, UINT64_C(1) << 53), "neutral:RSVD");
}

static void a_number_without_its_feature_is_neutral(void)
{
	uint64_t pasid = UINT64_C(1) << 40, pss = UINT64_C(19) << 35;

	unit_str(compared(&arch_vtd, "ECAP", 0, pss), "neutral:PSS");
	unit_str(compared(&arch_vtd, "ECAP", pasid, pasid | pss), "more:PSS");
	unit_str(compared(&arch_vtd, "ECAP", pasid | pss, pss), "lost:PASID");
}

static void a_register_of_one_side_is_told(void)
{
	struct reg_set a = { .arch = &arch_vtd }, b = { .arch = &arch_vtd };
	struct compare_change *changes;
	char words[256];

	reg_set_put(&a, "CAP", 1);
	unit_int(compare_registers(&a, &b, &changes), 1);
	unit_int(changes[0].weight, COMPARE_NEUTRAL);
	compare_words(&changes[0], words, sizeof(words));
	unit_str(words, "register CAP: 0x0000000000000001, then unknown");
	free(changes);
}

static void changes_have_words(void)
{
	struct reg_set a = { .arch = &arch_vtd }, b = { .arch = &arch_vtd };
	struct compare_change *changes;
	char words[256];

	reg_set_put(&a, "CAP", 0x9ed008c40780466);
	reg_set_put(&b, "CAP", 0x8ed008c40780466);
	unit_int(compare_registers(&a, &b, &changes), 1);
	compare_words(&changes[0], words, sizeof(words));
	unit_str(words, "first-stage 1 GiB pages (CAP.FS1GP): yes, then no");
	free(changes);
}

static void architectures_meet_in_the_vocabulary(void)
{
	struct reg_set vtd = { .arch = &arch_vtd }, amd = { .arch = &arch_amd };
	struct compare_change *changes;
	bool seen = false;
	char words[256];
	size_t n;

	reg_set_put(&vtd, "ECAP", UINT64_C(1) << 40 | UINT64_C(19) << 35);
	reg_set_put(&amd, "EFR", 0x58f77ef22294ade);
	unit_int(compare_registers(&vtd, &amd, &changes), 0);
	n = compare_capabilities(&vtd, &amd, &changes);
	for (size_t i = 0; i < n; i++) {
		if (changes[i].capability != CAP_PASID_BITS)
			continue;
		seen = true;
		unit_int(changes[i].weight, COMPARE_LESS);
		compare_words(&changes[i], words, sizeof(words));
		unit_str(words, "PASID bits: 20, then 16");
	}
	unit_true(seen);
	free(changes);
}

static void sizes_are_read_by_people(void)
{
	char words[256];

	sizes_words(UINT64_C(1) << 12 | 1 << 21 | 1 << 29 | 1 << 30 | UINT64_C(1) << 42, words,
		    sizeof(words));
	unit_str(words, "4 KiB, 2 MiB, 512 MiB, 1 GiB, 4 TiB");
}

int main(void)
{
	unit_run(equal_sets_have_no_changes);
	unit_run(a_bit_is_lost_or_gained);
	unit_run(a_bit_that_means_missing_counts_the_other_way);
	unit_run(numbers_change_in_degree);
	unit_run(a_degree_of_none_is_the_feature_missing);
	unit_run(bitmaps_are_sets);
	unit_run(places_and_identities_are_neutral);
	unit_run(a_reserved_encoding_is_neither_better_nor_worse);
	unit_run(a_number_without_its_feature_is_neutral);
	unit_run(a_register_of_one_side_is_told);
	unit_run(changes_have_words);
	unit_run(architectures_meet_in_the_vocabulary);
	unit_run(sizes_are_read_by_people);
	return unit_done();
}
