/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the kernel for a VFIO device's IOMMU_GET_HW_INFO with nothing of the program's own code, so
 * that tests can compare.
 *
 *   rawinfo CDEV      CDEV is /dev/vfio/devices/vfioN; prints "TYPE LENGTH HEX-DIGITS"
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

int main(int argc, char **argv)
{
	uint8_t data[256];
	struct bind bind = { .argsz = sizeof(bind) };
	struct hw_info info = { .size = sizeof(info),
				.data_len = sizeof(data),
				.data = (uint64_t)(uintptr_t)data };
	int cdev;

	if (argc != 2)
		return 2;
	bind.iommufd = open("/dev/iommu", O_RDWR);
	cdev = open(argv[1], O_RDWR);
	if (bind.iommufd < 0 || cdev < 0 || ioctl(cdev, CMD_VFIO_BIND, &bind) < 0) {
		perror("rawinfo: bind");
		if (cdev >= 0)
			close(cdev);
		return 1;
	}
	info.dev_id = bind.dev_id;
	if (ioctl(bind.iommufd, CMD_GET_HW_INFO, &info) < 0) {
		perror("rawinfo: IOMMU_GET_HW_INFO");
		close(cdev);
		return 1;
	}
	printf("%u %u ", info.type, info.data_len);
	for (uint32_t i = 0; i < info.data_len && i < sizeof(data); i++)
		printf("%02x", data[i]);
	printf("\n");
	close(cdev);
	return 0;
}
