/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unpacked sosreports, and other trees that lack most of sysfs. */
#include "config.h"
#include "host/sosreport.h"

#include <stddef.h>

const char *const sosreport_logs[] = {
	"sos_commands/kernel/dmesg",
	"sos_commands/kernel/dmesg_-T",
	"var/log/dmesg",
	"var/log/kern.log",
	NULL,
};
