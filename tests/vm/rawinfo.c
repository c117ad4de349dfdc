/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the kernel for a VFIO device's IOMMU_GET_HW_INFO with nothing of the program's own code, so
 * that tests can compare.
 *
 *   rawinfo CDEV...   CDEV is /dev/vfio/devices/vfioN; prints "TYPE LENGTH HEX-DIGITS" for each
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CMD_VFIO_BIND   0x3b76u
#define CMD_GET_HW_INFO 0x3b8au

struct bind {
	uint32_t argsz;
	uint32_t flags;
	int32_t iommufd;
	uint32_t dev_id;
};

struct hw_info {
	uint32_t size;
	uint32_t flags;
	uint32_t dev_id;
	uint32_t data_len;
	uint64_t data;
	uint32_t type;
	uint32_t reserved;
};

static int ask(int iommufd, const char *path)
{
	uint8_t data[256];
	struct bind bind = { .argsz = sizeof(bind), .iommufd = iommufd };
	struct hw_info info = { .size = sizeof(info),
				.data_len = sizeof(data),
				.data = (uint64_t)(uintptr_t)data };
	int cdev = open(path, O_RDWR), failed = 0;

	if (cdev < 0 || ioctl(cdev, CMD_VFIO_BIND, &bind) < 0) {
		perror("rawinfo: bind");
		failed = 1;
	}
	info.dev_id = bind.dev_id;
	if (!failed && ioctl(iommufd, CMD_GET_HW_INFO, &info) < 0) {
		perror("rawinfo: IOMMU_GET_HW_INFO");
		failed = 1;
	}
	if (!failed) {
		printf("%u %u ", info.type, info.data_len);
		for (uint32_t i = 0; i < info.data_len && i < sizeof(data); i++)
			printf("%02x", data[i]);
		printf("\n");
	}
	if (cdev >= 0)
		close(cdev);
	return failed;
}

int main(int argc, char **argv)
{
	int iommufd, failed = 0;

	if (argc < 2)
		return 2;
	iommufd = open("/dev/iommu", O_RDWR);
	for (int i = 1; i < argc; i++)
		failed |= ask(iommufd, argv[i]);
	if (iommufd >= 0)
		close(iommufd);
	return failed;
}
