/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Binds a VFIO device to an iommufd of its own and holds it while a command runs, as a virtual
 * machine monitor would.
 *
 *   holdcdev CDEV COMMAND [ARGUMENT]...      holdcdev vfio0 iommuctl hwinfo vfio0
 *
 * The command does not inherit the descriptors. Exits with its status, with 125 when there was
 * none.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CMD_BIND 0x3b76u

enum { FAILED = 125 }; /* as env(1) has it, not a status of the command */

struct bind {
	uint32_t argsz;
	uint32_t flags;
	int32_t iommufd;
	uint32_t out_devid;
};

static int open_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(FAILED, "%s", path);
	return fd;
}

int main(int argc, char **argv)
{
	struct bind bind = { .argsz = sizeof(bind) };
	char path[64];
	pid_t child;
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: holdcdev CDEV COMMAND [ARGUMENT]...\n");
		return FAILED;
	}
	snprintf(path, sizeof(path), "/dev/vfio/devices/%.40s", argv[1]);
	bind.iommufd = open_file("/dev/iommu");
	if (ioctl(open_file(path), CMD_BIND, &bind))
		err(FAILED, "cannot bind");
	child = fork();
	if (child < 0)
		err(FAILED, "cannot fork");
	if (!child) {
		execvp(argv[2], argv + 2);
		err(FAILED, "%s", argv[2]);
	}
	if (waitpid(child, &status, 0) != child)
		err(FAILED, "cannot wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
}
