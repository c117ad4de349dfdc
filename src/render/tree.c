/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trees: one line a node, with branches drawn before it. */
#include "config.h"
#include "render/tree.h"

#include <string.h>

#include "base/utf8.h"

void tree_init(struct tree *t, struct out *o)
{
	memset(t, 0, sizeof(*t));
	t->out = o;
	t->ascii = !utf8_locale();
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
