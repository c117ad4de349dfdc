/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PCI capabilities that decide what an IOMMU can do for a device: ATS, PRI,
 * PASID, ACS and SR-IOV.
 */
#ifndef IOMMUCTL_HOST_PCICAPS_H
#define IOMMUCTL_HOST_PCICAPS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PCI_CONFIG_HEADER = 64, PCI_CONFIG_CONVENTIONAL = 256, PCI_CONFIG_FULL = 4096 };

/* Configuration space, of which only what is asked for is read: each word of it costs the device an
 * access. */
struct pci_config {
	/* False: these bytes are not there, or may not be read. */
	bool (*read)(void *source, size_t at, uint8_t *buf, size_t n);
	void *source;
};

/**
 * pci_caps_add() - decode configuration space
 * @obj: receives "port" ("endpoint", "root-port", ...; of PCI Express functions) and, for each
 *       capability that is there, "ats", "pri", "pasid", "acs", "sriov". One that is not
 *       there is absent
 * @config: 256 bytes of it or more can be read
 *
 * Chains that lead in circles end there. False when something that they lead to could not be read:
 * then a capability can be missing.
 */
bool pci_caps_add(json_object *obj, const struct pci_config *config);

#endif
