/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trees: one line a node, with branches drawn before it. */
#include "config.h"
#include "render/tree.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

/* The first of these that is set decides, as in setlocale(3). */
static bool locale_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *v = getenv(names[i]), *dot;

		if (!v || !*v)
			continue;
		dot = strchr(v, '.');
		return dot &&
		       (!strncasecmp(dot + 1, "UTF-8", 5) || !strncasecmp(dot + 1, "utf8", 4));
	}
	return false;
}

void tree_init(struct tree *t, struct out *o)
{
	memset(t, 0, sizeof(*t));
	t->out = o;
	t->ascii = !locale_is_utf8();
}

void tree_branch(struct tree *t, unsigned int depth, bool last)
{
	if (depth >= TREE_DEPTH)
		depth = TREE_DEPTH - 1;
	for (unsigned int i = 1; i < depth; i++)
		out_str(t->out, t->last[i] ? "   " : t->ascii ? "|  " : "│  ");
	if (depth)
		out_str(t->out, t->ascii ? (last ? "`- " : "|- ") : (last ? "└─ " : "├─ "));
	t->last[depth] = last;
}
