/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pager: long text on a terminal goes through less, as with git and systemctl.
 */
#ifndef IOMMUCTL_RENDER_PAGER_H
#define IOMMUCTL_RENDER_PAGER_H

#include <stdbool.h>
#include <stddef.h>

/**
 * pager_wanted() - would this text scroll off the terminal of a person?
 *
 * True when standard input and output are terminals, the text has more lines
 * than the terminal, and a pager is configured.
 */
bool pager_wanted(const char *text, size_t len);

/**
 * pager_show() - run the pager on @text and wait for it
 *
 * IOMMUCTL_PAGER, else PAGER, else less; an empty value or "cat" means none.
 * With privilege that the caller did not log in with (set-uid, sudo, doas),
 * only less in its secure mode is started, whatever the environment says.
 * Returns 0, or -1 with errno when it could not be started.
 */
int pager_show(const char *text, size_t len);

/**
 * pager_prepare() - start what becomes the pager when pager_show() is called
 *
 * For a process that will not be able to start programs later. Does nothing where no pager would
 * be shown; what was started ends with this process when it is not needed.
 */
void pager_prepare(void);

#endif
