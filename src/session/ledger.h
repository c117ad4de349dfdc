/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger: what an iommufd holds, as far as this program put it there.
 *
 * The kernel can list neither objects nor their references, so every command
 * writes down what it made. A ledger is a sorted array of small entries; the
 * keeper of a session holds the one that counts, each command works on a copy,
 * and a command without a session has one of its own until it exits.
 */
#ifndef IOMMUCTL_SESSION_LEDGER_H
#define IOMMUCTL_SESSION_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
/*
 * Kinds of entries, in the order in which they are kept and shown. What the
 * members of struct ledger_entry mean for each:
 *
 *             id      key    parent            other        kind       v, w                 text
 * CONTEXT     0       0      -                 -            -          -                    where it came from
 * DEVICE      object  0      -                 -            group      -                    bus, name, cdev
 * IOAS        object  0      -                 -            -          -                    -
 * HWPT        object  0      IOAS/HWPT/vIOMMU  fault queue  data type  flags                -
 * FAULT       object  0      -                 -            -          -                    -
 * VIOMMU      object  0      HWPT              device       type       mmap offset, length  -
 * VDEVICE     object  0      vIOMMU            device       -          virtual id           -
 * VEVENTQ     object  0      vIOMMU            -            type       depth                -
 * HW_QUEUE    object  0      vIOMMU            index        type       IOVA, length         -
 * MAPPING     IOAS    IOVA   -                 -            source     length, flags        the file
 * ATTACHMENT  device  PASID  HWPT in use       asked for    -          -                    -
 * PENDING     0       0      see repair.c
 */
/* clang-format on */
enum ledger_type {
	LEDGER_CONTEXT = 1,
	LEDGER_DEVICE,
	LEDGER_IOAS,
	LEDGER_HWPT,
	LEDGER_FAULT,
	LEDGER_VIOMMU,
	LEDGER_VDEVICE,
	LEDGER_VEVENTQ,
	LEDGER_HW_QUEUE,
	LEDGER_MAPPING,
	LEDGER_ATTACHMENT,
	LEDGER_PENDING,
	LEDGER_TYPES,
};

enum {
	LEDGER_HAS_FD = 1 << 0, /* a descriptor belongs to it */
	LEDGER_AUTO = 1 << 1,   /* HWPT: made by the kernel on attach, goes with the last detach */
	LEDGER_NESTED = 1 << 2, /* HWPT: on a HWPT or a vIOMMU, not on an IOAS */
	LEDGER_EMULATED = 1 << 3,  /* DEVICE: without an IOMMU behind it (an ACCESS object) */
	LEDGER_ADOPTED = 1 << 4,   /* CONTEXT: others may have made objects in it */
	LEDGER_UNCERTAIN = 1 << 5, /* what the kernel did is not known */
	LEDGER_TOMBSTONE = 1 << 6, /* VDEVICE: gone, its id stays burnt */
	LEDGER_TRACKING = 1 << 7,  /* HWPT: dirty tracking is on */
};

enum { LEDGER_RID_BITS = 32, LEDGER_TEXT_MAX = 240 };
#define LEDGER_RID (UINT64_C(1) << LEDGER_RID_BITS) /* key of an attachment without a PASID */

/* Where the memory of a mapping comes from. */
enum ledger_source {
	SOURCE_MEMFD,        /* anonymous memory, mapped through its file */
	SOURCE_ADDRESS,      /* anonymous memory, mapped by address */
	SOURCE_FILE,         /* a file, mapped through IOAS_MAP_FILE */
	SOURCE_FILE_ADDRESS, /* a file, mapped by address */
	SOURCE_COPY,         /* IOAS_COPY */
};

struct ledger_entry {
	uint8_t type, flags;
	uint32_t id;
	uint64_t key;
	uint32_t parent, other, kind;
	uint64_t v, w;
	const char *text; /* owned by the ledger; NULL for none */
	int fd;           /* -1 unless the process at hand has the descriptor open */
};

struct ledger {
	struct ledger_entry *entries; /* sorted by type, id, key */
	size_t count, capacity;
};

/** Put @e, copied with its text. An entry with the same type, id and key is updated; it keeps a
 *  descriptor that @e does not bring. Returns the entry. */
struct ledger_entry *ledger_put(struct ledger *l, const struct ledger_entry *e);

/** Remove the entries of (@type, @id) with keys @first to @last, closing their descriptors. Returns
 *  how many there were. */
size_t ledger_remove(struct ledger *l, uint8_t type, uint32_t id, uint64_t first, uint64_t last);

/** The entry, or NULL. Valid until the ledger changes. */
struct ledger_entry *ledger_find(const struct ledger *l, uint8_t type, uint32_t id, uint64_t key);

/** The entry of an object id, whatever its type; NULL when there is none, or only a tombstone. */
struct ledger_entry *ledger_object(const struct ledger *l, uint32_t id);

/** Index of the first entry of @type (with at least @id): for walking one kind. */
size_t ledger_first(const struct ledger *l, uint8_t type, uint32_t id);

/** Walk the entries @e of a type. */
#define ledger_each(l, t, e)                                                \
	for (struct ledger_entry *e = (l)->entries + ledger_first(l, t, 0); \
	     e < (l)->entries + (l)->count && e->type == (t); e++)

/** The same for those of one id. */
#define ledger_each_of(l, t, i, e)                                          \
	for (struct ledger_entry *e = (l)->entries + ledger_first(l, t, i); \
	     e < (l)->entries + (l)->count && e->type == (t) && e->id == (i); e++)

/** The lowest object id that no entry uses: what the kernel gives out next in a context that is
 *  wholly in the ledger. */
uint32_t ledger_next_id(const struct ledger *l);

/** Close all descriptors and free everything. */
void ledger_clear(struct ledger *l);

/** The name of a type in JSON ("hwpt"), or NULL. */
const char *ledger_type_name(uint8_t type);

/** The same for a person ("HWPT"). */
const char *ledger_type_title(uint8_t type);

/** The name of where a mapping's memory comes from. */
const char *ledger_source_name(uint32_t source);

/* --- encoding ------------------------------------------------------------------------- */

enum ledger_op {
	LEDGER_PUT = 1,
	LEDGER_REMOVE, /* (type, id), keys from key to v */
	LEDGER_CLOSE,  /* close the descriptor, keep the entry */
};

enum { LEDGER_WIRE_MAX = 56 + LEDGER_TEXT_MAX };

/** Bytes of @e when encoded, a multiple of 8. */
size_t ledger_encoded_size(const struct ledger_entry *e);

/** Encode to @buf, which has room for ledger_encoded_size(). Returns the size. */
size_t ledger_encode(uint8_t *buf, enum ledger_op op, const struct ledger_entry *e);

/**
 * ledger_decode() - read one encoded entry
 * @e: receives it; its text points to @text
 * @text: room for LEDGER_TEXT_MAX + 1 bytes
 *
 * Returns the bytes used, or 0 when @buf does not begin with a whole valid entry.
 */
size_t ledger_decode(const uint8_t *buf, size_t len, enum ledger_op *op, struct ledger_entry *e,
		     char *text);

#endif
