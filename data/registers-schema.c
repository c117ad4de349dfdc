/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the JSON Schema of field documents (render/registers.h) from the
 * tables, on stdout: every register and field name of every architecture.
 *
 * Runs during the build, on the machine that builds, like man/fields-man.c.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "decode/capabilities.h"
#include "decode/field.h"

static const char head[] =
	"{\n"
	"  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
	"  \"$id\": \"urn:iommuctl:registers:1\",\n"
	"  \"title\": \"Decoded IOMMU registers\",\n"
	"  \"$comment\": \"Made from src/decode/*.tab.c by data/registers-schema.c\",\n"
	"  \"type\": \"object\",\n"
	"  \"required\": [\"type\", \"version\", \"product\", \"registers\", \"capabilities\", "
	"\"warnings\"],\n"
	"  \"properties\": {\n"
	"    \"version\": {\"type\": [\"string\", \"null\"]},\n"
	"    \"product\": {\"type\": [\"string\", \"null\"]},\n"
	"    \"registers\": {\"type\": \"object\"},\n"
	"    \"warnings\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}},\n"
	"    \"flags\": {\"type\": \"string\", \"pattern\": \"^0x[0-9a-f]{8}$\"},\n"
	"    \"errata\": {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/erratum\"}},\n"
	"    \"raw\": {\"$ref\": \"#/$defs/bytes\"},\n"
	"    \"extra\": {\"$ref\": \"#/$defs/bytes\"},\n";

static const char defs[] =
	"  \"$defs\": {\n"
	"    \"bytes\": {\"type\": \"string\", \"pattern\": \"^([0-9a-f]{2})*$\"},\n"
	"    \"erratum\": {\n"
	"      \"type\": \"object\", \"required\": [\"name\", \"title\", \"note\"],\n"
	"      \"additionalProperties\": false,\n"
	"      \"properties\": {\"name\": {\"type\": \"string\"}, \"title\": {\"type\": "
	"\"string\"}, "
	"\"note\": {\"type\": [\"string\", \"null\"]}}\n"
	"    },\n"
	"    \"field\": {\n"
	"      \"type\": \"object\", \"required\": [\"bits\", \"raw\", \"meaning\", \"title\"],\n"
	"      \"additionalProperties\": false,\n"
	"      \"properties\": {\n"
	"        \"bits\": {\"type\": \"string\", \"pattern\": "
	"\"^[0-9]+(:[0-9]+)?(,[0-9]+(:[0-9]+)?)*$\"},\n"
	"        \"raw\": {\"type\": \"integer\", \"minimum\": 0},\n"
	"        \"meaning\": {\"type\": \"string\"},\n"
	"        \"title\": {\"type\": \"string\"},\n"
	"        \"reserved\": {\"const\": true},\n"
	"        \"tentative\": {\"const\": true},\n"
	"        \"retired\": {\"const\": true},\n"
	"        \"promised\": {\"type\": \"boolean\"},\n"
	"        \"note\": {\"type\": \"string\"}\n"
	"      }\n"
	"    }";

static void put_types(void)
{
	printf("    \"type\": {\"enum\": [");
	for (size_t i = 0; archs[i]; i++)
		printf("\"%s\", ", archs[i]->type);
	printf("\"none\", \"unknown\"]},\n");
}

static void put_capabilities(void)
{
	static const char *const types[] = {
		[CAPABILITY_BOOL] = "{\"type\": [\"boolean\", \"null\"]}",
		[CAPABILITY_NUMBER] = "{\"type\": [\"integer\", \"null\"], \"minimum\": 0}",
		[CAPABILITY_SIZES] =
			"{\"type\": [\"array\", \"null\"], \"items\": {\"type\": \"integer\", "
			"\"minimum\": 1}}",
	};

	printf("    \"capabilities\": {\n"
	       "      \"type\": \"object\", \"additionalProperties\": false,\n"
	       "      \"required\": [");
	for (size_t i = 0; i < CAP_COUNT; i++)
		printf("%s\"%s\"", i ? ", " : "", capability_info[i].key);
	printf("],\n      \"properties\": {\n");
	for (size_t i = 0; i < CAP_COUNT; i++)
		printf("        \"%s\": %s%s\n", capability_info[i].key,
		       types[capability_info[i].kind], i + 1 < CAP_COUNT ? "," : "");
	printf("      }\n    }\n  },\n");
}

/* Registers by the type of the document. */
static void put_conditions(void)
{
	printf("  \"allOf\": [\n");
	for (size_t a = 0; archs[a]; a++) {
		const struct arch *arch = archs[a];

		printf("    {\"if\": {\"properties\": {\"type\": {\"const\": \"%s\"}}},\n"
		       "     \"then\": {\"properties\": {\"registers\": {\n"
		       "       \"additionalProperties\": false,\n       \"properties\": {\n",
		       arch->type);
		for (size_t r = 0; r < arch->n_regs; r++)
			printf("         \"%s\": {\"$ref\": \"#/$defs/%s.%s\"}%s\n",
			       arch->regs[r].name, arch->type, arch->regs[r].name,
			       r + 1 < arch->n_regs ? "," : "");
		printf("       }}}}}%s\n", archs[a + 1] ? "," : "");
	}
	printf("  ],\n");
}

static void put_register(const struct arch *arch, const struct reg *reg)
{
	printf(",\n    \"%s.%s\": {\n"
	       "      \"type\": \"object\", \"required\": [\"value\", \"title\", \"fields\"],\n"
	       "      \"additionalProperties\": false,\n"
	       "      \"properties\": {\n"
	       "        \"value\": {\"type\": \"string\", \"pattern\": \"^0x[0-9a-f]{%u}$\"},\n"
	       "        \"title\": {\"type\": \"string\"},\n"
	       "        \"fields\": {\n"
	       "          \"type\": \"object\", \"additionalProperties\": false,\n"
	       "          \"properties\": {\n",
	       arch->type, reg->name, reg->bits / 4);
	for (size_t i = 0; i < reg->n_fields; i++)
		if (!field_is_reserved(&reg->fields[i]))
			printf("            \"%s\": {\"$ref\": \"#/$defs/field\"},\n",
			       reg->fields[i].name);
	printf("            \"RSVD\": {\"$ref\": \"#/$defs/field\"}\n"
	       "          }\n        }\n      }\n    }");
}

int main(void)
{
	fputs(head, stdout);
	put_types();
	put_capabilities();
	put_conditions();
	fputs(defs, stdout);
	for (size_t a = 0; archs[a]; a++)
		for (size_t r = 0; r < archs[a]->n_regs; r++)
			put_register(archs[a], &archs[a]->regs[r]);
	printf("\n  }\n}\n");
	return ferror(stdout) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
