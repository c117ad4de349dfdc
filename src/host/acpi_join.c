/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which devices the ACPI tables speak of.
 *
 * Tables name devices by bus numbers, paths below bridges, requester id ranges
 * or stream ids; a person asks about 0000:3b:00.0. Each structure is turned
 * into claims once, and each device is held against them. Works on parsed
 * tables, so that it is the same for a live machine and for a copied one.
 */
#include "config.h"
#include "host/acpi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "render/doc.h"

/* A set of PCI functions that a structure speaks of. */
struct claim {
	int64_t segment, last_segment;
	unsigned int first, last;      /* requester ids */
	const struct acpi_device *top; /* if set: this one only, or what is below it as well */
	bool below;
};

struct claims {
	struct claim *list;
	size_t n;
	bool rest; /* and every function of @segment that no other unit claims */
	int64_t segment;
};

struct join {
	const struct acpi_device *devices;
	size_t count;
	json_object *structures; /* of the table at hand */
	json_object *problems;   /* likewise */
	struct claims *claims;   /* one per structure */
	size_t n_claims, steps;  /* of all structures together */
};

enum {
	ANY_RID = 0xffff,
	/* Real tables stay far below; what a made up one can cost is bounded. */
	MAX_CLAIMS = 100000,
	MAX_STEPS = 10000000,
};

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

/* "00:1f.3" as a requester id. */
static bool doc_rid(json_object *obj, const char *key, unsigned int *rid)
{
	unsigned int b, d, f;

	if (sscanf(doc_get_str(obj, key, ""), "%2x:%2x.%1x", &b, &d, &f) != 3)
		return false;
	*rid = (b & 0xff) << 8 | (d & 31) << 3 | (f & 7);
	return true;
}

static int64_t segment_of(json_object *structure)
{
	return doc_get_int(structure, "segment", 0);
}

static bool is_type(json_object *structure, const char *type)
{
	return !strcmp(doc_get_str(structure, "type", ""), type);
}

/* Never NULL: claims that are too many are forgotten. */
static struct claim *add_claim(struct join *j, struct claims *c, int64_t segment,
			       unsigned int first, unsigned int last)
{
	static struct claim surplus;

	if (j->n_claims >= MAX_CLAIMS)
		return &surplus;
	j->n_claims++;
	c->list = mem_grow(c->list, c->n, sizeof(*c->list));
	c->list[c->n] = (struct claim) {
		.segment = segment, .last_segment = segment, .first = first, .last = last
	};
	return &c->list[c->n++];
}

/* --- DMAR: paths of devices ---------------------------------------------------------------- */

static const struct acpi_device *find_hop(const struct join *j, int64_t segment, int bus,
					  const struct acpi_device *above, unsigned int devfn)
{
	for (size_t i = 0; i < j->count; i++) {
		const struct acpi_device *dev = &j->devices[i];

		if (dev->segment != segment || dev->devfn != devfn)
			continue;
		if (above ? dev->parent == above - j->devices : dev->bus == bus)
			return dev;
	}
	return NULL;
}

/* The function at the end of a scope's path, or NULL. */
static const struct acpi_device *scope_device(const struct join *j, int64_t segment,
					      json_object *entry)
{
	json_object *path = doc_get(entry, "path");
	int bus = (int)strtoul(doc_get_str(entry, "start_bus", "0"), NULL, 16);
	const struct acpi_device *dev = NULL;

	for (size_t i = 0; i < doc_len(path); i++) {
		const char *hop = doc_str_at(path, i, "");
		unsigned int d, f;

		if (sscanf(hop, "%2x.%1x", &d, &f) != 2)
			return NULL;
		dev = find_hop(j, segment, bus, dev, (d & 31) << 3 | (f & 7));
		if (!dev)
			return NULL;
	}
	return dev;
}

static void add_problem(const struct join *j, int64_t offset, const char *id, json_object *text)
{
	json_object *problem = doc_object();

	doc_add(problem, "offset", doc_int(offset));
	doc_add(problem, "id", doc_str(id));
	doc_add(problem, "text", text);
	doc_push(j->problems, problem);
}

static void miss_device(const struct join *j, json_object *structure, json_object *entry)
{
	add_problem(j, doc_get_int(structure, "offset", 0), "scope-device-missing",
		    doc_printf("%s names a device on bus %s that is not there",
			       doc_get_str(structure, "type", ""),
			       doc_get_str(entry, "start_bus", "?")));
}

static void claim_scope(struct join *j, json_object *structure, struct claims *c)
{
	json_object *scope = doc_get(structure, "scope");

	for (size_t i = 0; i < doc_len(scope); i++) {
		json_object *entry = doc_at(scope, i);
		const struct acpi_device *dev;
		bool below = is_type(entry, "bridge");

		if (!below && !is_type(entry, "endpoint"))
			continue;
		dev = scope_device(j, segment_of(structure), entry);
		if (dev) {
			struct claim *claim = add_claim(j, c, dev->segment, 0, ANY_RID);

			claim->top = dev;
			claim->below = below;
		} else if (j->count) {
			miss_device(j, structure, entry);
		}
	}
}

static void claim_drhd(struct join *j, json_object *structure, struct claims *c)
{
	c->rest = doc_get_bool(structure, "include_all", false);
	c->segment = segment_of(structure);
	if (!c->rest)
		claim_scope(j, structure, c);
}

static void claim_atsr(struct join *j, json_object *structure, struct claims *c)
{
	if (doc_get_bool(structure, "all_ports", false))
		add_claim(j, c, segment_of(structure), 0, ANY_RID);
	else
		claim_scope(j, structure, c);
}

/* --- IVRS: requester ids --------------------------------------------------------------------- */

static bool ends_with(const char *s, const char *end)
{
	size_t a = strlen(s), b = strlen(end);

	return a >= b && !strcmp(s + a - b, end);
}

static void claim_ivhd(struct join *j, json_object *structure, struct claims *c)
{
	json_object *entries = doc_get(structure, "entries");
	int64_t segment = segment_of(structure);
	unsigned int start = 0, id;
	bool in_range = false;

	(void)j;
	for (size_t i = 0; i < doc_len(entries); i++) {
		const char *type = doc_get_str(doc_at(entries, i), "type", "");

		if (!strcmp(type, "all"))
			add_claim(j, c, segment, 0, ANY_RID);
		if (!strcmp(type, "special") || !doc_rid(doc_at(entries, i), "device_id", &id))
			continue;
		if (ends_with(type, "range-start")) {
			start = id;
			in_range = true;
		} else if (!strcmp(type, "range-end")) {
			if (in_range)
				add_claim(j, c, segment, start, id);
			in_range = false;
		} else if (ends_with(type, "select")) {
			add_claim(j, c, segment, id, id);
		}
	}
}

static void claim_ivmd(struct join *j, json_object *structure, struct claims *c)
{
	unsigned int first, last;

	(void)j;
	if (doc_rid(structure, "first", &first) && doc_rid(structure, "last", &last))
		add_claim(j, c, segment_of(structure), first, last);
}

static void claim_segment(struct join *j, json_object *structure, struct claims *c)
{
	(void)j;
	add_claim(j, c, segment_of(structure), 0, ANY_RID);
}

/* --- IORT: stream ids ------------------------------------------------------------------------ */

/* Claim the requesters that a mapping of a root complex turns into streams @first to @last. */
static void claim_mapping(struct join *j, struct claims *c, json_object *rc, json_object *m,
			  uint64_t first, uint64_t last)
{
	uint64_t input, output, count = (uint64_t)doc_get_int(m, "count", 0);

	if (!doc_get_hex(m, "input", &input) || !doc_get_hex(m, "output", &output) || !count)
		return;
	if (doc_get_bool(m, "single", false)) {
		if (output >= first && output <= last)
			add_claim(j, c, segment_of(rc), 0, ANY_RID);
		return;
	}
	first = first > output ? first - output : 0;
	if (last < output || first >= count)
		return;
	last = last - output < count ? last - output : count - 1;
	if (input + first <= ANY_RID)
		add_claim(j, c, segment_of(rc), (unsigned int)(input + first),
			  input + last > ANY_RID ? ANY_RID : (unsigned int)(input + last));
}

/* Claim the requesters of all root complexes that reach @node as streams @first to @last. */
static void claim_streams(struct join *j, struct claims *c, int64_t node, uint64_t first,
			  uint64_t last)
{
	for (size_t i = 0; i < doc_len(j->structures); i++) {
		json_object *rc = doc_at(j->structures, i), *mappings = doc_get(rc, "mappings");

		if (!is_type(rc, "root-complex"))
			continue;
		for (size_t k = 0; k < doc_len(mappings) && j->steps < MAX_STEPS; k++, j->steps++)
			if (doc_get_int(doc_at(mappings, k), "node", -1) == node)
				claim_mapping(j, c, rc, doc_at(mappings, k), first, last);
	}
}

static void claim_smmu(struct join *j, json_object *structure, struct claims *c)
{
	claim_streams(j, c, doc_get_int(structure, "offset", -1), 0, UINT32_MAX);
}

static void claim_rmr(struct join *j, json_object *structure, struct claims *c)
{
	json_object *mappings = doc_get(structure, "mappings");

	for (size_t i = 0; i < doc_len(mappings); i++) {
		json_object *m = doc_at(mappings, i);
		uint64_t first, count = (uint64_t)doc_get_int(m, "count", 1);

		if (doc_get_bool(m, "single", false))
			count = 1;
		if (doc_get_hex(m, "output", &first) && count)
			claim_streams(j, c, doc_get_int(m, "node", -1), first, first + count - 1);
	}
}

/* --- VIOT ------------------------------------------------------------------------------------- */

static void claim_viot(struct join *j, json_object *structure, struct claims *c)
{
	unsigned int first, last;

	(void)j;
	if (doc_rid(structure, "first", &first) && doc_rid(structure, "last", &last))
		add_claim(j, c, segment_of(structure), first, last)->last_segment =
			doc_get_int(structure, "last_segment", 0);
}

/* --- all of them ------------------------------------------------------------------------------ */

static const struct join_kind {
	const char *type;
	void (*claim)(struct join *j, json_object *structure, struct claims *c);
	bool reserves;     /* memory: an entry of the list that is returned */
	bool every_device; /* no single devices are meant */
} join_kinds[] = {
	{ "DRHD", claim_drhd, false, false },      { "RMRR", claim_scope, true, false },
	{ "ATSR", claim_atsr, false, false },      { "SATC", claim_scope, false, false },
	{ "SIDP", claim_scope, false, false },     { "IVHD-10h", claim_ivhd, false, false },
	{ "IVHD-11h", claim_ivhd, false, false },  { "IVHD-40h", claim_ivhd, false, false },
	{ "IVMD-all", claim_segment, true, true }, { "IVMD-device", claim_ivmd, true, false },
	{ "IVMD-range", claim_ivmd, true, false }, { "root-complex", claim_segment, false, false },
	{ "smmu", claim_smmu, false, false },      { "smmu-v3", claim_smmu, false, false },
	{ "rmr", claim_rmr, true, false },         { "pci-range", claim_viot, false, false },
};

static const struct join_kind *kind_of(json_object *structure)
{
	for (size_t i = 0; i < ARRAY_SIZE(join_kinds); i++)
		if (is_type(structure, join_kinds[i].type))
			return &join_kinds[i];
	return NULL;
}

static bool is_below(const struct join *j, const struct acpi_device *dev,
		     const struct acpi_device *top)
{
	/* No chain is longer than the list: a loop in bad input ends. */
	for (size_t steps = 0; steps < j->count; steps++) {
		if (dev->parent < 0 || (size_t)dev->parent >= j->count)
			return false;
		dev = &j->devices[dev->parent];
		if (dev == top)
			return true;
	}
	return false;
}

static bool claim_holds(const struct join *j, const struct claim *c, const struct acpi_device *dev)
{
	unsigned int rid = (unsigned int)dev->bus << 8 | dev->devfn;

	if (c->top)
		return dev == c->top || (c->below && is_below(j, dev, c->top));
	return dev->segment >= c->segment && dev->segment <= c->last_segment && rid >= c->first &&
	       rid <= c->last;
}

static bool is_claimed(const struct join *j, const struct claims *c, const struct acpi_device *dev)
{
	for (size_t i = 0; i < c->n; i++)
		if (claim_holds(j, &c->list[i], dev))
			return true;
	return false;
}

static bool is_rest(const struct join *j, const struct claims *c, const struct acpi_device *dev)
{
	if (!c->rest || dev->segment != c->segment)
		return false;
	for (size_t i = 0; i < doc_len(j->structures); i++)
		if (is_type(doc_at(j->structures, i), "DRHD") && is_claimed(j, &j->claims[i], dev))
			return false;
	return true;
}

static json_object *device_names(const struct join *j, const struct claims *c)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < j->count; i++)
		if (is_claimed(j, c, &j->devices[i]) || is_rest(j, c, &j->devices[i]))
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
	uint64_t start = 0, end = 0;
	json_object *obj;

	if (!doc_get_hex(range, "start", &start) || !doc_get_hex(range, "end", &end))
		return;
	obj = doc_object();
	doc_add(obj, "table", doc_str(doc_get_str(table, "signature", "")));
	doc_add(obj, "structure", doc_str(kind->type));
	if (doc_get(structure, "segment"))
		doc_add(obj, "segment", doc_int(segment_of(structure)));
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

static void join_table(struct join *j, json_object *table, json_object *reserved)
{
	size_t n = doc_len(j->structures);

	j->claims = mem_zalloc(n * sizeof(*j->claims));
	for (size_t i = 0; i < n; i++) {
		const struct join_kind *kind = kind_of(doc_at(j->structures, i));

		if (kind)
			kind->claim(j, doc_at(j->structures, i), &j->claims[i]);
	}
	if (j->n_claims >= MAX_CLAIMS || j->steps >= MAX_STEPS)
		add_problem(j, 0, "too-complex",
			    doc_str("too many mappings: devices are left out"));
	for (size_t i = 0; i < n; i++) {
		json_object *structure = doc_at(j->structures, i);
		const struct join_kind *kind = kind_of(structure);

		if (!kind)
			continue;
		doc_add(structure, "devices", device_names(j, &j->claims[i]));
		if (kind->reserves)
			reserve_all(reserved, table, kind, structure);
	}
	for (size_t i = 0; i < n; i++)
		free(j->claims[i].list);
	free(j->claims);
}

json_object *acpi_join(json_object *tables, const struct acpi_device *devices, size_t count)
{
	json_object *reserved = doc_list();

	for (size_t i = 0; i < doc_len(tables); i++) {
		json_object *table = doc_at(tables, i);
		struct join j = { .devices = devices,
				  .count = count,
				  .structures = doc_get(table, "structures"),
				  .problems = doc_get(table, "problems") };

		join_table(&j, table, reserved);
	}
	return reserved;
}
