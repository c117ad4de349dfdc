/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names from the hardware database of udev (hwdb.bin): a trie over patterns.
 *
 * The patterns of PCI names are known to the letter ("pci:v00008086*"), so the
 * trie is walked with the pattern itself instead of being matched against a
 * device. All offsets and counts of the file are checked.
 */
#include "config.h"
#include "host/names.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct hwdb {
	const unsigned char *data;
	uint64_t size;
	uint64_t node_size, child_size, value_size, root;
};

/* A little-endian word; 0 outside the file. */
static uint64_t word(const struct hwdb *db, uint64_t at)
{
	uint64_t v = 0;

	if (at > db->size || db->size - at < 8)
		return 0;
	for (unsigned int i = 8; i--;)
		v = v << 8 | db->data[at + i];
	return v;
}

/* A string of the file; empty when it does not end there. */
static const char *string(const struct hwdb *db, uint64_t at)
{
	if (at >= db->size || !memchr(db->data + at, '\0', (size_t)(db->size - at)))
		return "";
	return (const char *)(db->data + at);
}

/* The child of the node at @node behind letter @c, or 0. */
static uint64_t child(const struct hwdb *db, uint64_t node, unsigned char c)
{
	unsigned int n = node + 8 < db->size ? db->data[node + 8] : 0;

	for (unsigned int i = 0; i < n; i++) {
		uint64_t at = node + db->node_size + i * db->child_size;

		if (at < db->size && db->data[at] == c)
			return word(db, at + 8);
	}
	return 0;
}

/* The value of @key at the node, or NULL. Keys are stored behind a space. */
static const char *value(const struct hwdb *db, uint64_t node, const char *key)
{
	unsigned int children = node + 8 < db->size ? db->data[node + 8] : 0;
	uint64_t n = word(db, node + 16), at = node + db->node_size + children * db->child_size;

	/* There are a few; a count beyond that is not to be believed. */
	for (uint64_t i = 0; i < n && i < 4096; i++, at += db->value_size) {
		const char *k = string(db, word(db, at));

		if (*k == ' ' && !strcmp(k + 1, key))
			return string(db, word(db, at + 8));
	}
	return NULL;
}

static const char *lookup(const struct hwdb *db, const char *pattern, const char *key)
{
	uint64_t node = db->root;

	/* Each step takes a letter of the pattern, so this ends. */
	while (node && node < db->size) {
		const char *prefix = string(db, word(db, node));
		size_t n = strlen(prefix);

		if (strncmp(pattern, prefix, n))
			return NULL;
		pattern += n;
		if (!*pattern)
			return value(db, node, key);
		node = child(db, node, (unsigned char)*pattern++);
	}
	return NULL;
}

static void name_all(const struct hwdb *db, const struct name_wants *wants,
		     const struct id_set *set, const char *key,
		     void (*pattern)(uint32_t id, char *buf, size_t size))
{
	char buf[64];

	for (size_t i = 0; i < set->size; i++) {
		const char *name;

		if (!set->slots[i].used)
			continue;
		pattern(set->slots[i].id, buf, sizeof(buf));
		name = lookup(db, buf, key);
		if (name)
			id_set_name(set, wants->arena, set->slots[i].id, name, strlen(name));
	}
}

static void vendor_pattern(uint32_t id, char *buf, size_t size)
{
	snprintf(buf, size, "pci:v%08X*", id);
}

static void device_pattern(uint32_t id, char *buf, size_t size)
{
	snprintf(buf, size, "pci:v%08Xd%08X*", id >> 16, id & 0xffff);
}

static void class_pattern(uint32_t id, char *buf, size_t size)
{
	snprintf(buf, size, "pci:v*d*sv*sd*bc%02Xsc%02X*", id >> 8, id & 0xff);
}

static bool open_map(const char *path, struct hwdb *db)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st = { 0 };
	void *map = MAP_FAILED;

	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 80)
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return false;
	db->data = map;
	db->size = (uint64_t)st.st_size;
	return true;
}

/* Sizes of the parts of a node; newer files may have bigger ones. */
static bool read_header(struct hwdb *db)
{
	db->node_size = word(db, 32);
	db->child_size = word(db, 40);
	db->value_size = word(db, 48);
	db->root = word(db, 56);
	return !memcmp(db->data, "KSLPHHRH", 8) && db->node_size >= 24 && db->node_size < 4096 &&
	       db->child_size >= 16 && db->child_size < 4096 && db->value_size >= 16 &&
	       db->value_size < 4096;
}

bool names_from_hwdb(const char *path, const struct name_wants *wants)
{
	struct hwdb db = { 0 };
	bool good;

	if (!open_map(path, &db))
		return false;
	good = read_header(&db);
	if (good) {
		name_all(&db, wants, &wants->vendors, "ID_VENDOR_FROM_DATABASE", vendor_pattern);
		name_all(&db, wants, &wants->devices, "ID_MODEL_FROM_DATABASE", device_pattern);
		name_all(&db, wants, &wants->classes, "ID_PCI_SUBCLASS_FROM_DATABASE",
			 class_pattern);
	}
	munmap((void *)(uintptr_t)db.data, (size_t)db.size);
	return good;
}
