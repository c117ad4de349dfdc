/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command with one of its system calls made to fail.
 *
 * The command is a line of shell that ends with exec. A filter of calls (seccomp) lets only the
 * call in question stop; it is then skipped, and the program finds the error in its place. Calls
 * are counted from the start of the program itself, in all its processes together. A command that
 * leaves a process behind is stopped at each of its calls instead, because a process that nobody
 * traces could not live with the filter.
 */
#include "config.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracer.h"

static const struct call_kind kinds[] = {
	{ "openat", SYS_openat, { ENOENT, EACCES, EMFILE, ENOMEM }, SUBJECT_PATH_AT },
	{ "openat2", SYS_openat2, { ENOENT, EACCES, EMFILE, ENOMEM }, SUBJECT_PATH_AT },
	{ "read", SYS_read, { EIO, EINTR, ENODEV }, SUBJECT_FD },
	{ "pread64", SYS_pread64, { EIO, EINTR, ENODEV }, SUBJECT_FD },
	{ "readv", SYS_readv, { EIO, EINTR }, SUBJECT_FD },
	{ "write", SYS_write, { ENOSPC, EPIPE, EINTR, EIO }, SUBJECT_FD },
	{ "writev", SYS_writev, { ENOSPC, EPIPE, EINTR, EIO }, SUBJECT_FD },
	{ "readlinkat", SYS_readlinkat, { EACCES, ENOENT }, SUBJECT_PATH_AT },
	{ "newfstatat", SYS_newfstatat, { EACCES, ENOENT }, SUBJECT_PATH_AT },
	{ "statx", SYS_statx, { EACCES, ENOENT }, SUBJECT_PATH_AT },
	{ "fstat", SYS_fstat, { EACCES, ENOENT }, SUBJECT_FD },
	{ "faccessat", SYS_faccessat, { EACCES, ENOENT }, SUBJECT_PATH_AT },
	{ "faccessat2", SYS_faccessat2, { EACCES, ENOENT }, SUBJECT_PATH_AT },
	{ "mmap", SYS_mmap, { ENOMEM }, SUBJECT_NONE },
	{ "mremap", SYS_mremap, { ENOMEM }, SUBJECT_NONE },
	{ "getdents64", SYS_getdents64, { EIO, ENOENT }, SUBJECT_FD },
	{ "ioctl", SYS_ioctl, { EIO, EINTR, ENODEV, ENOTTY }, SUBJECT_FD },
	{ "renameat", SYS_renameat, { ENOSPC, EACCES }, SUBJECT_PATH_AT },
	{ "renameat2", SYS_renameat2, { ENOSPC, EACCES }, SUBJECT_PATH_AT },
	{ "fsync", SYS_fsync, { EIO, ENOSPC }, SUBJECT_FD },
	{ "close", SYS_close, { EIO }, SUBJECT_FD },
	{ "ftruncate", SYS_ftruncate, { EIO }, SUBJECT_FD },
	{ "fchmod", SYS_fchmod, { EACCES }, SUBJECT_FD },
	{ "unlinkat", SYS_unlinkat, { EACCES }, SUBJECT_PATH_AT },
	{ "socket", SYS_socket, { EMFILE }, SUBJECT_NONE },
	{ "pipe2", SYS_pipe2, { EMFILE }, SUBJECT_NONE },
	{ "dup", SYS_dup, { EMFILE }, SUBJECT_FD },
	{ "dup3", SYS_dup3, { EMFILE }, SUBJECT_FD },
	{ "ppoll", SYS_ppoll, { EINTR }, SUBJECT_NONE },
	{ "wait4", SYS_wait4, { EINTR }, SUBJECT_NONE },
	{ "waitid", SYS_waitid, { EINTR }, SUBJECT_NONE },
	{ "connect", SYS_connect, { ECONNREFUSED, EACCES }, SUBJECT_FD },
	{ "sendmsg", SYS_sendmsg, { EPIPE }, SUBJECT_FD },
	{ "sendto", SYS_sendto, { EPIPE }, SUBJECT_FD },
	{ "recvmsg", SYS_recvmsg, { ECONNRESET, EINTR }, SUBJECT_FD },
	{ "recvfrom", SYS_recvfrom, { ECONNRESET, EINTR }, SUBJECT_FD },
	{ "clone", SYS_clone, { EAGAIN }, SUBJECT_NONE },
	{ "clone3", SYS_clone3, { EAGAIN }, SUBJECT_NONE },
	{ "fcntl", SYS_fcntl, { EPERM }, SUBJECT_FD },
	{ "fchdir", SYS_fchdir, { EPERM }, SUBJECT_FD },
	{ "statfs", SYS_statfs, { EPERM }, SUBJECT_PATH },
	{ "fstatfs", SYS_fstatfs, { EPERM }, SUBJECT_FD },
	{ "getsockopt", SYS_getsockopt, { EPERM }, SUBJECT_FD },
	{ "lseek", SYS_lseek, { EPERM }, SUBJECT_FD },
	{ "prctl", SYS_prctl, { EPERM }, SUBJECT_NONE },
	{ "seccomp", SYS_seccomp, { EPERM }, SUBJECT_NONE },
#ifdef SYS_open
	{ "open", SYS_open, { ENOENT, EACCES, EMFILE }, SUBJECT_PATH },
	{ "readlink", SYS_readlink, { EACCES, ENOENT }, SUBJECT_PATH },
	{ "stat", SYS_stat, { EACCES, ENOENT }, SUBJECT_PATH },
	{ "lstat", SYS_lstat, { EACCES, ENOENT }, SUBJECT_PATH },
	{ "access", SYS_access, { EACCES, ENOENT }, SUBJECT_PATH },
	{ "rename", SYS_rename, { ENOSPC, EACCES }, SUBJECT_PATH },
	{ "unlink", SYS_unlink, { EACCES }, SUBJECT_PATH },
	{ "dup2", SYS_dup2, { EMFILE }, SUBJECT_FD },
	{ "poll", SYS_poll, { EINTR }, SUBJECT_NONE },
	{ "fork", SYS_fork, { EAGAIN }, SUBJECT_NONE },
	{ "vfork", SYS_vfork, { EAGAIN }, SUBJECT_NONE },
	{ "arch_prctl", SYS_arch_prctl, { 0 }, SUBJECT_NONE },
#endif
	/* What the kernel returns of brk is no error. */
	{ "brk", SYS_brk, { 0 }, SUBJECT_NONE },
	{ "exit", SYS_exit, { 0 }, SUBJECT_NONE },
	{ "exit_group", SYS_exit_group, { 0 }, SUBJECT_NONE },
	{ "execve", SYS_execve, { 0 }, SUBJECT_NONE },
	{ "rt_sigaction", SYS_rt_sigaction, { 0 }, SUBJECT_NONE },
	{ "rt_sigprocmask", SYS_rt_sigprocmask, { 0 }, SUBJECT_NONE },
	{ "rt_sigreturn", SYS_rt_sigreturn, { 0 }, SUBJECT_NONE },
	{ "sigaltstack", SYS_sigaltstack, { 0 }, SUBJECT_NONE },
	{ "set_tid_address", SYS_set_tid_address, { 0 }, SUBJECT_NONE },
	{ "set_robust_list", SYS_set_robust_list, { 0 }, SUBJECT_NONE },
	{ "rseq", SYS_rseq, { 0 }, SUBJECT_NONE },
	{ "munmap", SYS_munmap, { 0 }, SUBJECT_NONE },
	{ "mprotect", SYS_mprotect, { 0 }, SUBJECT_NONE },
	{ "madvise", SYS_madvise, { 0 }, SUBJECT_NONE },
	{ "getpid", SYS_getpid, { 0 }, SUBJECT_NONE },
	{ "gettid", SYS_gettid, { 0 }, SUBJECT_NONE },
	{ "getuid", SYS_getuid, { 0 }, SUBJECT_NONE },
	{ "geteuid", SYS_geteuid, { 0 }, SUBJECT_NONE },
	{ "getgid", SYS_getgid, { 0 }, SUBJECT_NONE },
	{ "getegid", SYS_getegid, { 0 }, SUBJECT_NONE },
	{ "umask", SYS_umask, { 0 }, SUBJECT_NONE },
	{ "futex", SYS_futex, { 0 }, SUBJECT_NONE },
};

const struct call_kind *call_kind(long number)
{
	static const struct call_kind other = { NULL, -1, { EPERM }, SUBJECT_NONE };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].number == number)
			return &kinds[i];
	return &other;
}

static void die(const char *what)
{
	fprintf(stderr, "failcalls: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* --- the traced process ----------------------------------------------------------------------- */

/* The kernel skips a call whose number is -1, and gives back what stands in the register. */
static void fail_call(pid_t pid, int error)
{
#if defined(__x86_64__)
	struct user_regs_struct regs;
	struct iovec whole = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &whole) < 0)
		die("the registers");
	regs.orig_rax = (unsigned long long)-1;
	regs.rax = (unsigned long long)-error;
#elif defined(__aarch64__)
	struct user_regs_struct regs;
	struct iovec whole = { &regs, sizeof(regs) };
	int none = -1;
	struct iovec number = { &none, sizeof(none) };

	if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &whole) < 0 ||
	    ptrace(PTRACE_SETREGSET, pid, (void *)NT_ARM_SYSTEM_CALL, &number) < 0)
		die("the registers");
	regs.regs[0] = (unsigned long long)-error;
#endif
	if (ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &whole) < 0)
		die("the registers");
}

bool trace_possible(void)
{
#if defined(__x86_64__) || defined(__aarch64__)
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(ptrace(PTRACE_TRACEME, 0, 0, 0) < 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
#else
	return false;
#endif
}

/* Lets call @number stop, or each call if it is -1. */
static void install_filter(long number)
{
	struct sock_filter one[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(one) / sizeof(one[0]), one };

	if (number < 0)
		filter = (struct sock_fprog) { 1, one + 2 };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
		die("the filter of system calls");
}

static void become_command(const struct trace_request *request, long number)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char *line;

	if (asprintf(&line, "exec %s", request->command) < 0 || setpgid(0, 0) < 0 ||
	    chdir(request->folder) < 0 || dup2(nothing, 0) < 0 || dup2(request->out, 1) < 0 ||
	    dup2(request->err, 2) < 0 || ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
		die("starting a command");
	signal(SIGPIPE, SIG_DFL);
	raise(SIGSTOP);
	if (!request->leaves)
		install_filter(number);
	execl("/bin/sh", "sh", "-c", line, (char *)NULL);
	die("/bin/sh");
}

/* --- following it ----------------------------------------------------------------------------- */

struct following {
	const struct trace_request *request;
	const struct call_failure *failure;
	struct trace_result *result;
	pid_t main;
	unsigned int execs; /* of the shell, then of the program */
	unsigned int place; /* how often the call was made since */
	bool limit_asked;   /* the loader has asked for the limit of the stack, ... */
	bool loaded;        /* ... and given its cache back: what follows is the program */
	unsigned int seen[512];
};

/* (Not by process_vm_readv(), which small kernels lack.) */
static void copy_string(pid_t pid, uint64_t address, char *buf, size_t size)
{
	char path[64];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = pread(fd, buf, size - 1, (off_t)address);
		close(fd);
	}
	buf[n < 0 ? 0 : n] = '\0';
}

/* The call that fails, with its file, for a person who looks for the reason. */
static void describe(pid_t pid, const struct __ptrace_syscall_info *call, char *what)
{
	const struct call_kind *kind = call_kind((long)call->entry.nr);
	char subject[WHAT_SIZE / 2] = "", link[64];
	ssize_t n;

	if (kind->subject == SUBJECT_PATH || kind->subject == SUBJECT_PATH_AT) {
		copy_string(pid, call->entry.args[kind->subject == SUBJECT_PATH_AT], subject,
			    sizeof(subject));
	} else if (kind->subject == SUBJECT_FD) {
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, (int)call->entry.args[0]);
		n = readlink(link, subject, sizeof(subject) - 1);
		subject[n < 0 ? 0 : n] = '\0';
	}
	n = snprintf(what, WHAT_SIZE, "%s(%s)", kind->name ? kind->name : "call", subject);
	if (call->entry.nr == SYS_ioctl)
		snprintf(what + n, WHAT_SIZE - (size_t)n, " 0x%llx",
			 (unsigned long long)call->entry.args[1]);
}

static void note_call(struct following *f, long number)
{
	struct trace_result *r = f->result;
	size_t at = (size_t)number % (sizeof(f->seen) / sizeof(f->seen[0]));

	f->seen[at]++;
	if (f->loaded) {
		r->calls = reallocarray(r->calls, r->n_calls + 1, sizeof(*r->calls));
		if (!r->calls)
			die("memory");
		r->calls[r->n_calls++] = (struct call_failure) { number, f->seen[at], 0 };
	}
	f->limit_asked |= number == SYS_prlimit64;
	f->loaded |= number == SYS_munmap && f->limit_asked;
}

static void on_call(struct following *f, pid_t pid)
{
	struct __ptrace_syscall_info call;

	if (f->execs < 2)
		return;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(call), &call) <= 0)
		die("the call");
	if (call.op != PTRACE_SYSCALL_INFO_ENTRY && call.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return;
	if (!f->failure->error) {
		note_call(f, (long)call.entry.nr);
		return;
	}
	if ((long)call.entry.nr != f->failure->number || ++f->place != f->failure->place)
		return;
	describe(pid, &call, f->result->what);
	fail_call(pid, f->failure->error);
	f->result->reached = true;
}

/* Answers a stop; returns the signal that goes on to the process. */
static int on_stop(struct following *f, pid_t pid, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_SECCOMP || signal == (SIGTRAP | 0x80))
		on_call(f, pid);
	else if (event == PTRACE_EVENT_EXEC)
		f->execs += pid == f->main;
	else if (!event && signal != SIGSTOP && signal != SIGTRAP)
		return signal;
	return 0;
}

static volatile sig_atomic_t hung;

static void on_alarm(int signal)
{
	(void)signal;
	hung = 1;
}

/* Until the last process that is traced has ended. */
static void follow(struct following *f)
{
	long on = f->request->leaves ? PTRACE_SYSCALL : PTRACE_CONT;
	int status;
	pid_t pid;

	for (;;) {
		pid = waitpid(-1, &status, __WALL);
		if (pid < 0 && errno == EINTR) {
			if (hung)
				kill(-f->main, SIGKILL);
			continue;
		}
		if (pid < 0)
			return;
		if (WIFSTOPPED(status))
			ptrace((enum __ptrace_request)on, pid, 0,
			       (void *)(intptr_t)on_stop(f, pid, status));
		else if (pid == f->main)
			f->result->status =
				WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

void trace_run(const struct trace_request *request, const struct call_failure *failure,
	       struct trace_result *result)
{
	static const struct sigaction alarmed = { .sa_handler = on_alarm };
	struct following f = { .request = request, .failure = failure, .result = result };
	long options = PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD;
	int status;

	*result = (struct trace_result) { 0 };
	if (!request->leaves)
		options |= PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			   PTRACE_O_TRACECLONE;
	hung = 0;
	sigaction(SIGALRM, &alarmed, NULL);
	f.main = fork();
	if (!f.main)
		become_command(request, failure->error ? failure->number : -1);
	if (f.main < 0 || waitpid(f.main, &status, 0) < 0 || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, f.main, 0, (void *)options) < 0)
		die("tracing a command");
	alarm(request->limit);
	ptrace((enum __ptrace_request)(request->leaves ? PTRACE_SYSCALL : PTRACE_CONT), f.main, 0,
	       0);
	follow(&f);
	alarm(0);
	result->hung = hung;
}
