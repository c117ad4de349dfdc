/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The topology of a machine as a tree, for a person at a terminal.
 */
#ifndef IOMMUCTL_COMMANDS_LIST_TREE_H
#define IOMMUCTL_COMMANDS_LIST_TREE_H

#include "render/doc.h"

/**
 * list_tree_view() - the document of list as a tree
 *
 * IOMMUs stand in their order, also those without devices; devices of no IOMMU
 * or no group come last. Lines are cut where the terminal ends.
 */
void list_tree_view(struct out *o, json_object *doc);

#endif
