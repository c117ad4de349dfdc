/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vocabulary common to all architectures, so that machines can be compared.
 *
 * Each architecture's rules fill a struct capabilities from its registers;
 * what the registers at hand cannot say stays unknown (JSON null).
 */
#ifndef IOMMUCTL_DECODE_CAPABILITIES_H
#define IOMMUCTL_DECODE_CAPABILITIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reg_set;

enum capability_kind { CAPABILITY_BOOL, CAPABILITY_NUMBER, CAPABILITY_SIZES };

enum capability {
	CAP_INPUT_ADDRESS_BITS,
	CAP_OUTPUT_ADDRESS_BITS,
	CAP_PAGE_SIZES,
	CAP_SECOND_STAGE_LEVELS,
	CAP_FIRST_STAGE_LEVELS,
	CAP_NESTED_TRANSLATION,
	CAP_DIRTY_TRACKING,
	CAP_PASID_BITS,
	CAP_PAGE_REQUESTS,
	CAP_ATS,
	CAP_SNOOP_CONTROL,
	CAP_COHERENT_WALK,
	CAP_INTERRUPT_REMAPPING,
	CAP_POSTED_INTERRUPTS,
	CAP_PASSTHROUGH,
	CAP_MAX_DOMAINS,
	CAP_FAULT_RECORDING_REGISTERS,
	CAP_STALL,
	CAP_VIRTUAL_COMMAND_QUEUE,
	CAP_COUNT,
};

struct capability_info {
	const char *key;   /* JSON key */
	const char *title; /* for text */
	enum capability_kind kind;
};

extern const struct capability_info capability_info[CAP_COUNT];

struct capabilities {
	struct {
		bool known;
		uint64_t value; /* number, 0/1, or for sizes a mask: bit n = pages of 2^n bytes */
	} of[CAP_COUNT];
};

/*
 * How one entry of the vocabulary follows from an architecture's registers.
 * An architecture has CAP_COUNT of them, indexed by enum capability.
 */
struct capability_rule {
	/* Puts the value and returns true, or returns false: the registers at hand do not say.
	 * NULL: no register of the architecture says. */
	bool (*value)(const struct reg_set *set, uint64_t *value);
	const char *doc; /* the rule in words, or why there is none */
};

/**
 * capabilities_of() - apply the rules of the set's architecture
 *
 * Everything stays unknown when it has none, and when every bit of every register
 * is set: such a unit does not answer.
 */
void capabilities_of(const struct reg_set *set, struct capabilities *caps);

/** The size of 2^@bit bytes, below 2^64, in words: "2 MiB". Returns what snprintf() does. */
int size_words(unsigned int bit, char *buf, size_t size);

/** Page sizes of a mask (bit n: 2^n bytes) in words: "4 KiB, 2 MiB"; "none". */
void sizes_words(uint64_t mask, char *buf, size_t size);

#endif
