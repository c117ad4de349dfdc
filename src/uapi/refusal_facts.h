/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of refusal*.c share with each other and with nobody else: the
 * facts about a refused request, looked up when one is asked for.
 */
#ifndef IOMMUCTL_UAPI_REFUSAL_FACTS_H
#define IOMMUCTL_UAPI_REFUSAL_FACTS_H

#include "uapi/calls.h"
#include "uapi/holders.h"
#include "uapi/refusal.h"

/* One request. Whoever has it asks the functions below, not the members that remember. */
struct refusal_facts {
	enum uapi_op op;
	const struct refusal_ctx *ctx;
	signed char known[IF_COUNT]; /* 0 not looked up, 1 yes, -1 no */

	bool asked_holders;
	struct holders holders;
	bool asked_hw;
	bool have_hw;
	struct call_hw_info hw;
	bool asked_members;
	struct device_member *members;
	size_t n_members;
};

/* --- refusal_facts.c ------------------------------------------------------------------- */

/** @ctx NULL: nothing is known. rfact_free() frees what has been looked up. */
void rfact_init(struct refusal_facts *f, enum uapi_op op, const struct refusal_ctx *ctx);
void rfact_free(struct refusal_facts *f);

/** The device that the request is about, by name; NULL when it is about none. */
const struct uapi_device *rfact_device(const struct refusal_facts *f);

/** What a function of device.h, such as devfact_driver(), says of the device; the caller frees. */
char *rfact_of_device(const struct refusal_facts *f,
		      char *(*find)(const char *bus, const char *name));

/** The group of the device, or -1. */
int rfact_group(const struct refusal_facts *f);

/** Members of that group, the device itself too. They stay with @f. */
const struct device_member *rfact_members(struct refusal_facts *f, size_t *n);

/** Who has something of iommufd or VFIO open on this machine. It stays with @f. */
const struct holders *rfact_holders(struct refusal_facts *f);

/** The hardware information of the device, or NULL. It stays with @f. */
const struct call_hw_info *rfact_hw(struct refusal_facts *f);

/**
 * rfact_nest_missing() - the bits that nesting needs, and that are 0 in rfact_hw()
 * @at: 0 to begin; moves on
 *
 * Returns the name of the next one ("ECAP.NEST"), NULL when there are no more.
 */
const char *rfact_nest_missing(struct refusal_facts *f, size_t *at);

/** Bits of the request's stream table entry that the kernel does not take from a guest, by word;
 * 0 where the request has no such entry. */
void rfact_ste_bad(const struct refusal_facts *f, uint64_t bad[2]);

/** A number of /proc/self/status ("VmPin:") in @base, 0 when it is not there. */
uint64_t rfact_own_status(const char *key, int base);

/* --- refusal_if.c, refusal_words.c ------------------------------------------------------- */

/** True when all circumstances of the row hold. */
bool refusal_applies(struct refusal_facts *f, const struct refusal *row);

/** A row's text with the facts in place of its {words}; @generic: with words in capitals, as
 * explain shows it. The caller frees. */
char *refusal_expand(struct refusal_facts *f, bool generic, const char *template_text);

#endif
