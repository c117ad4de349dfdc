/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client: connecting, the turn, and every request with its answer. */
#include "config.h"
#include "session/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "session/place.h"

enum {
	ANSWER_MS = 10000,  /* a keeper that is alive answers at once; it may be closing devices */
	PATIENCE_MS = 2000, /* after which we say whom we wait for */
};

/* --- receiving ---------------------------------------------------------------------------- */

static bool readable(int sock, int timeout)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	int n;

	do
		n = poll(&p, 1, timeout);
	while (n < 0 && errno == EINTR);
	return n > 0;
}

static void lose(struct session *s, const char *why)
{
	if (!s->lost)
		err_report(0, s->name, why,
			   "iommuctl session list; what the session held is released by the kernel",
			   "the keeper of session '%s' is lost", s->name);
	s->lost = true;
}

static const char *error_text(uint32_t error)
{
	static const char *const texts[] = {
		[WIRE_E_VERSION] = "it was started by another version of iommuctl",
		[WIRE_E_USER] = "it belongs to another user",
		[WIRE_E_PROTOCOL] = "it does not understand this request",
		[WIRE_E_MISSING] = "it holds no such descriptor",
		[WIRE_E_DESCRIPTORS] = "it cannot take more descriptors (RLIMIT_NOFILE)",
		[WIRE_E_FULL] = "its ledger is full",
		[WIRE_E_ENDING] = "it is ending",
	};

	return error < ARRAY_SIZE(texts) && texts[error] ? texts[error] : "it refuses";
}

/* The next message. NULL when the keeper is lost, which is reported. */
static struct wire_message *receive(struct session *s, int timeout)
{
	static struct wire_message m;

	if (s->lost)
		return NULL;
	if (!readable(s->sock, timeout)) {
		lose(s, "it does not answer");
		return NULL;
	}
	switch (wire_receive(s->sock, &m)) {
	case WIRE_DONE_OK:
		return &m;
	case WIRE_LOST:
		lose(s, "this process has no room for more descriptors");
		return NULL;
	case WIRE_CLOSED:
		lose(s, "it has ended, or was killed");
		return NULL;
	default:
		lose(s, "its answer makes no sense");
		return NULL;
	}
}

static bool send_message(struct session *s, enum wire_kind kind, uint32_t value, const void *body,
			 size_t len, const int *fds, size_t n_fds)
{
	if (s->lost)
		return false;
	switch (wire_send(s->sock, kind, value, body, len, fds, n_fds)) {
	case WIRE_DONE_OK:
		return true;
	case WIRE_CLOSED:
		lose(s, "it has ended, or was killed");
		return false;
	default:
		lose(s, strerror(errno));
		return false;
	}
}

static void refused(struct session *s, const struct wire_message *m)
{
	if (m->header.value == WIRE_E_ENDING) {
		lose(s, error_text(m->header.value));
		return;
	}
	err_report(0, s->name, error_text(m->header.value),
		   m->header.value == WIRE_E_DESCRIPTORS
			   ? "start the session with a higher limit (ulimit -n)"
			   : NULL,
		   "the keeper of session '%s' refuses", s->name);
}

/* Wait for OK. Its descriptors, if any, are in the message that is returned. */
static struct wire_message *expect_ok(struct session *s, int timeout)
{
	struct wire_message *m = receive(s, timeout);

	if (!m || m->header.kind == WIRE_OK)
		return m;
	wire_drop_fds(m);
	if (m->header.kind == WIRE_ERROR)
		refused(s, m);
	else
		lose(s, "its answer makes no sense");
	return NULL;
}

/* --- connecting --------------------------------------------------------------------------- */

static enum session_state state_of_errno(void)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return SESSION_MISSING;
	case ECONNREFUSED:
		return SESSION_STALE;
	case EACCES:
	case EPERM:
		return SESSION_FOREIGN;
	default:
		return SESSION_BROKEN;
	}
}

static int connect_socket(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), dir = -1, err;
	socklen_t len = sizeof(addr);
	const char *base = strrchr(path, '/');

	if (sock < 0)
		return -1;
	if (strlen(path) < sizeof(addr.sun_path)) {
		memcpy(addr.sun_path, path, strlen(path) + 1);
	} else {
		char *folder = mem_strndup(path, base ? (size_t)(base - path) : 0);

		dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
		free(folder);
		len = place_address(dir, base ? base + 1 : path, &addr);
	}
	err = connect(sock, (struct sockaddr *)&addr, len) ? errno : 0;
	if (dir >= 0)
		close(dir);
	if (!err)
		return sock;
	close(sock);
	errno = err;
	return -1;
}

/* What others see of us while they wait for their turn. */
static size_t own_words(char *words)
{
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, words, WIRE_WORDS_MAX - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	for (ssize_t i = 0; i < n - 1; i++)
		if (!words[i])
			words[i] = ' ';
	return (size_t)n;
}

static enum session_state greet(struct session *s)
{
	char words[WIRE_WORDS_MAX] = "";
	size_t len = own_words(words);
	static struct wire_message m;

	if (wire_send(s->sock, WIRE_HELLO, WIRE_VERSION, words, len, NULL, 0) != WIRE_DONE_OK ||
	    !readable(s->sock, ANSWER_MS) || wire_receive(s->sock, &m) != WIRE_DONE_OK) {
		errno = ETIMEDOUT;
		return SESSION_BROKEN;
	}
	wire_drop_fds(&m);
	if (m.header.kind == WIRE_ERROR && m.header.value == WIRE_E_USER)
		return SESSION_FOREIGN;
	if (m.header.kind != WIRE_INFO || m.len != sizeof(s->info)) {
		errno = EPROTO;
		return SESSION_BROKEN;
	}
	memcpy(&s->info, m.body, sizeof(s->info));
	return SESSION_ALIVE;
}

static enum session_state try_socket(const char *path, struct session *s)
{
	struct stat st;
	uid_t uid;
	pid_t pid;

	if (lstat(path, &st))
		return state_of_errno();
	if (!S_ISSOCK(st.st_mode)) {
		errno = ENOTSOCK;
		return SESSION_BROKEN;
	}
	s->sock = connect_socket(path);
	if (s->sock < 0)
		return state_of_errno();
	if (!wire_peer(s->sock, &uid, &pid) || uid != geteuid())
		return SESSION_FOREIGN;
	return greet(s);
}

enum session_state session_try(const char *path, struct session *s)
{
	enum session_state state;
	int err;

	memset(s, 0, sizeof(*s));
	s->sock = -1;
	s->path = mem_strdup(path);
	s->name = place_name(path);
	state = try_socket(path, s);
	if (state == SESSION_ALIVE)
		return state;
	err = errno;
	session_close(s);
	errno = err;
	return state;
}

const char *session_reason(enum session_state state, int err)
{
	switch (state) {
	case SESSION_STALE:
		return "its keeper was killed and has left the socket behind; the objects went "
		       "with it";
	case SESSION_FOREIGN:
		return "a session serves only the user who started it";
	default:
		return err == ENOTSOCK    ? "this is not the socket of a session"
		       : err == EPROTO    ? "it was started by another version of iommuctl"
		       : err == ETIMEDOUT ? "its keeper does not answer: stopped, or very busy"
					  : NULL;
	}
}

/* A variable that was set hours ago is easily forgotten. */
static bool is_from_environment(const char *where)
{
	const char *env = getenv("IOMMUCTL_SESSION");

	return env && !strcmp(env, where);
}

static void explain(enum session_state state, const char *where, const char *name, const char *path)
{
	int err = errno;
	const char *reason = session_reason(state, err);

	switch (state) {
	case SESSION_MISSING:
		err_input(name,
			  is_from_environment(where)
				  ? "iommuctl session list; unset IOMMUCTL_SESSION"
				  : "iommuctl session list",
			  "there is no session '%s' (%s)", name, path);
		break;
	case SESSION_STALE:
		err_report(0, name, reason,
			   "iommuctl session start NAME, or iommuctl session stop NAME",
			   "session '%s' has ended (%s)", name, path);
		break;
	case SESSION_FOREIGN:
		err_report(0, name, reason, "run as that user, or start a session of your own",
			   "session '%s' belongs to another user (%s)", name, path);
		break;
	default:
		err_report(err, name, reason,
			   err == EPROTO
				   ? "end it with the iommuctl that started it, or kill its keeper"
				   : NULL,
			   "cannot use session '%s' (%s)", name, path);
	}
}

int session_connect(const char *where, struct session *s)
{
	char *path = place_socket(where), *name;
	enum session_state state;

	if (!path)
		return STATUS_TROUBLE;
	state = session_try(path, s);
	if (state != SESSION_ALIVE) {
		name = place_name(path);
		explain(state, where, name, path);
		free(name);
	}
	free(path);
	return state == SESSION_ALIVE ? STATUS_OK : STATUS_TROUBLE;
}

void session_close(struct session *s)
{
	if (s->sock >= 0)
		close(s->sock);
	free(s->path);
	free(s->name);
	memset(s, 0, sizeof(*s));
	s->sock = -1;
}

/* --- the ledger --------------------------------------------------------------------------- */

static bool take_entries(struct ledger *l, const struct wire_message *m)
{
	char text[LEDGER_TEXT_MAX + 1];
	size_t pos = 0;

	for (uint32_t i = 0; i < m->header.value; i++) {
		struct ledger_entry e;
		enum ledger_op op;
		size_t n = ledger_decode(m->body + pos, m->len - pos, &op, &e, text);

		if (!n || op != LEDGER_PUT)
			return false;
		ledger_put(l, &e);
		pos += n;
	}
	return pos == m->len;
}

static bool receive_ledger(struct session *s, struct ledger *l, struct wire_message *m)
{
	ledger_clear(l);
	for (; m; m = receive(s, ANSWER_MS)) {
		wire_drop_fds(m);
		if (m->header.kind == WIRE_OK)
			return true;
		if (m->header.kind == WIRE_ERROR) {
			refused(s, m);
			return false;
		}
		if (m->header.kind != WIRE_LEDGER || !take_entries(l, m)) {
			lose(s, "its answer makes no sense");
			return false;
		}
	}
	return false;
}

/* Somebody else has the turn: after a while say who, then wait for as long as it takes. */
static struct wire_message *wait_in_line(struct session *s, struct wire_message *m)
{
	struct wire_queued q;

	wire_drop_fds(m);
	if (m->len != sizeof(q)) {
		lose(s, "its answer makes no sense");
		return NULL;
	}
	memcpy(&q, m->body, sizeof(q));
	q.words[sizeof(q.words) - 1] = '\0';
	if (!readable(s->sock, PATIENCE_MS))
		err_note("session '%s' is in use by process %u (%s): waiting for it", s->name,
			 q.holder, q.words);
	return receive(s, -1);
}

bool session_turn(struct session *s, struct ledger *l)
{
	struct wire_message *m;

	if (!send_message(s, WIRE_TURN, 0, NULL, 0, NULL, 0))
		return false;
	m = receive(s, ANSWER_MS);
	if (m && m->header.kind == WIRE_QUEUED)
		m = wait_in_line(s, m);
	s->turn = m && receive_ledger(s, l, m);
	return s->turn;
}

void session_done(struct session *s)
{
	if (s->turn)
		(void)send_message(s, WIRE_DONE, 0, NULL, 0, NULL, 0);
	s->turn = false;
}

bool session_read(struct session *s, struct ledger *l)
{
	struct wire_message *m = NULL;

	if (send_message(s, WIRE_READ, 0, NULL, 0, NULL, 0))
		m = receive(s, ANSWER_MS);
	return m && receive_ledger(s, l, m);
}

/* --- requests ----------------------------------------------------------------------------- */

int session_fetch(struct session *s, const struct ledger_entry *e)
{
	uint8_t body[LEDGER_WIRE_MAX];
	size_t len = ledger_encode(body, LEDGER_PUT, e);
	struct wire_message *m;
	int fd;

	if (!send_message(s, WIRE_FETCH, 0, body, len, NULL, 0))
		return -1;
	m = expect_ok(s, ANSWER_MS);
	if (!m)
		return -1;
	if (m->n_fds != 1) {
		wire_drop_fds(m);
		lose(s, "its answer makes no sense");
		return -1;
	}
	fd = m->fds[0];
	m->n_fds = 0;
	return fd;
}

bool session_intend(struct session *s, const struct ledger_entry *pending)
{
	uint8_t body[LEDGER_WIRE_MAX];
	size_t len = ledger_encode(body, LEDGER_PUT, pending);

	return send_message(s, WIRE_INTEND, 0, body, len, NULL, 0);
}

void session_abandon(struct session *s)
{
	(void)send_message(s, WIRE_ABANDON, 0, NULL, 0, NULL, 0);
}

bool session_change_add(struct session_change *change, enum ledger_op op,
			const struct ledger_entry *e)
{
	bool fd = op == LEDGER_PUT && (e->flags & LEDGER_HAS_FD);

	if (change->len + ledger_encoded_size(e) > sizeof(change->body) ||
	    (fd && change->n_fds == WIRE_FDS_MAX))
		return false;
	change->len += ledger_encode(change->body + change->len, op, e);
	change->count++;
	if (fd)
		change->fds[change->n_fds++] = e->fd;
	return true;
}

bool session_commit(struct session *s, const struct session_change *change)
{
	struct wire_message *m;

	if (!send_message(s, WIRE_COMMIT, change->count, change->body, change->len, change->fds,
			  change->n_fds))
		return false;
	m = expect_ok(s, ANSWER_MS);
	if (m)
		wire_drop_fds(m);
	s->unanswered = !m && s->lost;
	return m;
}

bool session_stop(struct session *s)
{
	struct wire_message *m = NULL;

	if (send_message(s, WIRE_STOP, 0, NULL, 0, NULL, 0))
		m = expect_ok(s, -1);
	if (m)
		wire_drop_fds(m);
	return m;
}
