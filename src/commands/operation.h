/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every command that drives iommufd shares: the context around the work,
 * the document of its result, operands.
 *
 * A command parses its operands, issues its call, and describes the result;
 * the rest is here.
 */
#ifndef IOMMUCTL_COMMANDS_OPERATION_H
#define IOMMUCTL_COMMANDS_OPERATION_H

#include "cli.h"
#include "session/context.h"
#include "session/show.h"
#include "uapi/calls.h"
#include "uapi/uapi.h"

struct operation {
	struct cli *cli;
	struct iommu_context ctx;
	json_object *doc;
	const char *bare; /* path of the value that -q prints; NULL: nothing */
	bool partial;     /* the document is of use though something failed */
	bool silent;      /* what there is to see has been shown */
};

/**
 * operation_run() - open the context, do the work, print the document
 * @act: fills op->doc and returns an exit status; failures are reported
 * @view: text of the document, before what is said of the context
 *
 * Returns the exit status.
 */
int operation_run(struct cli *cli, void *opts, int (*act)(struct operation *op, void *opts),
		  doc_view *view);

/** Announce an allocation. False as of context_intend(). */
bool operation_intend_alloc(struct operation *op, enum uapi_op call)
	__attribute__((warn_unused_result));

/**
 * operation_object() - an object was made: write it down and describe it
 * @e: with its descriptor, if it has one; the descriptor is taken over
 *
 * When the session cannot keep it, it is destroyed again. Returns an exit status.
 */
int operation_object(struct operation *op, const struct ledger_entry *e);

/** Add "object": the entry as the document shows it, and make its id the bare value. */
void operation_describe(struct operation *op, const struct ledger_entry *e);

/** Make the IOAS that was not named. Returns an exit status; *id is 0 when that is no success, also
 * when the session could not keep it and it was destroyed again. */
int operation_make_ioas(struct operation *op, uint32_t *id);

/** Destroy what was made for something that then failed. */
void operation_take_back(struct operation *op, uint32_t id);

/** The text view of "object": what it is and what it belongs to. */
void operation_object_view(struct out *o, json_object *doc);

/** Add the names of the device that something was done to. */
void operation_device(json_object *o, const struct context_device *d);

/** What a device is called in messages: to be freed. */
char *operation_device_title(const struct context_device *d);

/** Text that was allocated, as a value: freed. */
json_object *operation_text(char *text);

/* --- operands: 0, or -EINVAL after err_usage() --------------------------------------------- */

/** An object id. @what: "IOAS", in messages. */
int operand_id(const char *word, const char *what, uint32_t *id);

/** A number, decimal or with 0x, up to @max. */
int operand_number(const char *word, const char *what, uint64_t max, uint64_t *value);

/** A size in bytes: a number, or one with K, M, G or T. */
int operand_size(const char *word, const char *what, uint64_t *size);

/** START-LAST, both included. */
int operand_range(const char *word, struct uapi_iova_range *range);

/** A time in seconds, with a fraction: milliseconds. */
int operand_time(const char *word, int *ms);

/** Flags by names or numbers, of 32 bits. */
int operand_flags(const struct uapi_names *names, const char *word, uint32_t *flags);

/** The value of an option, as @kind has it; for the option function: 0 or EINVAL. */
error_t option_number(const char *word, const char *what, uint64_t max, uint64_t *value);

#endif
