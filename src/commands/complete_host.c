/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the machine at hand offers to complete: devices, IOMMUs, groups, drivers. */
#include "config.h"
#include "commands/complete_host.h"

#include <string.h>
#include <sys/stat.h>

#include "base/sandbox.h"
#include "commands/list_columns.h"
#include "host/collect.h"
#include "host/filter.h"
#include "host/index.h"
#include "host/load.h"

/* Names with control characters cannot be typed, and must not break the lines. */
static void offer(struct out *o, const char *value, const char *description)
{
	if (!strpbrk(value, "\t\n"))
		out_printf(o, "%s\t%s\n", value, description ? description : "");
}

static const char *saved_report, *copied_tree;

void complete_machine(const char *from, const char *sysroot)
{
	saved_report = from;
	copied_tree = sysroot;
}

static struct snapshot *open_machine(void)
{
	struct snapshot *snap;
	struct stat st;

	if (!saved_report)
		return snapshot_collect(copied_tree, 0, &snap) ? NULL : snap;
	/* What would wait for a writer, or eat what is typed, is left alone. */
	if (stat(saved_report, &st) || !S_ISREG(st.st_mode))
		return NULL;
	sandbox_plan(SANDBOX_READ);
	return snapshot_load(saved_report, &snap) ? NULL : snap;
}

void complete_devices(const char *command, struct out *o)
{
	struct snapshot *snap = open_machine();

	(void)command;
	for (size_t i = 0; snap && i < snap->n_devices; i++)
		offer(o, snap->devices[i].name, snap->devices[i].driver);
	for (size_t i = 0; snap && i < snap->n_devices; i++)
		if (snap->devices[i].cdev)
			offer(o, snap->devices[i].cdev, snap->devices[i].name);
	snapshot_free(snap);
}

void complete_iommus(const char *command, struct out *o)
{
	struct snapshot *snap = open_machine();

	(void)command;
	for (size_t i = 0; snap && i < snap->n_iommus; i++)
		offer(o, snap->iommus[i].name, snap->iommus[i].driver_type);
	snapshot_free(snap);
}

void complete_groups(const char *command, struct out *o)
{
	struct snapshot *snap = open_machine();

	(void)command;
	for (size_t i = 0; snap && i < snap->n_groups; i++)
		out_printf(o, "%d\t%zu device%s\n", snap->groups[i].id, snap->groups[i].n_devices,
			   snap->groups[i].n_devices == 1 ? "" : "s");
	snapshot_free(snap);
}

void complete_drivers(const char *command, struct out *o)
{
	struct snapshot *snap = open_machine();
	struct index seen = { 0 };

	(void)command;
	for (size_t i = 0; snap && i < snap->n_devices; i++)
		if (snap->devices[i].driver && index_put(&seen, snap->devices[i].driver, 0))
			offer(o, snap->devices[i].driver, "");
	offer(o, "none", "devices without a driver");
	index_free(&seen);
	snapshot_free(snap);
}

void complete_classes(const char *command, struct out *o)
{
	(void)command;
	for (const struct filter_class *c = filter_classes; c->name; c++)
		offer(o, c->name, c->doc);
}

void complete_columns(const char *command, struct out *o)
{
	if (strcmp(command, "list"))
		return;
	for (size_t i = 0; i < n_list_columns; i++)
		offer(o, list_columns[i].name, list_columns[i].doc);
	offer(o, "all", "every column of the view");
}
