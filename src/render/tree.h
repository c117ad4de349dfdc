/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees: one line a node, with branches drawn before it.
 */
#ifndef IOMMUCTL_RENDER_TREE_H
#define IOMMUCTL_RENDER_TREE_H

#include <stdbool.h>

#include "base/out.h"

enum { TREE_DEPTH = 16 };

struct tree {
	struct out *out;
	bool ascii;            /* the locale has no line-drawing characters */
	bool last[TREE_DEPTH]; /* the node above at this depth was the last of its parent */
};

/** Begin to draw on @o; line-drawing characters where the locale is UTF-8. */
void tree_init(struct tree *t, struct out *o);

/**
 * tree_branch() - begin the line of a node
 * @depth: 0 for a root, which has no branch
 * @last: no other child of its parent follows
 *
 * The caller appends the text and the newline.
 */
void tree_branch(struct tree *t, unsigned int depth, bool last);

#endif
