/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a VMM asks of the host before it gives a guest a nested IOMMU, and the
 * largest configuration that passes (consumers.tab.c).
 */
#ifndef IOMMUCTL_CHECK_CONSUMERS_H
#define IOMMUCTL_CHECK_CONSUMERS_H

#include "check/check.h"

enum consumer_relation {
	HOST_EQUALS,   /* the host's field must be the constant */
	HOST_AT_LEAST, /* ... no less than the constant */
	HOST_AT_MOST,  /* ... no more than the constant */
	HOST_LIMITS,   /* the host's field, at most the constant, bounds a guest option */
	HOST_ALLOWS,   /* a guest option can be on only where the host's field is 1 */
	HOST_ANY,      /* one of the rows of this relation must be 1 */
};

struct consumer_rule {
	const char *consumer;
	const char *since; /* its version from which the rule was seen */
	const char *arch, *reg, *field;
	enum consumer_relation relation;
	uint64_t constant;
	const char *option;      /* of the guest's configuration, NULL: it has none for this */
	const char *consequence; /* when the relation does not hold */
};

extern const struct consumer_rule consumer_rules[];
extern const size_t n_consumer_rules;

/** Names of the consumers, ended by NULL. */
extern const char *const consumer_names[];

/**
 * check_consumer() - apply the rules of run->consumer to every IOMMU that is asked about
 *
 * Emits findings for goal nested and fills run->configurations.
 */
void check_consumer(struct check_run *run);

#endif
