/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: the session's wire, both ends.
 *
 * The input is a row of messages: a byte of flags, a byte of length (in units
 * of four), the message as it goes over the socket. The first byte of the
 * input chooses who is addressed: a keeper with two clients, or a client that
 * a keeper answers. Whatever is sent, nothing is followed outside of its
 * message, every descriptor is closed, and one client has the turn at most.
 *
 * max_len: 1024
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "fuzz.h"
#include "session/client.h"
#include "session/keeper.h"

enum {
	FLAG_CLIENT = 1,    /* which of two clients speaks */
	FLAG_FDS_SHIFT = 1, /* how many descriptors go along: 0 to 3 */
	FLAG_FDS_MASK = 3,
};

struct input {
	const uint8_t *data;
	size_t size;
};

struct piece {
	uint8_t flags;
	const uint8_t *data;
	size_t len;
};

static bool next_piece(struct input *in, struct piece *p)
{
	if (in->size < 2)
		return false;
	p->flags = in->data[0];
	p->len = (size_t)in->data[1] * 4;
	in->data += 2;
	in->size -= 2;
	if (p->len > in->size)
		p->len = in->size;
	p->data = in->data;
	in->data += p->len;
	in->size -= p->len;
	return true;
}

static void socket_pair(int *fds)
{
	int low[2];

	require(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, low));
	/* Low numbers are left to what is received, so that one that stays open shows. */
	for (int i = 0; i < 2; i++) {
		fds[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 100);
		require(fds[i] >= 0);
		close(low[i]);
	}
}

static bool send_piece(int sock, const struct piece *p)
{
	struct iovec iov = { (void *)(uintptr_t)p->data, p->len };
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int) * FLAG_FDS_MASK)];
	} control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	size_t n = p->flags >> FLAG_FDS_SHIFT & FLAG_FDS_MASK;
	const int fds[FLAG_FDS_MASK] = { 2, 2, 2 };

	if (n) {
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int) * n);
		memcpy(CMSG_DATA(&control.align), fds, sizeof(int) * n);
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * n);
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL) >= 0;
}

/* Take what the other side sent, so that it never finds the socket full. */
static void drain(int sock)
{
	static struct wire_message m;

	for (;;) {
		switch (wire_receive(sock, &m)) {
		case WIRE_DONE_OK:
			require(m.len <= WIRE_MESSAGE_MAX);
			wire_drop_fds(&m);
			break;
		case WIRE_GARBLED:
		case WIRE_LOST:
			break;
		default:
			return;
		}
	}
}

static void check_keeper(const struct keeper *k)
{
	size_t turns = 0;

	for (size_t i = 0; i < k->n_clients; i++)
		turns += k->clients[i]->turn;
	require(turns <= 1 && k->ledger.count <= KEEPER_ENTRIES);
	for (size_t i = 0; i < k->ledger.count; i++) {
		const struct ledger_entry *e = &k->ledger.entries[i];

		require(e->type && e->type < LEDGER_TYPES);
		require(!e->text || strlen(e->text) <= LEDGER_TEXT_MAX);
		require((e->fd >= 0) == !!(e->flags & LEDGER_HAS_FD));
	}
}

static void try_keeper(struct input in)
{
	static struct wire_message m;
	struct keeper k = { .stopper = -1 };
	int fds[2][2];
	struct piece p;

	for (int i = 0; i < 2; i++) {
		socket_pair(fds[i]);
		require(keeper_add(&k, fds[i][0], i + 1));
	}
	while (next_piece(&in, &p)) {
		int i = p.flags & FLAG_CLIENT;
		struct keeper_client *c = k.clients[i];

		/* The keeper listens to no client that still has to take its answer. */
		if (c->sock < 0 || c->out || !send_piece(fds[i][1], &p))
			continue;
		switch (wire_receive(c->sock, &m)) {
		case WIRE_DONE_OK:
			keeper_handle(&k, c, &m);
			break;
		case WIRE_AGAIN:
		case WIRE_LOST:
			break;
		default:
			keeper_hang_up(&k, c);
		}
		drain(fds[0][1]);
		drain(fds[1][1]);
		check_keeper(&k);
	}
	for (int i = 0; i < 2; i++) {
		keeper_hang_up(&k, k.clients[i]);
		free(k.clients[i]);
		close(fds[i][1]);
	}
	ledger_clear(&k.ledger);
}

static void try_client(struct input in, uint8_t what)
{
	struct ledger_entry e = { .type = LEDGER_IOAS, .id = 1, .fd = -1 };
	static struct session_change change;
	struct session s = { 0 };
	struct ledger l = { 0 };
	struct piece p;
	int fds[2], fd;

	socket_pair(fds);
	s.sock = fds[0];
	s.name = mem_strdup("fuzz");
	while (next_piece(&in, &p))
		if (!send_piece(fds[1], &p))
			break;
	/* What is missing is not waited for. */
	shutdown(fds[1], SHUT_WR);
	if (what & 1)
		session_read(&s, &l);
	else
		session_turn(&s, &l);
	fd = session_fetch(&s, &e);
	if (fd >= 0)
		close(fd);
	change.len = change.count = 0;
	change.n_fds = 0;
	require(session_change_add(&change, LEDGER_PUT, &e));
	session_commit(&s, &change);
	session_close(&s);
	ledger_clear(&l);
	close(fds[1]);
}

/* Any descriptor that was left open would have taken it. */
static int lowest_free(void)
{
	int fd = dup(2);

	close(fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in;
	int before = lowest_free();

	if (!size)
		return 0;
	in = (struct input) { data + 1, size - 1 };
	err_set_silent(true);
	if (data[0] & 1)
		try_keeper(in);
	else
		try_client(in, data[0] >> 1);
	err_reset();
	require(lowest_free() == before);
	return 0;
}
