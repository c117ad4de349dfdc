/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a machine: this one's, or a copied tree's.
 *
 * All paths are written without a leading slash and start at the machine's
 * root: "sys/class/iommu". In a copied tree (which may come from anybody) no
 * path leaves the tree, whatever its links say; an absolute link starts at the
 * tree's root, as it did where the tree was copied. Nothing blocks: FIFOs are
 * opened without waiting, devices are not opened, reads are bounded.
 */
#ifndef IOMMUCTL_HOST_HOSTFS_H
#define IOMMUCTL_HOST_HOSTFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct hostfs;

enum {
	HOSTFS_ATTR = 4096, /* a sysfs attribute is at most a page */
	HOSTFS_PATH = 4096, /* longest path, terminator included */
};

/**
 * hostfs_open() - begin to read a machine
 * @root: the directory of a copied tree, or NULL for the live machine
 *
 * Returns NULL with errno when @root is no readable directory. One descriptor
 * is held until hostfs_close().
 */
struct hostfs *hostfs_open(const char *root);

/** The same without openat2(): what old kernels get. For tests. */
struct hostfs *hostfs_open_by_hand(const char *root);

/** Close it and free; NULL is fine. */
void hostfs_close(struct hostfs *fs);

/** True for the live machine. */
bool hostfs_is_live(const struct hostfs *fs);

/* A place that could not be read although it is there. */
struct hostfs_unread {
	int errnum;
	char path[256]; /* from the machine's root; may be cut */
};

enum { HOSTFS_UNREAD_KEPT = 16 };

/* What is in sysfs and could not be read although it is there. */
struct hostfs_trouble {
	size_t count;
	struct hostfs_unread place[HOSTFS_UNREAD_KEPT]; /* the first ones */
};

/**
 * hostfs_trouble() - what could not be read so far
 *
 * Attributes, links and directories of sysfs and sysctl, without the tables of
 * the firmware, which tell for themselves, and whatever hostfs_exists() could not
 * tell. What does not exist is no trouble, nor is what a driver says it has no
 * value for (EINVAL, ENXIO and the like).
 */
const struct hostfs_trouble *hostfs_trouble(const struct hostfs *fs);

/* One directory that is being listed, and that paths can be relative to. */
struct hostfs_dir {
	struct hostfs *fs;
	const char *path; /* the caller's, must live as long */
	int fd;           /* -1: not open */
	bool complete;    /* a short answer of getdents is the last (sysfs) */
	bool done;
	size_t pos, len;
	_Alignas(8) char buf[32 * 1024];
};

/** Open the directory @path. 0, or -1 with errno; @dir can be closed either way. */
int hostfs_dir_open(struct hostfs *fs, struct hostfs_dir *dir, const char *path);

/** The next name, "." and ".." left out, valid until the next call; NULL at the end. */
const char *hostfs_dir_next(struct hostfs_dir *dir);

/** Close it; it may be closed already. */
void hostfs_dir_close(struct hostfs_dir *dir);

/**
 * hostfs_read_at() - read a small regular file
 * @dir: an open directory
 * @name: a path below it
 * @buf, @size: receives the content, terminated; at most @size - 1 bytes
 *
 * Trailing newlines are cut. Returns the length, or -1 with errno; EFBIG when
 * the file does not fit.
 */
ssize_t hostfs_read_at(const struct hostfs_dir *dir, const char *name, char *buf, size_t size);

/** The same for a path from the machine's root. */
ssize_t hostfs_read(struct hostfs *fs, const char *path, char *buf, size_t size);

/**
 * hostfs_read_bytes() - read the beginning of a binary file, in one call
 *
 * Returns how many bytes of @buf, or -1 with errno.
 */
ssize_t hostfs_read_bytes(struct hostfs *fs, const char *path, void *buf, size_t size);

/**
 * hostfs_link_at() - read what a symbolic link says
 *
 * Only links before the last component of @name are followed. Returns the
 * length of the target in @buf, terminated, or -1 with errno.
 */
ssize_t hostfs_link_at(const struct hostfs_dir *dir, const char *name, char *buf, size_t size);
ssize_t hostfs_link(struct hostfs *fs, const char *path, char *buf, size_t size);

/**
 * hostfs_slurp() - read a whole regular file, binary or text
 * @max: more bytes than this are EFBIG
 * @len: receives the length
 *
 * Returns the content with a terminator behind it, to be freed, or NULL with errno.
 */
char *hostfs_slurp(struct hostfs *fs, const char *path, size_t max, size_t *len);

/** Open a regular file for reading. A descriptor of the caller's, or -1 with errno. */
int hostfs_open_file(struct hostfs *fs, const char *path);

/** True when @path names anything. False is also "cannot be told", which hostfs_trouble() then has.
 */
bool hostfs_exists(struct hostfs *fs, const char *path);

/** The last component of a path: "../../bus/pci" is "pci". */
const char *hostfs_base(const char *path);

#endif
