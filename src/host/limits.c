/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this process may do: limits, privileges, permissions of the device nodes. */
#include "config.h"
#include "host/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/facts.h"
#include "host/hostfs.h"
#include "render/doc.h"

/* --- limits --------------------------------------------------------------------------------- */

static json_object *limit(rlim_t v)
{
	return v == RLIM_INFINITY ? NULL : doc_uint(v);
}

static json_object *memlock(struct snapshot *snap)
{
	json_object *obj;
	struct rlimit r;

	if (getrlimit(RLIMIT_MEMLOCK, &r)) {
		facts_unread(snap, "the limit of locked memory", NULL, errno, NULL);
		return NULL;
	}
	obj = doc_object();
	doc_add(obj, "soft", limit(r.rlim_cur));
	doc_add(obj, "hard", limit(r.rlim_max));
	doc_add(obj, "soft_unlimited", doc_bool(r.rlim_cur == RLIM_INFINITY));
	doc_add(obj, "hard_unlimited", doc_bool(r.rlim_max == RLIM_INFINITY));
	return obj;
}

/* What pinned pages are counted against, unless a program asks for the other. */
static json_object *accounting(void)
{
	json_object *obj = doc_object();

	doc_add(obj, "iommufd", doc_str("user"));
	doc_add(obj, "vfio_iommu_type1", doc_str("process"));
	return obj;
}

/* A number from "Key:   123 ..." in a file below /proc. */
static bool proc_value(struct snapshot *snap, const char *path, const char *key, int base,
		       uint64_t *v)
{
	char text[16 * 1024], *hit;

	if (hostfs_read(snap->fs, path, text, sizeof(text)) < 0)
		return false;
	hit = strstr(text, key);
	if (!hit)
		return false;
	*v = strtoull(hit + strlen(key), NULL, base);
	return true;
}

/* Those that iommufd, VFIO and the sources of a report ask for. */
static json_object *capabilities(struct snapshot *snap)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} names[] = {
		{ 1, "CAP_DAC_OVERRIDE" }, { 2, "CAP_DAC_READ_SEARCH" }, { 12, "CAP_NET_ADMIN" },
		{ 14, "CAP_IPC_LOCK" },    { 17, "CAP_SYS_RAWIO" },      { 19, "CAP_SYS_PTRACE" },
		{ 21, "CAP_SYS_ADMIN" },   { 24, "CAP_SYS_RESOURCE" },   { 34, "CAP_SYSLOG" },
	};
	json_object *list;
	uint64_t set;

	if (!proc_value(snap, "proc/self/status", "CapEff:", 16, &set)) {
		facts_unread(snap, "own privileges", "/proc/self/status", errno, NULL);
		return NULL;
	}
	list = doc_list();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (set >> names[i].bit & 1)
			doc_push(list, doc_str(names[i].name));
	return list;
}

json_object *facts_limits(struct snapshot *snap)
{
	json_object *obj = doc_object();
	uint64_t kib;

	doc_add(obj, "memlock", memlock(snap));
	doc_add(obj, "accounting", accounting());
	doc_add(obj, "memory_total",
		proc_value(snap, "proc/meminfo", "MemTotal:", 10, &kib) && kib < UINT64_MAX / 1024
			? doc_uint(kib * 1024)
			: NULL);
	doc_add(obj, "uid", doc_uint(geteuid()));
	doc_add(obj, "capabilities", capabilities(snap));
	return obj;
}

/* --- device nodes ---------------------------------------------------------------------------- */

static json_object *node(struct snapshot *snap, const char *path)
{
	json_object *obj = doc_object();
	struct passwd *owner;
	struct group *group;
	struct stat st;

	doc_add(obj, "path", doc_str(path));
	if (stat(path, &st)) {
		if (errno != ENOENT)
			facts_unread(snap, "a device node", path, errno, NULL);
		doc_add(obj, "exists", errno == ENOENT ? doc_bool(false) : NULL);
		return obj;
	}
	owner = getpwuid(st.st_uid);
	group = getgrgid(st.st_gid);
	doc_add(obj, "exists", doc_bool(true));
	doc_add(obj, "mode", doc_printf("%04o", (unsigned int)(st.st_mode & 07777)));
	doc_add(obj, "uid", doc_uint(st.st_uid));
	doc_add(obj, "gid", doc_uint(st.st_gid));
	doc_add(obj, "owner", doc_str(owner ? owner->pw_name : NULL));
	doc_add(obj, "group", doc_str(group ? group->gr_name : NULL));
	doc_add(obj, "usable", doc_bool(!faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS)));
	return obj;
}

static int no_dots(const struct dirent *e)
{
	return e->d_name[0] != '.' && strcmp(e->d_name, "devices") && strcmp(e->d_name, "vfio");
}

static void add_folder(struct snapshot *snap, json_object *list, const char *folder)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, no_dots, versionsort);

	if (n < 0 && errno != ENOENT)
		facts_unread(snap, "nodes of VFIO devices", folder, errno,
			     errno == EACCES ? "root" : NULL);
	for (int i = 0; i < n; i++) {
		char *path = mem_printf("%s/%s", folder, entries[i]->d_name);

		doc_push(list, node(snap, path));
		free(path);
		free(entries[i]);
	}
	free(entries);
}

json_object *facts_nodes(struct snapshot *snap)
{
	json_object *list = doc_list();

	doc_push(list, node(snap, "/dev/iommu"));
	doc_push(list, node(snap, "/dev/vfio/vfio"));
	add_folder(snap, list, "/dev/vfio");
	add_folder(snap, list, "/dev/vfio/devices");
	return list;
}
