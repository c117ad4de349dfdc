/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holders: which processes have iommufd and VFIO files open, from /proc.
 *
 * The kernel does not say who holds a device (it answers EINVAL, or EBUSY, and
 * no name), but /proc/PID/fd shows every open file, and fdinfo names the device
 * of a VFIO file. Without privilege only the user's own processes are seen, and
 * how many were not is counted.
 */
#ifndef IOMMUCTL_UAPI_HOLDERS_H
#define IOMMUCTL_UAPI_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>

enum holder_kind {
	HOLDER_IOMMUFD,      /* /dev/iommu */
	HOLDER_CDEV,         /* /dev/vfio/devices/vfioN */
	HOLDER_GROUP,        /* /dev/vfio/GROUP */
	HOLDER_CONTAINER,    /* /dev/vfio/vfio */
	HOLDER_GROUP_DEVICE, /* a device that was opened through its group */
	HOLDER_FAULT_QUEUE,
	HOLDER_VEVENTQ,
};

struct holder {
	int pid;
	unsigned int uid;
	char *command; /* as in /proc/PID/comm; untrusted */
	int fd;
	enum holder_kind kind;
	char *cdev;   /* vfio3, of HOLDER_CDEV; else NULL */
	char *device; /* 0000:3b:00.0 where it is known, else NULL */
	int group;    /* of HOLDER_GROUP, else -1 */
};

struct holders {
	struct holder *list; /* by pid, then fd */
	size_t n;
	size_t unseen; /* processes whose files could not be read */
	int errnum;    /* why not all processes could be listed, or 0 */
};

/** Look at every process but this one. Never fails: what cannot be read is counted as unseen, or
 *  told by errnum. */
void holders_collect(struct holders *h);

/** The next holder of a device's cdev at or after index @from; h->n when there is none. */
size_t holders_of_device(const struct holders *h, const char *device, const char *cdev,
			 size_t from);

/** The next holder of a group's file, or of a device opened through one; h->n when there is none.
 */
size_t holders_of_group(const struct holders *h, int group, size_t from);

/** Free the list. */
void holders_free(struct holders *h);

/** "iommufd", "cdev", "group", ... */
const char *holder_kind_name(enum holder_kind kind);

#endif
