/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about what keeps devices apart: groups and why they are as large as they are. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/out.h"
#include "check/rules.h"
#include "host/usable.h"

void rule_acs_override(struct check_run *run, const struct check_subject *s)
{
	const struct kernel_parameter *list;
	struct evidence ev;
	size_t n;

	if (!fact_parameters(run->facts, &list, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		/* Without the patch the parameter does nothing, and groups are what they are. */
		if (strcmp(list[i].name, "pcie_acs_override"))
			continue;
		ev = evidence_of("command line", "/proc/cmdline", "%s=%s", list[i].name,
				 list[i].value);
		check_emit(run, F_ISOLATION_ACS_OVERRIDE, s, &ev, 1, ev.value);
		return;
	}
}

/* The list of groups, or that of a group's members, where it could not be read. */
static json_object *unread_groups(const struct facts *f)
{
	const struct snapshot *snap = fact_snapshot(f);
	json_object *unread = fact_unread_at(f, "/sys/kernel/iommu_groups");
	char path[64];

	for (size_t i = 0; i < snap->n_groups && !unread; i++) {
		snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%d/devices",
			 snap->groups[i].id);
		unread = fact_unread_at(f, path);
	}
	return unread;
}

void rule_groups(struct check_run *run, const struct check_subject *s)
{
	const struct snapshot *snap = fact_snapshot(run->facts);
	bool unknown = check_emit_unread(run, F_ISOLATION_GROUPS_UNKNOWN, s,
					 unread_groups(run->facts), "");
	struct evidence ev;
	size_t groups = 0, single = 0;
	char a[32], b[32];

	for (size_t i = 0; i < snap->n_groups; i++) {
		groups += snap->groups[i].n_devices != 0;
		single += snap->groups[i].n_devices == 1;
	}
	ev = evidence_of("sysfs", "/sys/kernel/iommu_groups", "%zu group%s", groups,
			 groups == 1 ? "" : "s");
	if (!groups) {
		if (!unknown)
			check_emit(run, F_ISOLATION_NO_GROUPS, s, &ev, 0);
		return;
	}
	snprintf(a, sizeof(a), "%zu", single);
	snprintf(b, sizeof(b), "%zu", groups);
	check_emit(run, F_ISOLATION_GROUPS_SINGLE, s, &ev, 2, a, b);
}

/* --- why a group is large ---------------------------------------------------------------- */

enum { CAUSES_SHOWN = 4 };

struct analysis {
	const struct facts *facts;
	const struct host_group *group;
	const size_t *members; /* of the group */
	size_t n_members;
	struct out text;
	unsigned int causes;
	bool acs_unknown;
	bool moveable; /* another slot may help */
};

__attribute__((format(printf, 2, 3))) static void add_cause(struct analysis *a, const char *fmt,
							    ...)
{
	va_list ap;
	char buf[256];

	if (++a->causes > CAUSES_SHOWN)
		return;
	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	out_printf(&a->text, "%s%s", a->text.len ? "; " : "", buf);
}

/* "0000:00:1f" of "0000:00:1f.3". */
static size_t slot_len(const struct host_device *dev)
{
	const char *dot = strrchr(dev->name, '.');

	return dot ? (size_t)(dot - dev->name) : strlen(dev->name);
}

static bool same_slot(const struct host_device *a, const struct host_device *b)
{
	return slot_len(a) == slot_len(b) && !strncmp(a->name, b->name, slot_len(a));
}

static bool in_group(const struct analysis *a, const struct host_device *dev)
{
	return dev->group == a->group->id;
}

static const struct host_device *member(const struct analysis *a, size_t i)
{
	return &fact_snapshot(a->facts)->devices[a->members[i]];
}

/* What a port lacks of the four controls that the kernel asks for: "has no ACS", ... */
static void acs_words(struct analysis *a, const struct host_device *port, char *buf, size_t size)
{
	static const char *const controls[] = { "source-validation", "request-redirect",
						"completion-redirect", "upstream-forwarding" };
	struct fact acs = fact_pci_capability(a->facts, port, "acs");
	json_object *enabled = doc_get(fact_pci_capability_doc(a->facts, port, "acs"), "enabled");
	size_t used = 0;

	snprintf(buf, size, "has no ACS");
	if (acs.is == ANSWER_UNKNOWN) {
		a->acs_unknown = true;
		snprintf(buf, size, "does not isolate them (its ACS is not readable)");
	}
	if (acs.is != ANSWER_YES)
		return;
	used = (size_t)snprintf(buf, size, "has ACS without");
	for (size_t i = 0; i < ARRAY_SIZE(controls); i++)
		if (!doc_has_str(enabled, controls[i]) && used < size)
			used += (size_t)snprintf(buf + used, size - used, " %s", controls[i]);
	if (!strcmp(buf, "has ACS without"))
		snprintf(buf, size, "isolates, and yet they are together (a quirk of the kernel)");
}

/* Functions of one device in one group: they have no ACS between them. */
static void analyse_functions(struct analysis *a, size_t at)
{
	const struct host_device *first = member(a, at);
	enum answer acs = ANSWER_YES;
	size_t n = 0;

	for (size_t i = 0; i < a->n_members; i++) {
		const struct host_device *dev = member(a, i);
		struct fact f;

		if (!device_is_pci(dev) || !same_slot(first, dev))
			continue;
		if (i < at)
			return; /* its first function spoke for it */
		n++;
		f = fact_pci_capability(a->facts, dev, "acs");
		if (f.is == ANSWER_NO || (f.is == ANSWER_UNKNOWN && acs == ANSWER_YES))
			acs = f.is;
	}
	if (n < 2)
		return;
	add_cause(a, "%.*s is one device of %zu functions that %s", (int)slot_len(first),
		  first->name, n,
		  acs == ANSWER_NO ? "have no ACS between them"
				   : "are not isolated from each other");
	a->acs_unknown |= acs == ANSWER_UNKNOWN;
}

/* A bridge in the group with members below: it does not keep them from its other side. */
static void analyse_bridge(struct analysis *a, const struct host_device *bridge)
{
	const char *port = fact_port_type(a->facts, bridge);
	char words[160];
	size_t below = 0;

	for (size_t i = 0; i < a->n_members; i++)
		if (fact_parent(a->facts, member(a, i)) == bridge)
			below++;
	if (!below)
		return;
	a->moveable = true;
	if (port && !strcmp(port, "pcie-to-pci")) {
		add_cause(a, "%s leads to conventional PCI, where devices cannot be told apart",
			  bridge->name);
		return;
	}
	acs_words(a, bridge, words, sizeof(words));
	add_cause(a, "%s above them %s", bridge->name, words);
}

/* Members of several slots below one bridge that is itself outside: they share its bus. */
static void analyse_bus(struct analysis *a, size_t at)
{
	const struct host_device *dev = member(a, at);
	const struct host_device *parent = fact_parent(a->facts, dev);
	const char *port = parent ? fact_port_type(a->facts, parent) : NULL;

	if (!parent || in_group(a, parent))
		return;
	for (size_t i = 0; i < a->n_members; i++) {
		const struct host_device *other = member(a, i);

		if (i == at || fact_parent(a->facts, other) != parent || same_slot(dev, other))
			continue;
		if (i < at)
			return;
		a->moveable = true;
		add_cause(a, "%s and %s share the %sbus behind %s", dev->name, other->name,
			  port && !strcmp(port, "pcie-to-pci") ? "conventional PCI " : "",
			  parent->name);
		return;
	}
}

static void analyse(struct analysis *a)
{
	for (size_t i = 0; i < a->n_members; i++) {
		const struct host_device *dev = member(a, i);

		if (!device_is_pci(dev))
			continue;
		analyse_functions(a, i);
		if (device_is_pci_bridge(dev))
			analyse_bridge(a, dev);
		analyse_bus(a, i);
	}
	if (a->causes > CAUSES_SHOWN)
		out_printf(&a->text, "; and %u more such places", a->causes - CAUSES_SHOWN);
	if (!a->text.len)
		out_str(&a->text,
			"the hardware, or a quirk of the kernel, does not tell them apart");
	out_raw(&a->text, "", 1);
}

void rule_group_shared(struct check_run *run, const struct check_subject *s)
{
	struct analysis a = { .facts = run->facts, .group = s->group };
	char count[32], where[64];
	struct evidence ev;

	if (s->group->n_devices < 2)
		return;
	a.members = fact_members(a.facts, a.group, &a.n_members);
	analyse(&a);
	snprintf(where, sizeof(where), "/sys/kernel/iommu_groups/%d/devices", s->group->id);
	check_count(count, sizeof(count), s->group->n_devices, "device");
	ev = evidence_of("sysfs", where, "%s", count);
	check_emit(
		run, F_ISOLATION_GROUP_SHARED, s, &ev, 3, count, a.text.data,
		a.acs_unknown
			? "run it as root, which can read ACS of the ports; what helps is another "
			  "slot, or ACS in the firmware's setup"
		: a.moveable
			? "try another slot, or ACS in the firmware's setup; pcie_acs_override "
			  "would only hide it"
			: "none: give them away together, or not at all");
	out_free(&a.text);
}

/* --- translation that outlives an unmapping ------------------------------------------------ */

void rule_invalidation(struct check_run *run, const struct check_subject *s)
{
	const struct snapshot *snap = fact_snapshot(run->facts);
	size_t lazy = 0, strict = 0;
	struct evidence ev;
	char count[48];

	for (size_t i = 0; i < snap->n_groups; i++) {
		const char *type = snap->groups[i].type;

		lazy += type && !strcmp(type, "DMA-FQ");
		strict += type && !strcmp(type, "DMA");
	}
	check_count(count, sizeof(count), lazy, "group");
	ev = evidence_of("sysfs", "/sys/kernel/iommu_groups/*/type", "%s", lazy ? "DMA-FQ" : "DMA");
	if (lazy)
		check_emit(run, F_ISOLATION_LAZY, s, &ev, 1, count);
	else if (strict && !fact_unread_below(run->facts, "/sys/kernel/iommu_groups"))
		check_emit(run, F_ISOLATION_STRICT, s, &ev, 0);
}

void rule_platform_opt_in(struct check_run *run, const struct check_subject *s)
{
	struct evidence ev = evidence_of("acpi", "DMAR flags, bit 2", "1");

	if (doc_get_bool(fact_acpi_table(run->facts, "DMAR"), "platform_opt_in", false))
		check_emit(run, F_ISOLATION_PLATFORM_OPT_IN, s, &ev, 0);
}
