/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the sockets of sessions are: the folder, names, addresses. */
#include "config.h"
#include "session/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

/* After sudo the variable may still name the folder of another user. */
static bool belongs_to_us(const char *dir)
{
	struct stat st;

	return dir && *dir == '/' && !stat(dir, &st) && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid();
}

static char *folder_path(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (belongs_to_us(runtime))
		return mem_printf("%s/iommuctl", runtime);
	if (geteuid() == 0)
		return mem_strdup("/run/iommuctl");
	return mem_printf("/run/user/%u/iommuctl", (unsigned int)geteuid());
}

static int refuse_folder(const char *path, int errnum, const char *cause)
{
	err_report(errnum, path, cause,
		   "set XDG_RUNTIME_DIR to a folder that belongs to you and is closed to others",
		   "cannot use '%s' for sessions", path);
	return -1;
}

static int check_folder(const char *path, int dir)
{
	struct stat st;

	if (fstat(dir, &st))
		return refuse_folder(path, errno, NULL);
	if (st.st_uid != geteuid())
		return refuse_folder(path, 0, "it belongs to another user");
	if (st.st_mode & 077)
		return refuse_folder(path, 0, "others can enter it: its mode has to be 0700");
	return dir;
}

int place_folder(bool create, char **path)
{
	int dir;

	*path = folder_path();
	if (create && mkdir(*path, 0700) && errno != EEXIST) {
		dir = refuse_folder(*path, errno, NULL);
	} else {
		dir = open(*path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (dir < 0 && (create || errno != ENOENT))
			refuse_folder(*path, errno, NULL);
	}
	if (dir >= 0 && check_folder(*path, dir) < 0) {
		close(dir);
		errno = EPERM;
		dir = -1;
	}
	if (dir >= 0)
		return dir;
	free(*path);
	*path = NULL;
	return -1;
}

bool place_is_name(const char *name)
{
	size_t n =
		strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

	return n && !name[n] && n <= SESSION_NAME_MAX && *name != '.' && *name != '-';
}

int place_refuse_name(const char *name)
{
	return err_input(name, NULL,
			 "'%s' is no name of a session: up to %d letters, digits, '.', '_' and '-'",
			 name, SESSION_NAME_MAX);
}

char *place_socket(const char *where)
{
	char *folder, *path;

	if (strchr(where, '/'))
		return mem_strdup(where);
	if (!place_is_name(where)) {
		place_refuse_name(where);
		return NULL;
	}
	folder = folder_path();
	path = mem_printf("%s/%s" SESSION_SUFFIX, folder, where);
	free(folder);
	return path;
}

char *place_name(const char *path)
{
	const char *base = strrchr(path, '/');
	size_t len;

	base = base ? base + 1 : path;
	len = strlen(base);
	if (len > strlen(SESSION_SUFFIX) &&
	    !strcmp(base + len - strlen(SESSION_SUFFIX), SESSION_SUFFIX))
		len -= strlen(SESSION_SUFFIX);
	return mem_strndup(base, len);
}

socklen_t place_address(int dir, const char *name, struct sockaddr_un *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	/* Names are bounded (SESSION_NAME_MAX), so this fits. */
	snprintf(addr->sun_path, sizeof(addr->sun_path), "/proc/self/fd/%d/%.80s", dir, name);
	return (socklen_t)sizeof(*addr);
}
