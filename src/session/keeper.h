/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keeper: the process that holds the descriptors and the ledger of a session.
 *
 * It keeps and hands out, and does nothing else: no ioctl, no file is opened,
 * no thread. One poll() loop serves its clients; one of them has the turn at a
 * time and only that one changes the ledger.
 */
#ifndef IOMMUCTL_SESSION_KEEPER_H
#define IOMMUCTL_SESSION_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "session/ledger.h"
#include "session/wire.h"

enum { KEEPER_CLIENTS = 128, KEEPER_ENTRIES = 1 << 20 };

struct keeper_client {
	int sock;
	pid_t pid;
	bool foreign; /* of another user: is told so, and nothing else */
	bool greeted, turn, waiting;
	uint64_t ticket; /* order of those who wait */
	uint8_t *out;    /* the ledger on its way to this client, NULL none */
	size_t out_len, out_pos;
	char words[WIRE_WORDS_MAX];
};

struct keeper {
	struct ledger ledger;
	struct keeper_client *clients[KEEPER_CLIENTS];
	size_t n_clients;
	uint64_t tickets;
	bool ending;
	int stopper; /* socket of the client that asked for the end; -1 none */
	struct wire_info info;
};

struct keeper_config {
	int listener;       /* listening socket */
	int dir;            /* folder of the socket, -1: it is not removed at the end */
	const char *socket; /* its name there */
	unsigned int idle;  /* seconds without a client until it ends; 0 never */
	pid_t child;        /* process it ends with; 0 none */
	int child_fd;       /* pidfd of that process, -1 none */
};

/** Serve until told to end. Takes over @ledger and everything in @config, and releases it. */
void keeper_run(const struct keeper_config *config, struct ledger *ledger);

/** The parts, for tests: a new client on @sock, one message of it, its end. */
bool keeper_add(struct keeper *k, int sock, pid_t pid);
void keeper_handle(struct keeper *k, struct keeper_client *c, struct wire_message *m);
void keeper_hang_up(struct keeper *k, struct keeper_client *c);

#endif
