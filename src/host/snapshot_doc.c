/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The snapshot as a document: "iommus", "groups" and "devices". */
#include "config.h"
#include "host/snapshot_doc.h"

#include <json-c/printbuf.h>
#include <string.h>

#include "base/mem.h"
#include "host/usable.h"
#include "render/doc.h"

/* The value that the previous device had in the same place: neighbours are alike. */
struct memo {
	const void *word; /* the string's address: names are shared in the snapshot */
	uint64_t number;
	json_object *obj;
};

enum memo_place {
	MEMO_BUS,
	MEMO_VENDOR,
	MEMO_DEVICE,
	MEMO_SUBVENDOR,
	MEMO_SUBDEVICE,
	MEMO_CLASS,
	MEMO_VENDOR_NAME,
	MEMO_DEVICE_NAME,
	MEMO_CLASS_NAME,
	MEMO_DRIVER,
	MEMO_IOMMU,
	MEMO_GROUP,
	MEMO_COUNT,
};

struct snapshot_docs {
	const struct snapshot *snap;
	struct usability usability;
	struct memo memos[MEMO_COUNT];
	json_object *why[1u << UNUSABLE_COUNT]; /* each set of reasons, once */
	json_object **names;                    /* of snap->devices, made when first needed */
	/* Places of the members in snap->devices, group by group and IOMMU by IOMMU. */
	uint32_t *of_group, *of_iommu;
	size_t *group_start, *iommu_start; /* one more than there are groups, IOMMUs */
};

/* --- who belongs where ----------------------------------------------------------------------- */

static size_t group_place(const struct snapshot *snap, const struct host_device *dev)
{
	const struct host_group *group = snapshot_group(snap, dev->group);

	return group ? (size_t)(group - snap->groups) : SIZE_MAX;
}

static size_t iommu_place(const struct snapshot *snap, const struct host_device *dev)
{
	(void)snap;
	return dev->iommu < 0 ? SIZE_MAX : (size_t)dev->iommu;
}

/* Counting sort of the devices by @place, which says which of @n sets each belongs to. */
static uint32_t *members(const struct snapshot *snap, size_t n, size_t **starts,
			 size_t (*place)(const struct snapshot *, const struct host_device *))
{
	size_t *start = mem_zalloc((n + 2) * sizeof(*start));
	uint32_t *of = mem_zalloc(snap->n_devices * sizeof(*of));

	/* One place further on, so that filling moves each start to where it belongs. */
	for (size_t i = 0; i < snap->n_devices; i++) {
		size_t p = place(snap, &snap->devices[i]);

		if (p != SIZE_MAX)
			start[p + 2]++;
	}
	for (size_t i = 2; i < n + 2; i++)
		start[i] += start[i - 1];
	for (size_t i = 0; i < snap->n_devices; i++) {
		size_t p = place(snap, &snap->devices[i]);

		if (p != SIZE_MAX)
			of[start[p + 1]++] = (uint32_t)i;
	}
	*starts = start;
	return of;
}

struct snapshot_docs *snapshot_docs_new(const struct snapshot *snap)
{
	struct snapshot_docs *docs = mem_zalloc(sizeof(*docs));

	docs->snap = snap;
	usability_init(&docs->usability, snap);
	docs->names = mem_zalloc(snap->n_devices * sizeof(json_object *));
	docs->of_group = members(snap, snap->n_groups, &docs->group_start, group_place);
	docs->of_iommu = members(snap, snap->n_iommus, &docs->iommu_start, iommu_place);
	return docs;
}

void snapshot_docs_free(struct snapshot_docs *docs)
{
	if (!docs)
		return;
	for (size_t i = 0; i < MEMO_COUNT; i++)
		json_object_put(docs->memos[i].obj);
	for (size_t i = 0; i < ARRAY_SIZE(docs->why); i++)
		json_object_put(docs->why[i]);
	for (size_t i = 0; i < docs->snap->n_devices; i++)
		json_object_put(docs->names[i]);
	usability_free(&docs->usability);
	free(docs->names);
	free(docs->of_group);
	free(docs->of_iommu);
	free(docs->group_start);
	free(docs->iommu_start);
	free(docs);
}

/* --- shared values --------------------------------------------------------------------------- */

static json_object *device_name(struct snapshot_docs *docs, size_t i)
{
	if (!docs->names[i])
		docs->names[i] = doc_str(docs->snap->devices[i].name);
	return json_object_get(docs->names[i]);
}

static json_object *word(struct snapshot_docs *docs, enum memo_place place, const char *s)
{
	struct memo *m = &docs->memos[place];

	if (!s)
		return NULL;
	if (m->word != s) {
		json_object_put(m->obj);
		m->obj = doc_str(s);
		m->word = s;
	}
	return json_object_get(m->obj);
}

/* A number of the device itself: null when its numbers are not known. */
static json_object *id(struct snapshot_docs *docs, enum memo_place place,
		       const struct host_device *dev, uint32_t v, unsigned int bits)
{
	struct memo *m = &docs->memos[place];

	if (!dev->has_ids)
		return NULL;
	if (!m->obj || m->number != v) {
		json_object_put(m->obj);
		m->obj = doc_hex(v, bits);
		m->number = v;
	}
	return json_object_get(m->obj);
}

static json_object *group_id(struct snapshot_docs *docs, int group)
{
	struct memo *m = &docs->memos[MEMO_GROUP];

	if (group < 0)
		return NULL;
	if (!m->obj || m->number != (uint64_t)group) {
		json_object_put(m->obj);
		m->obj = doc_int(group);
		m->number = (uint64_t)group;
	}
	return json_object_get(m->obj);
}

static json_object *reasons(struct snapshot_docs *docs, unsigned int mask)
{
	if (!docs->why[mask]) {
		docs->why[mask] = doc_list();
		for (size_t i = 0; i < UNUSABLE_COUNT; i++)
			if (mask & 1u << i)
				doc_push(docs->why[mask], doc_str(unusable_info[i].code));
	}
	return json_object_get(docs->why[mask]);
}

/* --- elements -------------------------------------------------------------------------------- */

/* All keys of these objects are new to them: not even looked up. */
static void add(json_object *obj, const char *key, json_object *value)
{
	json_object_object_add_ex(obj, key, value,
				  JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT);
}

json_object *snapshot_doc_device(struct snapshot_docs *docs, const struct host_device *dev)
{
	const struct host_iommu *iommu = device_iommu(docs->snap, dev);
	unsigned int why = usability_of(&docs->usability, dev);
	json_object *o = doc_object();

	add(o, "name", device_name(docs, (size_t)(dev - docs->snap->devices)));
	add(o, "bus", word(docs, MEMO_BUS, strcmp(dev->bus, "unknown") ? dev->bus : NULL));
	add(o, "vendor", id(docs, MEMO_VENDOR, dev, dev->vendor, 16));
	add(o, "device", id(docs, MEMO_DEVICE, dev, dev->device, 16));
	add(o, "subsystem_vendor", id(docs, MEMO_SUBVENDOR, dev, dev->subvendor, 16));
	add(o, "subsystem_device", id(docs, MEMO_SUBDEVICE, dev, dev->subdevice, 16));
	add(o, "class", id(docs, MEMO_CLASS, dev, dev->class_code, 24));
	add(o, "class_name", word(docs, MEMO_CLASS_NAME, dev->class_name));
	add(o, "vendor_name", word(docs, MEMO_VENDOR_NAME, dev->vendor_name));
	add(o, "device_name", word(docs, MEMO_DEVICE_NAME, dev->device_name));
	add(o, "driver", word(docs, MEMO_DRIVER, dev->driver));
	add(o, "iommu", word(docs, MEMO_IOMMU, iommu ? iommu->name : NULL));
	add(o, "group", group_id(docs, dev->group));
	add(o, "cdev", doc_str(dev->cdev));
	add(o, "usable", doc_bool(!why));
	add(o, "why", reasons(docs, why));
	return o;
}

static json_object *member_names(struct snapshot_docs *docs, const uint32_t *of,
				 const size_t *start, size_t place)
{
	json_object *list = doc_list();

	for (size_t i = start[place]; i < start[place + 1]; i++)
		doc_push(list, device_name(docs, of[i]));
	return list;
}

static json_object *reserved_doc(const struct host_group *group)
{
	json_object *list;

	if (!group->reserved_known)
		return NULL;
	list = doc_list();
	for (size_t i = 0; i < group->n_reserved; i++) {
		const struct host_range *r = &group->reserved[i];
		json_object *o = doc_object();

		add(o, "start", doc_hex(r->start, 64));
		add(o, "end", doc_hex(r->end, 64));
		add(o, "type", doc_str(r->type));
		doc_push(list, o);
	}
	return list;
}

json_object *snapshot_doc_group(struct snapshot_docs *docs, const struct host_group *group)
{
	json_object *o = doc_object();

	add(o, "id", doc_int(group->id));
	add(o, "type", doc_str(group->type));
	add(o, "reserved", reserved_doc(group));
	add(o, "devices",
	    member_names(docs, docs->of_group, docs->group_start,
			 (size_t)(group - docs->snap->groups)));
	return o;
}

/* The registers as they are: hwinfo decodes them. */
static json_object *registers_doc(const struct reg_set *set)
{
	json_object *list = doc_object();

	for (size_t i = 0; set->arch && i < set->arch->n_regs; i++) {
		const struct reg *reg = &set->arch->regs[i];
		json_object *o;

		if (!(set->known & 1u << i))
			continue;
		o = doc_object();
		add(o, "value", doc_hex(set->value[i], reg->bits));
		add(list, reg->name, o);
	}
	return list;
}

json_object *snapshot_doc_iommu(struct snapshot_docs *docs, const struct host_iommu *iommu)
{
	json_object *o = doc_object();

	add(o, "name", doc_str(iommu->name));
	add(o, "type", doc_str(iommu->driver_type));
	add(o, "source", doc_str(fact_source_name(iommu->regs_from)));
	add(o, "registers", registers_doc(&iommu->regs));
	add(o, "address", iommu->has_address ? doc_hex(iommu->address, 64) : NULL);
	add(o, "domains_supported",
	    iommu->domains_supported < 0 ? NULL : doc_int(iommu->domains_supported));
	add(o, "devices",
	    member_names(docs, docs->of_iommu, docs->iommu_start,
			 (size_t)(iommu - docs->snap->iommus)));
	return o;
}

/* --- the document ---------------------------------------------------------------------------- */

static bool wanted(const bool *flags, size_t i)
{
	return !flags || flags[i];
}

static json_object *iommu_at(struct snapshot_docs *docs, size_t i)
{
	return snapshot_doc_iommu(docs, &docs->snap->iommus[i]);
}

static json_object *group_at(struct snapshot_docs *docs, size_t i)
{
	return snapshot_doc_group(docs, &docs->snap->groups[i]);
}

static json_object *device_at(struct snapshot_docs *docs, size_t i)
{
	return snapshot_doc_device(docs, &docs->snap->devices[i]);
}

/* One of the three lists. */
struct elements {
	struct snapshot_docs *docs;
	json_object *(*at)(struct snapshot_docs *docs, size_t i);
	const bool *flags;
	size_t n;
	bool owns_docs; /* the last one to be written */
};

static json_object *source_doc(const struct snapshot *snap)
{
	json_object *o = doc_object();

	add(o, "kernel", doc_str(snap->kernel));
	add(o, "machine", doc_str(snap->machine));
	return o;
}

static json_object *make_list(const struct elements *e)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < e->n; i++)
		if (wanted(e->flags, i))
			doc_push(list, e->at(e->docs, i));
	return list;
}

static const struct snapshot_selection everything;

static void add_lists(json_object *doc, struct snapshot_docs *docs,
		      const struct snapshot_selection *select,
		      json_object *(*list)(const struct elements *e))
{
	const struct snapshot *snap = docs->snap;

	select = select ? select : &everything;
	doc_add(doc, "source", source_doc(snap));
	doc_add(doc, "state", doc_str(iommu_state_name(snap->state)));
	doc_add(doc, "state_evidence", doc_str(snap->state_evidence));
	doc_add(doc, "iommus",
		list(&(struct elements) { docs, iommu_at, select->iommus, snap->n_iommus, false }));
	doc_add(doc, "groups",
		list(&(struct elements) { docs, group_at, select->groups, snap->n_groups, false }));
	doc_add(doc, "devices",
		list(&(struct elements) { docs, device_at, select->devices, snap->n_devices,
					  true }));
}

void snapshot_doc_add(json_object *doc, const struct snapshot *snap,
		      const struct snapshot_selection *select)
{
	struct snapshot_docs *docs = snapshot_docs_new(snap);

	add_lists(doc, docs, select, make_list);
	snapshot_docs_free(docs);
}

/* --- written one by one ---------------------------------------------------------------------- */

static void put_text(struct printbuf *pb, const char *s, size_t len)
{
	printbuf_memappend(pb, s, (int)len);
}

static void put_element(struct printbuf *pb, json_object *element)
{
	size_t len;
	const char *s = json_object_to_json_string_length(
		element, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	put_text(pb, s, len);
	json_object_put(element);
}

static int write_list(json_object *list, struct printbuf *pb, int level, int flags)
{
	const struct elements *e = json_object_get_userdata(list);
	size_t written = 0;

	put_text(pb, "[", 1);
	for (size_t i = 0; i < e->n; i++) {
		if (!wanted(e->flags, i))
			continue;
		put_text(pb, ",", written++ != 0);
		if (flags & JSON_C_TO_STRING_PRETTY) {
			put_text(pb, "\n", 1);
			printbuf_memset(pb, -1, ' ', (level + 1) * 2);
		}
		put_element(pb, e->at(e->docs, i));
	}
	if (flags & JSON_C_TO_STRING_PRETTY) {
		put_text(pb, "\n", 1);
		printbuf_memset(pb, -1, ' ', level * 2);
	}
	put_text(pb, "]", 1);
	return 0;
}

static void end_list(json_object *list, void *userdata)
{
	struct elements *e = userdata;

	(void)list;
	if (e->owns_docs)
		snapshot_docs_free(e->docs);
	free(e);
}

static json_object *make_streamed(const struct elements *e)
{
	json_object *list = doc_list();
	struct elements *copy = mem_alloc(sizeof(*copy));

	*copy = *e;
	json_object_set_serializer(list, write_list, copy, end_list);
	return list;
}

void snapshot_doc_stream(json_object *doc, const struct snapshot *snap,
			 const struct snapshot_selection *select)
{
	add_lists(doc, snapshot_docs_new(snap), select, make_streamed);
}
