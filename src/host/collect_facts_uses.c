/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host uses devices for: file systems, swap, network, display.
 *
 * Says no more than is needed to see what giving a device away would cost:
 * mount points that people choose and interface names that hold a MAC address
 * are left out.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/collect_facts.h"
#include "host/hostfs.h"
#include "render/doc.h"

enum { MAX_TABLE = 4 * 1024 * 1024, MAX_DEPTH = 4 };

struct uses {
	struct snapshot *snap;
	json_object *list;
};

static bool is_listed(const struct uses *u, const char *device, const char *use, const char *what)
{
	for (size_t i = 0; i < doc_len(u->list); i++) {
		json_object *obj = doc_at(u->list, i);

		if (!strcmp(doc_get_str(obj, "device", ""), device) &&
		    !strcmp(doc_get_str(obj, "use", ""), use) &&
		    !strcmp(doc_get_str(obj, "what", ""), what))
			return true;
	}
	return false;
}

static void add_use(struct uses *u, const char *device, const char *use, const char *what,
		    const char *source, const char *where)
{
	json_object *obj;

	if (is_listed(u, device, use, what))
		return;
	obj = doc_object();
	doc_add(obj, "device", doc_str(device));
	doc_add(obj, "use", doc_str(use));
	doc_add(obj, "what", doc_str(what));
	doc_add(obj, "source", doc_str(source));
	doc_add(obj, "where", doc_str(where));
	doc_push(u->list, obj);
}

/* --- block devices -------------------------------------------------------------------------- */

/* What a block device is told about: the PCI functions that it is on. */
struct block_use {
	struct uses *uses;
	const char *use, *what, *where;
};

static void block_on(const struct block_use *b, const char *sysfs_path, int depth);

/* A namespace of several controllers: each of them counts. */
static void on_nvme_subsystem(const struct block_use *b, const char *path)
{
	static const char mark[] = "/nvme-subsystem/";
	const char *at = strstr(path, mark);
	struct hostfs_dir dir;
	char name[256], link[HOSTFS_PATH], pci[64];
	const char *entry;

	at += strlen(mark);
	snprintf(name, sizeof(name), "sys/class/nvme-subsystem/%.*s", (int)strcspn(at, "/"), at);
	if (!hostfs_dir_open(b->uses->snap->fs, &dir, name))
		while ((entry = hostfs_dir_next(&dir)))
			if (!strncmp(entry, "nvme", 4) &&
			    hostfs_link_at(&dir, entry, link, sizeof(link)) > 0 &&
			    path_pci_function(link, 0, pci, sizeof(pci)))
				add_use(b->uses, pci, b->use, b->what, "proc", b->where);
	hostfs_dir_close(&dir);
}

/* Device mapper, MD: on what they are made of. */
static void on_slaves(const struct block_use *b, const char *sysfs_path, int depth)
{
	struct hostfs_dir dir;
	char path[HOSTFS_PATH];
	const char *entry;

	snprintf(path, sizeof(path), "%s/slaves", sysfs_path);
	if (!hostfs_dir_open(b->uses->snap->fs, &dir, path))
		while ((entry = hostfs_dir_next(&dir))) {
			char below[300];

			snprintf(below, sizeof(below), "sys/class/block/%s", entry);
			block_on(b, below, depth + 1);
		}
	hostfs_dir_close(&dir);
}

static void block_on(const struct block_use *b, const char *sysfs_path, int depth)
{
	char link[HOSTFS_PATH], pci[64];

	if (depth > MAX_DEPTH || hostfs_link(b->uses->snap->fs, sysfs_path, link, sizeof(link)) < 0)
		return;
	if (path_pci_function(link, 0, pci, sizeof(pci)))
		add_use(b->uses, pci, b->use, b->what, "proc", b->where);
	else if (strstr(link, "/nvme-subsystem/"))
		on_nvme_subsystem(b, link);
	else
		on_slaves(b, sysfs_path, depth);
}

/* Mount points that every system has; others may tell about people. */
static const char *mount_words(const char *point)
{
	static const struct {
		const char *point, *words;
	} known[] = {
		{ "/", "the host's root file system" },  { "/boot", "the host's /boot" },
		{ "/boot/efi", "the host's /boot/efi" }, { "/efi", "the host's /efi" },
		{ "/home", "the host's /home" },         { "/usr", "the host's /usr" },
		{ "/var", "the host's /var" },           { "/tmp", "the host's /tmp" },
		{ "/srv", "the host's /srv" },           { "/opt", "the host's /opt" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].point, point))
			return known[i].words;
	return "a mounted file system";
}

/* "36 35 98:0 /root /mount options - ext4 /dev/sda1 rw": by number, else by the source's name. */
static void mount_line(struct uses *u, char *line)
{
	char *field[5], *save = NULL, *dash = strstr(line, " - "), *type, *source;
	struct block_use b = { .uses = u, .use = "mount", .where = "/proc/self/mountinfo" };
	char path[300];

	if (!dash)
		return;
	*dash = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(field); i++) {
		field[i] = strtok_r(i ? NULL : line, " ", &save);
		if (!field[i])
			return;
	}
	type = strtok_r(dash + 3, " ", &save);
	source = type ? strtok_r(NULL, " ", &save) : NULL;
	b.what = mount_words(field[4]);
	if (strncmp(field[2], "0:", 2))
		snprintf(path, sizeof(path), "sys/dev/block/%s", field[2]);
	else if (source && !strncmp(source, "/dev/", 5))
		snprintf(path, sizeof(path), "sys/class/block/%s", hostfs_base(source));
	else
		return;
	block_on(&b, path, 0);
}

static void swap_line(struct uses *u, char *line)
{
	struct block_use b = { u, "swap", "swap space", "/proc/swaps" };
	char *save = NULL, *file = strtok_r(line, " \t", &save),
	     *type = strtok_r(NULL, " \t", &save);
	char path[300];

	if (!file || !type || strcmp(type, "partition"))
		return;
	snprintf(path, sizeof(path), "sys/class/block/%s", hostfs_base(file));
	block_on(&b, path, 0);
}

/* Each line of a table, if it can be read. */
static bool each_line(struct uses *u, const char *path, void (*line_fn)(struct uses *u, char *line))
{
	size_t len;
	char *text = hostfs_slurp(u->snap->fs, path, MAX_TABLE, &len), *save = NULL;

	if (!text)
		return false;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		line_fn(u, line);
	free(text);
	return true;
}

/* --- network ---------------------------------------------------------------------------------- */

struct interface {
	char name[32];
	char pci[64]; /* "" for one that is not on PCI */
	bool up, routed;
};

struct interfaces {
	struct interface *list;
	size_t n;
};

static struct interface *find_interface(struct interfaces *ifs, const char *name)
{
	for (size_t i = 0; i < ifs->n; i++)
		if (!strcmp(ifs->list[i].name, name))
			return &ifs->list[i];
	return NULL;
}

static void list_interfaces(struct uses *u, struct interfaces *ifs)
{
	struct hostfs_dir dir;
	const char *name;

	if (!hostfs_dir_open(u->snap->fs, &dir, "sys/class/net"))
		while ((name = hostfs_dir_next(&dir))) {
			struct interface *i;
			char link[HOSTFS_PATH], path[320], state[32];

			if (strlen(name) >= sizeof(i->name) ||
			    hostfs_link_at(&dir, name, link, sizeof(link)) < 0)
				continue;
			ifs->list = mem_grow(ifs->list, ifs->n, sizeof(*ifs->list));
			i = &ifs->list[ifs->n++];
			memset(i, 0, sizeof(*i));
			snprintf(i->name, sizeof(i->name), "%s", name);
			path_pci_function(link, 0, i->pci, sizeof(i->pci));
			snprintf(path, sizeof(path), "%s/operstate", name);
			i->up = hostfs_read_at(&dir, path, state, sizeof(state)) > 0 &&
				!strcmp(state, "up");
		}
	hostfs_dir_close(&dir);
}

/* The default route leads over an interface, or over what a bridge or bond is made of. */
static void mark_routed(struct uses *u, struct interfaces *ifs, const char *name, int depth)
{
	struct interface *i = find_interface(ifs, name);
	struct hostfs_dir dir;
	char path[64];
	const char *entry;

	if (!i || depth > MAX_DEPTH)
		return;
	i->routed = true;
	snprintf(path, sizeof(path), "sys/class/net/%s", i->name);
	if (!hostfs_dir_open(u->snap->fs, &dir, path))
		while ((entry = hostfs_dir_next(&dir)))
			if (!strncmp(entry, "lower_", 6))
				mark_routed(u, ifs, entry + 6, depth + 1);
	hostfs_dir_close(&dir);
}

static void read_routes(struct uses *u, struct interfaces *ifs)
{
	size_t len;
	char *text = hostfs_slurp(u->snap->fs, "proc/net/route", MAX_TABLE, &len), *save = NULL;

	if (!text)
		return;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char name[32], destination[16];

		if (sscanf(line, "%31s %15s", name, destination) == 2 &&
		    !strcmp(destination, "00000000"))
			mark_routed(u, ifs, name, 0);
	}
	free(text);
}

static const char *interface_words(const char *name)
{
	/* enx001122334455 is a MAC address. */
	return strncmp(name, "enx", 3) && strncmp(name, "wlx", 3) ? name : "named by its address";
}

static void network_uses(struct uses *u)
{
	struct interfaces ifs = { 0 };
	size_t up = 0, routed = 0;

	list_interfaces(u, &ifs);
	read_routes(u, &ifs);
	for (size_t i = 0; i < ifs.n; i++) {
		up += ifs.list[i].pci[0] && ifs.list[i].up;
		routed += ifs.list[i].pci[0] && ifs.list[i].routed;
	}
	for (size_t i = 0; i < ifs.n; i++) {
		const struct interface *in = &ifs.list[i];
		bool only = (in->routed && routed == 1) || (in->up && up == 1 && !routed);

		if (!in->pci[0] || (!in->up && !in->routed))
			continue;
		add_use(u, in->pci, only ? "only-network" : "network", interface_words(in->name),
			in->routed ? "proc" : "sysfs",
			in->routed ? "/proc/net/route" : "/sys/class/net/*/operstate");
	}
	free(ifs.list);
}

/* --- display ---------------------------------------------------------------------------------- */

static void display_uses(struct uses *u)
{
	for (size_t i = 0; i < u->snap->n_devices; i++) {
		const struct host_device *dev = &u->snap->devices[i];
		char path[320], value[8];

		if (!dev->has_ids || dev->class_code >> 16 != 0x03 || !device_is_pci(dev))
			continue;
		snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/boot_vga", dev->name);
		if (hostfs_read(u->snap->fs, path, value, sizeof(value)) > 0 && !strcmp(value, "1"))
			add_use(u, dev->name, "display", "console", "sysfs", "boot_vga");
	}
}

json_object *collect_facts_uses(struct snapshot *snap)
{
	struct uses u = { .snap = snap, .list = doc_list() };

	if (!each_line(&u, "proc/self/mountinfo", mount_line)) {
		json_object_put(u.list);
		return NULL;
	}
	each_line(&u, "proc/swaps", swap_line);
	network_uses(&u);
	display_uses(&u);
	return u.list;
}
