/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hwinfo --get: bare values by their path, and what was meant by a path that is none.
 */
#ifndef IOMMUCTL_COMMANDS_HWINFO_GET_H
#define IOMMUCTL_COMMANDS_HWINFO_GET_H

#include "render/doc.h"

/**
 * hwinfo_get() - the document of the values at a path of every entry
 * @entries: list of entries of hwinfo's document
 * @path: "capabilities.pasid_bits"
 *
 * Returns the document, the caller's; NULL when an entry has no such path,
 * which is reported with the path that was probably meant.
 */
json_object *hwinfo_get(json_object *entries, const char *path);

/** The values alone, one a line. */
void hwinfo_values_view(struct out *o, json_object *doc);

#endif
