/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parsers of the single ACPI tables share: bounded blocks of bytes,
 * and structures described by rows of fields.
 */
#ifndef IOMMUCTL_HOST_ACPI_FIELDS_H
#define IOMMUCTL_HOST_ACPI_FIELDS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a table. Reads behind the end give 0: callers check lengths first. */
struct acpi_block {
	const uint8_t *data;
	size_t len;
	size_t offset;         /* of data[0] in the table */
	json_object *problems; /* the table's list */
};

enum acpi_field_kind {
	ACPI_FLAG,    /* bit @bit of the field: true or false */
	ACPI_NUMBER,  /* @bits bits from @bit on, as an integer */
	ACPI_ADDRESS, /* a hex string as wide as the field */
	ACPI_BDF,     /* bus, device, function in 16 bits: "00:1f.3" */
	ACPI_NAME,    /* one of @names, by value */
};

struct acpi_field {
	const char *key;
	uint8_t offset, size; /* bytes within the structure */
	enum acpi_field_kind kind;
	uint8_t bit, bits; /* ACPI_FLAG, ACPI_NUMBER; bits 0: the whole field */
	const char *const *names;
	uint8_t n_names;
};

/** @n bytes (1 to 8) at @at, little endian. */
uint64_t acpi_get(const struct acpi_block *b, size_t at, size_t n);

/** The bytes from @at on, at most @len of them. */
struct acpi_block acpi_part(const struct acpi_block *b, size_t at, size_t len);

/** Add every row to @obj. */
void acpi_add_fields(json_object *obj, const struct acpi_block *b, const struct acpi_field *fields,
		     size_t count);

/** A string of at most @len bytes, ended by a NUL or the end; trailing spaces are cut. */
json_object *acpi_string(const struct acpi_block *b, size_t at, size_t len);

/** "00:1f.3" */
json_object *acpi_bdf(unsigned int rid);

/** Note a problem at byte @at of the block. @id is stable, for programs. */
void acpi_problem(const struct acpi_block *b, size_t at, const char *id, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A kind of structure in a table. */
struct acpi_structure {
	unsigned int type;
	const char *name;
	size_t min_len;
	const struct acpi_field *fields;
	size_t n_fields;
	/* The part that rows cannot say; may be NULL. */
	void (*rest)(json_object *obj, const struct acpi_block *b);
};

/**
 * acpi_add_structures() - the list of structures from offset 48 to the end of DMAR and IVRS
 * @type_bytes: width of the type that each begins with; its length is the u16 at offset 2
 * @noun: what one is called in a problem ("structure", "block")
 */
void acpi_add_structures(json_object *list, const struct acpi_block *b,
			 const struct acpi_structure *kinds, size_t n_kinds, size_t type_bytes,
			 const char *noun);

/* How IORT and VIOT begin behind the header: a number of nodes, and where the first one is. */
struct acpi_node_list {
	uint8_t width;     /* of these two, bytes */
	uint8_t length_at; /* where a node has its own length, 2 bytes */
	uint8_t header;    /* bytes that every node has */
};

/** "structures" of IORT and VIOT: as many nodes as the table says, as far as they are within it. */
void acpi_add_nodes(json_object *doc, const struct acpi_block *b,
		    const struct acpi_structure *kinds, size_t n_kinds,
		    const struct acpi_node_list *nodes);

/**
 * acpi_add_end() - add "end", the last byte of @len bytes from @start on
 * @at: byte of the block that a problem is noted for
 * @what: the kind of the range, for a problem: "RMR"
 *
 * It is null, and a problem noted, when the range is empty or passes the last address.
 */
void acpi_add_end(json_object *obj, const struct acpi_block *b, size_t at, const char *what,
		  uint64_t start, uint64_t len);

/* The parsers: add the header's fields and "structures" to @doc. @b is the whole table. */
void acpi_dmar(json_object *doc, const struct acpi_block *b);
void acpi_ivrs(json_object *doc, const struct acpi_block *b);
void acpi_iort(json_object *doc, const struct acpi_block *b);
void acpi_viot(json_object *doc, const struct acpi_block *b);

#endif
