/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a file that somebody may get to see: atomic, private, never through a
 * symbolic link, compressed when its name says so.
 */
#ifndef IOMMUCTL_HOST_SAVE_H
#define IOMMUCTL_HOST_SAVE_H

#include <stddef.h>

/**
 * save_file() - write @data to @path
 * @path: compressed when it ends in .gz, .xz or .zst
 *
 * The file appears whole, with mode 0600, or not at all; one that is there is
 * replaced when it is a regular file. Returns STATUS_OK, STATUS_FAILED or
 * STATUS_TROUBLE, reported.
 */
int save_file(const char *path, const void *data, size_t len);

#endif
