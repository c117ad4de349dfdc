/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check: can this machine, or a device, do what is wanted, and if not, why and what to do. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check/check.h"
#include "check/consumers.h"
#include "commands/table.h"
#include "host/collect.h"
#include "host/collect_hwinfo.h"
#include "host/facts.h"
#include "host/resolve.h"
#include "host/usable.h"

enum { KEY_FOR = 1, KEY_LIST_FINDINGS };

struct check_opts {
	const char *consumer;
	bool list_findings;
};

static const struct argp_option options[] = {
	{ "for", KEY_FOR, "VMM", 0,
	  "apply the rules of a VMM to goal nested, and print the largest guest configuration that "
	  "passes: qemu, libvirt or cloud-hypervisor",
	  0 },
	{ "list-findings", KEY_LIST_FINDINGS, NULL, 0,
	  "list everything that can be found, and stop", 0 },
	{ 0 }
};

static bool is_consumer(const char *name)
{
	for (size_t i = 0; consumer_names[i]; i++)
		if (!strcmp(consumer_names[i], name))
			return true;
	return false;
}

static error_t option(struct cli *cli, void *data, int key, char *arg)
{
	struct check_opts *opts = data;

	(void)cli;
	switch (key) {
	case KEY_FOR:
		if (!is_consumer(arg)) {
			err_usage("'%s' is not a VMM of --for: qemu, libvirt or cloud-hypervisor",
				  arg);
			return EINVAL;
		}
		opts->consumer = arg;
		return 0;
	case KEY_LIST_FINDINGS:
		opts->list_findings = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- operands: goals, then devices, in any order ---------------------------------------------- */

static bool is_device(const struct snapshot *snap, const char *word)
{
	for (size_t i = 0; i < snap->n_devices; i++)
		if (!strcmp(snap->devices[i].name, word) ||
		    (snap->devices[i].cdev && !strcmp(snap->devices[i].cdev, word)))
			return true;
	return false;
}

/* A word that nobody would call a device: it was meant to be a goal. */
static int bad_goal(const struct snapshot *snap, const char *word)
{
	const char *names[GOAL_COUNT], *near;
	struct out all = { 0 };
	int status = STATUS_OK;

	for (size_t i = 0; i < GOAL_COUNT; i++) {
		names[i] = check_goals[i].name;
		out_printf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	out_raw(&all, "", 1);
	near = cli_nearest(word, names, GOAL_COUNT);
	if (is_device(snap, word))
		status = STATUS_OK;
	else if (near)
		status = err_usage("'%s' is no goal (did you mean '%s'?)", word, near);
	else if (*word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyz-")])
		status = err_usage("'%s' is no device, and no goal: %s", word, all.data);
	out_free(&all);
	return status;
}

static int sort_operands(const struct cli *cli, const struct snapshot *snap, struct check_run *run,
			 size_t *devices)
{
	for (int i = 0; i < cli->n_args; i++) {
		int goal = check_goal_find(cli->args[i]), status;
		const struct host_device *dev;
		bool twice = false;

		if (goal >= 0) {
			run->goals |= 1u << goal;
			continue;
		}
		status = bad_goal(snap, cli->args[i]);
		if (status == STATUS_OK)
			status = resolve_device(snap, cli->args[i], &dev);
		if (status != STATUS_OK)
			return status;
		for (size_t n = 0; n < run->n_devices; n++)
			twice |= devices[n] == (size_t)(dev - snap->devices);
		if (!twice)
			devices[run->n_devices++] = (size_t)(dev - snap->devices);
	}
	if (run->consumer && run->goals && !(run->goals & 1u << GOAL_NESTED))
		return err_usage("--for is about goal nested");
	if (!run->goals)
		run->goals = run->consumer ? 1u << GOAL_NESTED : (1u << GOAL_COUNT) - 1;
	run->devices = devices;
	return STATUS_OK;
}

/* --- a line for scripts ----------------------------------------------------------------------- */

/* The first finding that made the goal what it is. */
static const char *deciding_finding(json_object *doc, const char *goal, const char *status)
{
	json_object *list = doc_get(doc, "findings");

	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *f = doc_at(list, i);

		if (!strcmp(doc_get_str(f, "goal", ""), goal) &&
		    !strcmp(doc_get_str(f, "status", ""), status))
			return doc_get_str(f, "id", "");
	}
	return "";
}

static void quiet_view(struct out *o, json_object *doc)
{
	json_object *goals = doc_get(doc, "goals");

	for (size_t i = 0; i < doc_len(goals); i++) {
		const char *goal = doc_get_str(doc_at(goals, i), "goal", "");
		const char *status = doc_get_str(doc_at(goals, i), "status", "");

		out_printf(o, "%s %s", goal, status);
		if (strcmp(status, "pass"))
			out_printf(o, " %s", deciding_finding(doc, goal, status));
		out_str(o, "\n");
	}
}

/* --- the command ------------------------------------------------------------------------------ */

static int list_findings(struct cli *cli)
{
	json_object *doc = doc_new("check");

	doc_add(doc, "known_findings", check_list_findings());
	return cli_emit(cli, doc, check_view_findings, STATUS_OK);
}

static json_object *join(json_object *to, json_object *from)
{
	json_object_object_foreach(from, key, value) doc_add_copy(to, key, json_object_get(value));
	json_object_put(from);
	return to;
}

static int judge(struct cli *cli, const struct check_opts *opts, struct snapshot *snap)
{
	struct check_run run = { .consumer = opts->consumer };
	size_t *devices = mem_alloc(((size_t)cli->n_args + 1) * sizeof(*devices));
	int status = sort_operands(cli, snap, &run, devices);

	if (status == STATUS_OK) {
		struct facts *facts = fact_new(snap);
		json_object *doc;

		run.facts = facts;
		doc = join(doc_new("check"), check_run_all(&run));
		fact_free(facts);
		status = cli_emit(cli, doc, cli->quiet ? quiet_view : check_view,
				  check_exit_status(&run));
	}
	free(devices);
	return status;
}

/* Who holds devices takes a look at every process: only where one can be held. */
static unsigned int wanted_facts(const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->n_devices; i++)
		if (device_on_vfio(&snap->devices[i]))
			return FACTS_ALL;
	return FACTS_ALL & ~FACTS_HOLDERS;
}

static int run(struct cli *cli, void *data)
{
	const struct check_opts *opts = data;
	struct snapshot *snap;
	int status;

	if (opts->list_findings)
		return list_findings(cli);
	status = snapshot_open(cli, COLLECT_IDS | COLLECT_RESERVED, &snap);
	if (status != STATUS_OK)
		return status;
	if (snap->source == SNAPSHOT_LIVE)
		collect_hw_infos(snap);
	facts_collect(snap, wanted_facts(snap));
	status = judge(cli, opts, snap);
	snapshot_free(snap);
	return status;
}

const struct command command_check = {
	.name = "check",
	.section = "Look",
	.summary = "what this machine can do, why not, and what to do",
	.args = "[GOAL|DEVICE]...",
	.doc = "Judges goals (passthrough, nested, dirty-tracking, pasid, page-requests, "
	       "interrupt-remapping, iommufd, isolation; all when none is named) for the machine, "
	       "or for "
	       "the devices that are named. Each finding comes with its reason and what would "
	       "change it; "
	       "-v also shows what passed and where it was seen. Exits 0 when every goal can be "
	       "reached "
	       "(warnings do not count), 1 when one cannot, 2 when that cannot be told.",
	.examples = { "iommuctl check passthrough 0000:3b:00.0  # can a guest have it",
		      "iommuctl check nested --for=qemu  # the options that this host allows",
		      "iommuctl check -q iommufd && echo ready  # for scripts" },
	.max_args = -1,
	.uses = USES_SNAPSHOT,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct check_opts),
	.run = run,
};
