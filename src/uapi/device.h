/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VFIO device: its character device, and binding it to an iommufd.
 *
 * Also the facts about a device that explain a refusal, read from sysfs of the
 * running machine when they are asked for.
 */
#ifndef IOMMUCTL_UAPI_DEVICE_H
#define IOMMUCTL_UAPI_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uapi/calls.h"

struct uapi_device {
	char *name;      /* 0000:01:00.0 */
	char *bus;       /* pci, platform, mdev, ...; NULL unknown */
	char *cdev;      /* vfio0, noiommu-vfio0; NULL: no VFIO driver has it */
	int fd;          /* of the cdev, -1 when it is not open */
	uint32_t dev_id; /* id in the iommufd it is bound to, 0 when it is not */
};

/** Roots of the file systems that are read: "/sys", "/dev", "/proc". Tests point them elsewhere. */
extern const char *uapi_sys, *uapi_dev, *uapi_proc;

/** Fill in a device by bus and name; the cdev is looked up. Strings are copied; device_close()
 * frees. */
void device_init(struct uapi_device *dev, const char *bus, const char *name);

/**
 * device_open() - open the cdev
 * @op: receives what failed (OP_FIND_CDEV, OP_OPEN_CDEV); may be NULL
 *
 * The node is /dev/vfio/devices/NAME, or else /dev/char/MAJ:MIN; its number is
 * checked against sysfs. Returns 0 or a negative errno: of OP_FIND_CDEV, -ENODEV
 * is no VFIO driver, -ENXIO a kernel without cdevs, -ENOENT no node, -ESTALE a
 * node of another device.
 */
int device_open(struct uapi_device *dev, enum uapi_op *op);

/**
 * device_bind() - bind an open device to an iommufd
 * @token: 16 bytes of a VF token, or NULL
 *
 * Sets dev->dev_id. Returns 0 or a negative errno (of OP_VFIO_BIND).
 */
int device_bind(struct uapi_device *dev, int iommufd, const uint8_t *token);

/** Close the cdev, which unbinds, and free the strings. */
void device_close(struct uapi_device *dev);

/* --- what holds of every machine ------------------------------------------------------- */

/**
 * class_is_pci_bridge() - does a device of this class lead to another bus?
 * @class_code: PCI class, 24 bits
 *
 * PCI-to-PCI bridges, semi-transparent ones too: VFIO takes none of them. A
 * host or ISA bridge is an ordinary function. Source: PCI Code and ID
 * Assignment, base class 06h.
 */
bool class_is_pci_bridge(uint32_t class_code);

/**
 * driver_does_no_dma() - does a driver leave DMA to whoever owns the group?
 *
 * Such drivers do not keep a group from user space. Source: struct pci_driver,
 * driver_managed_dma.
 */
bool driver_does_no_dma(const char *driver);

/* --- facts from sysfs ---------------------------------------------------------------- */

struct device_member {
	char *name;
	char *driver; /* NULL none */
	bool on_vfio; /* the driver is a VFIO driver */
};

/** Group id, or -1. */
int devfact_group(const char *bus, const char *name);

/** Target names of links in the device's directory; the caller frees, NULL: there is none. */
char *devfact_driver(const char *bus, const char *name);
char *devfact_iommu(const char *bus, const char *name);

/** PCI class, 24 bits, or 0. */
uint32_t devfact_class(const char *bus, const char *name);

/** True when the machine has an IOMMU that the kernel drives. */
bool devfact_host_has_iommu(void);

/** The reserved regions of a group in one line, to be freed; NULL: not readable, or none. */
char *devfact_reserved(int group);

/** The members of a group. Returns how many; *members is freed with devfact_members_free(). */
size_t devfact_members(int group, struct device_member **members);
void devfact_members_free(struct device_member *members, size_t n);

/** A module's parameter as text ("N"), without its newline; the caller frees, NULL: not there. */
char *devfact_module_parameter(const char *module, const char *parameter);

#endif
