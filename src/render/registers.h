/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The field document: a decoded register block, everywhere it appears.
 *
 *	{ "type": "intel-vtd", "version": "1:0", "product": null,
 *	  "registers": { "CAP": { "value": "0x00d2008c40660462", "title": "capabilities",
 *	                          "fields": { "ND": { "bits": "2:0", "raw": 2,
 *	                                              "meaning": "256 domains",
 *	                                              "title": "number of domain identifiers" } } }
 *}, "capabilities": { "input_address_bits": 39, ... }, "warnings": [] }
 *
 * A field has more members where they apply: "tentative", "retired" and
 * "reserved" (the value is a reserved encoding) are true or absent, "note" is
 * text; "promised" tells what the iommufd uAPI lets user space rely on, for
 * registers that came from there. Reserved bits of a register appear only when
 * they are not zero, all together as the one field "RSVD": "bits" lists the
 * ranges that are not zero, the highest first ("31:29,6"), and "raw" is the
 * register from the lowest bit of these ranges up, with all other bits cleared.
 */
#ifndef IOMMUCTL_RENDER_REGISTERS_H
#define IOMMUCTL_RENDER_REGISTERS_H

#include "base/out.h"
#include "decode/field.h"
#include "decode/payload.h"
#include "render/doc.h"

/**
 * registers_doc() - the field document of a set of registers
 * @set: arch NULL gives a document of type "unknown" without registers
 *
 * All keys of "capabilities" are there: a value, or null where the registers
 * do not say. Registers that are not known are absent.
 */
json_object *registers_doc(const struct reg_set *set);

/**
 * payload_doc() - the field document of what IOMMU_GET_HW_INFO answered
 *
 * registers_doc() with the members "flags" (hex) and "errata" (a list of
 * {name, title}) where the type has flags, "raw" (all bytes in hex) for an
 * unknown type, and "extra" (bytes in hex) where the kernel knows more.
 */
json_object *payload_doc(const struct payload *p);

/** The fields of one register value, as in "fields" above. */
json_object *register_fields_doc(const struct reg *reg, uint64_t value, const struct reg_set *set);

struct capability_info;

/** A value of the common vocabulary in words: "yes", "48", "4 KiB, 2 MiB", "unknown". */
void capability_text(struct out *o, const struct capability_info *info, json_object *value);

/**
 * registers_view() - the text of a field document
 *
 * What an administrator asks about first, as aligned lines; with o->verbose
 * every register and field as well.
 */
void registers_view(struct out *o, json_object *doc);

#endif
