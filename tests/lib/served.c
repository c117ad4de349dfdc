/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program under test, in a process that is there already. Starting a program under Valgrind
 * takes a hundred times as long as what most commands do; forking one that runs under it does not.
 *
 *   served --serve SOCKET    waits at SOCKET; each request becomes a command in a child
 *   served WORD...           asks for "iommuctl WORD..." at $IOMMUCTL_SERVER, and ends as it ends
 *
 * The child gets what the one that asks has: arguments, environment, descriptors under their
 * numbers, working directory, mask, user, ignored signals. Signals are handed on, and when the one
 * that asks dies the command dies. What a process id or a limit is asked for is not the same:
 * with IOMMUCTL_OWN_PROCESS set, the program $IOMMUCTL_DIRECT is run instead.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"

enum {
	WORDS = 4096,     /* arguments and variables */
	DESCRIPTORS = 64, /* that are handed over */
	CLIENTS = 128,
	HIGH = 300, /* where no test has descriptors */
	EXTRA = 2,  /* before those of the client: the words, and the working directory */
	LOST = 199, /* status when the server has gone */
};

struct request {
	uint32_t argc, envc, n_fds;
	uint32_t mask, uid, gid;
	uint32_t ignored; /* signal S is bit S */
	int32_t fds[DESCRIPTORS];
};

union control {
	char bytes[CMSG_SPACE(sizeof(int) * (DESCRIPTORS + EXTRA))];
	struct cmsghdr align;
};

extern char **environ;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "served: %s: %s\n", what, strerror(errno));
	_exit(LOST);
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		die(path);
	}
	strcpy(a.sun_path, path);
	return a;
}

/* --- the one that asks ---------------------------------------------------------------------- */

static volatile pid_t command;

static void hand_on(int sig)
{
	if (command > 0)
		kill(command, sig);
}

static uint32_t ignored_signals(void)
{
	uint32_t set = 0;

	for (int sig = 1; sig < 32; sig++) {
		struct sigaction old;

		if (!sigaction(sig, NULL, &old) && old.sa_handler == SIG_IGN)
			set |= 1u << sig;
	}
	return set;
}

/* Those that were inherited: nothing else is open yet. */
static uint32_t list_descriptors(int32_t *fds)
{
	DIR *d = opendir("/proc/self/fd");
	uint32_t n = 0;

	if (!d)
		die("/proc/self/fd");
	for (struct dirent *e = readdir(d); e; e = readdir(d)) {
		if (e->d_name[0] == '.' || atoi(e->d_name) == dirfd(d))
			continue;
		if (n == DESCRIPTORS) {
			errno = EMFILE;
			die("more descriptors than are handed over");
		}
		fds[n++] = atoi(e->d_name);
	}
	closedir(d);
	return n;
}

/* Each with its NUL. Returns how many. */
static uint32_t put_words(int fd, char **words)
{
	uint32_t n = 0;

	for (; words[n]; n++) {
		size_t len = strlen(words[n]) + 1;

		if (write(fd, words[n], len) != (ssize_t)len)
			die("cannot ask");
	}
	return n;
}

static void send_request(int server, struct request *r, char **argv)
{
	int fds[DESCRIPTORS + EXTRA];
	union control control = { { 0 } };
	struct iovec io = { r, sizeof(*r) };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = control.bytes };
	struct cmsghdr *c;

	fds[0] = memfd_create("words", MFD_CLOEXEC);
	fds[1] = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fds[0] < 0 || fds[1] < 0)
		die("cannot ask");
	r->argc = put_words(fds[0], argv);
	r->envc = put_words(fds[0], environ);
	for (uint32_t i = 0; i < r->n_fds; i++)
		fds[EXTRA + i] = r->fds[i];
	m.msg_controllen =
		(__typeof__(m.msg_controllen))CMSG_SPACE(sizeof(int) * (r->n_fds + EXTRA));
	c = &control.align;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = (__typeof__(m.msg_controllen))CMSG_LEN(sizeof(int) * (r->n_fds + EXTRA));
	memcpy(CMSG_DATA(c), fds, sizeof(int) * (r->n_fds + EXTRA));
	if (sendmsg(server, &m, MSG_NOSIGNAL) < 0)
		die("cannot ask");
	for (int i = 0; i < EXTRA; i++)
		close(fds[i]);
}

/* Who it was, for whoever reads a report that has only the number of the process. */
static void note_command(pid_t pid, char **argv)
{
	const char *path = getenv("IOMMUCTL_SERVER_COMMANDS");
	FILE *f = path ? fopen(path, "ae") : NULL;

	if (!f)
		return;
	setvbuf(f, NULL, _IOFBF, 4096);
	fprintf(f, "%d", pid);
	for (int i = 0; argv[i]; i++)
		fprintf(f, " %.300s", argv[i]);
	fputc('\n', f);
	fclose(f);
}

static int receive_int(int fd)
{
	int value;
	ssize_t n;

	do
		n = recv(fd, &value, sizeof(value), 0);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(value)) {
		fprintf(stderr, "served: the command has ended without a status\n");
		_exit(LOST);
	}
	return value;
}

static void hand_signals_on(uint32_t ignored)
{
	const int signals[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGCONT
	};
	const struct sigaction action = { .sa_handler = hand_on };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!(ignored & 1u << signals[i]))
			sigaction(signals[i], &action, NULL);
}

static int ask(const char *path, char **argv)
{
	struct sockaddr_un address = address_of(path);
	struct request r = { .uid = geteuid(), .gid = getegid() };
	int server, status;
	sigset_t all, before;

	r.n_fds = list_descriptors(r.fds);
	r.ignored = ignored_signals();
	r.mask = umask(0);
	server = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (server < 0 || connect(server, (struct sockaddr *)&address, sizeof(address)))
		die(path);
	/* None may come before it is known whom it is for. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	hand_signals_on(r.ignored);
	argv[0] = (char *)"iommuctl";
	send_request(server, &r, argv);
	/* What is at the other end of a pipe must see the command's end, not this one's. */
	for (uint32_t i = 0; i < r.n_fds; i++)
		if (r.fds[i] != STDERR_FILENO)
			close(r.fds[i]);
	command = receive_int(server);
	note_command(command, argv);
	sigprocmask(SIG_SETMASK, &before, NULL);
	status = receive_int(server);
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

/* --- the command, in a child of the server -------------------------------------------------- */

/* Nothing is allocated: what is left at the end is the program's own. */
static char *words[WORDS + 2], preload[4096];

static void take_descriptors(const struct request *r, int *fds)
{
	for (uint32_t i = 0; i < r->n_fds; i++)
		fds[i] = fcntl(fds[i], F_DUPFD, HIGH);
	/* And nothing of the server's. */
	for (int fd = 0; fd < HIGH; fd++)
		close(fd);
	for (uint32_t i = 0; i < r->n_fds; i++) {
		if (dup2(fds[i], r->fds[i]) < 0)
			die("descriptors");
		close(fds[i]);
	}
}

static void take_words(const struct request *r, int fd)
{
	struct stat st;
	char *text;

	if (r->argc + r->envc > WORDS || fstat(fd, &st))
		die("words");
	text = mmap(NULL, (size_t)st.st_size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (text == MAP_FAILED)
		die("words");
	for (uint32_t i = 0; i < r->argc + r->envc; i++) {
		/* A NULL between arguments and variables. */
		words[i + (i >= r->argc)] = text;
		text += strlen(text) + 1;
	}
	environ = words + r->argc + 1;
}

/* Valgrind's own libraries stay named in LD_PRELOAD: the program looks for them there. */
static void keep_preload(const char *own)
{
	for (char **e = environ; *e; e++) {
		if (strncmp(*e, "LD_PRELOAD=", 11))
			continue;
		snprintf(preload, sizeof(preload), "LD_PRELOAD=%s:%s", own, *e + 11);
		*e = preload;
		return;
	}
	for (char **e = environ; *e; e++) {
		/* A variable of this program gives its place. */
		if (strncmp(*e, "IOMMUCTL_SERVER=", 16))
			continue;
		snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", own);
		*e = preload;
	}
}

static void take_user(const struct request *r)
{
	if (r->uid == geteuid() && r->gid == getegid())
		return;
	if (setgroups(0, NULL) || setresgid(r->gid, r->gid, r->gid) ||
	    setresuid(r->uid, r->uid, r->uid))
		die("user");
}

static _Noreturn void run(int client, const char *own_preload)
{
	struct request r;
	int fds[DESCRIPTORS + EXTRA];
	union control control;
	struct iovec io = { &r, sizeof(r) };
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = control.bytes,
			    .msg_controllen = sizeof(control) };

	if (recvmsg(client, &m, 0) != sizeof(r) || !CMSG_FIRSTHDR(&m) || m.msg_flags & MSG_CTRUNC)
		die("request");
	memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(int) * (r.n_fds + EXTRA));
	take_words(&r, fds[0]);
	if (fchdir(fds[1]))
		die("folder");
	for (int fd = HIGH; fd < HIGH + CLIENTS + 1; fd++)
		close(fd);
	take_descriptors(&r, fds + EXTRA);
	keep_preload(own_preload);
	umask((mode_t)r.mask);
	take_user(&r);
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			signal(sig, r.ignored & 1u << sig ? SIG_IGN : SIG_DFL);
	sigprocmask(SIG_SETMASK, &(sigset_t) { 0 }, NULL);
	exit(cli_main((int)r.argc, words));
}

/* --- the server ----------------------------------------------------------------------------- */

static struct {
	int fd;
	pid_t command;
} clients[CLIENTS];

static void child_ended(int sig)
{
	(void)sig;
}

static int high(int fd)
{
	int to = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, HIGH);

	if (to < 0)
		die("serve");
	close(fd);
	return to;
}

/* Only Valgrind's: what was preloaded besides is for those whose environment says so. */
static void find_own_preload(char *own, size_t size)
{
	const char *all = getenv("LD_PRELOAD");

	own[0] = 0;
	for (const char *p = all ? all : ""; *p; p += strspn(p, ":")) {
		int n = (int)strcspn(p, ":");
		size_t used = strlen(own);

		if (memmem(p, (size_t)n, "/vgpreload_", 11))
			snprintf(own + used, size - used, "%s%.*s", used ? ":" : "", n, p);
		p += n;
	}
}

static void accept_client(int listener, const char *own_preload)
{
	int fd = high(accept(listener, NULL, NULL)), i = 0;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid)
		run(fd, own_preload);
	while (i < CLIENTS && clients[i].fd)
		i++;
	if (i == CLIENTS) {
		errno = EMFILE;
		die("too many at once");
	}
	clients[i].fd = fd;
	clients[i].command = pid;
	send(fd, &pid, sizeof(pid), MSG_NOSIGNAL);
}

static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < CLIENTS; i++) {
			if (clients[i].command != pid)
				continue;
			send(clients[i].fd, &status, sizeof(status), MSG_NOSIGNAL);
			close(clients[i].fd);
			clients[i].fd = 0;
			clients[i].command = 0;
		}
	}
}

/* What has been translated once is there for every child: the ways that most commands go are gone
 * here first. */
static void warm_up(void)
{
	static const char *const lines[] = { "list", "hwinfo", "check", "report" };
	const char *top = getenv("srcdir");
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
	char file[4096];

	if (!top || out < 0 || err < 0 || null < 0)
		return;
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	snprintf(file, sizeof(file), "%s/data/captures/vtd-guest.json", top);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *plain[] = { (char *)"iommuctl", (char *)lines[i], (char *)"--from", file,
				  NULL };
		char *json[] = { (char *)"iommuctl", (char *)lines[i], (char *)"--json", NULL };

		cli_main(4, plain);
		cli_main(3, json);
	}
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	close(null);
}

static void serve(const char *path)
{
	struct sockaddr_un address = address_of(path);
	int listener = high(socket(AF_UNIX, SOCK_SEQPACKET, 0));
	static char own_preload[2048];
	sigset_t blocked, open;

	find_own_preload(own_preload, sizeof(own_preload));
	warm_up();
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || chmod(path, 0777) ||
	    listen(listener, CLIENTS))
		die(path);
	signal(SIGCHLD, child_ended);
	sigemptyset(&open);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	for (;;) {
		struct pollfd p[CLIENTS + 1] = { { .fd = listener, .events = POLLIN } };

		for (int i = 0; i < CLIENTS; i++)
			p[i + 1].fd = clients[i].fd ? clients[i].fd : -1;
		if (ppoll(p, CLIENTS + 1, NULL, &open) < 0 && errno != EINTR)
			die("poll");
		reap();
		/* Whoever asked has been killed. */
		for (int i = 0; i < CLIENTS; i++)
			if (p[i + 1].revents & POLLHUP && clients[i].command > 0)
				kill(clients[i].command, SIGKILL);
		if (p[0].revents & POLLIN)
			accept_client(listener, own_preload);
	}
}

int main(int argc, char **argv)
{
	const char *path = getenv("IOMMUCTL_SERVER"), *direct = getenv("IOMMUCTL_DIRECT");

	if (argc == 3 && !strcmp(argv[1], "--serve"))
		serve(argv[2]);
	if (getenv("IOMMUCTL_OWN_PROCESS") && direct) {
		execv(direct, argv);
		die(direct);
	}
	if (!path) {
		errno = ENOENT;
		die("IOMMUCTL_SERVER");
	}
	return ask(path, argv);
}
