/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about what this kernel offers and what this user may use. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/out.h"
#include "check/rules.h"
#include "host/usable.h"

void rule_iommufd(struct check_run *run, const struct check_subject *s)
{
	struct fact node = fact_node(run->facts, "/dev/iommu");
	struct fact config = fact_config(run->facts, "IOMMUFD");
	bool module = strstr(config.ev.value, "=m") != NULL;

	if (node.is == ANSWER_YES)
		check_emit(run, F_IOMMUFD_AVAILABLE, s, &node.ev, 0);
	else if (config.is == ANSWER_NO)
		check_emit(run, F_IOMMUFD_KERNEL_MISSING, s, &config.ev, 1,
			   "CONFIG_IOMMUFD is not set");
	else if (node.is == ANSWER_UNKNOWN || config.is == ANSWER_UNKNOWN)
		check_emit(run, F_IOMMUFD_UNKNOWN, s, &config.ev, 1,
			   fact_snapshot(run->facts)->source == SNAPSHOT_LIVE
				   ? "sudo modprobe iommufd"
				   : "check on the machine itself: iommuctl check iommufd");
	else
		check_emit(run, module ? F_IOMMUFD_NOT_LOADED : F_IOMMUFD_NODE_MISSING, s,
			   &config.ev, 0);
}

void rule_iommufd_access(struct check_run *run, const struct check_subject *s)
{
	static const enum check_finding finding[] = {
		[ANSWER_NO] = F_IOMMUFD_NO_ACCESS,
		[ANSWER_YES] = F_IOMMUFD_ACCESS,
		[ANSWER_UNKNOWN] = F_IOMMUFD_ACCESS_UNKNOWN,
	};
	struct fact access;

	if (fact_node(run->facts, "/dev/iommu").is != ANSWER_YES)
		return;
	access = fact_node_access(run->facts, "/dev/iommu");
	check_emit(run, finding[access.is], s, &access.ev, 0);
}

static const struct host_device *with_cdev(const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->n_devices; i++)
		if (snap->devices[i].cdev)
			return &snap->devices[i];
	return NULL;
}

void rule_vfio_cdev(struct check_run *run, const struct check_subject *s)
{
	const struct host_device *dev = with_cdev(fact_snapshot(run->facts));
	struct fact config = fact_config(run->facts, "VFIO_DEVICE_CDEV");
	struct evidence ev;

	if (dev) {
		ev = evidence_of("sysfs", "/sys/class/vfio-dev", "%s of %s", dev->cdev, dev->name);
		check_emit(run, F_VFIO_CDEV, s, &ev, 0);
	} else if (config.is == ANSWER_YES) {
		check_emit(run, F_VFIO_CDEV, s, &config.ev, 0);
	} else if (config.is == ANSWER_NO) {
		check_emit(run, F_VFIO_CDEV_MISSING, s, &config.ev, 1,
			   "CONFIG_VFIO_DEVICE_CDEV is not set");
	} else {
		check_emit(run, F_VFIO_CDEV_UNKNOWN, s, &config.ev, 0);
	}
}

void rule_vfio_driver(struct check_run *run, const struct check_subject *s)
{
	const struct snapshot *snap = fact_snapshot(run->facts);
	struct fact driver = fact_driver(run->facts, "pci", "vfio-pci");
	struct fact config = fact_config(run->facts, "VFIO_PCI");
	struct evidence ev;

	for (size_t i = 0; i < snap->n_devices && driver.is != ANSWER_YES; i++) {
		if (!device_is_pci(&snap->devices[i]) || !device_on_vfio(&snap->devices[i]))
			continue;
		ev = evidence_of("sysfs", "/sys/bus/pci/devices", "%s is bound to %s",
				 snap->devices[i].name, snap->devices[i].driver);
		driver = (struct fact) { ANSWER_YES, ev };
	}
	if (driver.is == ANSWER_YES)
		check_emit(run, F_VFIO_DRIVER, s, &driver.ev, 0);
	else if (config.is == ANSWER_NO)
		check_emit(run, F_VFIO_DRIVER_MISSING, s, &config.ev, 1,
			   "CONFIG_VFIO_PCI is not set");
	else if (config.is == ANSWER_YES)
		check_emit(run, F_VFIO_DRIVER_NOT_LOADED, s, &config.ev, 0);
	else
		check_emit(run, F_VFIO_DRIVER_UNKNOWN, s, &config.ev, 0);
}

/* Below this, not even a small guest fits: the default of most distributions is 8 MiB. */
#define MEMLOCK_ENOUGH (UINT64_C(1) << 30)

void rule_memlock(struct check_run *run, const struct check_subject *s)
{
	struct evidence ev;
	uint64_t bytes;
	char text[64];

	if (!fact_memlock(run->facts, &bytes, &ev)) {
		check_emit(run, F_MEMLOCK_UNKNOWN, s, &ev, 0);
		return;
	}
	if (bytes == UINT64_MAX)
		snprintf(text, sizeof(text), "without limit");
	else if (bytes >= UINT64_C(1) << 20)
		snprintf(text, sizeof(text), "%" PRIu64 " MiB", bytes >> 20);
	else
		snprintf(text, sizeof(text), "%" PRIu64 " KiB", bytes >> 10);
	check_emit(run, bytes < MEMLOCK_ENOUGH ? F_MEMLOCK_LOW : F_MEMLOCK, s, &ev, 1, text);
}

/* --- what could not be read ---------------------------------------------------------------- */

enum { UNREAD_SHOWN = 4 };

void rule_unread(struct check_run *run, const struct check_subject *s)
{
	size_t at = 0, n = 0;
	json_object *first = fact_next_failed(run->facts, &at), *unread;
	struct out what = { 0 };
	struct evidence ev;

	if (!first)
		return;
	for (unread = first; unread; unread = fact_next_failed(run->facts, &at), n++)
		if (n < UNREAD_SHOWN)
			out_printf(&what, "%s%s (%s)", n ? ", " : "",
				   doc_get_str(unread, "path", "?"),
				   doc_get_str(unread, "why", doc_get_str(unread, "errno", "?")));
	if (n > UNREAD_SHOWN)
		out_printf(&what, " and %zu more", n - UNREAD_SHOWN);
	out_raw(&what, "", 1);
	ev = evidence_of("facts", doc_get_str(first, "path", ""), "%s",
			 doc_get_str(first, "errno", ""));
	check_emit(run, F_FACTS_UNREAD, s, &ev, 1, what.data);
	out_free(&what);
}
