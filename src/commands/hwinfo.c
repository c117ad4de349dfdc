/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hwinfo: the capability registers of IOMMUs, decoded.
 *
 * The kernel is asked through iommufd where a device behind the IOMMU is bound
 * to a VFIO driver and free; what sysfs has is shown otherwise, and said to be
 * that. Works on saved reports and copied trees too.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "commands/hwinfo_get.h"
#include "commands/table.h"
#include "decode/payload.h"
#include "host/collect.h"
#include "host/collect_hwinfo.h"
#include "host/hwinfo_doc.h"
#include "host/resolve.h"
#include "session/client.h"
#include "session/launch.h"
#include "session/show.h"
#include "uapi/uapi.h"

enum { OPT_TYPE = 't', OPT_BUFFER = 0x100, OPT_RAW, OPT_GET, OPT_DIAGRAM };
enum { BUFFER_MAX = 1024 * 1024, CANDIDATES = 8 };

struct hwinfo_opts {
	bool has_type, raw, diagram;
	uint32_t type;
	const char *buffer; /* --buffer-size as it was typed */
	uint32_t buffer_size;
	const char *get;
};

static const struct argp_option options[] = {
	{ "type", OPT_TYPE, "TYPE", 0, "ask for this type of information (Linux 6.17 and newer)",
	  0 },
	{ "raw", OPT_RAW, NULL, 0,
	  "print the bytes as the kernel gave them (hex digits on a terminal)", 0 },
	{ "buffer-size", OPT_BUFFER, "N", 0, "ask once, with a buffer of N bytes", 0 },
	{ "diagram", OPT_DIAGRAM, NULL, 0,
	  "draw each register as boxes of bits, as specifications do", 0 },
	{ "get", OPT_GET, "PATH", 0, "print one bare value, such as capabilities.pasid_bits", 0 },
	{ 0 }
};

static error_t set_buffer_size(struct hwinfo_opts *opts, const char *arg)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(arg, &end, 0);
	if (errno || end == arg || *end || *arg == '-' || n > BUFFER_MAX) {
		err_usage("'%s' is not a size for --buffer-size: 0 to %d bytes", arg, BUFFER_MAX);
		return EINVAL;
	}
	opts->buffer = arg;
	opts->buffer_size = (uint32_t)n;
	return 0;
}

static error_t set_type(struct hwinfo_opts *opts, const char *arg)
{
	uint64_t value;

	if (uapi_names_option(&uapi_hw_info_types, arg, &value))
		return EINVAL;
	if (value > UINT32_MAX) {
		err_usage("'%s' is not a type: it has 32 bits", arg);
		return EINVAL;
	}
	opts->has_type = true;
	opts->type = (uint32_t)value;
	return 0;
}

static error_t option(struct cli *cli, void *data, int key, char *arg)
{
	struct hwinfo_opts *opts = data;

	(void)cli;
	switch (key) {
	case OPT_TYPE:
		return set_type(opts, arg);
	case OPT_BUFFER:
		return set_buffer_size(opts, arg);
	case OPT_RAW:
		opts->raw = true;
		return 0;
	case OPT_DIAGRAM:
		opts->diagram = true;
		return 0;
	case OPT_GET:
		opts->get = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- asking -------------------------------------------------------------------------------- */

/* A device that is bound in the iommufd at hand already. */
struct bound {
	char *name;
	uint32_t id;
};

struct job {
	struct cli *cli;
	const struct hwinfo_opts *opts;
	struct snapshot *snap;
	struct hwinfo_request req;
	int status;

	int iommufd;       /* of a session or of the caller, -1 none */
	bool iommufd_lent; /* by a session: to be closed */
	struct bound *bound;
	size_t n_bound;
};

static bool is_live(const struct job *job)
{
	return job->snap->source == SNAPSHOT_LIVE;
}

static void failed(struct job *job)
{
	job->status = STATUS_FAILED;
}

/* A saved answer of another type than the one asked for is no answer. */
static bool saved_fits(struct job *job, const struct host_device *dev)
{
	return dev->hw_info && (!job->opts->has_type || !job->opts->type ||
				dev->hw_info->data_type == job->opts->type);
}

/* Id of a device in the iommufd at hand, or 0. */
static uint32_t bound_id(const struct job *job, const struct host_device *dev)
{
	for (size_t i = 0; i < job->n_bound; i++)
		if (!strcmp(job->bound[i].name, dev->name))
			return job->bound[i].id;
	return 0;
}

/* Asks about @dev when it can be asked about. @say: a failure is the user's to know. */
static void ask(struct job *job, struct host_device *dev, bool say)
{
	uint32_t id = bound_id(job, dev);
	int ret = 0;

	if (!is_live(job) || dev->hw_info)
		return;
	if (id)
		ret = collect_hw_info_bound(job->snap, dev, job->iommufd, id, &job->req, say);
	else if (dev->cdev)
		ret = collect_hw_info(job->snap, dev, &job->req, say);
	if (ret && say)
		failed(job);
}

static bool is_candidate(const struct job *job, const struct host_device *dev,
			 const struct host_iommu *iommu)
{
	return dev->cdev && !dev->hw_info && strncmp(dev->cdev, "noiommu-", 8) &&
	       device_iommu(job->snap, dev) == iommu;
}

/* Through the first device behind the IOMMU that is free. */
static void ask_iommu(struct job *job, const struct host_iommu *iommu)
{
	struct snapshot *snap = job->snap;
	unsigned int tried = 0;

	for (size_t i = 0; i < snap->n_devices && tried < CANDIDATES; i++) {
		struct host_device *dev = &snap->devices[i];

		if (!is_candidate(job, dev, iommu))
			continue;
		ask(job, dev, false);
		if (dev->hw_info)
			return;
		tried++;
	}
}

/* --- entries ------------------------------------------------------------------------------- */

static const char *type_text(const struct job *job, char *buf, size_t size)
{
	const char *name = uapi_name_of(&uapi_hw_info_types, job->opts->type);

	snprintf(buf, size, "0x%" PRIx32, job->opts->type);
	return name ? name : buf;
}

/* What was asked for by type, or by the size of the buffer, only the kernel's answer can be. */
static bool wants_answer(const struct job *job)
{
	return job->opts->has_type || job->opts->raw || job->opts->buffer;
}

static void say_no_answer(struct job *job, json_object *entry)
{
	char number[16];
	const char *name = doc_get_str(entry, "name", ""), *hint = doc_get_str(entry, "hint", NULL);

	failed(job);
	if (job->opts->has_type)
		err_report(0, name, hint, "iommuctl hwinfo without --type shows what there is",
			   "no information of type %s on %s",
			   type_text(job, number, sizeof(number)), name);
	else
		err_report(
			0, name, hint, "iommuctl list shows which devices VFIO has",
			"no bytes of %s: they come from the kernel through a device that VFIO has",
			name);
}

/* What cannot be shown is reported; what can goes into the list. */
static void take(struct job *job, json_object *list, json_object *entry, bool answered, bool said)
{
	if (wants_answer(job) && !answered) {
		if (!said)
			say_no_answer(job, entry);
		json_object_put(entry);
		return;
	}
	if (!hwinfo_is_known(entry) && !said) {
		failed(job);
		err_report(0, doc_get_str(entry, "name", NULL), doc_get_str(entry, "hint", NULL),
			   NULL, "nothing is known of the hardware of %s",
			   doc_get_str(entry, "name", ""));
	}
	doc_push(list, entry);
}

static void add_iommu(struct job *job, json_object *list, const struct host_iommu *iommu)
{
	struct snapshot *snap = job->snap;
	bool answered = false;

	ask_iommu(job, iommu);
	for (size_t i = 0; i < snap->n_devices; i++)
		answered |= device_iommu(snap, &snap->devices[i]) == iommu &&
			    saved_fits(job, &snap->devices[i]);
	take(job, list, hwinfo_iommu_doc(snap, iommu), answered, false);
}

static void say_no_iommu(struct job *job, const struct host_device *dev)
{
	char *hint = snapshot_state_hint(job->snap);

	failed(job);
	err_report(0, dev->name,
		   hint ? hint : "it is not translated: no IOMMU is responsible for it",
		   "iommuctl list", "%s has no IOMMU", dev->name);
	free(hint);
}

static void add_device(struct job *job, json_object *list, const struct host_device *found)
{
	struct host_device *dev = &job->snap->devices[found - job->snap->devices];
	size_t said = err_count();
	json_object *entry;

	ask(job, dev, true);
	if (!dev->hw_info && dev->iommu < 0 && err_count() == said)
		say_no_iommu(job, dev);
	/* A saved machine says again why there is no answer. */
	if (!is_live(job) && dev->hw_info_why && err_count() == said) {
		failed(job);
		err_report(0, dev->name, NULL, NULL, "%s", dev->hw_info_why);
	}
	entry = hwinfo_device_doc(job->snap, dev);
	if (dev->iommu < 0 && !dev->hw_info)
		json_object_put(entry);
	else
		take(job, list, entry, saved_fits(job, dev), err_count() > said);
}

static size_t count_hardware(const struct snapshot *snap)
{
	size_t n = 0;

	for (size_t i = 0; i < snap->n_iommus; i++)
		n += iommu_is_hardware(&snap->iommus[i]);
	return n;
}

static json_object *build(struct job *job, const struct resolved *names, size_t n_names)
{
	json_object *doc = doc_new("hwinfo"), *iommus = doc_list(), *devices = doc_list();

	for (size_t i = 0; i < n_names; i++) {
		if (names[i].iommu)
			add_iommu(job, iommus, names[i].iommu);
		else
			add_device(job, devices, names[i].device);
	}
	for (size_t i = 0; !n_names && i < job->snap->n_iommus; i++)
		if (iommu_is_hardware(&job->snap->iommus[i]))
			add_iommu(job, iommus, &job->snap->iommus[i]);
	doc_add(doc, "iommus", iommus);
	doc_add(doc, "devices", devices);
	return doc;
}

/* --- output --------------------------------------------------------------------------------- */

static void entries_view(struct out *o, json_object *list, doc_view *entry_view, bool *first)
{
	for (size_t i = 0; i < doc_len(list); i++) {
		if (!*first)
			out_str(o, "\n");
		*first = false;
		entry_view(o, doc_at(list, i));
	}
}

/* The same hardware: what is left out of this is where it is and how it is asked about. */
static bool alike(json_object *a, json_object *b)
{
	static const char *const keys[] = {
		"type",  "version", "product", "registers", "capabilities", "warnings",
		"flags", "errata",  "hw_info", "raw",       "extra",        "disagreements"
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!json_object_equal(doc_get(a, keys[i]), doc_get(b, keys[i])))
			return false;
	return hwinfo_is_known(a) && hwinfo_is_known(b);
}

/* Large machines have a dozen IOMMUs of one kind: on a terminal the later ones are shown in short.
 */
static void iommu_view(struct out *o, json_object *list, size_t which)
{
	for (size_t i = 0; o->width && !o->verbose && i < which; i++) {
		if (!alike(doc_at(list, i), doc_at(list, which)))
			continue;
		hwinfo_entry_alike_view(o, doc_at(list, which),
					doc_get_str(doc_at(list, i), "name", ""));
		return;
	}
	hwinfo_entry_view(o, doc_at(list, which));
}

static void view(struct out *o, json_object *doc)
{
	json_object *iommus = doc_get(doc, "iommus");
	bool first = !doc_len(iommus);

	for (size_t i = 0; i < doc_len(iommus); i++) {
		if (i)
			out_str(o, "\n");
		iommu_view(o, iommus, i);
	}
	entries_view(o, doc_get(doc, "devices"), hwinfo_entry_view, &first);
}

static void diagrams(struct out *o, json_object *doc)
{
	bool first = true;

	entries_view(o, doc_get(doc, "iommus"), hwinfo_entry_diagram, &first);
	entries_view(o, doc_get(doc, "devices"), hwinfo_entry_diagram, &first);
}

static json_object *all_entries(json_object *doc)
{
	static const char *const keys[] = { "iommus", "devices" };
	json_object *all = doc_list();

	for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
		for (size_t i = 0; i < doc_len(doc_get(doc, keys[k])); i++)
			doc_push(all, json_object_get(doc_at(doc_get(doc, keys[k]), i)));
	return all;
}

static int emit_value(struct job *job, json_object *doc)
{
	json_object *all = all_entries(doc), *values = hwinfo_get(all, job->opts->get);

	json_object_put(all);
	json_object_put(doc);
	return values ? cli_emit(job->cli, values, hwinfo_values_view, job->status)
		      : STATUS_TROUBLE;
}

static void write_hex(struct out *o, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out_printf(o, "%02x%s", data[i], i + 1 == len || i % 16 == 15 ? "\n" : " ");
}

static const struct host_device *answered_device(struct job *job, const char *name)
{
	for (size_t i = 0; name && i < job->snap->n_devices; i++)
		if (job->snap->devices[i].hw_info && !strcmp(job->snap->devices[i].name, name))
			return &job->snap->devices[i];
	return NULL;
}

/* The bytes, and nothing else. */
static int emit_raw(struct job *job, json_object *doc)
{
	json_object *all = all_entries(doc);
	const struct host_device *dev =
		answered_device(job, doc_get_str(doc_at(all, 0), "device", NULL));
	struct out o;

	json_object_put(all);
	json_object_put(doc);
	if (!dev)
		return job->status;
	if (dev->hw_info->data_len != dev->hw_info->data_have)
		err_note("the kernel has %" PRIu32 " bytes, the buffer %" PRIu32,
			 dev->hw_info->data_len, dev->hw_info->data_have);
	cli_out_init(job->cli, &o);
	if (isatty(STDOUT_FILENO))
		write_hex(&o, dev->hw_info->data, dev->hw_info->data_have);
	else
		out_raw(&o, dev->hw_info->data, dev->hw_info->data_have);
	job->cli->emitted = true;
	return cli_out_done(job->cli, &o, job->status);
}

/* --- the command ------------------------------------------------------------------------------ */

static int check_options(struct job *job, size_t n_names)
{
	const struct hwinfo_opts *opts = job->opts;
	size_t n = n_names ? n_names : count_hardware(job->snap);

	if (opts->raw && opts->get)
		return err_usage("--raw and --get exclude each other");
	if (opts->diagram && (opts->raw || opts->get))
		return err_usage("--diagram and --%s exclude each other",
				 opts->raw ? "raw" : "get");
	if (opts->raw && n > 1)
		return err_usage("--raw is for one device or IOMMU, and there are %zu: name one",
				 n);
	if (opts->buffer && !is_live(job))
		return err_usage("--buffer-size asks the running kernel, not a saved machine");
	return STATUS_OK;
}

/* Exactly one line: most virtual machines are so. */
static int no_iommu(struct job *job)
{
	char *hint = snapshot_state_hint(job->snap);

	err_plain(0, "%s", hint ? hint : "no IOMMU");
	free(hint);
	return STATUS_FAILED;
}

static int show(struct job *job, const struct resolved *names, size_t n_names)
{
	json_object *doc;
	int status = check_options(job, n_names);

	if (status)
		return status;
	if (!n_names && !count_hardware(job->snap))
		job->status = no_iommu(job);
	doc = build(job, names, n_names);
	/* Nothing to show, and that was said. */
	if (!job->cli->json && !doc_len(doc_get(doc, "iommus")) &&
	    !doc_len(doc_get(doc, "devices"))) {
		json_object_put(doc);
		return job->status;
	}
	if (job->opts->get)
		return emit_value(job, doc);
	if (job->opts->raw && !job->cli->json)
		return emit_raw(job, doc);
	return cli_emit(job->cli, doc, job->opts->diagram ? diagrams : view, job->status);
}

static void add_bound(struct job *job, const char *name, uint32_t id)
{
	job->bound = mem_grow(job->bound, job->n_bound, sizeof(*job->bound));
	job->bound[job->n_bound++] = (struct bound) { mem_strdup(name), id };
}

/* An object id is the name of a device that only the iommufd knows (a mock device has no other). */
static void add_object(struct job *job, const char *word)
{
	char *end;
	unsigned long long id;

	errno = 0;
	id = strtoull(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || errno || !id || id > UINT32_MAX)
		return;
	snapshot_add_device(job->snap, "iommufd", word);
	add_bound(job, word, (uint32_t)id);
}

/* Reading what is bound needs no turn: the session's other commands go on. */
static int open_session(struct job *job)
{
	struct ledger ledger = { 0 };
	struct session session;
	int status = session_connect(job->cli->session, &session);
	struct ledger_entry *context;

	if (status)
		return status;
	context =
		session_read(&session, &ledger) ? ledger_find(&ledger, LEDGER_CONTEXT, 0, 0) : NULL;
	job->iommufd = context ? session_fetch(&session, context) : -1;
	job->iommufd_lent = true;
	ledger_each(&ledger, LEDGER_DEVICE, e)
	{
		char *name = show_device_name(e);

		add_bound(job, name, e->id);
		free(name);
	}
	ledger_clear(&ledger);
	session_close(&session);
	return job->iommufd < 0 ? STATUS_TROUBLE : STATUS_OK;
}

/* The iommufd that the command line names, with what is bound in it. */
static int open_context(struct job *job)
{
	struct cli *cli = job->cli;
	bool session = cli->session && *cli->session;
	int status;

	if (!is_live(job) && cli->iommufd)
		return err_usage("--iommufd asks the running kernel, not a saved machine");
	if (!is_live(job) || (!cli->iommufd && !session))
		return STATUS_OK;
	status = cli->iommufd ? launch_given_iommufd(cli->iommufd, &job->iommufd)
			      : open_session(job);
	if (status)
		return status;
	for (int i = 0; i < cli->n_args; i++)
		add_object(job, cli->args[i]);
	snapshot_finish(job->snap);
	return STATUS_OK;
}

static void close_job(struct job *job)
{
	for (size_t i = 0; i < job->n_bound; i++)
		free(job->bound[i].name);
	free(job->bound);
	if (job->iommufd_lent && job->iommufd >= 0)
		close(job->iommufd);
	snapshot_free(job->snap);
}

static int run(struct cli *cli, void *data)
{
	const struct hwinfo_opts *opts = data;
	struct job job = { .cli = cli, .opts = opts, .status = STATUS_OK, .iommufd = -1 };
	struct resolved *names = NULL;
	size_t n_names = 0;
	int status = snapshot_open(cli, 0, &job.snap);

	if (status)
		return status;
	status = open_context(&job);
	job.req = (struct hwinfo_request) { .type = opts->has_type ? &opts->type : NULL,
					    .sized = opts->buffer != NULL,
					    .size = opts->buffer_size };
	if (!status && cli->n_args)
		status = resolve_words(job.snap, cli->args, (size_t)cli->n_args,
				       RESOLVE_DEVICE | RESOLVE_IOMMU, &names, &n_names);
	if (!status)
		status = show(&job, names, n_names);
	free(names);
	close_job(&job);
	return status;
}

const struct command command_hwinfo = {
	.name = "hwinfo",
	.section = "Look",
	.summary = "show what the hardware of an IOMMU can do",
	.args = "[DEVICE|IOMMU]...",
	.doc = "Shows the capability registers of the IOMMU behind each DEVICE, or of each IOMMU, "
	       "decoded; of every IOMMU when none is named. Where a VFIO driver has a device and "
	       "nobody holds it, the kernel is asked through iommufd; otherwise what sysfs has is "
	       "shown. No driver is rebound. With a session or --iommufd a DEVICE can be an object "
	       "id, and devices that are bound there are asked about.",
	.examples = { "iommuctl hwinfo  # every IOMMU of this machine",
		      "iommuctl hwinfo 0000:3b:00.0 --get capabilities.pasid_bits  # one bare "
		      "value",
		      "iommuctl hwinfo --from report.json --diagram  # bit by bit, of a saved "
		      "machine" },
	.max_args = -1,
	.uses = USES_SNAPSHOT | USES_SESSION,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct hwinfo_opts),
	.run = run,
};
