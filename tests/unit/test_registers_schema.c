/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shipped schema of decoded registers has the names of the tables, no more and no fewer. */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "decode/capabilities.h"
#include "decode/rows.h"
#include "render/registers.h"
#include "unit.h"

/* The built file, or the one of the tarball. */
static json_object *load_schema(void)
{
	static const char *const roots[] = { "builddir", "srcdir" };
	json_object *schema = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(roots) && !schema; i++) {
		const char *dir = getenv(roots[i]);
		char *path = mem_printf("%s/data/schema/registers-1.json", dir ? dir : ".");

		schema = json_object_from_file(path);
		free(path);
	}
	return schema;
}

/* Every key of @doc is one of @schema's properties. */
static void check_keys(json_object *doc, json_object *properties, const char *what)
{
	json_object_object_foreach(doc, key, value)
	{
		(void)value;
		if (!doc_get(properties, key))
			unit_fail("the schema of %s lacks %s", what, key);
	}
}

static void check_register(json_object *schema, const struct arch *arch, const struct reg *reg)
{
	struct reg_set set = { .arch = arch };
	json_object *fields = register_fields_doc(reg, 0, &set), *def, *properties;
	char *name = mem_printf("%s.%s", arch->type, reg->name);

	def = doc_get(doc_get(schema, "$defs"), name);
	properties = doc_path(def, "properties.fields.properties", NULL);
	check_keys(fields, properties, name);
	/* RSVD is there only when it is not zero. */
	unit_int(json_object_object_length(fields) + 1,
		 properties ? json_object_object_length(properties) : 0);
	json_object_put(fields);
	free(name);
}

static void schema_and_tables_have_the_same_names(void)
{
	json_object *schema = load_schema(), *capabilities;

	if (!schema) {
		unit_fail("data/schema/registers-1.json cannot be read");
		return;
	}
	for (size_t a = 0; archs[a]; a++)
		for (size_t r = 0; r < archs[a]->n_regs; r++)
			check_register(schema, archs[a], &archs[a]->regs[r]);
	capabilities = doc_path(schema, "properties.capabilities.properties", NULL);
	unit_int(capabilities ? json_object_object_length(capabilities) : 0, CAP_COUNT);
	for (size_t i = 0; i < CAP_COUNT; i++)
		if (!doc_get(capabilities, capability_info[i].key))
			unit_fail("the schema lacks %s", capability_info[i].key);
	json_object_put(schema);
}

static void a_document_has_the_members_of_the_schema(void)
{
	json_object *schema = load_schema(), *doc;
	struct payload p;
	uint8_t data[64] = { 1 };

	hwinfo_payload(HWINFO_INTEL_VTD, data, sizeof(data), &p);
	doc = payload_doc(&p);
	check_keys(doc, doc_get(schema, "properties"), "a document");
	check_keys(doc_path(doc, "registers.CAP", NULL),
		   doc_path(doc_get(doc_get(schema, "$defs"), "intel-vtd.CAP"), "properties", NULL),
		   "CAP");
	check_keys(doc_path(doc, "registers.CAP.fields.FS1GP", NULL),
		   doc_path(schema, "$defs.field.properties", NULL), "a field");
	json_object_put(doc);
	json_object_put(schema);
}

int main(void)
{
	unit_run(schema_and_tables_have_the_same_names);
	unit_run(a_document_has_the_members_of_the_schema);
	return unit_done();
}
