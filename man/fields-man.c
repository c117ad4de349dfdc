/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes iommuctl-fields.7 from the tables, on stdout.
 *
 * Runs during the build, on the machine that builds: it needs the C library
 * and the decoder's sources only, which is why it does not use the program's
 * own output.
 */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/capabilities.h"
#include "decode/field.h"
#include "decode/payload.h"

enum { LINE = 76, TEXT = 2048 };

static const char head[] =
	".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	".\\\" Made from src/decode/*.tab.c by man/fields-man.c.\n"
	".Dd November 24, 2026\n"
	".Dt IOMMUCTL-FIELDS 7\n"
	".Os\n"
	".Sh NAME\n"
	".Nm iommuctl-fields\n"
	".Nd registers and fields that iommuctl decodes\n"
	".Sh DESCRIPTION\n"
	"This page lists every register and field that\n"
	".Xr iommuctl-decode 8\n"
	"and\n"
	".Xr iommuctl-hwinfo 8\n"
	"show, with its bits, its name in the specification and what its values mean.\n"
	"It is made from the tables that the program decodes with;\n"
	".Ic iommuctl decode Fl Fl list-fields\n"
	"prints the same from the program at hand, and with\n"
	".Fl Fl json\n"
	"for programs.\n"
	".Pp\n"
	"A flag without listed values means\n"
	".Dq no\n"
	"when it is 0 and\n"
	".Dq yes\n"
	"when it is 1.\n"
	"A value of an enumeration that is not listed is a reserved encoding, and is\n"
	"reported as one.\n"
	"Reserved bits are shown only when they are not zero.\n"
	"In the values of a bitmap, each number is one bit of the field.\n"
	".Pp\n"
	"These words stand behind a field:\n"
	".Bl -tag -width tentative\n"
	".It retired\n"
	"Withdrawn, deprecated or moved in newer revisions of the specification; text\n"
	"output shows it only when it is set.\n"
	".It tentative\n"
	"The name or the position rests on a single source, or sources differ.\n"
	".It promised\n"
	"The iommufd interface lets user space rely on the field.\n"
	"The kernel hands out whole registers, but says nothing about the other fields of\n"
	"these architectures.\n"
	".El\n"
	".Pp\n"
	"Under\n"
	".Sy Capabilities\n"
	"stands how the vocabulary common to all architectures follows from the\n"
	"registers; an entry marked unknown is always null in JSON.\n";

static const char tail[] = ".Sh SEE ALSO\n"
			   ".Xr iommuctl 8 ,\n"
			   ".Xr iommuctl-decode 8 ,\n"
			   ".Xr iommuctl-hwinfo 8\n";

static void __attribute__((format(printf, 2, 3))) add(char *text, const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + len, TEXT - len, fmt, ap);
	va_end(ap);
}

/* Running text: wrapped, and no word taken for a request or an escape. */
static void put_text(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column && column + 1 + len > LINE) {
			putchar('\n');
			column = 0;
		} else if (column) {
			putchar(' ');
			column++;
		}
		if (!column && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		for (size_t i = 0; i < len; i++)
			fputs(text[i] == '\\' ? "\\e" : (char[]) { text[i], '\0' }, stdout);
		column += len;
		text += len;
		text += *text == ' ';
	}
	putchar('\n');
}

static void put_row(const struct field *f)
{
	char text[TEXT] = "";

	if (f->hi == f->lo)
		printf(".It %u Sy \\&%s\n", f->hi, f->name);
	else
		printf(".It %u:%u Sy \\&%s\n", f->hi, f->lo, f->name);
	add(text, "%c%s", toupper((unsigned char)f->title[0]), f->title + 1);
	for (const struct field_value *v = f->values; v && v->meaning; v++)
		add(text, "%s%" PRIu64 " = %s", v == f->values ? ": " : "; ", v->raw, v->meaning);
	if (f->note)
		add(text, " (%s)", f->note);
	if (f->aliases)
		add(text, "; also %s", f->aliases);
	add(text, "%s%s%s", f->flags & FIELD_RETIRED ? "; retired" : "",
	    f->flags & FIELD_TENTATIVE ? "; tentative" : "",
	    f->flags & FIELD_PROMISED ? "; promised" : "");
	add(text, ".");
	put_text(text);
}

static void put_rows(const struct reg *reg)
{
	printf(".Bl -tag -width Ds -compact\n");
	for (size_t i = 0; i < reg->n_fields; i++)
		if (!field_is_reserved(&reg->fields[i]))
			put_row(&reg->fields[i]);
	printf(".El\n");
}

static void put_register(const struct reg *reg)
{
	printf(".Ss \\&%s: %s, %u bits\n", reg->name, reg->title, reg->bits);
	put_rows(reg);
}

static void put_rules(const struct capability_rule *rules)
{
	printf(".Ss Capabilities\n.Bl -tag -width Ds -compact\n");
	for (size_t i = 0; i < CAP_COUNT; i++) {
		char text[TEXT] = "";

		printf(".It Li %s\n", capability_info[i].key);
		add(text, "%s%s.", rules[i].value ? "" : "unknown: ", rules[i].doc);
		if (rules[i].doc[0] != '2')
			text[0] = (char)toupper((unsigned char)text[0]);
		put_text(text);
	}
	printf(".El\n");
}

static void put_arch(const struct arch *arch)
{
	char text[TEXT] = "";

	printf(".Sh %s\n", arch->type);
	add(text, "%s.", arch->title);
	put_text(text);
	*text = '\0';
	add(text, "Covers %s.", arch->revision);
	put_text(text);
	for (size_t i = 0; i < arch->n_regs; i++)
		put_register(&arch->regs[i]);
	if (arch->hw_info_flags) {
		printf(".Ss Flags before the registers in the answer of IOMMU_GET_HW_INFO\n");
		put_rows(arch->hw_info_flags);
	}
	if (arch->rules)
		put_rules(arch->rules);
}

int main(void)
{
	fputs(head, stdout);
	for (size_t i = 0; archs[i]; i++)
		put_arch(archs[i]);
	printf(".Sh CAPABILITIES THAT THE KERNEL REPORTS\n");
	put_text("With the registers of a device, IOMMU_GET_HW_INFO answers these generic bits.");
	put_rows(&hwinfo_capabilities);
	fputs(tail, stdout);
	return ferror(stdout) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
