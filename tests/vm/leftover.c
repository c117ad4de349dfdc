/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is there, asked without the program: for tests that compare before and after.
 *
 *   leftover [KEEPER [IOAS:IOVA]...]
 *
 * Prints how many processes of iommuctl there are and how many iommufd and VFIO descriptors they
 * have, and the complaints of the kernel's log. Of a session's iommufd, which is taken from its
 * keeper's process: the number that the next object would get (the kernel takes the lowest that is
 * free, so it is the same as before when nothing was left), and whether something is mapped at the
 * addresses.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CMD_DESTROY    0x3b80u
#define CMD_IOAS_ALLOC 0x3b81u
#define CMD_IOAS_MAP   0x3b85u
#define CMD_IOAS_UNMAP 0x3b86u

enum { PAGE = 4096, MAP_FIXED_READABLE = 1 | 4 };

struct destroy {
	uint32_t size;
	uint32_t id;
};

struct ioas_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t id;
};

struct ioas_map {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas;
	uint32_t reserved;
	uint64_t address;
	uint64_t length;
	uint64_t iova;
};

struct ioas_unmap {
	uint32_t size;
	uint32_t ioas;
	uint64_t iova;
	uint64_t length;
};

/* --- processes ------------------------------------------------------------------------------ */

/* What the descriptor @name of the process is, or "". */
static void what_is(const char *pid, const char *name, char *buf, size_t size)
{
	char path[300];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid, name);
	n = readlink(path, buf, size - 1);
	buf[n < 0 ? 0 : n] = '\0';
}

/* Counts the descriptors of a process that are of interest; *@iommufd receives one of them. */
static unsigned int count_descriptors(const char *pid, int *iommufd)
{
	char path[300], target[256];
	struct dirent *entry;
	unsigned int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		what_is(pid, entry->d_name, target, sizeof(target));
		if (!strcmp(target, "/dev/iommu"))
			*iommufd = atoi(entry->d_name);
		n += !strncmp(target, "/dev/vfio/", 10) || !strcmp(target, "/dev/iommu") ||
		     !strncmp(target, "anon_inode:[iommufd", 19);
	}
	if (dir)
		closedir(dir);
	return n;
}

static bool is_ours(const char *pid)
{
	char path[300], name[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	return !strncmp(name, "iommuctl", 8);
}

static void say_processes(void)
{
	unsigned int processes = 0, descriptors = 0;
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int ignored;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || !is_ours(entry->d_name))
			continue;
		processes++;
		descriptors += count_descriptors(entry->d_name, &ignored);
	}
	if (dir)
		closedir(dir);
	printf("processes %u\ndescriptors %u\n", processes, descriptors);
}

/* --- the kernel's log ------------------------------------------------------------------------ */

static void say_complaints(void)
{
	static const char *const words[] = { "WARNING: ", "BUG: ", "Oops: ", "leaked" };
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	unsigned int complaints = 0;
	char record[8192];
	ssize_t n;

	if (fd < 0)
		err(1, "/dev/kmsg");
	while ((n = read(fd, record, sizeof(record) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		record[n < 0 ? 0 : n] = '\0';
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			complaints += strstr(record, words[i]) != NULL;
	}
	close(fd);
	printf("complaints %u\n", complaints);
}

/* --- the session's iommufd -------------------------------------------------------------------- */

static int take_iommufd(const char *pid)
{
	int theirs = -1, process, fd;

	count_descriptors(pid, &theirs);
	process = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
	fd = theirs < 0 || process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, theirs, 0);
	if (fd < 0)
		err(1, "the iommufd of the keeper");
	close(process);
	return fd;
}

static void say_next_id(int fd)
{
	struct ioas_alloc alloc = { .size = sizeof(alloc) };
	struct destroy destroy = { .size = sizeof(destroy) };

	if (ioctl(fd, CMD_IOAS_ALLOC, &alloc) < 0)
		err(1, "IOMMU_IOAS_ALLOC");
	destroy.id = alloc.id;
	if (ioctl(fd, CMD_DESTROY, &destroy) < 0)
		err(1, "IOMMU_DESTROY");
	printf("next %" PRIu32 "\n", alloc.id);
}

/* Maps a page there, which the kernel refuses where something is. */
static void say_mapped(int fd, const char *place)
{
	struct ioas_map map = { .size = sizeof(map), .flags = MAP_FIXED_READABLE, .length = PAGE };
	struct ioas_unmap unmap = { .size = sizeof(unmap), .length = PAGE };
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED || sscanf(place, "%" SCNu32 ":%" SCNx64, &map.ioas, &map.iova) != 2)
		err(1, "%s", place);
	map.address = (uintptr_t)page;
	unmap.ioas = map.ioas;
	unmap.iova = map.iova;
	if (!ioctl(fd, CMD_IOAS_MAP, &map) && !ioctl(fd, CMD_IOAS_UNMAP, &unmap))
		printf("%s nothing\n", place);
	else
		printf("%s %s\n", place, strerror(errno));
	munmap(page, PAGE);
}

int main(int argc, char **argv)
{
	int fd;

	say_processes();
	say_complaints();
	if (argc < 2)
		return 0;
	fd = take_iommufd(argv[1]);
	say_next_id(fd);
	for (int i = 2; i < argc; i++)
		say_mapped(fd, argv[i]);
	close(fd);
	return 0;
}
