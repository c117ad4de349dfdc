/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refusals: why the kernel said no (or yes, and yet something is wrong), and what to do.
 *
 * One table (refusals.tab.c) has a row for each operation, errno and
 * circumstance. Which row applies is found out when something was refused, never
 * before: facts are read from sysfs, /proc, the ledger of the session and the
 * hardware information only as rows ask for them.
 */
#ifndef IOMMUCTL_UAPI_REFUSAL_H
#define IOMMUCTL_UAPI_REFUSAL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uapi/device.h"
#include "uapi/uapi.h"

/* What a session knows of its objects. Every function may be NULL. */
struct refusal_ledger {
	void *arg;
	/* Type of an object; OBJECT_NONE for an id that is not there. */
	enum uapi_object (*type)(void *arg, uint32_t id);
	/* What holds an object, to be freed: "device 0000:01:00.0, hwpt 5"; NULL: nothing known. */
	char *(*holders)(void *arg, uint32_t id);
	/* Mappings of an IOAS that a range meets (length 0: all), to be freed; NULL: none known. */
	char *(*mappings)(void *arg, uint32_t ioas, uint64_t iova, uint64_t length);
};

/*
 * What was asked. A caller fills in what it has; 0 and NULL mean that there
 * is nothing of the kind. Nothing is looked up until something is refused.
 */
struct refusal_ctx {
	const struct uapi_device *device; /* only its names are used */
	int iommufd;                      /* to probe what the kernel has; 0 none */
	uint32_t dev_id; /* of the device in @iommufd: for its hardware information */
	uint32_t id;     /* the object that the operation is about */
	uint32_t pt_id;  /* the page table or IOAS that was named */
	uint32_t fault_id;
	uint64_t flags; /* as they went into the request */
	bool has_type;
	uint32_t type; /* data type, type of vIOMMU, queue, hardware information */
	uint32_t data_len;
	const void *data; /* data_len bytes, for what can be checked in them; or NULL */
	bool has_pasid;
	uint32_t pasid;
	bool attached; /* the device was attached before */
	bool token;    /* a VF token was given */
	uint64_t iova, length;
	uint32_t done; /* hwpt-invalidate: entries that were done */
	const struct refusal_ledger *ledger;
};

/* Circumstances under which a row applies. Each is looked up at most once. */
enum refusal_if {
	IF_ALWAYS,
	/* of the device, from sysfs */
	IF_NO_DRIVER,
	IF_NO_GROUP,
	IF_NO_IOMMU_ON_HOST,
	IF_BRIDGE,
	IF_MDEV,
	IF_NOIOMMU,
	IF_SIBLINGS_ON_HOST,
	IF_SIBLINGS_ON_VFIO,
	IF_INTEL,
	IF_AMD,
	IF_SMMU,
	IF_NO_CDEV_FOLDER,
	/* of other processes */
	IF_HELD,
	IF_SIBLING_HELD,
	IF_GROUP_OPEN,
	/* of this process */
	IF_MEMLOCK,
	/* of what was asked */
	IF_NEST_PARENT,
	IF_DIRTY_TRACKING,
	IF_FAULT_ID,
	IF_PASID_FLAG,
	IF_UNKNOWN_FLAG,
	IF_DATA_WITHOUT_TYPE,
	IF_TYPE,
	IF_TYPE_WITHOUT_DATA,
	IF_TOKEN,
	IF_PASID,
	IF_FIXED,
	IF_WAS_ATTACHED,
	IF_STE_BITS,
	IF_SOME_DONE,
	/* of the objects, from the ledger */
	IF_ID_DEVICE,
	IF_ID_IOAS,
	IF_ID_HWPT,
	IF_ID_HWPT_AUTO,
	IF_ID_VIOMMU,
	IF_ID_QUEUE,
	IF_PT_IOAS,
	IF_PT_HWPT,
	IF_PT_HWPT_AUTO,
	IF_PT_NESTED,
	IF_PT_VIOMMU,
	/* of the hardware, from GET_HW_INFO */
	IF_NO_NESTING,
	IF_SCALABLE_MODE_OFF,
	IF_NO_DIRTY_CAP,
	IF_NO_PASID_WIDTH,
	/* of the kernel, by probing for an ioctl that came with what was asked */
	IF_BEFORE_6_7,
	IF_BEFORE_6_15,
	IF_BEFORE_6_17,
	IF_COUNT,
};

enum { REFUSAL_ANY = -1, REFUSAL_CONDITIONS = 3 };

struct refusal {
	const char *id; /* stable: "bind.held" */
	const char
		*behaviour; /* number in the list of behaviours that must be explained, or NULL */
	int op;             /* enum uapi_op, or REFUSAL_ANY */
	int err; /* errno; 0: success, and yet to be explained; REFUSAL_ANY: adds to every errno */
	enum refusal_if when[REFUSAL_CONDITIONS]; /* all of them must hold */
	const char *cause; /* with {names} of facts, see refusal_words.c; no full stop */
	const char *next;
};

/* From special to general: the first row that applies is the answer. Ended by a NULL id. */
extern const struct refusal refusals[];

/* A row with the facts put in. */
struct refusal_text {
	const struct refusal *row;
	char *cause, *next; /* owned; refusal_text_free() */
};

/**
 * refusal_find() - the row that explains an answer
 * @err: errno, positive or negative; 0 for what goes with a success
 * @ctx: what was asked; NULL: nothing is known
 *
 * Returns false when no row applies; @text is then empty.
 */
bool refusal_find(enum uapi_op op, int err, const struct refusal_ctx *ctx,
		  struct refusal_text *text);

/** The row of a stable id with the facts put in; @text is empty when there is no such row. */
bool refusal_by_id(const char *id, const struct refusal_ctx *ctx, struct refusal_text *text);

/** Free the words, and leave @text empty. */
void refusal_text_free(struct refusal_text *text);

/**
 * refusal_report() - report a refused operation through err_report(), with cause and next step
 * @err: errno, positive or negative
 * @fmt: what failed, lower case, no full stop: "cannot bind 0000:01:00.0"
 */
void refusal_report(enum uapi_op op, int err, const struct refusal_ctx *ctx, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/** A remark on stderr about something that succeeded: the row of @id. */
void refusal_note(const char *id, const struct refusal_ctx *ctx);

/** Cause or next step of a row as explain shows it: facts as words in capitals. The caller frees
 * it. */
char *refusal_generic(enum uapi_op op, const char *template_text);

/** A circumstance in words ("another process holds the device"), "" for IF_ALWAYS. */
const char *refusal_if_text(enum refusal_if condition);

#endif
