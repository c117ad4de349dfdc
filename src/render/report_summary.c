/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a whole machine can do: the facts of a report, counted. */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "decode/capabilities.h"
#include "render/report_views.h"

static void count(json_object *counts, const char *key)
{
	doc_add_copy(counts, key, doc_int(doc_get_int(counts, key, 0) + 1));
}

static json_object *group_types(json_object *groups)
{
	json_object *counts = doc_object();

	for (size_t i = 0; i < doc_len(groups); i++)
		count(counts, doc_get_str(doc_at(groups, i), "type", "unknown"));
	return counts;
}

static size_t largest_group(json_object *groups)
{
	size_t largest = 0;

	for (size_t i = 0; i < doc_len(groups); i++) {
		size_t n = doc_len(doc_get(doc_at(groups, i), "devices"));

		largest = n > largest ? n : largest;
	}
	return largest;
}

static int64_t vfio_devices(json_object *devices)
{
	int64_t n = 0;

	for (size_t i = 0; i < doc_len(devices); i++)
		n += doc_get_str(doc_at(devices, i), "cdev", NULL) != NULL;
	return n;
}

static json_object *log_kinds(json_object *log)
{
	static const char *const kinds[] = { "fault", "event", "firmware_bug" };
	json_object *counts = doc_object(), *records = doc_get(log, "records");

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		doc_add(counts, kinds[i], doc_int(0));
	for (size_t i = 0; i < doc_len(records); i++) {
		const char *kind = doc_get_str(doc_at(records, i), "kind", "");

		if (doc_get(counts, kind))
			count(counts, kind);
	}
	return counts;
}

/* Sizes that are in both lists. */
static json_object *common_sizes(json_object *a, json_object *b)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < doc_len(a); i++)
		for (size_t k = 0; k < doc_len(b); k++)
			if (json_object_equal(doc_at(a, i), doc_at(b, k)))
				doc_push(list, json_object_get(doc_at(a, i)));
	return list;
}

/* What two IOMMUs both can: null when one of them does not say. */
static json_object *common(enum capability_kind kind, json_object *a, json_object *b)
{
	if (!a || !b)
		return NULL;
	if (kind == CAPABILITY_SIZES)
		return common_sizes(a, b);
	if (kind == CAPABILITY_BOOL)
		return doc_bool(json_object_get_boolean(a) && json_object_get_boolean(b));
	return json_object_get(json_object_get_int64(a) < json_object_get_int64(b) ? a : b);
}

/* Mock devices of the kernel's own tests, and what is not known, say nothing of the machine. */
static bool counts(json_object *iommu)
{
	const char *type = doc_get_str(iommu, "type", "unknown");

	return strcmp(type, "selftest") && strcmp(type, "unknown");
}

static json_object *real_iommus(json_object *doc)
{
	json_object *all = doc_get(doc, "iommus"), *list = doc_list();

	for (size_t i = 0; i < doc_len(all); i++)
		if (counts(doc_at(all, i)))
			doc_push(list, json_object_get(doc_at(all, i)));
	return list;
}

static json_object *capabilities(json_object *iommus)
{
	json_object *all = doc_object();

	for (size_t c = 0; c < CAP_COUNT; c++) {
		const char *key = capability_info[c].key;
		json_object *value = NULL;

		for (size_t i = 0; i < doc_len(iommus); i++) {
			json_object *one = doc_get(doc_get(doc_at(iommus, i), "capabilities"), key);
			json_object *both = i ? common(capability_info[c].kind, value, one)
					      : json_object_get(one);

			json_object_put(value);
			value = both;
		}
		doc_add(all, key, value);
	}
	return all;
}

json_object *report_summary(json_object *doc)
{
	json_object *iommus = real_iommus(doc), *sum = doc_object();
	const char *type = doc_len(iommus) ? doc_get_str(doc_at(iommus, 0), "type", NULL) : NULL;

	for (size_t i = 1; i < doc_len(iommus); i++)
		if (type && strcmp(type, doc_get_str(doc_at(iommus, i), "type", "")))
			type = "mixed";
	doc_add(sum, "driven", doc_bool(!strcmp(doc_get_str(doc, "state", ""), "present")));
	doc_add(sum, "type", doc_str(type));
	doc_add(sum, "groups", group_types(doc_get(doc, "groups")));
	doc_add(sum, "largest_group", doc_uint(largest_group(doc_get(doc, "groups"))));
	doc_add(sum, "vfio_devices", doc_int(vfio_devices(doc_get(doc, "devices"))));
	doc_add(sum, "log", log_kinds(doc_get(doc, "log")));
	doc_add(sum, "capabilities", capabilities(iommus));
	json_object_put(iommus);
	return sum;
}
