/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a user calls a device or an IOMMU, and which one is meant. */
#include "config.h"
#include "host/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cli.h"
#include "host/hostfs.h"
#include "host/index.h"

/* --- names ----------------------------------------------------------------------------------- */

/* A PCI address as it may be typed. */
struct pci_address {
	bool has_domain;
	unsigned int domain, bus, device, function;
};

static bool take_number(const char **s, size_t max_digits, unsigned int *v)
{
	size_t n = strspn(*s, "0123456789abcdefABCDEF");

	if (!n || n > max_digits)
		return false;
	*v = 0;
	for (; n; n--, (*s)++)
		*v = *v << 4 | (unsigned int)(**s <= '9' ? **s - '0' : (**s | 0x20) - 'a' + 10);
	return true;
}

/* [DDDD:]BB:DD.F in hexadecimal, leading zeroes optional. */
static bool parse_pci(const char *s, struct pci_address *a)
{
	unsigned int first;

	a->has_domain = false;
	a->domain = 0;
	if (!take_number(&s, 8, &first) || *s++ != ':' || !take_number(&s, 2, &a->device))
		return false;
	if (*s == ':') {
		s++;
		a->has_domain = true;
		a->domain = first;
		first = a->device;
		if (!take_number(&s, 2, &a->device))
			return false;
	}
	a->bus = first;
	return *s++ == '.' && take_number(&s, 1, &a->function) && !*s && a->bus < 256 &&
	       a->device < 32 && a->function < 8;
}

static void format_pci(const struct pci_address *a, unsigned int domain, char *buf, size_t size)
{
	snprintf(buf, size, "%04x:%02x:%02x.%x", domain, a->bus, a->device, a->function);
}

static const struct host_device *named_on(const struct snapshot *snap, const char *bus,
					  const char *name, size_t *hits)
{
	const struct host_device *hit = NULL;

	*hits = 0;
	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_device *dev = &snap->devices[i];

		if (strcmp(dev->name, name) || (bus && strcmp(dev->bus, bus)))
			continue;
		hit = hit ? hit : dev;
		++*hits;
	}
	return hit;
}

static const struct host_device *with_cdev(const struct snapshot *snap, const char *name)
{
	for (size_t i = 0; i < snap->n_devices; i++)
		if (snap->devices[i].cdev && !strcmp(snap->devices[i].cdev, name))
			return &snap->devices[i];
	return NULL;
}

/* --- refusals -------------------------------------------------------------------------------- */

static char *place(const struct snapshot *snap)
{
	return *snap->origin ? mem_printf("in '%s'", snap->origin) : mem_strdup("on this machine");
}

static const char *kinds_word(unsigned int kinds)
{
	return kinds == RESOLVE_IOMMU    ? "IOMMU"
	       : kinds == RESOLVE_DEVICE ? "device"
					 : "device or IOMMU";
}

/* Addresses are all alike: one digit can be wrong, or two have changed places. */
static bool plausible(const char *word, const char *near)
{
	size_t len = strlen(word), wrong = 0, first = 0;

	if (!strchr(word, ':') || strlen(near) != len)
		return true;
	for (size_t i = 0; i < len; i++) {
		if (word[i] == near[i])
			continue;
		first = wrong++ ? first : i;
	}
	return wrong < 2 ||
	       (wrong == 2 && word[first] == near[first + 1] && word[first + 1] == near[first]);
}

/* The name on this machine that is nearest to @word, or NULL. */
static const char *nearest(const struct snapshot *snap, const char *word, unsigned int kinds)
{
	size_t n = 0, max = snap->n_devices * 2 + snap->n_iommus;
	const char **names = mem_alloc(max * sizeof(*names)), *near;

	for (size_t i = 0; (kinds & RESOLVE_DEVICE) && i < snap->n_devices; i++) {
		names[n++] = snap->devices[i].name;
		if (snap->devices[i].cdev)
			names[n++] = snap->devices[i].cdev;
	}
	for (size_t i = 0; (kinds & RESOLVE_IOMMU) && i < snap->n_iommus; i++)
		names[n++] = snap->iommus[i].name;
	near = cli_nearest(word, names, n);
	free(names);
	return near && plausible(word, near) ? near : NULL;
}

static int unknown(const struct snapshot *snap, const char *said, const char *name,
		   unsigned int kinds)
{
	const char *near = nearest(snap, name, kinds);
	char *where = place(snap);

	err_input(said, kinds == RESOLVE_IOMMU ? "iommuctl list --iommus" : "iommuctl list",
		  "no %s '%s' %s%s%s%s", kinds_word(kinds), said, where,
		  near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
	free(where);
	return STATUS_TROUBLE;
}

static int ambiguous(const char *said, const char *first, const char *second)
{
	return err_input(said, "iommuctl list", "'%s' can mean %s or %s", said, first, second);
}

static int found_device(struct resolved *out, const struct host_device *dev)
{
	out->device = dev;
	return STATUS_OK;
}

/* --- the forms ------------------------------------------------------------------------------- */

/* Without a domain the first one is meant, or the only one that has such a device. */
static const struct host_device *any_domain(const struct snapshot *snap,
					    const struct pci_address *want,
					    const struct host_device **second)
{
	const struct host_device *hit = NULL;

	*second = NULL;
	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_device *dev = &snap->devices[i];
		struct pci_address a;

		if (!device_is_pci(dev) || !parse_pci(dev->name, &a) || a.bus != want->bus ||
		    a.device != want->device || a.function != want->function)
			continue;
		if (!a.domain)
			return dev;
		if (hit)
			*second = dev;
		else
			hit = dev;
	}
	return hit;
}

static int resolve_pci(const struct snapshot *snap, const char *said, const struct pci_address *a,
		       unsigned int kinds, struct resolved *out)
{
	const struct host_device *dev, *second = NULL;
	char name[32];
	size_t hits;

	format_pci(a, a->domain, name, sizeof(name));
	dev = a->has_domain ? named_on(snap, "pci", name, &hits) : any_domain(snap, a, &second);
	if (!dev)
		return unknown(snap, said, name, kinds);
	if (second && strncmp(dev->name, "0000:", 5))
		return ambiguous(said, dev->name, second->name);
	return found_device(out, dev);
}

static int resolve_name(const struct snapshot *snap, const char *said, const char *name,
			unsigned int kinds, struct resolved *out)
{
	const struct host_device *dev = NULL;
	struct pci_address a;
	size_t hits = 0;

	if (kinds & RESOLVE_IOMMU) {
		out->iommu = snapshot_iommu(snap, name);
		if (out->iommu)
			return STATUS_OK;
	}
	if (!(kinds & RESOLVE_DEVICE))
		return unknown(snap, said, name, kinds);
	dev = named_on(snap, NULL, name, &hits);
	if (hits > 1) {
		char *first = mem_printf("/sys/bus/%s/devices/%s", dev->bus, name);
		int status = ambiguous(said, first, "the same name on another bus");

		free(first);
		return status;
	}
	if (!dev && parse_pci(name, &a))
		return resolve_pci(snap, said, &a, kinds, out);
	if (!dev)
		dev = with_cdev(snap, name);
	return dev ? found_device(out, dev) : unknown(snap, said, name, kinds);
}

/* .../bus/BUS/devices/NAME says which bus. False when the path has another form. */
static bool bus_path(const char *path, char *bus, size_t size, const char **name)
{
	const char *at = strstr(path, "bus/"), *end;

	if (!at || (at > path && at[-1] != '/'))
		return false;
	at += strlen("bus/");
	end = strstr(at, "/devices/");
	if (!end || (size_t)(end - at) >= size || memchr(at, '/', (size_t)(end - at)))
		return false;
	memcpy(bus, at, (size_t)(end - at));
	bus[end - at] = '\0';
	*name = end + strlen("/devices/");
	return **name && !strchr(*name, '/');
}

/* The last component of @path that is a device's, a cdev's or an IOMMU's name. */
static bool in_path(const struct snapshot *snap, char *path, unsigned int kinds,
		    struct resolved *out)
{
	while (*path) {
		const char *name = hostfs_base(path);
		size_t hits;

		if (kinds & RESOLVE_IOMMU)
			out->iommu = snapshot_iommu(snap, name);
		if (!out->iommu && (kinds & RESOLVE_DEVICE)) {
			out->device = named_on(snap, NULL, name, &hits);
			out->device = out->device ? out->device : with_cdev(snap, name);
		}
		if (out->iommu || out->device)
			return true;
		if (name == path)
			break;
		path[name - path - 1] = '\0';
	}
	return false;
}

static int resolve_sysfs_path(const struct snapshot *snap, const char *word, unsigned int kinds,
			      struct resolved *out)
{
	char *real = snap->source == SNAPSHOT_LIVE ? realpath(word, NULL) : mem_strdup(word);
	char bus[64];
	const char *name;
	bool found;
	size_t hits;

	if (!real)
		return err_input(word, "iommuctl list", "'%s' is not there (any more): %s", word,
				 strerror(errno));
	if ((kinds & RESOLVE_DEVICE) && bus_path(word, bus, sizeof(bus), &name))
		out->device = named_on(snap, bus, name, &hits);
	found = out->device || in_path(snap, real, kinds, out);
	free(real);
	return found ? STATUS_OK : unknown(snap, word, hostfs_base(word), kinds);
}

static int resolve_path(const struct snapshot *snap, const char *said, unsigned int kinds,
			struct resolved *out)
{
	static const char cdevs[] = "/dev/vfio/devices/", groups[] = "/dev/vfio/";
	size_t len = strlen(said);
	char *word;
	int status;

	if (!strncmp(said, cdevs, strlen(cdevs)))
		return resolve_name(snap, said, said + strlen(cdevs), kinds, out);
	if (!strncmp(said, groups, strlen(groups)))
		return err_input(said, "iommuctl list --group=NUMBER",
				 "'%s' is the file of a VFIO group, not of a device", said);
	while (len > 1 && said[len - 1] == '/')
		len--;
	word = mem_strndup(said, len);
	status = resolve_sysfs_path(snap, word, kinds, out);
	free(word);
	return status;
}

int resolve_word(const struct snapshot *snap, const char *word, unsigned int kinds,
		 struct resolved *out)
{
	memset(out, 0, sizeof(*out));
	if (!*word)
		return err_input(word, "iommuctl list", "an empty word names no %s",
				 kinds_word(kinds));
	if (strchr(word, '/'))
		return resolve_path(snap, word, kinds, out);
	return resolve_name(snap, word, word, kinds, out);
}

int resolve_device(const struct snapshot *snap, const char *word, const struct host_device **out)
{
	struct resolved r;
	int status = resolve_word(snap, word, RESOLVE_DEVICE, &r);

	if (status == STATUS_OK)
		*out = r.device;
	return status;
}

/* --- lists ----------------------------------------------------------------------------------- */

static bool have(const struct resolved *list, size_t n, const struct resolved *r)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].device == r->device && list[i].iommu == r->iommu)
			return true;
	return false;
}

int resolve_words(const struct snapshot *snap, char *const *words, size_t n, unsigned int kinds,
		  struct resolved **out, size_t *n_out)
{
	struct resolved *list = mem_alloc(n * sizeof(*list));
	size_t kept = 0;

	*out = NULL;
	*n_out = 0;
	for (size_t i = 0; i < n; i++) {
		struct resolved r;

		if (resolve_word(snap, words[i], kinds, &r)) {
			free(list);
			return STATUS_TROUBLE;
		}
		if (!have(list, kept, &r))
			list[kept++] = r;
	}
	*out = list;
	*n_out = kept;
	return STATUS_OK;
}
