/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wire: what a command and the keeper of a session say to each other.
 *
 * A SOCK_SEQPACKET socket keeps the borders of messages. Each message is a
 * header and a bounded body; descriptors travel beside it (SCM_RIGHTS). Both
 * sides check that the other runs as the same user before the first word.
 *
 * A conversation:
 *	command			keeper
 *	HELLO version, words	INFO, or ERROR and hangs up
 *	TURN			(QUEUED who has it,) LEDGER..., OK: the turn is yours
 *	READ			LEDGER..., OK: a look without the turn
 *	FETCH entry		OK with the descriptor of that entry
 *	INTEND entry		- what is about to be asked of the kernel
 *	ABANDON			- the kernel refused and nothing has changed
 *	COMMIT entries		OK: the ledger now says what the kernel did
 *	DONE			- the turn is given back (so does hanging up)
 *	STOP			OK, and hangs up when everything is released
 *
 * A command that dies between INTEND and COMMIT leaves the intent in the
 * ledger; the next command finds out what became of it before it does
 * anything else.
 */
#ifndef IOMMUCTL_SESSION_WIRE_H
#define IOMMUCTL_SESSION_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	WIRE_VERSION = 1,
	WIRE_MESSAGE_MAX = 32768, /* bytes of one message */
	WIRE_FDS_MAX = 16,        /* descriptors of one message */
	WIRE_WORDS_MAX = 200,     /* of a command line that is told to others */
};

enum wire_kind {
	WIRE_HELLO = 1,
	WIRE_INFO,
	WIRE_ERROR,
	WIRE_OK,
	WIRE_TURN,
	WIRE_QUEUED,
	WIRE_READ,
	WIRE_LEDGER,
	WIRE_FETCH,
	WIRE_INTEND,
	WIRE_ABANDON,
	WIRE_COMMIT,
	WIRE_DONE,
	WIRE_STOP,
};

/* Why the keeper refuses, in the value of WIRE_ERROR. */
enum wire_error {
	WIRE_E_VERSION = 1, /* speaks another version */
	WIRE_E_USER,        /* another user */
	WIRE_E_PROTOCOL,    /* a message that makes no sense here */
	WIRE_E_MISSING,     /* no such entry, or it has no descriptor */
	WIRE_E_DESCRIPTORS, /* no room for more descriptors */
	WIRE_E_FULL,        /* no room in the ledger */
	WIRE_E_ENDING,      /* the session is ending */
};

struct wire_header {
	uint32_t kind;
	uint32_t value; /* HELLO: version; ERROR: enum wire_error; LEDGER, COMMIT: entries */
};

/* Body of INFO. */
struct wire_info {
	uint32_t version;
	uint32_t pid;         /* of the keeper */
	int64_t started;      /* seconds since the epoch */
	uint32_t idle;        /* seconds without a command after which it ends; 0 never */
	uint32_t child;       /* the process it ends with; 0 none */
	uint32_t holder;      /* the process that has the turn; 0 none */
	uint32_t descriptors; /* that it holds for the session */
};

/* Body of QUEUED. */
struct wire_queued {
	uint32_t holder;            /* process that has the turn */
	char words[WIRE_WORDS_MAX]; /* its command line, terminated */
};

struct wire_message {
	struct wire_header header;
	size_t len; /* of the body */
	int fds[WIRE_FDS_MAX];
	size_t n_fds;
	uint8_t body[WIRE_MESSAGE_MAX];
};

enum wire_result {
	WIRE_DONE_OK = 0,
	WIRE_AGAIN,   /* would block */
	WIRE_CLOSED,  /* the other side hung up */
	WIRE_GARBLED, /* not a whole message */
	WIRE_LOST,    /* descriptors got lost on the way: there is no room for more */
	WIRE_FAILED,  /* errno */
};

/** Send a message. @fds stay open here. Never raises SIGPIPE. */
enum wire_result wire_send(int sock, enum wire_kind kind, uint32_t value, const void *body,
			   size_t len, const int *fds, size_t n_fds);

/** Receive a message. Its descriptors are close-on-exec and belong to the caller; when the result
 *  is not WIRE_DONE_OK there are none. */
enum wire_result wire_receive(int sock, struct wire_message *m);

/** Close the descriptors that the message still has. */
void wire_drop_fds(struct wire_message *m);

/** The user and process at the other end. False (errno) when the kernel does not say. */
bool wire_peer(int sock, uid_t *uid, pid_t *pid);

#endif
