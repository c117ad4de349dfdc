/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper: one poll() loop, a table of what each message does. */
#include "config.h"
#include "session/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static struct keeper_client *holder(const struct keeper *k)
{
	for (size_t i = 0; i < k->n_clients; i++)
		if (k->clients[i]->turn)
			return k->clients[i];
	return NULL;
}

/* --- what goes out ---------------------------------------------------------------------- */

/* A client that does not take its answer loses the connection, not the keeper its time. */
static void answer(struct keeper *k, struct keeper_client *c, enum wire_kind kind, uint32_t value,
		   const void *body, size_t len, int fd)
{
	if (wire_send(c->sock, kind, value, body, len, &fd, fd >= 0) != WIRE_DONE_OK)
		keeper_hang_up(k, c);
}

static void answer_ok(struct keeper *k, struct keeper_client *c)
{
	answer(k, c, WIRE_OK, 0, NULL, 0, -1);
}

static void answer_error(struct keeper *k, struct keeper_client *c, enum wire_error error)
{
	answer(k, c, WIRE_ERROR, error, NULL, 0, -1);
}

/* Take a copy of the ledger for @c: others may change it while this one reads. */
static void begin_ledger(struct keeper *k, struct keeper_client *c)
{
	size_t len = 0;

	for (size_t i = 0; i < k->ledger.count; i++)
		len += ledger_encoded_size(&k->ledger.entries[i]);
	/* One that asked to look while it waited for its turn may not have taken all of it yet. */
	free(c->out);
	c->out = mem_alloc(len + 1);
	c->out_len = len;
	c->out_pos = 0;
	len = 0;
	for (size_t i = 0; i < k->ledger.count; i++)
		len += ledger_encode(c->out + len, LEDGER_PUT, &k->ledger.entries[i]);
}

/* The longest run of whole entries from out_pos that fits one message. */
static size_t next_chunk(const struct keeper_client *c, uint32_t *entries)
{
	char text[LEDGER_TEXT_MAX + 1];
	struct ledger_entry e;
	enum ledger_op op;
	size_t len = 0;

	*entries = 0;
	while (c->out_pos + len < c->out_len) {
		size_t n = ledger_decode(c->out + c->out_pos + len, c->out_len - c->out_pos - len,
					 &op, &e, text);

		if (len + n > WIRE_MESSAGE_MAX)
			break;
		len += n;
		++*entries;
	}
	return len;
}

/* Send as much of the ledger as the socket takes now. */
static void pump_ledger(struct keeper *k, struct keeper_client *c)
{
	enum wire_result r = WIRE_DONE_OK;

	while (c->out_pos < c->out_len && r == WIRE_DONE_OK) {
		uint32_t entries;
		size_t len = next_chunk(c, &entries);

		r = wire_send(c->sock, WIRE_LEDGER, entries, c->out + c->out_pos, len, NULL, 0);
		if (r == WIRE_DONE_OK)
			c->out_pos += len;
	}
	if (r == WIRE_DONE_OK)
		r = wire_send(c->sock, WIRE_OK, 0, NULL, 0, NULL, 0);
	if (r == WIRE_AGAIN)
		return;
	free(c->out);
	c->out = NULL;
	if (r != WIRE_DONE_OK)
		keeper_hang_up(k, c);
}

/* --- turns -------------------------------------------------------------------------------- */

static void tell_who_has_it(struct keeper *k, struct keeper_client *c,
			    const struct keeper_client *has)
{
	struct wire_queued q = { .holder = (uint32_t)has->pid };

	memcpy(q.words, has->words, sizeof(q.words));
	answer(k, c, WIRE_QUEUED, 0, &q, sizeof(q), -1);
}

static struct keeper_client *first_in_line(const struct keeper *k)
{
	struct keeper_client *first = NULL;

	for (size_t i = 0; i < k->n_clients; i++)
		if (k->clients[i]->waiting && (!first || k->clients[i]->ticket < first->ticket))
			first = k->clients[i];
	return first;
}

static void next_turn(struct keeper *k)
{
	struct keeper_client *c;

	/* One that has gone while it waited loses the turn again at once. */
	while (!holder(k) && (c = first_in_line(k))) {
		c->waiting = false;
		c->turn = true;
		begin_ledger(k, c);
		pump_ledger(k, c);
	}
}

/* --- what comes in ------------------------------------------------------------------------ */

static void on_hello(struct keeper *k, struct keeper_client *c, struct wire_message *m)
{
	const struct keeper_client *has = holder(k);

	if (m->header.value != WIRE_VERSION) {
		answer_error(k, c, WIRE_E_VERSION);
		return;
	}
	c->greeted = true;
	/* What others are told about this client; the last byte stays zero. */
	memcpy(c->words, m->body, m->len < sizeof(c->words) ? m->len : sizeof(c->words) - 1);
	k->info.holder = has ? (uint32_t)has->pid : 0;
	k->info.descriptors = 0;
	for (size_t i = 0; i < k->ledger.count; i++)
		k->info.descriptors += k->ledger.entries[i].fd >= 0;
	answer(k, c, WIRE_INFO, 0, &k->info, sizeof(k->info), -1);
}

static void on_turn(struct keeper *k, struct keeper_client *c, struct wire_message *m)
{
	const struct keeper_client *has = holder(k);

	(void)m;
	if (c->turn || c->waiting) {
		answer_error(k, c, WIRE_E_PROTOCOL);
		return;
	}
	c->waiting = true;
	c->ticket = ++k->tickets;
	if (has)
		tell_who_has_it(k, c, has);
	else
		next_turn(k);
}

static void on_read(struct keeper *k, struct keeper_client *c, struct wire_message *m)
{
	(void)m;
	begin_ledger(k, c);
	pump_ledger(k, c);
}

static bool one_entry(const struct wire_message *m, struct ledger_entry *e, char *text)
{
	enum ledger_op op;

	return m->len && ledger_decode(m->body, m->len, &op, e, text) == m->len;
}

static void on_fetch(struct keeper *k, struct keeper_client *c, struct wire_message *m)
{
	char text[LEDGER_TEXT_MAX + 1];
	struct ledger_entry e, *held;

	if (!one_entry(m, &e, text)) {
		answer_error(k, c, WIRE_E_PROTOCOL);
		return;
	}
	held = ledger_find(&k->ledger, e.type, e.id, e.key);
	if (held && held->fd >= 0)
		answer(k, c, WIRE_OK, 0, NULL, 0, held->fd);
	else
		answer_error(k, c, WIRE_E_MISSING);
}

static void on_intend(struct keeper *k, struct keeper_client *c, struct wire_message *m)
{
	char text[LEDGER_TEXT_MAX + 1];
	struct ledger_entry e;

	/* Not answered: the kernel is asked as soon as this lies in the queue. */
	if (!one_entry(m, &e, text) || e.type != LEDGER_PENDING || e.id || e.key) {
		keeper_hang_up(k, c);
		return;
	}
	e.flags &= (uint8_t)~LEDGER_HAS_FD;
	ledger_put(&k->ledger, &e);
}

static void on_abandon(struct keeper *k, struct keeper_client *c, struct wire_message *m)
{
	(void)c;
	(void)m;
	ledger_remove(&k->ledger, LEDGER_PENDING, 0, 0, 0);
}

/* Everything is checked before anything is changed. Returns 0, or an enum wire_error. */
static uint32_t check_commit(const struct keeper *k, const struct wire_message *m)
{
	char text[LEDGER_TEXT_MAX + 1];
	size_t pos = 0, fds = 0, puts = 0;

	for (uint32_t i = 0; i < m->header.value; i++) {
		struct ledger_entry e;
		enum ledger_op op;
		size_t n = ledger_decode(m->body + pos, m->len - pos, &op, &e, text);

		if (!n)
			return WIRE_E_PROTOCOL;
		pos += n;
		puts += op == LEDGER_PUT;
		fds += op == LEDGER_PUT && (e.flags & LEDGER_HAS_FD);
	}
	if (pos != m->len || fds != m->n_fds)
		return WIRE_E_PROTOCOL;
	return k->ledger.count + puts > KEEPER_ENTRIES ? WIRE_E_FULL : 0;
}

static void close_descriptor(struct ledger *l, const struct ledger_entry *key)
{
	struct ledger_entry *e = ledger_find(l, key->type, key->id, key->key);

	if (!e || e->fd < 0)
		return;
	close(e->fd);
	e->fd = -1;
	e->flags &= (uint8_t)~LEDGER_HAS_FD;
}

static void apply(struct ledger *l, enum ledger_op op, struct ledger_entry *e,
		  struct wire_message *m, size_t *fd)
{
	switch (op) {
	case LEDGER_PUT:
		if (e->flags & LEDGER_HAS_FD) {
			e->fd = m->fds[*fd];
			m->fds[(*fd)++] = -1;
		}
		ledger_put(l, e);
		break;
	case LEDGER_REMOVE:
		ledger_remove(l, e->type, e->id, e->key, e->v);
		break;
	case LEDGER_CLOSE:
		close_descriptor(l, e);
		break;
	}
}

static void on_commit(struct keeper *k, struct keeper_client *c, struct wire_message *m)
{
	uint32_t error = check_commit(k, m);
	char text[LEDGER_TEXT_MAX + 1];
	size_t pos = 0, fd = 0;

	if (error) {
		answer_error(k, c, (enum wire_error)error);
		return;
	}
	for (uint32_t i = 0; i < m->header.value; i++) {
		struct ledger_entry e;
		enum ledger_op op;

		pos += ledger_decode(m->body + pos, m->len - pos, &op, &e, text);
		apply(&k->ledger, op, &e, m, &fd);
	}
	m->n_fds = 0;
	ledger_remove(&k->ledger, LEDGER_PENDING, 0, 0, 0);
	answer_ok(k, c);
}

static void on_done(struct keeper *k, struct keeper_client *c, struct wire_message *m)
{
	(void)m;
	c->turn = false;
	next_turn(k);
}

static void on_stop(struct keeper *k, struct keeper_client *c, struct wire_message *m)
{
	(void)m;
	k->ending = true;
	k->stopper = c->sock;
}

static const struct {
	uint32_t kind;
	bool turn; /* only for the client that has the turn */
	bool fds;  /* may bring descriptors */
	void (*handle)(struct keeper *k, struct keeper_client *c, struct wire_message *m);
} messages[] = {
	{ WIRE_HELLO, false, false, on_hello },  { WIRE_TURN, false, false, on_turn },
	{ WIRE_READ, false, false, on_read },    { WIRE_FETCH, false, false, on_fetch },
	{ WIRE_INTEND, true, false, on_intend }, { WIRE_ABANDON, true, false, on_abandon },
	{ WIRE_COMMIT, true, true, on_commit },  { WIRE_DONE, true, false, on_done },
	{ WIRE_STOP, true, false, on_stop },
};

void keeper_handle(struct keeper *k, struct keeper_client *c, struct wire_message *m)
{
	if (c->foreign) {
		wire_drop_fds(m);
		answer_error(k, c, WIRE_E_USER);
		keeper_hang_up(k, c);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		if (messages[i].kind != m->header.kind)
			continue;
		if ((messages[i].turn && !c->turn) || (m->n_fds && !messages[i].fds) ||
		    c->greeted == (m->header.kind == WIRE_HELLO))
			break;
		messages[i].handle(k, c, m);
		wire_drop_fds(m);
		return;
	}
	wire_drop_fds(m);
	answer_error(k, c, WIRE_E_PROTOCOL);
}

/* --- clients ------------------------------------------------------------------------------ */

bool keeper_add(struct keeper *k, int sock, pid_t pid)
{
	struct keeper_client *c;

	if (k->n_clients == KEEPER_CLIENTS)
		return false;
	c = mem_zalloc(sizeof(*c));
	c->sock = sock;
	c->pid = pid;
	k->clients[k->n_clients++] = c;
	return true;
}

/* The struct is freed by sweep(), so that callers up the stack may still look at it. An intent
 * stays in the ledger: whoever has the next turn finds out what became of it. */
void keeper_hang_up(struct keeper *k, struct keeper_client *c)
{
	if (c->sock < 0)
		return;
	if (k->stopper == c->sock)
		k->stopper = -1;
	close(c->sock);
	c->sock = -1;
	c->turn = c->waiting = false;
	free(c->out);
	c->out = NULL;
}

static void sweep(struct keeper *k)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n_clients; i++) {
		if (k->clients[i]->sock >= 0)
			k->clients[n++] = k->clients[i];
		else
			free(k->clients[i]);
	}
	k->n_clients = n;
}

static void accept_client(struct keeper *k, int listener)
{
	/* cppcheck-suppress nullPointer ; nobody asks for the address */
	int sock = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	uid_t uid;
	pid_t pid;

	if (sock < 0)
		return;
	if (!wire_peer(sock, &uid, &pid) || !keeper_add(k, sock, pid))
		close(sock);
	else
		k->clients[k->n_clients - 1]->foreign = uid != geteuid();
}

static void serve_client(struct keeper *k, struct keeper_client *c, short events)
{
	static struct wire_message m;

	if (c->out && (events & (POLLOUT | POLLERR | POLLHUP))) {
		pump_ledger(k, c);
		return;
	}
	if (!(events & (POLLIN | POLLHUP | POLLERR)))
		return;
	switch (wire_receive(c->sock, &m)) {
	case WIRE_DONE_OK:
		keeper_handle(k, c, &m);
		break;
	case WIRE_AGAIN:
		break;
	case WIRE_LOST:
		answer_error(k, c, WIRE_E_DESCRIPTORS);
		break;
	default:
		keeper_hang_up(k, c);
	}
}

/* --- the loop ----------------------------------------------------------------------------- */

enum { SLOT_SIGNALS, SLOT_CHILD, SLOT_LISTENER, SLOT_CLIENTS };

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Milliseconds until the session has been idle for long enough, -1 for ever. */
static int idle_left(const struct keeper *k, unsigned int idle, time_t since)
{
	time_t left = since + (time_t)idle - now();

	if (!idle || k->n_clients)
		return -1;
	if (left <= 0)
		return 0;
	return left > 3600 ? 3600 * 1000 : (int)left * 1000;
}

static void wait_and_serve(struct keeper *k, const struct keeper_config *config, int signals,
			   int timeout)
{
	struct pollfd p[SLOT_CLIENTS + KEEPER_CLIENTS];
	size_t n = k->n_clients;
	int ready;

	p[SLOT_SIGNALS] = (struct pollfd) { .fd = signals, .events = POLLIN };
	p[SLOT_CHILD] = (struct pollfd) { .fd = config->child_fd, .events = POLLIN };
	p[SLOT_LISTENER] = (struct pollfd) {
		.fd = n < KEEPER_CLIENTS ? config->listener : -1,
		.events = POLLIN,
	};
	for (size_t i = 0; i < n; i++)
		p[SLOT_CLIENTS + i] = (struct pollfd) {
			.fd = k->clients[i]->sock,
			.events = k->clients[i]->out ? POLLOUT : POLLIN,
		};
	ready = poll(p, SLOT_CLIENTS + n, timeout);
	if (ready <= 0)
		return;
	if (p[SLOT_SIGNALS].revents || p[SLOT_CHILD].revents)
		k->ending = true;
	for (size_t i = 0; i < n; i++)
		if (p[SLOT_CLIENTS + i].revents)
			serve_client(k, k->clients[i], p[SLOT_CLIENTS + i].revents);
	sweep(k);
	next_turn(k);
	sweep(k);
	if (p[SLOT_LISTENER].revents)
		accept_client(k, config->listener);
}

/* The name may have been taken over by somebody else's socket. */
static bool still_ours(const struct keeper_config *config, ino_t inode)
{
	struct stat st;

	return !fstatat(config->dir, config->socket, &st, AT_SYMLINK_NOFOLLOW) &&
	       st.st_ino == inode;
}

static ino_t inode_of(const struct keeper_config *config)
{
	struct stat st;

	if (config->dir < 0 || fstatat(config->dir, config->socket, &st, AT_SYMLINK_NOFOLLOW))
		return 0;
	return st.st_ino;
}

/* The one who asked is told when all is released, so that what it does next finds devices free. */
static void end(struct keeper *k, const struct keeper_config *config, ino_t inode)
{
	if (config->dir >= 0 && inode && still_ours(config, inode))
		unlinkat(config->dir, config->socket, 0);
	close(config->listener);
	ledger_clear(&k->ledger);
	for (size_t i = 0; i < k->n_clients; i++) {
		struct keeper_client *c = k->clients[i];

		if (c->sock == k->stopper)
			answer_ok(k, c);
		else
			answer_error(k, c, WIRE_E_ENDING);
		keeper_hang_up(k, c);
	}
	sweep(k);
	if (config->dir >= 0)
		close(config->dir);
	if (config->child_fd >= 0)
		close(config->child_fd);
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void keeper_run(const struct keeper_config *config, struct ledger *ledger)
{
	struct keeper k = {
		.ledger = *ledger,
		.stopper = -1,
		.info = {
			.version = WIRE_VERSION,
			.pid = (uint32_t)getpid(),
			.started = time(NULL),
			.idle = config->idle,
			.child = (uint32_t)config->child,
		},
	};
	ino_t inode = inode_of(config);
	int signals = open_signals();
	time_t busy = now();

	while (!k.ending) {
		int timeout = idle_left(&k, config->idle, busy);
		bool clients = k.n_clients;

		if (timeout == 0)
			break;
		wait_and_serve(&k, config, signals, timeout);
		if (clients || k.n_clients)
			busy = now();
	}
	end(&k, config, inode);
	if (signals >= 0)
		close(signals);
}
