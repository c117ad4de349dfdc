/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scanner finds the same with every instruction set, at any place of the buffer. */
#include "config.h"

#include <stdlib.h>

#include "klog/internal.h"
#include "unit.h"

static const char *const ways[] = { "portable", "ssse3", "avx2" };

static const char *const words[] = { "iommu",        "DMAR",          "AMD-Vi",
				     "[VT-D]",       "IVRS",          "INTR-REMAP",
				     "smmu",         "DRHD",          "Event logged [",
				     "Directed I/O", "IRQ remapping", "I/O virtualisation",
				     "vfio_",        "vtd_iommu",     "tegra-mc",
				     "*** gpu fault" };

/* Words that share letters with what is looked for, and must not be found. */
static const char noise[] = "command dma marmot amdvlk vt-e ivra drhc q rename nt log commmi MM mm";

static void fill(char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = noise[i % (sizeof(noise) - 1)];
}

static void each_way(void (*test)(void))
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		/* A processor without it falls back, which is as good a test. */
		if (klog_scan_select(ways[i]))
			test();
	klog_scan_select(NULL);
}

static void find_at_each_place(void)
{
	char *buf = calloc(1, 300);

	for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
		size_t n = strlen(words[w]);

		for (size_t at = 0; at + n <= 300; at++) {
			const char *hit;

			fill(buf, 300);
			memcpy(buf + at, words[w], n);
			if (at)
				buf[at - 1] = '.';
			hit = klog_scan(buf, buf + 300);
			if (!hit || hit < buf + at || hit >= buf + at + n)
				unit_fail("%s at %zu: found at %td", words[w], at,
					  hit ? hit - buf : -1);
		}
	}
	free(buf);
}

static void find_nothing_in_noise(void)
{
	for (size_t len = 0; len < 200; len++) {
		char *buf = calloc(1, len + 1);

		fill(buf, len);
		if (klog_scan(buf, buf + len))
			unit_fail("found something in %zu bytes of noise", len);
		free(buf);
	}
}

static void find_no_half_word(void)
{
	/* The end of the buffer cuts the word. */
	char *buf = calloc(1, 64);

	fill(buf, 64);
	memcpy(buf + 61, "DMA", 3);
	unit_true(!klog_scan(buf, buf + 64));
	free(buf);
}

static void count_lines(void)
{
	for (size_t len = 0; len < 400; len++) {
		char *buf = calloc(1, len + 1);
		uint64_t want = 0;

		for (size_t i = 0; i < len; i++) {
			buf[i] = i % 7 == 3 || i > 300 ? '\n' : 'x';
			want += buf[i] == '\n';
		}
		if (klog_count_lines(buf, buf + len) != want)
			unit_fail("%zu bytes: counted wrongly", len);
		free(buf);
	}
}

static void test_words_are_found_at_each_place(void)
{
	each_way(find_at_each_place);
}

static void test_noise_is_passed_over(void)
{
	each_way(find_nothing_in_noise);
	each_way(find_no_half_word);
}

static void test_lines_are_counted(void)
{
	each_way(count_lines);
}

/* --- the templates ------------------------------------------------------------------------- */

static struct klog_match m;

static enum klog_match_result match(const char *tmpl, const char *text)
{
	return klog_match(tmpl, text, text + strlen(text), &m);
}

static void test_templates(void)
{
	unit_int(match("a {x:d} b", "A   17 B"), KLOG_MATCH);
	unit_int(klog_capture(&m, "x")->num, 17);
	unit_int(match("a {x:x}", "a 0xFf"), KLOG_MATCH);
	unit_hex(klog_capture(&m, "x")->num, 0xff);
	unit_int(match("a {x:d} b", "a 17"), KLOG_PARTIAL);
	unit_int(match("a {x:d} b", "a 17 c"), KLOG_NO);
	unit_int(match("a {x:d}", "a 17z"), KLOG_BAD);
	unit_int(match("a {x:x}", "a 0x10000000000000000"), KLOG_BAD);
	unit_true(m.too_wide);
	unit_int(match("a {x:x}", "a 0xffffffffffffffff"), KLOG_MATCH);
	unit_int(match("a {x:x32}", "a 0x100000000"), KLOG_BAD);
	unit_int(match("a<, b {x:d}>; c", "a; c"), KLOG_MATCH);
	unit_int(match("a<, b {x:d}>; c", "a, b 5; c"), KLOG_MATCH);
	unit_int(klog_capture(&m, "x")->num, 5);
	unit_int(match("a<, b<, c>>!", "a, b!"), KLOG_MATCH);
	unit_int(match("\\<{x:q}\\>", "<one two>"), KLOG_MATCH);
	unit_int(klog_capture(&m, "x")->len, 7);
}

static void test_fault_reasons_in_three_spellings(void)
{
	unit_int(match("{r:r}]", "0x25]"), KLOG_MATCH);
	unit_int(m.cap[0].num, 0x25);
	unit_int(match("{r:r}]", "37]"), KLOG_MATCH);
	unit_int(m.cap[0].num, 37);
	unit_int(match("{r:r}]", "25h]"), KLOG_MATCH);
	unit_int(m.cap[0].num, 0x25);
}

static void test_reason_tables(void)
{
	unit_str(klog_reason(&klog_vtd_reasons, 0x5a)->name, "SPT.3");
	unit_true(klog_reason(&klog_vtd_reasons, 0x33)->tentative);
	unit_true(!klog_reason(&klog_vtd_reasons, 0x12));
	unit_str(klog_reason(&klog_amd_events, 0xb)->name, "GUEST_EVENT_FAULT");
	unit_str(klog_reason(&klog_smmuv3_events, 0x25)->name, "F_VMS_FETCH");
	unit_str(klog_reason(&klog_riscv_causes, 258)->name, "DDT_INVALID");
}

/* Every row can be tried and says something. */
static void test_patterns_are_sound(void)
{
	for (size_t i = 0; i < klog_n_patterns; i++) {
		const struct klog_pattern *p = &klog_patterns[i];
		int depth = 0;

		unit_true(p->id && *p->id && p->meaning && *p->meaning);
		for (const char *t = p->tmpl; *t; t++) {
			if (*t == '\\') {
				t++;
				continue;
			}
			depth += (*t == '<') - (*t == '>');
			if (*t == '{' &&
			    (!strchr(t, ':') || !strchr("xhdirbwqs", strchr(t, ':')[1])))
				unit_fail("%s: unknown capture in %s", p->id, p->tmpl);
		}
		if (depth)
			unit_fail("%s: '<' and '>' do not pair in %s", p->id, p->tmpl);
		if (p->need && !strstr(p->tmpl, p->need))
			unit_fail("%s: needs %s, which it does not capture", p->id, p->need);
	}
}

int main(void)
{
	unit_run(test_words_are_found_at_each_place);
	unit_run(test_noise_is_passed_over);
	unit_run(test_lines_are_counted);
	unit_run(test_templates);
	unit_run(test_fault_reasons_in_three_spellings);
	unit_run(test_reason_tables);
	unit_run(test_patterns_are_sound);
	return unit_done();
}
