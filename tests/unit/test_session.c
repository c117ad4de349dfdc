/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger, its encoding, and a real keeper process that is talked to over the wire. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "session/client.h"
#include "session/keeper.h"
#include "session/place.h"
#include "unit.h"

/* --- the ledger ------------------------------------------------------------------------- */

static struct ledger_entry entry(uint8_t type, uint32_t id, uint64_t key)
{
	return (struct ledger_entry) { .type = type, .id = id, .key = key, .fd = -1 };
}

static void put(struct ledger *l, uint8_t type, uint32_t id, uint64_t key)
{
	struct ledger_entry e = entry(type, id, key);

	ledger_put(l, &e);
}

static void test_ledger_order(void)
{
	struct ledger l = { 0 };

	put(&l, LEDGER_IOAS, 9, 0);
	put(&l, LEDGER_MAPPING, 2, 0x2000);
	put(&l, LEDGER_IOAS, 2, 0);
	put(&l, LEDGER_MAPPING, 2, 0x1000);
	put(&l, LEDGER_DEVICE, 5, 0);
	put(&l, LEDGER_MAPPING, 2, UINT64_MAX);
	unit_int(l.count, 6);
	for (size_t i = 1; i < l.count; i++)
		unit_true(l.entries[i - 1].type < l.entries[i].type ||
			  l.entries[i - 1].id < l.entries[i].id ||
			  l.entries[i - 1].key < l.entries[i].key);
	unit_true(ledger_find(&l, LEDGER_MAPPING, 2, 0x1000) != NULL);
	unit_true(ledger_find(&l, LEDGER_MAPPING, 2, 0x1001) == NULL);
	unit_int(ledger_object(&l, 9)->type, LEDGER_IOAS);
	unit_true(ledger_object(&l, 1) == NULL);
	unit_int(ledger_remove(&l, LEDGER_MAPPING, 2, 0x1000, 0x2000), 2);
	unit_int(ledger_remove(&l, LEDGER_MAPPING, 2, 0, UINT64_MAX), 1);
	unit_int(l.count, 3);
	ledger_clear(&l);
}

static void test_ledger_next_id(void)
{
	struct ledger l = { 0 };

	unit_int(ledger_next_id(&l), 1);
	put(&l, LEDGER_IOAS, 1, 0);
	put(&l, LEDGER_HWPT, 2, 0);
	put(&l, LEDGER_HWPT, 4, 0);
	put(&l, LEDGER_MAPPING, 3, 0); /* no object */
	unit_int(ledger_next_id(&l), 3);
	put(&l, LEDGER_VDEVICE, 3, 0);
	unit_int(ledger_next_id(&l), 5);
	ledger_clear(&l);
}

static void test_ledger_keeps_descriptor(void)
{
	struct ledger l = { 0 };
	struct ledger_entry e = entry(LEDGER_FAULT, 1, 0);
	struct stat st;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	e.fd = fd;
	e.flags = LEDGER_HAS_FD;
	ledger_put(&l, &e);
	/* An update without a descriptor keeps the one that is there. */
	put(&l, LEDGER_FAULT, 1, 0);
	unit_int(ledger_find(&l, LEDGER_FAULT, 1, 0)->fd, fd);
	unit_int(ledger_find(&l, LEDGER_FAULT, 1, 0)->flags, LEDGER_HAS_FD);
	ledger_remove(&l, LEDGER_FAULT, 1, 0, 0);
	unit_int(fstat(fd, &st), -1);
	ledger_clear(&l);
}

static void test_ledger_encoding(void)
{
	char text[LEDGER_TEXT_MAX + 1], long_text[400];
	uint8_t buf[LEDGER_WIRE_MAX];
	struct ledger_entry e = entry(LEDGER_DEVICE, 7, 3), d;
	enum ledger_op op;
	size_t n;

	e.text = "0000:01:00.0 vfio0";
	e.parent = 1;
	e.other = 2;
	e.kind = UINT32_MAX;
	e.v = UINT64_MAX;
	e.w = 5;
	n = ledger_encode(buf, LEDGER_REMOVE, &e);
	unit_int(n, ledger_encoded_size(&e));
	unit_int(n % 8, 0);
	unit_int(ledger_decode(buf, n, &op, &d, text), n);
	unit_int(op, LEDGER_REMOVE);
	unit_str(d.text, e.text);
	unit_true(d.type == e.type && d.id == 7 && d.key == 3 && d.parent == 1 && d.other == 2 &&
		  d.kind == UINT32_MAX && d.v == UINT64_MAX && d.w == 5 && d.fd == -1);
	for (size_t cut = 0; cut < n; cut++)
		unit_int(ledger_decode(buf, cut, &op, &d, text), 0);
	buf[1] = LEDGER_TYPES;
	unit_int(ledger_decode(buf, n, &op, &d, text), 0);
	buf[1] = LEDGER_IOAS;
	buf[0] = 9;
	unit_int(ledger_decode(buf, n, &op, &d, text), 0);
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	e.text = long_text;
	unit_int(ledger_encode(buf, LEDGER_PUT, &e), 48 + LEDGER_TEXT_MAX);
}

/* --- a keeper ------------------------------------------------------------------------------ */

static char folder[] = "/tmp/iommuctl-unit-XXXXXX";
static char path[64];
static pid_t keeper;

static void start_keeper(unsigned int idle)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(path, sizeof(path), "%s/unit.sock", folder);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (bind(sock, (struct sockaddr *)&addr, sizeof(addr)) || listen(sock, 16))
		_exit(99);
	keeper = fork();
	if (keeper == 0) {
		struct keeper_config config = {
			.listener = sock,
			.dir = open(folder, O_RDONLY | O_CLOEXEC),
			.socket = "unit.sock",
			.idle = idle,
			.child_fd = -1,
		};
		struct ledger l = { 0 };
		struct ledger_entry e = entry(LEDGER_CONTEXT, 0, 0);

		/* Whatever becomes of the test, nothing stays. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		e.fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
		e.flags = LEDGER_HAS_FD;
		ledger_put(&l, &e);
		keeper_run(&config, &l);
		_exit(0);
	}
	close(sock);
}

static int wait_keeper(void)
{
	int status = -1;

	waitpid(keeper, &status, 0);
	return status;
}

static void stop_keeper(void)
{
	kill(keeper, SIGTERM);
	unit_int(wait_keeper(), 0);
	unit_int(access(path, F_OK), -1);
}

static void connect_keeper(struct session *s)
{
	unit_int(session_try(path, s), SESSION_ALIVE);
}

/* Put objects with ids from @first on, committed. */
static void make_objects(struct session *s, uint32_t first, uint32_t n)
{
	static struct session_change change;

	for (uint32_t i = 0; i < n;) {
		memset(&change, 0, sizeof(change));
		for (; i < n; i++) {
			struct ledger_entry e = entry(LEDGER_IOAS, first + i, 0);

			if (!session_change_add(&change, LEDGER_PUT, &e))
				break;
		}
		unit_true(session_commit(s, &change));
	}
}

static void test_keeper_ledger(void)
{
	struct ledger l = { 0 };
	struct session s;

	start_keeper(0);
	connect_keeper(&s);
	unit_int(s.info.pid, keeper);
	unit_int(s.info.descriptors, 1);
	unit_true(session_turn(&s, &l));
	unit_int(l.count, 1);
	/* Many more than one message holds. */
	make_objects(&s, 1, 10000);
	session_done(&s);
	unit_true(session_read(&s, &l));
	unit_int(l.count, 10001);
	unit_int(ledger_next_id(&l), 10001);
	ledger_clear(&l);
	session_close(&s);
	stop_keeper();
}

static void test_keeper_descriptors(void)
{
	static struct session_change change;
	struct ledger_entry e = entry(LEDGER_DEVICE, 3, 0);
	struct ledger l = { 0 };
	struct stat mine, theirs;
	struct session s;
	int fds[2], fd;
	char c;

	start_keeper(0);
	connect_keeper(&s);
	unit_true(session_turn(&s, &l));
	unit_int(pipe2(fds, O_CLOEXEC), 0);
	e.fd = fds[1];
	e.flags = LEDGER_HAS_FD;
	e.text = "0000:01:00.0 vfio0";
	memset(&change, 0, sizeof(change));
	unit_true(session_change_add(&change, LEDGER_PUT, &e));
	unit_true(session_commit(&s, &change));
	fd = session_fetch(&s, &e);
	unit_int(fstat(fd, &theirs) | fstat(fds[1], &mine), 0);
	unit_int(theirs.st_ino, mine.st_ino);
	unit_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	close(fds[1]);
	/* Gone from the ledger, gone from the keeper: the pipe has no writer any more. */
	memset(&change, 0, sizeof(change));
	unit_true(session_change_add(&change, LEDGER_REMOVE, &e));
	unit_true(session_commit(&s, &change));
	unit_int(read(fds[0], &c, 1), 0);
	close(fds[0]);
	err_set_silent(true);
	unit_int(session_fetch(&s, &e), -1);
	err_reset();
	err_set_silent(false);
	ledger_clear(&l);
	session_close(&s);
	stop_keeper();
}

static void test_keeper_turns(void)
{
	struct ledger l = { 0 };
	struct session a, b;
	int done[2];
	pid_t child;
	char c = 0;

	start_keeper(0);
	connect_keeper(&a);
	unit_true(session_turn(&a, &l));
	unit_int(pipe2(done, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		connect_keeper(&b);
		if (!session_turn(&b, &l) || write(done[1], &c, 1) != 1)
			_exit(1);
		_exit(0); /* hangs up with the turn */
	}
	/* While we have the turn, the other has not. */
	usleep(200000);
	unit_int(fcntl(done[0], F_SETFL, O_NONBLOCK), 0);
	unit_int(read(done[0], &c, 1), -1);
	make_objects(&a, 1, 1);
	session_done(&a);
	waitpid(child, NULL, 0);
	unit_int(read(done[0], &c, 1), 1);
	/* The one that hung up has given its turn back. */
	unit_true(session_turn(&a, &l));
	unit_int(l.count, 2);
	ledger_clear(&l);
	session_close(&a);
	close(done[0]);
	close(done[1]);
	stop_keeper();
}

static void test_keeper_intent_survives(void)
{
	static struct session_change change;
	struct ledger_entry e = entry(LEDGER_PENDING, 0, 0);
	struct ledger l = { 0 };
	struct session s;

	start_keeper(0);
	connect_keeper(&s);
	unit_true(session_turn(&s, &l));
	e.kind = 9;
	e.text = "iommuctl hwpt-alloc";
	unit_true(session_intend(&s, &e));
	session_close(&s);

	connect_keeper(&s);
	unit_true(session_turn(&s, &l));
	unit_true(ledger_find(&l, LEDGER_PENDING, 0, 0) != NULL);
	memset(&change, 0, sizeof(change));
	unit_true(session_commit(&s, &change));
	unit_true(session_read(&s, &l));
	unit_true(ledger_find(&l, LEDGER_PENDING, 0, 0) == NULL);

	unit_true(session_intend(&s, &e));
	session_abandon(&s);
	unit_true(session_read(&s, &l));
	unit_true(ledger_find(&l, LEDGER_PENDING, 0, 0) == NULL);
	ledger_clear(&l);
	session_close(&s);
	stop_keeper();
}

/* What the keeper answers to a raw message: the kind, or 0 when it hangs up. */
static uint32_t ask(bool hello, enum wire_kind kind, uint32_t value, const void *body, size_t len,
		    const int *fds, size_t n_fds, uint32_t *answer)
{
	static struct wire_message m;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	uint32_t got = 0;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	unit_int(connect(sock, (struct sockaddr *)&addr, sizeof(addr)), 0);
	if (hello) {
		wire_send(sock, WIRE_HELLO, WIRE_VERSION, "x", 1, NULL, 0);
		wire_receive(sock, &m);
	}
	wire_send(sock, kind, value, body, len, fds, n_fds);
	if (wire_receive(sock, &m) == WIRE_DONE_OK) {
		got = m.header.kind;
		*answer = m.header.value;
	}
	wire_drop_fds(&m);
	close(sock);
	return got;
}

static void test_keeper_refuses(void)
{
	struct ledger_entry e = entry(LEDGER_IOAS, 1, 0);
	uint8_t body[LEDGER_WIRE_MAX];
	size_t len = ledger_encode(body, LEDGER_PUT, &e);
	uint32_t why = 0;
	struct session s;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	start_keeper(0);
	/* Another version; nothing before HELLO; HELLO only once; no change without the turn. */
	unit_int(ask(false, WIRE_HELLO, 999, NULL, 0, NULL, 0, &why), WIRE_ERROR);
	unit_int(why, WIRE_E_VERSION);
	unit_int(ask(false, WIRE_READ, 0, NULL, 0, NULL, 0, &why), WIRE_ERROR);
	unit_int(why, WIRE_E_PROTOCOL);
	unit_int(ask(true, WIRE_HELLO, WIRE_VERSION, NULL, 0, NULL, 0, &why), WIRE_ERROR);
	unit_int(ask(true, WIRE_COMMIT, 1, body, len, NULL, 0, &why), WIRE_ERROR);
	unit_int(ask(true, WIRE_STOP, 0, NULL, 0, NULL, 0, &why), WIRE_ERROR);
	unit_int(ask(true, 77, 0, NULL, 0, NULL, 0, &why), WIRE_ERROR);
	/* Descriptors where none belong; a key of nothing; half an entry. */
	unit_int(ask(true, WIRE_READ, 0, NULL, 0, &null, 1, &why), WIRE_ERROR);
	unit_int(ask(true, WIRE_FETCH, 0, body, len, NULL, 0, &why), WIRE_ERROR);
	unit_int(why, WIRE_E_MISSING);
	unit_int(ask(true, WIRE_FETCH, 0, body, len - 8, NULL, 0, &why), WIRE_ERROR);
	unit_int(why, WIRE_E_PROTOCOL);
	/* It is in good order after all that. */
	connect_keeper(&s);
	unit_int(s.info.descriptors, 1);
	session_close(&s);
	close(null);
	stop_keeper();
}

static void test_keeper_other_user(void)
{
	uint32_t why = 0;
	pid_t child;
	int status = 0;

	if (geteuid()) {
		printf("# needs root to be two users\n");
		return;
	}
	start_keeper(0);
	chmod(folder, 0711);
	chmod(path, 0666);
	child = fork();
	if (child == 0) {
		struct session s;

		if (setuid(65534) || session_try(path, &s) != SESSION_FOREIGN)
			_exit(1);
		/* Without the client's own check it is the keeper that refuses. */
		if (ask(false, WIRE_HELLO, WIRE_VERSION, NULL, 0, NULL, 0, &why) != WIRE_ERROR ||
		    why != WIRE_E_USER)
			_exit(1);
		_exit(0);
	}
	waitpid(child, &status, 0);
	unit_int(status, 0);
	chmod(folder, 0700);
	stop_keeper();
}

static void test_keeper_out_of_descriptors(void)
{
	static struct session_change change;
	struct rlimit before, few = { 40, 40 };
	struct ledger_entry e = entry(LEDGER_FAULT, 1, 0);
	struct ledger l = { 0 };
	struct session s;
	const char *preload = getenv("LD_PRELOAD");
	uint32_t n = 0;

	if (preload && strstr(preload, "vgpreload")) {
		printf("# valgrind does not hold processes to the limit\n");
		return;
	}
	getrlimit(RLIMIT_NOFILE, &before);
	few.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &few);
	start_keeper(0);
	setrlimit(RLIMIT_NOFILE, &before);
	connect_keeper(&s);
	unit_true(session_turn(&s, &l));
	err_set_silent(true);
	e.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	e.flags = LEDGER_HAS_FD;
	for (; n < 100; n++) {
		e.id = n + 1;
		memset(&change, 0, sizeof(change));
		session_change_add(&change, LEDGER_PUT, &e);
		if (!session_commit(&s, &change))
			break;
	}
	err_set_silent(false);
	unit_true(n > 3 && n < 40);
	unit_int(err_count(), 1);
	unit_true(err_count() == 1 && strstr(err_get(0)->cause, "descriptors"));
	err_reset();
	/* The refused one has left nothing, and the session lives on. */
	unit_true(session_read(&s, &l));
	unit_int(l.count, n + 1);
	close(e.fd);
	ledger_clear(&l);
	session_close(&s);
	stop_keeper();
}

static void test_keeper_killed(void)
{
	static struct session_change change;
	struct ledger l = { 0 };
	struct session s;

	start_keeper(0);
	connect_keeper(&s);
	unit_true(session_turn(&s, &l));
	kill(keeper, SIGKILL);
	wait_keeper();
	err_set_silent(true);
	memset(&change, 0, sizeof(change));
	unit_true(!session_commit(&s, &change));
	unit_int(err_count(), 1);
	unit_true(!session_read(&s, &l));
	unit_int(err_count(), 1);
	err_reset();
	err_set_silent(false);
	ledger_clear(&l);
	session_close(&s);
	unit_int(session_try(path, &s), SESSION_STALE);
	unlink(path);
	unit_int(session_try(path, &s), SESSION_MISSING);
}

static void test_keeper_idle(void)
{
	start_keeper(1);
	unit_int(wait_keeper(), 0);
	unit_int(access(path, F_OK), -1);
}

static void test_names(void)
{
	char *name = place_name("/run/iommuctl/lab.sock");

	unit_str(name, "lab");
	free(name);
	name = place_name("bare");
	unit_str(name, "bare");
	free(name);
	unit_true(place_is_name("a.b_c-9"));
	unit_true(!place_is_name("") && !place_is_name("-a") && !place_is_name(".a") &&
		  !place_is_name("a/b") && !place_is_name("a\n"));
}

int main(void)
{
	if (!mkdtemp(folder))
		return 99;
	signal(SIGPIPE, SIG_IGN);
	unit_run(test_ledger_order);
	unit_run(test_ledger_next_id);
	unit_run(test_ledger_keeps_descriptor);
	unit_run(test_ledger_encoding);
	unit_run(test_keeper_ledger);
	unit_run(test_keeper_descriptors);
	unit_run(test_keeper_turns);
	unit_run(test_keeper_intent_survives);
	unit_run(test_keeper_refuses);
	unit_run(test_keeper_other_user);
	unit_run(test_keeper_out_of_descriptors);
	unit_run(test_keeper_killed);
	unit_run(test_keeper_idle);
	unit_run(test_names);
	rmdir(folder);
	return unit_done();
}
