/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The snapshot: building it up, its order, and looking things up in it. */
#include "config.h"
#include "host/snapshot.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/arena.h"
#include "host/hostfs.h"

static const char *const fact_sources[] = {
	[FACT_NONE] = NULL, [FACT_IOMMUFD] = "iommufd", [FACT_SYSFS] = "sysfs",
	[FACT_LOG] = "log", [FACT_ACPI] = "acpi",       [FACT_DEBUGFS] = "debugfs",
};

static const char *const states[] = {
	[IOMMU_STATE_UNKNOWN] = NULL,      [IOMMU_PRESENT] = "present",
	[IOMMU_ABSENT] = "absent",         [IOMMU_FIRMWARE_DESCRIBED] = "firmware-described",
	[IOMMU_KERNEL_OFF] = "kernel-off",
};

static size_t find_word(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 1; word && i < n; i++)
		if (!strcmp(words[i], word))
			return i;
	return 0;
}

const char *fact_source_name(enum fact_source source)
{
	return fact_sources[source];
}

enum fact_source fact_source_find(const char *name)
{
	return (enum fact_source)find_word(fact_sources, ARRAY_SIZE(fact_sources), name);
}

const char *iommu_state_name(enum iommu_state state)
{
	return states[state];
}

enum iommu_state iommu_state_find(const char *name)
{
	return (enum iommu_state)find_word(states, ARRAY_SIZE(states), name);
}

/* A tree that was copied without them, or from a kernel that knows no IOMMUs. */
static bool lacks_iommus(const struct snapshot *snap)
{
	return snap->source == SNAPSHOT_SYSROOT && !hostfs_exists(snap->fs, "sys/class/iommu") &&
	       !hostfs_exists(snap->fs, "sys/kernel/iommu_groups");
}

char *snapshot_state_hint(const struct snapshot *snap)
{
	const char *what = snap->state_evidence;

	switch (snap->state) {
	case IOMMU_PRESENT:
		return NULL;
	case IOMMU_KERNEL_OFF:
		return mem_printf("no IOMMU: the kernel was told not to use one; take '%s' out of "
				  "the kernel command line",
				  what ? what : "iommu=off");
	case IOMMU_FIRMWARE_DESCRIBED:
		return mem_printf(
			"no IOMMU in use: the firmware describes one (ACPI %s), but the kernel "
			"does not drive it%s",
			what ? what : "table",
			what && !strcmp(what, "DMAR") ? "; boot with intel_iommu=on"
						      : "; look for the reason in the kernel log");
	case IOMMU_ABSENT:
	case IOMMU_STATE_UNKNOWN:
	default:
		if (lacks_iommus(snap))
			return mem_strdup("no IOMMU in this copy: it holds neither "
					  "sys/class/iommu nor sys/kernel/iommu_groups");
		return mem_strdup("no IOMMU: switch on VT-d, AMD-Vi or SMMU in the firmware setup; "
				  "a virtual machine needs a virtual IOMMU from its host");
	}
}

/* --- building up ----------------------------------------------------------------------------- */

struct snapshot *snapshot_new(enum snapshot_source source, const char *origin)
{
	struct snapshot *snap = mem_zalloc(sizeof(*snap));

	snap->arena = arena_new();
	snap->source = source;
	snap->origin = arena_strdup(snap->arena, origin);
	return snap;
}

void snapshot_free(struct snapshot *snap)
{
	if (!snap)
		return;
	hostfs_close(snap->fs);
	json_object_put(snap->extra);
	free(snap->iommus);
	free(snap->groups);
	free(snap->devices);
	arena_free(snap->arena);
	free(snap);
}

/* JSON type of the architecture behind a name of /sys/class/iommu: "dmar0" is "intel-vtd". */
static const char *type_of_name(const char *name)
{
	static const struct {
		const char *prefix, *type;
	} types[] = {
		{ "dmar", "intel-vtd" },
		{ "ivhd", "amd-vi" },
		{ "smmu3.", "arm-smmuv3" },
		{ "riscv-iommu@", "riscv-iommu" },
		{ "iommufd_selftest_iommu", "selftest" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strncmp(name, types[i].prefix, strlen(types[i].prefix)))
			return types[i].type;
	return "unknown";
}

struct host_iommu *snapshot_add_iommu(struct snapshot *snap, const char *name)
{
	struct host_iommu *iommu;

	snap->iommus = mem_grow(snap->iommus, snap->n_iommus, sizeof(*iommu));
	iommu = &snap->iommus[snap->n_iommus++];
	memset(iommu, 0, sizeof(*iommu));
	iommu->name = arena_strdup(snap->arena, name);
	iommu->driver_type = type_of_name(name);
	iommu->regs.arch = arch_find(iommu->driver_type);
	iommu->domains_supported = -1;
	return iommu;
}

struct host_group *snapshot_add_group(struct snapshot *snap, int id)
{
	struct host_group *group;

	snap->groups = mem_grow(snap->groups, snap->n_groups, sizeof(*group));
	group = &snap->groups[snap->n_groups++];
	memset(group, 0, sizeof(*group));
	group->id = id;
	return group;
}

struct host_device *snapshot_add_device(struct snapshot *snap, const char *bus, const char *name)
{
	struct host_device *dev;

	snap->devices = mem_grow(snap->devices, snap->n_devices, sizeof(*dev));
	dev = &snap->devices[snap->n_devices++];
	memset(dev, 0, sizeof(*dev));
	dev->name = arena_strdup(snap->arena, name);
	dev->bus = bus;
	dev->group = -1;
	dev->iommu = -1;
	return dev;
}

/* --- order ----------------------------------------------------------------------------------- */

/* Order of names: numbers in them by value (dmar2 before dmar10). Like strcmp(). */
static int name_compare(const char *a, const char *b)
{
	while (*a && *b) {
		size_t na, nb;
		int diff;

		if (!isdigit((unsigned char)*a) || !isdigit((unsigned char)*b)) {
			if (*a != *b)
				return (unsigned char)*a - (unsigned char)*b;
			a++;
			b++;
			continue;
		}
		a += strspn(a, "0");
		b += strspn(b, "0");
		na = strspn(a, "0123456789");
		nb = strspn(b, "0123456789");
		if (na != nb)
			return na < nb ? -1 : 1;
		diff = memcmp(a, b, na);
		if (diff)
			return diff;
		a += na;
		b += nb;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

/* PCI addresses are hexadecimal: only the length of the domain can differ. */
static int pci_compare(const char *a, const char *b)
{
	size_t na = strcspn(a, ":"), nb = strcspn(b, ":");

	if (na != nb)
		return na < nb ? -1 : 1;
	return strcmp(a, b);
}

/* The common bus first, the rest by name. */
static int by_bus_and_name(const void *x, const void *y)
{
	const struct host_device *a = *(const struct host_device *const *)x;
	const struct host_device *b = *(const struct host_device *const *)y;
	int diff = a->bus == b->bus ? 0 : strcmp(a->bus, b->bus), pci;

	if (diff) {
		pci = device_is_pci(b) - device_is_pci(a);
		return pci ? pci : diff;
	}
	diff = device_is_pci(a) ? pci_compare(a->name, b->name) : name_compare(a->name, b->name);
	return diff ? diff : strcmp(a->name, b->name);
}

/* Devices are big: their addresses are sorted, and each device is moved once, along the cycles. */
static void sort_devices(struct snapshot *snap)
{
	struct host_device *devices = snap->devices;
	const struct host_device **order = mem_alloc(snap->n_devices * sizeof(*order));

	for (size_t i = 0; i < snap->n_devices; i++)
		order[i] = &devices[i];
	qsort(order, snap->n_devices, sizeof(*order), by_bus_and_name);
	for (size_t start = 0; start < snap->n_devices; start++) {
		struct host_device first = devices[start];
		size_t to = start, from;

		while ((from = (size_t)(order[to] - devices)) != start) {
			devices[to] = devices[from];
			order[to] = &devices[to];
			to = from;
		}
		devices[to] = first;
		order[to] = &devices[to];
	}
	free(order);
}

static int by_id(const void *x, const void *y)
{
	const struct host_group *a = x, *b = y;

	return (a->id > b->id) - (a->id < b->id);
}

struct numbered_iommu {
	struct host_iommu iommu;
	int was;
};

static int by_iommu_name(const void *x, const void *y)
{
	const struct numbered_iommu *a = x, *b = y;
	int diff = name_compare(a->iommu.name, b->iommu.name);

	if (!diff)
		diff = strcmp(a->iommu.name, b->iommu.name);
	return diff ? diff : a->was - b->was;
}

/* Devices refer to IOMMUs by their place: remember where each one went. */
static void sort_iommus(struct snapshot *snap)
{
	size_t n = snap->n_iommus;
	struct numbered_iommu *sorted = mem_zalloc(n * sizeof(*sorted));
	int *moved = mem_zalloc(n * sizeof(*moved));

	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct numbered_iommu) { snap->iommus[i], (int)i };
	qsort(sorted, n, sizeof(*sorted), by_iommu_name);
	for (size_t i = 0; i < n; i++) {
		snap->iommus[i] = sorted[i].iommu;
		moved[sorted[i].was] = (int)i;
	}
	for (size_t i = 0; i < snap->n_devices; i++)
		if (snap->devices[i].iommu >= 0)
			snap->devices[i].iommu = moved[snap->devices[i].iommu];
	free(sorted);
	free(moved);
}

static void count_members(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_device *dev = &snap->devices[i];
		struct host_group *group = snapshot_group(snap, dev->group);

		if (group)
			group->n_devices++;
		if (dev->iommu >= 0)
			snap->iommus[dev->iommu].n_devices++;
	}
}

bool iommu_is_hardware(const struct host_iommu *iommu)
{
	return strcmp(iommu->driver_type, "selftest") != 0;
}

bool snapshot_has_iommu(const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->n_iommus; i++)
		if (iommu_is_hardware(&snap->iommus[i]))
			return true;
	return false;
}

void snapshot_finish(struct snapshot *snap)
{
	sort_iommus(snap);
	if (snap->n_groups)
		qsort(snap->groups, snap->n_groups, sizeof(*snap->groups), by_id);
	sort_devices(snap);
	count_members(snap);
	if (snapshot_has_iommu(snap))
		snap->state = IOMMU_PRESENT;
}

/* --- looking up ------------------------------------------------------------------------------ */

struct host_iommu *snapshot_iommu(const struct snapshot *snap, const char *name)
{
	for (size_t i = 0; i < snap->n_iommus; i++)
		if (!strcmp(snap->iommus[i].name, name))
			return &snap->iommus[i];
	return NULL;
}

struct host_group *snapshot_group(const struct snapshot *snap, int id)
{
	const struct host_group key = { .id = id };

	if (!snap->n_groups || id < 0)
		return NULL;
	return bsearch(&key, snap->groups, snap->n_groups, sizeof(key), by_id);
}

const struct host_iommu *device_iommu(const struct snapshot *snap, const struct host_device *dev)
{
	return dev->iommu < 0 ? NULL : &snap->iommus[dev->iommu];
}

bool device_is_pci(const struct host_device *dev)
{
	return !strcmp(dev->bus, "pci");
}
