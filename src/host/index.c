/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An index: from a name to a number. Open addressing, half full at most. */
#include "config.h"
#include "host/index.h"

#include <string.h>
#include <time.h>

#include "base/mem.h"

static uint64_t hash(uint64_t seed, const char *s)
{
	uint64_t h = seed;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

/* Neither an address nor the time alone is to be guessed by whoever wrote the names. */
static uint64_t new_seed(const struct index *ix)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((uint64_t)now.tv_nsec << 32 ^ (uint64_t)(uintptr_t)ix) *
	       UINT64_C(0x9e3779b97f4a7c15);
}

static struct index_entry *slot(const struct index *ix, const char *name)
{
	size_t i = hash(ix->seed, name) & (ix->size - 1);

	while (ix->entries[i].name && strcmp(ix->entries[i].name, name))
		i = (i + 1) & (ix->size - 1);
	return &ix->entries[i];
}

static void enlarge(struct index *ix)
{
	struct index old = *ix;

	ix->size = old.size ? old.size * 2 : 64;
	ix->entries = mem_zalloc(ix->size * sizeof(*ix->entries));
	if (!old.size)
		ix->seed = new_seed(ix);
	for (size_t i = 0; i < old.size; i++)
		if (old.entries[i].name)
			*slot(ix, old.entries[i].name) = old.entries[i];
	free(old.entries);
}

bool index_put(struct index *ix, const char *name, size_t value)
{
	struct index_entry *e;

	if (ix->count * 2 >= ix->size)
		enlarge(ix);
	e = slot(ix, name);
	if (e->name)
		return false;
	e->name = name;
	e->value = value;
	ix->count++;
	return true;
}

bool index_get(const struct index *ix, const char *name, size_t *value)
{
	const struct index_entry *e;

	if (!ix->size)
		return false;
	e = slot(ix, name);
	if (!e->name)
		return false;
	*value = e->value;
	return true;
}

void index_free(struct index *ix)
{
	free(ix->entries);
	memset(ix, 0, sizeof(*ix));
}
