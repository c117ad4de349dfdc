/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report as a feature file of Node Feature Discovery: NAME=VALUE lines that
 * become labels of a Kubernetes node.
 */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "decode/capabilities.h"
#include "render/report_views.h"

/* A label's value: letters, digits, '-', '_' and '.', 63 at most, ends in letters or digits. */
static void feature(struct out *o, const char *name, const char *value)
{
	char clean[64];
	size_t n = 0;

	for (; *value && n < sizeof(clean) - 1; value++) {
		char c = isalnum((unsigned char)*value) || strchr("-_.", *value) ? *value : '-';

		if (n || isalnum((unsigned char)c))
			clean[n++] = c;
	}
	while (n && !isalnum((unsigned char)clean[n - 1]))
		n--;
	clean[n] = '\0';
	out_printf(o, "iommu.%s=%s\n", name, clean);
}

static void capability(struct out *o, const struct capability_info *info, json_object *value)
{
	char name[64];

	if (!value || info->kind == CAPABILITY_SIZES)
		return;
	snprintf(name, sizeof(name), "%s", info->key);
	for (char *c = name; *c; c++)
		if (*c == '_')
			*c = '-';
	feature(o, name, json_object_get_string(value));
}

void report_nfd_view(struct out *o, json_object *doc)
{
	json_object *sum = report_summary(doc), *caps = doc_get(sum, "capabilities");
	char number[32];

	feature(o, "driven", doc_get_bool(sum, "driven", false) ? "true" : "false");
	if (doc_get_str(sum, "type", NULL))
		feature(o, "type", doc_get_str(sum, "type", ""));
	snprintf(number, sizeof(number), "%zu", doc_len(doc_get(doc, "iommus")));
	feature(o, "count", number);
	for (size_t c = 0; c < CAP_COUNT; c++)
		capability(o, &capability_info[c], doc_get(caps, capability_info[c].key));
	json_object_put(sum);
}
