/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI capabilities from the bytes of configuration space. Layout: PCI Express base specification.
 */
#include "config.h"
#include "host/pcicaps.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "render/doc.h"

enum {
	STATUS = 0x06,
	STATUS_HAS_CAPS = 0x10,
	CAPS_POINTER = 0x34,
	CAP_ID_EXPRESS = 0x10,
	EXTENDED_START = 0x100,
	EXT_ACS = 0x0d,
	EXT_ATS = 0x0f,
	EXT_SRIOV = 0x10,
	EXT_PRI = 0x13,
	EXT_PASID = 0x1b,
};

struct space {
	const uint8_t *data;
	size_t len;
};

static uint32_t get(const struct space *s, size_t at, size_t n)
{
	uint32_t v = 0;

	if (at > s->len || n > s->len - at)
		return 0;
	while (n--)
		v = v << 8 | s->data[at + n];
	return v;
}

static size_t find_conventional(const struct space *s, unsigned int id)
{
	size_t at = get(s, CAPS_POINTER, 1) & 0xfcU;

	if (!(get(s, STATUS, 2) & STATUS_HAS_CAPS))
		return 0;
	/* More steps than there is room for are a circle. */
	for (unsigned int steps = 0; at >= PCI_CONFIG_HEADER && steps < 48; steps++) {
		if (get(s, at, 1) == id)
			return at;
		at = get(s, at + 1, 1) & 0xfcU;
	}
	return 0;
}

static const char *port_name(uint32_t flags)
{
	static const char *const names[] = {
		"endpoint",
		"legacy-endpoint",
		NULL,
		NULL,
		"root-port",
		"upstream-port",
		"downstream-port",
		"pcie-to-pci",
		"pci-to-pcie",
		"integrated-endpoint",
		"event-collector",
	};
	uint32_t type = flags >> 4 & 15;

	return type < ARRAY_SIZE(names) ? names[type] : NULL;
}

static json_object *ats(const struct space *s, size_t at)
{
	uint32_t cap = get(s, at + 4, 2), control = get(s, at + 6, 2);
	json_object *o = doc_object();

	doc_add(o, "enabled", doc_bool(control & 0x8000));
	/* 0 stands for 32. */
	doc_add(o, "queue_depth", doc_uint(cap & 31 ? cap & 31 : 32));
	doc_add(o, "page_aligned", doc_bool(cap & 0x20));
	doc_add(o, "smallest_translation_unit", doc_uint(UINT64_C(4096) << (control & 31)));
	return o;
}

static json_object *pri(const struct space *s, size_t at)
{
	json_object *o = doc_object();

	doc_add(o, "enabled", doc_bool(get(s, at + 4, 2) & 1));
	doc_add(o, "pasid_required", doc_bool(get(s, at + 6, 2) & 0x8000));
	doc_add(o, "capacity", doc_uint(get(s, at + 8, 4)));
	doc_add(o, "allocated", doc_uint(get(s, at + 12, 4)));
	return o;
}

static json_object *pasid(const struct space *s, size_t at)
{
	uint32_t cap = get(s, at + 4, 2), control = get(s, at + 6, 2);
	json_object *o = doc_object();

	doc_add(o, "enabled", doc_bool(control & 1));
	doc_add(o, "bits", doc_uint(cap >> 8 & 31));
	doc_add(o, "execute", doc_bool(cap & 2));
	doc_add(o, "privileged", doc_bool(cap & 4));
	return o;
}

static json_object *acs_list(uint32_t bits)
{
	static const char *const names[] = {
		"source-validation",   "translation-blocking", "request-redirect",
		"completion-redirect", "upstream-forwarding",  "egress-control",
		"direct-translated",
	};
	json_object *list = doc_list();

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (bits & 1u << i)
			doc_push(list, doc_str(names[i]));
	return list;
}

static json_object *acs(const struct space *s, size_t at)
{
	json_object *o = doc_object();

	doc_add(o, "capable", acs_list(get(s, at + 4, 2)));
	doc_add(o, "enabled", acs_list(get(s, at + 6, 2)));
	return o;
}

static json_object *sriov(const struct space *s, size_t at)
{
	json_object *o = doc_object();

	doc_add(o, "enabled", doc_bool(get(s, at + 8, 2) & 1));
	doc_add(o, "total_vfs", doc_uint(get(s, at + 0x0e, 2)));
	doc_add(o, "num_vfs", doc_uint(get(s, at + 0x10, 2)));
	doc_add(o, "first_vf_offset", doc_uint(get(s, at + 0x14, 2)));
	doc_add(o, "vf_stride", doc_uint(get(s, at + 0x16, 2)));
	return o;
}

static const struct {
	unsigned int id;
	size_t len;
	const char *key;
	json_object *(*describe)(const struct space *s, size_t at);
} extended[] = {
	{ EXT_ATS, 8, "ats", ats },          { EXT_PRI, 16, "pri", pri },
	{ EXT_PASID, 8, "pasid", pasid },    { EXT_ACS, 8, "acs", acs },
	{ EXT_SRIOV, 0x18, "sriov", sriov },
};

static void add_extended(json_object *obj, const struct space *s, size_t at)
{
	unsigned int id = get(s, at, 2);

	for (size_t i = 0; i < ARRAY_SIZE(extended); i++)
		if (extended[i].id == id && at + extended[i].len <= s->len)
			doc_add(obj, extended[i].key, extended[i].describe(s, at));
}

void pci_caps_add(json_object *obj, const uint8_t *config, size_t len)
{
	const struct space s = { config, len };
	size_t express = find_conventional(&s, CAP_ID_EXPRESS), at = EXTENDED_START;

	if (express)
		doc_add(obj, "port", doc_str(port_name(get(&s, express + 2, 2))));
	for (unsigned int steps = 0; at >= EXTENDED_START && steps < 960; steps++) {
		uint32_t header = get(&s, at, 4);

		if (!header || header == UINT32_MAX)
			break;
		add_extended(obj, &s, at);
		at = header >> 20 & 0xffcU;
	}
}
