/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ACPI tables: the common header, bounded reading, and the engine of the field rows. */
#include "config.h"
#include "host/acpi.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/acpi_fields.h"
#include "render/doc.h"

enum { HEADER_LEN = 36 };

static const struct {
	const char *signature;
	size_t min_len;
	void (*parse)(json_object *doc, const struct acpi_block *b);
} parsers[] = {
	{ "DMAR", 48, acpi_dmar },
	{ "IVRS", 48, acpi_ivrs },
	{ "IORT", 48, acpi_iort },
	{ "VIOT", 48, acpi_viot },
};

uint64_t acpi_get(const struct acpi_block *b, size_t at, size_t n)
{
	uint64_t v = 0;

	if (at > b->len || n > b->len - at || n > sizeof(v))
		return 0;
	while (n--)
		v = v << 8 | b->data[at + n];
	return v;
}

struct acpi_block acpi_part(const struct acpi_block *b, size_t at, size_t len)
{
	struct acpi_block part = *b;

	if (at > b->len)
		at = b->len;
	part.data += at;
	part.offset += at;
	part.len = b->len - at < len ? b->len - at : len;
	return part;
}

void acpi_problem(const struct acpi_block *b, size_t at, const char *id, const char *fmt, ...)
{
	json_object *p = doc_object();
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	doc_add(p, "offset", doc_uint(b->offset + at));
	doc_add(p, "id", doc_str(id));
	doc_add(p, "text", doc_str(text));
	doc_push(b->problems, p);
	free(text);
}

json_object *acpi_string(const struct acpi_block *b, size_t at, size_t len)
{
	struct acpi_block part = acpi_part(b, at, len);

	if (!part.len)
		return doc_str("");
	len = strnlen((const char *)part.data, part.len);
	while (len && part.data[len - 1] == ' ')
		len--;
	return doc_strn((const char *)part.data, len);
}

json_object *acpi_bdf(unsigned int rid)
{
	return doc_printf("%02x:%02x.%x", rid >> 8 & 0xff, rid >> 3 & 0x1f, rid & 7);
}

static json_object *field_value(const struct acpi_field *f, uint64_t v)
{
	switch (f->kind) {
	case ACPI_FLAG:
		return doc_bool(v >> f->bit & 1);
	case ACPI_NUMBER:
		v >>= f->bit;
		if (f->bits)
			v &= (UINT64_C(1) << f->bits) - 1;
		return doc_uint(v);
	case ACPI_ADDRESS:
		return doc_hex(v, f->size * 8U);
	case ACPI_BDF:
		return acpi_bdf((unsigned int)v);
	case ACPI_NAME:
		v >>= f->bit;
		if (f->bits)
			v &= (UINT64_C(1) << f->bits) - 1;
		if (v < f->n_names && f->names[v])
			return doc_str(f->names[v]);
		return doc_printf("reserved (%llu)", (unsigned long long)v);
	}
	return NULL;
}

void acpi_add_fields(json_object *obj, const struct acpi_block *b, const struct acpi_field *fields,
		     size_t count)
{
	for (size_t i = 0; i < count; i++)
		doc_add(obj, fields[i].key,
			field_value(&fields[i], acpi_get(b, fields[i].offset, fields[i].size)));
}

/* Describe @b, of which the table says that it is @type, and append it to @list. A type that is
 * none of @kinds is kept as "unknown". */
static void add_structure(json_object *list, const struct acpi_block *b,
			  const struct acpi_structure *kinds, size_t count, unsigned int type)
{
	const struct acpi_structure *kind = NULL;
	json_object *obj = doc_object();

	for (size_t i = 0; i < count && !kind; i++)
		if (kinds[i].type == type)
			kind = &kinds[i];
	if (!kind) {
		doc_add(obj, "type", doc_printf("unknown (%u)", type));
		doc_add(obj, "offset", doc_uint(b->offset));
		doc_push(list, obj);
		return;
	}
	doc_add(obj, "type", doc_str(kind->name));
	doc_add(obj, "offset", doc_uint(b->offset));
	if (b->len < kind->min_len) {
		acpi_problem(b, 0, "structure-too-short", "%s of %zu bytes, %zu are needed",
			     kind->name, b->len, kind->min_len);
	} else {
		acpi_add_fields(obj, b, kind->fields, kind->n_fields);
		if (kind->rest)
			kind->rest(obj, b);
	}
	doc_push(list, obj);
}

void acpi_add_structures(json_object *list, const struct acpi_block *b,
			 const struct acpi_structure *kinds, size_t n_kinds, size_t type_bytes,
			 const char *noun)
{
	for (size_t at = 48; at < b->len;) {
		size_t len = (size_t)acpi_get(b, at + 2, 2);
		struct acpi_block part;

		if (len < 4 || len > b->len - at) {
			acpi_problem(b, at, "structure-length",
				     "a %s of %zu bytes in the %zu that are left", noun, len,
				     b->len - at);
			break;
		}
		part = acpi_part(b, at, len);
		add_structure(list, &part, kinds, n_kinds,
			      (unsigned int)acpi_get(b, at, type_bytes));
		at += len;
	}
}

void acpi_add_nodes(json_object *doc, const struct acpi_block *b,
		    const struct acpi_structure *kinds, size_t n_kinds,
		    const struct acpi_node_list *nodes)
{
	size_t count = (size_t)acpi_get(b, HEADER_LEN, nodes->width);
	size_t at = (size_t)acpi_get(b, HEADER_LEN + nodes->width, nodes->width);
	json_object *list = doc_list();

	doc_add(doc, "structures", list);
	for (; count; count--) {
		size_t len = (size_t)acpi_get(b, at + nodes->length_at, 2);
		struct acpi_block part = acpi_part(b, at, len);

		if (len < nodes->header || part.len < len) {
			acpi_problem(b, at < b->len ? at : b->len, "structure-length",
				     "%zu nodes are left, the next is %zu bytes of %zu", count, len,
				     at < b->len ? b->len - at : 0);
			break;
		}
		add_structure(list, &part, kinds, n_kinds, (unsigned int)acpi_get(b, at, 1));
		at += len;
	}
}

void acpi_add_end(json_object *obj, const struct acpi_block *b, size_t at, const char *what,
		  uint64_t start, uint64_t len)
{
	bool is_range = len && len - 1 <= UINT64_MAX - start;

	doc_add(obj, "end", is_range ? doc_hex(start + len - 1, 64) : NULL);
	if (!is_range)
		acpi_problem(b, at, "reserved-range", "%s at 0x%llx is 0x%llx bytes long", what,
			     (unsigned long long)start, (unsigned long long)len);
}

static json_object *raw_hex(const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = mem_alloc(len * 2 + 1);
	json_object *obj;

	for (size_t i = 0; i < len; i++) {
		hex[i * 2] = digits[data[i] >> 4];
		hex[i * 2 + 1] = digits[data[i] & 15];
	}
	obj = doc_strn(hex, len * 2);
	free(hex);
	return obj;
}

static bool checksum_ok(const uint8_t *data, size_t len)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + data[i]);
	return sum == 0;
}

/* Cut to what the header says; complain when it says more than there is. */
static size_t table_len(const struct acpi_block *b)
{
	size_t said = (size_t)acpi_get(b, 4, 4);

	if (said > b->len)
		acpi_problem(b, 4, "table-truncated", "the table says %zu bytes, %zu are there",
			     said, b->len);
	else if (said < HEADER_LEN)
		acpi_problem(b, 4, "table-too-short", "the table says %zu bytes", said);
	else
		return said;
	return b->len;
}

json_object *acpi_table_doc(const void *data, size_t len)
{
	json_object *doc = doc_object();
	struct acpi_block b = { .data = data, .problems = doc_list() };

	b.len = len < ACPI_TABLE_MAX ? len : ACPI_TABLE_MAX;
	doc_add(doc, "signature", acpi_string(&b, 0, 4));
	doc_add(doc, "length", doc_uint(len));
	if (b.len < HEADER_LEN)
		acpi_problem(&b, 0, "table-too-short", "%zu bytes hold no ACPI header", b.len);
	else
		b.len = table_len(&b);
	doc_add(doc, "revision", doc_uint(acpi_get(&b, 8, 1)));
	doc_add(doc, "oem_id", acpi_string(&b, 10, 6));
	doc_add(doc, "oem_table_id", acpi_string(&b, 16, 8));
	doc_add(doc, "checksum_ok", doc_bool(checksum_ok(b.data, b.len)));
	for (size_t i = 0; i < ARRAY_SIZE(parsers); i++) {
		if (b.len < 4 || memcmp(b.data, parsers[i].signature, 4))
			continue;
		if (b.len < parsers[i].min_len)
			acpi_problem(&b, 0, "table-too-short", "%zu bytes are too few for %s",
				     b.len, parsers[i].signature);
		else
			parsers[i].parse(doc, &b);
	}
	doc_add(doc, "problems", b.problems);
	doc_add(doc, "raw", raw_hex(data, len < ACPI_TABLE_MAX ? len : ACPI_TABLE_MAX));
	return doc;
}
