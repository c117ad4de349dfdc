/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for /dev/iommu, for tests on machines without one (LD_PRELOAD).
 *
 * open("/dev/iommu") gives a memory file whose content is the state of a tiny
 * iommufd, so that every process which has the descriptor sees the same
 * objects; ioctl() on it gives out ids (the lowest free one, as the kernel
 * does) and knows which object refers to which. What the real kernel does is
 * tested in tests/vm; this is for everything around it.
 *
 * FAKE_IOMMUFD=ENOENT|EACCES makes the open fail. Object 1 is a device when
 * FAKE_IOMMUFD=device.
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
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "uapi/layout.h"

enum { OBJECTS = 16384 };
enum kind { NOTHING, DEVICE, IOAS, HWPT };

struct state {
	struct {
		uint32_t kind, parent;
	} object[OBJECTS];
};

static int make_iommufd(const char *how)
{
	int fd = memfd_create("fake-iommufd", MFD_CLOEXEC);
	struct state s = { 0 };

	if (!strcmp(how, "device"))
		s.object[1].kind = DEVICE;
	if (fd >= 0 && write(fd, &s, sizeof(s)) != sizeof(s))
		_exit(99);
	return fd;
}

static int open_fake(void)
{
	const char *how = getenv("FAKE_IOMMUFD");

	if (how && !strcmp(how, "EACCES"))
		errno = EACCES;
	else if (how && !strcmp(how, "ENOENT"))
		errno = ENOENT;
	else
		return make_iommufd(how ? how : "");
	return -1;
}

/* In a process that many tests share (tests/lib/served.c), those that ask for it have it. */
static int wanted(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "/fake_iommufd.so");
}

typedef int open_function(const char *path, int flags, ...);

static int open_any(const char *symbol, const char *path, int flags, mode_t mode)
{
	open_function *real = (open_function *)(uintptr_t)dlsym(RTLD_NEXT, symbol);

	return strcmp(path, "/dev/iommu") || !wanted() ? real(path, flags, mode) : open_fake();
}

#define OPEN(name)                                         \
	int name(const char *path, int flags, ...);        \
	int name(const char *path, int flags, ...)         \
	{                                                  \
		mode_t mode = 0;                           \
		va_list ap;                                \
		va_start(ap, flags);                       \
		if (flags & (O_CREAT | O_TMPFILE))         \
			mode = va_arg(ap, mode_t);         \
		va_end(ap);                                \
		return open_any(#name, path, flags, mode); \
	}

OPEN(open)
#ifndef open64 /* a macro where it is the same, as in musl */
OPEN(open64)
#endif

static int is_fake(int fd)
{
	char path[64], target[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, target, sizeof(target) - 1) > 0 &&
	       !strncmp(target, "/memfd:fake-iommufd", 19);
}

/* --- the operations: 0, or an errno ------------------------------------------------------ */

static int add_object(struct state *s, uint32_t kind, uint32_t parent, uint32_t *id)
{
	for (uint32_t i = 1; i < OBJECTS; i++) {
		if (s->object[i].kind)
			continue;
		s->object[i].kind = kind;
		s->object[i].parent = parent;
		*id = i;
		return 0;
	}
	return ENOSPC;
}

static int is_a(const struct state *s, uint32_t id, uint32_t kind)
{
	return id && id < OBJECTS && s->object[id].kind == kind;
}

static int do_destroy(struct state *s, void *req)
{
	uint32_t id = ((struct uapi_destroy *)req)->id;

	if (!id || id >= OBJECTS || !s->object[id].kind)
		return ENOENT;
	for (uint32_t i = 1; i < OBJECTS; i++)
		if (s->object[i].kind && s->object[i].parent == id)
			return EBUSY;
	if (s->object[id].kind == DEVICE)
		return EBUSY;
	s->object[id].kind = NOTHING;
	return 0;
}

static int do_ioas_alloc(struct state *s, void *arg)
{
	struct uapi_ioas_alloc *req = arg;

	return req->flags ? EOPNOTSUPP : add_object(s, IOAS, 0, &req->out_ioas_id);
}

static int do_hwpt_alloc(struct state *s, void *arg)
{
	struct uapi_hwpt_alloc *req = arg;

	if (!req->data_type != !req->data_len)
		return EINVAL;
	if (!is_a(s, req->dev_id, DEVICE))
		return ENOENT;
	if (!is_a(s, req->pt_id, IOAS))
		return EINVAL;
	if (req->flags & ~1u || req->data_type)
		return EOPNOTSUPP;
	return add_object(s, HWPT, req->pt_id, &req->out_hwpt_id);
}

static const struct {
	uint32_t nr;
	int (*function)(struct state *s, void *req);
} operations[] = {
	{ UAPI_NR_DESTROY, do_destroy },
	{ UAPI_NR_IOAS_ALLOC, do_ioas_alloc },
	{ UAPI_NR_HWPT_ALLOC, do_hwpt_alloc },
};

static int fake_ioctl(int fd, unsigned long cmd, void *req)
{
	struct state *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	int err = ENOTTY;

	if (s == MAP_FAILED)
		_exit(99);
	flock(fd, LOCK_EX);
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (cmd == UAPI_CMD(operations[i].nr))
			err = operations[i].function(s, req);
	flock(fd, LOCK_UN);
	munmap(s, sizeof(*s));
	errno = err;
	return err ? -1 : 0;
}

typedef int ioctl_function(int fd, unsigned long cmd, ...);

int ioctl(int fd, unsigned long cmd, ...);
int ioctl(int fd, unsigned long cmd, ...)
{
	ioctl_function *real = (ioctl_function *)(uintptr_t)dlsym(RTLD_NEXT, "ioctl");
	void *arg;
	va_list ap;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	if ((cmd & ~0xfful) == UAPI_CMD(0) && is_fake(fd))
		return fake_ioctl(fd, cmd, arg);
	return real(fd, cmd, arg);
}
