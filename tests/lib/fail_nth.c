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

/* Opened before: while a fault is due, opening the file could be what fails. */
static int nth_fd = -1;

static void set_nth(const char *n)
{
	if (nth_fd < 0)
		nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0 || pwrite(nth_fd, n, strlen(n), 0) < 0)
		_exit(99);
}

/* What is left of N: 0 when the fault was injected. */
static int left(void)
{
	char buf[16] = "";

	if (pread(nth_fd, buf, sizeof(buf) - 1, 0) < 0)
		_exit(98);
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
	int ret, err, rest;

	va_start(ap, cmd);
	arg = va_arg(ap, uint32_t *);
	va_end(ap);
	/* Requests of four bytes only ask whether an operation exists. */
	if (!n || cmd < 0x3b70 || cmd > 0x3b9f || *arg <= 4)
		return real(fd, cmd, arg);
	set_nth(n);
	ret = real(fd, cmd, arg);
	err = errno;
	rest = left();
	set_nth("0");
	if (!rest)
		log_injection();
	errno = err;
	return ret;
}
