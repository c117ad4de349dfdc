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
	static const struct acpi_node_list nodes = { .width = 2, .length_at = 2, .header = 4 };

	acpi_add_nodes(doc, b, kinds, ARRAY_SIZE(kinds), &nodes);
}
