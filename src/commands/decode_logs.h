/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode, given files: kernel logs, and saved machines among them.
 */
#ifndef IOMMUCTL_COMMANDS_DECODE_LOGS_H
#define IOMMUCTL_COMMANDS_DECODE_LOGS_H

#include <stdbool.h>

#include "cli.h"

/**
 * decode_logs() - decode the operands as files, standard input when there is none
 * @fold: faults that repeat are one entry of the text
 *
 * Confines the process before it looks at what it reads. Returns an exit
 * status: STATUS_TROUBLE when nothing could be read; reported.
 */
int decode_logs(struct cli *cli, bool fold);

#endif
