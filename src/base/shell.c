/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for a shell. */
#include "config.h"
#include "base/shell.h"

#include <string.h>

#include "base/mem.h"

char *shell_quoted(const char *s)
{
	char *word = mem_strdup("'");

	/* Within single quotes nothing is special but the single quote. */
	for (;;) {
		size_t n = strcspn(s, "'");

		word = mem_join(word, "", mem_strndup(s, n));
		s += n;
		if (!*s++)
			break;
		word = mem_append(word, "", "'\\''");
	}
	return mem_append(word, "", "'");
}

char *shell_word(const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789.,:_@%+/-";

	return *s && !s[strspn(s, plain)] ? mem_strdup(s) : shell_quoted(s);
}
