/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The snapshot: everything that is known about one machine, as a value.
 *
 * It has three sources, the live machine, a copied tree (--sysroot) and a
 * saved file (--from); views cannot tell, and need not, where it came from.
 * Collectors (collect_*.c) and loaders (load_*.c) fill it; views only read it.
 * All strings live in the snapshot's arena and end with it.
 */
#ifndef IOMMUCTL_HOST_SNAPSHOT_H
#define IOMMUCTL_HOST_SNAPSHOT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/field.h"

enum snapshot_source { SNAPSHOT_LIVE, SNAPSHOT_SYSROOT, SNAPSHOT_FILE };

/* Where a fact came from: said in every document. */
enum fact_source { FACT_NONE, FACT_IOMMUFD, FACT_SYSFS, FACT_LOG, FACT_ACPI, FACT_DEBUGFS };

struct host_range {
	uint64_t start, end; /* inclusive, as in reserved_regions */
	const char *type;    /* direct, direct-relaxable, reserved, msi */
};

struct host_iommu {
	const char *name; /* as in /sys/class/iommu: dmar0, ivhd0, smmu3.0x0000000009050000 */
	const char *driver_type; /* JSON type of the architecture by its name: intel-vtd, ...;
				    "unknown" */
	struct reg_set regs;     /* what sysfs gave; arch NULL when nothing is known */
	enum fact_source regs_from;
	bool has_address;
	uint64_t address;          /* register base, where known */
	int64_t domains_supported; /* -1 unknown */
	size_t n_devices;
};

struct host_group {
	int id;
	const char *type;            /* DMA, DMA-FQ, identity, ...; NULL unknown */
	struct host_range *reserved; /* sorted as the kernel printed them */
	size_t n_reserved;
	bool reserved_known; /* false: not read yet, or not readable */
	size_t n_devices;
};

/* What IOMMU_GET_HW_INFO answered for one device. */
struct host_hw_info {
	uint32_t data_type; /* enum iommu_hw_info_type */
	uint32_t data_len;  /* bytes the kernel has */
	uint8_t *data;      /* data_have bytes */
	uint32_t data_have;
	uint64_t capabilities; /* out_capabilities */
	bool has_capabilities; /* false: the kernel is older than the field */
	uint8_t max_pasid_log2;
	bool has_max_pasid; /* false: cannot be told from "older than the field" */
};

struct host_device {
	const char *name; /* 0000:3b:00.0, or a platform device's name */
	const char *bus;  /* pci, platform, mdev, iommufd_mock, ...; never NULL: "unknown" */
	bool has_ids;     /* PCI numbers below are known */
	uint16_t vendor, device, subvendor, subdevice;
	uint32_t class_code;     /* 24 bits: base, sub, interface */
	int group;               /* group id, -1 none */
	int iommu;               /* index into iommus, -1 none or unknown */
	const char *driver;      /* NULL none */
	const char *cdev;        /* vfio3 (name below vfio-dev), NULL none */
	const char *vendor_name; /* from the database of names, NULL: not looked up or unknown */
	const char *device_name;
	const char *class_name;
	struct host_hw_info *hw_info; /* NULL: not asked, or no answer */
	const char *hw_info_why;      /* why there is none, or NULL */
};

/* Whether the machine has an IOMMU that is in use, and if not, how far it got. */
enum iommu_state {
	IOMMU_STATE_UNKNOWN,
	IOMMU_PRESENT, /* the kernel drives at least one */
	IOMMU_ABSENT,  /* neither firmware nor kernel know one: none, or switched off there */
	IOMMU_FIRMWARE_DESCRIBED, /* an ACPI table describes one that the kernel does not drive */
	IOMMU_KERNEL_OFF,         /* the kernel's command line says that it must not be used */
};

struct arena;
struct hostfs;

struct snapshot {
	enum snapshot_source source;
	const char *origin; /* "", the directory, or the file */
	struct hostfs *fs;  /* the machine's files (live, sysroot), NULL for a saved file */

	const char *kernel;  /* release, "7.3.4"; NULL unknown */
	const char *machine; /* "x86_64", as uname(2) says; NULL unknown */
	enum iommu_state state;
	const char *state_evidence; /* what the state was read from ("DMAR", "intel_iommu=off"),
				       NULL none */

	struct host_iommu *iommus; /* sorted by name, numbers by value */
	size_t n_iommus;
	struct host_group *groups; /* sorted by id */
	size_t n_groups;
	struct host_device *devices; /* sorted by bus, then name */
	size_t n_devices;

	/* The rest of a report (kernel, config, log, acpi, limits, ...): documents, present when
	 * collected or loaded. Owned. */
	json_object *extra;

	struct arena *arena;
};

/** JSON name of a source: "iommufd", "sysfs", "log", ... */
const char *fact_source_name(enum fact_source source);

/** The source of a JSON name; FACT_NONE for a word that is none. */
enum fact_source fact_source_find(const char *name);

/** JSON name of a state: "present", "absent", "firmware-described", "kernel-off"; NULL unknown. */
const char *iommu_state_name(enum iommu_state state);
enum iommu_state iommu_state_find(const char *name);

/**
 * snapshot_state_hint() - why there is no IOMMU, and what to do about it
 *
 * One sentence for a person, to be freed; NULL when there is an IOMMU.
 */
char *snapshot_state_hint(const struct snapshot *snap);

/** A new, empty snapshot with its arena. */
struct snapshot *snapshot_new(enum snapshot_source source, const char *origin);

/** Free everything. NULL is fine. */
void snapshot_free(struct snapshot *snap);

/**
 * Add an element, zeroed but for what "unknown" is; valid until the next one is added.
 * @name is copied.
 */
struct host_iommu *snapshot_add_iommu(struct snapshot *snap, const char *name);
struct host_group *snapshot_add_group(struct snapshot *snap, int id);
struct host_device *snapshot_add_device(struct snapshot *snap, const char *bus, const char *name);

/** Bring the lists into their order, correct the indices between them and count members. */
void snapshot_finish(struct snapshot *snap);

/** False for what the kernel makes for its own tests: nothing of it says anything of the machine.
 */
bool iommu_is_hardware(const struct host_iommu *iommu);

/** True when there is an IOMMU that is hardware (or, in a guest, stands for it). */
bool snapshot_has_iommu(const struct snapshot *snap);

/** Look up by name or id; NULL when there is none. After snapshot_finish(). */
struct host_iommu *snapshot_iommu(const struct snapshot *snap, const char *name);
struct host_group *snapshot_group(const struct snapshot *snap, int id);

/** The IOMMU of a device, or NULL. */
const struct host_iommu *device_iommu(const struct snapshot *snap, const struct host_device *dev);

/** True for a device on the PCI bus. */
bool device_is_pci(const struct host_device *dev);

#endif
