/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading a snapshot from a saved document: a report, or the output of
 * `list --json`.
 *
 * The file comes from somebody else. Devices, groups and IOMMUs are taken from
 * it one by one, each checked against a table of its members; a member of a
 * wrong type is refused with its place. A document of a newer schema is read
 * as far as it is known. Nothing in it can refer to what is not in it.
 */
#include "config.h"
#include "host/load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/filekind.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "host/arena.h"
#include "host/hwinfo_doc.h"
#include "host/index.h"
#include "host/strict_json.h"
#include "klog/reader.h"
#include "render/doc.h"

enum {
	MAX_FILE = 512 * 1024 * 1024,
	SCHEMA_MAJOR = 1, /* of DOC_SCHEMA */
};

/* --- what the lists hold ------------------------------------------------------------------- */

enum member_type {
	MEMBER_STRING = 1 << 0,
	MEMBER_HEX = 1 << 1, /* "0x..." of at most 16 digits */
	MEMBER_COUNT = 1 << 2,
	MEMBER_BOOL = 1 << 3,
	MEMBER_LIST = 1 << 4,
	MEMBER_OBJECT = 1 << 5,
	MEMBER_BYTES = 1 << 6, /* pairs of hex digits */
	MEMBER_NULL = 1 << 7,  /* may be null */
	MEMBER_NEEDED = 1 << 8,
};

struct member {
	const char *key;
	unsigned int type;
};

static const struct member iommu_members[] = {
	{ "name", MEMBER_STRING | MEMBER_NEEDED },
	{ "type", MEMBER_STRING | MEMBER_NULL },
	{ "source", MEMBER_STRING | MEMBER_NULL },
	{ "registers", MEMBER_OBJECT | MEMBER_NULL },
	{ "address", MEMBER_HEX | MEMBER_NULL },
	{ "domains_supported", MEMBER_COUNT | MEMBER_NULL },
	{ NULL, 0 },
};

static const struct member range_members[] = {
	{ "start", MEMBER_HEX | MEMBER_NEEDED },
	{ "end", MEMBER_HEX | MEMBER_NEEDED },
	{ "type", MEMBER_STRING | MEMBER_NULL },
	{ NULL, 0 },
};

static const struct member group_members[] = {
	{ "id", MEMBER_COUNT | MEMBER_NEEDED },
	{ "type", MEMBER_STRING | MEMBER_NULL },
	{ "reserved", MEMBER_LIST | MEMBER_NULL },
	{ NULL, 0 },
};

static const struct member device_members[] = {
	{ "name", MEMBER_STRING | MEMBER_NEEDED },
	{ "bus", MEMBER_STRING | MEMBER_NULL },
	{ "vendor", MEMBER_HEX | MEMBER_NULL },
	{ "device", MEMBER_HEX | MEMBER_NULL },
	{ "subsystem_vendor", MEMBER_HEX | MEMBER_NULL },
	{ "subsystem_device", MEMBER_HEX | MEMBER_NULL },
	{ "class", MEMBER_HEX | MEMBER_NULL },
	{ "class_name", MEMBER_STRING | MEMBER_NULL },
	{ "vendor_name", MEMBER_STRING | MEMBER_NULL },
	{ "device_name", MEMBER_STRING | MEMBER_NULL },
	{ "driver", MEMBER_STRING | MEMBER_NULL },
	{ "iommu", MEMBER_STRING | MEMBER_NULL },
	{ "group", MEMBER_COUNT | MEMBER_NULL },
	{ "cdev", MEMBER_STRING | MEMBER_NULL },
	{ "hw_info", MEMBER_OBJECT | MEMBER_NULL },
	{ "hw_info_why", MEMBER_STRING | MEMBER_NULL },
	{ NULL, 0 },
};

static const struct member hw_info_members[] = {
	{ "data_type", MEMBER_COUNT | MEMBER_NEEDED },
	{ "data_len", MEMBER_COUNT | MEMBER_NEEDED },
	{ "data", MEMBER_BYTES | MEMBER_NEEDED },
	{ "capabilities", MEMBER_HEX | MEMBER_NULL },
	{ "max_pasid_log2", MEMBER_COUNT | MEMBER_NULL },
	{ NULL, 0 },
};

/* --- loading ---------------------------------------------------------------------------------- */

struct loader {
	struct snapshot *snap;
	struct index words, iommus, groups, devices;
	const char **word_list;
	size_t n_words;
	const char **iommu_of; /* one per device: names, resolved when all IOMMUs are known */

	/* The first member of a wrong type. */
	bool wrong;
	size_t wrong_at;
	char wrong_what[192];
};

static bool is_bytes(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF");

	return !s[n] && n % 2 == 0;
}

static bool is_hex_number(json_object *value)
{
	const char *s = json_object_get_string(value);
	size_t n = strncmp(s, "0x", 2) ? 0 : strspn(s + 2, "0123456789abcdefABCDEF");

	return n >= 1 && n <= 16 && !s[n + 2];
}

static bool has_type(json_object *value, unsigned int type)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		return type & MEMBER_NULL;
	case json_type_boolean:
		return type & MEMBER_BOOL;
	case json_type_int:
		return (type & MEMBER_COUNT) && json_object_get_int64(value) >= 0;
	case json_type_array:
		return type & MEMBER_LIST;
	case json_type_object:
		return type & MEMBER_OBJECT;
	case json_type_string:
		if (type & MEMBER_HEX)
			return is_hex_number(value);
		if (type & MEMBER_BYTES)
			return is_bytes(json_object_get_string(value));
		return type & MEMBER_STRING;
	default:
		return false;
	}
}

static const char *type_words(unsigned int type)
{
	static const struct {
		enum member_type type;
		const char *words;
	} table[] = {
		{ MEMBER_STRING, "a string" },
		{ MEMBER_HEX, "a number in hex (\"0x...\")" },
		{ MEMBER_COUNT, "a number that is not negative" },
		{ MEMBER_BOOL, "true or false" },
		{ MEMBER_LIST, "a list" },
		{ MEMBER_OBJECT, "an object" },
		{ MEMBER_BYTES, "bytes in hex" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (type & table[i].type)
			return table[i].words;
	return "something else";
}

static void complain(struct loader *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void complain(struct loader *l, const char *fmt, ...)
{
	va_list ap;

	if (l->wrong)
		return;
	l->wrong = true;
	va_start(ap, fmt);
	vsnprintf(l->wrong_what, sizeof(l->wrong_what), fmt, ap);
	va_end(ap);
}

/* True when everything that is known of @obj is as it must be. */
static bool check_members(struct loader *l, const char *what, json_object *obj,
			  const struct member *members)
{
	bool good = true;

	if (!json_object_is_type(obj, json_type_object)) {
		complain(l, "an element of \"%s\" is no object", what);
		return false;
	}
	for (const struct member *m = members; m->key; m++) {
		json_object *value;

		if (!json_object_object_get_ex(obj, m->key, &value)) {
			if (!(m->type & MEMBER_NEEDED))
				continue;
			complain(l, "an element of \"%s\" has no \"%s\"", what, m->key);
		} else if (has_type(value, m->type)) {
			continue;
		} else {
			complain(l, "\"%s\" of an element of \"%s\" must be %s", m->key, what,
				 type_words(m->type));
			json_object_object_del(obj, m->key);
		}
		good &= !(m->type & MEMBER_NEEDED);
	}
	return good;
}

static const char *word(struct loader *l, json_object *obj, const char *key)
{
	const char *s = doc_get_str(obj, key, NULL);
	size_t at;

	if (!s)
		return NULL;
	if (index_get(&l->words, s, &at))
		return l->word_list[at];
	l->word_list = mem_grow(l->word_list, l->n_words, sizeof(*l->word_list));
	l->word_list[l->n_words] = arena_strdup(l->snap->arena, s);
	index_put(&l->words, l->word_list[l->n_words], l->n_words);
	return l->word_list[l->n_words++];
}

static void load_registers(struct host_iommu *iommu, json_object *registers)
{
	if (!json_object_is_type(registers, json_type_object))
		return;
	json_object_object_foreach(registers, name, reg)
	{
		uint64_t v;

		if (doc_get_hex(reg, "value", &v))
			reg_set_put(&iommu->regs, name, v);
	}
}

static void load_iommu(struct loader *l, json_object *obj)
{
	struct host_iommu *iommu = snapshot_add_iommu(l->snap, doc_get_str(obj, "name", ""));

	if (!index_put(&l->iommus, iommu->name, l->snap->n_iommus - 1))
		complain(l, "a second IOMMU has the name \"%s\"", iommu->name);
	if (doc_get_str(obj, "type", NULL)) {
		iommu->driver_type = word(l, obj, "type");
		iommu->regs.arch = arch_find(iommu->driver_type);
	}
	load_registers(iommu, doc_get(obj, "registers"));
	iommu->regs_from = fact_source_find(doc_get_str(obj, "source", NULL));
	iommu->has_address = doc_get_hex(obj, "address", &iommu->address);
	iommu->domains_supported = doc_get_int(obj, "domains_supported", -1);
}

static void load_reserved(struct loader *l, struct host_group *group, json_object *list)
{
	size_t n = doc_len(list);

	group->reserved_known = json_object_is_type(list, json_type_array);
	group->reserved = arena_alloc(l->snap->arena, n * sizeof(*group->reserved));
	for (size_t i = 0; i < n; i++) {
		struct host_range *r = &group->reserved[group->n_reserved];
		json_object *range = doc_at(list, i);

		if (!check_members(l, "reserved", range, range_members))
			continue;
		doc_get_hex(range, "start", &r->start);
		doc_get_hex(range, "end", &r->end);
		r->type = word(l, range, "type");
		group->n_reserved++;
	}
}

static int small_int(json_object *obj, const char *key)
{
	int64_t v = doc_get_int(obj, key, -1);

	return v < 0 || v > INT32_MAX ? -1 : (int)v;
}

static void load_group(struct loader *l, json_object *obj)
{
	int id = small_int(obj, "id");
	struct host_group *group;
	char text[16];

	if (id < 0) {
		complain(l, "the id of a group is out of range");
		return;
	}
	snprintf(text, sizeof(text), "%d", id);
	if (!index_put(&l->groups, arena_strdup(l->snap->arena, text), 0))
		complain(l, "a second group has the id %d", id);
	group = snapshot_add_group(l->snap, id);
	group->type = word(l, obj, "type");
	load_reserved(l, group, doc_get(obj, "reserved"));
}

/* An id of at most @limit: what is wider would be the id of something else when it is cut. */
static bool get_id(struct loader *l, json_object *obj, const char *key, uint64_t limit,
		   uint64_t *id)
{
	if (!doc_get_hex(obj, key, id))
		return false;
	if (*id > limit)
		complain(l, "the %s of a device, 0x%" PRIx64 ", is out of range", key, *id);
	return *id <= limit;
}

static void load_ids(struct loader *l, struct host_device *dev, json_object *obj)
{
	uint64_t vendor, device, class, v;

	dev->has_ids = get_id(l, obj, "vendor", UINT16_MAX, &vendor) &&
		       get_id(l, obj, "device", UINT16_MAX, &device) &&
		       get_id(l, obj, "class", 0xffffff, &class);
	if (!dev->has_ids)
		return;
	dev->vendor = (uint16_t)vendor;
	dev->device = (uint16_t)device;
	dev->class_code = (uint32_t) class;
	if (get_id(l, obj, "subsystem_vendor", UINT16_MAX, &v))
		dev->subvendor = (uint16_t)v;
	if (get_id(l, obj, "subsystem_device", UINT16_MAX, &v))
		dev->subdevice = (uint16_t)v;
}

static void load_hw_info(struct loader *l, struct host_device *dev, json_object *obj)
{
	if (obj && check_members(l, "hw_info", obj, hw_info_members))
		hw_info_load(l->snap, dev, obj);
}

static void load_device(struct loader *l, json_object *obj)
{
	const char *bus = word(l, obj, "bus");
	struct host_device *dev;

	dev = snapshot_add_device(l->snap, bus ? bus : "unknown", doc_get_str(obj, "name", ""));
	if (!index_put(&l->devices, dev->name, 0))
		complain(l, "a second device has the name \"%s\"", dev->name);
	load_ids(l, dev, obj);
	dev->group = small_int(obj, "group");
	dev->driver = word(l, obj, "driver");
	dev->cdev = word(l, obj, "cdev");
	dev->class_name = word(l, obj, "class_name");
	dev->vendor_name = word(l, obj, "vendor_name");
	dev->device_name = word(l, obj, "device_name");
	dev->hw_info_why = word(l, obj, "hw_info_why");
	load_hw_info(l, dev, doc_get(obj, "hw_info"));
	l->iommu_of = mem_grow(l->iommu_of, l->snap->n_devices - 1, sizeof(*l->iommu_of));
	l->iommu_of[l->snap->n_devices - 1] = word(l, obj, "iommu");
}

static const struct {
	const char *key;
	const struct member *members;
	void (*load)(struct loader *l, json_object *obj);
} lists[] = {
	{ "iommus", iommu_members, load_iommu },
	{ "groups", group_members, load_group },
	{ "devices", device_members, load_device },
};

static bool take_element(void *ctx, const char *key, json_object *value, size_t offset)
{
	struct loader *l = ctx;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		if (strcmp(key, lists[i].key))
			continue;
		if (!l->wrong)
			l->wrong_at = offset;
		if (check_members(l, key, value, lists[i].members))
			lists[i].load(l, value);
		return true;
	}
	return false;
}

/* The lists come in any order: whose IOMMU it is, is known at the end. */
static void resolve_iommus(struct loader *l)
{
	for (size_t i = 0; i < l->snap->n_devices; i++) {
		size_t at;

		if (l->iommu_of[i] && index_get(&l->iommus, l->iommu_of[i], &at))
			l->snap->devices[i].iommu = (int)at;
	}
}

/* --- the document ---------------------------------------------------------------------------- */

/* The number behind "iommuctl/", or -1. */
static long schema_major(json_object *doc)
{
	const char *schema = doc_get_str(doc, "schema", "");
	char *end;
	long major;

	if (strncmp(schema, "iommuctl/", strlen("iommuctl/")))
		return -1;
	schema += strlen("iommuctl/");
	major = strtol(schema, &end, 10);
	return *schema >= '0' && *schema <= '9' && !*end ? major : -1;
}

static bool check_document(const char *path, const char *text, const struct loader *l,
			   json_object *doc)
{
	long major = schema_major(doc);
	size_t line, column;

	if (major < 0) {
		err_input(path, "iommuctl report", "'%s' is no saved machine: it has no \"schema\"",
			  path);
		return false;
	}
	if (!json_object_is_type(doc_get(doc, "devices"), json_type_array)) {
		err_input(path, "iommuctl report",
			  "'%s' is no saved machine: it has no list of devices", path);
		return false;
	}
	if (major > SCHEMA_MAJOR) {
		err_note("'%s' has the schema iommuctl/%ld, newer than this program: what it does "
			 "not know is left out",
			 path, major);
		return true;
	}
	if (!l->wrong)
		return true;
	strict_json_place(text, l->wrong_at, &line, &column);
	err_input(path, NULL, "'%s' cannot be used: line %zu, column %zu (byte %zu): %s", path,
		  line, column, l->wrong_at, l->wrong_what);
	return false;
}

static const char *const known_keys[] = { "schema", "command", "source",  "state", "state_evidence",
					  "iommus", "groups",  "devices", "errors" };

static void fill_snapshot(struct loader *l, json_object *doc)
{
	json_object *source = doc_get(doc, "source");

	l->snap->kernel = word(l, source, "kernel");
	l->snap->machine = word(l, source, "machine");
	l->snap->state = iommu_state_find(doc_get_str(doc, "state", NULL));
	l->snap->state_evidence = word(l, doc, "state_evidence");
	resolve_iommus(l);
	snapshot_finish(l->snap);
	for (size_t i = 0; i < ARRAY_SIZE(known_keys); i++)
		json_object_object_del(doc, known_keys[i]);
	l->snap->extra = json_object_get(doc);
}

/* Something else altogether, or a report that was damaged. */
static void say_unreadable(const char *path, const char *text, size_t len,
			   const struct strict_json_error *e)
{
	const struct filekind *kind = filekind_of(text, len);

	if (!len)
		err_input(path, "iommuctl report",
			  "'%s' is empty: no report, or one that was cut short", path);
	else if (kind)
		err_input(path, kind->next, "'%s' is no saved machine: it is %s", path, kind->what);
	else
		err_input(path, e->offset ? NULL : "iommuctl report; logs: iommuctl decode",
			  "'%s' cannot be read: line %zu, column %zu (byte %zu): %s%s", path,
			  e->line, e->column, e->offset, e->what,
			  e->cut_short ? ": it is cut short" : "");
}

static bool load_text(const char *path, const char *text, size_t len, struct loader *l)
{
	struct strict_json_error e;
	json_object *doc = strict_json_parse(text, len, take_element, l, &e);
	bool good;

	if (!doc) {
		say_unreadable(path, text, len, &e);
		return false;
	}
	good = check_document(path, text, l, doc);
	if (good)
		fill_snapshot(l, doc);
	json_object_put(doc);
	return good;
}

/* --- the file ------------------------------------------------------------------------------ */

/* Decompressed if need be. NULL when it cannot be read; that was reported. */
static char *read_all(struct klog_reader *r, const char *path, size_t *len)
{
	size_t size = 64 * 1024;
	char *buf = mem_alloc(size);
	ssize_t n = 0;

	*len = 0;
	while (*len < MAX_FILE && (n = klog_reader_read(r, buf + *len, size - *len)) > 0) {
		*len += (size_t)n;
		if (*len < size)
			continue;
		size *= 2;
		buf = mem_realloc(buf, size, 1);
	}
	if (*len >= MAX_FILE)
		err_input(path, NULL, "'%s' is larger than %d MiB", path, MAX_FILE >> 20);
	if (n >= 0 && *len < MAX_FILE)
		return buf;
	free(buf);
	return NULL;
}

int snapshot_load_text(const char *name, const char *text, size_t len, struct snapshot **out)
{
	struct loader l = { .snap = snapshot_new(SNAPSHOT_FILE, name) };
	/* The mark that some editors put before UTF-8. */
	size_t mark = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
	bool good = load_text(name, text + mark, len - mark, &l);

	if (good)
		*out = l.snap;
	else
		snapshot_free(l.snap);
	index_free(&l.words);
	index_free(&l.iommus);
	index_free(&l.groups);
	index_free(&l.devices);
	free(l.word_list);
	free(l.iommu_of);
	return good ? STATUS_OK : STATUS_TROUBLE;
}

int snapshot_load_reader(struct klog_reader *r, const char *name, struct snapshot **out)
{
	size_t len;
	char *text;
	int status;

	sandbox_enter();
	text = read_all(r, name, &len);
	if (!text)
		return STATUS_TROUBLE;
	status = snapshot_load_text(name, text, len, out);
	free(text);
	return status;
}

/* Returns a descriptor, or -1 after reporting. */
static int open_file(const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : STDIN_FILENO;
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && S_ISDIR(st.st_mode)) {
		close(fd);
		fd = -1;
		errno = EISDIR;
	}
	if (fd < 0)
		err_input(path, errno == EISDIR ? "--sysroot=DIR, for a copied tree" : NULL,
			  "cannot read '%s': %s", path, strerror(errno));
	return fd;
}

int snapshot_load(const char *path, struct snapshot **out)
{
	int fd = open_file(path), status = STATUS_TROUBLE;
	struct klog_reader *r = fd < 0 ? NULL : klog_reader_open(fd, path);

	if (r) {
		status = snapshot_load_reader(r, path, out);
		klog_reader_close(r);
	}
	if (fd > STDIN_FILENO)
		close(fd);
	return status;
}
