/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands for iommufd offer to complete: objects of the session, names of flags and
 * types. */
#ifndef IOMMUCTL_COMMANDS_COMPLETE_UAPI_H
#define IOMMUCTL_COMMANDS_COMPLETE_UAPI_H

#include <stdbool.h>

#include "base/out.h"

/**
 * complete_objects() - the session's objects that a word can mean
 * @kind: IOAS, HWPT, PT, VIOMMU, QUEUE or ID
 * @command: decides with the kind which types of objects are offered
 *
 * The session is that of IOMMUCTL_SESSION. False when @kind is no kind of object.
 */
bool complete_objects(const char *kind, const char *command, struct out *o);

/** Names from the interface: TYPE, FLAGS, NAME, VERB, ANSWER, COMMAND, IOCTL,
 *  ERRNO. False when @command
 *  has no such names for @kind. */
bool complete_names(const char *kind, const char *command, struct out *o);

#endif
