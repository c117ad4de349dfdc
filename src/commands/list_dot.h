/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The topology of a machine as a graph in Graphviz' language.
 */
#ifndef IOMMUCTL_COMMANDS_LIST_DOT_H
#define IOMMUCTL_COMMANDS_LIST_DOT_H

#include "render/doc.h"

/**
 * list_dot_view() - the document of list as a directed graph
 *
 * IOMMUs point to their groups, groups to their devices. Every name is quoted,
 * and what the machine wrote cannot end a string: dot(1) reads whatever comes.
 */
void list_dot_view(struct out *o, json_object *doc);

#endif
