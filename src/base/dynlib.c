/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Libraries that are loaded when they are first needed. */
#include "config.h"
#include "base/dynlib.h"

#include <dlfcn.h>

bool dynlib_load(const char *soname, const struct dynlib_symbol *symbols, size_t count,
		 const char **why)
{
	void *lib = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);

	for (size_t i = 0; lib && i < count; i++) {
		*symbols[i].where = dlsym(lib, symbols[i].name);
		if (!*symbols[i].where)
			lib = NULL;
	}
	if (!lib && why)
		*why = dlerror();
	return lib;
}
