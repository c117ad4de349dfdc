/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session exec: a session for one command, which ends with it. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/session.h"
#include "commands/table.h"
#include "session/client.h"
#include "session/launch.h"

enum { KEY_IDLE = 1 };

struct opts {
	unsigned int idle;
};

extern char **environ;

static volatile sig_atomic_t child_pid;

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	return key == KEY_IDLE ? session_option_idle(arg, &o->idle) : ARGP_ERR_UNKNOWN;
}

static void pass_on(int sig)
{
	if (child_pid > 0)
		kill(child_pid, sig);
}

/* The terminal sends INT and QUIT to the command itself; what is sent to us is passed on. */
static void arrange_signals(void)
{
	struct sigaction pass = { .sa_handler = pass_on, .sa_flags = SA_RESTART };

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	sigaction(SIGTERM, &pass, NULL);
	sigaction(SIGHUP, &pass, NULL);
}

static int start_command(char **argv, pid_t *pid)
{
	posix_spawnattr_t attr;
	sigset_t normal;
	int err;

	sigemptyset(&normal);
	sigaddset(&normal, SIGPIPE);
	sigaddset(&normal, SIGINT);
	sigaddset(&normal, SIGQUIT);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &normal);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	err = posix_spawnp(pid, argv[0], NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	return err;
}

/* As a shell has it: the command's own status, or 128 and the signal that ended it. */
static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	child_pid = 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run_command(char **argv)
{
	pid_t pid;
	int err;

	arrange_signals();
	err = start_command(argv, &pid);
	if (err)
		return err_input(argv[0], NULL, "cannot run '%s': %s", argv[0], strerror(err));
	child_pid = pid;
	return wait_for(pid);
}

/* Wait until everything is released; should this be interrupted, the keeper ends with us. */
static void end_session(const char *path)
{
	struct ledger ledger = { 0 };
	struct session s;

	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	if (session_try(path, &s) != SESSION_ALIVE)
		return;
	if (session_turn(&s, &ledger))
		session_stop(&s);
	ledger_clear(&ledger);
	session_close(&s);
}

static char **command_line(struct cli *cli)
{
	char **argv = calloc((size_t)(cli->n_args - cli->n_before) + 1, sizeof(*argv));

	for (int i = cli->n_before; argv && i < cli->n_args; i++)
		argv[i - cli->n_before] = cli->args[i];
	return argv;
}

static int run(struct cli *cli, void *opts)
{
	const struct opts *o = opts;
	const struct launch plan = {
		.name = cli->n_before > 0 ? cli->args[0] : NULL,
		.iommufd = cli->iommufd,
		.idle = o->idle,
		.with_caller = true,
	};
	struct launched l;
	char **argv;
	int status;

	if (cli->n_before < 0)
		return err_usage("which command? It goes behind '--'");
	if (cli->n_before > 1)
		return err_usage("unexpected word '%s' before '--'", cli->args[1]);
	argv = command_line(cli);
	status = argv ? launch_session(&plan, &l) : STATUS_FAILED;
	if (status == STATUS_OK) {
		setenv("IOMMUCTL_SESSION", l.path, 1);
		status = run_command(argv);
		end_session(l.path);
		launched_free(&l);
	}
	free(argv);
	cli->emitted = true;
	return status;
}

static const struct argp_option options[] = {
	{ "idle", KEY_IDLE, "TIME", 0, "end even earlier, when no command has used it for TIME",
	  0 },
	{ 0 }
};

const struct command command_session_exec = {
	.name = "session exec",
	.section = "Sessions",
	.summary = "run a command in a session that ends with it",
	.args = "[NAME] -- COMMAND...",
	.doc = "Starts a session, runs COMMAND with IOMMUCTL_SESSION set, and ends the session "
	       "when "
	       "COMMAND ends, however it ends. Everything is released before this returns. The "
	       "exit "
	       "status is that of COMMAND; 128 and the signal's number when a signal ended it; 2 "
	       "when it could not be started.",
	.examples = { "iommuctl session exec -- sh experiment.sh  # leaves nothing behind",
		      "iommuctl session exec lab -- bash  # a shell with a session of its own" },
	.min_args = 1,
	.max_args = -1,
	.uses = USES_IOMMUFD | USES_DASHES,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run,
};
