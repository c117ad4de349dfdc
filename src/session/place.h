/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the sockets of sessions are, and what a session may be called.
 */
#ifndef IOMMUCTL_SESSION_PLACE_H
#define IOMMUCTL_SESSION_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#define SESSION_SUFFIX ".sock"

enum { SESSION_NAME_MAX = 64 };

/**
 * place_folder() - the private folder of this user's sessions
 * @create: make it when it is not there
 *
 * $XDG_RUNTIME_DIR/iommuctl where that belongs to this user, else
 * /run/iommuctl for root and /run/user/UID/iommuctl for others. The folder must
 * belong to this user and be closed to others. Returns an open descriptor of
 * it and its path (to be freed), or -1: reported, or, without @create and with
 * no such folder, silently with errno ENOENT.
 */
int place_folder(bool create, char **path);

/** True for a name: letters, digits, '.', '_', '-', not beginning with '.' or '-'. */
bool place_is_name(const char *name);

/** Report a name that is none. Returns STATUS_TROUBLE. */
int place_refuse_name(const char *name);

/** The socket of NAME, or PATH itself (what has a slash): to be freed. NULL: reported. */
char *place_socket(const char *where);

/** The name of a session from the path of its socket: to be freed. */
char *place_name(const char *path);

/**
 * place_address() - the address of @name in the folder @dir
 *
 * Goes through /proc/self/fd, so the length of the path does not matter.
 * Returns the size for bind() and connect().
 */
socklen_t place_address(int dir, const char *name, struct sockaddr_un *addr);

#endif
