/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes iommuctl-findings.7 from the table of findings, on stdout.
 *
 * Runs during the build, on the machine that builds: it needs the C library
 * and that table only.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "check/findings.h"

enum { LINE = 76 };

static const char head[] =
	".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	".\\\" Made from src/check/findings.tab.c by man/findings-man.c.\n"
	".Dd November 24, 2026\n"
	".Dt IOMMUCTL-FINDINGS 7\n"
	".Os\n"
	".Sh NAME\n"
	".Nm iommuctl-findings\n"
	".Nd what iommuctl check can find\n"
	".Sh DESCRIPTION\n"
	"This page lists everything that\n"
	".Xr iommuctl-check 8\n"
	"can find: the id, its status, what it means and what would change it.\n"
	"It is made from the table that the program judges with;\n"
	".Ic iommuctl check Fl Fl list-findings\n"
	"prints the same from the program at hand, and with\n"
	".Fl Fl json\n"
	"for programs.\n"
	".Pp\n"
	"Ids are stable: an id never changes its meaning, and scripts can wait for it.\n"
	"Sentences may change.\n"
	"Where a fix has dots, the program puts in what it found.\n"
	".Bl -tag -width unknown\n"
	".It pass\n"
	"As it should be.\n"
	".It warn\n"
	"Works, at a price that somebody should know.\n"
	"The goal is still reached.\n"
	".It unknown\n"
	"Decides the answer and cannot be told.\n"
	".It fail\n"
	"Stands in the way of the goal.\n"
	".El\n";

static const char tail[] = ".Sh SEE ALSO\n"
			   ".Xr iommuctl 8 ,\n"
			   ".Xr iommuctl-check 8\n";

static const struct {
	const char *prefix, *heading;
} sections[] = {
	{ "iommu.", "Is it on" },
	{ "parameter.", "Kernel parameters" },
	{ "interrupt-remapping.", "Interrupt remapping" },
	{ "iommufd.", "iommufd" },
	{ "vfio.", "VFIO" },
	{ "limits.", "Limits" },
	{ "device.", "One device" },
	{ "group.", "The device's group" },
	{ "cost.", "What giving a device away costs" },
	{ "nested.", "Nested translation" },
	{ "dirty-tracking.", "Dirty tracking" },
	{ "pasid.", "PASIDs" },
	{ "page-requests.", "Page requests" },
	{ "isolation.", "Isolation" },
	{ "firmware.", "Firmware" },
	{ "facts.", "What could not be read" },
	{ "consumer.", "Rules of a VMM" },
};

static const char *const status_names[] = {
	[CHECK_PASS] = "pass",
	[CHECK_WARN] = "warn",
	[CHECK_UNKNOWN] = "unknown",
	[CHECK_FAIL] = "fail",
};

/* One word, with what mdoc would take for markup escaped. Returns its width. */
static size_t put_word(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '{') {
			fputs("...", stdout);
			while (i < len && word[i] != '}')
				i++;
		} else if (word[i] == '\\') {
			fputs("\\e", stdout);
		} else if (word[i] == '-' && i + 1 < len && (i == 0 || word[i - 1] == '-')) {
			fputs("\\-", stdout); /* an option, not a hyphen */
		} else {
			putchar(word[i]);
		}
	}
	return len;
}

/* Text as mdoc lines; a sentence ends a line. */
static void put_text(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column && column + 1 + len > LINE) {
			putchar('\n');
			column = 0;
		}
		if (column) {
			putchar(' ');
			column++;
		} else if (*text == '.' || *text == '\'') {
			fputs("\\&", stdout);
		}
		column += put_word(text, len);
		if (len > 1 && text[len - 1] == '.' && text[len - 2] != '.') {
			putchar('\n');
			column = 0;
		}
		text += len;
		text += *text == ' ';
	}
	if (column)
		putchar('\n');
}

static void put_finding(const struct check_finding_info *f)
{
	printf(".It %s Pq %s\n", f->id, status_names[f->status]);
	put_text(f->about);
	if (f->fix && strcmp(f->fix, "{1}") && strcmp(f->fix, "{2}") && strcmp(f->fix, "{3}")) {
		puts(".Pp\nFix:");
		put_text(f->fix);
	} else if (f->fix) {
		puts(".Pp\nThe fix depends on what was found.");
	}
}

int main(void)
{
	fputs(head, stdout);
	for (size_t s = 0; s < sizeof(sections) / sizeof(sections[0]); s++) {
		const char *prefix = sections[s].prefix;

		printf(".Sh %s\n.Bl -tag -width Ds\n", sections[s].heading);
		for (size_t i = 0; i < F_COUNT; i++)
			if (!strncmp(check_findings[i].id, prefix, strlen(prefix)))
				put_finding(&check_findings[i]);
		puts(".El");
	}
	fputs(tail, stdout);
	return fflush(stdout) || ferror(stdout);
}
