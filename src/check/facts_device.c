/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about IOMMUs and devices. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check/facts_internal.h"
#include "decode/payload.h"
#include "host/index.h"
#include "render/doc.h"

/* --- joining --------------------------------------------------------------------------------- */

/* Counting sort of the devices by their group: asking each group of all devices takes too long. */
static void join_groups(struct facts *f)
{
	const struct snapshot *snap = f->snap;
	size_t *start = mem_zalloc((snap->n_groups + 2) * sizeof(*start));

	f->members = mem_alloc((snap->n_devices + 1) * sizeof(*f->members));
	f->member_start = start;
	/* One place further on, so that filling moves each start to where it belongs. */
	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_group *g = snapshot_group(snap, snap->devices[i].group);

		if (g)
			start[g - snap->groups + 2]++;
	}
	for (size_t i = 2; i < snap->n_groups + 2; i++)
		start[i] += start[i - 1];
	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_group *g = snapshot_group(snap, snap->devices[i].group);

		if (g)
			f->members[start[g - snap->groups + 1]++] = i;
	}
}

const size_t *fact_members(const struct facts *f, const struct host_group *group, size_t *n)
{
	size_t at = (size_t)(group - f->snap->groups);

	*n = f->member_start[at + 1] - f->member_start[at];
	return f->members + f->member_start[at];
}

/* The document of each device in a list, by @key; NULL where it has none. */
static json_object **join_documents(const struct facts *f, const struct index *names,
				    const char *path, const char *key)
{
	json_object **docs = mem_zalloc((f->snap->n_devices + 1) * sizeof(*docs));
	json_object *list = fact_extra(f, path);
	size_t at;

	for (size_t i = 0; i < doc_len(list); i++)
		if (index_get(names, doc_get_str(doc_at(list, i), key, ""), &at))
			docs[at] = doc_at(list, i);
	return docs;
}

void fact_read_devices(struct facts *f)
{
	const struct snapshot *snap = f->snap;
	json_object *topology = fact_extra(f, "topology");
	struct index names = { 0 };
	size_t at, up;

	f->parents = mem_alloc((snap->n_devices + 1) * sizeof(*f->parents));
	for (size_t i = 0; i < snap->n_devices; i++) {
		f->parents[i] = -1;
		index_put(&names, snap->devices[i].name, i);
	}
	for (size_t i = 0; i < doc_len(topology); i++) {
		const char *device = doc_get_str(doc_at(topology, i), "device", "");
		const char *parent = doc_get_str(doc_at(topology, i), "parent", "");

		if (index_get(&names, device, &at) && index_get(&names, parent, &up))
			f->parents[at] = (int)up;
	}
	f->pci = join_documents(f, &names, "pci", "device");
	f->probed = join_documents(f, &names, "probe", "name");
	index_free(&names);
	join_groups(f);
}

static size_t device_index(const struct facts *f, const struct host_device *dev)
{
	return (size_t)(dev - f->snap->devices);
}

const struct host_device *fact_parent(const struct facts *f, const struct host_device *dev)
{
	int parent = f->parents[device_index(f, dev)];

	return parent < 0 ? NULL : &f->snap->devices[parent];
}

json_object *fact_uses(const struct facts *f, const struct host_device *dev)
{
	json_object *all = fact_extra(f, "uses"), *list;

	if (!all)
		return NULL;
	list = doc_list();
	for (size_t i = 0; i < doc_len(all); i++)
		if (!strcmp(doc_get_str(doc_at(all, i), "device", ""), dev->name))
			doc_push(list, json_object_get(doc_at(all, i)));
	return list;
}

/* --- IOMMUs ----------------------------------------------------------------------------------- */

/* A device behind it of which the kernel gave the registers. */
static const struct host_device *device_with_registers(const struct facts *f,
						       const struct host_iommu *iommu,
						       struct payload *p)
{
	for (size_t i = 0; i < f->snap->n_devices; i++) {
		const struct host_device *dev = &f->snap->devices[i];

		if (device_iommu(f->snap, dev) != iommu || !dev->hw_info)
			continue;
		hwinfo_payload(dev->hw_info->data_type, dev->hw_info->data, dev->hw_info->data_have,
			       p);
		if (p->regs.arch && p->regs.known)
			return dev;
	}
	return NULL;
}

bool fact_registers(const struct facts *f, const struct host_iommu *iommu, struct reg_set *regs,
		    struct evidence *ev)
{
	const struct host_device *dev;
	struct payload p;
	const char *source;
	char where[EVIDENCE_TEXT];

	/* SMMUv3 has its command queue extension beside it; that says nothing here. */
	dev = device_with_registers(f, iommu, &p);
	if (dev && !strcmp(p.regs.arch->type, iommu->driver_type)) {
		*regs = p.regs;
		snprintf(where, sizeof(where), "IOMMU_GET_HW_INFO of %s", dev->name);
		*ev = evidence_of("iommufd", where, "%s", "");
		return true;
	}
	if (iommu->regs.arch && iommu->regs.known) {
		*regs = iommu->regs;
		source = fact_source_name(iommu->regs_from);
		snprintf(where, sizeof(where), "/sys/class/iommu/%s", iommu->name);
		*ev = evidence_of(source ? source : "sysfs",
				  iommu->regs_from == FACT_SYSFS ? where : iommu->name, "%s", "");
		return true;
	}
	*ev = evidence_of("sysfs", "/sys/class/iommu", "%s shows no registers", iommu->name);
	return false;
}

/* What debugfs says about the translation table's mode: 1 is scalable. */
static json_object *translation_doc(const struct facts *f, const char *iommu)
{
	json_object *list = fact_extra(f, "translation");

	for (size_t i = 0; i < doc_len(list); i++)
		if (!strcmp(doc_get_str(doc_at(list, i), "iommu", ""), iommu))
			return doc_at(list, i);
	return NULL;
}

struct fact fact_scalable_mode(const struct facts *f, const struct host_iommu *iommu)
{
	int64_t ttm = doc_get_int(translation_doc(f, iommu->name), "RTADDR_TTM", -1);
	struct fact off = fact_parameter(f, "intel_iommu", "sm_off", "sm_on");
	struct fact on = fact_parameter(f, "intel_iommu", "sm_on", "sm_off");
	struct fact def = fact_config(f, "INTEL_IOMMU_SCALABLE_MODE_DEFAULT_ON");
	struct evidence ev;

	if (ttm >= 0) {
		ev = evidence_of("debugfs", "/sys/kernel/debug/iommu/intel/iommu_regset",
				 "RTADDR of %s has mode %" PRId64 ", %s", iommu->name, ttm,
				 ttm == 1 ? "scalable" : "not scalable");
		return fact_of(ttm == 1 ? ANSWER_YES : ANSWER_NO, &ev);
	}
	if (off.is == ANSWER_YES)
		return fact_of(ANSWER_NO, &off.ev);
	if (on.is == ANSWER_YES)
		return on;
	if (def.is == ANSWER_NO)
		snprintf(def.ev.value, sizeof(def.ev.value),
			 "off is its default (CONFIG_INTEL_IOMMU_SCALABLE_MODE_DEFAULT_ON is not "
			 "set)");
	return def;
}

/* --- what was tried --------------------------------------------------------------------------- */

/* Where a search through what was tried has got to. */
struct tried {
	size_t device, result; /* the next ones */
	const char *name;      /* of the device that the last result is about */
};

/* The next thing that was tried with a device behind an IOMMU, or NULL. */
static json_object *next_tried(const struct facts *f, const struct host_iommu *iommu,
			       struct tried *t)
{
	for (; t->device < f->snap->n_devices; t->device++, t->result = 0) {
		const struct host_device *dev = &f->snap->devices[t->device];
		json_object *results = doc_get(f->probed[t->device], "results");

		if (t->result < doc_len(results) && device_iommu(f->snap, dev) == iommu) {
			t->name = dev->name;
			return doc_at(results, t->result++);
		}
	}
	return NULL;
}

/* A table on an IOAS, without data, with this flag alone. */
static bool is_plain_result(json_object *result, const char *flag)
{
	json_object *flags = doc_get(result, "flags");

	return doc_len(flags) == 1 && !strcmp(doc_get_str(result, "parent", ""), "ioas") &&
	       !strcmp(doc_get_str(result, "data_type", ""), "none") &&
	       !strcmp(doc_str_at(flags, 0, ""), flag);
}

struct fact fact_probe(const struct facts *f, const struct host_iommu *iommu, const char *flag)
{
	struct tried t = { 0 };
	json_object *r;
	char where[96];

	snprintf(where, sizeof(where), "IOMMU_HWPT_ALLOC, flag %s", flag);
	while ((r = next_tried(f, iommu, &t))) {
		const char *err = doc_get_str(r, "errno", "");
		bool accepted = doc_get_bool(r, "accepted", false);
		struct evidence ev;

		if (!is_plain_result(r, flag) || (!accepted && strcmp(err, "EOPNOTSUPP") != 0))
			continue;
		ev = evidence_of("iommufd", where, "%s for %s", *err ? err : "accepted", t.name);
		return fact_of(accepted ? ANSWER_YES : ANSWER_NO, &ev);
	}
	return fact_unknown("iommufd", where, "not tried");
}

struct fact fact_probe_viommu(const struct facts *f, const struct host_iommu *iommu,
			      const char *type)
{
	static const char where[] = "IOMMU_VIOMMU_ALLOC";
	struct tried t = { 0 };
	json_object *r;
	char parent[64];

	snprintf(parent, sizeof(parent), "viommu %s", type);
	while ((r = next_tried(f, iommu, &t))) {
		struct evidence ev = evidence_of("iommufd", where, "accepted for %s", t.name);

		if (!strcmp(doc_get_str(r, "parent", ""), parent))
			return fact_of(ANSWER_YES, &ev);
	}
	return fact_unknown("iommufd", where, "not tried, or refused");
}

/* --- PCI capabilities ------------------------------------------------------------------------- */

json_object *fact_pci_capability_doc(const struct facts *f, const struct host_device *dev,
				     const char *name)
{
	return doc_get(f->pci[device_index(f, dev)], name);
}

struct fact fact_pci_capability(const struct facts *f, const struct host_device *dev,
				const char *name)
{
	json_object *pci = f->pci[device_index(f, dev)], *cap = doc_get(pci, name);
	const char *how = doc_get_str(pci, "config", "not looked at");
	char where[96];
	struct evidence ev;

	snprintf(where, sizeof(where), "/sys/bus/pci/devices/%s/config", dev->name);
	if (strcmp(how, "full"))
		return fact_unknown("configuration space", where,
				    !strcmp(how, "header") ? "readable for root only"
				    : !strcmp(how, "asleep")
					    ? "it sleeps, and is not woken"
					    : "its configuration space was not read");
	ev = evidence_of("configuration space", where, "%s %s",
			 cap ? "capability" : "no capability", name);
	return fact_of(cap ? ANSWER_YES : ANSWER_NO, &ev);
}

const char *fact_port_type(const struct facts *f, const struct host_device *dev)
{
	return doc_get_str(f->pci[device_index(f, dev)], "port", NULL);
}
