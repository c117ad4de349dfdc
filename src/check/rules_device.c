/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about one device: can it be given away, and what would that cost. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/out.h"
#include "base/shell.h"
#include "check/rules.h"
#include "host/usable.h"

static bool is_emulated(const struct host_device *dev)
{
	return !strcmp(dev->bus, "mdev");
}

static bool is_noiommu(const struct host_device *dev)
{
	return dev->cdev && !strncmp(dev->cdev, "noiommu-", 8);
}

void rule_no_device(struct check_run *run, const struct check_subject *s)
{
	const struct snapshot *snap = fact_snapshot(run->facts);
	struct evidence ev = evidence_of("sysfs", "/sys/class/vfio-dev", "empty");

	if (run->n_devices)
		return;
	for (size_t i = 0; i < snap->n_devices; i++)
		if (device_on_vfio(&snap->devices[i]))
			return;
	check_emit(run, F_NO_DEVICE, s, &ev, 0);
}

static void emit_no_group(struct check_run *run, const struct check_subject *s)
{
	json_object *unread = fact_unread_below(run->facts, "/sys/kernel/iommu_groups");
	struct evidence ev = evidence_of("sysfs", "iommu_group", "no such link");

	if (!check_emit_unread(run, F_DEVICE_GROUP_UNKNOWN, s, unread, ""))
		check_emit(run, F_DEVICE_NO_GROUP, s, &ev, 0);
}

void rule_device_group(struct check_run *run, const struct check_subject *s)
{
	const struct host_device *dev = s->device;
	struct evidence ev;

	if (is_emulated(dev)) {
		ev = evidence_of("sysfs", "/sys/bus/mdev/devices", "%s", dev->name);
		check_emit(run, F_DEVICE_EMULATED, s, &ev, 0);
	} else if (is_noiommu(dev)) {
		ev = evidence_of("sysfs", "/sys/class/vfio-dev", "%s", dev->cdev);
		check_emit(run, F_DEVICE_NOIOMMU, s, &ev, 0);
	} else if (dev->group < 0) {
		emit_no_group(run, s);
	}
	if (device_is_pci_bridge(dev)) {
		ev = evidence_of("sysfs", "class", "0x%06x", dev->class_code);
		check_emit(run, F_DEVICE_BRIDGE, s, &ev, 0);
	}
}

void rule_device_reserved(struct check_run *run, const struct check_subject *s)
{
	const struct host_group *g = s->group;
	enum check_finding finding = F_DEVICE_RESERVED_NONE;
	char where[64], range[64] = "", id[16];
	struct evidence ev;

	if (!g || is_emulated(s->device) || device_is_pci_bridge(s->device))
		return;
	snprintf(where, sizeof(where), "/sys/kernel/iommu_groups/%d/reserved_regions", g->id);
	snprintf(id, sizeof(id), "%d", g->id);
	if (!g->reserved_known) {
		ev = evidence_of("sysfs", where, "not readable");
		check_emit(run, F_DEVICE_RESERVED_UNKNOWN, s, &ev, 1, id);
		return;
	}
	for (size_t i = 0; i < g->n_reserved; i++) {
		const struct host_range *r = &g->reserved[i];

		if (!r->type || strncmp(r->type, "direct", 6))
			continue;
		finding = strcmp(r->type, "direct") ? F_DEVICE_RESERVED_RELAXABLE
						    : F_DEVICE_RESERVED_MEMORY;
		snprintf(range, sizeof(range), "0x%" PRIx64 "-0x%" PRIx64, r->start, r->end);
		if (finding == F_DEVICE_RESERVED_MEMORY)
			break;
	}
	ev = evidence_of("sysfs", where, "%s%s", range[0] ? range : "no direct region",
			 !range[0]                             ? ""
			 : finding == F_DEVICE_RESERVED_MEMORY ? " direct"
							       : " direct-relaxable");
	check_emit(run, finding, s, &ev, 1, range);
}

/* A device that no driver was seen for: the place that could not be read and may name one. */
static json_object *unread_driver(const struct facts *f, const struct host_device *dev)
{
	json_object *unread;
	char path[160];

	if (dev->driver)
		return NULL;
	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/driver", dev->bus, dev->name);
	unread = fact_unread_at(f, path);
	snprintf(path, sizeof(path), "/sys/bus/%s/drivers", dev->bus);
	if (!unread)
		unread = fact_unread_below(f, path);
	snprintf(path, sizeof(path), "/sys/bus/%s/devices", dev->bus);
	return unread ? unread : fact_unread_at(f, path);
}

void rule_device_driver(struct check_run *run, const struct check_subject *s)
{
	const struct host_device *dev = s->device;
	json_object *unread = unread_driver(run->facts, dev);
	char where[160];
	struct evidence ev;

	if (device_is_pci_bridge(dev))
		return;
	snprintf(where, sizeof(where), "/sys/bus/%s/devices/%s/driver", dev->bus, dev->name);
	ev = evidence_of("sysfs", where, "%s", dev->driver ? dev->driver : "no such link");
	if (dev->cdev && device_on_vfio(dev)) {
		check_emit(run, F_DEVICE_VFIO, s, &ev, 1, dev->driver ? dev->driver : dev->cdev);
		return;
	}
	if (device_on_vfio(dev)) {
		unread = fact_unread_below(run->facts, "/sys/class/vfio-dev");
		if (!check_emit_unread(run, F_DEVICE_CDEV_UNKNOWN, s, unread, ""))
			check_emit(run, F_DEVICE_NO_CDEV, s, &ev, 1, dev->driver);
	} else if (dev->driver) {
		check_emit(run, F_DEVICE_HOST_DRIVER, s, &ev, 1, dev->driver);
	} else if (!check_emit_unread(run, F_DEVICE_DRIVER_UNKNOWN, s, unread, "")) {
		check_emit(run, F_DEVICE_NO_DRIVER, s, &ev, 0);
	}
}

void rule_device_node(struct check_run *run, const struct check_subject *s)
{
	struct fact access;
	char path[128];

	if (!s->device->cdev)
		return;
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", s->device->cdev);
	access = fact_node_access(run->facts, path);
	if (access.is == ANSWER_NO)
		check_emit(run, F_DEVICE_NODE_NO_ACCESS, s, &access.ev, 1, path);
	else if (access.is == ANSWER_YES)
		check_emit(run, F_DEVICE_NODE_ACCESS, s, &access.ev, 1, path);
	else if (fact_unread_below(run->facts, "/dev/vfio"))
		check_emit(run, F_DEVICE_NODE_UNKNOWN, s, &access.ev, 1, path);
}

void rule_device_held(struct check_run *run, const struct check_subject *s)
{
	json_object *holder = fact_holder(run->facts, s->device);
	const char *command = doc_get_str(holder, "command", "a process");
	struct evidence ev;
	char pid[24];

	if (!holder)
		return;
	snprintf(pid, sizeof(pid), "%" PRId64, doc_get_int(holder, "pid", 0));
	ev = evidence_of("proc", "/proc/*/fd", "%s: pid %s", doc_get_str(holder, "kind", "?"), pid);
	check_emit(run, F_DEVICE_HELD, s, &ev, 2, command, pid);
}

/* "0000:00:1f.2 (ahci), 0000:00:1f.3": members of the group but @but that are not on VFIO yet. */
static size_t list_members(const struct facts *f, const struct host_group *g,
			   const struct host_device *but, bool host_driven, struct out *o)
{
	const struct snapshot *snap = fact_snapshot(f);
	size_t n = 0, n_members;
	const size_t *members = fact_members(f, g, &n_members);

	for (size_t i = 0; i < n_members; i++) {
		const struct host_device *dev = &snap->devices[members[i]];

		if (dev == but || device_is_pci_bridge(dev) || device_on_vfio(dev) ||
		    (host_driven && !device_on_host_driver(dev)))
			continue;
		n++;
		if (n > 8)
			continue;
		out_printf(o, "%s%s%s%s%s", n > 1 ? ", " : "", dev->name, dev->driver ? " (" : "",
			   dev->driver ? dev->driver : "", dev->driver ? ")" : "");
	}
	if (n > 8)
		out_printf(o, " and %zu more", n - 8);
	out_raw(o, "", 1);
	return n;
}

/* The command that brings the others over as well. */
static char *driverctl_all(const struct facts *f, const struct host_group *g,
			   const struct host_device *but)
{
	const struct snapshot *snap = fact_snapshot(f);
	struct out o = { 0 };
	size_t n;
	const size_t *members = fact_members(f, g, &n);
	char *text, *word;

	out_str(&o, "for d in");
	for (size_t i = 0; i < n; i++) {
		const struct host_device *dev = &snap->devices[members[i]];

		if (dev == but || !device_on_host_driver(dev) || device_is_pci_bridge(dev))
			continue;
		word = shell_word(dev->name);
		out_printf(&o, " %s", word);
		free(word);
	}
	out_str(&o, "; do sudo driverctl set-override $d vfio-pci; done");
	text = mem_strndup(o.data, o.len);
	out_free(&o);
	return text;
}

/* What could not be read and may show others of the group to be in use. */
static json_object *unread_members(const struct facts *f, const struct host_group *g)
{
	const struct snapshot *snap = fact_snapshot(f);
	json_object *unread;
	char path[64];
	size_t n;
	const size_t *members = fact_members(f, g, &n);

	snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%d/devices", g->id);
	unread = fact_unread_below(f, path);
	for (size_t i = 0; i < n && !unread; i++)
		if (!device_is_pci_bridge(&snap->devices[members[i]]))
			unread = unread_driver(f, &snap->devices[members[i]]);
	return unread;
}

void rule_device_group_members(struct check_run *run, const struct check_subject *s)
{
	struct out others = { 0 }, held = { 0 };
	size_t n_others, n_held;
	struct evidence ev;
	char where[64], id[16], *fix;

	if (!s->group || is_emulated(s->device) || device_is_pci_bridge(s->device))
		return;
	snprintf(where, sizeof(where), "/sys/kernel/iommu_groups/%d/devices", s->group->id);
	snprintf(id, sizeof(id), "%d", s->group->id);
	n_others = list_members(run->facts, s->group, s->device, false, &others);
	n_held = list_members(run->facts, s->group, s->device, true, &held);
	fix = driverctl_all(run->facts, s->group, s->device);
	ev = evidence_of("sysfs", where, "%zu device%s", s->group->n_devices,
			 s->group->n_devices == 1 ? "" : "s");
	if (n_held && device_on_vfio(s->device))
		check_emit(run, F_GROUP_NOT_VIABLE, s, &ev, 3, id, held.data, fix);
	else if (!n_held && !check_emit_unread(run, F_GROUP_VIABLE_UNKNOWN, s,
					       unread_members(run->facts, s->group), id))
		check_emit(run, F_GROUP_VIABLE, s, &ev, 1, id);
	if (n_others)
		check_emit(run, F_COST_GROUP_MEMBERS, s, &ev, 3, id, others.data,
			   n_held ? fix : "none needed: none of them is used by the host");
	free(fix);
	out_free(&others);
	out_free(&held);
}

void rule_device_cost(struct check_run *run, const struct check_subject *s)
{
	static const struct {
		const char *use;
		enum check_finding finding;
	} costs[] = {
		{ "mount", F_COST_MOUNTED },   { "swap", F_COST_SWAP },
		{ "network", F_COST_NETWORK }, { "only-network", F_COST_ONLY_NETWORK },
		{ "display", F_COST_DISPLAY },
	};
	struct evidence ev = { 0 };
	json_object *uses;

	if (is_emulated(s->device) || device_is_pci_bridge(s->device))
		return;
	uses = fact_uses(run->facts, s->device);
	if (!uses) {
		check_emit(run, F_COST_UNKNOWN, s, &ev, 0);
		return;
	}
	for (size_t i = 0; i < doc_len(uses); i++) {
		json_object *use = doc_at(uses, i);
		const char *kind = doc_get_str(use, "use", "");

		for (size_t j = 0; j < ARRAY_SIZE(costs); j++) {
			if (strcmp(kind, costs[j].use))
				continue;
			ev = evidence_of(doc_get_str(use, "source", "proc"),
					 doc_get_str(use, "where", ""), "%s",
					 doc_get_str(use, "what", ""));
			check_emit(run, costs[j].finding, s, &ev, 1, doc_get_str(use, "what", ""));
		}
	}
	json_object_put(uses);
}
