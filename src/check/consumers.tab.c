/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of VMMs for nested IOMMUs, one row a field.
 *
 * qemu: arm-smmuv3,accel=on compares the host's IDR registers with those it
 * shows the guest; intel-iommu,fsts=on (x-flts=on before) looks at CAP and ECAP.
 * libvirt starts QEMU, so the same rules hold and only the spelling differs.
 * cloud-hypervisor refuses nothing: it takes away what the host does not have.
 */
#include "config.h"
#include "check/consumers.h"

#include "base/mem.h"

const char *const consumer_names[] = { "qemu", "libvirt", "cloud-hypervisor", NULL };

#define QEMU_RULES(consumer, since, since_vtd)                                                       \
	{ consumer,                                                                                  \
	  since,                                                                                     \
	  "arm-smmuv3",                                                                              \
	  "IDR0",                                                                                    \
	  "ST_LEVEL",                                                                                \
	  HOST_EQUALS,                                                                               \
	  1,                                                                                         \
	  NULL,                                                                                      \
	  "the virtual SMMU has two-level stream tables: the device is refused" },                   \
		{ consumer,                                                                          \
		  since,                                                                             \
		  "arm-smmuv3",                                                                      \
		  "IDR0",                                                                            \
		  "TTENDIAN",                                                                        \
		  HOST_AT_MOST,                                                                      \
		  2,                                                                                 \
		  NULL,                                                                              \
		  "the virtual SMMU walks little-endian tables: the device is refused" },            \
		{ consumer, since, "arm-smmuv3",                                                     \
		  "IDR0",   "TTF", HOST_AT_LEAST,                                                    \
		  2,        NULL,  "the virtual SMMU has AArch64 tables: the device is refused" },   \
		{ consumer,                                                                          \
		  since,                                                                             \
		  "arm-smmuv3",                                                                      \
		  "IDR1",                                                                            \
		  "SIDSIZE",                                                                         \
		  HOST_AT_LEAST,                                                                     \
		  16,                                                                                \
		  NULL,                                                                              \
		  "the virtual SMMU has 16-bit stream IDs: the device is refused" },                 \
		{ consumer, since,      "arm-smmuv3",                                                \
		  "IDR1",   "SSIDSIZE", HOST_LIMITS,                                                 \
		  20,       "ssidsize", "a larger ssidsize is refused" },                            \
		{ consumer, since, "arm-smmuv3",       "IDR3", "RIL", HOST_ALLOWS,                   \
		  1,        "ril", "ril=on is refused" },                                            \
		{ consumer, since, "arm-smmuv3",                                                     \
		  "IDR0",   "ATS", HOST_ALLOWS,                                                      \
		  1,        "ats", "the guest would see ATS that the host does not have" },          \
		{ consumer,                                                                          \
		  since,                                                                             \
		  "arm-smmuv3",                                                                      \
		  "IDR5",                                                                            \
		  "OAS",                                                                             \
		  HOST_AT_LEAST,                                                                     \
		  4,                                                                                 \
		  NULL,                                                                              \
		  "the virtual SMMU puts out at least 44 bits: the device is refused" },             \
		{ consumer, since, "arm-smmuv3",                                                     \
		  "IDR5",   "OAS", HOST_LIMITS,                                                      \
		  5,        "oas", "a larger oas is refused" },                                      \
		{ consumer, since,    "arm-smmuv3",                                                  \
		  "IDR5",   "GRAN4K", HOST_EQUALS,                                                   \
		  1,        NULL,     "the virtual SMMU has 4 KiB pages: the device is refused" },   \
		{ consumer, since,     "arm-smmuv3",                                                 \
		  "IDR5",   "GRAN16K", HOST_EQUALS,                                                  \
		  1,        NULL,      "the virtual SMMU has 16 KiB pages: the device is refused" }, \
		{ consumer, since,     "arm-smmuv3",                                                 \
		  "IDR5",   "GRAN64K", HOST_EQUALS,                                                  \
		  1,        NULL,      "the virtual SMMU has 64 KiB pages: the device is refused" }, \
                                                                                                     \
		{ consumer,                                                                          \
		  since_vtd,                                                                         \
		  "intel-vtd",                                                                       \
		  "ECAP",                                                                            \
		  "NEST",                                                                            \
		  HOST_AT_LEAST,                                                                     \
		  1,                                                                                 \
		  NULL,                                                                              \
		  "first-stage translation of the guest needs nesting: the device is refused" },     \
		{ consumer, since_vtd, "intel-vtd",                                                  \
		  "ECAP",   "SMTS",    HOST_AT_LEAST,                                                \
		  1,        NULL,      "nesting needs scalable mode: the device is refused" },       \
		{ consumer,                                                                          \
		  since_vtd,                                                                         \
		  "intel-vtd",                                                                       \
		  "CAP",                                                                             \
		  "MGAW",                                                                            \
		  HOST_AT_LEAST,                                                                     \
		  38,                                                                                \
		  NULL,                                                                              \
		  "the virtual IOMMU translates at least 39 bits: the device is refused" },          \
		{ consumer, since_vtd, "intel-vtd",                                                  \
		  "CAP",    "MGAW",    HOST_LIMITS,                                                  \
		  47,       "aw-bits", "a larger aw-bits is refused" },                              \
	{                                                                                            \
		consumer, since_vtd, "intel-vtd", "CAP", "FS1GP", HOST_ALLOWS, 1, "fs1gp",           \
			"fs1gp=on, the default, is refused"                                          \
	}

const struct consumer_rule consumer_rules[] = {
	QEMU_RULES("qemu", "11.0", "11.0"),
	QEMU_RULES("libvirt", "12.7.0", "12.8.0"),

	{ "cloud-hypervisor", "2026-09", "arm-smmuv3", "IDR0", "COHACC", HOST_ALLOWS, 1, NULL,
	  "the guest's IDR0.COHACC is cleared" },
	{ "cloud-hypervisor", "2026-09", "arm-smmuv3", "IDR0", "ASID16", HOST_ALLOWS, 1, NULL,
	  "the guest's IDR0.ASID16 is cleared" },
	{ "cloud-hypervisor", "2026-09", "arm-smmuv3", "IDR0", "VMID16", HOST_ALLOWS, 1, NULL,
	  "the guest's IDR0.VMID16 is cleared" },
	{ "cloud-hypervisor", "2026-09", "arm-smmuv3", "IDR0", "CD2L", HOST_ALLOWS, 1, NULL,
	  "the guest's IDR0.CD2L is cleared" },
	{ "cloud-hypervisor", "2026-09", "arm-smmuv3", "IDR0", "ST_LEVEL", HOST_ALLOWS, 1, NULL,
	  "the guest has linear stream tables only" },
	{ "cloud-hypervisor", "2026-09", "arm-smmuv3", "IDR0", "ATS", HOST_ALLOWS, 1, "ats",
	  "the guest sees no ATS" },
	{ "cloud-hypervisor", "2026-09", "arm-smmuv3", "IDR1", "SSIDSIZE", HOST_LIMITS, 20,
	  "ssidsize", "the guest has as many PASIDs as the host" },
	{ "cloud-hypervisor", "2026-09", "arm-smmuv3", "IDR5", "OAS", HOST_LIMITS, 5, "oas",
	  "the guest's output size is the host's, at most 48 bits" },
	{ "cloud-hypervisor", "2026-09", "arm-smmuv3", "IDR5", "GRAN4K", HOST_ANY, 1, NULL,
	  "the guest is shown 4 KiB and 64 KiB pages that the host does not have" },
	{ "cloud-hypervisor", "2026-09", "arm-smmuv3", "IDR5", "GRAN64K", HOST_ANY, 1, NULL,
	  "the guest is shown 4 KiB and 64 KiB pages that the host does not have" },
};

const size_t n_consumer_rules = ARRAY_SIZE(consumer_rules);
