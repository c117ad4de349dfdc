/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Choosing devices: by driver, group, IOMMU, class, usability or by name. */
#include "config.h"
#include "host/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/mem.h"
#include "cli.h"
#include "host/resolve.h"

const struct filter_class filter_classes[] = {
	{ "storage", 0x010000, 0xff0000, "mass storage controllers" },
	{ "sata", 0x010600, 0xffff00, "SATA controllers" },
	{ "nvme", 0x010802, 0xffffff, "NVM Express controllers" },
	{ "net", 0x020000, 0xff0000, "network controllers" },
	{ "display", 0x030000, 0xff0000, "display controllers, GPUs" },
	{ "multimedia", 0x040000, 0xff0000, "audio and video devices" },
	{ "memory", 0x050000, 0xff0000, "memory controllers, CXL memory" },
	{ "bridge", 0x060000, 0xff0000, "bridges of all kinds" },
	{ "communication", 0x070000, 0xff0000, "serial and other communication controllers" },
	{ "system", 0x080000, 0xff0000, "system peripherals" },
	{ "usb", 0x0c0300, 0xffff00, "USB controllers" },
	{ "crypto", 0x100000, 0xff0000, "encryption controllers" },
	{ "accelerator", 0x120000, 0xff0000, "processing accelerators" },
	{ 0 },
};

/* One word, ready to be compared with a device. */
struct term {
	const char *driver;               /* NULL: none */
	long number;                      /* group id or place of the IOMMU, -1 none */
	uint32_t class_code, mask;        /* class */
	const struct host_device *device; /* device; NULL: one of the two below */
	char *slot;                       /* "0000:01:00.", copied: its functions */
	uint16_t vendor, id;
};

void filter_add_word(struct filter *f, enum filter_kind kind, const char *word)
{
	f->words[kind] = mem_grow(f->words[kind], f->n_words[kind], sizeof(char *));
	f->words[kind][f->n_words[kind]++] = word;
}

void filter_add(struct filter *f, enum filter_kind kind, char *words)
{
	char *word, *rest = words;

	while ((word = strsep(&rest, ",")))
		filter_add_word(f, kind, word);
}

bool filter_is_set(const struct filter *f)
{
	for (size_t kind = 0; kind < FILTER_KINDS; kind++)
		if (f->n_words[kind])
			return true;
	return f->usable;
}

void filter_free(struct filter *f)
{
	for (size_t kind = 0; kind < FILTER_KINDS; kind++)
		free(f->words[kind]);
	memset(f, 0, sizeof(*f));
}

/* --- words into terms ------------------------------------------------------------------------ */

static int driver_term(const struct snapshot *snap, const char *word, struct term *t)
{
	(void)snap;
	/* Any name is fine: a driver without devices is no mistake. */
	t->driver = strcmp(word, "none") ? word : NULL;
	if (!*word)
		return err_usage("--driver needs the name of a driver, or 'none'");
	return STATUS_OK;
}

static int group_term(const struct snapshot *snap, const char *word, struct term *t)
{
	t->number = -1;
	if (!strcmp(word, "none"))
		return STATUS_OK;
	if (!*word || strlen(word) > 9 || strspn(word, "0123456789") != strlen(word))
		return err_usage("'%s' is not the number of a group, nor 'none'", word);
	t->number = strtol(word, NULL, 10);
	if (!snapshot_group(snap, (int)t->number))
		return err_input(word, "iommuctl list --groups", "there is no group %s", word);
	return STATUS_OK;
}

static int iommu_term(const struct snapshot *snap, const char *word, struct term *t)
{
	struct resolved r;

	t->number = -1;
	if (!strcmp(word, "none"))
		return STATUS_OK;
	if (resolve_word(snap, word, RESOLVE_IOMMU, &r))
		return STATUS_TROUBLE;
	t->number = r.iommu - snap->iommus;
	return STATUS_OK;
}

static const char *nearest_class(const char *word)
{
	const char *names[32];
	size_t n = 0;

	for (const struct filter_class *c = filter_classes; c->name && n < ARRAY_SIZE(names); c++)
		names[n++] = c->name;
	return cli_nearest(word, names, n);
}

static int class_term(const struct snapshot *snap, const char *word, struct term *t)
{
	const char *hex = strncasecmp(word, "0x", 2) ? word : word + 2, *near;
	size_t digits = strlen(hex);

	(void)snap;
	for (const struct filter_class *c = filter_classes; c->name; c++) {
		if (strcmp(c->name, word))
			continue;
		t->class_code = c->class_code;
		t->mask = c->mask;
		return STATUS_OK;
	}
	near = nearest_class(word);
	if ((digits != 2 && digits != 4 && digits != 6) ||
	    strspn(hex, "0123456789abcdefABCDEF") != digits)
		return err_usage(
			"'%s' is not a class: a word (net, nvme, display, ...) or two, four or "
			"six hexadecimal digits%s%s%s",
			word, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
	t->class_code = (uint32_t)strtoul(hex, NULL, 16) << (24 - 4 * digits);
	t->mask = 0xffffffu << (24 - 4 * digits) & 0xffffff;
	return STATUS_OK;
}

/* "8086:10d3", as lspci -n prints it. */
static bool parse_id(const char *word, struct term *t)
{
	static const char hex[] = "0123456789abcdefABCDEF";

	if (strlen(word) != 9 || word[4] != ':' || strspn(word, hex) != 4 ||
	    strspn(word + 5, hex) != 4)
		return false;
	t->vendor = (uint16_t)strtoul(word, NULL, 16);
	t->id = (uint16_t)strtoul(word + 5, NULL, 16);
	return true;
}

/* "01:00" or "0000:01:00": an address without a function, in lower case, with a dot behind it; or
 * NULL. */
static char *parse_slot(const char *word)
{
	unsigned int domain = 0, bus, slot;
	char end;

	if (strspn(word, "0123456789abcdefABCDEF:") != strlen(word))
		return NULL;
	if (sscanf(word, "%4x:%2x:%2x%c", &domain, &bus, &slot, &end) != 3) {
		domain = 0;
		if (sscanf(word, "%2x:%2x%c", &bus, &slot, &end) != 2)
			return NULL;
	}
	return mem_printf("%04x:%02x:%02x.", domain, bus, slot);
}

/* The name of something else, which has an option of its own. */
static int other_kind(const struct snapshot *snap, const char *word)
{
	for (size_t i = 0; i < snap->n_devices; i++)
		if (!strcmp(snap->devices[i].name, word))
			return STATUS_OK;
	for (size_t i = 0; i < snap->n_iommus; i++)
		if (!strcmp(snap->iommus[i].name, word))
			return err_usage("'%s' is an IOMMU: --iommu=%s lists its devices", word,
					 word);
	for (size_t i = 0; i < snap->n_devices; i++)
		if (snap->devices[i].driver && !strcmp(snap->devices[i].driver, word))
			return err_usage("'%s' is a driver: --driver=%s lists its devices", word,
					 word);
	return STATUS_OK;
}

static bool is_device(const struct host_device *dev, const struct term *t);

static int device_term(const struct snapshot *snap, const char *word, struct term *t)
{
	int status;

	t->slot = parse_slot(word);
	if (!t->slot && !parse_id(word, t)) {
		status = other_kind(snap, word);
		return status ? status : resolve_device(snap, word, &t->device);
	}
	for (size_t i = 0; i < snap->n_devices; i++)
		if (is_device(&snap->devices[i], t))
			return STATUS_OK;
	return err_input(word, "iommuctl list", "no device %s '%s' here", t->slot ? "in" : "is a",
			 word);
}

static int group_of_term(const struct snapshot *snap, const char *word, struct term *t)
{
	if (resolve_device(snap, word, &t->device))
		return STATUS_TROUBLE;
	if (t->device->group < 0)
		return err_input(word, "iommuctl list", "'%s' is in no IOMMU group", word);
	return STATUS_OK;
}

/* --- terms against devices ------------------------------------------------------------------- */

static bool has_driver(const struct host_device *dev, const struct term *t)
{
	if (!dev->driver || !t->driver)
		return !dev->driver && !t->driver;
	return !strcmp(dev->driver, t->driver);
}

static bool in_group(const struct host_device *dev, const struct term *t)
{
	return dev->group == t->number;
}

static bool behind_iommu(const struct host_device *dev, const struct term *t)
{
	return dev->iommu == t->number;
}

static bool of_class(const struct host_device *dev, const struct term *t)
{
	return dev->has_ids && (dev->class_code & t->mask) == t->class_code;
}

static bool with_group_of(const struct host_device *dev, const struct term *t)
{
	return dev->group == t->device->group;
}

static bool is_device(const struct host_device *dev, const struct term *t)
{
	if (t->slot)
		return !strncmp(dev->name, t->slot, strlen(t->slot));
	if (t->device)
		return dev == t->device;
	return dev->has_ids && dev->vendor == t->vendor && dev->device == t->id;
}

static const struct {
	int (*parse)(const struct snapshot *snap, const char *word, struct term *t);
	bool (*match)(const struct host_device *dev, const struct term *t);
} kinds[FILTER_KINDS] = {
	[FILTER_DRIVER] = { driver_term, has_driver },
	[FILTER_GROUP] = { group_term, in_group },
	[FILTER_IOMMU] = { iommu_term, behind_iommu },
	[FILTER_CLASS] = { class_term, of_class },
	[FILTER_GROUP_OF] = { group_of_term, with_group_of },
	[FILTER_DEVICE] = { device_term, is_device },
};

static bool any(enum filter_kind kind, const struct host_device *dev, const struct term *terms,
		size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (kinds[kind].match(dev, &terms[i]))
			return true;
	return false;
}

static int narrow(const struct filter *f, enum filter_kind kind, const struct snapshot *snap,
		  bool *keep)
{
	size_t n = f->n_words[kind];
	struct term *terms = mem_zalloc(n * sizeof(*terms));
	int status = STATUS_OK;

	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		status = kinds[kind].parse(snap, f->words[kind][i], &terms[i]);
	for (size_t i = 0; status == STATUS_OK && i < snap->n_devices; i++)
		keep[i] = keep[i] && any(kind, &snap->devices[i], terms, n);
	for (size_t i = 0; i < n; i++)
		free(terms[i].slot);
	free(terms);
	return status;
}

static void keep_usable(const struct snapshot *snap, bool *keep)
{
	struct usability u;

	usability_init(&u, snap);
	for (size_t i = 0; i < snap->n_devices; i++)
		keep[i] = keep[i] && !usability_of(&u, &snap->devices[i]);
	usability_free(&u);
}

int filter_apply(const struct filter *f, const struct snapshot *snap, bool *keep)
{
	memset(keep, true, snap->n_devices);
	for (size_t kind = 0; kind < FILTER_KINDS; kind++)
		if (f->n_words[kind] && narrow(f, (enum filter_kind)kind, snap, keep))
			return STATUS_TROUBLE;
	if (f->usable)
		keep_usable(snap, keep);
	return STATUS_OK;
}
