/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Libraries that are loaded when they are first needed.
 *
 * Compression, device names and configuration space come from well-kept
 * libraries, but most runs need none of them, and linking them would more
 * than double the time that the program takes to start.
 */
#ifndef IOMMUCTL_BASE_DYNLIB_H
#define IOMMUCTL_BASE_DYNLIB_H

#include <stdbool.h>
#include <stddef.h>

struct dynlib_symbol {
	const char *name;
	void **where; /* receives the address */
};

/**
 * dynlib_load() - load a library and look up everything that is used of it
 * @soname: "libz.so.1"
 * @symbols: names and places, all of them required
 * @count: number of @symbols
 * @why: receives a description when it fails, static until the next call; may be NULL
 *
 * The library stays loaded. Returns false when it is missing or too old; @where
 * of the symbols is then undefined.
 */
bool dynlib_load(const char *soname, const struct dynlib_symbol *symbols, size_t count,
		 const char **why);

#endif
