/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sandbox: fewer system calls while files of strangers are parsed.
 *
 * libseccomp knows the numbers of every architecture and writes the filter. It
 * is loaded when needed, as all optional libraries are.
 */
#include "config.h"
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/dynlib.h"
#include "base/err.h"
#include "base/mem.h"

/* Set when the compiler puts AddressSanitizer in, which looks through the process at its end. */
#if defined(__SANITIZE_ADDRESS__)
#define CHECKER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define CHECKER 1
#endif
#endif
#ifndef CHECKER
#define CHECKER 0
#endif

static bool planned, entered;
static unsigned int allowed;

#ifdef HAVE_SECCOMP
#include <seccomp.h>

static struct {
	scmp_filter_ctx (*init)(uint32_t);
	int (*add)(scmp_filter_ctx, uint32_t, int, unsigned int, const struct scmp_arg_cmp *);
	int (*load)(scmp_filter_ctx);
	void (*release)(scmp_filter_ctx);
} lib;

/* Reading and writing what is open, memory, time, signals, waiting for the pager, the end. */
static const int always[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(lseek),
	SCMP_SYS(_llseek),
	SCMP_SYS(close),
	SCMP_SYS(fstat),
	SCMP_SYS(fstat64),
	SCMP_SYS(fcntl),
	SCMP_SYS(fcntl64),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(ppoll_time64),
	SCMP_SYS(brk),
	SCMP_SYS(mmap),
	SCMP_SYS(mmap2),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(mprotect),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(futex_time64),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_gettime64),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(clock_nanosleep_time64),
	SCMP_SYS(nanosleep),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigreturn),
	SCMP_SYS(sched_yield),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(wait4),
	SCMP_SYS(waitpid),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

static const int reading[] = {
	SCMP_SYS(stat),       SCMP_SYS(stat64),     SCMP_SYS(lstat),      SCMP_SYS(lstat64),
	SCMP_SYS(newfstatat), SCMP_SYS(fstatat64),  SCMP_SYS(statx),      SCMP_SYS(statfs),
	SCMP_SYS(fstatfs),    SCMP_SYS(access),     SCMP_SYS(faccessat),  SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),   SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd),
};

static const int writing[] = {
	SCMP_SYS(open),        SCMP_SYS(openat),    SCMP_SYS(openat2),   SCMP_SYS(rename),
	SCMP_SYS(renameat),    SCMP_SYS(renameat2), SCMP_SYS(unlink),    SCMP_SYS(unlinkat),
	SCMP_SYS(fchmod),      SCMP_SYS(fsync),     SCMP_SYS(fdatasync), SCMP_SYS(ftruncate),
	SCMP_SYS(ftruncate64), SCMP_SYS(linkat),    SCMP_SYS(fchown),
};

/* What isatty() and the width of the terminal ask. */
static const unsigned long terminal[] = { TCGETS, TIOCGWINSZ };

static int add_all(scmp_filter_ctx ctx, const int *calls, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && !rc; i++)
		rc = lib.add(ctx, SCMP_ACT_ALLOW, calls[i], 0, NULL);
	return rc;
}

/* fstat() is newfstatat() with an empty path in newer C libraries; without a descriptor of a
 * folder, an absolute path could be asked about all the same, which gives away little. */
static int add_fstat(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp empty = { 3, SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH };

	return lib.add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1, &empty);
}

static int add_terminal(scmp_filter_ctx ctx)
{
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(terminal) && !rc; i++) {
		const struct scmp_arg_cmp is = { 1, SCMP_CMP_EQ, terminal[i], 0 };

		rc = lib.add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, &is);
	}
	return rc;
}

/* Opening, as long as it is for reading and makes nothing. */
static int add_open(scmp_filter_ctx ctx)
{
	const scmp_datum_t not_ours = O_ACCMODE | O_CREAT | O_TRUNC;
	const struct scmp_arg_cmp first = { 1, SCMP_CMP_MASKED_EQ, not_ours, O_RDONLY };
	const struct scmp_arg_cmp second = { 2, SCMP_CMP_MASKED_EQ, not_ours, O_RDONLY };
	int rc = lib.add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(open), 1, &first);

	return rc ? rc : lib.add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, &second);
}

static int add_rules(scmp_filter_ctx ctx)
{
	int rc = add_all(ctx, always, ARRAY_SIZE(always));

	if (!rc)
		rc = add_terminal(ctx);
	if (!rc && !(allowed & SANDBOX_READ))
		rc = add_fstat(ctx);
	if (!rc && allowed & SANDBOX_READ)
		rc = add_all(ctx, reading, ARRAY_SIZE(reading));
	if (!rc && allowed & SANDBOX_WRITE)
		rc = add_all(ctx, writing, ARRAY_SIZE(writing));
	else if (!rc && allowed & SANDBOX_READ)
		rc = add_open(ctx);
	/* What it opens for lies in memory, where a filter cannot look. */
	if (!rc && allowed & SANDBOX_TREE)
		rc = lib.add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat2), 0, NULL);
	return rc;
}

/* NULL when the filter is in force, or why it is not. */
static const char *confine(void)
{
	const struct dynlib_symbol symbols[] = {
		{ "seccomp_init", (void **)&lib.init },
		{ "seccomp_rule_add_array", (void **)&lib.add },
		{ "seccomp_load", (void **)&lib.load },
		{ "seccomp_release", (void **)&lib.release },
	};
	const char *preloaded = getenv("LD_PRELOAD"), *why = NULL;
	scmp_filter_ctx ctx;
	int rc;

	/* Valgrind makes system calls of its own in our name. */
	if (CHECKER || (preloaded && strstr(preloaded, "/vgpreload_")))
		return "memory is being checked";
	if (!dynlib_load("libseccomp.so.2", symbols, ARRAY_SIZE(symbols), &why))
		return why ? why : "libseccomp cannot be loaded";
	ctx = lib.init(SCMP_ACT_ERRNO(EPERM));
	if (!ctx)
		return "libseccomp does not start";
	rc = add_rules(ctx);
	if (!rc)
		rc = lib.load(ctx);
	lib.release(ctx);
	/* What libseccomp says of every error that comes from the kernel. */
	if (rc == -ECANCELED)
		return "the kernel takes none (CONFIG_SECCOMP_FILTER)";
	return rc ? strerror(-rc) : NULL;
}

bool sandbox_built(void)
{
	return true;
}
#else
static const char *confine(void)
{
	return "this iommuctl was built without libseccomp";
}

bool sandbox_built(void)
{
	return false;
}
#endif

void sandbox_plan(unsigned int flags)
{
	planned = true;
	allowed |= flags;
}

void sandbox_enter(void)
{
	const char *why;

	if (!planned || entered)
		return;
	entered = true;
	why = confine();
	if (why && allowed & SANDBOX_SAY)
		err_note("input is parsed without a filter of system calls: %s", why);
}
