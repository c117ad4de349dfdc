/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the configuration space of each PCI function, for its capabilities.
 *
 * libpci reads it on the live machine; of a copied tree only the files are
 * taken, through hostfs. A function that sleeps in D3cold is not woken.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIBPCI
#include <pci/pci.h>
#endif

#include "base/dynlib.h"
#include "base/mem.h"
#include "host/acpi.h"
#include "host/facts.h"
#include "host/hostfs.h"
#include "host/pcicaps.h"
#include "render/doc.h"

/* --- reading ---------------------------------------------------------------------------- */

#ifdef HAVE_LIBPCI
static struct pci_access *(*lib_alloc)(void);
static void (*lib_init)(struct pci_access *);
static void (*lib_cleanup)(struct pci_access *);
static struct pci_dev *(*lib_get_dev)(struct pci_access *, int, int, int, int);
static void (*lib_free_dev)(struct pci_dev *);
static int (*lib_read_block)(struct pci_dev *, int, u8 *, int);

static const struct dynlib_symbol symbols[] = {
	{ "pci_alloc", (void **)&lib_alloc },       { "pci_init", (void **)&lib_init },
	{ "pci_cleanup", (void **)&lib_cleanup },   { "pci_get_dev", (void **)&lib_get_dev },
	{ "pci_free_dev", (void **)&lib_free_dev }, { "pci_read_block", (void **)&lib_read_block },
};

static jmp_buf lib_failed;

/* libpci expects this not to return. */
static void on_error(char *msg, ...) __attribute__((noreturn));
static void on_error(char *msg, ...)
{
	(void)msg;
	longjmp(lib_failed, 1);
}

static void on_message(char *msg, ...)
{
	(void)msg;
}

static struct pci_access *lib_open(void)
{
	struct pci_access *volatile access = NULL;

	if (!dynlib_load("libpci.so.3", symbols, ARRAY_SIZE(symbols), NULL))
		return NULL;
	access = lib_alloc();
	access->error = on_error;
	access->warning = on_message;
	access->debug = on_message;
	if (setjmp(lib_failed))
		return NULL;
	lib_init(access);
	return access;
}

/* As much as can be had: 0, 64, 256 or 4096 bytes. */
static size_t lib_read(struct pci_access *access, const struct acpi_device *at, uint8_t *buf)
{
	static const int steps[] = { PCI_CONFIG_HEADER, PCI_CONFIG_CONVENTIONAL, PCI_CONFIG_FULL };
	struct pci_dev *volatile dev = NULL;
	volatile int have = 0;

	if (!setjmp(lib_failed)) {
		dev = lib_get_dev(access, at->segment, at->bus, at->devfn >> 3, at->devfn & 7);
		for (size_t i = 0; dev && i < ARRAY_SIZE(steps); i++) {
			if (!lib_read_block(dev, have, buf + have, steps[i] - have))
				break;
			have = steps[i];
		}
	}
	if (dev)
		lib_free_dev(dev);
	return (size_t)have;
}
#endif

struct reader {
	struct snapshot *snap;
#ifdef HAVE_LIBPCI
	struct pci_access *access;
#endif
};

static size_t file_read(struct snapshot *snap, const char *name, uint8_t *buf)
{
	char *path = mem_printf("sys/bus/pci/devices/%s/config", name);
	size_t len = 0;
	char *data = hostfs_slurp(snap->fs, path, PCI_CONFIG_FULL, &len);

	if (data)
		memcpy(buf, data, len);
	free(data);
	free(path);
	return len;
}

static size_t read_config(struct reader *r, const struct host_device *dev, uint8_t *buf)
{
#ifdef HAVE_LIBPCI
	struct acpi_device at = { .name = dev->name };

	if (r->access && acpi_pci_address(dev->name, &at.segment, &at.bus, &at.devfn))
		return lib_read(r->access, &at, buf);
#endif
	return file_read(r->snap, dev->name, buf);
}

static bool is_asleep(struct snapshot *snap, const char *name)
{
	char *path = mem_printf("sys/bus/pci/devices/%s/power_state", name), state[32];
	bool asleep =
		hostfs_read(snap->fs, path, state, sizeof(state)) > 0 && !strcmp(state, "D3cold");

	free(path);
	return asleep;
}

/* --- the list ----------------------------------------------------------------------------- */

/* What none of the capabilities is known of. */
static void add_unknown(json_object *obj)
{
	static const char *const keys[] = { "port", "ats", "pri", "pasid", "acs", "sriov" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		doc_add(obj, keys[i], NULL);
}

struct tally {
	size_t short_reads, unread, asleep;
};

static json_object *device_caps(struct reader *r, const struct host_device *dev,
				struct tally *tally)
{
	json_object *obj = doc_object();
	uint8_t config[PCI_CONFIG_FULL];
	const char *how = "full";
	size_t len = 0;

	if (is_asleep(r->snap, dev->name)) {
		how = "asleep";
		tally->asleep++;
	} else {
		len = read_config(r, dev, config);
	}
	if (!len && strcmp(how, "asleep")) {
		how = "unread";
		tally->unread++;
	} else if (len && len < PCI_CONFIG_CONVENTIONAL) {
		how = "header";
		tally->short_reads++;
	}
	doc_add(obj, "device", doc_str(dev->name));
	doc_add(obj, "config", doc_str(how));
	if (len >= PCI_CONFIG_CONVENTIONAL)
		pci_caps_add(obj, config, len);
	else
		add_unknown(obj);
	return obj;
}

static void say_unread(struct snapshot *snap, const struct tally *tally)
{
	static const char path[] = "/sys/bus/pci/devices/*/config";
	char *what;

	if (tally->short_reads) {
		what = mem_printf("PCI capabilities of %zu devices", tally->short_reads);
		facts_unread(snap, what, path, EPERM, "root, or CAP_SYS_ADMIN");
		free(what);
	}
	if (tally->unread) {
		what = mem_printf("PCI configuration space of %zu devices", tally->unread);
		facts_unread(snap, what, path, 0,
			     snap->source == SNAPSHOT_LIVE ? NULL
							   : "a copy that holds these files");
		free(what);
	}
	if (tally->asleep) {
		what = mem_printf("PCI capabilities of %zu devices in D3cold", tally->asleep);
		facts_unread(snap, what, path, 0, "a device that is awake: reports wake none");
		free(what);
	}
}

json_object *facts_pci_list(struct snapshot *snap)
{
	struct reader r = { .snap = snap };
	json_object *list = doc_list();
	struct tally tally = { 0 };

#ifdef HAVE_LIBPCI
	if (snap->source == SNAPSHOT_LIVE)
		r.access = lib_open();
#endif
	for (size_t i = 0; i < snap->n_devices; i++)
		if (device_is_pci(&snap->devices[i]))
			doc_push(list, device_caps(&r, &snap->devices[i], &tally));
#ifdef HAVE_LIBPCI
	if (r.access)
		lib_cleanup(r.access);
#endif
	say_unread(snap, &tally);
	return list;
}
