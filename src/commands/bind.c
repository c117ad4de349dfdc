/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bind and unbind: a device enters and leaves an iommufd. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands/operation.h"
#include "commands/table.h"
#include "uapi/holders.h"

enum { KEY_TOKEN = 1 };

struct opts {
	bool has_token;
	uint8_t token[16];
};

/* 36 characters: 8-4-4-4-12 hex digits. */
static bool parse_uuid(const char *word, uint8_t *uuid)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t n = 0;

	if (strlen(word) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i]; i++) {
		unsigned int value;

		if (shape[i] == '-') {
			if (word[i] != '-')
				return false;
			continue;
		}
		if (sscanf(word + i, "%1x", &value) != 1)
			return false;
		uuid[n / 2] = (uint8_t)((unsigned int)uuid[n / 2] << 4 | value);
		n++;
	}
	return true;
}

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	if (key != KEY_TOKEN)
		return ARGP_ERR_UNKNOWN;
	o->has_token = true;
	if (parse_uuid(arg, o->token))
		return 0;
	err_usage("'%s' is no VF token: a UUID, 8-4-4-4-12 hex digits", arg);
	return EINVAL;
}

static int act_bind(struct operation *op, void *opts)
{
	const struct opts *o = opts;
	struct context_device d;
	int status = context_bind(&op->ctx, op->cli->args[0], o->has_token ? o->token : NULL, &d);

	if (status != STATUS_OK)
		return status;
	operation_describe(op, ledger_find(&op->ctx.ledger, LEDGER_DEVICE, d.id, 0));
	if (op->ctx.kind == CONTEXT_GIVEN)
		context_warn_words(
			&op->ctx, "bind.ends-with-command", "iommuctl session start --iommufd=FD",
			"the device's descriptor closes when this command exits, and the "
			"device leaves the iommufd again");
	context_device_free(&d);
	return status;
}

/* A copy of the descriptor somewhere else keeps the device, and with it every object, alive. */
static void warn_of_holders(struct operation *op, const struct context_device *d)
{
	const struct refusal_ctx what = { .device = &d->dev };
	struct holders h;

	holders_collect(&h);
	if (holders_of_device(&h, d->dev.name, d->dev.cdev, 0) < h.n)
		context_warn(&op->ctx, "lifetime.device-fd", &what);
	holders_free(&h);
}

static int act_unbind(struct operation *op, void *opts)
{
	struct context_device d;
	int status;

	(void)opts;
	if (op->ctx.kind != CONTEXT_SESSION)
		return err_input(op->cli->args[0], "iommuctl session start",
				 "nothing is bound without a session: a device leaves when the "
				 "command that bound it exits");
	status = context_device(&op->ctx, op->cli->args[0], &d);
	if (status != STATUS_OK)
		return status;
	if (!d.known) {
		status = err_input(op->cli->args[0], "iommuctl session show",
				   "device %s is not one of this session", op->cli->args[0]);
	} else {
		operation_device(op->doc, &d);
		context_unbound(&op->ctx, d.id);
		status = context_commit(&op->ctx) ? STATUS_OK : STATUS_FAILED;
	}
	if (status == STATUS_OK)
		warn_of_holders(op, &d);
	context_device_free(&d);
	return status;
}

static void view_unbind(struct out *o, json_object *doc)
{
	json_object *d = doc_get(doc, "device");

	out_printf(o, "%s (device %" PRId64 ") has left: detached and released\n",
		   doc_get_str(d, "name", "?"), doc_get_int(d, "id", 0));
}

static int run_bind(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_bind, operation_object_view);
}

static int run_unbind(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act_unbind, view_unbind);
}

static const struct argp_option options[] = {
	{ "vf-token", KEY_TOKEN, "UUID", 0, "the token of a VF whose physical function VFIO has",
	  0 },
	{ 0 }
};

const struct command command_bind = {
	.name = "bind",
	.section = "Devices and objects",
	.summary = "bind a VFIO device to the iommufd",
	.args = "DEVICE",
	.doc = "Opens the VFIO device and binds it to the session's iommufd, which takes its group "
	       "and resets it. In a session that is a step of its own because it lasts; without a "
	       "session other commands bind their device themselves, until they exit.",
	.examples = { "iommuctl bind 0000:01:00.0  # into the current session",
		      "iommuctl bind vfio0 --vf-token=00112233-4455-6677-8899-aabbccddeeff" },
	.min_args = 1,
	.max_args = 1,
	.uses = USES_SESSION,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run_bind,
};

const struct command command_unbind = {
	.name = "unbind",
	.section = "Devices and objects",
	.summary = "let a device leave the session",
	.args = "DEVICE",
	.doc = "Closes the device's descriptor, which is the only way in which a device object "
	       "ends: "
	       "it is detached from everything, its vDEVICE is destroyed and its group is free "
	       "again. IOASes and HWPTs stay.",
	.examples = { "iommuctl unbind 0000:01:00.0", "iommuctl unbind 1  # by its object id" },
	.min_args = 1,
	.max_args = 1,
	.uses = USES_SESSION,
	.run = run_unbind,
};
