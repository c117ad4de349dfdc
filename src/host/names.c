/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of vendors, devices and classes: what is wanted, and where it may be found. */
#include "config.h"
#include "host/names.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "host/arena.h"

/* In this order; the first that is there is used. IOMMUCTL_PCI_IDS stands for all of them (tests).
 */
static const struct {
	const char *path;
	bool (*read)(const char *path, const struct name_wants *wants);
} databases[] = {
	{ "/usr/share/misc/pci.ids", names_from_pci_ids },
	{ "/usr/share/hwdata/pci.ids", names_from_pci_ids },
	{ "/usr/share/pci.ids", names_from_pci_ids },
	{ "/usr/local/share/pci.ids", names_from_pci_ids },
	{ "/etc/udev/hwdb.bin", names_from_hwdb },
	{ "/usr/lib/udev/hwdb.bin", names_from_hwdb },
	{ "/lib/udev/hwdb.bin", names_from_hwdb },
};

/* --- sets of numbers ------------------------------------------------------------------------- */

static struct id_name *slot(const struct id_set *set, uint32_t id)
{
	size_t i = (id * UINT32_C(2654435761)) & (set->size - 1);

	while (set->slots[i].used && set->slots[i].id != id)
		i = (i + 1) & (set->size - 1);
	return &set->slots[i];
}

static void enlarge(struct id_set *set)
{
	struct id_set old = *set;

	set->size = old.size ? old.size * 2 : 64;
	set->slots = mem_zalloc(set->size * sizeof(*set->slots));
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].used)
			*slot(set, old.slots[i].id) = old.slots[i];
	free(old.slots);
}

static void id_set_want(struct id_set *set, uint32_t id)
{
	struct id_name *s;

	if (set->count * 2 >= set->size)
		enlarge(set);
	s = slot(set, id);
	set->count += !s->used;
	s->used = true;
	s->id = id;
}

struct id_name *id_set_get(const struct id_set *set, uint32_t id)
{
	struct id_name *s;

	if (!set->size)
		return NULL;
	s = slot(set, id);
	return s->used ? s : NULL;
}

void id_set_name(const struct id_set *set, struct arena *arena, uint32_t id, const char *name,
		 size_t len)
{
	struct id_name *s = id_set_get(set, id);

	if (s && !s->name && len)
		s->name = arena_strndup(arena, name, len);
}

static const char *name_of(const struct id_set *set, uint32_t id)
{
	const struct id_name *s = id_set_get(set, id);

	return s ? s->name : NULL;
}

/* --- all devices ----------------------------------------------------------------------------- */

static uint32_t device_key(const struct host_device *dev)
{
	return (uint32_t)dev->vendor << 16 | dev->device;
}

/* Names are a courtesy: without a database there are numbers. One that is there and cannot be read
 * is told. */
static bool told_unreadable(const char *path)
{
	if (access(path, F_OK))
		return false;
	err_note("devices have no names here: '%s' cannot be read", path);
	return true;
}

static void read_databases(const struct name_wants *wants)
{
	const char *own = getenv("IOMMUCTL_PCI_IDS");

	if (own && *own) {
		if (!names_from_hwdb(own, wants) && !names_from_pci_ids(own, wants))
			told_unreadable(own);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(databases); i++)
		if (databases[i].read(databases[i].path, wants))
			return;
	for (size_t i = 0; i < ARRAY_SIZE(databases); i++)
		if (told_unreadable(databases[i].path))
			return;
}

static bool has_names(const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->n_devices; i++)
		if (snap->devices[i].vendor_name || snap->devices[i].class_name)
			return true;
	return false;
}

void names_fill(struct snapshot *snap)
{
	struct name_wants wants = { .arena = snap->arena };

	if (has_names(snap))
		return;
	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_device *dev = &snap->devices[i];

		if (!dev->has_ids)
			continue;
		id_set_want(&wants.vendors, dev->vendor);
		id_set_want(&wants.devices, device_key(dev));
		id_set_want(&wants.classes, dev->class_code >> 8);
	}
	if (wants.vendors.count)
		read_databases(&wants);
	for (size_t i = 0; i < snap->n_devices; i++) {
		struct host_device *dev = &snap->devices[i];

		if (!dev->has_ids)
			continue;
		dev->vendor_name = name_of(&wants.vendors, dev->vendor);
		dev->device_name = name_of(&wants.devices, device_key(dev));
		dev->class_name = name_of(&wants.classes, dev->class_code >> 8);
	}
	free(wants.vendors.slots);
	free(wants.devices.slots);
	free(wants.classes.slots);
}
