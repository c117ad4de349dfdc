/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which devices the ACPI tables speak of.
 *
 * Tables name devices by bus numbers, paths below bridges, requester id ranges
 * or stream ids; a person asks about 0000:3b:00.0. Works on parsed tables, so
 * that it is the same for a live machine and for a saved one.
 */
#include "config.h"
#include "host/acpi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "render/doc.h"

struct join {
	const struct acpi_device *devices;
	size_t count;
	json_object *structures; /* of the table at hand */
	json_object *problems;   /* likewise */
};

/* Does @structure speak of @dev? */
typedef bool covers_fn(const struct join *j, json_object *structure, const struct acpi_device *dev);

bool acpi_pci_address(const char *name, uint16_t *segment, uint8_t *bus, uint8_t *devfn)
{
	unsigned int s, b, d, f;
	int end = -1;

	if (sscanf(name, "%4x:%2x:%2x.%1x%n", &s, &b, &d, &f, &end) != 4 || name[end] || d > 31 ||
	    f > 7)
		return false;
	*segment = (uint16_t)s;
	*bus = (uint8_t)b;
	*devfn = (uint8_t)(d << 3 | f);
	return true;
}

static unsigned int rid_of(const struct acpi_device *dev)
{
	return (unsigned int)dev->bus << 8 | dev->devfn;
}

/* "00:1f.3" as a requester id. */
static bool doc_rid(json_object *obj, const char *key, unsigned int *rid)
{
	unsigned int b, d, f;

	if (sscanf(doc_get_str(obj, key, ""), "%2x:%2x.%1x", &b, &d, &f) != 3)
		return false;
	*rid = (b & 0xff) << 8 | (d & 31) << 3 | (f & 7);
	return true;
}

static bool same_segment(json_object *structure, const struct acpi_device *dev)
{
	return doc_get_int(structure, "segment", 0) == dev->segment;
}

/* --- DMAR ------------------------------------------------------------------------------ */

static const struct acpi_device *find_hop(const struct join *j, json_object *structure, int bus,
					  const struct acpi_device *above, unsigned int devfn)
{
	for (size_t i = 0; i < j->count; i++) {
		const struct acpi_device *dev = &j->devices[i];

		if (!same_segment(structure, dev) || dev->devfn != devfn)
			continue;
		if (above ? dev->parent == above - j->devices : dev->bus == bus)
			return dev;
	}
	return NULL;
}

/* The function at the end of a scope's path, or NULL. */
static const struct acpi_device *scope_device(const struct join *j, json_object *structure,
					      json_object *entry)
{
	json_object *path = doc_get(entry, "path");
	int bus = (int)strtoul(doc_get_str(entry, "start_bus", "0"), NULL, 16);
	const struct acpi_device *dev = NULL;

	for (size_t i = 0; i < doc_len(path); i++) {
		const char *hop = json_object_get_string(doc_at(path, i));
		unsigned int d, f;

		if (!hop || sscanf(hop, "%2x.%1x", &d, &f) != 2)
			return NULL;
		dev = find_hop(j, structure, bus, dev, (d & 31) << 3 | (f & 7));
		if (!dev)
			return NULL;
	}
	return dev;
}

static bool is_or_is_below(const struct join *j, const struct acpi_device *dev,
			   const struct acpi_device *top)
{
	/* No chain is longer than the list: a loop in bad input ends. */
	for (size_t steps = 0; steps <= j->count; steps++) {
		if (dev == top)
			return true;
		if (dev->parent < 0 || (size_t)dev->parent >= j->count)
			return false;
		dev = &j->devices[dev->parent];
	}
	return false;
}

static bool is_pci_scope(json_object *entry)
{
	const char *type = doc_get_str(entry, "type", "");

	return !strcmp(type, "endpoint") || !strcmp(type, "bridge");
}

static bool scope_covers(const struct join *j, json_object *structure,
			 const struct acpi_device *dev)
{
	json_object *scope = doc_get(structure, "scope");

	if (!same_segment(structure, dev))
		return false;
	for (size_t i = 0; i < doc_len(scope); i++) {
		json_object *entry = doc_at(scope, i);
		const struct acpi_device *top;

		if (!is_pci_scope(entry))
			continue;
		top = scope_device(j, structure, entry);
		if (!top)
			continue;
		if (dev == top || (!strcmp(doc_get_str(entry, "type", ""), "bridge") &&
				   is_or_is_below(j, dev, top)))
			return true;
	}
	return false;
}

static bool drhd_covers(const struct join *j, json_object *structure, const struct acpi_device *dev)
{
	if (!doc_get_bool(structure, "include_all", false))
		return scope_covers(j, structure, dev);
	if (!same_segment(structure, dev))
		return false;
	/* Everything in the segment that no other unit claims. */
	for (size_t i = 0; i < doc_len(j->structures); i++) {
		json_object *other = doc_at(j->structures, i);

		if (!strcmp(doc_get_str(other, "type", ""), "DRHD") &&
		    !doc_get_bool(other, "include_all", false) && scope_covers(j, other, dev))
			return false;
	}
	return true;
}

static bool atsr_covers(const struct join *j, json_object *structure, const struct acpi_device *dev)
{
	if (doc_get_bool(structure, "all_ports", false))
		return same_segment(structure, dev);
	return scope_covers(j, structure, dev);
}

static void miss_devices(const struct join *j, json_object *structure)
{
	json_object *scope = doc_get(structure, "scope");

	for (size_t i = 0; i < doc_len(scope); i++) {
		json_object *entry = doc_at(scope, i), *problem;

		if (!is_pci_scope(entry) || scope_device(j, structure, entry))
			continue;
		problem = doc_object();
		doc_add(problem, "offset", doc_int(doc_get_int(structure, "offset", 0)));
		doc_add(problem, "id", doc_str("scope-device-missing"));
		doc_add(problem, "text",
			doc_printf("%s names a device on bus %s that is not there",
				   doc_get_str(structure, "type", ""),
				   doc_get_str(entry, "start_bus", "?")));
		doc_push(j->problems, problem);
	}
}

/* --- IVRS ------------------------------------------------------------------------------ */

static bool ivmd_covers(const struct join *j, json_object *structure, const struct acpi_device *dev)
{
	unsigned int first, last, rid = rid_of(dev);

	(void)j;
	return same_segment(structure, dev) && doc_rid(structure, "first", &first) &&
	       doc_rid(structure, "last", &last) && rid >= first && rid <= last;
}

static bool ivmd_all_covers(const struct join *j, json_object *structure,
			    const struct acpi_device *dev)
{
	(void)j;
	return same_segment(structure, dev);
}

static bool ends_with(const char *s, const char *end)
{
	size_t a = strlen(s), b = strlen(end);

	return a >= b && !strcmp(s + a - b, end);
}

static bool ivhd_covers(const struct join *j, json_object *structure, const struct acpi_device *dev)
{
	json_object *entries = doc_get(structure, "entries");
	unsigned int start = 0, rid = rid_of(dev);
	bool in_range = false;

	(void)j;
	if (!same_segment(structure, dev))
		return false;
	for (size_t i = 0; i < doc_len(entries); i++) {
		json_object *entry = doc_at(entries, i);
		const char *type = doc_get_str(entry, "type", "");
		unsigned int id;

		if (!strcmp(type, "all"))
			return true;
		if (!strcmp(type, "special") || !doc_rid(entry, "device_id", &id))
			continue;
		if (ends_with(type, "range-start")) {
			start = id;
			in_range = true;
		} else if (!strcmp(type, "range-end")) {
			if (in_range && rid >= start && rid <= id)
				return true;
			in_range = false;
		} else if (ends_with(type, "select") && rid == id) {
			return true;
		}
	}
	return false;
}

/* --- IORT ------------------------------------------------------------------------------ */

/* Runs @id through the mappings towards node @node. */
static bool map_id(json_object *from, int64_t node, uint64_t id, uint64_t *out)
{
	json_object *mappings = doc_get(from, "mappings");

	for (size_t i = 0; i < doc_len(mappings); i++) {
		json_object *m = doc_at(mappings, i);
		uint64_t input, output;

		if (doc_get_int(m, "node", -1) != node || !doc_get_hex(m, "input", &input) ||
		    !doc_get_hex(m, "output", &output))
			continue;
		if (doc_get_bool(m, "single", false)) {
			*out = output;
			return true;
		}
		if (id >= input && id - input < (uint64_t)doc_get_int(m, "count", 0)) {
			*out = output + (id - input);
			return true;
		}
	}
	return false;
}

/* The stream id with which @dev arrives at the SMMU at @node. */
static bool stream_id(const struct join *j, const struct acpi_device *dev, int64_t node,
		      uint64_t *sid)
{
	for (size_t i = 0; i < doc_len(j->structures); i++) {
		json_object *rc = doc_at(j->structures, i);

		if (!strcmp(doc_get_str(rc, "type", ""), "root-complex") && same_segment(rc, dev) &&
		    map_id(rc, node, rid_of(dev), sid))
			return true;
	}
	return false;
}

static bool smmu_covers(const struct join *j, json_object *structure, const struct acpi_device *dev)
{
	uint64_t sid;

	return stream_id(j, dev, doc_get_int(structure, "offset", -1), &sid);
}

static bool rc_covers(const struct join *j, json_object *structure, const struct acpi_device *dev)
{
	(void)j;
	return same_segment(structure, dev);
}

static bool rmr_covers(const struct join *j, json_object *structure, const struct acpi_device *dev)
{
	json_object *mappings = doc_get(structure, "mappings");

	for (size_t i = 0; i < doc_len(mappings); i++) {
		json_object *m = doc_at(mappings, i);
		uint64_t first, sid;
		int64_t count = doc_get_bool(m, "single", false) ? 1 : doc_get_int(m, "count", 0);

		if (doc_get_hex(m, "output", &first) &&
		    stream_id(j, dev, doc_get_int(m, "node", -1), &sid) && sid >= first &&
		    sid - first < (uint64_t)count)
			return true;
	}
	return false;
}

/* --- VIOT ------------------------------------------------------------------------------ */

static bool viot_covers(const struct join *j, json_object *structure, const struct acpi_device *dev)
{
	unsigned int first, last, rid = rid_of(dev);

	(void)j;
	return dev->segment >= doc_get_int(structure, "segment", 0) &&
	       dev->segment <= doc_get_int(structure, "last_segment", 0) &&
	       doc_rid(structure, "first", &first) && doc_rid(structure, "last", &last) &&
	       rid >= first && rid <= last;
}

/* --- all of them ------------------------------------------------------------------------ */

static const struct join_kind {
	const char *type;
	covers_fn *covers;
	bool reserves;     /* memory: an entry of the list that is returned */
	bool every_device; /* no single devices are meant */
} join_kinds[] = {
	{ "DRHD", drhd_covers, false, false },       { "RMRR", scope_covers, true, false },
	{ "ATSR", atsr_covers, false, false },       { "SATC", scope_covers, false, false },
	{ "SIDP", scope_covers, false, false },      { "IVHD-10h", ivhd_covers, false, false },
	{ "IVHD-11h", ivhd_covers, false, false },   { "IVHD-40h", ivhd_covers, false, false },
	{ "IVMD-all", ivmd_all_covers, true, true }, { "IVMD-device", ivmd_covers, true, false },
	{ "IVMD-range", ivmd_covers, true, false },  { "root-complex", rc_covers, false, false },
	{ "smmu", smmu_covers, false, false },       { "smmu-v3", smmu_covers, false, false },
	{ "rmr", rmr_covers, true, false },          { "pci-range", viot_covers, false, false },
};

static json_object *device_names(const struct join *j, const struct join_kind *kind,
				 json_object *structure)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < j->count; i++)
		if (kind->covers(j, structure, &j->devices[i]))
			doc_push(list, doc_str(j->devices[i].name));
	return list;
}

static const char *reserve_kind(json_object *structure)
{
	if (doc_get_bool(structure, "exclusion", false))
		return "exclusion";
	if (doc_get_bool(structure, "remapping_permitted", false))
		return "direct-relaxable";
	return "direct";
}

static void reserve(json_object *list, json_object *table, const struct join_kind *kind,
		    json_object *structure, json_object *range)
{
	json_object *obj = doc_object();
	uint64_t start = 0, end = 0;

	if (!doc_get_hex(range, "start", &start) || !doc_get_hex(range, "end", &end)) {
		json_object_put(obj);
		return;
	}
	doc_add(obj, "table", doc_str(doc_get_str(table, "signature", "")));
	doc_add(obj, "structure", doc_str(kind->type));
	if (doc_get(structure, "segment"))
		doc_add(obj, "segment", doc_int(doc_get_int(structure, "segment", 0)));
	doc_add(obj, "start", doc_hex(start, 64));
	doc_add(obj, "end", doc_hex(end, 64));
	doc_add(obj, "size", end >= start ? doc_uint(end - start + 1) : NULL);
	doc_add(obj, "kind", doc_str(reserve_kind(structure)));
	doc_add(obj, "devices",
		kind->every_device ? NULL : json_object_get(doc_get(structure, "devices")));
	doc_push(list, obj);
}

static void reserve_all(json_object *list, json_object *table, const struct join_kind *kind,
			json_object *structure)
{
	json_object *ranges = doc_get(structure, "ranges");

	if (!ranges)
		reserve(list, table, kind, structure, structure);
	for (size_t i = 0; i < doc_len(ranges); i++)
		reserve(list, table, kind, structure, doc_at(ranges, i));
}

static void join_structure(const struct join *j, json_object *table, json_object *structure,
			   json_object *reserved)
{
	const char *type = doc_get_str(structure, "type", "");

	for (size_t i = 0; i < ARRAY_SIZE(join_kinds); i++) {
		const struct join_kind *kind = &join_kinds[i];

		if (strcmp(type, kind->type))
			continue;
		doc_add(structure, "devices", device_names(j, kind, structure));
		if (j->count)
			miss_devices(j, structure);
		if (kind->reserves)
			reserve_all(reserved, table, kind, structure);
	}
}

json_object *acpi_join(json_object *tables, const struct acpi_device *devices, size_t count)
{
	json_object *reserved = doc_list();

	for (size_t i = 0; i < doc_len(tables); i++) {
		json_object *table = doc_at(tables, i);
		const struct join j = { .devices = devices,
					.count = count,
					.structures = doc_get(table, "structures"),
					.problems = doc_get(table, "problems") };

		for (size_t k = 0; k < doc_len(j.structures); k++)
			join_structure(&j, table, doc_at(j.structures, k), reserved);
	}
	return reserved;
}
