/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unit tests in C that print TAP, with no more than is needed.
 *
 *	static void test_x(void) { unit_int(1 + 1, 2); }
 *	int main(void) { unit_run(test_x); return unit_done(); }
 */
#ifndef IOMMUCTL_TESTS_UNIT_H
#define IOMMUCTL_TESTS_UNIT_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int unit_count, unit_failed, unit_bad;

#define unit_run(test)                                                                 \
	do {                                                                           \
		unit_bad = 0;                                                          \
		test();                                                                \
		printf("%sok %d - %s\n", unit_bad ? "not " : "", ++unit_count, #test); \
		fflush(stdout);                                                        \
		unit_failed += unit_bad != 0;                                          \
	} while (0)

#define unit_fail(...)                                   \
	do {                                             \
		printf("# %s:%d: ", __FILE__, __LINE__); \
		printf(__VA_ARGS__);                     \
		printf("\n");                            \
		unit_bad++;                              \
	} while (0)

#define unit_true(x)                                   \
	do {                                           \
		if (!(x))                              \
			unit_fail("not true: %s", #x); \
	} while (0)

#define unit_int(got, want)                                                      \
	do {                                                                     \
		long long unit_g = (long long)(got), unit_w = (long long)(want); \
		if (unit_g != unit_w)                                            \
			unit_fail("%s is %lld, not %lld", #got, unit_g, unit_w); \
	} while (0)

#define unit_hex(got, want)                                                                     \
	do {                                                                                    \
		uint64_t unit_g = (uint64_t)(got), unit_w = (uint64_t)(want);                   \
		if (unit_g != unit_w)                                                           \
			unit_fail("%s is 0x%" PRIx64 ", not 0x%" PRIx64, #got, unit_g, unit_w); \
	} while (0)

#define unit_str(got, want)                                                                 \
	do {                                                                                \
		const char *unit_g = (got), *unit_w = (want);                               \
		if (strcmp(unit_g ? unit_g : "(null)", unit_w))                             \
			unit_fail("%s is '%s', not '%s'", #got, unit_g ? unit_g : "(null)", \
				  unit_w);                                                  \
	} while (0)

static inline int unit_done(void)
{
	printf("1..%d\n", unit_count);
	return unit_failed != 0;
}

#endif
