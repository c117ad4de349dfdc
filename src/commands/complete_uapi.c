/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands for iommufd offer: the session's objects from its ledger, names from the
 * tables. */
#include "config.h"
#include "commands/complete_uapi.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "session/client.h"
#include "session/place.h"
#include "session/show.h"
#include "uapi/refusal.h"
#include "uapi/uapi.h"

/* --- objects ------------------------------------------------------------------------------- */

#define OF(type) (1U << (type))
#define MADE                                                                        \
	(OF(LEDGER_IOAS) | OF(LEDGER_HWPT) | OF(LEDGER_FAULT) | OF(LEDGER_VIOMMU) | \
	 OF(LEDGER_VDEVICE) | OF(LEDGER_VEVENTQ) | OF(LEDGER_HW_QUEUE))

/* The first row that fits counts. */
static const struct {
	const char *kind, *command; /* NULL: any command */
	unsigned int types;
} object_kinds[] = {
	{ "IOAS", NULL, OF(LEDGER_IOAS) },
	{ "HWPT", NULL, OF(LEDGER_HWPT) },
	{ "VIOMMU", NULL, OF(LEDGER_VIOMMU) },
	{ "PT", "hwpt-alloc", OF(LEDGER_IOAS) | OF(LEDGER_HWPT) | OF(LEDGER_VIOMMU) },
	{ "PT", NULL, OF(LEDGER_IOAS) | OF(LEDGER_HWPT) },
	{ "QUEUE", "veventq read", OF(LEDGER_VEVENTQ) },
	{ "QUEUE", NULL, OF(LEDGER_FAULT) },
	{ "ID", "destroy", MADE },
	{ "ID", "hwpt-alloc", OF(LEDGER_FAULT) },
	{ "ID", "hwpt-invalidate", OF(LEDGER_HWPT) | OF(LEDGER_VIOMMU) },
	{ "ID", "option", OF(LEDGER_IOAS) },
};

static bool fits(const char *kind, const char *command, const char *want_kind,
		 const char *want_command)
{
	return !strcmp(kind, want_kind) && (!want_command || !strcmp(command, want_command));
}

static unsigned int types_of(const char *kind, const char *command)
{
	for (size_t i = 0; i < ARRAY_SIZE(object_kinds); i++)
		if (fits(kind, command, object_kinds[i].kind, object_kinds[i].command))
			return object_kinds[i].types;
	return 0;
}

/* Without the turn: a command that works in the session is not waited for. */
static bool read_session(struct ledger *l)
{
	const char *where = getenv("IOMMUCTL_SESSION");
	char *path = where && *where ? place_socket(where) : NULL;
	struct session s;
	bool ok;

	if (!path || session_try(path, &s) != SESSION_ALIVE) {
		free(path);
		return false;
	}
	free(path);
	ok = session_read(&s, l);
	session_close(&s);
	return ok;
}

static void offer_object(struct out *o, const struct ledger *l, const struct ledger_entry *e)
{
	char *parent = e->parent ? show_name(l, e->parent) : NULL;

	out_printf(o, "%" PRIu32 "\t%s%s%s\n", e->id, ledger_type_title(e->type),
		   parent ? " on " : "", parent ? parent : "");
	free(parent);
}

/* Not what the kernel made by itself, nor the place of what is gone: neither can be named. */
static bool can_be_meant(const struct ledger_entry *e, unsigned int types)
{
	return (types & OF(e->type)) && !(e->flags & LEDGER_TOMBSTONE) &&
	       !(e->type == LEDGER_HWPT && (e->flags & LEDGER_AUTO));
}

bool complete_objects(const char *kind, const char *command, struct out *o)
{
	unsigned int types = types_of(kind, command);
	struct ledger l = { 0 };

	if (!types)
		return false;
	if (read_session(&l))
		for (size_t i = 0; i < l.count; i++)
			if (can_be_meant(&l.entries[i], types))
				offer_object(o, &l, &l.entries[i]);
	ledger_clear(&l);
	return true;
}

/* --- names ----------------------------------------------------------------------------------- */

static const struct {
	const char *kind, *command;
	const struct uapi_names *names;
} name_kinds[] = {
	{ "TYPE", "hwinfo", &uapi_hw_info_types },
	{ "TYPE", "hwpt-alloc", &uapi_hwpt_data_types },
	{ "TYPE", "hwpt-invalidate", &uapi_invalidate_types },
	{ "TYPE", "viommu-alloc", &uapi_viommu_types },
	{ "TYPE", "veventq-alloc", &uapi_veventq_types },
	{ "TYPE", "hw-queue-alloc", &uapi_hw_queue_types },
	{ "FLAGS", "hwpt-alloc", &uapi_hwpt_flags },
	{ "FLAGS", "ioas-map", &uapi_map_flags },
	{ "FLAGS", "ioas-copy", &uapi_map_flags },
	{ "NAME", "option", &uapi_options },
	{ "ANSWER", "fault-queue respond", &uapi_fault_codes },
};

static void offer_names(struct out *o, const struct uapi_names *names)
{
	for (const struct uapi_name *n = names->names; n->name; n++)
		out_printf(o, "%s\t%s%s\n", n->name, n->since ? "since Linux " : "",
			   n->since ? n->since : "");
}

static void offer_ioctls(struct out *o, const char *kind)
{
	for (size_t i = 0; i < OP_N_IOCTLS; i++) {
		const struct uapi_ioctl *u = &uapi_ioctls[i];
		size_t first = 0;

		/* A command can issue more than one. */
		while (strcmp(uapi_ioctls[first].command, u->command))
			first++;
		if (!strcmp(kind, "IOCTL"))
			out_printf(o, "%s\t%s\n", u->name, u->command);
		else if (first == i)
			out_printf(o, "%s\t%s\n", u->command, u->name);
	}
}

/* Each errno that a row of refusals has, in the order of their numbers. */
static void offer_errnos(struct out *o)
{
	for (int err = 1; err < 200; err++) {
		const struct refusal *row = refusals;

		while (row->id && row->err != err)
			row++;
		if (row->id && err_name(err))
			out_printf(o, "%s\t%s\n", err_name(err), strerror(err));
	}
}

bool complete_names(const char *kind, const char *command, struct out *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(name_kinds); i++)
		if (fits(kind, command, name_kinds[i].kind, name_kinds[i].command)) {
			offer_names(o, name_kinds[i].names);
			return true;
		}
	if (fits(kind, command, "VERB", "vfio-ioas")) {
		out_str(o, "get\t\nset\t\nclear\t\n");
		return true;
	}
	if (fits(kind, command, "ERRNO", "explain")) {
		offer_errnos(o);
		return true;
	}
	if (!fits(kind, command, "COMMAND", "explain") && !fits(kind, command, "IOCTL", "explain"))
		return false;
	offer_ioctls(o, kind);
	return true;
}
