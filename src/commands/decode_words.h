/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode --type: registers as words of the command line, or as the bytes of hwinfo --raw.
 */
#ifndef IOMMUCTL_COMMANDS_DECODE_WORDS_H
#define IOMMUCTL_COMMANDS_DECODE_WORDS_H

#include <stdbool.h>

#include "cli.h"
#include "decode/field.h"

/** Decode the operands, NAME=VALUE, as registers of @arch. Returns an exit status; reported. */
int decode_words(struct cli *cli, const struct arch *arch, bool diagram);

/**
 * decode_hex() - decode the payload of a hardware information
 * @path: a file with its bytes, binary or as hex digits; "-" is standard input
 *
 * Confines the process before it looks at the bytes. Returns an exit status; reported.
 */
int decode_hex(struct cli *cli, const struct arch *arch, const char *path, bool diagram);

#endif
