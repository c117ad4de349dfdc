/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Launching a session: everything that can fail does so before the fork. */
#include "config.h"
#include "session/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "session/client.h"
#include "session/keeper.h"
#include "session/place.h"
#include "uapi/calls.h"
#include "uapi/refusal.h"

/* --- the iommufd ---------------------------------------------------------------------------- */

/* As sd_listen_fds(3) has it: descriptors from 3 on, named by LISTEN_FDNAMES. */
static int systemd_fd(const char *name)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS"),
		   *names = getenv("LISTEN_FDNAMES");
	int fd = 3, n = fds ? atoi(fds) : 0;

	if (!pid || strtol(pid, NULL, 10) != getpid() || !names)
		return -1;
	for (; n > 0; n--, fd++) {
		size_t len = strcspn(names, ":");

		if (len == strlen(name) && !strncmp(names, name, len))
			return fd;
		names += len + (names[len] == ':');
	}
	return -1;
}

static int fd_number(const char *word)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(word, &end, 10);
	return errno || end == word || *end || n < 0 || n > INT32_MAX ? -1 : (int)n;
}

/* Only an iommufd answers ENOENT to the destruction of object 0, which never exists. */
static bool is_iommufd(int fd)
{
	return call_destroy(fd, 0) == -ENOENT;
}

int launch_open_iommufd(void)
{
	int fd = call_open_iommufd();

	if (fd < 0)
		refusal_report(OP_OPEN_IOMMU, fd, NULL, "cannot open " IOMMUFD_PATH);
	return fd < 0 ? -1 : fd;
}

int launch_given_iommufd(const char *word, int *fd)
{
	static const char prefix[] = "systemd:";

	if (!strncmp(word, prefix, strlen(prefix))) {
		*fd = systemd_fd(word + strlen(prefix));
		if (*fd < 0)
			return err_input(NULL, NULL,
					 "--iommufd=%s: systemd has passed down no such descriptor",
					 word);
	} else {
		*fd = fd_number(word);
		if (*fd < 0)
			return err_usage(
				"'%s' is not a value of --iommufd: a number, or systemd:NAME",
				word);
	}
	if (fcntl(*fd, F_GETFD) < 0)
		return err_input(NULL, NULL, "--iommufd=%s: descriptor %d is not open", word, *fd);
	if (!is_iommufd(*fd))
		return err_input(NULL, NULL, "--iommufd=%s: descriptor %d is not an iommufd", word,
				 *fd);
	return STATUS_OK;
}

static int obtain_iommufd(const char *given)
{
	int fd;

	if (!given)
		return launch_open_iommufd();
	if (launch_given_iommufd(given, &fd) != STATUS_OK)
		return -1;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		err_plain(errno, "cannot take over the descriptor of --iommufd=%s", given);
	return fd;
}

/* --- the socket ------------------------------------------------------------------------------ */

/* The socket of a keeper that runs must never be removed: nobody could reach it any more. So what
 * seems to be stale is tried twice. */
static enum session_state look_twice(const char *path, struct session *s)
{
	enum session_state state = session_try(path, s);

	return state == SESSION_STALE ? session_try(path, s) : state;
}

static bool name_is_free(const char *folder, int dir, const char *socket_name, const char *name)
{
	char *path = mem_printf("%s/%s", folder, socket_name);
	enum session_state state;
	struct session s;

	state = look_twice(path, &s);
	if (state == SESSION_ALIVE) {
		err_input(name, NULL, "session '%s' is running already (process %u)", name,
			  s.info.pid);
		session_close(&s);
	} else if (state == SESSION_STALE) {
		unlinkat(dir, socket_name, 0);
	} else if (state != SESSION_MISSING) {
		err_report(errno, name, "something else has the name of its socket",
			   "choose another name", "cannot start session '%s' (%s)", name, path);
	}
	free(path);
	return state == SESSION_STALE || state == SESSION_MISSING;
}

static int listen_in(int dir, const char *socket_name)
{
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask = umask(0177);
	struct sockaddr_un addr;
	socklen_t len = place_address(dir, socket_name, &addr);
	bool bound = sock >= 0 && !bind(sock, (struct sockaddr *)&addr, len);

	if (sock >= 0 && (!bound || listen(sock, KEEPER_CLIENTS))) {
		int err = errno;

		if (bound)
			unlinkat(dir, socket_name, 0);
		close(sock);
		errno = err;
		sock = -1;
	}
	umask(mask);
	return sock;
}

/* Two that start the same name at once find each other through the lock of the folder. It ends with
 * the descriptor that is returned, which nobody inherits: that of the folder goes on to the keeper.
 */
static int lock_names(int dir)
{
	int lock = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (lock >= 0 && flock(lock, LOCK_EX) && errno == EINTR)
		;
	return lock;
}

static void unlock_names(int lock)
{
	if (lock >= 0)
		close(lock);
}

static int claim_name(const char *folder, int dir, const char *name, char **socket_name)
{
	int sock = -1, lock;

	*socket_name = mem_printf("%s" SESSION_SUFFIX, name);
	lock = lock_names(dir);
	if (name_is_free(folder, dir, *socket_name, name)) {
		sock = listen_in(dir, *socket_name);
		if (sock < 0)
			err_plain(errno, "cannot make the socket of session '%s' in %s", name,
				  folder);
	}
	unlock_names(lock);
	if (sock < 0) {
		free(*socket_name);
		*socket_name = NULL;
	}
	return sock;
}

bool launch_remove_stale(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = mem_strndup(path, (size_t)(slash - path));
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool removed = false;
	struct session s;
	int lock = lock_names(dir);

	switch (look_twice(path, &s)) {
	case SESSION_ALIVE:
		session_close(&s);
		break;
	case SESSION_STALE:
		removed = !unlinkat(dir, slash + 1, 0);
		break;
	default:
		break;
	}
	unlock_names(lock);
	if (dir >= 0)
		close(dir);
	free(folder);
	return removed;
}

/* --- the process ------------------------------------------------------------------------------ */

enum { KEEP_MAX = 4 };

/* Move what the keeper keeps to 3, 4, ... and close all else. */
static void keep_only(int *const *keep, size_t n)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int next = STDERR_FILENO + 1;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && null >= 0; fd++)
		dup2(null, fd);
	/* First out of the way, so that no move hits one that has not been moved. */
	for (size_t i = 0; i < n; i++)
		if (*keep[i] >= 0)
			*keep[i] = fcntl(*keep[i], F_DUPFD_CLOEXEC, KEEP_MAX + next + 1);
	for (size_t i = 0; i < n; i++)
		if (*keep[i] >= 0)
			*keep[i] = dup3(*keep[i], next, O_CLOEXEC) < 0 ? -1 : next++;
	/* The system call itself: C libraries have had a function for it for different times. */
	if (syscall(SYS_close_range, next, ~0u, 0))
		for (int fd = next; fd < 65536; fd++)
			close(fd);
}

static void default_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void enter_iommufd(struct ledger *l, int fd, bool adopted)
{
	struct ledger_entry e = {
		.type = LEDGER_CONTEXT,
		.flags = (uint8_t)(LEDGER_HAS_FD | (adopted ? LEDGER_ADOPTED : 0)),
		.text = adopted ? "passed down" : IOMMUFD_PATH,
		.fd = fd,
	};

	ledger_put(l, &e);
}

static _Noreturn void become_keeper(struct keeper_config *config, int iommufd, bool adopted)
{
	int *const keep[] = { &config->listener, &config->dir, &config->child_fd, &iommufd };
	struct ledger ledger = { 0 };

	setsid();
	default_signals();
	umask(077);
	if (chdir("/"))
		_exit(1);
	keep_only(keep, ARRAY_SIZE(keep));
	raise_descriptor_limit();
	prctl(PR_SET_NAME, "iommuctl-keeper");
	enter_iommufd(&ledger, iommufd, adopted);
	keeper_run(config, &ledger);
	_exit(0);
}

static int open_caller(bool wanted)
{
	int fd = wanted ? (int)syscall(SYS_pidfd_open, getpid(), 0) : -1;

	if (wanted && fd < 0)
		err_note("should this process be killed, its session stays: the keeper cannot "
			 "watch it: %s",
			 strerror(errno));
	return fd;
}

static pid_t fork_keeper(const struct launch *plan, int dir, int listener, const char *socket_name,
			 int iommufd)
{
	struct keeper_config config = {
		.listener = listener,
		.dir = dir,
		.socket = socket_name,
		.idle = plan->idle,
		.child = plan->with_caller ? getpid() : 0,
		.child_fd = open_caller(plan->with_caller),
	};
	pid_t pid = fork();

	if (pid == 0)
		become_keeper(&config, iommufd, plan->iommufd);
	if (config.child_fd >= 0)
		close(config.child_fd);
	return pid;
}

static int start_in(const struct launch *plan, const char *folder, int dir, int iommufd,
		    struct launched *out)
{
	char *socket_name;
	int listener = claim_name(folder, dir, out->name, &socket_name);

	if (listener < 0)
		return STATUS_TROUBLE;
	out->keeper = fork_keeper(plan, dir, listener, socket_name, iommufd);
	if (out->keeper < 0) {
		err_plain(errno, "cannot start the keeper of session '%s'", out->name);
		unlinkat(dir, socket_name, 0);
	}
	out->path = mem_printf("%s/%s", folder, socket_name);
	out->adopted = plan->iommufd;
	close(listener);
	free(socket_name);
	return out->keeper < 0 ? STATUS_TROUBLE : STATUS_OK;
}

int launch_session(const struct launch *plan, struct launched *out)
{
	int iommufd, dir, status = STATUS_TROUBLE;
	char *folder;

	memset(out, 0, sizeof(*out));
	if (plan->name && !place_is_name(plan->name))
		return place_refuse_name(plan->name);
	iommufd = obtain_iommufd(plan->iommufd);
	if (iommufd < 0)
		return STATUS_TROUBLE;
	out->name = plan->name ? mem_strdup(plan->name) : mem_printf("%d", (int)getpid());
	dir = place_folder(true, &folder);
	if (dir >= 0)
		status = start_in(plan, folder, dir, iommufd, out);
	if (dir >= 0)
		close(dir);
	close(iommufd);
	free(folder);
	if (status != STATUS_OK)
		launched_free(out);
	return status;
}

void launched_free(struct launched *l)
{
	free(l->name);
	free(l->path);
	memset(l, 0, sizeof(*l));
}
