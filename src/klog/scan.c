/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the few lines that matter, at the speed of memory.
 *
 * Nearly every line of a kernel log is about something else, so lines are not
 * even split before one of a dozen short words is found. On x86 sixteen or
 * thirty-two places are tried at a time: for each of the first four bytes, a
 * table lookup by either half of the byte gives the set of words that can have
 * it there; where the four sets meet, a word may begin. The portable way is
 * the same with whole-byte tables. Both only propose; verify() decides.
 */
#include "config.h"
#include "klog/internal.h"

#include <string.h>

#include "base/mem.h"

#if defined(__x86_64__)
#define KLOG_X86 1
#include <immintrin.h>
#endif

enum { PREFIX = 4 };

/* Lower case. Every line that a pattern can match holds one of these. Words of a bucket share their
 * set bits, so alike words are together. */
static const char *const needles[8][5] = {
	{ "mmu" }, /* iommu, smmu, IOMMU */
	/* DMAR, dmar0, DMAR-IR; vtd_iommu_translate of QEMU; vfio_pin_pages_remote */
	{ "dmar", "vtd_", "vfio_" },
	{ "d-vi", "d i/o" }, /* AMD-Vi; Directed I/O */
	/* Intel VT-d, [VT-D]; Dom0 mode, of Xen; IORT: [Firmware Bug], IORT: Failed to get table */
	{ "vt-d", "d global e", "0 mode:", "ort: [f", "ort: failed" },
	/* IVRS table, unity maps; of Xen: IVHD Error, Interrupt remapping enabled */
	{ "ivrs", "ivmd", "ivhd", "remapping " },
	/* DRHD: handling fault status, of old kernels; I/O virtualisation enabled, of Xen */
	{ "drhd", "i/o virtu" },
	/* INTR-REMAP; SMMU errors quoted without the device; tegra-mc; *** gpu fault */
	{ "r-re", "cmdq", "gra-mc", "** gpu f" },
	{ "nt logged", "q remapp" }, /* Event logged [; IRQ remapping */
};

/* A set bit per bucket, for each of the first bytes: by the whole byte, and by its halves. */
static uint8_t by_byte[PREFIX][256];
static uint8_t by_low[PREFIX][32] __attribute__((aligned(32)));
static uint8_t by_high[PREFIX][32] __attribute__((aligned(32)));
static const char *(*scan)(const char *p, const char *end);
static uint64_t (*count)(const char *p, const char *end);
static const char *chosen;

static bool verify(const char *p, const char *end, unsigned int buckets)
{
	for (; buckets; buckets &= buckets - 1) {
		const char *const *bucket = needles[__builtin_ctz(buckets)];

		for (size_t i = 0; i < ARRAY_SIZE(needles[0]) && bucket[i]; i++) {
			const char *w = bucket[i], *q = p;

			while (*w && q < end && klog_lower(*q) == *w) {
				q++;
				w++;
			}
			if (!*w)
				return true;
		}
	}
	return false;
}

static const char *scan_portable(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p, *stop = (const unsigned char *)end;

	for (; u < stop; u++) {
		uint8_t set = by_byte[0][u[0]];

		if (!set)
			continue;
		for (int k = 1; k < PREFIX && set; k++)
			set &= u + k < stop ? by_byte[k][u[k]] : by_byte[k][0];
		if (set && verify((const char *)u, end, set))
			return (const char *)u;
	}
	return NULL;
}

static uint64_t count_portable(const char *p, const char *end)
{
	uint64_t n = 0;

	for (; p < end; p++)
		n += *p == '\n';
	return n;
}

#ifdef KLOG_X86
__attribute__((target("ssse3"))) static __m128i sets_128(const char *p, int k)
{
	const __m128i nibble = _mm_set1_epi8(15);
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + k));
	__m128i low = _mm_load_si128((const __m128i *)(const void *)by_low[k]);
	__m128i high = _mm_load_si128((const __m128i *)(const void *)by_high[k]);

	return _mm_and_si128(_mm_shuffle_epi8(low, _mm_and_si128(v, nibble)),
			     _mm_shuffle_epi8(high, _mm_and_si128(_mm_srli_epi16(v, 4), nibble)));
}

__attribute__((target("ssse3"))) static const char *scan_ssse3(const char *p, const char *end)
{
	for (; end - p >= 16 + PREFIX; p += 16) {
		uint8_t found[16];
		__m128i set = _mm_and_si128(_mm_and_si128(sets_128(p, 0), sets_128(p, 1)),
					    _mm_and_si128(sets_128(p, 2), sets_128(p, 3)));
		unsigned int where =
			(unsigned int)_mm_movemask_epi8(_mm_cmpeq_epi8(set, _mm_setzero_si128())) ^
			0xffffu;

		if (!where)
			continue;
		_mm_storeu_si128((__m128i *)(void *)found, set);
		for (; where; where &= where - 1) {
			int i = __builtin_ctz(where);

			if (verify(p + i, end, found[i]))
				return p + i;
		}
	}
	return scan_portable(p, end);
}

__attribute__((target("avx2"))) static __m256i sets_256(const char *p, int k)
{
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(p + k));
	__m256i low = _mm256_load_si256((const __m256i *)(const void *)by_low[k]);
	__m256i high = _mm256_load_si256((const __m256i *)(const void *)by_high[k]);

	return _mm256_and_si256(
		_mm256_shuffle_epi8(low, _mm256_and_si256(v, nibble)),
		_mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble)));
}

__attribute__((target("avx2"))) static const char *scan_avx2(const char *p, const char *end)
{
	for (; end - p >= 32 + PREFIX; p += 32) {
		uint8_t found[32];
		__m256i set = _mm256_and_si256(_mm256_and_si256(sets_256(p, 0), sets_256(p, 1)),
					       _mm256_and_si256(sets_256(p, 2), sets_256(p, 3)));
		unsigned int where = ~(unsigned int)_mm256_movemask_epi8(
			_mm256_cmpeq_epi8(set, _mm256_setzero_si256()));

		if (!where)
			continue;
		_mm256_storeu_si256((__m256i *)(void *)found, set);
		for (; where; where &= where - 1) {
			int i = __builtin_ctz(where);

			if (verify(p + i, end, found[i]))
				return p + i;
		}
	}
	return scan_portable(p, end);
}

__attribute__((target("avx2"))) static uint64_t count_avx2(const char *p, const char *end)
{
	const __m256i newline = _mm256_set1_epi8('\n');
	uint64_t n = 0;

	for (; end - p >= 128; p += 128) {
		__m256i sum = _mm256_setzero_si256(), total;

		for (int i = 0; i < 4; i++)
			sum = _mm256_sub_epi8(
				sum, _mm256_cmpeq_epi8(
					     _mm256_loadu_si256(
						     (const __m256i *)(const void *)(p + 32 * i)),
					     newline));
		total = _mm256_sad_epu8(sum, _mm256_setzero_si256());
		n += (uint64_t)_mm256_extract_epi64(total, 0) +
		     (uint64_t)_mm256_extract_epi64(total, 1) +
		     (uint64_t)_mm256_extract_epi64(total, 2) +
		     (uint64_t)_mm256_extract_epi64(total, 3);
	}
	return n + count_portable(p, end);
}

__attribute__((target("ssse3"))) static uint64_t count_ssse3(const char *p, const char *end)
{
	const __m128i newline = _mm_set1_epi8('\n');
	uint64_t n = 0;

	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);

		n += (uint64_t)__builtin_popcount(
			(unsigned int)_mm_movemask_epi8(_mm_cmpeq_epi8(v, newline)));
	}
	return n + count_portable(p, end);
}
#endif

static void allow(int k, unsigned char c, uint8_t bit)
{
	by_byte[k][c] |= bit;
	for (int lane = 0; lane < 32; lane += 16) {
		by_low[k][lane + (c & 15)] |= bit;
		by_high[k][lane + (c >> 4)] |= bit;
	}
}

static void allow_word(const char *w, uint8_t bit)
{
	size_t len = strlen(w);

	for (int k = 0; k < PREFIX; k++) {
		for (int c = 0; (size_t)k >= len && c < 256; c++)
			allow(k, (unsigned char)c, bit);
		if ((size_t)k >= len)
			continue;
		allow(k, (unsigned char)w[k], bit);
		if (w[k] >= 'a' && w[k] <= 'z')
			allow(k, (unsigned char)(w[k] - 32), bit);
	}
}

static void fill_tables(void)
{
	for (size_t b = 0; b < ARRAY_SIZE(needles); b++)
		for (size_t i = 0; i < ARRAY_SIZE(needles[0]) && needles[b][i]; i++)
			allow_word(needles[b][i], (uint8_t)(1u << b));
}

static bool wanted(const char *force, const char *name)
{
	return !force || !strcmp(force, name);
}

const char *klog_scan_select(const char *force)
{
	fill_tables();
#ifdef KLOG_X86
	__builtin_cpu_init();
	if (wanted(force, "avx2") && __builtin_cpu_supports("avx2")) {
		scan = scan_avx2;
		count = count_avx2;
		return chosen = "avx2";
	}
	if (wanted(force, "ssse3") && __builtin_cpu_supports("ssse3")) {
		scan = scan_ssse3;
		count = count_ssse3;
		return chosen = "ssse3";
	}
#endif
	(void)wanted;
	scan = scan_portable;
	count = count_portable;
	return chosen = "portable";
}

const char *klog_scan(const char *p, const char *end)
{
	if (!chosen)
		klog_scan_select(NULL);
	return scan(p, end);
}

uint64_t klog_count_lines(const char *p, const char *end)
{
	if (!chosen)
		klog_scan_select(NULL);
	return count(p, end);
}
