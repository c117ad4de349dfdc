/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report: everything a bug report needs in one file, with private data removed.
 *
 * Nothing is rebound or woken; what cannot be read is listed with what is
 * missing, so that an ordinary user gets a useful report too.
 */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "base/sandbox.h"
#include "cli.h"
#include "commands/hwpt_alloc.h"
#include "commands/operation.h"
#include "commands/table.h"
#include "host/collect.h"
#include "host/collect_hwinfo.h"
#include "host/facts.h"
#include "host/names.h"
#include "host/report_doc.h"
#include "host/save.h"
#include "render/report_views.h"

enum {
	KEY_OUTPUT = 'o',
	KEY_TEXT = 0x100,
	KEY_FULL,
	KEY_PROBE,
	KEY_PROMETHEUS,
	KEY_NFD,
	KEY_LABEL,
};

struct report_opts {
	const char *output; /* NULL or "-": standard output */
	const char *label;  /* or NULL */
	bool full, probe;
	int format; /* KEY_TEXT, KEY_PROMETHEUS, KEY_NFD, 0 is JSON */
};

static const struct argp_option options[] = {
	{ "output", KEY_OUTPUT, "FILE", 0, "write FILE, compressed if it ends in .gz, .xz or .zst",
	  0 },
	{ "text", KEY_TEXT, NULL, 0, "text for a person", 0 },
	{ "full", KEY_FULL, NULL, 0, "keep private data", 0 },
	{ "probe", KEY_PROBE, NULL, 0,
	  "try which page tables the kernel allocates (hwpt-alloc --probe)", 0 },
	{ "label", KEY_LABEL, "TEXT", 0, "a name for the machine, kept in the report", 0 },
	{ "prometheus", KEY_PROMETHEUS, NULL, 0, "metrics for the textfile collector", 0 },
	{ "nfd", KEY_NFD, NULL, 0, "features for Node Feature Discovery", 0 },
	{ 0 }
};

static error_t set_format(struct report_opts *o, int key)
{
	if (o->format && o->format != key) {
		err_usage("--text, --prometheus and --nfd exclude each other");
		return EINVAL;
	}
	o->format = key;
	return 0;
}

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	struct report_opts *o = opts;

	(void)cli;
	switch (key) {
	case KEY_OUTPUT:
		o->output = arg;
		return 0;
	case KEY_LABEL:
		o->label = arg;
		return 0;
	case KEY_PROBE:
		o->probe = true;
		return 0;
	case KEY_FULL:
		o->full = true;
		return 0;
	case KEY_TEXT:
	case KEY_PROMETHEUS:
	case KEY_NFD:
		return set_format(o, key);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void json_view(struct out *o, json_object *doc)
{
	doc_render_json(o, doc, false);
}

static void json_line_view(struct out *o, json_object *doc)
{
	doc_render_json(o, doc, true);
}

static doc_view *view_of(const struct cli *cli, const struct report_opts *o)
{
	switch (o->format) {
	case KEY_TEXT:
		return report_text_view;
	case KEY_PROMETHEUS:
		return report_prometheus_view;
	case KEY_NFD:
		return report_nfd_view;
	default:
		return cli->json_lines ? json_line_view : json_view;
	}
}

/* What is said when the report itself went into a file. */
static void written_view(struct out *o, json_object *doc)
{
	size_t unread = (size_t)doc_get_int(doc, "unread", 0);

	out_printf(o, "report written to %s (private data %s)\n", doc_get_str(doc, "file", ""),
		   doc_get_str(doc, "private_data", ""));
	if (unread)
		out_printf(o, "%zu thing%s could not be read: see \"unread\" in it\n", unread,
			   unread == 1 ? "" : "s");
}

static int write_report(struct cli *cli, const struct report_opts *o, json_object *doc)
{
	struct out text = { .verbose = cli->verbose };
	json_object *said = doc_new("report");
	int status;

	view_of(cli, o)(&text, doc);
	status = save_file(o->output, text.data, text.len);
	out_free(&text);
	doc_add(said, "file", doc_str(o->output));
	doc_add(said, "private_data",
		doc_str(doc_get_str(doc_get(doc, "report"), "private_data", "")));
	doc_add(said, "unread", doc_uint(doc_len(doc_get(doc, "unread"))));
	json_object_put(doc);
	if (status == STATUS_OK && (!cli->quiet || cli->json))
		return cli_emit(cli, said, written_view, status);
	json_object_put(said);
	return status;
}

/* Each free device in a context of its own, whatever session the user has. */
static json_object *probe(struct cli *cli, const struct snapshot *snap)
{
	struct cli own = *cli;
	json_object *list = doc_list();

	own.session = own.iommufd = NULL;
	for (size_t i = 0; i < snap->n_devices; i++) {
		struct operation op = { .cli = &own };

		if (!snap->devices[i].hw_info || context_open(&own, &op.ctx) != STATUS_OK)
			continue;
		op.doc = doc_object();
		doc_add(op.doc, "name", doc_str(snap->devices[i].name));
		hwpt_probe(&op, snap->devices[i].name);
		context_close(&op.ctx);
		doc_push(list, op.doc);
	}
	return list;
}

static int run(struct cli *cli, void *opts)
{
	const struct report_opts *o = opts;
	struct snapshot *snap = NULL;
	json_object *doc, *probed = NULL;
	int status;

	if ((cli->from || cli->sysroot) && o->output)
		sandbox_plan(SANDBOX_WRITE);
	status = snapshot_open(cli, COLLECT_IDS | COLLECT_RESERVED, &snap);
	if (status == STATUS_OK && o->probe && snap->source != SNAPSHOT_LIVE)
		status = err_usage("--probe has no meaning for a saved machine");
	if (status != STATUS_OK) {
		snapshot_free(snap);
		return status;
	}
	names_fill(snap);
	if (snap->source == SNAPSHOT_LIVE)
		collect_hw_infos(snap);
	facts_collect(snap, FACTS_ALL);
	if (o->probe)
		probed = probe(cli, snap);
	doc = report_doc(snap, o->full, probed);
	if (o->label)
		doc_add(doc_get(doc, "report"), "label", doc_str(o->label));
	doc_add(doc, "errors", doc_errors());
	snapshot_free(snap);
	if (o->output && strcmp(o->output, "-"))
		return write_report(cli, o, doc);
	return cli_emit(cli, doc, view_of(cli, o), status);
}

const struct command command_report = {
	.name = "report",
	.section = "Look",
	.summary = "all that a bug report needs, without private data",
	.args = "",
	.doc = "Collects the kernel and how it was started, IOMMUs, groups, devices and their PCI "
	       "capabilities, what the kernel says about the hardware, ACPI tables, limits, "
	       "permissions and the IOMMU lines of the kernel log. MAC and IP addresses, serial "
	       "numbers, UUIDs, host and user names and kernel parameters that are not about "
	       "the IOMMU are left out. What could not be read is listed with what is missing. "
	       "Every other command reads such a file with --from.",
	.examples = { "iommuctl report -o machine.json.xz  # one file to attach to a bug report",
		      "iommuctl report --text  # the same as text",
		      "iommuctl list --from machine.json.xz  # look at it elsewhere" },
	.max_args = 0,
	.uses = USES_SNAPSHOT | USES_LINES,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct report_opts),
	.run = run,
};
