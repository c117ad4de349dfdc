/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LD_PRELOAD: the Nth place where an ioctl of iommufd can fail inside the kernel does fail.
 *
 * FAIL_NTH is N, FAIL_NTH_LOG a file: "injected" is appended for each ioctl in which the fault was
 * reached. Needs a kernel with fault injection.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int ioctl_function(int fd, unsigned long cmd, ...);

static void set_nth(const char *n)
{
	int fd = open("/proc/thread-self/fail-nth", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, n, strlen(n)) < 0)
		_exit(99);
	close(fd);
}

/* What is left of N: 0 when the fault was injected. */
static int left(void)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDONLY | O_CLOEXEC);
	char buf[16] = "";

	if (fd < 0 || read(fd, buf, sizeof(buf) - 1) < 0)
		_exit(99);
	close(fd);
	return atoi(buf);
}

static void log_injection(void)
{
	const char *path = getenv("FAIL_NTH_LOG");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (fd < 0 || write(fd, "injected\n", 9) != 9)
		_exit(99);
	close(fd);
}

int ioctl(int fd, unsigned long cmd, ...);
int ioctl(int fd, unsigned long cmd, ...)
{
	ioctl_function *real = (ioctl_function *)(uintptr_t)dlsym(RTLD_NEXT, "ioctl");
	const char *n = getenv("FAIL_NTH");
	uint32_t *arg;
	va_list ap;
	int ret, err;

	va_start(ap, cmd);
	arg = va_arg(ap, uint32_t *);
	va_end(ap);
	/* Requests of four bytes only ask whether an operation exists. */
	if (!n || cmd < 0x3b70 || cmd > 0x3b9f || *arg <= 4)
		return real(fd, cmd, arg);
	set_nth(n);
	ret = real(fd, cmd, arg);
	err = errno;
	if (!left())
		log_injection();
	set_nth("0");
	errno = err;
	return ret;
}
