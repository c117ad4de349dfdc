/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Showing what a ledger holds: the object graph as a document and as a tree.
 */
#ifndef IOMMUCTL_SESSION_SHOW_H
#define IOMMUCTL_SESSION_SHOW_H

#include "render/doc.h"
#include "session/client.h"
#include "session/ledger.h"

struct uapi_names;

/** One object: {"id", "type", ...}. */
json_object *show_object(const struct ledger *l, const struct ledger_entry *e);

/** One mapping: {"ioas", "iova", "length", ...}. */
json_object *show_mapping(const struct ledger_entry *e);

/** One attachment: {"device", "pasid", "hwpt", "asked"}. */
json_object *show_attachment(const struct ledger_entry *e);

/** Append "objects", "mappings", "attachments" and "unfinished". */
void show_ledger(const struct ledger *l, json_object *doc);

/** A tree of what show_ledger() appended. */
void show_ledger_view(struct out *o, json_object *doc);

/** "hwpt" as a person has it: "HWPT". */
const char *show_title(const char *type);

/** One line of an object: what it is, what it is on. */
void show_object_view(struct out *o, json_object *object);

/** A session: {"name", "path", "keeper", ...}. */
json_object *show_session(const struct session *s);

/** Flags as a list of names. */
json_object *show_flags(const struct uapi_names *names, uint64_t value);

/** "HWPT 3", "0000:01:00.0 (device 1)": to be freed. */
char *show_name(const struct ledger *l, uint32_t id);

/** The bus, the name and the cdev of a DEVICE entry: to be freed; NULL (but for the name): none. */
char *show_device_bus(const struct ledger_entry *e);
char *show_device_name(const struct ledger_entry *e);
char *show_device_cdev(const struct ledger_entry *e);

/** "4 KiB", "1.5 MiB": a size for a person; @buf of 32 bytes. */
const char *show_size(uint64_t bytes, char *buf);

#endif
