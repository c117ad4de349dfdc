/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode: register words, hardware-information dumps and kernel logs, offline.
 *
 * Three inputs, three ways: words (NAME=VALUE) and bytes (--hex), both in
 * decode_words.c, and logs (files), in decode_logs.c.
 */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "commands/decode_logs.h"
#include "commands/decode_words.h"
#include "commands/table.h"
#include "decode/field.h"
#include "render/fields.h"

enum {
	OPT_TYPE = 't',
	OPT_HEX = 'x',
	OPT_LIST_FIELDS = 0x101,
	OPT_NO_FOLD,
	OPT_DIAGRAM,
};

struct decode_opts {
	const char *type;
	const char *hex;
	const char *list_type;
	bool list_fields, no_fold, diagram;
};

static const struct argp_option options[] = {
	{ "type", OPT_TYPE, "TYPE", 0, "the words or bytes are registers of this architecture", 0 },
	{ "hex", OPT_HEX, "FILE", 0,
	  "read the bytes of 'hwinfo --raw', binary or as hex digits; - is standard input", 0 },
	{ "diagram", OPT_DIAGRAM, NULL, 0,
	  "draw each register as boxes of bits, as specifications do", 0 },
	{ "list-fields", OPT_LIST_FIELDS, "TYPE", OPTION_ARG_OPTIONAL,
	  "list all fields, of one architecture or of all", 0 },
	{ "no-fold", OPT_NO_FOLD, NULL, 0, "show each fault of a log, also when it repeats", 0 },
	{ 0 }
};

static error_t option(struct cli *cli, void *data, int key, char *arg)
{
	struct decode_opts *opts = data;

	(void)cli;
	switch (key) {
	case OPT_TYPE:
		opts->type = arg;
		return 0;
	case OPT_HEX:
		opts->hex = arg;
		return 0;
	case OPT_DIAGRAM:
		opts->diagram = true;
		return 0;
	case OPT_LIST_FIELDS:
		opts->list_fields = true;
		opts->list_type = arg;
		return 0;
	case OPT_NO_FOLD:
		opts->no_fold = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- the three ways ------------------------------------------------------------------------- */

static int unknown_type(const char *type)
{
	const char *names[16], *near;
	char *all = NULL;
	size_t n = 0;
	int status;

	for (; n < ARRAY_SIZE(names) && archs[n]; n++) {
		names[n] = archs[n]->type;
		all = mem_append(all, ", ", names[n]);
	}
	near = cli_nearest(type, names, n);
	if (near)
		status = err_usage("unknown type '%s' (did you mean '%s'?)", type, near);
	else
		status = err_usage("unknown type '%s': %s", type, all);
	free(all);
	return status;
}

static int list_fields(struct cli *cli, const char *type)
{
	json_object *doc = doc_new("decode");
	int status;

	if (!fields_doc(doc, type))
		status = unknown_type(type);
	else if (cli->n_args)
		status = err_usage("--list-fields takes no operand: '%s'", cli->args[0]);
	else
		return cli_emit(cli, doc, fields_view, STATUS_OK);
	json_object_put(doc);
	return status;
}

static int decode_registers(struct cli *cli, const struct decode_opts *opts)
{
	const struct arch *arch = arch_find(opts->type);

	if (!arch)
		return unknown_type(opts->type);
	if (opts->hex)
		return decode_hex(cli, arch, opts->hex, opts->diagram);
	if (!cli->n_args)
		return err_usage("--type=%s needs register words (NAME=VALUE) or --hex=FILE",
				 opts->type);
	return decode_words(cli, arch, opts->diagram);
}

static int run(struct cli *cli, void *data)
{
	const struct decode_opts *opts = data;

	if (opts->diagram && (!opts->type || opts->list_fields))
		return err_usage("--diagram draws register words or bytes: it needs --type=TYPE");
	if (opts->list_fields)
		return list_fields(cli, opts->list_type);
	if (opts->hex && !opts->type)
		return err_usage("--hex needs --type=TYPE");
	if (opts->type)
		return decode_registers(cli, opts);
	if (!cli->n_args && isatty(STDIN_FILENO))
		return err_usage("which log? (- is standard input)");
	return decode_logs(cli, !opts->no_fold);
}

const struct command command_decode = {
	.name = "decode",
	.section = "Look",
	.summary = "decode register words, kernel logs and reports, offline",
	.args = "[FILE|NAME=VALUE]...",
	.doc = "Reads kernel logs (dmesg, journalctl -k, syslog, Xen, mails; plain or compressed "
	       "with "
	       "gzip, xz or zstd; - or nothing is standard input) and shows what they say about "
	       "IOMMUs: registers decoded field by field, faults with their reason, settings, "
	       "firmware bugs, groups. A file that 'report' wrote gives the registers and log "
	       "lines that it holds. With --type it decodes register words, or with --hex the "
	       "bytes that 'hwinfo --raw' wrote.",
	.examples = { "dmesg | iommuctl decode  # what the log says about "
		      "IOMMUs",
		      "iommuctl decode --json kern.log.1.xz  # the same as a document",
		      "iommuctl decode --type=intel-vtd CAP=0xd2008c40660462 ECAP=0xf050da" },
	.min_args = 0,
	.max_args = -1,
	.uses = USES_LINES,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct decode_opts),
	.run = run,
};
