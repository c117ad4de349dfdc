/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sandbox: fewer system calls while files of strangers are parsed.
 *
 * Files are opened first, then a seccomp filter leaves what parsing and
 * printing need, for the rest of the process: no program can be started, no
 * socket, device or process reached. Commands plan it (they know what comes
 * later), the code that is about to parse enters it.
 */
#ifndef IOMMUCTL_BASE_SANDBOX_H
#define IOMMUCTL_BASE_SANDBOX_H

#include <stdbool.h>

enum {
	SANDBOX_READ = 1 << 0,  /* files may still be opened to be read (libraries, names) */
	SANDBOX_WRITE = 1 << 1, /* a file may still be written and renamed into its place */
	SANDBOX_TREE = 1 << 2,  /* files below a held folder may be opened, too (openat2) */
	SANDBOX_SAY = 1 << 3,   /* say on stderr when there is no filter, and why */
};

/** True when this program was built with it. */
bool sandbox_built(void);

/** Have sandbox_enter() do its work, with these SANDBOX_ flags besides those planned before. */
void sandbox_plan(unsigned int flags);

/**
 * sandbox_enter() - give up what is not needed from here on
 *
 * To be called before the first byte of untrusted input is parsed. Does nothing when it was not
 * planned, and the second time. A call that is not allowed fails with EPERM from then on. Where no
 * filter can be had (an old kernel, the library is missing, a checker of memory is at work) the
 * process goes on without.
 */
void sandbox_enter(void);

#endif
