/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that wait for records of a queue: printed as they come, ended by a
 * count, a time, a signal, or the end of the session.
 */
#ifndef IOMMUCTL_COMMANDS_WAITING_H
#define IOMMUCTL_COMMANDS_WAITING_H

#include "commands/operation.h"

struct waiting_opts {
	bool has_count, has_timeout;
	uint64_t count;
	int timeout; /* milliseconds */
};

/** The options of such a command, whose opts are a struct waiting_opts. */
extern const struct argp_option waiting_options[];
error_t waiting_option(struct cli *cli, void *opts, int key, char *arg);

struct waiting {
	struct operation *op;
	const struct waiting_opts *opts;
	int fd;        /* of the queue */
	uint32_t id;   /* of the queue */
	uint32_t kind; /* of the queue, for events */
	size_t record; /* bytes of one record at least */
	/* Adds the records in @buf to w->records through waiting_record(). Returns the bytes used.
	 */
	size_t (*take)(struct waiting *w, const uint8_t *buf, size_t len);
	/* One line of a record. */
	void (*view)(struct out *o, json_object *record);
	uint64_t seen;
	json_object *records; /* kept for the one document of --json */
};

/** Hand over one record: shown at once, or kept. */
void waiting_record(struct waiting *w, json_object *record);

/**
 * waiting_run() - wait and print
 *
 * The turn of the session is given back first: others can work meanwhile.
 * Returns STATUS_OK, or STATUS_FAILED when fewer than --count came.
 */
int waiting_run(struct waiting *w);

/** The queue (LEDGER_FAULT, LEDGER_VEVENTQ) that an operand means, with its descriptor open.
 *  Returns an exit status; reported. */
int queue_open(struct operation *op, const char *word, uint8_t type, struct ledger_entry **entry);

/** For a new queue: warn that nobody can read it where the context keeps no descriptors. */
void queue_warn_closes(struct operation *op);

#endif
