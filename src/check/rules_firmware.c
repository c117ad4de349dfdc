/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about what firmware wrote into its tables, and what the kernel thought of it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/out.h"
#include "check/rules.h"

static const char *const tables[] = { "DMAR", "IVRS", "IORT", "VIOT" };

/* Which finding a problem of the parser is: by the beginning of its id. */
static enum check_finding problem_finding(const char *id)
{
	if (!strncmp(id, "reserved-range", 14) || !strncmp(id, "range", 5))
		return F_FIRMWARE_RANGE;
	if (!strcmp(id, "device-missing") || !strncmp(id, "scope-device", 12))
		return F_FIRMWARE_SCOPE;
	return F_FIRMWARE_TABLE_DAMAGED;
}

void rule_firmware_tables(struct check_run *run, const struct check_subject *s)
{
	struct out good = { 0 };
	struct evidence ev;
	char where[64];

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		json_object *table = fact_acpi_table(run->facts, tables[i]);
		json_object *problems = doc_get(table, "problems");

		if (!table)
			continue;
		if (!doc_len(problems) && doc_get_bool(table, "checksum_ok", true))
			out_printf(&good, "%s%s", good.len ? ", " : "", tables[i]);
		if (!doc_get_bool(table, "checksum_ok", true)) {
			ev = evidence_of("acpi", tables[i], "checksum");
			check_emit(run, F_FIRMWARE_TABLE_DAMAGED, s, &ev, 2, tables[i],
				   "its checksum is wrong");
		}
		for (size_t j = 0; j < doc_len(problems); j++) {
			json_object *p = doc_at(problems, j);
			const char *text = doc_get_str(p, "text", "");

			snprintf(where, sizeof(where), "%s, byte %lld", tables[i],
				 (long long)doc_get_int(p, "offset", 0));
			ev = evidence_of("acpi", where, "%s", text);
			check_emit(run, problem_finding(doc_get_str(p, "id", "")), s, &ev, 2,
				   tables[i], text);
		}
	}
	if (good.len) {
		out_raw(&good, "", 1);
		ev = evidence_of("acpi", "/sys/firmware/acpi/tables", "%s", good.data);
		check_emit(run, F_FIRMWARE_TABLES, s, &ev, 1, good.data);
	}
	out_free(&good);
}

void rule_firmware_log(struct check_run *run, const struct check_subject *s)
{
	json_object *records = fact_log(run->facts);

	for (size_t i = 0; i < doc_len(records); i++) {
		json_object *r = doc_at(records, i);
		struct evidence ev;

		if (strcmp(doc_get_str(r, "kind", ""), "firmware_bug"))
			continue;
		ev = evidence_of("log", "kernel log", "%s", doc_get_str(r, "meaning", ""));
		check_emit(run, F_FIRMWARE_BUG, s, &ev, 1, doc_get_str(r, "meaning", ""));
	}
}
