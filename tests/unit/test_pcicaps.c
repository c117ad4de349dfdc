/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration space that cannot be read in the middle: read once more, and then said. */
#include "config.h"

#include <json-c/json.h>

#include "host/pcicaps.h"
#include "render/doc.h"
#include "unit.h"

struct device {
	uint8_t bytes[PCI_CONFIG_FULL];
	unsigned int reads, fail_from, fail_to; /* counted from 1 */
};

static bool read_device(void *source, size_t at, uint8_t *buf, size_t n)
{
	struct device *d = source;

	d->reads++;
	if (at + n > sizeof(d->bytes) || (d->reads >= d->fail_from && d->reads <= d->fail_to))
		return false;
	memcpy(buf, d->bytes + at, n);
	return true;
}

/* An endpoint with ATS and, behind it, PASIDs of 20 bits. */
static void make(struct device *d, unsigned int fail_from, unsigned int fail_to)
{
	memset(d, 0, sizeof(*d));
	d->fail_from = fail_from;
	d->fail_to = fail_to;
	d->bytes[0x06] = 0x10;
	d->bytes[0x34] = 0x40;
	d->bytes[0x40] = 0x10;
	memcpy(d->bytes + 0x100, "\x0f\x00\x01\x11", 4);
	memcpy(d->bytes + 0x110, "\x1b\x00\x01\x00\x00\x14", 6);
}

static bool add(struct device *d, json_object **obj)
{
	*obj = doc_object();
	return pci_caps_add(*obj, &(struct pci_config) { read_device, d });
}

/* Each read, failing once, and failing for good. */
static void test_failures(void)
{
	struct device d;
	json_object *whole, *obj;
	unsigned int reads;

	make(&d, 0, 0);
	unit_true(add(&d, &whole));
	unit_int(doc_get_int(doc_get(whole, "pasid"), "bits", 0), 20);
	reads = d.reads;
	for (unsigned int i = 1; i <= reads; i++) {
		make(&d, i, i);
		unit_true(add(&d, &obj));
		unit_true(json_object_equal(obj, whole));
		json_object_put(obj);
		make(&d, i, i + 1);
		/* Without an extended space there is nothing behind. */
		unit_true(!add(&d, &obj) || (doc_get(obj, "port") && !doc_get(obj, "ats")));
		json_object_put(obj);
	}
	json_object_put(whole);
}

int main(void)
{
	unit_run(test_failures);
	return unit_done();
}
