/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pager: long text on a terminal goes through less. */
#include "config.h"
#include "render/pager.h"

#include <errno.h>
#include <poll.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Commands of a pager run with the privilege of this process; a sudoers rule meant iommuctl alone.
 */
static bool privilege_is_borrowed(void)
{
	return getauxval(AT_SECURE) || getenv("SUDO_UID") || getenv("DOAS_USER") ||
	       getenv("PKEXEC_UID");
}

/* The command line of the pager, or NULL for none. */
static const char *pager_command(void)
{
	const char *cmd = getenv("IOMMUCTL_PAGER");

	if (privilege_is_borrowed())
		return "less";
	if (!cmd)
		cmd = getenv("PAGER");
	if (!cmd)
		return "less";
	return *cmd && strcmp(cmd, "cat") ? cmd : NULL;
}

bool pager_wanted(const char *text, size_t len)
{
	struct winsize ws = { 0 };
	size_t lines = 0;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws))
		return false;
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return ws.ws_row && lines >= ws.ws_row && pager_command();
}

static void become_pager(int in) __attribute__((noreturn));
static void become_pager(int in)
{
	const char *cmd = pager_command();

	signal(SIGPIPE, SIG_DFL);
	dup2(in, STDIN_FILENO);
	setenv("LESS", "FRX", privilege_is_borrowed());
	if (privilege_is_borrowed()) {
		setenv("LESSSECURE", "1", 1);
		unsetenv("LESSOPEN");
		unsetenv("LESSCLOSE");
		setenv("PATH", "/usr/bin:/bin", 1);
		execlp("less", "less", (char *)NULL);
	} else {
		execl("/bin/sh", "sh", "-c", cmd, (char *)NULL);
	}
	_exit(127);
}

static void feed(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		/* The reader left: it has seen enough. */
		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

/* The process that is, or becomes, the pager, and the pipe to it. */
static struct {
	pid_t pid;
	int fd;
} pager = { .fd = -1 };

/* Nothing is shown before there is something to show: the pipe closes when there is not. */
static void wait_for_text(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
	if (!(p.revents & POLLIN))
		_exit(0);
}

static int start(bool wait)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	pager.pid = fork();
	if (pager.pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return -1;
	}
	if (!pager.pid) {
		close(fds[1]);
		if (wait)
			wait_for_text(fds[0]);
		become_pager(fds[0]);
	}
	close(fds[0]);
	pager.fd = fds[1];
	return 0;
}

void pager_prepare(void)
{
	if (pager.fd < 0 && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && pager_command())
		(void)start(true);
}

int pager_show(const char *text, size_t len)
{
	int status = 0;
	void (*old_int)(int);
	pid_t pid;

	if (pager.fd < 0 && start(false))
		return -1;
	pid = pager.pid;
	/* Ctrl-C is the pager's to handle while it is on the screen. */
	old_int = signal(SIGINT, SIG_IGN);
	feed(pager.fd, text, len);
	close(pager.fd);
	pager.fd = -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	signal(SIGINT, old_int);
	/* 127: there was no pager to run, and nothing was shown. */
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		errno = ENOENT;
		return -1;
	}
	return 0;
}
