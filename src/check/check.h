/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks: can this machine do what is wanted of its IOMMUs, and if not, why and what to do.
 *
 * A goal is a list of rules (goals.tab.c); a rule looks at facts (facts.h) and
 * names what it found by one of the findings of the same table. Every finding
 * has a stable id, a status, a sentence and a fix. Checks are a view of the
 * snapshot: they read no file and call no kernel.
 */
#ifndef IOMMUCTL_CHECK_CHECK_H
#define IOMMUCTL_CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "check/facts.h"
#include "check/findings.h"
#include "host/snapshot.h"
#include "render/doc.h"

enum check_goal {
	GOAL_PASSTHROUGH,
	GOAL_NESTED,
	GOAL_DIRTY_TRACKING,
	GOAL_PASID,
	GOAL_PAGE_REQUESTS,
	GOAL_INTERRUPT_REMAPPING,
	GOAL_IOMMUFD,
	GOAL_ISOLATION,
	GOAL_COUNT,
};

struct check_goal_info {
	const char *name;     /* as on the command line */
	const char *question; /* what it answers */
};

enum check_scope {
	SCOPE_MACHINE, /* asked once */
	SCOPE_IOMMU,   /* of each IOMMU that is looked at */
	SCOPE_GROUP,   /* of each group that is looked at */
	SCOPE_DEVICE,  /* of each device that is looked at */
	SCOPE_NAMED, /* of each device that was named: what it lacks says nothing of the machine */
};

struct check_run;

/* What a rule is asked about; the members below the scope's are NULL. */
struct check_subject {
	const char *name; /* "machine", or the IOMMU's, group's or device's name */
	const struct host_iommu *iommu;
	const struct host_group *group;
	const struct host_device *device;
};

struct check_rule {
	unsigned int goals; /* bit n: enum check_goal n */
	enum check_scope scope;
	void (*judge)(struct check_run *run, const struct check_subject *subject);
};

extern const struct check_goal_info check_goals[GOAL_COUNT];
extern const struct check_rule check_rules[];
extern const size_t check_n_rules;

/* What is being asked, and what was found. */
struct check_run {
	const struct facts *facts;
	unsigned int goals;    /* bit n: goal n is asked about */
	const size_t *devices; /* the devices named, as indices into the snapshot's list */
	size_t n_devices;      /* 0: the machine as a whole */
	const char *consumer;  /* --for, or NULL */

	const struct check_rule *rule; /* being judged */
	json_object *findings;         /* list, in the order of goals, then rules */
	json_object *by_goal[GOAL_COUNT];
	enum check_status status[GOAL_COUNT];
	json_object *configurations; /* of the consumer, list */
};

/**
 * check_emit() - report a finding, for every goal that its rule serves and that is asked about
 * @ev: what it rests on; NULL for nothing to show
 * @n: number of strings that follow, for {1}, {2}, {3}
 */
void check_emit(struct check_run *run, enum check_finding which,
		const struct check_subject *subject, const struct evidence *ev, int n, ...);

/** The same for these goals of the rule only. */
void check_emit_for(struct check_run *run, unsigned int goals, enum check_finding which,
		    const struct check_subject *subject, const struct evidence *ev, int n, ...);

/**
 * check_emit_unread() - report that something cannot be told, if a place could not be read
 * @unread: that place, an entry of the facts' "unread"; NULL: nothing is reported
 * @more: for {3}; {1} is the place, {2} why it could not be read
 *
 * True when it was reported.
 */
bool check_emit_unread(struct check_run *run, enum check_finding which,
		       const struct check_subject *subject, json_object *unread, const char *more);

/** True when any of @goals is asked about. */
bool check_wants(const struct check_run *run, unsigned int goals);

/** The goal of a name, or -1. */
int check_goal_find(const char *name);

/**
 * check_run_all() - judge everything that is asked
 * @run: facts, goals, devices and consumer filled in; the rest zero
 *
 * Returns the document's members "iommu", "goals", "findings" and, for a
 * consumer, "configurations", as a new object.
 */
json_object *check_run_all(struct check_run *run);

/** Exit status of a run: fail is 1; else unknown is 2; else 0. */
int check_exit_status(const struct check_run *run);

/** The text of the document of `iommuctl check`, and of `check --list-findings`. */
void check_view(struct out *o, json_object *doc);
void check_view_findings(struct out *o, json_object *doc);

/** All findings of the table as a list. */
json_object *check_list_findings(void);

#endif
