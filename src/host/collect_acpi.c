/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the ACPI tables that describe IOMMUs, and joining them to the devices. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/acpi.h"
#include "host/facts.h"
#include "host/hostfs.h"
#include "host/index.h"
#include "render/doc.h"

#define FIRMWARE "sys/firmware"
#define TABLES   "sys/firmware/acpi/tables"
#define COPY     "a copy that holds it"

static const char *const signatures[] = { "DMAR", "IVRS", "IORT", "VIOT" };

static void read_table(struct snapshot *snap, const char *signature, json_object *list)
{
	char *path = mem_printf("/" TABLES "/%s", signature), *data;
	char *what = mem_printf("ACPI table %s", signature);
	size_t len;

	if (hostfs_exists(snap->fs, path + 1)) {
		data = hostfs_slurp(snap->fs, path + 1, ACPI_TABLE_MAX, &len);
		if (!data)
			facts_unread(snap, what, path, errno, errno == EACCES ? "root" : NULL);
		else if (!len)
			facts_unread(snap, what, path, 0, COPY);
		else
			doc_push(list, acpi_table_doc(data, len));
		free(data);
	}
	free(what);
	free(path);
}

static json_object *read_tables(struct snapshot *snap)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < ARRAY_SIZE(signatures); i++)
		read_table(snap, signatures[i], list);
	return list;
}

/* The bridge above: the component before the last of where the device's link leads. */
static int parent_of(struct snapshot *snap, const struct index *places, const char *name)
{
	char *path = mem_printf("sys/bus/pci/devices/%s", name), target[HOSTFS_PATH], *slash;
	size_t place;
	int parent = -1;

	if (hostfs_link(snap->fs, path, target, sizeof(target)) > 0) {
		slash = strrchr(target, '/');
		if (slash) {
			*slash = '\0';
			if (index_get(places, hostfs_base(target), &place))
				parent = (int)place;
		}
	}
	free(path);
	return parent;
}

static size_t list_devices(struct snapshot *snap, struct acpi_device *devices)
{
	struct index places = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < snap->n_devices; i++) {
		struct acpi_device *d = &devices[n];

		if (!device_is_pci(&snap->devices[i]) ||
		    !acpi_pci_address(snap->devices[i].name, &d->segment, &d->bus, &d->devfn))
			continue;
		d->name = snap->devices[i].name;
		d->parent = -1;
		index_put(&places, d->name, n++);
	}
	for (size_t i = 0; i < n; i++)
		devices[i].parent = parent_of(snap, &places, devices[i].name);
	index_free(&places);
	return n;
}

json_object *facts_acpi(struct snapshot *snap)
{
	json_object *tables, *obj;
	struct acpi_device *devices;
	size_t n;

	if (!hostfs_exists(snap->fs, TABLES)) {
		/* A machine without ACPI has nothing to hide; one that keeps the folder does. */
		if (hostfs_exists(snap->fs, "sys/firmware/acpi"))
			facts_unread(snap, "ACPI tables", "/" TABLES, EACCES, "root");
		else if (snap->source == SNAPSHOT_SYSROOT && !hostfs_exists(snap->fs, FIRMWARE))
			facts_unread(snap, "ACPI tables", "/" TABLES, ENOENT, COPY);
		return NULL;
	}
	obj = doc_object();
	tables = read_tables(snap);
	devices = mem_zalloc(snap->n_devices * sizeof(*devices));
	n = doc_len(tables) ? list_devices(snap, devices) : 0;
	doc_add(obj, "tables", tables);
	doc_add(obj, "reserved_memory", acpi_join(tables, devices, n));
	free(devices);
	return obj;
}
