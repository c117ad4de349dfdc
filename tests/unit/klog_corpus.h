/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The captured log lines, for the unit tests. */
#ifndef IOMMUCTL_TESTS_KLOG_CORPUS_H
#define IOMMUCTL_TESTS_KLOG_CORPUS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "klog/klog.h"

static const char *const corpus_files[] = {
	"amd_events",
	"amd_probe",
	"firmware_bugs",
	"freebsd",
	"generic",
	"riscv_virtio",
	"smmu_events",
	"smmu_probe",
	"soc",
	"traces",
	"vtd_faults",
	"vtd_probe",
	"xen",
	"given/amd_efr",
	"given/faults",
	"given/smmu_events",
	"given/smmu_probe",
	"given/vtd_dmesg",
};

/* The text of a row: "\n" and "\t" undone, the source behind the last tab cut off. In place. */
static inline void corpus_text(char *row)
{
	char *tab = strrchr(row, '\t'), *to = row;

	if (tab)
		*tab = '\0';
	for (char *p = row; *p; p++) {
		if (p[0] == '\\' && (p[1] == 'n' || p[1] == 't')) {
			*to++ = p[1] == 'n' ? '\n' : '\t';
			p++;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
}

/* Call @each with every row of a file. */
static inline void corpus_each(const char *name,
			       void (*each)(const char *file, int row, char *text))
{
	const char *dir = getenv("srcdir");
	char path[512], *line = NULL;
	size_t size = 0;
	int row = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/captures/logs/%s.tsv", dir ? dir : ".", name);
	f = fopen(path, "r");
	if (!f) {
		printf("Bail out! cannot open %s\n", path);
		exit(1);
	}
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		corpus_text(line);
		each(name, ++row, line);
	}
	free(line);
	fclose(f);
}

/* One line of text that says everything about a record, for comparison. */
static inline void corpus_describe(const struct klog_record *rec, FILE *f)
{
	fprintf(f, "%s %s lines=%u", klog_kind_name(rec->kind), klog_family(rec), rec->lines);
	if (rec->time)
		fprintf(f, " time=%s", rec->time);
	for (unsigned int i = 0; i < rec->n_regs; i++)
		fprintf(f, " %s=0x%llx", rec->reg_name[i], (unsigned long long)rec->reg_value[i]);
	for (unsigned int i = 0; i < rec->n_facts; i++) {
		const struct klog_fact *k = &rec->facts[i];

		fprintf(f, " %s=", k->key);
		if (k->type == KLOG_HEX)
			fprintf(f, "0x%llx", (unsigned long long)k->num);
		else if (k->type == KLOG_UINT || k->type == KLOG_BOOL)
			fprintf(f, "%llu", (unsigned long long)k->num);
		else if (k->type == KLOG_INT)
			fprintf(f, "%lld", (long long)k->num);
		else
			for (const char *p = k->str ? k->str : ""; *p; p++)
				fputc(*p == '\n' ? '/' : *p, f);
	}
	fputc('\n', f);
}

#endif
