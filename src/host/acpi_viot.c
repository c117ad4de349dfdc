/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VIOT: paravirtual IOMMUs and the devices behind them. Layout: ACPI 6.5, "Virtual I/O Translation
 * Table". */
#include "config.h"

#include "base/mem.h"
#include "host/acpi_fields.h"
#include "render/doc.h"

static const struct acpi_field pci_range_fields[] = {
	{ "segment", 8, 2, ACPI_NUMBER },  { "last_segment", 10, 2, ACPI_NUMBER },
	{ "first", 12, 2, ACPI_BDF },      { "last", 14, 2, ACPI_BDF },
	{ "endpoint", 4, 4, ACPI_NUMBER }, { "node", 16, 2, ACPI_NUMBER },
};

static const struct acpi_field mmio_fields[] = {
	{ "register_base", 8, 8, ACPI_ADDRESS },
	{ "endpoint", 4, 4, ACPI_NUMBER },
	{ "node", 16, 2, ACPI_NUMBER },
};

static const struct acpi_field virtio_pci_fields[] = {
	{ "segment", 4, 2, ACPI_NUMBER },
	{ "iommu", 6, 2, ACPI_BDF },
};

static const struct acpi_field virtio_mmio_fields[] = {
	{ "register_base", 8, 8, ACPI_ADDRESS },
};

static const struct acpi_structure kinds[] = {
	{ 1, "pci-range", 18, pci_range_fields, ARRAY_SIZE(pci_range_fields), NULL },
	{ 2, "mmio-endpoint", 18, mmio_fields, ARRAY_SIZE(mmio_fields), NULL },
	{ 3, "virtio-iommu-pci", 8, virtio_pci_fields, ARRAY_SIZE(virtio_pci_fields), NULL },
	{ 4, "virtio-iommu-mmio", 16, virtio_mmio_fields, ARRAY_SIZE(virtio_mmio_fields), NULL },
};

void acpi_viot(json_object *doc, const struct acpi_block *b)
{
	size_t count = (size_t)acpi_get(b, 36, 2), at = (size_t)acpi_get(b, 38, 2);
	json_object *list = doc_list();

	doc_add(doc, "structures", list);
	for (; count; count--) {
		size_t len = (size_t)acpi_get(b, at + 2, 2);
		struct acpi_block part = acpi_part(b, at, len);

		if (len < 4 || part.len < len) {
			acpi_problem(b, at < b->len ? at : b->len, "structure-length",
				     "%zu nodes are left, the next is %zu bytes of %zu", count, len,
				     at < b->len ? b->len - at : 0);
			break;
		}
		acpi_add_structure(list, &part, kinds, ARRAY_SIZE(kinds),
				   (unsigned int)acpi_get(b, at, 1));
		at += len;
	}
}
