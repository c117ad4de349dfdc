/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report as text: what somebody who answers a question about the machine reads first. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "decode/capabilities.h"
#include "render/registers.h"
#include "render/report_views.h"
#include "render/table.h"

enum { LABEL = 26 };

static void title(struct out *o, const char *text)
{
	out_str(o, "\n");
	out_styled(o, OUT_TITLE, text);
	out_str(o, "\n");
}

static void line(struct out *o, const char *label, const char *value)
{
	out_str(o, "  ");
	out_cell(o, label, LABEL);
	out_wrap(o, LABEL + 2, value ? value : "unknown");
	out_str(o, "\n");
}

/* "a, b, c" of a list of strings, to be freed; "none" when it is empty. */
static char *joined(json_object *list, const char *separator)
{
	struct out o = { 0 };

	for (size_t i = 0; i < doc_len(list); i++)
		out_printf(&o, "%s%s", i ? separator : "", doc_str_at(list, i, "?"));
	if (!o.len)
		out_str(&o, "none");
	out_raw(&o, "", 1);
	return o.data;
}

static void line_list(struct out *o, const char *label, json_object *list)
{
	char *text = list ? joined(list, ", ") : NULL;

	line(o, label, text);
	free(text);
}

/* --- kernel --------------------------------------------------------------------------------- */

static void command_line(struct out *o, json_object *kernel)
{
	json_object *words = doc_get(kernel, "command_line");
	int64_t omitted = doc_get_int(kernel, "command_line_omitted", 0);
	char *text = words ? joined(words, " ") : NULL, *all;

	all = text && omitted ? mem_printf("%s (and %lld parameters that are not about IOMMUs)",
					   text, (long long)omitted)
			      : NULL;
	line(o, "command line", all ? all : text);
	free(all);
	free(text);
}

static void configuration(struct out *o, json_object *config)
{
	static const char prefix[] = "CONFIG_";
	const size_t len = sizeof(prefix) - 1;
	json_object *options = doc_get(config, "options");
	struct out text = { 0 };

	if (!config) {
		line(o, "configuration", NULL);
		return;
	}
	out_printf(&text, "%s:", doc_get_str(config, "source", ""));
	json_object_object_foreach(doc_members(options), name, value)
	{
		const char *is = doc_get_str(options, name, "?");

		(void)value;
		if (strcmp(is, "n"))
			out_printf(&text, " %s=%s", name + (strncmp(name, prefix, len) ? 0 : len),
				   is);
	}
	out_raw(&text, "", 1);
	line(o, "configuration", text.data);
	out_free(&text);
}

static void modules(struct out *o, json_object *list)
{
	struct out text = { 0 };

	for (size_t i = 0; i < doc_len(list); i++) {
		const char *module = doc_get_str(doc_at(list, i), "name", "");

		json_object_object_foreach(doc_members(doc_get(doc_at(list, i), "parameters")),
					   name, value)
			out_printf(&text, "%s%s.%s=%s", text.len ? " " : "", module, name,
				   value ? json_object_get_string(value) : "?");
	}
	if (!text.len)
		out_str(&text, "none");
	out_raw(&text, "", 1);
	line(o, "module parameters", list ? text.data : NULL);
	out_free(&text);
}

static void kernel(struct out *o, json_object *doc)
{
	json_object *k = doc_get(doc, "kernel");

	title(o, "Kernel");
	line(o, "release", doc_get_str(k, "release", NULL));
	line(o, "version", doc_get_str(k, "version", NULL));
	command_line(o, k);
	configuration(o, doc_get(k, "config"));
	modules(o, doc_get(k, "modules"));
}

/* --- hardware -------------------------------------------------------------------------------- */

/* What is known, with the words of hwinfo. */
static void capabilities(struct out *o, json_object *values)
{
	for (size_t i = 0; i < CAP_COUNT; i++) {
		const struct capability_info *info = &capability_info[i];
		json_object *value = doc_get(values, info->key);
		struct out text = { 0 };

		if (!value)
			continue;
		capability_text(&text, info, value);
		out_raw(&text, "", 1);
		line(o, info->title, text.data);
		out_free(&text);
	}
}

/* The first that has the same registers, or NULL. */
static const char *same_before(json_object *list, size_t which)
{
	json_object *registers = doc_get(doc_at(list, which), "registers");

	for (size_t i = 0; i < which && json_object_object_length(doc_members(registers)); i++)
		if (json_object_equal(registers, doc_get(doc_at(list, i), "registers")) &&
		    json_object_equal(doc_get(doc_at(list, which), "capabilities"),
				      doc_get(doc_at(list, i), "capabilities")))
			return doc_get_str(doc_at(list, i), "name", "");
	return NULL;
}

static void iommus(struct out *o, json_object *list)
{
	const char *source, *same;
	size_t n;

	title(o, "IOMMUs");
	if (!doc_len(list))
		out_str(o, "  none in use\n");
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *iommu = doc_at(list, i);

		out_str(o, i ? "\n  " : "  ");
		out_styled(o, OUT_BOLD, doc_get_str(iommu, "name", ""));
		n = doc_len(doc_get(iommu, "devices"));
		source = doc_get_str(iommu, "source", NULL);
		out_printf(o, "  %zu device%s, %s%s\n", n, n == 1 ? "" : "s",
			   source ? "registers from " : "no registers", source ? source : "");
		same = o->verbose ? NULL : same_before(list, i);
		if (same) {
			line(o, "same as", same);
			continue;
		}
		json_object_object_foreach(doc_members(doc_get(iommu, "registers")), name, reg)
			line(o, name, doc_get_str(reg, "value", ""));
		capabilities(o, doc_get(iommu, "capabilities"));
	}
}

static void groups(struct out *o, json_object *list)
{
	static const struct table_column columns[] = { { "  GROUP", TABLE_LEFT },
						       { "TYPE", TABLE_LEFT },
						       { "RESERVED", TABLE_RIGHT },
						       { "DEVICES", TABLE_LEFT } };
	struct table t;

	title(o, "Groups");
	if (!doc_len(list))
		out_str(o, "  none\n");
	table_init(&t, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *group = doc_at(list, i);
		char *id = mem_printf("  %lld", (long long)doc_get_int(group, "id", -1));
		char *names = joined(doc_get(group, "devices"), " ");
		char *reserved = doc_get(group, "reserved")
					 ? mem_printf("%zu", doc_len(doc_get(group, "reserved")))
					 : NULL;

		table_cell(&t, id);
		table_cell(&t, doc_get_str(group, "type", NULL));
		table_cell(&t, reserved);
		table_cell(&t, names);
		free(id);
		free(names);
		free(reserved);
	}
	table_render(&t, o);
	table_free(&t);
}

static json_object *pci_of(json_object *doc, size_t *from, const char *name)
{
	json_object *list = doc_get(doc, "pci");

	/* Both lists have the same order: the search begins where the last one ended. */
	for (size_t n = doc_len(list), i = 0; i < n; i++) {
		json_object *pci = doc_at(list, (*from + i) % n);

		if (strcmp(doc_get_str(pci, "device", ""), name))
			continue;
		*from = (*from + i + 1) % n;
		return pci;
	}
	return NULL;
}

/* "ATS PASID(20) ACS": what configuration space says. */
static char *capability_words(json_object *pci)
{
	static const struct {
		const char *key, *word;
	} words[] = { { "ats", "ATS" },
		      { "pri", "PRI" },
		      { "pasid", "PASID" },
		      { "acs", "ACS" },
		      { "sriov", "SR-IOV" } };
	struct out o = { 0 };

	if (strcmp(doc_get_str(pci, "config", ""), "full"))
		return mem_strdup(pci ? "?" : "-");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		json_object *cap = doc_get(pci, words[i].key);

		if (cap)
			out_printf(&o, "%s%s%s", o.len ? " " : "", words[i].word,
				   doc_get_bool(cap, "enabled", false) ? "+" : "");
	}
	if (!o.len)
		out_str(&o, "-");
	out_raw(&o, "", 1);
	return o.data;
}

static void devices(struct out *o, json_object *doc)
{
	static const struct table_column columns[] = {
		{ "  DEVICE", TABLE_LEFT }, { "ID", TABLE_LEFT },     { "DRIVER", TABLE_LEFT },
		{ "IOMMU", TABLE_LEFT },    { "GROUP", TABLE_RIGHT }, { "CDEV", TABLE_LEFT },
		{ "PCI", TABLE_LEFT },      { "NAME", TABLE_LEFT },
	};
	json_object *list = doc_get(doc, "devices");
	size_t from = 0;
	struct table t;

	title(o, "Devices");
	table_init(&t, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *dev = doc_at(list, i);
		const char *name = doc_get_str(dev, "name", "");
		const char *vendor = doc_get_str(dev, "vendor", NULL);
		char *cell = mem_printf("  %s", name);
		char *id = vendor ? mem_printf("%s:%s", vendor + 2,
					       doc_get_str(dev, "device", "0x") + 2)
				  : NULL;
		char *group = doc_get(dev, "group")
				      ? mem_printf("%lld", (long long)doc_get_int(dev, "group", -1))
				      : NULL;
		char *caps = capability_words(pci_of(doc, &from, name));

		table_cell(&t, cell);
		table_cell(&t, id);
		table_cell(&t, doc_get_str(dev, "driver", NULL));
		table_cell(&t, doc_get_str(dev, "iommu", NULL));
		table_cell(&t, group);
		table_cell(&t, doc_get_str(dev, "cdev", NULL));
		table_cell(&t, caps);
		table_cell(&t, doc_get_str(dev, "device_name", NULL));
		free(cell);
		free(id);
		free(group);
		free(caps);
	}
	table_render(&t, o);
	table_free(&t);
	out_str(o, "  (PCI: + is enabled, ? could not be read)\n");
}

static void acpi_table(struct out *o, json_object *table)
{
	json_object *problems = doc_get(table, "problems");
	char *text = mem_printf("%s %s, %zu structures%s", doc_get_str(table, "oem_id", ""),
				doc_get_str(table, "oem_table_id", ""),
				doc_len(doc_get(table, "structures")),
				doc_get_bool(table, "platform_opt_in", false)
					? ", asks the kernel to protect against DMA (opt-in)"
					: "");

	line(o, doc_get_str(table, "signature", ""), text);
	free(text);
	for (size_t i = 0; i < doc_len(problems); i++)
		line(o, "  problem", doc_get_str(doc_at(problems, i), "text", ""));
}

static void acpi(struct out *o, json_object *a)
{
	json_object *tables = doc_get(a, "tables"), *reserved = doc_get(a, "reserved_memory");

	if (!a)
		return;
	title(o, "Firmware (ACPI)");
	if (!doc_len(tables))
		out_str(o, "  no table that describes an IOMMU\n");
	for (size_t i = 0; i < doc_len(tables); i++)
		acpi_table(o, doc_at(tables, i));
	for (size_t i = 0; i < doc_len(reserved); i++) {
		json_object *r = doc_at(reserved, i);
		char *names = doc_get(r, "devices") ? joined(doc_get(r, "devices"), " ")
						    : mem_strdup("every device");
		char *text =
			mem_printf("%s-%s %s, for %s", doc_get_str(r, "start", ""),
				   doc_get_str(r, "end", ""), doc_get_str(r, "kind", ""), names);

		line(o, doc_get_str(r, "structure", ""), text);
		free(text);
		free(names);
	}
}

/* --- what this process may do ----------------------------------------------------------------- */

static void limits(struct out *o, json_object *l)
{
	json_object *m = doc_get(l, "memlock");
	int64_t soft = doc_get_int(m, "soft", -1);
	char *text = NULL;

	if (!l)
		return;
	title(o, "Limits");
	if (doc_get_bool(m, "soft_unlimited", false))
		text = mem_strdup("unlimited");
	else if (soft >= 0)
		text = mem_printf("%lld bytes", (long long)soft);
	line(o, "locked memory", text);
	line_list(o, "capabilities", doc_get(l, "capabilities"));
	free(text);
}

static void nodes(struct out *o, json_object *list)
{
	if (!list)
		return;
	title(o, "Device nodes");
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *n = doc_at(list, i);
		char *text = NULL;

		if (doc_get_bool(n, "exists", false))
			text = mem_printf("%s %s:%s, %s", doc_get_str(n, "mode", "?"),
					  doc_get_str(n, "owner", "?"),
					  doc_get_str(n, "group", "?"),
					  doc_get_bool(n, "usable", false) ? "may be opened"
									   : "may not be opened");
		line(o, doc_get_str(n, "path", ""), text ? text : "is not there");
		free(text);
	}
}

static void holders(struct out *o, json_object *h)
{
	json_object *list = doc_get(h, "list");

	if (!doc_len(list))
		return;
	title(o, "Held by");
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *e = doc_at(list, i);
		const char *device = doc_get_str(e, "device", doc_get_str(e, "cdev", NULL));
		char *who = mem_printf("%s (%lld)", doc_get_str(e, "command", "?"),
				       (long long)doc_get_int(e, "pid", 0));
		char *what = mem_printf("%s %s", doc_get_str(e, "kind", ""), device ? device : "");

		line(o, who, what);
		free(who);
		free(what);
	}
}

static void log_records(struct out *o, json_object *doc)
{
	json_object *log = doc_get(doc, "log"), *records = doc_get(log, "records"), *sum;

	if (!log)
		return;
	title(o, "Kernel log");
	line(o, "source", doc_get_str(log, "source", NULL));
	sum = report_summary(doc);
	json_object_object_foreach(doc_get(sum, "log"), counted, n)
		line(o, counted, json_object_get_string(n));
	json_object_put(sum);
	for (size_t i = 0; i < doc_len(records); i++) {
		json_object *r = doc_at(records, i);
		const char *kind = doc_get_str(r, "kind", "");

		if (strcmp(kind, "fault") && strcmp(kind, "event") && strcmp(kind, "firmware_bug"))
			continue;
		line(o, kind, doc_get_str(r, "meaning", doc_get_str(r, "reason", "")));
	}
}

static void unread(struct out *o, json_object *list)
{
	if (!doc_len(list))
		return;
	title(o, "Could not be read");
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *e = doc_at(list, i);
		const char *why = doc_get_str(e, "why", NULL),
			   *needs = doc_get_str(e, "needs", NULL);

		out_printf(o, "  %s%s%s%s%s\n", doc_get_str(e, "what", ""), why ? ": " : "",
			   why ? why : "", needs ? "; needs " : "", needs ? needs : "");
	}
}

void report_text_view(struct out *o, json_object *doc)
{
	json_object *top = doc_get(doc, "report");

	out_printf(o, "Report made %s by iommuctl %s; private data %s\n",
		   doc_get_str(top, "created", "at an unknown time"),
		   doc_get_str(top, "tool_version", "?"), doc_get_str(top, "private_data", "?"));
	kernel(o, doc);
	iommus(o, doc_get(doc, "iommus"));
	groups(o, doc_get(doc, "groups"));
	devices(o, doc);
	acpi(o, doc_get(doc, "acpi"));
	limits(o, doc_get(doc, "limits"));
	nodes(o, doc_get(doc, "nodes"));
	holders(o, doc_get(doc, "holders"));
	log_records(o, doc);
	unread(o, doc_get(doc, "unread"));
}
