/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts: what the snapshot says, asked one thing at a time.
 *
 * The one layer between the documents that collectors put into the snapshot
 * and the rules that judge them. Every answer is yes, no or unknown, and comes
 * with its evidence: where it was read and what stood there.
 */
#ifndef IOMMUCTL_CHECK_FACTS_H
#define IOMMUCTL_CHECK_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/snapshot.h"

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

enum { EVIDENCE_TEXT = 192 };

struct evidence {
	const char *source;        /* "sysfs", "command line", "registers", ...; NULL: none */
	char where[EVIDENCE_TEXT]; /* file, register bit, ioctl */
	char value[EVIDENCE_TEXT]; /* what stood there */
};

struct fact {
	enum answer is;
	struct evidence ev; /* of unknown: what could not be read, and why */
};

struct facts;

/** Look at a snapshot, which must live as long. */
struct facts *fact_new(const struct snapshot *snap);
void fact_free(struct facts *f);
const struct snapshot *fact_snapshot(const struct facts *f);

/** Fill in evidence; the texts are cut to fit. */
struct evidence evidence_of(const char *source, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* --- the kernel: how it was built and started ---------------------------------------- */

/* One NAME=VALUE of the kernel's command line, as far as it is about IOMMUs. */
struct kernel_parameter {
	const char *name, *value; /* value "" for a bare word */
};

/** The parameters in their order. False when the command line is not known. */
bool fact_parameters(const struct facts *f, const struct kernel_parameter **list, size_t *n);

/**
 * fact_parameter() - does the command line give @name the value @token?
 *
 * Values are lists separated by commas. Later words win where @opposite (may
 * be NULL) is given: it cancels an earlier @token.
 */
struct fact fact_parameter(const struct facts *f, const char *name, const char *token,
			   const char *opposite);

/** Is a configuration option ("INTEL_IOMMU") set, built in or as a module? */
struct fact fact_config(const struct facts *f, const char *option);

/** Is a module's boolean parameter on? No when the module is not there. */
struct fact fact_module_flag(const struct facts *f, const char *module, const char *parameter);

bool fact_is_x86(const struct facts *f);

/** Is this a virtual machine? Can the processor run some itself ("vmx", "svm")? */
struct fact fact_virtual_machine(const struct facts *f);
struct fact fact_cpu_virtualization(const struct facts *f);

/** Do device interrupts go through the IOMMU (or, on Arm, an ITS)? */
struct fact fact_interrupts(const struct facts *f);

/* --- firmware -------------------------------------------------------------------------- */

/**
 * fact_next_failed() - the next entry of "unread" whose reading failed
 * @at: where to look from; 0 to begin, moved behind what is returned
 *
 * What a copy lacks and what needs root, where nobody is, does not count. NULL behind the last.
 */
json_object *fact_next_failed(const struct facts *f, size_t *at);

/** The entry of "unread" whose path is @folder or lies below it, or NULL. */
json_object *fact_unread_below(const struct facts *f, const char *folder);

/** The entry of "unread" whose path is @path, or NULL. */
json_object *fact_unread_at(const struct facts *f, const char *path);

/** Is there an ACPI table with this signature? */
struct fact fact_acpi(const struct facts *f, const char *signature);

/** Its parsed content (acpi_table_doc()), or NULL. */
json_object *fact_acpi_table(const struct facts *f, const char *signature);

/* --- the kernel log ------------------------------------------------------------------- */

/** Its decoded records, or NULL when it could not be read. */
json_object *fact_log(const struct facts *f);

/* --- nodes and limits ------------------------------------------------------------------ */

/** Does a device node exist? May this process read and write it? */
struct fact fact_node(const struct facts *f, const char *path);
struct fact fact_node_access(const struct facts *f, const char *path);

/** The process that has a device open: {"pid", "command", ...}. NULL: none, or not known. */
json_object *fact_holder(const struct facts *f, const struct host_device *dev);

/** Is a driver registered on a bus? */
struct fact fact_driver(const struct facts *f, const char *bus, const char *driver);

/** The limit of locked memory in bytes. False when it is not known; UINT64_MAX: no limit. */
bool fact_memlock(const struct facts *f, uint64_t *bytes, struct evidence *ev);

/* --- IOMMUs ------------------------------------------------------------------------------ */

/**
 * fact_registers() - the registers of an IOMMU, from the best source there is
 * @ev: receives where they are from, its value empty
 *
 * False when none are known.
 */
bool fact_registers(const struct facts *f, const struct host_iommu *iommu, struct reg_set *regs,
		    struct evidence *ev);

/**
 * fact_probe() - did the kernel allocate a page table when that was tried (report --probe)?
 * @flag: the one flag that it was asked for with, "nest-parent" or "dirty-tracking"
 *
 * No only for EOPNOTSUPP, which says that hardware, mode or kernel lack it. Unknown where nothing
 * behind the IOMMU was tried.
 */
struct fact fact_probe(const struct facts *f, const struct host_iommu *iommu, const char *flag);

/** Did the kernel make a virtual IOMMU of this type ("arm-smmuv3") when that was tried? Yes or
 * unknown. */
struct fact fact_probe_viommu(const struct facts *f, const struct host_iommu *iommu,
			      const char *type);

/** Does VT-d run in scalable mode? Asked only where the hardware has it. */
struct fact fact_scalable_mode(const struct facts *f, const struct host_iommu *iommu);

/* --- devices ----------------------------------------------------------------------------- */

/** Does the device have a PCI capability: "ats", "pri", "pasid", "acs"? */
struct fact fact_pci_capability(const struct facts *f, const struct host_device *dev,
				const char *name);

/** The document of that capability, or NULL. */
json_object *fact_pci_capability_doc(const struct facts *f, const struct host_device *dev,
				     const char *name);

/** The device that it is behind (a bridge, or a function that others hang below), or NULL. */
const struct host_device *fact_parent(const struct facts *f, const struct host_device *dev);

/** The members of a group, as indices into the snapshot's devices, in their order. */
const size_t *fact_members(const struct facts *f, const struct host_group *group, size_t *n);

/** What the host uses the device for: a new list of {"use", "what"}; NULL when that is not known.
 */
json_object *fact_uses(const struct facts *f, const struct host_device *dev);

/** The kind of PCI Express port: "endpoint", "root-port", "pcie-to-pci", ...; NULL: none, or
 * unknown. */
const char *fact_port_type(const struct facts *f, const struct host_device *dev);

#endif
