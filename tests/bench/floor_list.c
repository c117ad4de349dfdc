/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor_list DIR: the barest loop that learns what list --json prints.
 *
 * One modalias a device; drivers, groups (with type and reserved regions),
 * IOMMUs and cdevs joined from their directories; nothing checked, nothing
 * printed but the counts. What list costs is measured against this.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_DEVICES = 1 << 15, MAX_GROUPS = 1 << 14, SLOTS = 1 << 16 };

struct entry {
	unsigned long ino;
	long off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

static struct device {
	char *name;
	unsigned int vendor, device, subvendor, subdevice, class_code;
	const char *driver, *iommu, *cdev;
	int group;
} devices[MAX_DEVICES];
static struct group {
	char *type, *reserved;
} groups[MAX_GROUPS];
static int slots[SLOTS]; /* place + 1 */
static int n_devices, n_groups, n_links;

static unsigned int hash(const char *s)
{
	unsigned int h = 2166136261u;

	while (*s)
		h = (h ^ (unsigned char)*s++) * 16777619u;
	return (h ^ h >> 15) & (SLOTS - 1);
}

static struct device *find(const char *name)
{
	for (unsigned int i = hash(name); slots[i]; i = (i + 1) & (SLOTS - 1))
		if (!strcmp(devices[slots[i] - 1].name, name))
			return &devices[slots[i] - 1];
	return NULL;
}

static struct device *add(const char *name)
{
	unsigned int i = hash(name);

	while (slots[i])
		i = (i + 1) & (SLOTS - 1);
	slots[i] = ++n_devices;
	devices[n_devices - 1].name = strdup(name);
	return &devices[n_devices - 1];
}

static int dir_fd;
static void each(int at, const char *path, void (*fn)(const char *name, void *arg), void *arg)
{
	char buf[32768];
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n;

	if (fd < 0)
		return;
	while ((n = syscall(SYS_getdents64, fd, buf, sizeof(buf))) > 0)
		for (long i = 0; i < n;) {
			struct entry *e = (struct entry *)(buf + i);

			i += e->reclen;
			dir_fd = fd;
			if (e->name[0] != '.')
				fn(e->name, arg);
		}
	close(fd);
}

static char text[4096];
static long get(int at, const char *path)
{
	int fd = openat(at, path, O_RDONLY | O_CLOEXEC);
	long n;

	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

static void pci(const char *name, void *arg)
{
	struct device *d = add(name);
	unsigned int c, s, i;
	char path[300];

	(void)arg;
	sprintf(path, "%s/modalias", name);
	get(dir_fd, path);
	if (sscanf(text, "pci:v%8xd%8xsv%8xsd%8xbc%2xsc%2xi%2x", &d->vendor, &d->device,
		   &d->subvendor, &d->subdevice, &c, &s, &i) == 7)
		d->class_code = c << 16 | s << 8 | i;
}

static void driver_device(const char *name, void *arg)
{
	struct device *d = find(name);

	if (d)
		d->driver = arg;
}

static void driver(const char *name, void *arg)
{
	(void)arg;
	each(dir_fd, name, driver_device, strdup(name));
}

static void group_device(const char *name, void *arg)
{
	struct device *d = find(name);

	if (d)
		d->group = (int)(long)arg;
}

static void group(const char *name, void *arg)
{
	int fd = dir_fd;
	char path[300];
	struct group *g = &groups[n_groups++];

	(void)arg;
	sprintf(path, "%s/type", name);
	if (get(fd, path) > 0)
		g->type = strdup(text);
	sprintf(path, "%s/reserved_regions", name);
	if (get(fd, path) > 0)
		g->reserved = strdup(text);
	sprintf(path, "%s/devices", name);
	each(fd, path, group_device, (void *)atol(name));
}

static void iommu_device(const char *name, void *arg)
{
	struct device *d = find(name);

	if (d)
		d->iommu = arg;
}

static void iommu(const char *name, void *arg)
{
	static const char *const attrs[] = { "version", "cap", "ecap", "address",
					     "domains_supported" };
	int fd = dir_fd;
	char path[300];

	(void)arg;
	for (int i = 0; i < 5; i++) {
		sprintf(path, "%s/intel-iommu/%s", name, attrs[i]);
		get(fd, path);
	}
	sprintf(path, "%s/devices", name);
	each(fd, path, iommu_device, strdup(name));
}

static void cdev(const char *name, void *arg)
{
	long n = readlinkat(dir_fd, name, text, sizeof(text) - 1);
	char *end, *slash;
	struct device *d;

	(void)arg;
	text[n > 0 ? n : 0] = '\0';
	end = strstr(text, "/vfio-dev/");
	if (!end)
		return;
	*end = '\0';
	slash = strrchr(text, '/');
	d = slash ? find(slash + 1) : NULL;
	if (d)
		d->cdev = strdup(name);
	n_links++;
}

int main(int argc, char **argv)
{
	if (argc != 2 || chdir(argv[1]))
		return 2;
	each(AT_FDCWD, "sys/bus/pci/devices", pci, NULL);
	each(AT_FDCWD, "sys/bus/pci/drivers", driver, NULL);
	each(AT_FDCWD, "sys/kernel/iommu_groups", group, NULL);
	each(AT_FDCWD, "sys/class/iommu", iommu, NULL);
	each(AT_FDCWD, "sys/class/vfio-dev", cdev, NULL);
	printf("%d devices, %d groups, %d cdevs\n", n_devices, n_groups, n_links);
	return 0;
}
