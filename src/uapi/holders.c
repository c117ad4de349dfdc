/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holders: which processes have iommufd and VFIO files open, from /proc. */
#include "config.h"
#include "uapi/holders.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "uapi/device.h"

static const char *const kind_names[] = {
	[HOLDER_IOMMUFD] = "iommufd",
	[HOLDER_CDEV] = "cdev",
	[HOLDER_GROUP] = "group",
	[HOLDER_CONTAINER] = "container",
	[HOLDER_GROUP_DEVICE] = "device-of-group",
	[HOLDER_FAULT_QUEUE] = "fault-queue",
	[HOLDER_VEVENTQ] = "veventq",
};

const char *holder_kind_name(enum holder_kind kind)
{
	return kind_names[kind];
}

static bool all_digits(const char *s)
{
	if (!*s)
		return false;
	while (isdigit((unsigned char)*s))
		s++;
	return !*s;
}

/* What an open file's name says. The kernel's anonymous files have had their names since they
 * exist. */
static bool kind_of(const char *target, struct holder *h)
{
	static const struct {
		const char *target;
		enum holder_kind kind;
	} whole[] = {
		{ "/dev/iommu", HOLDER_IOMMUFD },
		{ "/dev/vfio/vfio", HOLDER_CONTAINER },
		{ "anon_inode:[vfio-device]", HOLDER_GROUP_DEVICE },
		{ "anon_inode:[iommufd-pgfault]", HOLDER_FAULT_QUEUE },
		{ "anon_inode:[iommufd-fault]", HOLDER_FAULT_QUEUE },
		{ "anon_inode:[iommufd-viommu-event]", HOLDER_VEVENTQ },
		{ "anon_inode:[iommufd-veventq]", HOLDER_VEVENTQ },
	};
	static const char devices[] = "/dev/vfio/devices/", vfio[] = "/dev/vfio/",
			  noiommu[] = "noiommu-";

	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		if (strcmp(target, whole[i].target))
			continue;
		h->kind = whole[i].kind;
		return true;
	}
	if (!strncmp(target, devices, sizeof(devices) - 1)) {
		h->kind = HOLDER_CDEV;
		h->cdev = mem_strdup(target + sizeof(devices) - 1);
		return true;
	}
	if (strncmp(target, vfio, sizeof(vfio) - 1))
		return false;
	target += sizeof(vfio) - 1;
	if (!strncmp(target, noiommu, sizeof(noiommu) - 1))
		target += sizeof(noiommu) - 1;
	if (!all_digits(target) || strlen(target) > 9)
		return false;
	h->kind = HOLDER_GROUP;
	h->group = atoi(target);
	return true;
}

/* One that has just ended is not a secret. */
static bool has_gone(int errnum)
{
	return errnum == ENOENT || errnum == ESRCH;
}

/* As readdir(); at the end errno is 0, or says why it is not the end. */
static struct dirent *next_entry(DIR *dir)
{
	errno = 0;
	return readdir(dir);
}

/* The last part of the path that fdinfo gives: kernels since 6.17 or so have the line. */
static char *fdinfo_device(int proc, const char *pid, const char *fd)
{
	static const char key[] = "vfio-device-syspath:";
	char path[64], line[PATH_MAX + 64], *name = NULL;
	FILE *f;
	int info;

	snprintf(path, sizeof(path), "%.20s/fdinfo/%.20s", pid, fd);
	info = openat(proc, path, O_RDONLY | O_CLOEXEC);
	f = info < 0 ? NULL : fdopen(info, "r");
	if (!f) {
		if (info >= 0)
			close(info);
		return NULL;
	}
	while (!name && fgets(line, sizeof(line), f)) {
		const char *slash;

		if (strncmp(line, key, sizeof(key) - 1))
			continue;
		line[strcspn(line, "\n")] = '\0';
		slash = strrchr(line, '/');
		name = slash ? mem_strdup(slash + 1) : NULL;
	}
	fclose(f);
	return name;
}

/* On older kernels: the device that sysfs has for the cdev now. */
static char *cdev_device(const char *cdev)
{
	char *path = mem_printf("%s/class/vfio-dev/%s/device", uapi_sys, cdev);
	char target[PATH_MAX], *name = NULL;
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	free(path);
	if (n > 0) {
		const char *slash;

		target[n] = '\0';
		slash = strrchr(target, '/');
		name = mem_strdup(slash ? slash + 1 : target);
	}
	return name;
}

static char *command_of(int proc, const char *pid)
{
	char path[40], comm[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%.20s/comm", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, comm, sizeof(comm) - 1);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return mem_strdup("?");
	comm[n] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
	return mem_strdup(comm);
}

/* False when the file cannot be looked at. */
static bool look_at_file(struct holders *h, int proc, const char *pid, int fds, const char *fd)
{
	struct holder found = { .group = -1 };
	char target[PATH_MAX];
	ssize_t n = readlinkat(fds, fd, target, sizeof(target) - 1);
	struct stat st;

	if (n < 0)
		return has_gone(errno);
	target[n] = '\0';
	if (!kind_of(target, &found))
		return true;
	found.pid = atoi(pid);
	found.fd = atoi(fd);
	found.uid = fstatat(proc, pid, &st, 0) ? 0 : st.st_uid;
	found.command = command_of(proc, pid);
	if (found.kind == HOLDER_CDEV || found.kind == HOLDER_GROUP_DEVICE)
		found.device = fdinfo_device(proc, pid, fd);
	if (!found.device && found.cdev)
		found.device = cdev_device(found.cdev);
	h->list = mem_grow(h->list, h->n, sizeof(*h->list));
	h->list[h->n++] = found;
	return true;
}

static void look_at_process(struct holders *h, int proc, const char *pid)
{
	char path[40];
	struct dirent *entry;
	bool seen = true;
	DIR *dir;
	int fds;

	snprintf(path, sizeof(path), "%.20s/fd", pid);
	fds = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fds < 0 ? NULL : fdopendir(fds);
	if (!dir) {
		h->unseen += !has_gone(errno);
		if (fds >= 0)
			close(fds);
		return;
	}
	while ((entry = next_entry(dir)))
		if (all_digits(entry->d_name))
			seen &= look_at_file(h, proc, pid, fds, entry->d_name);
	h->unseen += !seen || (errno && !has_gone(errno));
	closedir(dir);
}

static int by_pid(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

void holders_collect(struct holders *h)
{
	DIR *dir = opendir(uapi_proc);
	struct dirent *entry;
	int self = (int)getpid();

	*h = (struct holders) { 0 };
	while (dir && (entry = next_entry(dir)))
		if (all_digits(entry->d_name) && atoi(entry->d_name) != self)
			look_at_process(h, dirfd(dir), entry->d_name);
	h->errnum = errno;
	if (dir)
		closedir(dir);
	if (h->n)
		qsort(h->list, h->n, sizeof(*h->list), by_pid);
}

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

size_t holders_of_device(const struct holders *h, const char *device, const char *cdev, size_t from)
{
	for (; from < h->n; from++)
		if (h->list[from].kind == HOLDER_CDEV &&
		    (same(h->list[from].device, device) || same(h->list[from].cdev, cdev)))
			break;
	return from;
}

size_t holders_of_group(const struct holders *h, int group, size_t from)
{
	for (; from < h->n; from++)
		if (h->list[from].kind == HOLDER_GROUP && h->list[from].group == group)
			break;
	return from;
}

void holders_free(struct holders *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->list[i].command);
		free(h->list[i].cdev);
		free(h->list[i].device);
	}
	free(h->list);
	*h = (struct holders) { 0 };
}
