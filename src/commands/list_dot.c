/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The topology of a machine as a graph in Graphviz' language.
 *
 * Names of nodes begin with their kind, so that a device, a group and an IOMMU
 * of the same name are three nodes.
 */
#include "config.h"
#include "commands/list_dot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

/* Inside a quoted string of a label, where entities are known. */
static void put_quoted(struct out *o, const char *s)
{
	char *line = utf8_one_line(s);
	const char *rest = line;

	for (const char *at; (at = strchr(rest, '&')); rest = at + 1) {
		out_escaped(o, rest, (size_t)(at - rest));
		out_raw(o, "&amp;", 5);
	}
	out_escaped(o, rest, strlen(rest));
	free(line);
}

static void put_node(struct out *o, const char *kind, const char *name)
{
	out_printf(o, "\"%s:", kind);
	put_quoted(o, name);
	out_str(o, "\"");
}

static void put_edge(struct out *o, const char *kind, const char *name, const char *to_kind,
		     const char *to)
{
	out_str(o, "\t");
	put_node(o, kind, name);
	out_str(o, " -> ");
	put_node(o, to_kind, to);
	out_str(o, ";\n");
}

/* Another line of a label. */
static void put_label_line(struct out *o, const char *text)
{
	if (!text || !*text)
		return;
	out_str(o, "\\n");
	put_quoted(o, text);
}

static void put_iommu(struct out *o, json_object *iommu)
{
	const char *name = doc_get_str(iommu, "name", "");

	out_str(o, "\t");
	put_node(o, "iommu", name);
	out_str(o, " [shape=box3d, style=filled, fillcolor=\"#cfe2f3\", label=\"");
	put_quoted(o, name);
	put_label_line(o, doc_get_str(iommu, "type", NULL));
	out_str(o, "\"];\n");
}

static void put_group(struct out *o, json_object *group)
{
	char id[24];

	snprintf(id, sizeof(id), "%" PRId64, doc_get_int(group, "id", -1));
	out_str(o, "\t");
	put_node(o, "group", id);
	out_printf(o, " [shape=ellipse, label=\"group %s", id);
	put_label_line(o, doc_get_str(group, "type", NULL));
	out_str(o, "\"];\n");
}

/* What VFIO can hand out as it is stands out. */
static void put_device(struct out *o, json_object *dev)
{
	static const char *const keys[] = { "device_name", "driver", "cdev" };
	const char *name = doc_get_str(dev, "name", "");

	out_str(o, "\t");
	put_node(o, "device", name);
	out_str(o, " [shape=box, ");
	if (doc_get_bool(dev, "usable", false))
		out_str(o, "style=filled, fillcolor=\"#d9ead3\", ");
	out_str(o, "label=\"");
	put_quoted(o, name);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		put_label_line(o, doc_get_str(dev, keys[i], NULL));
	out_str(o, "\"];\n");
}

/* A device without a group hangs on its IOMMU, one without either stands alone. */
static void put_device_edge(struct out *o, json_object *dev)
{
	const char *name = doc_get_str(dev, "name", ""), *iommu = doc_get_str(dev, "iommu", NULL);
	int64_t group = doc_get_int(dev, "group", -1);
	char id[24];

	snprintf(id, sizeof(id), "%" PRId64, group);
	if (group >= 0)
		put_edge(o, "group", id, "device", name);
	else if (iommu)
		put_edge(o, "iommu", iommu, "device", name);
}

static void put_group_edge(struct out *o, json_object *dev)
{
	const char *iommu = doc_get_str(dev, "iommu", NULL);
	int64_t group = doc_get_int(dev, "group", -1);
	char id[24];

	if (!iommu || group < 0)
		return;
	snprintf(id, sizeof(id), "%" PRId64, group);
	put_edge(o, "iommu", iommu, "group", id);
}

static void each(struct out *o, json_object *list, void (*put)(struct out *, json_object *))
{
	for (size_t i = 0; i < doc_len(list); i++)
		put(o, doc_at(list, i));
}

void list_dot_view(struct out *o, json_object *doc)
{
	json_object *devices = doc_get(doc, "devices");

	/* Several devices of a group say the same of it: strict draws an edge once. */
	out_str(o, "strict digraph iommuctl {\n\trankdir=LR;\n\tnode [fontname=\"sans-serif\", "
		   "fontsize=10];\n");
	each(o, doc_get(doc, "iommus"), put_iommu);
	each(o, doc_get(doc, "groups"), put_group);
	each(o, devices, put_device);
	each(o, devices, put_group_edge);
	each(o, devices, put_device_edge);
	out_str(o, "}\n");
}
