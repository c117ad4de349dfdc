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

static bool lib_read(void *source, size_t at, uint8_t *buf, size_t n)
{
	return !setjmp(lib_failed) && lib_read_block(source, (int)at, buf, (int)n);
}

static struct pci_dev *lib_find(struct pci_access *access, const struct acpi_device *at)
{
	if (setjmp(lib_failed))
		return NULL;
	return lib_get_dev(access, at->segment, at->bus, at->devfn >> 3, at->devfn & 7);
}
#endif

struct bytes {
	uint8_t data[PCI_CONFIG_FULL];
	size_t len;
};

static bool bytes_read(void *source, size_t at, uint8_t *buf, size_t n)
{
	const struct bytes *b = source;

	if (at > b->len || n > b->len - at)
		return false;
	memcpy(buf, b->data + at, n);
	return true;
}

struct reader {
	struct snapshot *snap;
#ifdef HAVE_LIBPCI
	struct pci_access *access;
#endif
};

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

enum how { FULL, HEADER, UNREAD, ASLEEP, N_HOW };

static const char *const how_names[N_HOW] = { "full", "header", "unread", "asleep" };

static bool can_read(const struct pci_config *c, size_t at)
{
	uint8_t byte;

	return c->read(c->source, at, &byte, 1);
}

/* How much of the configuration space could be read; adds what is in it. */
static enum how add_config(json_object *obj, const struct pci_config *c)
{
	if (!can_read(c, 0))
		return UNREAD;
	if (!can_read(c, PCI_CONFIG_CONVENTIONAL - 1))
		return HEADER;
	return pci_caps_add(obj, c) ? FULL : UNREAD;
}

static enum how add_from_file(json_object *obj, struct snapshot *snap, const char *name)
{
	char *path = mem_printf("sys/bus/pci/devices/%s/config", name);
	struct bytes bytes;
	ssize_t n = hostfs_read_bytes(snap->fs, path, bytes.data, sizeof(bytes.data));

	free(path);
	bytes.len = n > 0 ? (size_t)n : 0;
	return add_config(obj, &(struct pci_config) { bytes_read, &bytes });
}

static enum how add_device(json_object *obj, struct reader *r, const struct host_device *dev)
{
#ifdef HAVE_LIBPCI
	struct acpi_device at = { .name = dev->name };

	if (r->access && acpi_pci_address(dev->name, &at.segment, &at.bus, &at.devfn)) {
		struct pci_config config = { lib_read, lib_find(r->access, &at) };
		enum how how;

		if (!config.source)
			return UNREAD;
		how = add_config(obj, &config);
		lib_free_dev(config.source);
		return how;
	}
#endif
	return add_from_file(obj, r->snap, dev->name);
}

/* @tally counts the answers. */
static json_object *device_caps(struct reader *r, const struct host_device *dev, size_t *tally)
{
	json_object *obj = doc_object();
	enum how how = ASLEEP;

	doc_add(obj, "device", doc_str(dev->name));
	doc_add(obj, "config", NULL); /* its place */
	if (!is_asleep(r->snap, dev->name))
		how = add_device(obj, r, dev);
	doc_add(obj, "config", doc_str(how_names[how]));
	if (how != FULL)
		add_unknown(obj);
	tally[how]++;
	return obj;
}

static void say_unread(struct snapshot *snap, const size_t *tally)
{
	static const char path[] = "/sys/bus/pci/devices/*/config";
	char *what;

	if (tally[HEADER]) {
		what = mem_printf("PCI capabilities of %zu devices", tally[HEADER]);
		facts_unread(snap, what, path, EPERM, "root, or CAP_SYS_ADMIN");
		free(what);
	}
	if (tally[UNREAD]) {
		what = mem_printf("PCI configuration space of %zu devices", tally[UNREAD]);
		facts_unread(snap, what, path, 0,
			     snap->source == SNAPSHOT_LIVE ? NULL
							   : "a copy that holds these files");
		free(what);
	}
	if (tally[ASLEEP]) {
		what = mem_printf("PCI capabilities of %zu devices in D3cold", tally[ASLEEP]);
		facts_unread(snap, what, path, 0, "a device that is awake: reports wake none");
		free(what);
	}
}

json_object *facts_pci_list(struct snapshot *snap)
{
	struct reader r = { .snap = snap };
	json_object *list = doc_list();
	size_t tally[N_HOW] = { 0 };

#ifdef HAVE_LIBPCI
	if (snap->source == SNAPSHOT_LIVE)
		r.access = lib_open();
#endif
	for (size_t i = 0; i < snap->n_devices; i++)
		if (device_is_pci(&snap->devices[i]))
			doc_push(list, device_caps(&r, &snap->devices[i], tally));
#ifdef HAVE_LIBPCI
	if (r.access)
		lib_cleanup(r.access);
#endif
	say_unread(snap, tally);
	return list;
}
