/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VFIO device and who holds it, on made trees: finding the node, checking it against sysfs,
 * facts of the group, open files of processes; and the rows of refusals that these facts choose.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"
#include "uapi/device.h"
#include "uapi/holders.h"
#include "uapi/refusal.h"

static char root[] = "/tmp/iommuctl-unit-XXXXXX";

static char *at(const char *path)
{
	return mem_printf("%s/%s", root, path);
}

/* All folders of a path below the root. */
static void folder(const char *path)
{
	char *whole = at(path);

	for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	mkdir(whole, 0755);
	free(whole);
}

static void file(const char *path, const char *text)
{
	char *whole = at(path);
	FILE *f = fopen(whole, "w");

	if (f) {
		fputs(text, f);
		fclose(f);
	}
	free(whole);
}

static void link_to(const char *path, const char *target)
{
	char *whole = at(path);

	if (symlink(target, whole))
		unit_fail("cannot make %s", path);
	free(whole);
}

/* Two NICs in group 7, one on vfio-pci with a cdev, one on e1000e; a bridge without a group; a
 * bridge and an ISA bridge, which is an ordinary function, in group 8. */
static void make_machine(void)
{
	if (!mkdtemp(root))
		unit_fail("cannot make %s", root);
	folder("sys/bus/pci/devices/0000:01:00.0/vfio-dev/vfio3");
	folder("sys/bus/pci/devices/0000:01:00.1");
	folder("sys/bus/pci/devices/0000:00:01.0");
	folder("sys/bus/pci/devices/0000:00:02.0");
	folder("sys/bus/pci/devices/0000:00:1f.0");
	folder("sys/class/vfio-dev/vfio3");
	folder("sys/class/iommu/dmar0");
	folder("sys/kernel/iommu_groups/7/devices");
	folder("dev/vfio/devices");
	folder("dev/char");
	link_to("sys/bus/pci/devices/0000:01:00.0/iommu_group", "../x/iommu_groups/7");
	link_to("sys/bus/pci/devices/0000:01:00.0/iommu", "../x/iommu/dmar0");
	link_to("sys/bus/pci/devices/0000:01:00.0/driver", "../x/drivers/vfio-pci");
	link_to("sys/bus/pci/devices/0000:01:00.1/iommu_group", "../x/iommu_groups/7");
	link_to("sys/bus/pci/devices/0000:01:00.1/driver", "../x/drivers/e1000e");
	link_to("sys/kernel/iommu_groups/7/devices/0000:01:00.0",
		"../../../../bus/pci/devices/0000:01:00.0");
	link_to("sys/kernel/iommu_groups/7/devices/0000:01:00.1",
		"../../../../bus/pci/devices/0000:01:00.1");
	file("sys/bus/pci/devices/0000:00:01.0/class", "0x060400\n");
	link_to("sys/bus/pci/devices/0000:00:02.0/iommu_group", "../x/iommu_groups/8");
	file("sys/bus/pci/devices/0000:00:02.0/class", "0x060400\n");
	link_to("sys/bus/pci/devices/0000:00:1f.0/iommu_group", "../x/iommu_groups/8");
	file("sys/bus/pci/devices/0000:00:1f.0/class", "0x060100\n");
	file("sys/kernel/iommu_groups/7/reserved_regions",
	     "0x00000000fee00000 0x00000000feefffff msi\n");
	/* /dev/zero stands for the cdev: 1:5. */
	file("sys/class/vfio-dev/vfio3/dev", "1:5\n");
	link_to("sys/class/vfio-dev/vfio3/device", "../../bus/pci/devices/0000:01:00.0");
	uapi_sys = at("sys");
	uapi_dev = at("dev");
	uapi_proc = at("proc");
}

static void test_facts(void)
{
	struct device_member *members;
	char *text;
	size_t n;

	unit_int(devfact_group("pci", "0000:01:00.0"), 7);
	unit_int(devfact_group("pci", "0000:00:01.0"), -1);
	text = devfact_driver("pci", "0000:01:00.1");
	unit_str(text, "e1000e");
	free(text);
	text = devfact_iommu("pci", "0000:01:00.0");
	unit_str(text, "dmar0");
	free(text);
	text = devfact_reserved(7);
	unit_str(text, "0xfee00000-0xfeefffff msi");
	free(text);
	unit_hex(devfact_class("pci", "0000:00:01.0"), 0x060400);
	unit_true(devfact_host_has_iommu());
	n = devfact_members(7, &members);
	unit_int(n, 2);
	for (size_t i = 0; i < n; i++)
		unit_int(members[i].on_vfio, !strcmp(members[i].name, "0000:01:00.0"));
	devfact_members_free(members, n);
}

static void open_expecting(const char *name, int ret, enum uapi_op op)
{
	struct uapi_device dev;
	enum uapi_op failed = OP_COUNT;

	device_init(&dev, "pci", name);
	unit_int(device_open(&dev, &failed), ret);
	if (ret)
		unit_int(failed, op);
	else
		unit_true(dev.fd >= 0);
	device_close(&dev);
}

static void test_opening(void)
{
	char *node = at("dev/vfio/devices/vfio3"), *number = at("dev/char/1:5");

	open_expecting("0000:01:00.1", -ENODEV, OP_FIND_CDEV);
	open_expecting("0000:01:00.0", -ENOENT, OP_FIND_CDEV);
	file("dev/vfio/devices/vfio3", "no device");
	open_expecting("0000:01:00.0", -ESTALE, OP_FIND_CDEV);
	unlink(node);
	link_to("dev/vfio/devices/vfio3", "/dev/full");
	open_expecting("0000:01:00.0", -ESTALE, OP_FIND_CDEV);
	/* By number when the name leads nowhere. */
	link_to("dev/char/1:5", "/dev/zero");
	open_expecting("0000:01:00.0", 0, OP_FIND_CDEV);
	unlink(number);
	unlink(node);
	link_to("dev/vfio/devices/vfio3", "/dev/zero");
	open_expecting("0000:01:00.0", 0, OP_FIND_CDEV);
	file("sys/class/vfio-dev/vfio3/dev", "0:0\n");
	open_expecting("0000:01:00.0", -ENXIO, OP_FIND_CDEV);
	file("sys/class/vfio-dev/vfio3/dev", "1:5\n");
	free(node);
	free(number);
}

static void expect(const char *name, enum uapi_op op, int err, const char *id, const char *words)
{
	struct uapi_device dev;
	struct refusal_ctx ctx = { .device = &dev };
	struct refusal_text text;

	device_init(&dev, "pci", name);
	unit_true(refusal_find(op, err, &ctx, &text));
	if (text.row) {
		unit_str(text.row->id, id);
		if (!strstr(text.cause, words))
			unit_fail("'%s' is not in: %s", words, text.cause);
	}
	refusal_text_free(&text);
	device_close(&dev);
}

static void test_facts_choose(void)
{
	expect("0000:01:00.1", OP_FIND_CDEV, ENODEV, "find-cdev.driver", "the driver e1000e");
	expect("0000:00:01.0", OP_FIND_CDEV, ENODEV, "find-cdev.no-group", "0000:00:01.0");
	expect("0000:00:02.0", OP_FIND_CDEV, ENODEV, "find-cdev.bridge", "does not take bridges");
	expect("0000:00:1f.0", OP_FIND_CDEV, ENODEV, "find-cdev.no-driver", "no driver has");
	expect("0000:01:00.0", OP_VFIO_BIND, EPERM, "bind.siblings-on-host",
	       "group 7 is shared with 0000:01:00.1 on e1000e");
	expect("0000:01:00.0", OP_VFIO_ATTACH, EADDRINUSE, "attach.reserved", "0xfee00000");
}

/* A process with an iommufd, the device by its node, and the group's file. */
static void make_process(const char *pid, const char *target, const char *fdinfo)
{
	char *path = mem_printf("proc/%s/fd", pid), *entry;

	folder(path);
	entry = mem_printf("proc/%s/fd/5", pid);
	link_to(entry, target);
	free(entry);
	free(path);
	path = mem_printf("proc/%s/comm", pid);
	file(path, "qemu\n");
	free(path);
	if (!fdinfo)
		return;
	path = mem_printf("proc/%s/fdinfo", pid);
	folder(path);
	free(path);
	path = mem_printf("proc/%s/fdinfo/5", pid);
	file(path, fdinfo);
	free(path);
}

static void test_holders(void)
{
	static const char info[] = "pos:\t0\nvfio-device-syspath: "
				   "/sys/devices/pci0000:00/0000:00:02.0/0000:01:00.0\n";
	struct holders h;

	make_process("900", "/dev/iommu", NULL);
	make_process("901", "/dev/vfio/devices/vfio3", NULL);
	make_process("902", "/dev/vfio/7", NULL);
	make_process("903", "anon_inode:[vfio-device]", info);
	make_process("904", "/dev/null", NULL);
	make_process("905", "/dev/vfio/noiommu-7", NULL);
	folder("proc/self");
	holders_collect(&h);
	unit_int(h.n, 5);
	if (h.n == 5) {
		unit_int(h.list[0].kind, HOLDER_IOMMUFD);
		unit_str(h.list[1].device, "0000:01:00.0");
		unit_str(h.list[1].cdev, "vfio3");
		unit_str(h.list[1].command, "qemu");
		unit_int(h.list[2].group, 7);
		unit_str(h.list[3].device, "0000:01:00.0");
	}
	unit_int(holders_of_device(&h, "0000:01:00.0", NULL, 0), 1);
	unit_int(holders_of_device(&h, "0000:01:00.1", NULL, 0), h.n);
	unit_int(holders_of_group(&h, 7, 0), 2);
	holders_free(&h);
	expect("0000:01:00.0", OP_VFIO_BIND, EINVAL, "bind.held", "qemu (pid 901)");
	expect("0000:01:00.0", OP_VFIO_BIND, EBUSY, "bind.group-open", "qemu (pid 902)");
}

static int remove_all(const char *path)
{
	char *command = mem_printf("rm -rf '%s'", path);
	int ret = system(command);

	free(command);
	return ret;
}

int main(void)
{
	make_machine();
	unit_run(test_facts);
	unit_run(test_opening);
	unit_run(test_facts_choose);
	unit_run(test_holders);
	free((char *)(uintptr_t)uapi_sys);
	free((char *)(uintptr_t)uapi_dev);
	free((char *)(uintptr_t)uapi_proc);
	remove_all(root);
	return unit_done();
}
