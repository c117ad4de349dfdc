/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fuzz targets share: the entry point, a check that ends the run, a hash that picks inputs. */
#ifndef IOMMUCTL_TESTS_FUZZ_H
#define IOMMUCTL_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run, and says what does not hold. */
#define require(what) ((what) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #what))

static inline void fuzz_broken(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

/* The same for the same bytes: what is dear is done for some inputs only, picked by this. */
static inline uint32_t fuzz_hash(const uint8_t *data, size_t size)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ data[i]) * 16777619u;
	return hash;
}

#endif
