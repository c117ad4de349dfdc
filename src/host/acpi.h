/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ACPI tables that describe IOMMUs: DMAR, IVRS, IORT and VIOT.
 *
 * Parsed as far as they decide how devices are translated: which unit serves
 * which device, memory that firmware wants mapped one to one, opt-ins. Pure
 * functions: bytes in, a document out. Every read is bounded; whatever does
 * not add up is listed under "problems" with its offset, and the rest of the
 * table is still read.
 */
#ifndef IOMMUCTL_HOST_ACPI_H
#define IOMMUCTL_HOST_ACPI_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest table that is looked at: real ones stay far below. */
enum { ACPI_TABLE_MAX = 1 << 18 };

/**
 * acpi_table_doc() - parse one table
 * @data, @len: the table as below /sys/firmware/acpi/tables
 *
 * Returns a new object: "signature", "length", "revision", "oem_id",
 * "oem_table_id", "checksum_ok", the table's own header fields, "structures"
 * (each with "type" and "offset"), "problems" ({"offset", "id", "text"}) and
 * "raw" (all bytes in hex: `jq -r … | xxd -r -p` gives the table back). Never NULL.
 */
json_object *acpi_table_doc(const void *data, size_t len);

/* A PCI function as the join needs it. */
struct acpi_device {
	const char *name; /* 0000:3b:00.0 */
	uint16_t segment;
	uint8_t bus, devfn;
	int parent; /* index of the bridge right above, or -1 */
};

/** Take "0000:3b:00.0" apart. False when @name is no PCI address. */
bool acpi_pci_address(const char *name, uint16_t *segment, uint8_t *bus, uint8_t *devfn);

/**
 * acpi_join() - say which devices the tables speak of
 * @tables: list of acpi_table_doc() results; "devices" is added to their structures
 * @devices: the PCI functions of the same machine
 *
 * A device scope that names no function of the machine is added to the table's
 * problems. Returns a new list of the memory ranges that firmware reserves for
 * devices, from RMRR, IVMD and RMR alike:
 * {"table", "structure", "segment", "start", "end", "size", "kind", "devices"},
 * "devices" being null when the range is for every device.
 */
json_object *acpi_join(json_object *tables, const struct acpi_device *devices, size_t count);

#endif
