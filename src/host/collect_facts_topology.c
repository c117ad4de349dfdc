/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which PCI function is behind which, from the paths of sysfs. */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "host/collect_facts.h"
#include "host/hostfs.h"
#include "render/doc.h"

/* "0000:03:00.0", domain of four digits or more. */
static bool is_pci_address(const char *s, size_t len)
{
	static const char tail[] = ":xx:xx.x";
	size_t n = strlen(tail);

	if (len < 4 + n)
		return false;
	for (size_t i = 0; i < len; i++) {
		char want = i < len - n ? 'x' : tail[i - (len - n)];

		if (want == 'x' ? !isxdigit((unsigned char)s[i]) : s[i] != want)
			return false;
	}
	return true;
}

bool path_pci_function(const char *path, unsigned int skip, char *buf, size_t size)
{
	const char *end = path + strlen(path);

	while (end > path) {
		const char *start = end;

		while (start > path && start[-1] != '/')
			start--;
		if (is_pci_address(start, (size_t)(end - start)) && !skip--) {
			size_t len = (size_t)(end - start);

			if (len >= size)
				return false;
			memcpy(buf, start, len);
			buf[len] = '\0';
			return true;
		}
		end = start > path ? start - 1 : path;
	}
	return false;
}

json_object *collect_facts_topology(struct snapshot *snap)
{
	struct hostfs_dir dir;
	json_object *list = NULL;

	if (hostfs_dir_open(snap->fs, &dir, "sys/bus/pci/devices")) {
		hostfs_dir_close(&dir);
		return NULL;
	}
	list = doc_list();
	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_device *dev = &snap->devices[i];
		char path[HOSTFS_PATH], parent[64];
		json_object *obj;

		if (!device_is_pci(dev) || hostfs_link_at(&dir, dev->name, path, sizeof(path)) < 0)
			continue;
		obj = doc_object();
		doc_add(obj, "device", doc_str(dev->name));
		doc_add(obj, "parent",
			path_pci_function(path, 1, parent, sizeof(parent)) ? doc_str(parent)
									   : NULL);
		doc_push(list, obj);
	}
	hostfs_dir_close(&dir);
	return list;
}
