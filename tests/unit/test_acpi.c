/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ACPI tables: captured and built ones, their devices, and every way to cut them short. */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "host/acpi.h"
#include "render/doc.h"
#include "unit.h"

/* --- building tables ------------------------------------------------------------------ */

struct bytes {
	uint8_t data[4096];
	size_t len;
};

static void put(struct bytes *b, uint64_t v, size_t n)
{
	for (; n; n--, v >>= 8)
		b->data[b->len++] = (uint8_t)v;
}

static void put_text(struct bytes *b, const char *s, size_t n)
{
	memset(b->data + b->len, 0, n);
	memcpy(b->data + b->len, s, strlen(s) < n ? strlen(s) : n);
	b->len += n;
}

static void begin(struct bytes *b, const char *signature)
{
	b->len = 0;
	put_text(b, signature, 4);
	put(b, 0, 4);
	put(b, 1, 1);
	put(b, 0, 1);
	put_text(b, "TEST  ", 6);
	put_text(b, "UNITTEST", 8);
	put(b, 1, 4);
	put_text(b, "TEST", 4);
	put(b, 1, 4);
}

/* Length and checksum. */
static void finish(struct bytes *b)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < 4; i++)
		b->data[4 + i] = (uint8_t)(b->len >> 8 * i);
	b->data[9] = 0;
	for (size_t i = 0; i < b->len; i++)
		sum = (uint8_t)(sum + b->data[i]);
	b->data[9] = (uint8_t)-sum;
}

static void scope(struct bytes *b, unsigned int type, unsigned int bus, const char *path)
{
	size_t hops = strlen(path) / 2;

	put(b, type, 1);
	put(b, 6 + 2 * hops, 1);
	put(b, 0, 3);
	put(b, bus, 1);
	for (size_t i = 0; i < hops; i++) {
		put(b, (uint64_t)(path[2 * i] - '0'), 1);
		put(b, (uint64_t)(path[2 * i + 1] - '0'), 1);
	}
}

/* Two units, one of them for a device and for what is below a bridge; one of each other kind. */
static void build_dmar(struct bytes *b)
{
	begin(b, "DMAR");
	put(b, 45, 1);
	put(b, 5, 1);
	put(b, 0, 10);
	/* DRHD */
	put(b, 0, 2), put(b, 16 + 8 + 8, 2), put(b, 0, 2), put(b, 0, 2), put(b, 0xfed90000, 8);
	scope(b, 1, 0, "20");
	scope(b, 2, 0, "30");
	put(b, 0, 2), put(b, 16, 2), put(b, 1, 1), put(b, 1, 1), put(b, 0, 2),
		put(b, 0xfed91000, 8);
	/* RMRR for the function behind the bridge, and for one that is not there */
	put(b, 1, 2), put(b, 24 + 10 + 8, 2), put(b, 0, 4), put(b, 0x7c000000, 8),
		put(b, 0x7c00ffff, 8);
	scope(b, 1, 0, "3010");
	scope(b, 1, 0, "90");
	/* ATSR, RHSA, ANDD, SATC, SIDP, and one that nobody knows */
	put(b, 2, 2), put(b, 8 + 8, 2), put(b, 0, 4);
	scope(b, 2, 0, "30");
	put(b, 3, 2), put(b, 20, 2), put(b, 0, 4), put(b, 0xfed91000, 8), put(b, 7, 4);
	put(b, 4, 2), put(b, 8 + 12, 2), put(b, 0, 3), put(b, 1, 1);
	put_text(b, "\\_SB.I2C0", 12);
	put(b, 5, 2), put(b, 8 + 8, 2), put(b, 1, 1), put(b, 0, 1), put(b, 0, 2);
	scope(b, 1, 0, "20");
	put(b, 6, 2), put(b, 8 + 8, 2), put(b, 0, 4);
	scope(b, 1, 0, "20");
	put(b, 99, 2), put(b, 4, 2);
	finish(b);
}

/* A root complex whose requesters 0-0xffff become streams 0x10000-0x1ffff, and a RMR for one. */
static void build_iort(struct bytes *b)
{
	begin(b, "IORT");
	put(b, 3, 4), put(b, 48, 4), put(b, 0, 4);
	/* SMMUv3 at 48 */
	put(b, 4, 1), put(b, 68, 2), put(b, 2, 1), put(b, 0, 4), put(b, 0, 4), put(b, 0, 4);
	put(b, 0x9050000, 8), put(b, 5, 4), put(b, 0, 4), put(b, 0, 8), put(b, 0, 4);
	put(b, 0, 24);
	/* root complex at 116 */
	put(b, 2, 1), put(b, 40 + 20, 2), put(b, 3, 1), put(b, 1, 4), put(b, 1, 4), put(b, 40, 4);
	put(b, 1, 8), put(b, 7, 4), put(b, 0, 4), put(b, 48, 1), put(b, 20, 2), put(b, 0, 5);
	put(b, 0, 4), put(b, 0xffff, 4), put(b, 0x10000, 4), put(b, 48, 4), put(b, 0, 4);
	/* RMR at 176 */
	put(b, 6, 1), put(b, 28 + 20 + 20, 2), put(b, 3, 1), put(b, 2, 4), put(b, 1, 4),
		put(b, 48, 4);
	put(b, 1, 4), put(b, 1, 4), put(b, 28, 4);
	put(b, 0x80000000, 8), put(b, 0x10000, 8), put(b, 0, 4);
	put(b, 0, 4), put(b, 0, 4), put(b, 0x10100, 4), put(b, 48, 4), put(b, 1, 4);
	finish(b);
}

static void build_ivrs(struct bytes *b)
{
	begin(b, "IVRS");
	put(b, 1 | 48 << 8 | 64 << 15, 4);
	put(b, 0, 8);
	put(b, 0x11, 1), put(b, 0xb0, 1), put(b, 40 + 4 + 4 + 4 + 8 + 8 + 26, 2), put(b, 2, 2),
		put(b, 0x40, 2);
	put(b, 0xfeb80000, 8), put(b, 0, 2), put(b, 0, 2), put(b, 0, 4);
	put(b, 0x58f77ef22294ade, 8), put(b, 0, 8);
	put(b, 3, 1), put(b, 0x08, 2), put(b, 0, 1);
	put(b, 4, 1), put(b, 0x17, 2), put(b, 0, 1);
	put(b, 2, 1), put(b, 0x100, 2), put(b, 0x07, 1);
	put(b, 66, 1), put(b, 0x101, 2), put(b, 0, 2), put(b, 0x100, 2), put(b, 0, 1);
	put(b, 72, 1), put(b, 0, 2), put(b, 0, 1), put(b, 33, 1), put(b, 0xa0, 2), put(b, 1, 1);
	put(b, 240, 1), put(b, 0x300, 2), put(b, 0x40, 1);
	put_text(b, "AMDI0020", 8);
	put(b, 0, 8);
	put(b, 2, 1), put(b, 4, 1);
	put_text(b, "ID00", 4);
	/* IVMD for a range */
	put(b, 0x22, 1), put(b, 7, 1), put(b, 32, 2), put(b, 0x08, 2), put(b, 0x0f, 2),
		put(b, 0, 8);
	put(b, 0x9d000000, 8), put(b, 0x2000, 8);
	finish(b);
}

static void build_viot(struct bytes *b)
{
	begin(b, "VIOT");
	put(b, 2, 2), put(b, 48, 2), put(b, 0, 8);
	put(b, 3, 1), put(b, 0, 1), put(b, 16, 2), put(b, 0, 2), put(b, 8, 2), put(b, 0, 8);
	put(b, 1, 1), put(b, 0, 1), put(b, 24, 2), put(b, 0, 4), put(b, 0, 2), put(b, 0, 2);
	put(b, 0x10, 2), put(b, 0xffff, 2), put(b, 48, 2), put(b, 0, 6);
	finish(b);
}

static const struct acpi_device machine[] = {
	{ "0000:00:01.0", 0, 0, 0x08, -1 }, { "0000:00:02.0", 0, 0, 0x10, -1 },
	{ "0000:00:03.0", 0, 0, 0x18, -1 }, { "0000:01:00.0", 0, 1, 0x00, 2 },
	{ "0000:01:01.0", 0, 1, 0x08, 2 },  { "0001:00:02.0", 1, 0, 0x10, -1 },
};

static json_object *load(const struct bytes *b, json_object **list, json_object **reserved)
{
	*list = doc_list();
	doc_push(*list, acpi_table_doc(b->data, b->len));
	*reserved = acpi_join(*list, machine, ARRAY_SIZE(machine));
	return doc_at(*list, 0);
}

static void unload(json_object *list, json_object *reserved)
{
	json_object_put(list);
	json_object_put(reserved);
}

static const char *text_of(json_object *obj, const char *path)
{
	json_object *v = doc_path(obj, path, NULL);

	return v ? json_object_to_json_string_ext(v, JSON_C_TO_STRING_NOSLASHESCAPE) : "(none)";
}

/* --- tests ---------------------------------------------------------------------------- */

static void test_dmar_fields(void)
{
	json_object *list, *reserved, *t;
	struct bytes b;

	build_dmar(&b);
	t = load(&b, &list, &reserved);
	unit_str(text_of(t, "checksum_ok"), "true");
	unit_str(text_of(t, "host_address_bits"), "46");
	unit_str(text_of(t, "interrupt_remapping"), "true");
	unit_str(text_of(t, "x2apic_opt_out"), "false");
	unit_str(text_of(t, "platform_opt_in"), "true");
	unit_str(text_of(t, "structures.0.register_base"), "\"0x00000000fed90000\"");
	unit_str(text_of(t, "structures.0.register_size"), "4096");
	unit_str(text_of(t, "structures.1.register_size"), "8192");
	unit_str(text_of(t, "structures.1.include_all"), "true");
	unit_str(text_of(t, "structures.2.end"), "\"0x000000007c00ffff\"");
	unit_str(text_of(t, "structures.2.scope.0.path"), "[\"03.0\",\"01.0\"]");
	unit_str(text_of(t, "structures.4.proximity_domain"), "7");
	unit_str(text_of(t, "structures.5.name"), "\"\\\\_SB.I2C0\"");
	unit_str(text_of(t, "structures.6.atc_required"), "true");
	unit_str(text_of(t, "structures.7.type"), "\"SIDP\"");
	unit_str(text_of(t, "structures.8.type"), "\"unknown (99)\"");
	unload(list, reserved);
}

static void test_dmar_devices(void)
{
	json_object *list, *reserved, *t;
	struct bytes b;

	build_dmar(&b);
	t = load(&b, &list, &reserved);
	unit_str(text_of(t, "structures.0.devices"),
		 "[\"0000:00:02.0\",\"0000:00:03.0\",\"0000:01:00.0\",\"0000:01:01.0\"]");
	/* The other unit has the rest of its segment, and nothing of the next. */
	unit_str(text_of(t, "structures.1.devices"), "[\"0000:00:01.0\"]");
	unit_str(text_of(t, "structures.2.devices"), "[\"0000:01:01.0\"]");
	unit_int(doc_len(reserved), 1);
	unit_str(text_of(reserved, "0.size"), "65536");
	unit_str(text_of(reserved, "0.kind"), "\"direct\"");
	unit_str(text_of(reserved, "0.devices"), "[\"0000:01:01.0\"]");
	unit_int(doc_len(doc_get(t, "problems")), 1);
	unit_str(text_of(t, "problems.0.id"), "\"scope-device-missing\"");
	unload(list, reserved);
}

static void test_iort(void)
{
	json_object *list, *reserved, *t;
	struct bytes b;

	build_iort(&b);
	t = load(&b, &list, &reserved);
	unit_int(doc_len(doc_get(t, "problems")), 0);
	unit_str(text_of(t, "structures.0.type"), "\"smmu-v3\"");
	unit_str(text_of(t, "structures.0.coherent_override"), "true");
	unit_str(text_of(t, "structures.0.httu_override"), "\"access-and-dirty\"");
	unit_int(doc_len(doc_path(t, "structures.0.devices", NULL)), 5);
	unit_str(text_of(t, "structures.1.ats"), "true");
	unit_str(text_of(t, "structures.1.pasid_bits"), "20");
	unit_str(text_of(t, "structures.2.devices"), "[\"0000:01:00.0\"]");
	unit_str(text_of(reserved, "0.start"), "\"0x0000000080000000\"");
	unit_str(text_of(reserved, "0.end"), "\"0x000000008000ffff\"");
	unit_str(text_of(reserved, "0.kind"), "\"direct-relaxable\"");
	unload(list, reserved);
}

static void test_ivrs(void)
{
	json_object *list, *reserved, *t;
	struct bytes b;

	build_ivrs(&b);
	t = load(&b, &list, &reserved);
	unit_int(doc_len(doc_get(t, "problems")), 0);
	unit_str(text_of(t, "physical_address_bits"), "48");
	unit_str(text_of(t, "virtual_address_bits"), "64");
	unit_str(text_of(t, "structures.0.EFR"), "\"0x058f77ef22294ade\"");
	unit_str(text_of(t, "structures.0.iommu"), "\"00:00.2\"");
	/* The range, the single one; the alias is a function of its own that is not there. */
	unit_str(text_of(t, "structures.0.devices"),
		 "[\"0000:00:01.0\",\"0000:00:02.0\",\"0000:01:00.0\"]");
	unit_str(text_of(t, "structures.0.entries.2.nmi_pass"), "true");
	unit_str(text_of(t, "structures.0.entries.3.alias_of"), "\"01:00.0\"");
	unit_str(text_of(t, "structures.0.entries.4.variety"), "\"ioapic\"");
	unit_str(text_of(t, "structures.0.entries.5.uid"), "\"ID00\"");
	unit_str(text_of(t, "structures.1.unity"), "true");
	unit_str(text_of(reserved, "0.devices"), "[\"0000:00:01.0\"]");
	unit_str(text_of(reserved, "0.size"), "8192");
	unload(list, reserved);
}

static void test_viot(void)
{
	json_object *list, *reserved, *t;
	struct bytes b;

	build_viot(&b);
	t = load(&b, &list, &reserved);
	unit_str(text_of(t, "structures.0.iommu"), "\"00:01.0\"");
	unit_str(text_of(t, "structures.1.devices"),
		 "[\"0000:00:02.0\",\"0000:00:03.0\",\"0000:01:00.0\",\"0000:01:01.0\"]");
	unit_str(text_of(t, "structures.1.node"), "48");
	unload(list, reserved);
}

static json_object *read_table(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char *path = mem_printf("%s/tests/captures/acpi/%s", srcdir ? srcdir : ".", name);
	FILE *f = fopen(path, "rb");
	json_object *doc = NULL;
	uint8_t buf[4096];

	if (f) {
		doc = acpi_table_doc(buf, fread(buf, 1, sizeof(buf), f));
		fclose(f);
	} else {
		unit_fail("cannot read %s", path);
	}
	free(path);
	return doc;
}

static void test_captured(void)
{
	json_object *vtd = read_table("qemu-vtd-dmar.bin"), *amd = read_table("qemu-amd-ivrs.bin");

	unit_str(text_of(vtd, "oem_id"), "\"BOCHS\"");
	unit_str(text_of(vtd, "checksum_ok"), "true");
	unit_int(doc_len(doc_get(vtd, "problems")), 0);
	unit_str(text_of(vtd, "structures.0.type"), "\"DRHD\"");
	unit_str(text_of(vtd, "structures.0.scope.0.type"), "\"ioapic\"");
	unit_str(text_of(vtd, "structures.1.type"), "\"ATSR\"");
	unit_str(text_of(vtd, "structures.1.all_ports"), "true");
	unit_str(text_of(amd, "structures.0.type"), "\"IVHD-10h\"");
	unit_str(text_of(amd, "structures.0.register_base"), "\"0x00000000fed80000\"");
	unit_int(doc_len(doc_get(amd, "problems")), 0);
	unit_int(doc_len(doc_path(amd, "structures.0.entries", NULL)), 13);
	unit_int(strlen(doc_get_str(amd, "raw", "")), 256);
	json_object_put(vtd);
	json_object_put(amd);
}

/* Cut at every byte, and with every byte set to its worst: something comes out, nothing crashes. */
static void test_damaged(void)
{
	static void (*const build[])(struct bytes * b) = { build_dmar, build_iort, build_ivrs,
							   build_viot };

	for (size_t i = 0; i < ARRAY_SIZE(build); i++) {
		struct bytes b;

		build[i](&b);
		for (size_t len = 0; len < b.len; len++) {
			/* A copy of exactly that size: a read behind it is seen. */
			uint8_t *cut = mem_alloc(len);
			json_object *list = doc_list(), *reserved;

			memcpy(cut, b.data, len);
			doc_push(list, acpi_table_doc(cut, len));
			unit_true(doc_len(doc_path(list, "0.problems", NULL)) > 0);
			reserved = acpi_join(list, machine, ARRAY_SIZE(machine));
			unload(list, reserved);
			free(cut);
		}
		for (size_t at = 0; at < b.len; at++) {
			json_object *list, *reserved;
			struct bytes bad = b;

			bad.data[at] = (uint8_t)~bad.data[at];
			load(&bad, &list, &reserved);
			unit_str(text_of(list, "0.checksum_ok"), "false");
			unload(list, reserved);
		}
	}
}

static void test_address(void)
{
	uint16_t segment;
	uint8_t bus, devfn;

	unit_true(acpi_pci_address("00aa:3b:1f.7", &segment, &bus, &devfn));
	unit_hex(segment, 0xaa);
	unit_hex(bus, 0x3b);
	unit_hex(devfn, 0xff);
	unit_true(!acpi_pci_address("3b:00.0", &segment, &bus, &devfn));
	unit_true(!acpi_pci_address("0000:3b:00.0x", &segment, &bus, &devfn));
	unit_true(!acpi_pci_address("0000:3b:20.0", &segment, &bus, &devfn));
}

int main(void)
{
	unit_run(test_dmar_fields);
	unit_run(test_dmar_devices);
	unit_run(test_iort);
	unit_run(test_ivrs);
	unit_run(test_viot);
	unit_run(test_captured);
	unit_run(test_damaged);
	unit_run(test_address);
	return unit_done();
}
