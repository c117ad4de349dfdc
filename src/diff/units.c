/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two IOMMUs, or two devices: their registers, and what belongs to a device alone. */
#include "config.h"
#include "diff/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diff/vtd_audit.h"
#include "host/facts.h"
#include "host/hwinfo_doc.h"

/* The registers of a field document. */
static void reg_set_from_doc(json_object *doc, struct reg_set *set)
{
	memset(set, 0, sizeof(*set));
	set->arch = arch_find(doc_get_str(doc, "type", ""));
	if (!set->arch || !doc_get(doc, "registers"))
		return;
	json_object_object_foreach(doc_get(doc, "registers"), name, reg)
	{
		uint64_t v;

		if (doc_get_hex(reg, "value", &v))
			reg_set_put(set, name, v);
	}
}

void unit_registers(const struct diff_unit *u, struct reg_set *set)
{
	json_object *doc = u->device ? hwinfo_device_doc(u->snap, u->device)
				     : hwinfo_iommu_doc(u->snap, u->iommu);

	reg_set_from_doc(doc, set);
	json_object_put(doc);
}

/* --- PCI capabilities ------------------------------------------------------------------------- */

static void add_words(struct out *o, json_object *value)
{
	if (!json_object_is_type(value, json_type_array)) {
		out_str(o, json_object_get_string(value));
		return;
	}
	for (size_t i = 0; i < doc_len(value); i++)
		out_printf(o, "%s%s", i ? " " : "", doc_str_at(value, i, "?"));
	if (!doc_len(value))
		out_str(o, "nothing");
}

/* A capability in words: NULL when it is not there. */
static char *capability_words(json_object *cap)
{
	struct out o = { 0 };

	if (!cap)
		return NULL;
	json_object_object_foreach(doc_members(cap), key, value)
	{
		out_printf(&o, "%s%s ", o.len ? ", " : "", key);
		add_words(&o, value);
	}
	out_raw(&o, "", 1);
	return o.data;
}

static void diff_capability(struct diff *d, const char *where, const char *key, json_object *a,
			    json_object *b)
{
	enum compare_weight weight = !b ? COMPARE_LOST : !a ? COMPARE_GAINED : COMPARE_NEUTRAL;
	char *in_a, *in_b;

	if (json_object_equal(a, b))
		return;
	in_a = capability_words(a);
	in_b = capability_words(b);
	diff_add(d, "pci", where, key, weight, in_a, in_b, NULL);
	free(in_a);
	free(in_b);
}

/* PCI capabilities: two elements of the "pci" facts. */
static void diff_pci(struct diff *d, const char *where, json_object *a, json_object *b)
{
	static const char *const keys[] = { "ats", "pri", "pasid", "acs", "sriov" };

	/* Only what was read on both sides can be compared. */
	if (strcmp(doc_get_str(a, "config", ""), "full") ||
	    strcmp(doc_get_str(b, "config", ""), "full"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		diff_capability(d, where, keys[i], doc_get(a, keys[i]), doc_get(b, keys[i]));
}

/* --- groups ----------------------------------------------------------------------------------- */

/* The other devices of a device's group: "with a b", "alone", "in no group". */
static char *companions(const struct snapshot *snap, const struct host_device *dev, size_t *n)
{
	struct out o = { 0 };

	*n = 0;
	if (dev->group < 0)
		return mem_strdup("in no group");
	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_device *other = &snap->devices[i];

		if (other == dev || other->group != dev->group)
			continue;
		out_printf(&o, "%s%s", *n ? " " : "with ", other->name);
		++*n;
	}
	if (!*n)
		out_str(&o, "alone");
	out_raw(&o, "", 1);
	return o.data;
}

static void diff_companions(struct diff *d, const char *where, const struct diff_unit *a,
			    const struct diff_unit *b)
{
	const struct host_group *ga = snapshot_group(a->snap, a->device->group);
	const struct host_group *gb = snapshot_group(b->snap, b->device->group);
	enum compare_weight weight;
	size_t n_a, n_b;
	char *in_a, *in_b;

	/* Most devices are alone: their companions need not be looked for. */
	if (ga && gb && ga->n_devices == 1 && gb->n_devices == 1)
		return;
	in_a = companions(a->snap, a->device, &n_a);
	in_b = companions(b->snap, b->device, &n_b);
	weight = !ga         ? COMPARE_GAINED
		 : !gb       ? COMPARE_LOST
		 : n_a < n_b ? COMPARE_LESS
		 : n_a > n_b ? COMPARE_MORE
			     : COMPARE_NEUTRAL;
	if (strcmp(in_a, in_b))
		diff_add(d, "group", where, "isolation", weight, in_a, in_b, NULL);
	free(in_a);
	free(in_b);
}

static char *reserved_words(const struct host_group *group)
{
	struct out o = { 0 };

	if (!group || !group->reserved_known)
		return NULL;
	for (size_t i = 0; i < group->n_reserved; i++)
		out_printf(&o, "%s0x%llx-0x%llx %s", i ? ", " : "",
			   (unsigned long long)group->reserved[i].start,
			   (unsigned long long)group->reserved[i].end,
			   group->reserved[i].type ? group->reserved[i].type : "");
	if (!o.len)
		out_str(&o, "none");
	out_raw(&o, "", 1);
	return o.data;
}

static void diff_group(struct diff *d, const char *where, const struct diff_unit *a,
		       const struct diff_unit *b)
{
	const struct host_group *ga = snapshot_group(a->snap, a->device->group);
	const struct host_group *gb = snapshot_group(b->snap, b->device->group);
	char *in_a = reserved_words(ga), *in_b = reserved_words(gb);

	if (ga && gb) {
		diff_strings(d, "group", where, "type of the default domain", ga->type, gb->type);
		if (in_a && in_b)
			diff_strings(d, "group", where, "reserved regions", in_a, in_b);
	}
	free(in_a);
	free(in_b);
}

/* --- devices ---------------------------------------------------------------------------------- */

void diff_device(struct diff *d, const char *where, const struct diff_unit *a,
		 const struct diff_unit *b)
{
	const struct host_device *x = a->device, *y = b->device;
	char id_a[16], id_b[16];

	snprintf(id_a, sizeof(id_a), "%04x:%04x", x->vendor, x->device);
	snprintf(id_b, sizeof(id_b), "%04x:%04x", y->vendor, y->device);
	/* Another device in the same place: what it is able to do says nothing of this one. */
	if (where && x->has_ids && y->has_ids && strcmp(id_a, id_b)) {
		char *text = mem_printf("another device: %s, then %s", id_a, id_b);

		diff_add(d, "device", where, "device", COMPARE_NEUTRAL, id_a, id_b, text);
		free(text);
		diff_group(d, where, a, b);
		return;
	}
	if (x->has_ids && y->has_ids)
		diff_strings(d, "device", where, "device", id_a, id_b);
	diff_strings(d, "device", where, "driver", x->driver, y->driver);
	diff_companions(d, where, a, b);
	diff_group(d, where, a, b);
	diff_pci(d, where, facts_pci(a->snap, x->name), facts_pci(b->snap, y->name));
	if (x->hw_info && y->hw_info && x->hw_info->has_max_pasid && y->hw_info->has_max_pasid) {
		unsigned int p = x->hw_info->max_pasid_log2, q = y->hw_info->max_pasid_log2;
		char in_a[16], in_b[16];

		snprintf(in_a, sizeof(in_a), "%u", p);
		snprintf(in_b, sizeof(in_b), "%u", q);
		if (p != q)
			diff_add(d, "device", where, "PASID bits that user space can use",
				 !q      ? COMPARE_LOST
				 : !p    ? COMPARE_GAINED
				 : q < p ? COMPARE_LESS
					 : COMPARE_MORE,
				 in_a, in_b, NULL);
	}
}

static const char *iommu_name(const struct diff_unit *u)
{
	const struct host_iommu *iommu = u->device ? device_iommu(u->snap, u->device) : u->iommu;

	return iommu ? iommu->name : NULL;
}

/* Linux uses such a feature only when all units have it, and says which it is. */
static void add_audit_notes(struct diff *d)
{
	for (size_t i = 0; i < doc_len(d->list); i++) {
		json_object *e = doc_at(d->list, i);

		for (const struct vtd_audit *v = vtd_audit; v->item; v++)
			if (!strcmp(doc_get_str(e, "kind", ""), "register") &&
			    !strcmp(doc_get_str(e, "item", ""), v->item))
				doc_add(e, "note",
					doc_printf("Linux prints \"IOMMU feature %s "
						   "inconsistent\" about it, and uses it only if "
						   "all units have it",
						   v->word));
	}
}

void diff_units(struct diff *d, const struct diff_unit *a, const struct diff_unit *b)
{
	struct reg_set in_a, in_b;

	if (a->device && b->device) {
		diff_device(d, NULL, a, b);
		diff_strings(d, "device", NULL, "IOMMU", iommu_name(a), iommu_name(b));
	}
	unit_registers(a, &in_a);
	unit_registers(b, &in_b);
	diff_registers(d, NULL, &in_a, &in_b);
	if (in_a.arch && in_a.arch == in_b.arch && !strcmp(in_a.arch->type, "intel-vtd"))
		add_audit_notes(d);
}
