/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Launching a session: an iommufd, a socket, a keeper.
 */
#ifndef IOMMUCTL_SESSION_LAUNCH_H
#define IOMMUCTL_SESSION_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

struct launch {
	const char *name;    /* NULL: the number of this process */
	const char *iommufd; /* --iommufd: FD or systemd:NAME, NULL: open /dev/iommu */
	unsigned int idle;   /* seconds, 0 never */
	bool with_caller;    /* end when this process does */
};

struct launched {
	char *name, *path;
	pid_t keeper;
	bool adopted;
};

/** Start a keeper. Returns an exit status; everything is reported. On STATUS_OK @out is filled in
 *  and launched_free() frees it. */
int launch_session(const struct launch *plan, struct launched *out);

/** Remove the socket that a killed keeper has left. @path: with a slash, as place_socket() returns
 * it. False: there is none, or it cannot be removed; nothing is reported. */
bool launch_remove_stale(const char *path);

/** Free the strings; the keeper goes on. */
void launched_free(struct launched *l);

/**
 * launch_given_iommufd() - the descriptor that --iommufd names
 * @word: a number, or systemd:NAME
 * @fd: receives it; it stays with whoever started this program
 *
 * Checked to be an iommufd. Returns an exit status; everything is reported.
 */
int launch_given_iommufd(const char *word, int *fd);

/** Open /dev/iommu. Returns a descriptor or -1: reported. */
int launch_open_iommufd(void);

#endif
