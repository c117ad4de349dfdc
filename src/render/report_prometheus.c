/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report as Prometheus text: one metric per fact about the machine and its
 * IOMMUs, none per device (a host can have ten thousand).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "decode/capabilities.h"
#include "render/report_views.h"

static void heading(struct out *o, const char *name, const char *help)
{
	out_printf(o, "# HELP iommuctl_%s %s\n# TYPE iommuctl_%s gauge\n", name, help, name);
}

static void label(struct out *o, const char *key, const char *value, bool last)
{
	char *line = utf8_one_line(value ? value : "");

	out_printf(o, "%s=\"", key);
	out_escaped(o, line, strlen(line));
	out_str(o, last ? "\"" : "\",");
	free(line);
}

static void info(struct out *o, json_object *doc)
{
	heading(o, "info", "The program and the kernel.");
	out_str(o, "iommuctl_info{");
	label(o, "version", PACKAGE_VERSION, false);
	label(o, "kernel", doc_get_str(doc_get(doc, "source"), "kernel", ""), true);
	out_str(o, "} 1\n");
}

static void iommus(struct out *o, json_object *list)
{
	heading(o, "iommu_info", "An IOMMU that the kernel drives.");
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *iommu = doc_at(list, i);

		out_str(o, "iommuctl_iommu_info{");
		label(o, "iommu", doc_get_str(iommu, "name", ""), false);
		label(o, "type", doc_get_str(iommu, "type", "unknown"), true);
		out_str(o, "} 1\n");
	}
	heading(o, "iommu_devices", "Devices behind an IOMMU.");
	for (size_t i = 0; i < doc_len(list); i++) {
		out_str(o, "iommuctl_iommu_devices{");
		label(o, "iommu", doc_get_str(doc_at(list, i), "name", ""), true);
		out_printf(o, "} %zu\n", doc_len(doc_get(doc_at(list, i), "devices")));
	}
}

static void capability(struct out *o, json_object *iommu, const char *key, int64_t value)
{
	out_str(o, "iommuctl_iommu_capability{");
	label(o, "iommu", doc_get_str(iommu, "name", ""), false);
	label(o, "capability", key, true);
	out_printf(o, "} %lld\n", (long long)value);
}

static void capabilities(struct out *o, json_object *list)
{
	heading(o, "iommu_capability",
		"A capability of an IOMMU: 1 or 0, or its number. Unknown ones are left out.");
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *iommu = doc_at(list, i), *caps = doc_get(iommu, "capabilities");

		for (size_t c = 0; c < CAP_COUNT; c++) {
			const char *key = capability_info[c].key;
			json_object *v = doc_get(caps, key);

			if (v && capability_info[c].kind != CAPABILITY_SIZES)
				capability(o, iommu, key, json_object_get_int64(v));
		}
	}
	heading(o, "iommu_page_size_bytes", "A page size that an IOMMU can map.");
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *iommu = doc_at(list, i);
		json_object *sizes = doc_get(doc_get(iommu, "capabilities"), "page_sizes");

		for (size_t k = 0; k < doc_len(sizes); k++) {
			const char *size = json_object_get_string(doc_at(sizes, k));

			out_str(o, "iommuctl_iommu_page_size_bytes{");
			label(o, "iommu", doc_get_str(iommu, "name", ""), false);
			label(o, "size", size, true);
			out_printf(o, "} %s\n", size);
		}
	}
}

static void counted(struct out *o, const char *name, const char *help, const char *key,
		    json_object *counts)
{
	heading(o, name, help);
	json_object_object_foreach(doc_members(counts), word, n)
	{
		out_printf(o, "iommuctl_%s{", name);
		label(o, key, word, true);
		out_printf(o, "} %lld\n", (long long)json_object_get_int64(n));
	}
}

static void number(struct out *o, const char *name, const char *help, int64_t v)
{
	heading(o, name, help);
	out_printf(o, "iommuctl_%s %lld\n", name, (long long)v);
}

void report_prometheus_view(struct out *o, json_object *doc)
{
	json_object *sum = report_summary(doc), *log = doc_get(doc, "log");

	info(o, doc);
	number(o, "iommu_driven", "Whether the kernel drives an IOMMU.",
	       doc_get_bool(sum, "driven", false));
	iommus(o, doc_get(doc, "iommus"));
	capabilities(o, doc_get(doc, "iommus"));
	counted(o, "groups", "IOMMU groups by the type of their default domain.", "type",
		doc_get(sum, "groups"));
	number(o, "largest_group_devices", "Devices in the largest IOMMU group.",
	       doc_get_int(sum, "largest_group", 0));
	number(o, "devices", "Devices that are known.", (int64_t)doc_len(doc_get(doc, "devices")));
	number(o, "vfio_devices", "Devices that a VFIO driver offers as character devices.",
	       doc_get_int(sum, "vfio_devices", 0));
	if (log)
		counted(o, "log_records", "IOMMU records in the kernel log, since it begins.",
			"kind", doc_get(sum, "log"));
	number(o, "unread_facts", "Facts that could not be read, for lack of privilege mostly.",
	       (int64_t)doc_len(doc_get(doc, "unread")));
	json_object_put(sum);
}
