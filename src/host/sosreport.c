/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unpacked sosreports, and other trees that lack most of sysfs. */
#include "config.h"
#include "host/sosreport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "host/arena.h"
#include "host/facts.h"
#include "host/hostfs.h"
#include "host/index.h"
#include "klog/klog.h"
#include "render/doc.h"

const char *const sosreport_logs[] = {
	"sos_commands/kernel/dmesg",
	"sos_commands/kernel/dmesg_-T",
	"var/log/dmesg",
	"var/log/kern.log",
	NULL,
};

/* What lspci said, with numbers and drivers: "lspci -nnvv" and what it was before. */
static const char *const lspci_files[] = {
	"sos_commands/pci/lspci_-nnvv",
	"sos_commands/pci/lspci_-nvv",
	"lspci",
	NULL,
};

enum { MAX_LSPCI = 32 * 1024 * 1024, PCI_NAME = 32 };

struct rebuilt {
	struct snapshot *snap;
	struct index devices, iommus, groups; /* names to places in the snapshot's lists */
};

/* A device by its name, made when it is new. */
static struct host_device *device(struct rebuilt *r, const char *bus, const char *name)
{
	struct host_device *dev;
	size_t at;

	if (index_get(&r->devices, name, &at))
		return &r->snap->devices[at];
	dev = snapshot_add_device(r->snap, bus, name);
	index_put(&r->devices, dev->name, r->snap->n_devices - 1);
	return dev;
}

/* --- the kernel log ----------------------------------------------------------------------- */

static const char *word_of(const struct klog_record *rec, const char *key)
{
	const struct klog_fact *f = klog_fact(rec, key);

	return f && f->type == KLOG_STR ? f->str : NULL;
}

/* "0000:00:1f.2" */
static bool is_pci_name(const char *name)
{
	unsigned int domain, bus, slot, function;
	int n = 0;

	return sscanf(name, "%x:%2x:%2x.%1x%n", &domain, &bus, &slot, &function, &n) == 4 &&
	       !name[n];
}

static void take_group(struct rebuilt *r, const struct klog_record *rec)
{
	const struct klog_fact *id = klog_fact(rec, "group");
	const char *name = word_of(rec, "device"), *driver = word_of(rec, "driver"), *bus;
	char key[16];

	if (!name || !id || id->num > INT32_MAX)
		return;
	bus = is_pci_name(name)                       ? "pci"
	      : driver && !strcmp(driver, "platform") ? "platform"
						      : "unknown";
	/* A device that was taken away and came again is in the group of the last line. */
	device(r, bus, name)->group = (int)id->num;
	snprintf(key, sizeof(key), "%d", (int)id->num);
	if (!index_put(&r->groups, arena_strdup(r->snap->arena, key), id->num))
		return;
	snapshot_add_group(r->snap, (int)id->num);
}

static void take_registers(struct rebuilt *r, const struct klog_record *rec)
{
	const char *name = word_of(rec, "iommu");
	const struct klog_fact *base = klog_fact(rec, "base");
	struct host_iommu *iommu;
	size_t at;

	if (!name || !rec->arch)
		return;
	if (index_get(&r->iommus, name, &at)) {
		iommu = &r->snap->iommus[at];
	} else {
		iommu = snapshot_add_iommu(r->snap, name);
		index_put(&r->iommus, iommu->name, r->snap->n_iommus - 1);
	}
	iommu->regs.arch = arch_find(rec->arch);
	if (iommu->regs.arch)
		iommu->driver_type = iommu->regs.arch->type;
	iommu->regs_from = FACT_LOG;
	for (unsigned int i = 0; i < rec->n_regs; i++)
		reg_set_put(&iommu->regs, rec->reg_name[i], rec->reg_value[i]);
	if (base && base->type == KLOG_HEX) {
		iommu->has_address = true;
		iommu->address = base->num;
	}
}

static int take_record(const struct klog_record *rec, void *ctx)
{
	if (rec->kind == KLOG_REGISTERS)
		take_registers(ctx, rec);
	else if (rec->kind == KLOG_GROUP && !strcmp(klog_family(rec), "group-add"))
		take_group(ctx, rec);
	return 0;
}

/* The log that was read, or NULL when there is none. */
static const char *read_log(struct rebuilt *r)
{
	for (size_t i = 0; sosreport_logs[i]; i++) {
		struct klog_totals totals = { 0 };
		int fd = hostfs_open_file(r->snap->fs, sosreport_logs[i]);

		if (fd < 0)
			continue;
		klog_decode_fd(fd, sosreport_logs[i], take_record, r, &totals);
		close(fd);
		return sosreport_logs[i];
	}
	return NULL;
}

/* --- lspci -------------------------------------------------------------------------------- */

/* The last "[8086:2922]" of a line: names before it can hold brackets, too. */
static bool last_ids(const char *line, uint16_t *vendor, uint16_t *device)
{
	unsigned int v, d;
	bool found = false;

	for (const char *at = strchr(line, '['); at; at = strchr(at + 1, '[')) {
		char end = '\0';

		if (sscanf(at, "[%4x:%4x%c", &v, &d, &end) != 3 || end != ']')
			continue;
		*vendor = (uint16_t)v;
		*device = (uint16_t)d;
		found = true;
	}
	return found;
}

/* "00:1f.2 SATA controller [0106]: Intel ... [8086:2922] (rev 02) (prog-if 01 [AHCI 1.0])" */
static struct host_device *take_lspci_device(struct rebuilt *r, const char *line)
{
	unsigned int domain = 0, bus, slot, function, class;
	const char *at = strstr(line, " [");
	struct host_device *dev;
	char name[PCI_NAME];

	if (sscanf(line, "%x:%2x:%2x.%1x ", &domain, &bus, &slot, &function) != 4) {
		domain = 0;
		if (sscanf(line, "%2x:%2x.%1x ", &bus, &slot, &function) != 3)
			return NULL;
	}
	snprintf(name, sizeof(name), "%04x:%02x:%02x.%x", domain, bus, slot, function);
	dev = device(r, "pci", name);
	while (at && sscanf(at, " [%4x]", &class) != 1)
		at = strstr(at + 1, " [");
	dev->has_ids = at && last_ids(line, &dev->vendor, &dev->device);
	if (dev->has_ids) {
		const char *interface = strstr(line, "(prog-if ");
		unsigned int v = 0;

		if (interface)
			sscanf(interface, "(prog-if %2x", &v);
		dev->class_code = class << 8 | v;
	}
	return dev;
}

static void take_lspci_detail(struct rebuilt *r, struct host_device *dev, const char *line)
{
	static const char driver[] = "Kernel driver in use: ";

	line += strspn(line, " \t");
	if (!strncmp(line, "Subsystem: ", strlen("Subsystem: ")))
		last_ids(line, &dev->subvendor, &dev->subdevice);
	else if (!strncmp(line, driver, strlen(driver)))
		dev->driver = arena_strdup(r->snap->arena, line + strlen(driver));
}

static const char *read_lspci(struct rebuilt *r)
{
	const char *path = NULL;
	char *text = NULL, *save = NULL;
	struct host_device *dev = NULL;
	size_t len;

	for (size_t i = 0; !text && lspci_files[i]; i++) {
		path = lspci_files[i];
		text = hostfs_slurp(r->snap->fs, path, MAX_LSPCI, &len);
	}
	if (!text)
		return NULL;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line[strcspn(line, "\r")] = '\0';
		if (*line != ' ' && *line != '\t')
			dev = take_lspci_device(r, line);
		else if (dev)
			take_lspci_detail(r, dev, line);
	}
	free(text);
	return path;
}

/* --- both --------------------------------------------------------------------------------- */

static void say_unknown(struct snapshot *snap, const char *log)
{
	if (!snap->extra)
		snap->extra = doc_object();
	if (!doc_get(snap->extra, "unread"))
		doc_add(snap->extra, "unread", doc_list());
	facts_unread(snap,
		     "reserved regions and types of groups, and which IOMMU a device is behind",
		     "sys/kernel/iommu_groups", 0,
		     "a copy of /sys; IOMMUs and groups are those of the log");
	facts_unread(snap, "registers of IOMMUs that the log does not print", "sys/class/iommu", 0,
		     "a copy of /sys");
	err_note("the copy has no IOMMUs and groups in /sys: they are those that '%s' names, the "
		 "rest is unknown",
		 log);
}

void sosreport_collect(struct snapshot *snap)
{
	struct rebuilt r = { .snap = snap };
	const char *log;

	for (size_t i = 0; i < snap->n_devices; i++)
		index_put(&r.devices, snap->devices[i].name, i);
	if (!snap->n_devices)
		read_lspci(&r);
	log = read_log(&r);
	/* Units that are only described: nothing says that the kernel drives them. */
	if (!snap->n_groups)
		snap->n_iommus = 0;
	else
		say_unknown(snap, log);
	index_free(&r.devices);
	index_free(&r.iommus);
	index_free(&r.groups);
}
