/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel logs: what IOMMU drivers say, turned into records.
 *
 * A stream of any size goes in; one record comes out for every probe line,
 * fault, event or setting that the tables know, however old the kernel and
 * whatever dmesg, journalctl, syslog, Xen or a mailer did to the line. The
 * tables are patterns.tab.c (lines) and fault_reasons.tab.c (codes); the rest
 * is how to read. Nothing here opens a device or keeps state between streams.
 */
#ifndef IOMMUCTL_KLOG_KLOG_H
#define IOMMUCTL_KLOG_KLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/out.h"

enum klog_kind {
	KLOG_REGISTERS,    /* capability registers of an IOMMU */
	KLOG_FAULT,        /* an access that the IOMMU refused */
	KLOG_EVENT,        /* something the IOMMU or its driver ran into */
	KLOG_CONFIG,       /* how it is set up */
	KLOG_FIRMWARE_BUG, /* the firmware described something wrong */
	KLOG_GROUP,        /* a device came into or left a group */
	KLOG_MALFORMED,    /* a known line that is cut short or holds an impossible value */
};

/** JSON name of a kind: "registers", "fault", ... */
const char *klog_kind_name(enum klog_kind kind);

enum klog_type { KLOG_STR, KLOG_HEX, KLOG_UINT, KLOG_INT, KLOG_BOOL, KLOG_LIST };

/* One thing a line says: a JSON member. */
struct klog_fact {
	const char *key;
	enum klog_type type;
	uint8_t bits;    /* width of a KLOG_HEX, 0: as short as it is */
	uint64_t num;    /* all but KLOG_STR and KLOG_LIST */
	const char *str; /* KLOG_STR; KLOG_LIST: items separated by '\n' */
};

enum { KLOG_MAX_FACTS = 32, KLOG_MAX_REGS = 4, KLOG_TEXT = 2048 };

struct klog_pattern;
struct klog_reader;

struct klog_record {
	enum klog_kind kind;
	const struct klog_pattern *pattern; /* the family of the line */
	const char *file;                   /* name of the input, or NULL */
	uint64_t line;                      /* number of its first line, from 1 */
	uint32_t lines;                     /* how many lines it is spread over */
	const char *time;                   /* as the log has it, or NULL */

	const char *arch; /* JSON type of the registers below, or NULL */
	const char *reg_name[KLOG_MAX_REGS];
	uint64_t reg_value[KLOG_MAX_REGS];
	unsigned int n_regs;

	struct klog_fact facts[KLOG_MAX_FACTS];
	unsigned int n_facts;

	const char *meaning; /* what it means, constant or in @text */
	const char *advice;  /* what to try, or NULL */
	const char *why;     /* KLOG_MALFORMED: what is wrong with the line */

	size_t used;
	char text[KLOG_TEXT]; /* where strings of this record live */
};

/** The family of a record's line: "vtd-fault", "amd-registers", ... */
const char *klog_family(const struct klog_record *rec);

/** The fact of a key, or NULL. */
const struct klog_fact *klog_fact(const struct klog_record *rec, const char *key);

/** Copy a record with its strings. */
void klog_copy(struct klog_record *to, const struct klog_record *from);

/* What a stream held, counted. */
struct klog_totals {
	uint64_t lines;        /* line breaks seen (and a last line without one) */
	uint64_t records;      /* records given out */
	uint64_t malformed;    /* of them, kind "malformed" */
	uint64_t unrecognised; /* lines of an IOMMU driver that no pattern knows */
};

/* Receives each record; it is valid during the call only. Return non-zero to stop. */
typedef int klog_emit(const struct klog_record *rec, void *ctx);

/**
 * klog_decode_fd() - decode a stream
 * @fd: read to its end; gzip, xz and zstd are recognised by their first bytes
 * @name: for the records' source and for messages
 * @emit, @ctx: receives the records in the order in which they are complete
 * @totals: counts are added, not reset
 *
 * Memory does not depend on the length of the input or of its lines. A
 * progress bar is drawn on stderr when that is a terminal and more than a
 * second has gone by. Returns 0; -1 when the input cannot be read or
 * decompressed (reported through err.h); the emitter's value when it stopped.
 */
int klog_decode_fd(int fd, const char *name, klog_emit *emit, void *ctx,
		   struct klog_totals *totals);

/** The same for what @r reads; it stays open. */
int klog_decode_reader(struct klog_reader *r, const char *name, klog_emit *emit, void *ctx,
		       struct klog_totals *totals);

/** The same for text in memory. Never fails by itself. */
int klog_decode_buffer(const char *text, size_t len, const char *name, klog_emit *emit, void *ctx,
		       struct klog_totals *totals);

/** A record as the JSON object of the document's "records" list. */
json_object *klog_record_doc(const struct klog_record *rec);

/* --- folding: identical faults as one entry of the text ------------------------------ */

struct klog_fold;

/** @o: where text goes; @fold: false keeps all records apart; @with_file: name the file of each. */
struct klog_fold *klog_fold_new(struct out *o, bool fold, bool with_file);

/** Take in a record. Prints what cannot be folded any more. */
void klog_fold_add(struct klog_fold *f, const struct klog_record *rec);

/** Print what is left, and free. */
void klog_fold_end(struct klog_fold *f);

#endif
