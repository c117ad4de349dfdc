/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a machine: this one's, or a copied tree's.
 *
 * Three ways to get at a path. The live machine is trusted: openat() relative
 * to a held directory, which is the cheapest. A copied tree is not: openat2()
 * resolves every link inside the tree, and, where the caller could open device
 * nodes, a private mount without them is read instead of the tree itself. Where
 * the kernel has neither, links are followed by hand, one component at a time.
 */
#include "config.h"
#include "host/hostfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

enum { READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };
enum { MAX_LINKS = 40 };

enum way { WAY_LIVE, WAY_SCOPED, WAY_BY_HAND };

struct hostfs {
	int root;
	enum way way;
	char path[HOSTFS_PATH]; /* scratch: a path that is being put together */
	struct hostfs_trouble trouble;
};

/* --- what cannot be read --------------------------------------------------------------------- */

static bool is_trouble(int errnum)
{
	static const int reading[] = { EACCES, EPERM,  EIO,    EINTR,  EAGAIN,
				       EMFILE, ENFILE, ENOMEM, ENOBUFS };

	for (size_t i = 0; i < ARRAY_SIZE(reading); i++)
		if (errnum == reading[i])
			return true;
	return false;
}

/* Sysfs and sysctl; the tables of the firmware are told of by themselves. */
static bool is_watched(const char *path)
{
	static const char sysfs[] = "sys/", firmware[] = "sys/firmware/", sysctl[] = "proc/sys/";

	if (!strncmp(path, firmware, strlen(firmware)))
		return false;
	return !strncmp(path, sysfs, strlen(sysfs)) || !strncmp(path, sysctl, strlen(sysctl));
}

static void note_trouble(struct hostfs *fs, const char *path)
{
	struct hostfs_trouble *t = &fs->trouble;
	struct hostfs_unread *place;

	if (t->count++ >= HOSTFS_UNREAD_KEPT)
		return;
	place = &t->place[t->count - 1];
	place->errnum = errno;
	snprintf(place->path, sizeof(place->path), "%.*s", (int)sizeof(place->path) - 1, path);
}

/*
 * Each answer about what a file, link or directory holds comes through here:
 * when @n is negative because it cannot be read, and not because of what it is,
 * that is remembered. Keeps errno. @name may be NULL: the directory itself.
 */
static ssize_t noted(struct hostfs *fs, const char *dir, const char *name, ssize_t n)
{
	char path[HOSTFS_PATH];
	int saved = errno;

	if (n >= 0 || !is_trouble(saved))
		return n;
	snprintf(path, sizeof(path), "%s%s%s", dir ? dir : "", dir && name ? "/" : "",
		 name ? name : "");
	errno = saved;
	if (is_watched(path))
		note_trouble(fs, path);
	errno = saved;
	return n;
}

const struct hostfs_trouble *hostfs_trouble(const struct hostfs *fs)
{
	return &fs->trouble;
}

/* --- inside a copied tree -------------------------------------------------------------------- */

static int openat2_in_root(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	/* EAGAIN: something was renamed while "..", and is to be tried again. */
	for (int tries = 0; tries < 8; tries++) {
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd;
}

/* Drop the last component of a path that has no links and no dots. */
static void go_up(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

/* Put @first, a slash and @rest into @buf. False when they do not fit. */
static bool join(char *buf, size_t size, const char *first, const char *rest)
{
	int n = snprintf(buf, size, "%s%s%s", first, *first && *rest ? "/" : "", rest);

	return n >= 0 && (size_t)n < size;
}

/* Take the first component off @todo and append it to @done; it may be a link. */
static bool take_component(char *done, char *todo, char *component)
{
	size_t n;

	while (*todo == '/')
		memmove(todo, todo + 1, strlen(todo));
	n = strcspn(todo, "/");
	if (n > NAME_MAX)
		return false;
	memcpy(component, todo, n);
	component[n] = '\0';
	memmove(todo, todo + n, strlen(todo + n) + 1);
	if (!strcmp(component, ".."))
		go_up(done);
	return true;
}

/* Replace the link @target, which @done's directory holds, by the path behind it. */
static bool follow_link(char *done, char *todo, const char *target)
{
	char rest[HOSTFS_PATH];

	if (!join(rest, sizeof(rest), target, todo))
		return false;
	strcpy(todo, rest);
	if (*target == '/')
		*done = '\0';
	return true;
}

/*
 * Turn @path into one without links or dots, below @root. A last component that
 * is a link stays when @keep_last.
 */
static int resolve_by_hand(int root, const char *path, bool keep_last, char *done)
{
	char todo[HOSTFS_PATH], next[HOSTFS_PATH], target[HOSTFS_PATH], component[NAME_MAX + 1];
	int links = 0;
	ssize_t n;

	*done = '\0';
	if (!join(todo, sizeof(todo), "", path))
		goto too_long;
	for (;;) {
		if (!take_component(done, todo, component))
			goto too_long;
		if (!*component)
			return 0;
		if (!strcmp(component, ".") || !strcmp(component, ".."))
			continue;
		if (!join(next, sizeof(next), done, component))
			goto too_long;
		n = readlinkat(root, next, target, sizeof(target) - 1);
		if (n < 0 && errno != EINVAL)
			return -1;
		if (n < 0 || (keep_last && !todo[strspn(todo, "/")])) {
			strcpy(done, next);
			continue;
		}
		target[n] = '\0';
		if (++links > MAX_LINKS) {
			errno = ELOOP;
			return -1;
		}
		if (!follow_link(done, todo, target))
			goto too_long;
	}
too_long:
	errno = ENAMETOOLONG;
	return -1;
}

static int open_by_hand(int root, const char *path, int flags)
{
	char clean[HOSTFS_PATH];
	struct stat st;

	if (resolve_by_hand(root, path, flags & O_NOFOLLOW, clean))
		return -1;
	if (fstatat(root, *clean ? clean : ".", &st, AT_SYMLINK_NOFOLLOW))
		return -1;
	if (!(flags & O_PATH) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		errno = EACCES;
		return -1;
	}
	return openat(root, *clean ? clean : ".", flags | O_NOFOLLOW);
}

static int open_path(struct hostfs *fs, const char *path, int flags)
{
	switch (fs->way) {
	case WAY_SCOPED:
		return openat2_in_root(fs->root, path, flags);
	case WAY_BY_HAND:
		return open_by_hand(fs->root, path, flags);
	case WAY_LIVE:
	default:
		return openat(fs->root, path, flags);
	}
}

static int open_below(const struct hostfs_dir *dir, const char *name, int flags)
{
	struct hostfs *fs = dir->fs;

	if (fs->way == WAY_LIVE)
		return openat(dir->fd, name, flags);
	if (!join(fs->path, sizeof(fs->path), dir->path, name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open_path(fs, fs->path, flags);
}

/* --- the tree itself ------------------------------------------------------------------------- */

/*
 * A view of the tree in which device nodes cannot be opened: opening one can
 * start a watchdog or rewind a tape. Returns a descriptor, or -1 where the
 * caller has no privilege (and then no use for it) or the kernel has no such thing.
 */
static int clone_without_devices(const char *root)
{
#if defined(SYS_open_tree) && defined(SYS_mount_setattr)
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NODEV };
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, root,
			      OPEN_TREE_CLONE | AT_RECURSIVE | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (!syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)))
		return fd;
	close(fd);
#endif
	(void)root;
	return -1;
}

static bool has_openat2(int root)
{
	int fd = openat2_in_root(root, ".", O_PATH | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static struct hostfs *new_hostfs(int root, enum way way)
{
	struct hostfs *fs;

	if (root < 0)
		return NULL;
	fs = mem_zalloc(sizeof(*fs));
	fs->root = root;
	fs->way = way;
	return fs;
}

struct hostfs *hostfs_open_by_hand(const char *root)
{
	return new_hostfs(open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), WAY_BY_HAND);
}

struct hostfs *hostfs_open(const char *root)
{
	int fd = open(root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), safe;

	if (fd < 0)
		return NULL;
	if (!root)
		return new_hostfs(fd, WAY_LIVE);
	if (!has_openat2(fd))
		return new_hostfs(fd, WAY_BY_HAND);
	if (geteuid())
		return new_hostfs(fd, WAY_SCOPED);
	safe = clone_without_devices(root);
	if (safe < 0)
		return new_hostfs(fd, WAY_BY_HAND);
	close(fd);
	return new_hostfs(safe, WAY_SCOPED);
}

void hostfs_close(struct hostfs *fs)
{
	if (!fs)
		return;
	close(fs->root);
	free(fs);
}

bool hostfs_is_live(const struct hostfs *fs)
{
	return fs->way == WAY_LIVE;
}

/* --- directories ----------------------------------------------------------------------------- */

/* What getdents64(2) fills in; the C library's dirent is not that everywhere. */
struct kernel_dirent {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

int hostfs_dir_open(struct hostfs *fs, struct hostfs_dir *dir, const char *path)
{
	dir->fs = fs;
	dir->path = path;
	dir->pos = dir->len = 0;
	dir->done = false;
	/* sysfs fills the buffer as long as there are names; other file systems need not. */
	dir->complete = fs->way == WAY_LIVE;
	dir->fd = open_path(fs, path, READ_FLAGS | O_DIRECTORY);
	return noted(fs, path, NULL, dir->fd) < 0 ? -1 : 0;
}

static bool refill(struct hostfs_dir *dir)
{
	ssize_t n;

	if (dir->done || dir->fd < 0)
		return false;
	n = noted(dir->fs, dir->path, NULL,
		  syscall(SYS_getdents64, dir->fd, dir->buf, sizeof(dir->buf)));
	if (n <= 0)
		return false;
	dir->pos = 0;
	dir->len = (size_t)n;
	/* The longest name needs less than this. */
	dir->done = dir->complete && sizeof(dir->buf) - dir->len > 512;
	return true;
}

const char *hostfs_dir_next(struct hostfs_dir *dir)
{
	for (;;) {
		const struct kernel_dirent *d;

		if (dir->pos >= dir->len && !refill(dir)) {
			dir->done = true;
			return NULL;
		}
		d = (const void *)(dir->buf + dir->pos);
		dir->pos += d->reclen;
		if (strcmp(d->name, ".") && strcmp(d->name, ".."))
			return d->name;
	}
}

void hostfs_dir_close(struct hostfs_dir *dir)
{
	if (dir->fd >= 0)
		close(dir->fd);
	dir->fd = -1;
}

/* --- files ----------------------------------------------------------------------------------- */

/* One read, and the descriptor is closed. */
static ssize_t read_once(int fd, void *buf, size_t size)
{
	ssize_t n;
	int saved;

	if (fd < 0)
		return -1;
	do {
		n = read(fd, buf, size);
	} while (n < 0 && errno == EINTR);
	saved = errno;
	close(fd);
	errno = saved;
	return n;
}

static ssize_t read_small(int fd, char *buf, size_t size)
{
	ssize_t n = read_once(fd, buf, size);

	if (n < 0)
		return -1;
	if ((size_t)n >= size) {
		errno = EFBIG;
		return -1;
	}
	while (n > 0 && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	return n;
}

ssize_t hostfs_read_at(const struct hostfs_dir *dir, const char *name, char *buf, size_t size)
{
	int fd = open_below(dir, name, READ_FLAGS);

	return noted(dir->fs, dir->path, name, read_small(fd, buf, size));
}

ssize_t hostfs_read(struct hostfs *fs, const char *path, char *buf, size_t size)
{
	return noted(fs, path, NULL, read_small(open_path(fs, path, READ_FLAGS), buf, size));
}

ssize_t hostfs_read_bytes(struct hostfs *fs, const char *path, void *buf, size_t size)
{
	return read_once(open_path(fs, path, READ_FLAGS), buf, size);
}

static ssize_t terminated(ssize_t n, char *buf, size_t size)
{
	if (n < 0)
		return -1;
	if ((size_t)n >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	buf[n] = '\0';
	return n;
}

static ssize_t read_link_fd(int fd, char *buf, size_t size)
{
	ssize_t n;
	int saved;

	if (fd < 0)
		return -1;
	n = readlinkat(fd, "", buf, size);
	saved = errno;
	close(fd);
	errno = saved;
	return terminated(n, buf, size);
}

ssize_t hostfs_link_at(const struct hostfs_dir *dir, const char *name, char *buf, size_t size)
{
	ssize_t n;

	/* A bare name in a directory that is held open needs no resolution. */
	if (dir->fs->way == WAY_LIVE || !strchr(name, '/'))
		n = terminated(readlinkat(dir->fd, name, buf, size), buf, size);
	else
		n = read_link_fd(open_below(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), buf, size);
	return noted(dir->fs, dir->path, name, n);
}

ssize_t hostfs_link(struct hostfs *fs, const char *path, char *buf, size_t size)
{
	int fd = open_path(fs, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return noted(fs, path, NULL, read_link_fd(fd, buf, size));
}

int hostfs_open_file(struct hostfs *fs, const char *path)
{
	int fd = open_path(fs, path, READ_FLAGS);
	struct stat st;

	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	errno = EACCES;
	return -1;
}

static char *slurp_fd(int fd, size_t max, size_t *len)
{
	size_t size = 4096, used = 0;
	char *buf = mem_alloc(size);

	for (;;) {
		ssize_t n = read(fd, buf + used, size - used - 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		used += (size_t)n;
		if (used > max) {
			errno = EFBIG;
			break;
		}
		if (!n) {
			buf[used] = '\0';
			*len = used;
			return buf;
		}
		if (size - used < 4096) {
			size *= 2;
			buf = mem_realloc(buf, size, 1);
		}
	}
	free(buf);
	return NULL;
}

char *hostfs_slurp(struct hostfs *fs, const char *path, size_t max, size_t *len)
{
	int fd = hostfs_open_file(fs, path), saved;
	char *buf;

	if (fd < 0)
		return NULL;
	buf = slurp_fd(fd, max, len);
	saved = errno;
	close(fd);
	errno = saved;
	return buf;
}

bool hostfs_exists(struct hostfs *fs, const char *path)
{
	int fd = open_path(fs, path, O_PATH | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	else if (is_trouble(errno))
		note_trouble(fs, path);
	return fd >= 0;
}

const char *hostfs_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
