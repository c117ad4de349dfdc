/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diff: what differs between two machines (saved, copied, or this one), or
 * between two IOMMUs or devices of one, and what a guest that moves would lose.
 */
#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/sandbox.h"
#include "cli.h"
#include "commands/table.h"
#include "diff/diff.h"
#include "host/collect.h"
#include "host/collect_hwinfo.h"
#include "host/facts.h"
#include "host/hostfs.h"
#include "host/load.h"
#include "host/resolve.h"

enum { DIFF_FACTS = FACTS_KERNEL | FACTS_PCI | FACTS_ACPI };

/* What a missing file was meant to be, when nothing else is called so. */
static bool named_like_file(const char *word)
{
	return strstr(word, ".json") || (strchr(word, '/') && strncmp(word, "/dev/", 5));
}

/*
 * A machine is named by a file, a folder or a pipe (<(ssh host iommuctl report)
 * in a shell), everything else is a device or an IOMMU.
 */
static bool is_machine(const char *word)
{
	struct stat st;

	if (!strcmp(word, "-"))
		return true;
	if (!strncmp(word, "/sys/", 5))
		return false;
	if (stat(word, &st))
		return named_like_file(word);
	return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISFIFO(st.st_mode);
}

static bool is_folder(const char *word)
{
	struct stat st;

	return strcmp(word, "-") && !stat(word, &st) && S_ISDIR(st.st_mode);
}

/* With the facts that are compared; STATUS_OK or what was reported. */
static int open_machine(const char *word, struct snapshot **out)
{
	int status;

	if (word && !is_folder(word))
		status = snapshot_load(word, out);
	else
		status = snapshot_collect(word, COLLECT_IDS | COLLECT_RESERVED, out);
	if (status != STATUS_OK)
		return status;
	if ((*out)->source == SNAPSHOT_LIVE)
		collect_hw_infos(*out);
	facts_collect(*out, DIFF_FACTS);
	return STATUS_OK;
}

static json_object *side_doc(const char *what, const char *name)
{
	json_object *side = doc_object();

	doc_add(side, "what", doc_str(what));
	doc_add(side, "name", doc_str(name));
	return side;
}

/* What could not be read may be what differs; that something could not be was said then. */
static bool was_read(const struct snapshot *snap)
{
	return !snap->fs || !hostfs_trouble(snap->fs)->count;
}

/* @whole: all of both sides was read, so that no difference is none. */
static int emit(struct cli *cli, struct diff *d, json_object *a, json_object *b, bool whole)
{
	json_object *doc = doc_new("diff"), *list = diff_take_list(d);
	int status = STATUS_OK;

	if (doc_len(list))
		status = STATUS_FAILED;
	else if (!whole)
		status = STATUS_TROUBLE;
	doc_add(doc, "a", a);
	doc_add(doc, "b", b);
	doc_add(doc, "same", status == STATUS_TROUBLE ? NULL : doc_bool(!doc_len(list)));
	doc_add(doc, "differences", list);
	doc_add(doc, "migration", diff_verdict(d));
	diff_free(d);
	return cli_emit(cli, doc, cli->quiet ? cli_view_nothing : diff_view, status);
}

/* --- machines --------------------------------------------------------------------------------- */

static json_object *machine_doc(const struct snapshot *snap, const char *word)
{
	return snap->source == SNAPSHOT_LIVE ? side_doc("this machine", "")
					     : side_doc("saved machine", word);
}

static int diff_two_machines(struct cli *cli, const char *word_a, const char *word_b)
{
	struct snapshot *a = NULL, *b = NULL;
	json_object *side_a, *side_b;
	struct diff d;
	int status = STATUS_OK;

	/* This machine comes first: it needs what is given up before the files of others are read.
	 */
	if (!word_b)
		status = open_machine(NULL, &b);
	cli_confine(cli, SANDBOX_READ | SANDBOX_TREE);
	if (status == STATUS_OK)
		status = open_machine(word_a, &a);
	if (status == STATUS_OK && word_b)
		status = open_machine(word_b, &b);
	if (status == STATUS_OK) {
		diff_init(&d);
		diff_machines(&d, a, b);
		side_a = machine_doc(a, word_a);
		side_b = machine_doc(b, word_b);
		status = emit(cli, &d, side_a, side_b, was_read(a) && was_read(b));
	}
	snapshot_free(a);
	snapshot_free(b);
	return status;
}

/* --- units of one machine --------------------------------------------------------------------- */

static json_object *unit_doc(const struct resolved *r)
{
	return r->device ? side_doc("device", r->device->name) : side_doc("IOMMU", r->iommu->name);
}

/* Ask the kernel about what is compared, and no more. */
static void ask(struct snapshot *snap, const struct resolved *r)
{
	if (snap->source != SNAPSHOT_LIVE)
		return;
	for (size_t i = 0; i < snap->n_devices; i++) {
		struct host_device *dev = &snap->devices[i];

		if (!dev->hw_info && dev->cdev &&
		    (dev == r->device || (r->iommu && device_iommu(snap, dev) == r->iommu)))
			collect_hw_info(snap, dev, NULL, false);
	}
}

static int diff_two_units(struct cli *cli)
{
	struct snapshot *snap = NULL;
	struct resolved r[2] = { 0 };
	struct diff_unit u[2];
	struct diff d;
	int status = snapshot_open(cli, COLLECT_IDS | COLLECT_RESERVED, &snap);

	for (size_t i = 0; i < 2 && status == STATUS_OK; i++)
		status = resolve_word(snap, cli->args[i], RESOLVE_DEVICE | RESOLVE_IOMMU, &r[i]);
	if (status == STATUS_OK && !r[0].device != !r[1].device)
		status =
			err_usage("'%s' and '%s' cannot be compared: one is a device, one an IOMMU",
				  cli->args[0], cli->args[1]);
	if (status == STATUS_OK) {
		facts_collect(snap, FACTS_PCI);
		for (size_t i = 0; i < 2; i++) {
			ask(snap, &r[i]);
			u[i] = (struct diff_unit) { snap, r[i].device, r[i].iommu };
		}
		diff_init(&d);
		diff_units(&d, &u[0], &u[1]);
		status = emit(cli, &d, unit_doc(&r[0]), unit_doc(&r[1]), was_read(snap));
	}
	snapshot_free(snap);
	return status;
}

static int run(struct cli *cli, void *opts)
{
	const char *a = cli->args[0], *b = cli->n_args > 1 ? cli->args[1] : NULL;
	bool machine_a = is_machine(a), machine_b = !b || is_machine(b);

	(void)opts;
	if (!machine_a && !machine_b)
		return diff_two_units(cli);
	if (!machine_a && !b)
		return err_usage(
			"'%s' is no saved machine, and a second device or IOMMU is missing", a);
	if (cli->from || cli->sysroot)
		return err_usage(
			"--from and --sysroot go with two devices or IOMMUs, not with '%s'",
			machine_a ? a : b);
	if (machine_a && b && !machine_b)
		return err_input(b, "iommuctl diff --help", "'%s' is no saved machine", b);
	if (!machine_a)
		return err_input(a, "iommuctl diff --help", "'%s' is no saved machine", a);
	return diff_two_machines(cli, a, b);
}

const struct command command_diff = {
	.name = "diff",
	.section = "Look",
	.summary = "what differs between two machines, devices or IOMMUs",
	.args = "FILE|DEVICE|IOMMU [FILE|DEVICE|IOMMU]",
	.doc = "Compares saved machines (a report, or the folder of a copied tree), two devices, "
	       "or two IOMMUs; one saved machine alone is compared with this one. Lists what is "
	       "lost and gained on the way from the first to the second, in words, and says what "
	       "a guest with a virtual IOMMU would lose by moving there. Exit status: 0 the same, "
	       "1 different, 2 trouble; with -q nothing else.",
	.examples = { "iommuctl diff old.json.xz new.json.xz  # two machines, or one before and "
		      "after",
		      "iommuctl diff before.json  # a saved machine and this one",
		      "iommuctl diff dmar0 dmar1  # why are they \"inconsistent\"?" },
	.min_args = 1,
	.max_args = 2,
	.uses = USES_SNAPSHOT,
	.run = run,
};
