/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeping private data out of what is given away.
 *
 * MAC and IP addresses, UUIDs, serial numbers, host and user names become
 * placeholders such as <mac-1>; the same value always becomes the same one, so
 * that a reader still sees what belongs together. When in doubt a value goes.
 */
#ifndef IOMMUCTL_HOST_REDACT_H
#define IOMMUCTL_HOST_REDACT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

enum redact_kind {
	REDACT_MAC,
	REDACT_IP,
	REDACT_UUID,
	REDACT_SERIAL,
	REDACT_HOST,
	REDACT_USER,
	REDACT_KINDS,
};

struct redact;

/** No words yet, nothing replaced. One of it goes with one document: equal values become equal
 *  words. redact_free() frees it. */
struct redact *redact_new(void);
void redact_free(struct redact *r);

/**
 * redact_add_word() - a name that must not be given away
 * @kind: REDACT_HOST or REDACT_USER
 *
 * Found as a whole word, in any case. Words that every machine has ("localhost",
 * "root", "dmar") are not taken: they give nothing away.
 */
void redact_add_word(struct redact *r, enum redact_kind kind, const char *word);

/** @text with everything private replaced, to be freed; NULL when there is nothing to replace. */
char *redact_text(struct redact *r, const char *text);

/** Replace in all strings (not the keys) of a tree. */
void redact_doc(struct redact *r, json_object *tree);

/** How many different values went: {"mac": 2, "ip": 0, ...}. */
json_object *redact_counts(const struct redact *r);

/**
 * redact_keep_parameter() - is a kernel parameter about the IOMMU?
 * @word: "intel_iommu=on", "vfio-pci.ids=8086:1521", "root=UUID=..."
 *
 * Only these are given away: others can hold anything, passwords included.
 */
bool redact_keep_parameter(const char *word);

#endif
