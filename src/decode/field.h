/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decoding engine: registers as tables of fields, raw words in, facts out.
 *
 * Pure functions over constant tables. One row per architected field; text,
 * JSON, the field reference, comparison and the tests all come from the same
 * rows. Nothing here reads a file, calls the kernel or keeps state.
 */
#ifndef IOMMUCTL_DECODE_FIELD_H
#define IOMMUCTL_DECODE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REG_MAX = 12 }; /* registers of one architecture at most */

struct reg_set;

/* What kind of number a field holds: how it is shown and compared. */
enum field_kind {
	FIELD_FLAG,   /* one bit, 1 = there */
	FIELD_ENUM,   /* each value has its meaning; one that is not listed is reserved */
	FIELD_NUMBER, /* a count, a width, an exponent: the meaning is computed */
	FIELD_BITMAP, /* each bit has its meaning (values[].raw is the bit's mask within the field;
		       * a first row of 0 says what no bit means) */
	FIELD_OPAQUE, /* implementation defined: only ever shown in hex */
};

enum {
	FIELD_TENTATIVE = 1 << 0, /* rests on one source or on conflicting ones; said in JSON */
	FIELD_RETIRED = 1 << 1,   /* withdrawn or renamed in newer revisions; shown when set */
	FIELD_PROMISED = 1 << 2,  /* SMMUv3: the iommufd uAPI lets user space rely on it */
	FIELD_INVERTED = 1 << 3,  /* a flag whose 1 means that something is missing or needed */
	FIELD_NEUTRAL = 1 << 4,   /* differs without being better or worse (offsets, identities) */
	FIELD_ORDERED = 1 << 5,   /* an enumeration whose larger value means more */
};

/* What a describing function found. */
enum meaning {
	MEANING_NONE,     /* nothing to say: the listed values or the bare number serve */
	MEANING_VALID,    /* the text is in the buffer */
	MEANING_RESERVED, /* the same, and the value is a reserved encoding */
};

struct field_value {
	uint64_t raw;
	const char *meaning;
};

struct field {
	const char *name;  /* short name as in the specification: the JSON key */
	const char *title; /* full name, our words */
	uint8_t hi, lo;    /* bits of the register, both included */
	enum field_kind kind;
	unsigned int flags;
	const struct field_value *values; /* ends with a NULL meaning; NULL for flags and numbers */
	/*
	 * Puts the meaning of a number, or a dependent meaning, into @buf. @set
	 * gives the other registers (PSS means nothing without PASID).
	 */
	enum meaning (*describe)(uint64_t raw, const struct reg_set *set, char *buf, size_t size);
	const char *aliases; /* other names, separated by spaces, or NULL */
	const char *note;    /* revision, rename, condition; or NULL */
};

struct reg {
	const char *name; /* "CAP": the JSON key */
	const char *title;
	const char *aliases; /* other names, separated by spaces, or NULL */
	unsigned int bits;   /* width of the register */
	const struct field *fields;
	size_t n_fields;
};

struct capability_rule;

struct arch {
	const char *type;  /* "intel-vtd": the JSON type */
	const char *title; /* "Intel VT-d" */
	const struct reg *regs;
	size_t n_regs;
	const char *revision; /* what the rows cover, to go after "covers" */
	/* CAP_COUNT rules of the common vocabulary (capabilities.h), or NULL. */
	const struct capability_rule *rules;
	/* The architecture's version as it is usually written ("4:0", "3.2"), or false. */
	bool (*version)(const struct reg_set *set, char *buf, size_t size);
	/* Names an implementation from its registers ("Arm MMU-700 r1p0"), or returns false. */
	bool (*product)(const struct reg_set *set, char *buf, size_t size);
	/* What to know about this implementation, as a sentence without a full stop; or NULL. */
	const char *(*remark)(const struct reg_set *set);
	/* The flags word in front of the registers in the IOMMU_GET_HW_INFO answer, or NULL. */
	const struct reg *hw_info_flags;
};

/* The registers of one IOMMU, as far as they are known. */
struct reg_set {
	const struct arch *arch;
	uint64_t value[REG_MAX]; /* in the order of arch->regs */
	uint32_t known;          /* bit n: value[n] holds something */
	bool from_iommufd;       /* what the uAPI promises about fields applies */
};

/* All architectures, in a fixed order, ended by NULL. */
extern const struct arch *const archs[];

/** The architecture of a JSON type name, or NULL. */
const struct arch *arch_find(const char *type);

/** Index of a register of @arch by name or alias (case does not matter), or -1. */
int arch_reg_index(const struct arch *arch, const char *name);

/** JSON names of field kinds: "flag", "enumeration", "number", "bitmap", "opaque". */
const char *field_kind_name(enum field_kind kind);

/** Set, and read, a register by name. Returns false when the architecture has no such register
 *  (or, for get, when its value is not known). */
bool reg_set_put(struct reg_set *set, const char *name, uint64_t value);
bool reg_set_get(const struct reg_set *set, const char *name, uint64_t *value);

/** The raw value of @field within the register value @reg. */
uint64_t field_raw(const struct field *field, uint64_t reg);

/** True when user space may rely on fields of @arch over iommufd only where FIELD_PROMISED says so.
 */
bool arch_has_promises(const struct arch *arch);

/** True for a field of reserved bits: no name of its own ("RSVD"). */
bool field_is_reserved(const struct field *field);

/** Row of a field, or register, by name or alias (case does not matter); NULL when there is none.
 */
const struct field *reg_find_field(const struct reg *reg, const char *name);

/** True when all bits that are known are ones: the unit does not answer (needs 32 bits or more). */
bool reg_set_is_dead(const struct reg_set *set);

/** Field @name (or one of its aliases) of register @reg, raw. False when unknown. */
bool reg_set_field(const struct reg_set *set, const char *reg, const char *name, uint64_t *raw);

/** The same where absence means 0: for rules. */
uint64_t reg_set_field_or_zero(const struct reg_set *set, const char *reg, const char *name);

/**
 * reserved_bits_words() - words about reserved bits of a register
 * @set_bits: those that are set, in their places
 *
 * "reserved, yet set: bit 57, 15:13", or "zero". Returns true for zero.
 */
bool reserved_bits_words(uint64_t set_bits, char *buf, size_t size);

/**
 * field_meaning() - what a value of a field means, in words
 * @set: the other registers, for dependent meanings; not NULL
 * @raw: the value
 * @buf, @size: receives the text, cut to fit, always terminated
 *
 * Returns false for a reserved encoding, or for non-zero reserved bits; @buf then says so.
 */
bool field_meaning(const struct field *field, const struct reg_set *set, uint64_t raw, char *buf,
		   size_t size);

#endif
