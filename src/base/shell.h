/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words for a shell: names that come from a machine, or from somebody's file,
 * in commands that people copy and shells evaluate.
 */
#ifndef IOMMUCTL_BASE_SHELL_H
#define IOMMUCTL_BASE_SHELL_H

/** @s in single quotes, whatever is in it. To be freed. */
char *shell_quoted(const char *s);

/** @s as it is when nothing in it is special to a shell, else in single quotes. To be freed. */
char *shell_word(const char *s);

#endif
