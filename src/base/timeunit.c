/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units of time behind a number. */
#include "config.h"
#include "base/timeunit.h"

#include <string.h>

#include "base/mem.h"

unsigned int timeunit_seconds(const char *unit)
{
	static const struct {
		const char *unit;
		unsigned int seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(unit, units[i].unit))
			return units[i].seconds;
	return 0;
}
