/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sysfs says: IOMMUs and their registers, groups, devices.
 *
 * Asking each device for its driver, group, IOMMU and cdev costs one path
 * resolution per question. Each of these relations also stands the other way
 * round in a directory of its own (a driver's, group's and IOMMU's devices, the
 * class of VFIO devices), so they are listed once and joined in memory; a
 * device itself is asked for one file, modalias, which holds all its numbers,
 * takes no lock and wakes nothing.
 *
 * Never read here: config and vpd (reach the device, and wake it), uevent (can
 * wait for a probe), domains_used (counts for milliseconds).
 */
#include "config.h"
#include "host/collect.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/arena.h"
#include "host/hostfs.h"
#include "host/index.h"
#include "host/sosreport.h"

#define PCI_DEVICES "sys/bus/pci/devices"
#define PCI_DRIVERS "sys/bus/pci/drivers"
#define GROUPS      "sys/kernel/iommu_groups"
#define IOMMUS      "sys/class/iommu"
#define CDEVS       "sys/class/vfio-dev"

struct collector {
	struct snapshot *snap;
	unsigned int want; /* COLLECT_ flags */
	struct hostfs *fs;
	struct index by_name; /* device name to its place in snap->devices */
	struct index words;   /* names of buses and drivers that are in the arena already */
	const char **word_list;
	size_t n_words;
	struct hostfs_dir outer, inner; /* too big for the stack of a small function */
	char path[HOSTFS_PATH];         /* of the inner directory */
	char text[HOSTFS_ATTR + 1];
};

/* One copy of a name that many devices share. */
static const char *shared_word(struct collector *c, const char *word)
{
	size_t at;

	if (index_get(&c->words, word, &at))
		return c->word_list[at];
	c->word_list = mem_grow(c->word_list, c->n_words, sizeof(*c->word_list));
	c->word_list[c->n_words] = arena_strdup(c->snap->arena, word);
	index_put(&c->words, c->word_list[c->n_words], c->n_words);
	return c->word_list[c->n_words++];
}

/* The last component of the link @name in @dir, shared, or NULL. */
static const char *link_word(struct collector *c, const struct hostfs_dir *dir, const char *name)
{
	if (hostfs_link_at(dir, name, c->text, sizeof(c->text)) <= 0)
		return NULL;
	return shared_word(c, hostfs_base(c->text));
}

static struct host_device *find_device(struct collector *c, const char *name)
{
	size_t at;

	return index_get(&c->by_name, name, &at) ? &c->snap->devices[at] : NULL;
}

static struct host_device *add_device(struct collector *c, const char *bus, const char *name)
{
	struct host_device *dev = snapshot_add_device(c->snap, bus, name);

	index_put(&c->by_name, dev->name, c->snap->n_devices - 1);
	return dev;
}

static bool open_inner(struct collector *c, const char *parent, const char *name, const char *below)
{
	int n = snprintf(c->path, sizeof(c->path), "%s/%s%s", parent, name, below);

	if (n < 0 || (size_t)n >= sizeof(c->path))
		return false;
	return !hostfs_dir_open(c->fs, &c->inner, c->path);
}

/* --- PCI devices ----------------------------------------------------------------------------- */

/* Eight, or two, hexadecimal digits in capitals behind @tag. */
static const char *take_hex(const char *s, const char *tag, size_t digits, uint32_t *value)
{
	size_t n = strlen(tag);

	if (strncmp(s, tag, n) || strspn(s + n, "0123456789ABCDEFabcdef") < digits)
		return NULL;
	*value = 0;
	for (s += n; digits; digits--, s++)
		*value = *value << 4 | (uint32_t)(*s <= '9' ? *s - '0' : (*s | 0x20) - 'a' + 10);
	return s;
}

/* pci:v00008086d000010D3sv00008086sd00000000bc02sc00i00 */
static bool parse_modalias(const char *s, struct host_device *dev)
{
	static const struct {
		const char *tag;
		size_t digits;
	} parts[] = { { "pci:v", 8 }, { "d", 8 },  { "sv", 8 }, { "sd", 8 },
		      { "bc", 2 },    { "sc", 2 }, { "i", 2 } };
	uint32_t v[ARRAY_SIZE(parts)];

	for (size_t i = 0; s && i < ARRAY_SIZE(parts); i++)
		s = take_hex(s, parts[i].tag, parts[i].digits, &v[i]);
	if (!s || *s)
		return false;
	dev->vendor = (uint16_t)v[0];
	dev->device = (uint16_t)v[1];
	dev->subvendor = (uint16_t)v[2];
	dev->subdevice = (uint16_t)v[3];
	dev->class_code = v[4] << 16 | v[5] << 8 | v[6];
	return true;
}

/* A number in a file of its own, "0x8086". */
static bool read_number(struct collector *c, const struct hostfs_dir *dir, const char *device,
			const char *file, uint32_t *v)
{
	char name[512], *end;
	int n = snprintf(name, sizeof(name), "%s/%s", device, file);
	unsigned long value;

	if (n < 0 || (size_t)n >= sizeof(name) ||
	    hostfs_read_at(dir, name, c->text, sizeof(c->text)) <= 0)
		return false;
	value = strtoul(c->text, &end, 16);
	*v = (uint32_t)value;
	return !*end && value <= UINT32_MAX;
}

/* A copied tree may lack modalias. */
static bool read_separate_ids(struct collector *c, const struct hostfs_dir *dir,
			      struct host_device *dev)
{
	uint32_t vendor, device, class, sub = 0;

	if (!read_number(c, dir, dev->name, "vendor", &vendor) ||
	    !read_number(c, dir, dev->name, "device", &device) ||
	    !read_number(c, dir, dev->name, "class", &class))
		return false;
	dev->vendor = (uint16_t)vendor;
	dev->device = (uint16_t)device;
	dev->class_code = class & 0xffffff;
	if (read_number(c, dir, dev->name, "subsystem_vendor", &sub))
		dev->subvendor = (uint16_t)sub;
	if (read_number(c, dir, dev->name, "subsystem_device", &sub))
		dev->subdevice = (uint16_t)sub;
	return true;
}

/* The numbers of a device that @dir links to. False when it is not there any more. */
static bool read_ids(struct collector *c, const struct hostfs_dir *dir, struct host_device *dev)
{
	char name[512];
	ssize_t len;

	if (!(c->want & COLLECT_IDS))
		return true;
	snprintf(name, sizeof(name), "%.255s/modalias", dev->name);
	len = hostfs_read_at(dir, name, c->text, sizeof(c->text));
	/* On the machine itself only a device that is going or has gone lacks this file. */
	if (len < 0 && hostfs_is_live(c->fs) && (errno == ENOENT || errno == ENODEV))
		return false;
	dev->has_ids = (len > 0 && parse_modalias(c->text, dev)) || read_separate_ids(c, dir, dev);
	return true;
}

static void collect_pci(struct collector *c)
{
	const char *name;

	if (hostfs_dir_open(c->fs, &c->outer, PCI_DEVICES))
		return;
	while ((name = hostfs_dir_next(&c->outer))) {
		struct host_device *dev = add_device(c, "pci", name);

		if (!read_ids(c, &c->outer, dev))
			dev->bus = NULL; /* gone: dropped by drop_gone() */
	}
	hostfs_dir_close(&c->outer);
}

/* --- drivers --------------------------------------------------------------------------------- */

static size_t count_names(struct collector *c, const char *path)
{
	size_t n = 0;

	if (hostfs_dir_open(c->fs, &c->outer, path))
		return 0;
	while (hostfs_dir_next(&c->outer))
		n++;
	hostfs_dir_close(&c->outer);
	return n;
}

static void join_drivers(struct collector *c)
{
	const char *driver, *name;

	if (hostfs_dir_open(c->fs, &c->outer, PCI_DRIVERS))
		return;
	while ((driver = hostfs_dir_next(&c->outer))) {
		const char *word = shared_word(c, driver);

		if (!open_inner(c, PCI_DRIVERS, word, ""))
			continue;
		while ((name = hostfs_dir_next(&c->inner))) {
			struct host_device *dev = find_device(c, name);

			if (dev)
				dev->driver = word;
		}
		hostfs_dir_close(&c->inner);
	}
	hostfs_dir_close(&c->outer);
}

static void ask_each_for_driver(struct collector *c)
{
	char name[512];

	if (hostfs_dir_open(c->fs, &c->outer, PCI_DEVICES))
		return;
	for (size_t i = 0; i < c->snap->n_devices; i++) {
		struct host_device *dev = &c->snap->devices[i];

		snprintf(name, sizeof(name), "%.255s/driver", dev->name);
		dev->driver = link_word(c, &c->outer, name);
	}
	hostfs_dir_close(&c->outer);
}

/* Listing a driver costs about four calls, asking a device one (three in a copied tree). */
static void collect_drivers(struct collector *c)
{
	size_t drivers = count_names(c, PCI_DRIVERS);
	size_t per_device = hostfs_is_live(c->fs) ? 1 : 3;

	if (!drivers || c->snap->n_devices * per_device < drivers * 4)
		ask_each_for_driver(c);
	else
		join_drivers(c);
}

/* --- members of groups and IOMMUs ------------------------------------------------------------ */

/*
 * The device @name that the open directory inner links to: known already, or met
 * for the first time (on another bus than PCI, or just plugged in). NULL when it
 * has just gone.
 */
static struct host_device *member(struct collector *c, const char *name)
{
	struct host_device *dev = find_device(c, name);
	char link[512];
	const char *bus;

	if (dev)
		return dev;
	snprintf(link, sizeof(link), "%.255s/subsystem", name);
	bus = link_word(c, &c->inner, link);
	if (!bus && hostfs_is_live(c->fs))
		return NULL;
	dev = add_device(c, bus ? bus : "unknown", name);
	snprintf(link, sizeof(link), "%.255s/driver", name);
	dev->driver = link_word(c, &c->inner, link);
	if (device_is_pci(dev) && !read_ids(c, &c->inner, dev))
		dev->bus = NULL;
	return dev;
}

/* --- groups ---------------------------------------------------------------------------------- */

static size_t count_lines(const char *s)
{
	size_t n = 1;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

/* 0x00000000fee00000 0x00000000feefffff msi */
static bool parse_range(struct collector *c, const char *line, struct host_range *range)
{
	char type[32];

	if (sscanf(line, "%" SCNx64 " %" SCNx64 " %31s", &range->start, &range->end, type) != 3)
		return false;
	range->type = shared_word(c, type);
	return true;
}

static void read_reserved(struct collector *c, struct host_group *group, const char *file)
{
	ssize_t len = hostfs_read_at(&c->outer, file, c->text, sizeof(c->text));
	char *save = NULL;

	if (len < 0)
		return;
	group->reserved =
		arena_alloc(c->snap->arena, count_lines(c->text) * sizeof(*group->reserved));
	for (char *l = strtok_r(c->text, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		if (parse_range(c, l, &group->reserved[group->n_reserved]))
			group->n_reserved++;
	group->reserved_known = true;
}

static void read_members(struct collector *c, int id, const char *name)
{
	const char *device;

	if (!open_inner(c, GROUPS, name, "/devices"))
		return;
	while ((device = hostfs_dir_next(&c->inner))) {
		struct host_device *dev = member(c, device);

		if (dev)
			dev->group = id;
	}
	hostfs_dir_close(&c->inner);
}

static bool parse_group_id(const char *name, int *id)
{
	char *end;
	long v;

	if (strspn(name, "0123456789") != strlen(name) || strlen(name) > 9)
		return false;
	v = strtol(name, &end, 10);
	*id = (int)v;
	return end != name;
}

static void collect_group(struct collector *c, const char *name)
{
	struct host_group *group;
	char file[64];
	int id;

	if (!parse_group_id(name, &id))
		return;
	group = snapshot_add_group(c->snap, id);
	snprintf(file, sizeof(file), "%d/type", id);
	/* The kernel's "unknown" is a group without a default domain (of emulated devices). */
	if (hostfs_read_at(&c->outer, file, c->text, sizeof(c->text)) > 0 &&
	    strcmp(c->text, "unknown"))
		group->type = shared_word(c, c->text);
	snprintf(file, sizeof(file), "%d/reserved_regions", id);
	if (c->want & COLLECT_RESERVED)
		read_reserved(c, group, file);
	read_members(c, id, name);
}

static void collect_groups(struct collector *c)
{
	const char *name;

	if (hostfs_dir_open(c->fs, &c->outer, GROUPS))
		return;
	while ((name = hostfs_dir_next(&c->outer)))
		collect_group(c, name);
	hostfs_dir_close(&c->outer);
}

/* --- IOMMUs ---------------------------------------------------------------------------------- */

static bool read_attr(struct collector *c, const char *iommu, const char *attr)
{
	char file[512];

	snprintf(file, sizeof(file), "%.255s/%s", iommu, attr);
	return hostfs_read_at(&c->outer, file, c->text, sizeof(c->text)) > 0;
}

/* A whole text that is one hexadecimal number of up to 64 bits, without 0x. */
static bool parse_hex(const char *s, uint64_t *v)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF");

	if (!n || n > 16 || s[n])
		return false;
	*v = strtoull(s, NULL, 16);
	return true;
}

static bool read_hex(struct collector *c, const char *iommu, const char *attr, uint64_t *v)
{
	return read_attr(c, iommu, attr) && parse_hex(c->text, v);
}

static void put_register(struct host_iommu *iommu, const char *name, uint64_t value)
{
	if (reg_set_put(&iommu->regs, name, value))
		iommu->regs_from = FACT_SYSFS;
}

static void read_vtd(struct collector *c, struct host_iommu *iommu)
{
	unsigned int major, minor;
	uint64_t v;
	char *end;

	/* Decimal, though the register holds four bits of each. */
	if (read_attr(c, iommu->name, "intel-iommu/version") &&
	    sscanf(c->text, "%3u:%3u", &major, &minor) == 2 && major < 16 && minor < 16)
		put_register(iommu, "VER", major << 4 | minor);
	if (read_hex(c, iommu->name, "intel-iommu/cap", &v))
		put_register(iommu, "CAP", v);
	if (read_hex(c, iommu->name, "intel-iommu/ecap", &v))
		put_register(iommu, "ECAP", v);
	iommu->has_address = read_hex(c, iommu->name, "intel-iommu/address", &iommu->address);
	if (read_attr(c, iommu->name, "intel-iommu/domains_supported")) {
		long n = strtol(c->text, &end, 10);

		if (!*end && n >= 0)
			iommu->domains_supported = n;
	}
}

/* One value, or since EFR2 is shown two: "25bf732fa2295afe:1d". */
static void read_amd(struct collector *c, struct host_iommu *iommu)
{
	uint64_t v;
	char *second;

	if (read_attr(c, iommu->name, "amd-iommu/features")) {
		second = strchr(c->text, ':');
		if (second)
			*second++ = '\0';
		if (parse_hex(c->text, &v))
			put_register(iommu, "EFR", v);
		if (second && parse_hex(second, &v))
			put_register(iommu, "EFR2", v);
	}
	if (read_hex(c, iommu->name, "amd-iommu/cap", &v))
		put_register(iommu, "CAP_HEADER", v);
}

static void read_registers(struct collector *c, struct host_iommu *iommu)
{
	static const struct {
		const char *type;
		void (*read)(struct collector *c, struct host_iommu *iommu);
	} readers[] = { { "intel-vtd", read_vtd }, { "amd-vi", read_amd } };

	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (!strcmp(iommu->driver_type, readers[i].type))
			readers[i].read(c, iommu);
}

static void collect_iommu(struct collector *c, const char *name)
{
	struct host_iommu *iommu = snapshot_add_iommu(c->snap, name);
	int at = (int)c->snap->n_iommus - 1;
	const char *device;

	read_registers(c, iommu);
	if (!open_inner(c, IOMMUS, iommu->name, "/devices"))
		return;
	while ((device = hostfs_dir_next(&c->inner))) {
		struct host_device *dev = member(c, device);

		if (dev)
			dev->iommu = at;
	}
	hostfs_dir_close(&c->inner);
}

static void collect_iommus(struct collector *c)
{
	const char *name;

	if (hostfs_dir_open(c->fs, &c->outer, IOMMUS))
		return;
	while ((name = hostfs_dir_next(&c->outer)))
		collect_iommu(c, name);
	hostfs_dir_close(&c->outer);
}

/* --- VFIO character devices ------------------------------------------------------------------ */

/* The device behind .../0000:3b:00.0/vfio-dev/vfio3, or NULL. */
static char *cdev_owner(char *target)
{
	char *end = strstr(target, "/vfio-dev/"), *slash;

	if (!end)
		return NULL;
	*end = '\0';
	slash = strrchr(target, '/');
	return slash ? slash + 1 : target;
}

/* An emulated device (mdev) is in no group: it is met here first. */
static struct host_device *cdev_device(struct collector *c, const char *cdev, const char *owner)
{
	struct host_device *dev = find_device(c, owner);
	char link[512];
	const char *bus;

	if (dev)
		return dev;
	dev = add_device(c, "unknown", owner);
	snprintf(link, sizeof(link), "%.255s/device/subsystem", cdev);
	bus = link_word(c, &c->outer, link);
	if (bus)
		dev->bus = bus;
	snprintf(link, sizeof(link), "%.255s/device/driver", cdev);
	dev->driver = link_word(c, &c->outer, link);
	return dev;
}

/*
 * A kernel without CONFIG_VFIO_DEVICE_CDEV has the class too, but no number of a
 * character device in it: the same for all entries, so one is asked.
 */
static bool has_number(struct collector *c, const char *cdev)
{
	char file[512];

	snprintf(file, sizeof(file), "%.255s/dev", cdev);
	return hostfs_read_at(&c->outer, file, c->text, sizeof(c->text)) > 0;
}

static void collect_cdev(struct collector *c, const char *cdev, bool usable)
{
	struct host_device *dev;
	char *owner;

	if (hostfs_link_at(&c->outer, cdev, c->text, sizeof(c->text)) <= 0)
		return;
	owner = cdev_owner(c->text);
	dev = owner && *owner ? cdev_device(c, cdev, owner) : NULL;
	if (dev && usable)
		dev->cdev = arena_strdup(c->snap->arena, cdev);
}

static void collect_cdevs(struct collector *c)
{
	bool asked = false, usable = false;
	const char *name;

	if (hostfs_dir_open(c->fs, &c->outer, CDEVS))
		return;
	while ((name = hostfs_dir_next(&c->outer))) {
		if (!asked)
			usable = has_number(c, name);
		asked = true;
		collect_cdev(c, name, usable);
	}
	hostfs_dir_close(&c->outer);
}

/* --- all of it ------------------------------------------------------------------------------- */

static void drop_gone(struct snapshot *snap)
{
	size_t kept = 0;

	for (size_t i = 0; i < snap->n_devices; i++)
		if (snap->devices[i].bus)
			snap->devices[kept++] = snap->devices[i];
	snap->n_devices = kept;
}

int collect_sysfs(struct snapshot *snap, unsigned int want)
{
	struct collector *c = mem_zalloc(sizeof(*c));

	c->snap = snap;
	c->fs = snap->fs;
	c->want = want;
	if (hostfs_dir_open(c->fs, &c->outer, "sys")) {
		free(c);
		return -1;
	}
	hostfs_dir_close(&c->outer);
	collect_pci(c);
	collect_drivers(c);
	collect_groups(c);
	collect_iommus(c);
	collect_cdevs(c);
	drop_gone(snap);
	if (snap->source == SNAPSHOT_SYSROOT && !snap->n_iommus && !snap->n_groups)
		sosreport_collect(snap);
	snapshot_finish(snap);
	index_free(&c->by_name);
	index_free(&c->words);
	free(c->word_list);
	free(c);
	return 0;
}
