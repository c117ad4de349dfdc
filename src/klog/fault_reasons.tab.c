/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fault reasons and event codes, one row each: number, the specification's
 * name, what it means, what to try.
 *
 * VT-d: fault record FR field (chapter "Fault Logging"); INTR.nn are our
 * labels, the specification numbers those conditions without a dotted name.
 * AMD: event log entry, EventCode. SMMUv3: event record, type.
 * RISC-V: fault queue record, CAUSE. `tentative` rows rest on one source.
 */
#include "config.h"
#include "klog/internal.h"

#include "base/mem.h"

#define UNMAPPED                                                                                   \
	"Look for a driver or firmware that uses an address after unmapping it or that was never " \
	"mapped; see whether the address lies in an RMRR or reserved region of the device's "      \
	"group "                                                                                   \
	"(iommuctl list, /sys/kernel/iommu_groups/*/reserved_regions)"
#define DRIVER_TABLES                                                                        \
	"The kernel's own tables are wrong or were freed too early: update the kernel, and " \
	"report "                                                                            \
	"it with the whole log"
#define KDUMP                                                                                      \
	"Usual in a crash (kdump) kernel for devices that go on with DMA of the old kernel; else " \
	"update the kernel and the device's firmware"
#define FIRMWARE_LEFT                                                                         \
	"Early in the boot this is firmware that left the device busy: update the firmware; " \
	"later, "                                                                             \
	"it is a driver that uses the device before it was set up"
#define INTERRUPT                                                                                \
	"Interrupt remapping is on and the device, or its driver, wrote an interrupt that does " \
	"not "                                                                                   \
	"match: update the kernel and the device's firmware; intremap=off is a workaround that " \
	"costs isolation"

static const struct klog_reason vtd[] = {
	/* Legacy mode. */
	{ 0x01, "LRT.2",
	  "The device's bus has no entry in the root table: nothing was set up for it",
	  FIRMWARE_LEFT, false },
	{ 0x02, "LCT.2", "The device has no context entry: nothing was set up for it",
	  FIRMWARE_LEFT, false },
	{ 0x03, "LCT.4.x", "The device's context entry holds values that exclude each other",
	  DRIVER_TABLES, false },
	{ 0x04, "LGN.1.x", "The address is wider than the unit or the table can translate",
	  "Compare the address with the unit's MGAW (iommuctl hwinfo): the device or its driver "
	  "makes addresses that it cannot use; a narrower DMA mask in the driver helps",
	  false },
	{ 0x05, "LGN.2", "The device wrote to an address that is not mapped for writing", UNMAPPED,
	  false },
	{ 0x06, "LGN.3", "The device read from an address that is not mapped for reading", UNMAPPED,
	  false },
	{ 0x07, "LSL.1", "A page table that an entry points to could not be read", DRIVER_TABLES,
	  false },
	{ 0x08, "LRT.1", "The root table could not be read", DRIVER_TABLES, false },
	{ 0x09, "LCT.1", "The context table could not be read", DRIVER_TABLES, false },
	{ 0x0a, "LRT.3", "The root entry has bits set that must be zero", KDUMP, false },
	{ 0x0b, "LCT.3", "The context entry has bits set that must be zero", DRIVER_TABLES, false },
	{ 0x0c, "LSL.2",
	  "A page table entry has bits set that must be zero, among them large pages or snooping "
	  "that the unit cannot do",
	  DRIVER_TABLES, false },
	{ 0x0d, "LCT.5",
	  "The kind of request (translation, translated) is not allowed for the device",
	  "The device uses ATS although it is off for it: pci=noats, or update its firmware",
	  false },
	{ 0x0e, "LGN.4", "A translated request to the interrupt address window",
	  "The device uses ATS wrongly: pci=noats, or update its firmware", false },
	/* Interrupt remapping. */
	{ 0x20, "INTR.20", "A remappable interrupt has bits set that must be zero", INTERRUPT,
	  false },
	{ 0x21, "INTR.21", "The interrupt's index is behind the end of the remapping table",
	  INTERRUPT, false },
	{ 0x22, "INTR.22", "The interrupt's remapping entry is not there (any more)",
	  "Usual once or twice when an interrupt is freed while the device still sends it, or "
	  "after kexec; if it repeats, the driver does not quiet the device",
	  false },
	{ 0x23, "INTR.23", "The interrupt remapping table could not be read", DRIVER_TABLES,
	  false },
	{ 0x24, "INTR.24", "The interrupt's remapping entry has bits set that must be zero",
	  DRIVER_TABLES, false },
	{ 0x25, "INTR.25", "An interrupt in the old, not remappable format was blocked", INTERRUPT,
	  false },
	{ 0x26, "INTR.26", "The interrupt came from another device than its entry allows",
	  "Behind a bridge that changes the requester this is a known quirk: update the kernel; "
	  "intremap=nosid switches the check off and weakens isolation",
	  false },
	{ 0x27, "INTR.27", "The posted-interrupt descriptor could not be read or written",
	  DRIVER_TABLES, true },
	{ 0x28, "INTR.28", "The posted-interrupt descriptor has bits set that must be zero",
	  DRIVER_TABLES, true },
	{ 0x29, "INTR.29", "An interrupt that carries a PASID or an already translated address",
	  "Update the device's firmware", true },
	/* Scalable mode: root, context, PASID tables. */
	{ 0x30, "RTA.1.x", "The root-table address register holds an invalid value", DRIVER_TABLES,
	  false },
	{ 0x31, "RTA.2", "A request with a PASID, but the unit is in legacy mode",
	  "PASID needs scalable mode: intel_iommu=on,sm_on and a unit that can do it", false },
	{ 0x32, "RTA.3", "A page-group request, but the unit is in legacy mode",
	  "Page requests need scalable mode: intel_iommu=on,sm_on", false },
	{ 0x33, "RTA.4", "An error of the root-table address register", DRIVER_TABLES, true },
	{ 0x38, "SRT.1", "The root entry could not be read", DRIVER_TABLES, false },
	{ 0x39, "SRT.2", "The half of the root entry that covers the device is not there",
	  FIRMWARE_LEFT, false },
	{ 0x3a, "SRT.3", "The root entry has bits set that must be zero", KDUMP, false },
	{ 0x40, "SCT.1", "The context entry could not be read", DRIVER_TABLES, false },
	{ 0x41, "SCT.2", "The device has no context entry: nothing was set up for it",
	  FIRMWARE_LEFT, false },
	{ 0x42, "SCT.3", "The context entry has bits set that must be zero", DRIVER_TABLES, false },
	{ 0x43, "SCT.4.x", "The device's context entry holds values that exclude each other",
	  DRIVER_TABLES, false },
	{ 0x44, "SCT.5", "A translation request, but ATS is off in the device's context entry",
	  "The device uses ATS although it is off for it: pci=noats, or update its firmware",
	  false },
	{ 0x45, "SCT.6", "A request with a PASID, but PASIDs are off for the device",
	  "Enable PASID in the driver, or stop the device from using one", false },
	{ 0x46, "SCT.7", "The PASID is larger than the device's PASID directory",
	  "The device uses PASIDs that were never given to it", false },
	{ 0x47, "SCT.8", "A page request, but page requests are off for the device",
	  "Enable PRI in the driver, or stop the device from using it", false },
	{ 0x48, "SCT.9", "The PASID for requests without one is out of range", DRIVER_TABLES,
	  false },
	{ 0x50, "SPD.1", "The PASID directory could not be read", DRIVER_TABLES, false },
	{ 0x51, "SPD.2", "The PASID directory has no entry for this PASID",
	  "No address space is attached for the PASID, or it was detached while the device still "
	  "uses it; after a driver was rebound, update the kernel",
	  false },
	{ 0x52, "SPD.3", "The PASID directory entry has bits set that must be zero", DRIVER_TABLES,
	  false },
	{ 0x58, "SPT.1", "The PASID entry could not be read", DRIVER_TABLES, false },
	{ 0x59, "SPT.2", "There is no entry for this PASID",
	  "No address space is attached for the PASID, or it was detached while the device still "
	  "uses it",
	  false },
	{ 0x5a, "SPT.3", "The PASID entry has bits set that must be zero", DRIVER_TABLES, false },
	{ 0x5b, "SPT.4.x", "The PASID entry holds values that exclude each other", DRIVER_TABLES,
	  false },
	{ 0x5c, "SPT.5", "A request to execute, which the PASID entry does not allow", NULL,
	  false },
	{ 0x5d, "SPT.6", "A privileged request, which the PASID entry does not allow", NULL,
	  false },
	/* First stage. */
	{ 0x70, "SFS.1", "A first-stage page table could not be read", DRIVER_TABLES, false },
	{ 0x71, "SFS.2", "The address is not mapped in the first stage", UNMAPPED, false },
	{ 0x72, "SFS.3", "A first-stage entry has bits set that must be zero", DRIVER_TABLES,
	  false },
	{ 0x73, "SFS.4", "The top first-stage table could not be read", DRIVER_TABLES, false },
	{ 0x74, "SFS.5",
	  "Nested: a first-stage entry's address is wider than the second stage allows",
	  "The guest's page tables point outside of its memory", false },
	{ 0x75, "SFS.6", "Nested: the second stage does not let the top first-stage table be read",
	  "The guest's page tables lie outside of what the host mapped for it", false },
	{ 0x76, "SFS.7", "Nested: the second stage does not let a first-stage table be read",
	  "The guest's page tables lie outside of what the host mapped for it", false },
	{ 0x77, "SFS.8",
	  "Nested: the second stage does not let accessed and dirty bits of a first-stage entry be "
	  "written",
	  "Map the guest's page tables writable in the second stage", false },
	/* Second stage. */
	{ 0x78, "SSS.1", "A second-stage page table could not be read", DRIVER_TABLES, false },
	{ 0x79, "SSS.2", "The second stage does not allow the access", UNMAPPED, false },
	{ 0x7a, "SSS.3", "A second-stage entry has bits set that must be zero", DRIVER_TABLES,
	  false },
	{ 0x7b, "SSS.4",
	  "The pointer to the second-stage tables is invalid or could not be followed",
	  DRIVER_TABLES, false },
	{ 0x7c, "SSS.5",
	  "Accessed and dirty bits of the second stage on a walk that does not snoop",
	  DRIVER_TABLES, false },
	{ 0x7d, "SSS.6", "A second-stage error", NULL, true },
	/* Any stage. */
	{ 0x80, "SGN.1", "The address is not canonical",
	  "The device makes addresses that no first stage can translate: a driver fault", false },
	{ 0x81, "SGN.2", "A user request hit a page that is for the supervisor", NULL, false },
	{ 0x82, "SGN.3", "A request to execute from a page that does not allow it", NULL, false },
	{ 0x83, "SGN.4.x", "The address is wider than the hardware can translate",
	  "Compare the address with the unit's MGAW (iommuctl hwinfo)", false },
	{ 0x84, "SGN.5", "The address is wider than the second stage allows",
	  "Compare the address with the width of the address space that is attached", false },
	{ 0x85, "SGN.6", "The device wrote to an address that is not mapped for writing", UNMAPPED,
	  false },
	{ 0x86, "SGN.7", "The device read from an address that is not mapped for reading", UNMAPPED,
	  false },
	{ 0x87, "SGN.8", "The address lies in the interrupt window",
	  "DMA to 0xfee00000-0xfeefffff is an interrupt: the driver handed out an address there",
	  false },
	{ 0x88, "SGN.9", "A general error of scalable mode", NULL, true },
	{ 0x89, "SGN.10", "A general error of scalable mode", NULL, true },
	{ 0x90, "SFS.9", "Accessed and dirty bits of the first stage on a walk that does not snoop",
	  DRIVER_TABLES, false },
	{ 0x91, "SFS.10", "Accessed and dirty bits of a first-stage entry could not be written",
	  DRIVER_TABLES, true },
};

static const struct klog_reason amd[] = {
	{ 0x1, "ILLEGAL_DEV_TABLE_ENTRY", "The device's table entry holds values that it must not",
	  "Update the kernel: the entry that was printed behind it (DTE) shows what was set",
	  false },
	{ 0x2, "IO_PAGE_FAULT", "The device used an address that is not mapped for it", UNMAPPED,
	  false },
	{ 0x3, "DEV_TAB_HARDWARE_ERROR", "The device table could not be read",
	  "A memory or fabric error: look for machine checks at the same time", false },
	{ 0x4, "PAGE_TAB_HARDWARE_ERROR", "A page table could not be read",
	  "A memory or fabric error: look for machine checks at the same time", false },
	{ 0x5, "ILLEGAL_COMMAND_ERROR", "The IOMMU was given a command that it does not know",
	  "Update the kernel: it uses a command that this IOMMU does not have", false },
	{ 0x6, "COMMAND_HARDWARE_ERROR", "The command buffer could not be read",
	  "A memory or fabric error: look for machine checks at the same time", false },
	{ 0x7, "IOTLB_INV_TIMEOUT",
	  "The device did not answer when its address cache was to be emptied",
	  "The device hangs, lost its link or does ATS wrongly: look for messages of its driver "
	  "before this; pci=noats, or a quirk for the device, avoids it",
	  false },
	{ 0x8, "INVALID_DEVICE_REQUEST", "The device sent a request of a kind that it may not send",
	  "Addresses of 0xfd_0000_0000 and above are the HyperTransport window: the device, or a "
	  "bridge before it, is misprogrammed; update the firmware",
	  false },
	{ 0x9, "INVALID_PPR_REQUEST", "The device sent a page request that is not allowed",
	  "PRI is off for the device, or it asks wrongly: update its firmware", false },
	{ 0xa, "EVENT_COUNTER_ZERO", "A counter of events reached zero", NULL, false },
	{ 0xb, "GUEST_EVENT_FAULT", "An event for a guest could not be delivered", NULL, false },
	{ 0xc, "VIOMMU_HARDWARE_ERROR", "The virtual IOMMU ran into a hardware error", NULL,
	  false },
	{ 0xd, "RMP_PAGE_FAULT", "The access violates the reverse map table of SEV-SNP",
	  "The device reached for memory that belongs to a confidential guest or to firmware",
	  false },
	{ 0xe, "RMP_HARDWARE_ERROR", "The reverse map table of SEV-SNP could not be read",
	  "A memory or fabric error: look for machine checks at the same time", false },
	/* As Linux spells it. */
	{ 0xe, "RMP_HW_ERROR", "The reverse map table of SEV-SNP could not be read",
	  "A memory or fabric error: look for machine checks at the same time", false },
};

#define SMMU_TABLES                                                                                \
	"The kernel's own tables are wrong, or the memory they are in is: update the kernel, and " \
	"look for memory errors at the same time"

static const struct klog_reason smmuv3[] = {
	{ 0x01, "F_UUT", "A transaction of a kind that the SMMU does not support",
	  "The device, or the bus before it, sends what this SMMU cannot take", false },
	{ 0x02, "C_BAD_STREAMID", "The stream has no place in the stream table",
	  "The firmware's description (IORT, iommu-map) does not cover this device, or gives it "
	  "another stream: compare the stream id with the device's requester id",
	  false },
	{ 0x03, "F_STE_FETCH", "The stream table entry could not be read", SMMU_TABLES, false },
	{ 0x04, "C_BAD_STE", "The stream table entry is invalid",
	  "No driver set the device up, or it was taken down while still busy", false },
	{ 0x05, "F_BAD_ATS_TREQ", "An ATS translation request that is not allowed",
	  "ATS is off for the stream: pci=noats, or update the device's firmware", false },
	{ 0x06, "F_STREAM_DISABLED", "Traffic without a substream, which is off for the stream",
	  NULL, false },
	{ 0x07, "F_TRANSL_FORBIDDEN", "An already translated address, which the stream may not use",
	  "ATS is off for the stream: pci=noats, or update the device's firmware", false },
	{ 0x08, "C_BAD_SUBSTREAMID", "The substream (PASID) is out of range",
	  "The device uses PASIDs that were never given to it", false },
	{ 0x09, "F_CD_FETCH", "The context descriptor could not be read", SMMU_TABLES, false },
	{ 0x0a, "C_BAD_CD", "The context descriptor is invalid",
	  "No address space is attached for the substream (PASID), or it was detached while the "
	  "device still uses it",
	  false },
	{ 0x0b, "F_WALK_EABT", "A page table could not be read", SMMU_TABLES, false },
	{ 0x10, "F_TRANSLATION", "The address is not mapped", UNMAPPED, false },
	{ 0x11, "F_ADDR_SIZE", "The translated address is wider than the system",
	  "The page tables point outside of the machine's memory", false },
	{ 0x12, "F_ACCESS", "The page's access flag is not set", DRIVER_TABLES, false },
	{ 0x13, "F_PERMISSION", "The page does not allow this access", UNMAPPED, false },
	{ 0x20, "F_TLB_CONFLICT", "The SMMU found two cached translations for one address",
	  DRIVER_TABLES, false },
	{ 0x21, "F_CFG_CONFLICT", "The SMMU found two cached configurations for one stream",
	  DRIVER_TABLES, false },
	{ 0x24, "E_PAGE_REQUEST", "A hint that pages will be wanted soon", NULL, false },
	{ 0x25, "F_VMS_FETCH", "The structure that describes the guest could not be read",
	  SMMU_TABLES, false },
};

#define RISCV_TABLES "The kernel's own tables are wrong: update the kernel, and report it"

static const struct klog_reason riscv[] = {
	{ 1, "INST_FAULT", "Fetching an instruction: the memory refused", NULL, false },
	{ 4, "RD_ADDR_MISALIGNED", "A read from a misaligned address", NULL, false },
	{ 5, "RD_FAULT", "A read that the memory refused", NULL, false },
	{ 6, "WR_ADDR_MISALIGNED", "A write to a misaligned address", NULL, false },
	{ 7, "WR_FAULT", "A write that the memory refused", NULL, false },
	{ 12, "INST_FAULT_S", "An instruction fetch from an address that is not mapped", UNMAPPED,
	  false },
	{ 13, "RD_FAULT_S", "A read from an address that is not mapped", UNMAPPED, false },
	{ 15, "WR_FAULT_S", "A write to an address that is not mapped", UNMAPPED, false },
	{ 20, "INST_FAULT_VS", "An instruction fetch that the second stage does not map", UNMAPPED,
	  false },
	{ 21, "RD_FAULT_VS", "A read that the second stage does not map", UNMAPPED, false },
	{ 23, "WR_FAULT_VS", "A write that the second stage does not map", UNMAPPED, false },
	{ 256, "DMA_DISABLED", "The IOMMU lets no DMA through", NULL, false },
	{ 257, "DDT_LOAD_FAULT", "The device directory could not be read", RISCV_TABLES, false },
	{ 258, "DDT_INVALID", "The device has no valid entry in the device directory",
	  FIRMWARE_LEFT, false },
	{ 259, "DDT_MISCONFIGURED", "The device's directory entry is misconfigured", RISCV_TABLES,
	  false },
	{ 260, "TTYP_BLOCKED", "The kind of transaction is not allowed for the device", NULL,
	  false },
	{ 261, "MSI_LOAD_FAULT", "The MSI page table entry could not be read", RISCV_TABLES,
	  false },
	{ 262, "MSI_INVALID", "The MSI page table entry is not valid", NULL, false },
	{ 263, "MSI_MISCONFIGURED", "The MSI page table entry is misconfigured", RISCV_TABLES,
	  false },
	{ 264, "MRIF_FAULT", "The interrupt file in memory could not be used", RISCV_TABLES,
	  false },
	{ 265, "PDT_LOAD_FAULT", "The process directory could not be read", RISCV_TABLES, false },
	{ 266, "PDT_INVALID", "The process (PASID) has no valid directory entry",
	  "No address space is attached for the PASID, or it was detached while the device still "
	  "uses it",
	  false },
	{ 267, "PDT_MISCONFIGURED", "The process directory entry is misconfigured", RISCV_TABLES,
	  false },
	{ 268, "DDT_CORRUPTED", "The device directory is corrupted in memory",
	  "A memory error: look for machine checks at the same time", false },
	{ 269, "PDT_CORRUPTED", "The process directory is corrupted in memory",
	  "A memory error: look for machine checks at the same time", false },
	{ 270, "MSI_PT_CORRUPTED", "The MSI page table is corrupted in memory",
	  "A memory error: look for machine checks at the same time", false },
	{ 271, "MRIF_CORRUIPTED", "The interrupt file is corrupted in memory",
	  "A memory error: look for machine checks at the same time", false },
	{ 272, "INTERNAL_DP_ERROR", "An error inside of the IOMMU", NULL, false },
	{ 273, "MSI_WR_FAULT", "The IOMMU's own interrupt could not be written", NULL, false },
	{ 274, "PT_CORRUPTED", "A page table is corrupted in memory",
	  "A memory error: look for machine checks at the same time", false },
};

const struct klog_reason_table klog_vtd_reasons = { vtd, ARRAY_SIZE(vtd) };
const struct klog_reason_table klog_amd_events = { amd, ARRAY_SIZE(amd) };
const struct klog_reason_table klog_smmuv3_events = { smmuv3, ARRAY_SIZE(smmuv3) };
const struct klog_reason_table klog_riscv_causes = { riscv, ARRAY_SIZE(riscv) };
