/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts: what a report holds besides IOMMUs, groups and devices. */
#include "config.h"
#include "host/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "host/collect_facts.h"
#include "host/hostfs.h"
#include "render/doc.h"

static const struct {
	unsigned int flag;
	const char *key;
	json_object *(*collect)(struct snapshot *snap);
	bool live_only;
} collectors[] = {
	{ FACTS_KERNEL, "kernel", facts_kernel, false },
	{ FACTS_PCI, "pci", facts_pci_list, false },
	{ FACTS_ACPI, "acpi", facts_acpi, false },
	{ FACTS_LIMITS, "limits", facts_limits, true },
	{ FACTS_NODES, "nodes", facts_nodes, true },
	{ FACTS_HOLDERS, "holders", facts_holders, true },
	{ FACTS_MACHINE, "processor", collect_facts_processor, false },
	{ FACTS_MACHINE, "interrupts", collect_facts_interrupts, false },
	{ FACTS_MACHINE, "vfio_drivers", collect_facts_vfio_drivers, false },
	{ FACTS_MACHINE, "topology", collect_facts_topology, false },
	{ FACTS_MACHINE, "uses", collect_facts_uses, false },
	{ FACTS_MACHINE, "translation", collect_facts_translation, false },
	{ FACTS_LOG, "log", facts_log, false },
};

void facts_unread(struct snapshot *snap, const char *what, const char *path, int errnum,
		  const char *needs)
{
	json_object *list = doc_get(snap->extra, "unread"), *entry = doc_object();

	doc_add(entry, "what", doc_str(what));
	doc_add(entry, "path", doc_str(path));
	doc_add(entry, "errno", doc_str(errnum ? err_name(errnum) : NULL));
	doc_add(entry, "why", doc_str(errnum ? strerror(errnum) : NULL));
	doc_add(entry, "needs", doc_str(needs));
	doc_push(list, entry);
}

/* What collectors met in sysfs without saying so themselves. */
static void add_trouble(struct snapshot *snap)
{
	const struct hostfs_trouble *t = hostfs_trouble(snap->fs);
	char *text;

	for (size_t i = 0; i < t->count && i < HOSTFS_UNREAD_KEPT; i++) {
		text = mem_printf("/%s", t->place[i].path);
		facts_unread(snap, "a place below /sys or /proc/sys", text, t->place[i].errnum,
			     NULL);
		free(text);
	}
	if (t->count <= HOSTFS_UNREAD_KEPT)
		return;
	text = mem_printf("%zu more places", t->count - HOSTFS_UNREAD_KEPT);
	facts_unread(snap, text, "/sys", 0, NULL);
	free(text);
}

void facts_collect(struct snapshot *snap, unsigned int which)
{
	if (snap->source == SNAPSHOT_FILE)
		return;
	if (!snap->extra)
		snap->extra = doc_object();
	if (!doc_get(snap->extra, "unread"))
		doc_add(snap->extra, "unread", doc_list());
	for (size_t i = 0; i < ARRAY_SIZE(collectors); i++) {
		if (!(which & collectors[i].flag) ||
		    json_object_object_get_ex(snap->extra, collectors[i].key, NULL))
			continue;
		if (collectors[i].live_only && snap->source != SNAPSHOT_LIVE)
			continue;
		doc_add(snap->extra, collectors[i].key, collectors[i].collect(snap));
	}
	if (which & FACTS_MACHINE)
		add_trouble(snap);
}

json_object *facts_get(const struct snapshot *snap, const char *key)
{
	return doc_get(snap->extra, key);
}

json_object *facts_pci(const struct snapshot *snap, const char *device)
{
	return doc_find(facts_get(snap, "pci"), "device", device);
}
