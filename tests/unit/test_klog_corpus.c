/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every captured line decodes, to what is expected (expected.txt, reviewed by
 * eye and against the sources) and to what the line's own words say.
 *
 * "test_klog_corpus --write" prints a new expected.txt.
 */
#include "config.h"

#include "klog/klog.h"
#include "decode/field.h"
#include "klog_corpus.h"
#include "unit.h"

#include <ctype.h>

/* --- the words of the logs, and ours --------------------------------------------------- */

/* What Linux prints of EFR, and the field of the tables. */
static const struct {
	const char *name, *field;
	unsigned int mask; /* of the field's value: set when the name is printed */
} amd_truth[] = {
	{ "PreF", "PreFSup", 1 },    { "PPR", "PPRSup", 1 }, { "X2APIC", "XTSup", 1 },
	{ "NX", "NXSup", 1 },        { "GT", "GTSup", 1 },   { "IA", "IASup", 1 },
	{ "GA", "GASup", 1 },        { "HE", "HESup", 1 },   { "PC", "PCSup", 1 },
	{ "GA_vAPIC", "GAMSup", 1 }, { "SNP", "SNPSup", 1 },
};

/* The beginning of what Linux or Xen prints behind a fault reason, and the specification's name. */
static const struct {
	const char *text, *reason;
} vtd_truth[] = {
	{ "Present bit in root entry is clear", "LRT.2" },
	{ "Present bit in context entry is clear", "LCT.2" },
	{ "PTE Write access is not set", "LGN.2" },
	{ "PTE Read access is not set", "LGN.3" },
	{ "Next page table ptr is invalid", "LSL.1" },
	{ "non-zero reserved fields in PTE", "LSL.2" },
	{ "Present field in the IRTE entry is clear", "INTR.22" },
	{ "Blocked a compatibility format interrupt", "INTR.25" },
	{ "Blocked an interrupt request due to source-id verification failure", "INTR.26" },
	{ "SM: Present bit in Root Entry is clear", "SRT.2" },
	{ "SM: Non-zero reserved field set in Root Entry", "SRT.3" },
	{ "SM: Present bit in Directory Entry is clear", "SPD.2" },
	{ "SM: Present bit in PA$", "SPT.2" },
	{ "SM: Non-zero reserved field set in PASID Table Entry", "SPT.3" },
	{ "SM: Present bit in first-level paging entry is", "SFS.2" },
	{ "SM: Read/Write permission error in second-level paging entry", "SSS.2" },
};

static int n_truths;

static const char *fact_str(const struct klog_record *rec, const char *key)
{
	const struct klog_fact *f = klog_fact(rec, key);

	return f && f->str ? f->str : "";
}

static bool has_item(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = list; p && *p; p += *p == '\n') {
		size_t n = strcspn(p, "\n");

		if (n == len && !memcmp(p, name, n))
			return true;
		p += n;
	}
	return false;
}

static void check_amd(const char *file, int row, const struct klog_record *rec)
{
	struct reg_set set = { .arch = arch_find("amd-vi") };
	const char *names = fact_str(rec, "log_names");

	if (rec->kind != KLOG_REGISTERS || strcmp(rec->arch, "amd-vi") || !*names)
		return;
	for (unsigned int i = 0; i < rec->n_regs; i++)
		unit_true(reg_set_put(&set, rec->reg_name[i], rec->reg_value[i]));
	for (size_t i = 0; i < sizeof(amd_truth) / sizeof(amd_truth[0]); i++) {
		uint64_t raw = 0;

		if (!reg_set_field(&set, "EFR", amd_truth[i].field, &raw))
			unit_fail("no field %s", amd_truth[i].field);
		/* SNP is printed by newer kernels only. */
		if (!strcmp(amd_truth[i].name, "SNP") && !has_item(names, "SNP"))
			continue;
		if (!!(raw & amd_truth[i].mask) != has_item(names, amd_truth[i].name))
			unit_fail("%s:%d: %s is 0x%llx, the kernel prints%s %s", file, row,
				  amd_truth[i].field, (unsigned long long)raw,
				  has_item(names, amd_truth[i].name) ? "" : " no",
				  amd_truth[i].name);
		n_truths++;
	}
}

static void check_reason(const char *file, int row, const struct klog_record *rec)
{
	const char *text = fact_str(rec, "log_text"), *reason = fact_str(rec, "reason");
	char flat[256] = "";
	size_t n = 0;

	if (rec->kind != KLOG_FAULT || strncmp(klog_family(rec), "vtd", 3) || !*text)
		return;
	for (; *text && n < sizeof(flat) - 1; text++)
		/* cppcheck-suppress uninitvar ; n characters of it are set */
		if (!isspace((unsigned char)*text) || (n && flat[n - 1] != ' '))
			flat[n++] = isspace((unsigned char)*text) ? ' ' : *text;
	flat[n] = '\0';
	for (size_t i = 0; i < sizeof(vtd_truth) / sizeof(vtd_truth[0]); i++) {
		if (strncmp(flat, vtd_truth[i].text, strlen(vtd_truth[i].text)))
			continue;
		if (strcmp(reason, vtd_truth[i].reason))
			unit_fail("%s:%d: '%s' is %s, not %s", file, row, flat, vtd_truth[i].reason,
				  reason);
		n_truths++;
		return;
	}
	unit_fail("%s:%d: '%s' (%s) is not in the table of this test", file, row, flat, reason);
}

/* An SMMU event whose name the kernel printed too. */
static void check_event(const char *file, int row, const struct klog_record *rec)
{
	const char *text = fact_str(rec, "log_text");

	if (strncmp(klog_family(rec), "smmuv3-event", 12) || !*text)
		return;
	if (strcmp(text, fact_str(rec, "reason")))
		unit_fail("%s:%d: the kernel says %s, we say %s", file, row, text,
			  fact_str(rec, "reason"));
	n_truths++;
}

/* Xen's list, field by field, must be names of the tables. */
static void check_xen(const char *file, int row, const struct klog_record *rec)
{
	const char *list = fact_str(rec, "log_fields");
	struct reg_set set = { .arch = arch_find("amd-vi"), .known = 3 };

	for (const char *p = list; *p; p += *p == '\n') {
		size_t n = strcspn(p, "=\n");
		char name[32];
		uint64_t raw;

		snprintf(name, sizeof(name), "%.*s", (int)n, p);
		if (!reg_set_field(&set, "EFR", name, &raw) &&
		    !reg_set_field(&set, "EFR2", name, &raw))
			unit_fail("%s:%d: %s is not a field of EFR", file, row, name);
		n_truths++;
		p += strcspn(p, "\n");
	}
}

/* --- every line --------------------------------------------------------------------------- */

static FILE *description;
static const char *the_file;
static int the_row, n_records, n_malformed;

static int note(const struct klog_record *rec, void *ctx)
{
	(void)ctx;
	fprintf(description, "%s:%d: ", the_file, the_row);
	corpus_describe(rec, description);
	n_records++;
	n_malformed += rec->kind == KLOG_MALFORMED;
	check_amd(the_file, the_row, rec);
	check_reason(the_file, the_row, rec);
	check_event(the_file, the_row, rec);
	check_xen(the_file, the_row, rec);
	return 0;
}

static void one(const char *file, int row, char *text)
{
	struct klog_totals totals = { 0 };

	the_file = file;
	the_row = row;
	n_records = 0;
	klog_decode_buffer(text, strlen(text), file, note, NULL, &totals);
	if (!n_records)
		unit_fail("%s:%d: nothing was found in: %s", file, row, text);
}

static char *described;
static size_t described_size;

static void test_every_line_decodes(void)
{
	description = open_memstream(&described, &described_size);
	for (size_t i = 0; i < sizeof(corpus_files) / sizeof(corpus_files[0]); i++)
		corpus_each(corpus_files[i], one);
	fclose(description);
	unit_int(n_malformed, 0);
}

static void test_words_of_the_logs_agree(void)
{
	/* Checked on the way; there must have been some. */
	unit_true(n_truths > 250);
}

static void test_as_expected(void)
{
	char path[512], *want = NULL, *have = described;
	const char *dir = getenv("srcdir");
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/captures/logs/expected.txt", dir ? dir : ".");
	f = fopen(path, "r");
	if (!f) {
		unit_fail("cannot open %s", path);
		return;
	}
	while (getline(&want, &size, f) > 0) {
		size_t n = strcspn(have, "\n") + 1;

		if (strlen(want) != n || memcmp(want, have, n)) {
			unit_fail("expected: %s", want);
			unit_fail("have:     %.*s", (int)n, have);
			break;
		}
		have += n;
	}
	unit_str(unit_bad ? "" : have, "");
	free(want);
	fclose(f);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--write")) {
		test_every_line_decodes();
		fputs(described, stdout);
		return 0;
	}
	unit_run(test_every_line_decodes);
	unit_run(test_words_of_the_logs_agree);
	unit_run(test_as_expected);
	free(described);
	return unit_done();
}
