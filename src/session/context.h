/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The context: the iommufd that a command works in, whoever holds it.
 *
 * With a session the descriptors come from its keeper and the ledger goes back
 * to it; with --iommufd it is a descriptor of the caller; otherwise it is one of
 * the command's own, and what is made in it is gone when the command exits.
 * Commands do not need to know which it is.
 *
 * What changes the kernel's state is announced, done, and written down:
 *
 *	if (!context_intend(ctx, OP_IOAS_ALLOC, 0, 0, 0, 0)) return STATUS_FAILED;
 *	err = call_ioas_alloc(ctx->iommufd, &req);
 *	if (err) return context_refused(ctx, OP_IOAS_ALLOC, err, &what, "cannot ...");
 *	context_put(ctx, &entry);
 *	if (!context_commit(ctx)) ...
 *
 * so that a command which dies in between leaves an intent behind, and the next
 * one (repair.c) finds out what became of it.
 */
#ifndef IOMMUCTL_SESSION_CONTEXT_H
#define IOMMUCTL_SESSION_CONTEXT_H

#include "cli.h"
#include "session/client.h"
#include "session/ledger.h"
#include "uapi/refusal.h"

enum context_kind { CONTEXT_OWN, CONTEXT_GIVEN, CONTEXT_SESSION };

struct iommu_context {
	struct cli *cli;
	enum context_kind kind;
	int iommufd;
	struct session session; /* CONTEXT_SESSION */
	struct ledger ledger;   /* a copy of the session's, or the command's own */
	struct session_change *change;
	bool intended, change_lost;
	json_object *warnings; /* list, goes into the document */
	struct refusal_ledger refusals;
};

/** Open the context that the command line asks for. Returns an exit status; reported. */
int context_open(struct cli *cli, struct iommu_context *ctx);

/** Give everything back. */
void context_close(struct iommu_context *ctx);

/** True when objects that this program did not make may be in the iommufd. */
bool context_has_strangers(const struct iommu_context *ctx);

/* --- context_refusals.c ------------------------------------------------------------------- */

/** What refusals may ask of the context's ledger, as long as @ctx is open. */
struct refusal_ledger context_refusals(struct iommu_context *ctx);

/* --- changing things ---------------------------------------------------------------------- */

/**
 * context_intend() - say what is about to be asked of the kernel
 * @id, @other, @v, @w: what repair.c needs to follow it up, see there
 *
 * False when the session is lost, which is reported: the kernel must not be
 * asked then, for nobody would know of what it did.
 */
bool context_intend(struct iommu_context *ctx, enum uapi_op op, uint32_t id, uint32_t other,
		    uint64_t v, uint64_t w) __attribute__((warn_unused_result));

/** Write down an entry, in the ledger at hand and for the session. With LEDGER_HAS_FD the
 *  descriptor @e->fd goes over to the ledger. */
struct ledger_entry *context_put(struct iommu_context *ctx, const struct ledger_entry *e);

/** Write down that the entries of @type and @id with keys from @first to @last are gone. */
void context_remove(struct iommu_context *ctx, uint8_t type, uint32_t id, uint64_t first,
		    uint64_t last);

/** Close the descriptor of an entry, wherever it is held. */
void context_drop_fd(struct iommu_context *ctx, const struct ledger_entry *e);

/** Hand what was written down to the session. False: reported; the caller undoes what it did. */
bool context_commit(struct iommu_context *ctx);

/** The kernel refused: nothing has changed. */
void context_abandon(struct iommu_context *ctx);

/**
 * context_refused() - report a refusal, and that nothing has changed
 *
 * Adds the context to @what. Returns STATUS_FAILED.
 */
int context_refused(struct iommu_context *ctx, enum uapi_op op, int err,
		    const struct refusal_ctx *what, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/** A warning for the document and a note on stderr: the row of the refusals with that id. */
void context_warn(struct iommu_context *ctx, const char *id, const struct refusal_ctx *what);

/** The same in own words; @next may be NULL. */
void context_warn_words(struct iommu_context *ctx, const char *id, const char *next,
			const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* --- context_device.c: devices and descriptors ----------------------------------------------- */

struct context_device {
	struct uapi_device dev; /* names, and dev_id; its fd belongs to the context */
	uint32_t id;            /* object id */
	bool known;             /* in the ledger */
	bool borrowed;          /* bound for this command only */
};

/**
 * context_device() - the device that an operand means
 * @word: an object id, or what the user calls the device
 * @d: filled in; context_device_free()
 *
 * Without a session a device that is not bound is bound now, until the command
 * exits. In a session binding is a step of its own (it takes the device away
 * from others and resets it), so a device that is not bound is refused.
 * Returns an exit status; reported.
 */
int context_device(struct iommu_context *ctx, const char *word, struct context_device *d);

/** Bind a device that is not bound yet. @token: 16 bytes or NULL. Returns an exit status. */
int context_bind(struct iommu_context *ctx, const char *word, const uint8_t *token,
		 struct context_device *d);

/** Bind it for the time of this command, in a session too. */
int context_device_borrowed(struct iommu_context *ctx, const char *word, struct context_device *d);

/** Close a borrowed device and free the names; a descriptor of the ledger stays open. */
void context_device_free(struct context_device *d);

/** The descriptor of an entry, borrowed until the context is closed. -1: reported. */
int context_fd(struct iommu_context *ctx, struct ledger_entry *e);

/** The device's cdev. -1: reported (a device of another process has none here). */
int context_device_fd(struct iommu_context *ctx, const struct context_device *d);

/* --- context_ledger.c: what follows from a change ------------------------------------------- */

/** The attachment of a device (@key: a PASID or LEDGER_RID), or NULL. */
struct ledger_entry *context_attachment(const struct iommu_context *ctx, uint32_t device,
					uint64_t key);

/** Write down that a device is attached to @hwpt after @pt was asked for. */
void context_attached(struct iommu_context *ctx, uint32_t device, uint64_t key, uint32_t pt,
		      uint32_t hwpt);

/** Write down that it is not attached any more. */
void context_detached(struct iommu_context *ctx, uint32_t device, uint64_t key);

/** Write down that a device's descriptor is closed, with all that this ends. */
void context_unbound(struct iommu_context *ctx, uint32_t device);

/** Write down that an object is gone. */
void context_destroyed(struct iommu_context *ctx, uint32_t id);

/** Write down that dirty tracking of a HWPT is on or off. */
void context_tracking(struct iommu_context *ctx, uint32_t hwpt, bool on);

/** The id that the kernel will give to the next object, or 0 when that cannot be told. */
uint32_t context_next_id(const struct iommu_context *ctx);

/** The attached devices of the same group, without itself. *ids is to be freed. */
size_t context_siblings(const struct iommu_context *ctx, uint32_t device, uint32_t **ids);

/** True when something of @ioas is attached or a HWPT of it exists: mappings are pinned at once. */
bool context_pins(const struct iommu_context *ctx, uint32_t ioas);

/* --- the document --------------------------------------------------------------------------- */

/** "context": {"kind", "session"}. */
json_object *context_doc(const struct iommu_context *ctx);

#endif
