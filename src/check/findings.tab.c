/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that can be found.
 *
 * Ids are promises: they never change their meaning. Sentences may change.
 * {subject} is the machine, IOMMU, group or device, {value} the evidence, and
 * {1} to {3} what the rule fills in.
 */
#include "config.h"
#include "check/findings.h"

#include <stddef.h>

#define CMDLINE_WHERE \
	" (GRUB: GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub), and restart"

const struct check_finding_info check_findings[F_COUNT] = {
	/* --- is it on -------------------------------------------------------------------- */
	[F_IOMMU_ON] = { "iommu.on", CHECK_PASS, "the IOMMU is on: {1}", NULL,
			 "The kernel drives at least one IOMMU and puts devices behind it." },
	[F_IOMMU_IDENTITY] = { "iommu.identity", CHECK_WARN,
			       "the IOMMU is on, but kernel drivers bypass it: {1} (passthrough); "
			       "devices given to VFIO are translated all the same",
			       "{2}",
			       "On but passthrough: the default domain of groups is identity, so a "
			       "device that a kernel driver uses can reach all of memory." },
	[F_IOMMU_ABSENT] = { "iommu.absent", CHECK_FAIL, "there is no IOMMU: {1}", "{2}",
			     "Neither firmware nor kernel know an IOMMU, and the machine gives no "
			     "sign of having one." },
	[F_IOMMU_FIRMWARE_DISABLED] = { "iommu.firmware-disabled", CHECK_FAIL,
					"the firmware hides the IOMMU from the kernel: {1}", "{2}",
					"The machine is of a kind that has an IOMMU, but its "
					"firmware does not describe it: it is switched off in the "
					"firmware's setup." },
	[F_IOMMU_KERNEL_DISABLED] = { "iommu.kernel-disabled", CHECK_FAIL,
				      "the firmware describes an IOMMU ({1}), but the kernel does "
				      "not use it: {2}",
				      "{3}",
				      "Firmware has switched the IOMMU on; a kernel parameter or a "
				      "default keeps the kernel from using it." },
	[F_IOMMU_KERNEL_UNSUPPORTED] = { "iommu.kernel-unsupported", CHECK_FAIL,
					 "the firmware describes an IOMMU ({1}), but this kernel "
					 "was "
					 "built without its driver: {2}",
					 "use a kernel that is built with {3}=y",
					 "The kernel has no driver for the IOMMU that firmware "
					 "describes." },
	[F_IOMMU_UNKNOWN] = { "iommu.unknown", CHECK_UNKNOWN,
			      "whether there is an IOMMU cannot be told: {1}", "{2}",
			      "The kernel drives no IOMMU, and what would say why could not be "
			      "read." },
	[F_IOMMU_UNLISTED] = { "iommu.unlisted", CHECK_UNKNOWN,
			       "what the IOMMU can do cannot be told: there are groups, but none "
			       "of the IOMMUs that they are behind is listed",
			       "check on the machine itself, or copy /sys/class/iommu and what its "
			       "links lead to as well",
			       "A copy of sysfs has groups, but not the IOMMUs; or the kernel's "
			       "driver lists none." },

	[F_PARAMETER_NO_EFFECT] = { "parameter.no-effect", CHECK_WARN,
				    "the kernel parameter {1} has no effect: {2}", "{3}",
				    "A parameter on the kernel's command line that the kernel does "
				    "not know or that is for other hardware." },
	[F_PARAMETER_WEAKENS] = { "parameter.weakens-isolation", CHECK_WARN,
				  "the kernel parameter {1} weakens isolation: {2}", "{3}",
				  "A parameter on the kernel's command line that gives devices "
				  "more "
				  "than they need." },

	/* --- interrupts ------------------------------------------------------------------ */
	[F_IR_ON] = { "interrupt-remapping.on", CHECK_PASS,
		      "device interrupts are remapped and isolated", NULL,
		      "A device cannot send interrupts that were not set up for it." },
	[F_IR_ABSENT] = { "interrupt-remapping.absent", CHECK_FAIL,
			  "the hardware has no interrupt remapping: {1}",
			  "use other hardware, or in a virtual machine a virtual IOMMU with "
			  "intremap=on; "
			  "trusting every guest and device, iommufd.allow_unsafe_interrupts=1 lets "
			  "devices be bound without it",
			  "The IOMMU cannot remap interrupts." },
	[F_IR_FIRMWARE_DISABLED] = { "interrupt-remapping.firmware-disabled", CHECK_FAIL,
				     "the firmware says that interrupts must not be remapped: {1}",
				     "turn on interrupt remapping (or x2APIC) in the firmware's "
				     "setup, "
				     "or update the firmware",
				     "The ACPI table of the IOMMU has its interrupt remapping flag "
				     "cleared." },
	[F_IR_KERNEL_DISABLED] = { "interrupt-remapping.kernel-disabled", CHECK_FAIL,
				   "the kernel was told not to remap interrupts: {1}",
				   "remove {1} from the kernel command line" CMDLINE_WHERE,
				   "A kernel parameter switches interrupt remapping off." },
	[F_IR_KERNEL_UNSUPPORTED] = { "interrupt-remapping.kernel-unsupported", CHECK_FAIL,
				      "this kernel was built without interrupt remapping: {1}",
				      "use a kernel that is built with CONFIG_IRQ_REMAP=y",
				      "The kernel has no code to remap interrupts." },
	[F_IR_OFF] = { "interrupt-remapping.off", CHECK_FAIL,
		       "device interrupts are not remapped: {1}",
		       "see what the kernel said: dmesg | iommuctl decode",
		       "Interrupt remapping is off and what switched it off is not known. Binding "
		       "a "
		       "device to iommufd is refused with EPERM." },
	[F_IR_UNSAFE_ALLOWED] = { "interrupt-remapping.unsafe-allowed", CHECK_WARN,
				  "interrupts are not isolated, and {1} lets devices be bound all "
				  "the "
				  "same: a guest can send any interrupt to the host",
				  "turn interrupt remapping on (iommuctl check "
				  "interrupt-remapping), then "
				  "remove {1}",
				  "Devices can be bound without interrupt isolation because "
				  "somebody "
				  "accepted the risk." },
	[F_IR_UNKNOWN] = { "interrupt-remapping.unknown", CHECK_UNKNOWN,
			   "whether interrupts are remapped cannot be told: {1}",
			   "read /proc/interrupts, or give iommuctl the kernel log: dmesg | "
			   "iommuctl decode",
			   "Neither the interrupt controllers nor the kernel log could be read." },

	/* --- iommufd: kernel and permissions --------------------------------------------- */
	[F_IOMMUFD_AVAILABLE] = { "iommufd.available", CHECK_PASS, "the kernel offers /dev/iommu",
				  NULL, "The iommufd driver is loaded and its node is there." },
	[F_IOMMUFD_KERNEL_MISSING] = { "iommufd.kernel-missing", CHECK_FAIL,
				       "this kernel has no iommufd: {1}",
				       "use a kernel of 6.2 or later that is built with "
				       "CONFIG_IOMMUFD",
				       "The kernel was built without iommufd, or is older than "
				       "it." },
	[F_IOMMUFD_NOT_LOADED] = { "iommufd.not-loaded", CHECK_FAIL,
				   "iommufd is a module of this kernel that is not loaded",
				   "sudo modprobe iommufd; for every start: echo iommufd | sudo "
				   "tee "
				   "/etc/modules-load.d/iommufd.conf",
				   "CONFIG_IOMMUFD=m and /dev/iommu is missing." },
	[F_IOMMUFD_NODE_MISSING] = { "iommufd.node-missing", CHECK_FAIL,
				     "the kernel has iommufd, but /dev/iommu is not there",
				     "in a container pass it in (--device /dev/iommu); else start "
				     "udev "
				     "or mount devtmpfs on /dev",
				     "The driver is registered and the device node is missing, as "
				     "in a "
				     "container." },
	[F_IOMMUFD_UNKNOWN] = { "iommufd.unknown", CHECK_UNKNOWN,
				"whether the kernel has iommufd cannot be told: /dev/iommu is not "
				"there "
				"and the kernel's configuration is not readable",
				"{1}", "No node, and no configuration to tell why." },
	[F_IOMMUFD_ACCESS] = { "iommufd.access", CHECK_PASS, "this user may open /dev/iommu", NULL,
			       "Reading and writing of /dev/iommu is permitted." },
	[F_IOMMUFD_NO_ACCESS] = { "iommufd.no-access", CHECK_FAIL,
				  "this user may not open /dev/iommu ({value})",
				  "run as root, or give a group access with the udev rule that "
				  "iommuctl "
				  "ships (70-iommuctl-vfio.rules)",
				  "The permissions of /dev/iommu keep this user out." },
	[F_IOMMUFD_ACCESS_UNKNOWN] = { "iommufd.access-unknown", CHECK_UNKNOWN,
				       "whether this user may open /dev/iommu cannot be told",
				       "check on the machine itself: iommuctl check iommufd",
				       "A copied tree or an older report does not say it." },
	[F_VFIO_CDEV] = { "vfio.cdev", CHECK_PASS,
			  "VFIO devices have nodes of their own "
			  "(/dev/vfio/devices)",
			  NULL,
			  "CONFIG_VFIO_DEVICE_CDEV is on: a device can be bound to iommufd." },
	[F_VFIO_CDEV_MISSING] = { "vfio.cdev-missing", CHECK_FAIL,
				  "this kernel gives VFIO devices no nodes of their own: {1}",
				  "use a kernel of 6.6 or later that is built with "
				  "CONFIG_VFIO_DEVICE_CDEV=y; until then VMMs can use the older "
				  "/dev/vfio/GROUP",
				  "Without /dev/vfio/devices/vfioN no device can be bound to "
				  "iommufd. "
				  "The option is off by default where CONFIG_VFIO_GROUP is on." },
	[F_VFIO_CDEV_UNKNOWN] = { "vfio.cdev-unknown", CHECK_UNKNOWN,
				  "whether VFIO devices get nodes of their own cannot be told: "
				  "none is "
				  "bound to VFIO and the kernel's configuration is not readable",
				  "bind a device: sudo driverctl set-override BDF vfio-pci",
				  "No VFIO device, and no configuration to tell." },
	[F_VFIO_DRIVER] = { "vfio.driver", CHECK_PASS, "a VFIO driver for PCI devices is there",
			    NULL, "vfio-pci is loaded." },
	[F_VFIO_DRIVER_MISSING] = { "vfio.driver-missing", CHECK_FAIL,
				    "this kernel has no vfio-pci driver: {1}",
				    "use a kernel that is built with CONFIG_VFIO_PCI",
				    "The kernel was built without vfio-pci." },
	[F_VFIO_DRIVER_NOT_LOADED] = { "vfio.driver-not-loaded", CHECK_WARN,
				       "vfio-pci is not loaded", "sudo modprobe vfio-pci",
				       "vfio-pci is a module that is loaded when it is first "
				       "needed." },
	[F_VFIO_DRIVER_UNKNOWN] = { "vfio.driver-unknown", CHECK_WARN,
				    "vfio-pci is not loaded, and whether this kernel has it cannot "
				    "be told",
				    "sudo modprobe vfio-pci",
				    "No driver registered, and no configuration to tell why." },
	[F_VFIO_NOIOMMU] = { "vfio.no-iommu-mode", CHECK_WARN,
			     "devices can be used without an IOMMU ({1}): such a device reaches "
			     "all "
			     "of memory",
			     "remove {1}; or as root: echo N > "
			     "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode",
			     "VFIO's no-IOMMU mode is allowed." },
	[F_MEMLOCK] = { "limits.memlock", CHECK_PASS, "memory for devices may be locked: {1}", NULL,
			"The limit of locked memory does not stand in the way." },
	[F_MEMLOCK_LOW] = { "limits.memlock-low", CHECK_WARN,
			    "this user may lock {1}: mapping more than that for a device fails "
			    "with ENOMEM",
			    "ulimit -l unlimited, LimitMEMLOCK=infinity in the service, or a line "
			    "'USER - memlock unlimited' in /etc/security/limits.d/",
			    "Guest memory is locked while a device can reach it; RLIMIT_MEMLOCK "
			    "counts "
			    "unless the process has CAP_IPC_LOCK." },
	[F_MEMLOCK_UNKNOWN] = { "limits.memlock-unknown", CHECK_WARN,
				"how much memory may be locked is not known",
				"check on the machine itself: iommuctl check iommufd",
				"A copied tree or an older report does not say it." },

	[F_FACTS_UNREAD] = { "facts.unread", CHECK_WARN, "could not be read: {1}",
			     "look at \"unread\" of iommuctl report, which names each with its "
			     "path",
			     "Something that is there failed to be read: what it would have said "
			     "is "
			     "not known, and not counted." },

	/* --- one device ------------------------------------------------------------------- */
	[F_DEVICE_NO_GROUP] = { "device.no-group", CHECK_FAIL,
				"{subject} is behind no IOMMU: it has no group",
				"choose a device that 'iommuctl list' shows with a group",
				"The kernel put the device behind no IOMMU: the IOMMU is off, or "
				"it does "
				"not serve this device." },
	[F_DEVICE_GROUP_UNKNOWN] = { "device.group-unknown", CHECK_UNKNOWN,
				     "which group {subject} is in cannot be told: {1} could not be "
				     "read: {2}",
				     "check again where /sys/kernel/iommu_groups can be read",
				     "A place that lists groups could not be read, and no other "
				     "place names the device." },
	[F_DEVICE_NOIOMMU] = { "device.no-iommu", CHECK_FAIL,
			       "{subject} is used without an IOMMU ({value}): it reaches all of "
			       "memory",
			       "turn the IOMMU on: iommuctl check passthrough says how",
			       "VFIO's no-IOMMU mode holds the device." },
	[F_DEVICE_EMULATED] = { "device.emulated", CHECK_PASS,
				"{subject} is emulated by its driver: it needs no IOMMU", NULL,
				"A mediated device; its driver does what an IOMMU would." },
	[F_DEVICE_BRIDGE] = { "device.bridge", CHECK_FAIL,
			      "{subject} is a bridge, and VFIO takes none",
			      "choose a device behind it", "PCI bridges stay with the host." },
	[F_DEVICE_VFIO] = { "device.vfio", CHECK_PASS, "{subject} is bound to {1}", NULL,
			    "A VFIO driver holds the device for user space." },
	[F_DEVICE_HOST_DRIVER] = { "device.host-driver", CHECK_WARN,
				   "{subject} is used by the host ({1})",
				   "sudo driverctl set-override {subject} vfio-pci",
				   "The device has to change over to a VFIO driver first." },
	[F_DEVICE_NO_DRIVER] = { "device.no-driver", CHECK_WARN, "{subject} has no driver",
				 "sudo driverctl set-override {subject} vfio-pci",
				 "The device has to be bound to a VFIO driver first." },
	[F_DEVICE_NO_CDEV] = { "device.no-cdev", CHECK_FAIL,
			       "{subject} is bound to {1} and has no node of its own",
			       "use a kernel that is built with CONFIG_VFIO_DEVICE_CDEV=y",
			       "The device can be used through its group only." },
	[F_DEVICE_CDEV_UNKNOWN] = { "device.cdev-unknown", CHECK_UNKNOWN,
				    "whether {subject} has a node of its own cannot be told: {1} "
				    "could not be read: {2}",
				    "check again where /sys/class/vfio-dev can be read",
				    "The place that lists the nodes of VFIO devices could not be "
				    "read." },
	[F_DEVICE_DRIVER_UNKNOWN] = { "device.driver-unknown", CHECK_UNKNOWN,
				      "what drives {subject} cannot be told: {1} could not be "
				      "read: {2}",
				      "check again where the device's driver link can be read",
				      "No place that names the device's driver could be read." },
	[F_DEVICE_NODE_NO_ACCESS] = { "device.no-access", CHECK_FAIL,
				      "this user may not open {1} ({value})",
				      "sudo chown USER {1}, or the udev rule that iommuctl ships "
				      "(70-iommuctl-vfio.rules)",
				      "The permissions of the device's node keep this user out." },
	[F_DEVICE_NODE_ACCESS] = { "device.access", CHECK_PASS, "this user may open {1}", NULL,
				   "Reading and writing of the device's node is permitted." },
	[F_DEVICE_NODE_UNKNOWN] = { "device.access-unknown", CHECK_WARN,
				    "whether this user may open {1} is not known", "ls -l {1}",
				    "The folder of the nodes of VFIO devices could not be read." },
	[F_DEVICE_HELD] = { "device.held", CHECK_WARN,
			    "{1} (pid {2}) has {subject} open: nothing else can bind it meanwhile",
			    "end that process, or work through it (iommuctl ps)",
			    "A process has the device, as a running virtual machine does." },
	[F_DEVICE_RESERVED_MEMORY] = { "device.reserved-memory", CHECK_FAIL,
				       "firmware keeps memory for {subject} that must stay mapped "
				       "one to "
				       "one ({1}); binding it is refused with EINVAL",
				       "switch off what uses it in the firmware's setup (legacy "
				       "USB, "
				       "shared memory of the storage controller, ...), or use "
				       "another "
				       "device",
				       "An RMRR, IVMD or RMR range of the device that the kernel "
				       "does not "
				       "relax." },
	[F_DEVICE_RESERVED_RELAXABLE] = { "device.reserved-relaxable", CHECK_PASS,
					  "the memory that firmware keeps for {subject} ({1}) does "
					  "not "
					  "stand in the way",
					  NULL,
					  "An RMRR of a USB controller or a display, which the "
					  "kernel "
					  "lets go when VFIO takes the device." },
	[F_DEVICE_RESERVED_NONE] = { "device.no-reserved-memory", CHECK_PASS,
				     "firmware keeps no memory for {subject}", NULL,
				     "No range must stay mapped one to one." },
	[F_DEVICE_RESERVED_UNKNOWN] = { "device.reserved-unknown", CHECK_UNKNOWN,
					"whether firmware keeps memory for {subject} cannot be "
					"told",
					"read /sys/kernel/iommu_groups/{1}/reserved_regions",
					"The reserved regions of the device's group are not "
					"known." },
	[F_GROUP_VIABLE] = { "group.viable", CHECK_PASS,
			     "no other driver of the host is in group {1}", NULL,
			     "All members of the device's group are on VFIO, without driver, or "
			     "bridges." },
	[F_GROUP_VIABLE_UNKNOWN] = { "group.viable-unknown", CHECK_UNKNOWN,
				     "whether the host uses others of group {3} cannot be told: "
				     "{1} could not be read: {2}",
				     "check again where the group and its members' drivers can be "
				     "read",
				     "The list of members, or the driver of one, could not be "
				     "read." },
	[F_GROUP_NOT_VIABLE] = { "group.not-viable", CHECK_FAIL,
				 "{subject} cannot be opened while the host uses {2} of its group "
				 "{1}",
				 "{3}",
				 "Members of one group can only be used together: all by user "
				 "space or "
				 "all by the kernel. Binding is refused with EPERM." },
	[F_COST_GROUP_MEMBERS] = { "cost.group-members", CHECK_WARN,
				   "{subject} takes the rest of its group {1} with it: {2}", "{3}",
				   "Members of a group leave the host together." },
	[F_COST_MOUNTED] = { "cost.mounted", CHECK_WARN, "{subject} holds {1}",
			     "unmount it first, or choose another device",
			     "The host has a file system on the device." },
	[F_COST_SWAP] = { "cost.swap", CHECK_WARN, "{subject} holds swap space of the host",
			  "swapoff -a first, or choose another device",
			  "The host swaps to the device." },
	[F_COST_NETWORK] = { "cost.network", CHECK_WARN,
			     "{subject} is the host's network interface {1}",
			     "make sure that the host is reachable without it",
			     "The host has an interface that is up on the device." },
	[F_COST_ONLY_NETWORK] = { "cost.only-network", CHECK_WARN,
				  "{subject} carries the host's only way to the network ({1}): it "
				  "would "
				  "be cut off",
				  "give the host another interface first, or pass on a virtual "
				  "function",
				  "The default route, or the only interface that is up, is on the "
				  "device." },
	[F_COST_DISPLAY] = { "cost.display", CHECK_WARN,
			     "{subject} is the display that firmware and console use",
			     "use a serial or network console; video=efifb:off keeps the console "
			     "off it",
			     "boot_vga is 1." },
	[F_COST_UNKNOWN] = { "cost.unknown", CHECK_WARN,
			     "what the host uses {subject} for is not known",
			     "check on the machine itself: iommuctl check passthrough {subject}",
			     "A copied tree or an older report does not say it." },
	[F_NO_DEVICE] = { "device.none", CHECK_WARN,
			  "no device is bound to a VFIO driver, so only the machine was looked at",
			  "name a device: iommuctl check passthrough BDF",
			  "Device rules had nothing to look at." },

	/* --- nested translation ------------------------------------------------------------ */
	[F_NESTED_HARDWARE] = { "nested.supported", CHECK_PASS,
				"{subject} translates in two stages: {1}", NULL,
				"The hardware has nesting and the kernel can use it." },
	[F_NESTED_NO_HARDWARE] = { "nested.no-hardware", CHECK_FAIL,
				   "{subject} cannot translate in two stages: {1}",
				   "use other hardware; a virtual machine needs a VMM that offers "
				   "it",
				   "A capability bit that nesting needs is zero." },
	[F_NESTED_SCALABLE_OFF] = { "nested.scalable-mode-off", CHECK_FAIL,
				    "{subject} could, but the kernel does not use scalable mode: "
				    "{1}",
				    "{2}", "VT-d nests in scalable mode only." },
	[F_NESTED_ERRATUM] = { "nested.erratum", CHECK_FAIL,
			       "the kernel does not nest on {subject} because of an erratum: {1}",
			       NULL,
			       "The kernel switches nesting off for this revision of the "
			       "hardware." },
	[F_NESTED_NO_COHERENCY] = { "nested.no-coherency", CHECK_FAIL,
				    "{subject} cannot force coherency on a guest: {1}",
				    "use hardware with IDR3.S2FWB, or firmware that sets CANWBS in "
				    "IORT",
				    "The kernel makes a virtual IOMMU on SMMUv3 only where a guest "
				    "cannot "
				    "make device accesses incoherent." },
	[F_NESTED_COHERENCY_UNKNOWN] = { "nested.coherency-unknown", CHECK_UNKNOWN,
					 "whether {subject} keeps a guest's device accesses "
					 "coherent cannot "
					 "be told: {1}",
					 "run it as root, which can read IORT",
					 "IDR3.S2FWB is 0, and CANWBS of IORT is not known." },
	[F_NESTED_KERNEL_MISSING] = { "nested.kernel-missing", CHECK_FAIL,
				      "no kernel up to Linux 7.3 nests on {1}",
				      "none yet: wait for a kernel that does",
				      "The hardware may be able to; the driver has no code for it "
				      "that "
				      "user space can reach." },
	[F_NESTED_KERNEL_CONFIG] = { "nested.kernel-config", CHECK_FAIL,
				     "this kernel offers no nesting on {subject}: {1}",
				     "use a kernel that is built with {2}=y",
				     "A configuration option keeps iommufd from the driver." },
	[F_NESTED_REFUSED] = { "nested.refused", CHECK_FAIL,
			       "the kernel refuses to nest on {subject}: {1}",
			       "use a kernel that nests on this hardware; iommuctl explain "
			       "hwpt-alloc EOPNOTSUPP has the "
			       "reasons",
			       "The registers do not exclude it, but no parent table was allocated "
			       "when that was tried." },
	[F_NESTED_DRIVER] = { "nested.driver", CHECK_FAIL,
			      "the driver of {subject} ({1}) has no nesting", NULL,
			      "Only VT-d and SMMUv3 nest for user space as of Linux 7.3." },
	[F_NESTED_UNKNOWN] = { "nested.unknown", CHECK_UNKNOWN,
			       "whether {subject} translates in two stages cannot be told: {1}",
			       "{2}", "The registers of the IOMMU are not known." },

	/* --- dirty tracking --------------------------------------------------------------- */
	[F_DIRTY_SUPPORTED] = { "dirty-tracking.supported", CHECK_PASS,
				"{subject} records which pages a device wrote: {1}", NULL,
				"The IOMMU sets dirty bits and the kernel reads them." },
	[F_DIRTY_NO_HARDWARE] = { "dirty-tracking.no-hardware", CHECK_FAIL,
				  "{subject} cannot record which pages a device wrote: {1}",
				  "migrate with a device whose own VFIO driver logs its writes "
				  "(mlx5-vfio-pci and others), or stop the device before migrating",
				  "A capability that dirty tracking needs is missing." },
	[F_DIRTY_SCALABLE_OFF] = { "dirty-tracking.scalable-mode-off", CHECK_FAIL,
				   "{subject} could, but the kernel does not use scalable mode: "
				   "{1}",
				   "{2}", "VT-d tracks dirty pages in scalable mode only." },
	[F_DIRTY_REFUSED] = { "dirty-tracking.refused", CHECK_FAIL,
			      "the kernel refuses to track dirty pages on {subject}: {1}",
			      "use a kernel that tracks them on this hardware; iommuctl explain "
			      "hwpt-alloc EOPNOTSUPP has "
			      "the reasons",
			      "The registers do not exclude it, but no such table was allocated "
			      "when that was tried." },
	[F_DIRTY_DRIVER] = { "dirty-tracking.driver", CHECK_FAIL,
			     "the driver of {subject} ({1}) has no dirty tracking", NULL,
			     "Only VT-d, AMD-Vi and SMMUv3 track dirty pages as of Linux 7.3." },
	[F_DIRTY_UNKNOWN] = { "dirty-tracking.unknown", CHECK_UNKNOWN,
			      "whether {subject} records dirty pages cannot be told: {1}", "{2}",
			      "The registers of the IOMMU are not known." },

	/* --- PASID ------------------------------------------------------------------------- */
	[F_PASID_IOMMU] = { "pasid.iommu", CHECK_PASS, "{subject} translates by PASID: {1}", NULL,
			    "The IOMMU keeps an address space for each PASID of a device." },
	[F_PASID_NO_IOMMU] = { "pasid.no-iommu", CHECK_FAIL, "{subject} knows no PASIDs: {1}",
			       "use other hardware; a virtual machine needs a VMM that offers it",
			       "The IOMMU has one address space for a device." },
	[F_PASID_SCALABLE_OFF] = { "pasid.scalable-mode-off", CHECK_FAIL,
				   "{subject} could, but the kernel does not use scalable mode: "
				   "{1}",
				   "{2}", "VT-d translates by PASID in scalable mode only." },
	[F_PASID_UNKNOWN] = { "pasid.unknown", CHECK_UNKNOWN,
			      "whether {subject} translates by PASID cannot be told: {1}", "{2}",
			      "The registers of the IOMMU are not known." },
	[F_PASID_DEVICE] = { "pasid.device", CHECK_PASS, "{subject} can use PASIDs: {1}", NULL,
			     "The device has the PASID capability." },
	[F_PASID_NO_DEVICE] = { "pasid.no-device", CHECK_FAIL, "{subject} cannot use PASIDs: {1}",
				"choose a device with the PASID capability (lspci -vv shows it)",
				"The device has no PASID capability, or the kernel left it off. "
				"Attaching "
				"a PASID would succeed and do nothing." },
	[F_PASID_DEVICE_UNKNOWN] = { "pasid.device-unknown", CHECK_UNKNOWN,
				     "whether {subject} can use PASIDs cannot be told: {1}",
				     "run it as root, which can read the device's configuration "
				     "space",
				     "The device's capabilities are not known." },

	/* --- page requests ------------------------------------------------------------------ */
	[F_PRI_IOMMU] = { "page-requests.iommu", CHECK_PASS, "{subject} takes page requests: {1}",
			  NULL, "The IOMMU has a queue for the page requests of devices." },
	[F_PRI_NO_IOMMU] = { "page-requests.no-iommu", CHECK_FAIL,
			     "{subject} takes no page requests: {1}",
			     "use other hardware; or pin the memory, as VFIO does",
			     "The IOMMU cannot let a device wait for a page." },
	[F_PRI_STALL] = { "page-requests.stall", CHECK_PASS,
			  "{subject} can stall a transaction until a page is there: {1}", NULL,
			  "SMMUv3 can hold the accesses of devices that are not on PCI." },
	[F_PRI_UNKNOWN] = { "page-requests.unknown", CHECK_UNKNOWN,
			    "whether {subject} takes page requests cannot be told: {1}", "{2}",
			    "The registers of the IOMMU are not known." },
	[F_PRI_DEVICE] = { "page-requests.device", CHECK_PASS,
			   "{subject} can make page requests: {1}", NULL,
			   "The device has the PRI capability." },
	[F_PRI_NO_DEVICE] = { "page-requests.no-device", CHECK_FAIL,
			      "{subject} makes no page requests: {1}",
			      "choose a device with the PRI capability (lspci -vv shows it)",
			      "The device has no PRI capability." },
	[F_PRI_DEVICE_UNKNOWN] = { "page-requests.device-unknown", CHECK_UNKNOWN,
				   "whether {subject} makes page requests cannot be told: {1}",
				   "run it as root, which can read the device's configuration "
				   "space",
				   "The device's capabilities are not known." },
	[F_ATS_OFF] = { "page-requests.ats-off", CHECK_FAIL,
			"page requests need ATS, which the kernel was told not to use: {1}",
			"remove {1} from the kernel command line" CMDLINE_WHERE,
			"pci=noats is on the command line." },

	/* --- isolation ----------------------------------------------------------------------- */
	[F_ISOLATION_GROUPS_SINGLE] = { "isolation.groups", CHECK_PASS,
					"{1} of {2} groups hold one device, which nothing else can "
					"reach",
					NULL,
					"Groups of one device are isolated by the hardware." },
	[F_ISOLATION_GROUP_SHARED] = { "isolation.group-shared", CHECK_WARN,
				       "{subject} holds {1} that are not isolated from each other: "
				       "{2}",
				       "{3}",
				       "Devices of one group can reach each other without the "
				       "IOMMU, so they "
				       "can only be given away together." },
	[F_ISOLATION_ACS_OVERRIDE] = { "isolation.acs-override", CHECK_FAIL,
				       "groups are split by {1}, not by the hardware: devices in "
				       "different "
				       "groups may reach each other",
				       "remove {1} from the kernel command line" CMDLINE_WHERE,
				       "A patch that is not in mainline claims isolation that the "
				       "hardware "
				       "does not give." },
	[F_ISOLATION_NO_GROUPS] = { "isolation.no-groups", CHECK_FAIL, "no device is in a group",
				    "turn the IOMMU on: iommuctl check passthrough says how",
				    "Nothing keeps devices apart." },
	[F_ISOLATION_GROUPS_UNKNOWN] = { "isolation.groups-unknown", CHECK_UNKNOWN,
					 "which devices share a group cannot be told: {1} could "
					 "not be read: {2}",
					 "check again where /sys/kernel/iommu_groups can be read",
					 "The groups, or the members of one, could not be read." },
	[F_ISOLATION_LAZY] = { "isolation.lazy", CHECK_WARN,
			       "unmapped memory stays reachable for kernel drivers' devices for "
			       "some "
			       "milliseconds: {1} are in lazy mode (DMA-FQ)",
			       "add iommu.strict=1 to the kernel command line" CMDLINE_WHERE
			       "; it costs throughput",
			       "The kernel empties the IOMMU's caches in batches. Devices given to "
			       "VFIO are "
			       "not concerned." },
	[F_ISOLATION_STRICT] = { "isolation.strict", CHECK_PASS,
				 "unmapped memory is out of reach at once (strict mode)", NULL,
				 "The kernel empties the IOMMU's caches with each unmapping." },
	[F_ISOLATION_PLATFORM_OPT_IN] = { "isolation.platform-opt-in", CHECK_PASS,
					  "the firmware asks for DMA protection of devices that "
					  "can be "
					  "plugged in",
					  NULL, "DMA_CTRL_PLATFORM_OPT_IN_FLAG of DMAR is set." },

	/* --- firmware ---------------------------------------------------------------------------
	 */
	[F_FIRMWARE_TABLES] = { "firmware.tables", CHECK_PASS,
				"the firmware's IOMMU tables are well-formed: {1}", NULL,
				"Lengths, checksums, ranges and device scopes add up." },
	[F_FIRMWARE_RANGE] = { "firmware.reserved-range", CHECK_WARN,
			       "{1} describes reserved memory wrongly: {2}", "update the firmware",
			       "An RMRR, IVMD or RMR range is not made of whole pages or ends "
			       "before it "
			       "begins." },
	[F_FIRMWARE_SCOPE] = { "firmware.device-scope", CHECK_WARN,
			       "{1} speaks of a device that is not there: {2}",
			       "none needed when the device was taken out or switched off; else "
			       "update the "
			       "firmware",
			       "A device scope leads to no PCI function of this machine." },
	[F_FIRMWARE_TABLE_DAMAGED] = { "firmware.table-damaged", CHECK_WARN,
				       "{1} is malformed: {2}", "update the firmware",
				       "A length, a type or the checksum of an ACPI table is "
				       "wrong." },
	[F_FIRMWARE_BUG] = { "firmware.bug", CHECK_WARN, "the kernel reported a firmware bug: {1}",
			     "update the firmware",
			     "The kernel's log has a line that blames the firmware." },

	/* --- a VMM's own rules ------------------------------------------------------------------
	 */
	[F_CONSUMER_PASS] = { "consumer.compatible", CHECK_PASS, "{1}: {2}", NULL,
			      "A rule that the VMM applies to the host holds." },
	[F_CONSUMER_FAIL] = { "consumer.incompatible", CHECK_FAIL, "{1}: {2}", "{3}",
			      "A rule that the VMM applies to the host does not hold, whatever the "
			      "guest's "
			      "configuration." },
	[F_CONSUMER_UNKNOWN] = { "consumer.unknown", CHECK_UNKNOWN, "{1}: {2}", "{3}",
				 "What the VMM's rule looks at is not known." },
	[F_CONSUMER_NO_IOMMU] = { "consumer.no-iommu", CHECK_FAIL,
				  "{1} gives a guest no nested IOMMU on this host: {2}", NULL,
				  "The VMM has accelerated virtual IOMMUs for other architectures "
				  "only." },
};
