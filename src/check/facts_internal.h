/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What facts.c and facts_device.c share: where in the snapshot's documents things are. */
#ifndef IOMMUCTL_CHECK_FACTS_INTERNAL_H
#define IOMMUCTL_CHECK_FACTS_INTERNAL_H

#include "check/facts.h"

#define EXTRA_COMMAND_LINE "kernel.command_line"
#define EXTRA_CONFIG       "kernel.config"
#define EXTRA_MODULES      "kernel.modules"
#define EXTRA_LOG_RECORDS  "log.records"

struct facts {
	const struct snapshot *snap;
	struct kernel_parameter *parameters;
	size_t n_parameters;
	bool parameters_known;
	int *parents; /* per device: index of the one it is behind, or -1 */
	/* Per device: its document in "pci", and what came of trying with it in "probe"; or NULL.
	 */
	json_object **pci, **probed;
	/* Indices of the devices, group by group; one start more than there are groups. */
	size_t *members, *member_start;
};

/** An answer with what it rests on. */
struct fact fact_of(enum answer is, const struct evidence *ev);

/** No answer: @why there is none from @source at @where. */
struct fact fact_unknown(const char *source, const char *where, const char *why);

/** A document of snap->extra by its path, or NULL. */
json_object *fact_extra(const struct facts *f, const char *path);

/** Join the documents about devices with the snapshot's list. */
void fact_read_devices(struct facts *f);

#endif
