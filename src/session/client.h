/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client: a command's end of the wire.
 *
 * Errors are reported here, in words about the session; callers only need to
 * give up. The descriptors that the keeper lends belong to the caller.
 */
#ifndef IOMMUCTL_SESSION_CLIENT_H
#define IOMMUCTL_SESSION_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "session/ledger.h"
#include "session/wire.h"

struct session {
	int sock;
	char *path; /* of the socket */
	char *name;
	struct wire_info info;
	bool turn;
	bool lost;       /* the keeper has gone, or does not speak sense: reported once */
	bool unanswered; /* ... after a commit: whether it was written down is not known */
};

enum session_state {
	SESSION_ALIVE,
	SESSION_MISSING, /* no such socket */
	SESSION_STALE,   /* a socket that nobody listens to any more */
	SESSION_FOREIGN, /* of another user */
	SESSION_BROKEN,  /* anything else, see errno */
};

/** Try to connect; says nothing. @where: NAME or PATH. On SESSION_ALIVE @s is ready. */
enum session_state session_try(const char *path, struct session *s);

/** Why a session cannot be used, from what session_try() returned and left in errno; NULL when that
 *  errno says it all. */
const char *session_reason(enum session_state state, int err);

/** The same with everything reported. Returns 0, or STATUS_TROUBLE. */
int session_connect(const char *where, struct session *s);

/** Wait for the turn, then receive the ledger. False: reported. */
bool session_turn(struct session *s, struct ledger *l);

/** Give the turn back. */
void session_done(struct session *s);

/** Receive the ledger without taking the turn. False: reported. */
bool session_read(struct session *s, struct ledger *l);

/** Borrow the descriptor of an entry. -1: reported. */
int session_fetch(struct session *s, const struct ledger_entry *e);

/** Say what is about to be asked of the kernel, and that the kernel refused. */
bool session_intend(struct session *s, const struct ledger_entry *pending);
void session_abandon(struct session *s);

/* A change of the ledger, gathered and then sent as one. */
struct session_change {
	uint8_t body[WIRE_MESSAGE_MAX];
	size_t len;
	uint32_t count;
	int fds[WIRE_FDS_MAX];
	size_t n_fds;
};

/** Add one step. False when the change is full. The descriptor @e->fd goes along with LEDGER_PUT
 *  when LEDGER_HAS_FD is set; it stays open here. */
bool session_change_add(struct session_change *change, enum ledger_op op,
			const struct ledger_entry *e);

/** Send it. False: reported. */
bool session_commit(struct session *s, const struct session_change *change);

/** End the session; returns when everything is released. Needs the turn. False: reported. */
bool session_stop(struct session *s);

/** Hang up and free. */
void session_close(struct session *s);

#endif
