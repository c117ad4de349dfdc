/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The field reference: the tables themselves, as a document and as text.
 *
 *	{ "architectures": [ { "type", "title", "revision",
 *	    "registers": [ { "name", "title", "bits", "aliases": [],
 *	      "fields": [ { "name", "bits", "title", "kind", "values": [ { "raw", "meaning" } ],
 *	                    "aliases": [], "tentative", "retired", "promised", "note" } ] } ],
 *	    "hw_info_flags": [ field... ],
 *	    "capabilities": [ { "name", "title", "kind", "known", "rule" } ] } ] }
 */
#ifndef IOMMUCTL_RENDER_FIELDS_H
#define IOMMUCTL_RENDER_FIELDS_H

#include "base/out.h"
#include "render/doc.h"

/**
 * fields_doc() - add "architectures" to a document
 * @doc: as of doc_new()
 * @type: the JSON type of one architecture, or NULL for all
 *
 * Returns false, with nothing added, when there is no such type.
 */
bool fields_doc(json_object *doc, const char *type);

/** The text of such a document. */
void fields_view(struct out *o, json_object *doc);

#endif
