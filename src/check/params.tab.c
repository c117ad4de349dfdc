/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel parameters about IOMMUs that deserve a word. The first row that fits is used. */
#include "config.h"
#include "check/params.h"

#include "base/mem.h"

#define DROP "remove it from the kernel command line"

const struct check_param check_params[] = {
	/* Widely copied, and not values that the kernel knows. */
	{ "amd_iommu", "on", PARAM_NO_EFFECT, NULL,
	  "'on' is no value of it; AMD-Vi is on by default", DROP },
	{ "amd_iommu", "pt", PARAM_NO_EFFECT, NULL, "'pt' is no value of it",
	  DROP "; passthrough for kernel drivers is iommu=pt" },
	{ "intel_iommu", "pt", PARAM_NO_EFFECT, NULL, "'pt' is no value of it",
	  DROP "; passthrough for kernel drivers is iommu=pt" },
	{ "iommu", "on", PARAM_NO_EFFECT, NULL, "'on' is no value of it",
	  DROP "; VT-d is switched on by intel_iommu=on, AMD-Vi is on by default" },
	{ "iommu", "1", PARAM_NO_EFFECT, NULL, "'1' is no value of it",
	  DROP "; VT-d is switched on by intel_iommu=on, AMD-Vi is on by default" },

	{ "intel_iommu", NULL, PARAM_OTHER_HARDWARE, "DMAR",
	  "this machine's firmware describes no VT-d (no DMAR table)", DROP, "intel-vtd" },
	{ "amd_iommu", NULL, PARAM_OTHER_HARDWARE, "IVRS",
	  "this machine's firmware describes no AMD-Vi (no IVRS table)", DROP, "amd-vi" },

	{ "iommu", "pt", PARAM_WEAKENS, NULL,
	  "kernel drivers' devices bypass the IOMMU and reach all of memory", DROP },
	{ "iommu.passthrough", "1", PARAM_WEAKENS, NULL,
	  "kernel drivers' devices bypass the IOMMU and reach all of memory", DROP },
	{ "intel_iommu", "igfx_off", PARAM_WEAKENS, NULL,
	  "the integrated graphics device bypasses the IOMMU", DROP },
	{ "iommu.strict", "0", PARAM_WEAKENS, NULL,
	  "unmapped memory stays reachable for some milliseconds", DROP " or use iommu.strict=1" },
	{ "intremap", "nosid", PARAM_WEAKENS, NULL,
	  "a device can send the interrupts of another one", DROP },
	{ "pcie_acs_override", NULL, PARAM_WEAKENS, NULL,
	  "groups are split without the hardware keeping their devices apart", DROP },
	{ "pci", "disable_acs_redir", PARAM_WEAKENS, NULL,
	  "devices below these ports reach each other without the IOMMU", DROP },
	{ "pci", "config_acs", PARAM_WEAKENS, NULL,
	  "the ACS settings that isolate these ports were changed by hand",
	  "make sure that SV, RR, CR and UF stay on" },
	{ "arm-smmu.disable_bypass", "0", PARAM_WEAKENS, NULL,
	  "devices that no driver set up bypass the SMMU", DROP },
	{ "arm-smmu.disable_bypass", "n", PARAM_WEAKENS, NULL,
	  "devices that no driver set up bypass the SMMU", DROP },
	{ "iommufd.allow_unsafe_interrupts", "1", PARAM_WEAKENS, NULL,
	  "guests can send any interrupt where interrupts are not remapped", DROP },
	{ "iommufd.allow_unsafe_interrupts", "y", PARAM_WEAKENS, NULL,
	  "guests can send any interrupt where interrupts are not remapped", DROP },
	{ "vfio_iommu_type1.allow_unsafe_interrupts", "1", PARAM_WEAKENS, NULL,
	  "guests can send any interrupt where interrupts are not remapped", DROP },
	{ "vfio_iommu_type1.allow_unsafe_interrupts", "y", PARAM_WEAKENS, NULL,
	  "guests can send any interrupt where interrupts are not remapped", DROP },
};

const size_t check_n_params = ARRAY_SIZE(check_params);
