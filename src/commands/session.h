/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the session commands share: options of a new session, and finding one. */
#ifndef IOMMUCTL_COMMANDS_SESSION_H
#define IOMMUCTL_COMMANDS_SESSION_H

#include "cli.h"

/** --idle of "session start" and "session exec". */
error_t session_option_idle(const char *word, unsigned int *seconds);

/** The session that is meant: an operand, -S, IOMMUCTL_SESSION. NULL: reported. */
const char *session_wanted(const struct cli *cli);

/** For completion: the names of the sessions that are alive. */
void session_complete(const char *command, struct out *o);

/** This user's sessions as a list of documents: "name", "path", "state", and "keeper" of those
 *  that are alive. @current: path of the session that is marked, or NULL. */
json_object *session_list_doc(const char *current);

#endif
