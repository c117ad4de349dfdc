/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VFIO device: opening its character device, binding it, and facts about it from sysfs. */
#include "config.h"
#include "uapi/device.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/mem.h"

const char *uapi_sys = "/sys", *uapi_dev = "/dev", *uapi_proc = "/proc";

static char *device_path(const char *bus, const char *name, const char *below)
{
	return mem_printf("%s/bus/%s/devices/%s%s%s", uapi_sys, bus ? bus : "pci", name,
			  below ? "/" : "", below ? below : "");
}

/* Text of a small file without its last newline, or NULL. */
static char *read_text(const char *path)
{
	char buf[256];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return NULL;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n < 0)
		return NULL;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return mem_strdup(buf);
}

/* The last part of a link's target, or NULL. */
static char *link_name(const char *path)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	const char *slash;

	if (n < 0)
		return NULL;
	target[n] = '\0';
	slash = strrchr(target, '/');
	return mem_strdup(slash ? slash + 1 : target);
}

static char *device_link(const char *bus, const char *name, const char *link)
{
	char *path = device_path(bus, name, link), *target = link_name(path);

	free(path);
	return target;
}

/* The name below vfio-dev/ in the directory of a device: "vfio3". The caller frees it; NULL: none.
 */
static char *cdev_name(const char *bus, const char *name)
{
	char *path = device_path(bus, name, "vfio-dev"), *found = NULL;
	DIR *dir = opendir(path);
	struct dirent *entry;

	free(path);
	while (dir && !found && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			found = mem_strdup(entry->d_name);
	if (dir)
		closedir(dir);
	return found;
}

void device_init(struct uapi_device *dev, const char *bus, const char *name)
{
	*dev = (struct uapi_device) {
		.name = mem_strdup(name),
		.bus = bus ? mem_strdup(bus) : NULL,
		.cdev = cdev_name(bus, name),
		.fd = -1,
	};
}

/* --- opening ----------------------------------------------------------------------------- */

/* The number that sysfs gives the cdev: 0, -ENODEV (device is gone) or -ENXIO (no number). */
static int cdev_number(const struct uapi_device *dev, dev_t *number)
{
	char *path = mem_printf("%s/class/vfio-dev/%s/dev", uapi_sys, dev->cdev);
	char *text = read_text(path);
	unsigned int major, minor;
	int ret = 0;

	free(path);
	if (!text || sscanf(text, "%u:%u", &major, &minor) != 2 || (!major && !minor))
		ret = -ENXIO;
	else
		*number = makedev(major, minor);
	free(text);
	return ret;
}

static int open_node(const char *path, dev_t number)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISCHR(st.st_mode) && st.st_rdev == number)
		return fd;
	close(fd);
	return -ESTALE;
}

int device_open(struct uapi_device *dev, enum uapi_op *op)
{
	enum uapi_op ignored;
	dev_t number = 0;
	char *path, *other;
	int ret;

	if (!op)
		op = &ignored;
	*op = OP_FIND_CDEV;
	if (!dev->cdev)
		return -ENODEV;
	ret = cdev_number(dev, &number);
	if (ret)
		return ret;
	path = mem_printf("%s/vfio/devices/%s", uapi_dev, dev->cdev);
	other = mem_printf("%s/char/%u:%u", uapi_dev, major(number), minor(number));
	ret = open_node(path, number);
	if (ret == -ENOENT || ret == -ESTALE) {
		int second = open_node(other, number);

		ret = second != -ENOENT ? second : ret;
	}
	free(path);
	free(other);
	if (ret < 0) {
		if (ret != -ENOENT && ret != -ESTALE)
			*op = OP_OPEN_CDEV;
		return ret;
	}
	dev->fd = ret;
	return 0;
}

int device_bind(struct uapi_device *dev, int iommufd, const uint8_t *token)
{
	struct uapi_vfio_bind req = {
		.flags = token ? UAPI_VFIO_BIND_TOKEN : 0,
		.iommufd = iommufd,
		.token_uuid_ptr = (uintptr_t)token,
	};
	int ret = call_vfio_bind(dev->fd, &req);

	if (!ret)
		dev->dev_id = req.out_devid;
	return ret;
}

void device_close(struct uapi_device *dev)
{
	if (dev->fd >= 0)
		close(dev->fd);
	free(dev->name);
	free(dev->bus);
	free(dev->cdev);
	*dev = (struct uapi_device) { .fd = -1 };
}

/* --- facts ---------------------------------------------------------------------------------- */

int devfact_group(const char *bus, const char *name)
{
	char *text = device_link(bus, name, "iommu_group"), *end;
	long id = -1;

	if (text) {
		id = strtol(text, &end, 10);
		if (*end || end == text || id < 0 || id > INT_MAX)
			id = -1;
	}
	free(text);
	return (int)id;
}

char *devfact_driver(const char *bus, const char *name)
{
	return device_link(bus, name, "driver");
}

char *devfact_iommu(const char *bus, const char *name)
{
	return device_link(bus, name, "iommu");
}

uint32_t devfact_class(const char *bus, const char *name)
{
	char *path = device_path(bus, name, "class"), *text = read_text(path);
	uint32_t class_code = text ? (uint32_t)strtoul(text, NULL, 16) : 0;

	free(path);
	free(text);
	return class_code;
}

bool class_is_pci_bridge(uint32_t class_code)
{
	enum { PCI_TO_PCI = 0x0604, SEMI_TRANSPARENT = 0x0609 };

	return class_code >> 8 == PCI_TO_PCI || class_code >> 8 == SEMI_TRANSPARENT;
}

bool driver_does_no_dma(const char *driver)
{
	static const char *const drivers[] = { "pcieport", "pci-stub", "shpchp" };

	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (!strcmp(driver, drivers[i]))
			return true;
	return false;
}

bool devfact_host_has_iommu(void)
{
	char *path = mem_printf("%s/class/iommu", uapi_sys);
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool any = false;

	free(path);
	while (dir && !any && (entry = readdir(dir)))
		any = entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return any;
}

char *devfact_reserved(int group)
{
	char *path = mem_printf("%s/kernel/iommu_groups/%d/reserved_regions", uapi_sys, group);
	char line[128], *text = NULL;
	FILE *f = fopen(path, "re");

	free(path);
	while (f && fgets(line, sizeof(line), f)) {
		uint64_t start, end;
		char type[32];

		if (sscanf(line, "%" SCNx64 " %" SCNx64 " %31s", &start, &end, type) != 3)
			continue;
		text = mem_join(text, ", ",
				mem_printf("0x%" PRIx64 "-0x%" PRIx64 " %s", start, end, type));
	}
	if (f)
		fclose(f);
	return text;
}

size_t devfact_members(int group, struct device_member **members)
{
	char *path = mem_printf("%s/kernel/iommu_groups/%d/devices", uapi_sys, group);
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t n = 0;

	*members = NULL;
	while (dir && (entry = readdir(dir))) {
		char *driver, *vfio;

		if (entry->d_name[0] == '.')
			continue;
		driver = mem_printf("%s/%s/driver", path, entry->d_name);
		vfio = mem_printf("%s/%s/vfio-dev", path, entry->d_name);
		*members = mem_grow(*members, n, sizeof(**members));
		(*members)[n++] = (struct device_member) {
			.name = mem_strdup(entry->d_name),
			.driver = link_name(driver),
			.on_vfio = !access(vfio, F_OK),
		};
		free(driver);
		free(vfio);
	}
	if (dir)
		closedir(dir);
	free(path);
	return n;
}

void devfact_members_free(struct device_member *members, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(members[i].name);
		free(members[i].driver);
	}
	free(members);
}

char *devfact_module_parameter(const char *module, const char *parameter)
{
	char *path = mem_printf("%s/module/%s/parameters/%s", uapi_sys, module, parameter);
	char *text = read_text(path);

	free(path);
	return text;
}
