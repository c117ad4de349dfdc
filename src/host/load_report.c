/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading a snapshot from a saved document: a report, or the output of
 * `list --json`.
 *
 * The file comes from somebody else: every type is checked, what is not known
 * is left unknown, and nothing in it can refer to what is not in it.
 */
#include "config.h"
#include "host/load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "host/arena.h"
#include "host/index.h"
#include "render/doc.h"

enum { MAX_FILE = 512 * 1024 * 1024 };

/* --- the file ------------------------------------------------------------------------------ */

static char *read_all(int fd, size_t *len)
{
	size_t size = 64 * 1024;
	char *buf = mem_alloc(size);
	ssize_t n;

	for (*len = 0; (n = read(fd, buf + *len, size - *len - 1)) != 0;) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0)
			*len += (size_t)n;
		if (*len >= MAX_FILE)
			errno = EFBIG;
		if (n < 0 || *len >= MAX_FILE) {
			free(buf);
			return NULL;
		}
		if (size - *len < 4096) {
			size *= 2;
			buf = mem_realloc(buf, size, 1);
		}
	}
	buf[*len] = '\0';
	return buf;
}

static char *read_file(const char *path, size_t *len)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : STDIN_FILENO;
	char *text = fd < 0 ? NULL : read_all(fd, len);

	if (!text)
		err_input(path, NULL, "cannot read '%s': %s", path, strerror(errno));
	if (fd > STDIN_FILENO)
		close(fd);
	return text;
}

static json_object *parse(const char *path, const char *text, size_t len)
{
	json_tokener *tok = json_tokener_new();
	json_object *doc = NULL;
	size_t at;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* The terminator is part of what is parsed: it ends a number at the very end. */
	doc = json_tokener_parse_ex(tok, text, (int)len + 1);
	at = json_tokener_get_parse_end(tok);
	if (!doc)
		err_input(path, NULL, "'%s' is no JSON: %s at byte %zu", path,
			  json_tokener_error_desc(json_tokener_get_error(tok)), at);
	json_tokener_free(tok);
	return doc;
}

static bool check_schema(const char *path, json_object *doc)
{
	const char *schema = doc_get_str(doc, "schema", "");

	if (!strncmp(schema, "iommuctl/", strlen("iommuctl/")) &&
	    json_object_is_type(doc_get(doc, "devices"), json_type_array))
		return true;
	err_input(path, "iommuctl list --json", "'%s' is no saved machine: it has no %s", path,
		  *schema ? "list of devices" : "\"schema\"");
	return false;
}

/* --- its lists ------------------------------------------------------------------------------- */

struct loader {
	struct snapshot *snap;
	struct index words, iommus;
	const char **word_list;
	size_t n_words;
};

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
	const char *name = doc_get_str(obj, "name", NULL);
	struct host_iommu *iommu;

	if (!name)
		return;
	iommu = snapshot_add_iommu(l->snap, name);
	index_put(&l->iommus, iommu->name, l->snap->n_iommus - 1);
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

		if (!doc_get_hex(doc_at(list, i), "start", &r->start) ||
		    !doc_get_hex(doc_at(list, i), "end", &r->end))
			continue;
		r->type = word(l, doc_at(list, i), "type");
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

	if (id < 0)
		return;
	group = snapshot_add_group(l->snap, id);
	group->type = word(l, obj, "type");
	load_reserved(l, group, doc_get(obj, "reserved"));
}

static void load_ids(struct host_device *dev, json_object *obj)
{
	uint64_t vendor, device, class, v;

	dev->has_ids = doc_get_hex(obj, "vendor", &vendor) && doc_get_hex(obj, "device", &device) &&
		       doc_get_hex(obj, "class", &class);
	if (!dev->has_ids)
		return;
	dev->vendor = (uint16_t)vendor;
	dev->device = (uint16_t)device;
	dev->class_code = class & 0xffffff;
	if (doc_get_hex(obj, "subsystem_vendor", &v))
		dev->subvendor = (uint16_t)v;
	if (doc_get_hex(obj, "subsystem_device", &v))
		dev->subdevice = (uint16_t)v;
}

static void load_device(struct loader *l, json_object *obj)
{
	const char *name = doc_get_str(obj, "name", NULL), *bus = word(l, obj, "bus"), *iommu;
	struct host_device *dev;
	size_t at;

	if (!name)
		return;
	dev = snapshot_add_device(l->snap, bus ? bus : "unknown", name);
	load_ids(dev, obj);
	dev->group = small_int(obj, "group");
	dev->driver = word(l, obj, "driver");
	dev->cdev = word(l, obj, "cdev");
	dev->vendor_name = word(l, obj, "vendor_name");
	dev->device_name = word(l, obj, "device_name");
	iommu = doc_get_str(obj, "iommu", NULL);
	if (iommu && index_get(&l->iommus, iommu, &at))
		dev->iommu = (int)at;
}

static void load_each(struct loader *l, json_object *list,
		      void (*load)(struct loader *l, json_object *obj))
{
	for (size_t i = 0; i < doc_len(list); i++)
		load(l, doc_at(list, i));
}

static struct snapshot *build(const char *path, json_object *doc)
{
	struct loader l = { .snap = snapshot_new(SNAPSHOT_FILE, path) };
	json_object *source = doc_get(doc, "source");

	load_each(&l, doc_get(doc, "iommus"), load_iommu);
	load_each(&l, doc_get(doc, "groups"), load_group);
	load_each(&l, doc_get(doc, "devices"), load_device);
	l.snap->kernel = word(&l, source, "kernel");
	l.snap->machine = word(&l, source, "machine");
	l.snap->state = iommu_state_find(doc_get_str(doc, "state", NULL));
	l.snap->state_evidence = word(&l, doc, "state_evidence");
	snapshot_finish(l.snap);
	index_free(&l.words);
	index_free(&l.iommus);
	free(l.word_list);
	return l.snap;
}

int snapshot_load(const char *path, struct snapshot **out)
{
	json_object *doc = NULL;
	size_t len;
	char *text = read_file(path, &len);
	bool good;

	if (!text)
		return STATUS_TROUBLE;
	doc = parse(path, text, len);
	good = doc && check_schema(path, doc);
	if (good)
		*out = build(path, doc);
	json_object_put(doc);
	free(text);
	return good ? STATUS_OK : STATUS_TROUBLE;
}
