/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI capabilities from configuration space. Layout: PCI Express base specification. */
#include "config.h"
#include "host/pcicaps.h"

#include <stdbool.h>

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

static uint32_t number(const uint8_t *bytes, size_t n)
{
	uint32_t v = 0;

	while (n--)
		v = v << 8 | bytes[n];
	return v;
}

/* Up to four bytes; 0 when they cannot be read. */
static uint32_t get(const struct pci_config *c, size_t at, size_t n)
{
	uint8_t bytes[4];

	return c->read(c->source, at, bytes, n) ? number(bytes, n) : 0;
}

static size_t find_conventional(const struct pci_config *c, unsigned int id)
{
	size_t at;

	if (!(get(c, STATUS, 2) & STATUS_HAS_CAPS))
		return 0;
	at = get(c, CAPS_POINTER, 1) & 0xfcU;
	/* More steps than there is room for are a circle. */
	for (unsigned int steps = 0; at >= PCI_CONFIG_HEADER && steps < 48; steps++) {
		uint32_t header = get(c, at, 2); /* its id, and where the next one is */

		if ((header & 0xff) == id)
			return at;
		at = header >> 8 & 0xfcU;
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

/* Each is given the bytes of the capability, from its header on. */
static json_object *ats(const uint8_t *bytes)
{
	uint32_t cap = number(bytes + 4, 2), control = number(bytes + 6, 2);
	json_object *o = doc_object();

	doc_add(o, "enabled", doc_bool(control & 0x8000));
	/* 0 stands for 32. */
	doc_add(o, "queue_depth", doc_uint(cap & 31 ? cap & 31 : 32));
	doc_add(o, "page_aligned", doc_bool(cap & 0x20));
	doc_add(o, "smallest_translation_unit", doc_uint(UINT64_C(4096) << (control & 31)));
	return o;
}

static json_object *pri(const uint8_t *bytes)
{
	json_object *o = doc_object();

	doc_add(o, "enabled", doc_bool(number(bytes + 4, 2) & 1));
	doc_add(o, "pasid_required", doc_bool(number(bytes + 6, 2) & 0x8000));
	doc_add(o, "capacity", doc_uint(number(bytes + 8, 4)));
	doc_add(o, "allocated", doc_uint(number(bytes + 12, 4)));
	return o;
}

static json_object *pasid(const uint8_t *bytes)
{
	uint32_t cap = number(bytes + 4, 2), control = number(bytes + 6, 2);
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

static json_object *acs(const uint8_t *bytes)
{
	json_object *o = doc_object();

	doc_add(o, "capable", acs_list(number(bytes + 4, 2)));
	doc_add(o, "enabled", acs_list(number(bytes + 6, 2)));
	return o;
}

static json_object *sriov(const uint8_t *bytes)
{
	json_object *o = doc_object();

	doc_add(o, "enabled", doc_bool(number(bytes + 8, 2) & 1));
	doc_add(o, "total_vfs", doc_uint(number(bytes + 0x0e, 2)));
	doc_add(o, "num_vfs", doc_uint(number(bytes + 0x10, 2)));
	doc_add(o, "first_vf_offset", doc_uint(number(bytes + 0x14, 2)));
	doc_add(o, "vf_stride", doc_uint(number(bytes + 0x16, 2)));
	return o;
}

enum { LONGEST = 0x18 };

static const struct {
	unsigned int id;
	size_t len; /* up to LONGEST */
	const char *key;
	json_object *(*describe)(const uint8_t *bytes);
} extended[] = {
	{ EXT_ATS, 8, "ats", ats },
	{ EXT_PRI, 16, "pri", pri },
	{ EXT_PASID, 8, "pasid", pasid },
	{ EXT_ACS, 8, "acs", acs },
	{ EXT_SRIOV, LONGEST, "sriov", sriov },
};

static void add_extended(json_object *obj, const struct pci_config *c, size_t at, unsigned int id)
{
	uint8_t bytes[LONGEST];

	for (size_t i = 0; i < ARRAY_SIZE(extended); i++)
		if (extended[i].id == id && c->read(c->source, at, bytes, extended[i].len))
			doc_add(obj, extended[i].key, extended[i].describe(bytes));
}

/* What is read of a configuration space, and whether something there could not be. */
struct watched {
	const struct pci_config *config;
	bool failed;
};

/* Once more where it fails: libpci does not repeat a read that was interrupted. */
static bool read_watched(void *source, size_t at, uint8_t *buf, size_t n)
{
	struct watched *w = source;
	const struct pci_config *c = w->config;

	if (c->read(c->source, at, buf, n) || c->read(c->source, at, buf, n))
		return true;
	/* Many functions have no extended space, which shows where it would begin. */
	w->failed |= at != EXTENDED_START;
	return false;
}

bool pci_caps_add(json_object *obj, const struct pci_config *config)
{
	struct watched watched = { .config = config };
	const struct pci_config c = { read_watched, &watched };
	size_t express = find_conventional(&c, CAP_ID_EXPRESS), at = EXTENDED_START;

	if (express)
		doc_add(obj, "port", doc_str(port_name(get(&c, express + 2, 2))));
	for (unsigned int steps = 0; at >= EXTENDED_START && steps < 960; steps++) {
		uint32_t header = get(&c, at, 4);

		if (!header || header == UINT32_MAX)
			break;
		add_extended(obj, &c, at, header & 0xffff);
		at = header >> 20 & 0xffcU;
	}
	return !watched.failed;
}
