/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode, given a saved machine: its registers and the records of its log.
 *
 * A report holds both decoded already, but by the program that wrote it:
 * registers are decoded again, from their values.
 */
#ifndef IOMMUCTL_COMMANDS_DECODE_SAVED_H
#define IOMMUCTL_COMMANDS_DECODE_SAVED_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/out.h"
#include "klog/reader.h"

/** True when a file that begins with @text is a document of this program. */
bool decode_is_saved(const char *text, size_t len);

/**
 * decode_saved() - the records of a saved machine
 * @name: of the file
 *
 * Returns a list, to be put: one record of kind "registers" for each IOMMU whose registers are
 * known, then those of the log as they were saved, with @name as their file. NULL when it is no
 * saved machine; that was reported.
 */
json_object *decode_saved(struct klog_reader *r, const char *name);

/** The text of such a list. @fold: records of the log that say the same are one line. */
void decode_saved_view(struct out *o, json_object *records, bool fold);

#endif
