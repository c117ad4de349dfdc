/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Choosing devices: by driver, group, IOMMU, class, usability or by name. */
#include "config.h"
#include "host/filter.h"

#include <ctype.h>
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
	const struct host_device *device; /* device */
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

static int device_term(const struct snapshot *snap, const char *word, struct term *t)
{
	return resolve_device(snap, word, &t->device);
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
	return dev == t->device;
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
