/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collecting a snapshot: which machine, and whether it has an IOMMU at all. */
#include "config.h"
#include "host/collect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "host/arena.h"
#include "host/hostfs.h"
#include "host/load.h"

static const char *read_word(struct snapshot *snap, const char *path)
{
	char word[256];

	return hostfs_read(snap->fs, path, word, sizeof(word)) > 0 ? arena_strdup(snap->arena, word)
								   : NULL;
}

static void collect_kernel(struct snapshot *snap)
{
	struct utsname u;

	if (snap->source == SNAPSHOT_LIVE && !uname(&u)) {
		snap->kernel = arena_strdup(snap->arena, u.release);
		snap->machine = arena_strdup(snap->arena, u.machine);
		return;
	}
	snap->kernel = read_word(snap, "proc/sys/kernel/osrelease");
	snap->machine = read_word(snap, "proc/sys/kernel/arch");
}

/* --- why there is no IOMMU ------------------------------------------------------------------- */

/* The word of the kernel's command line that keeps all IOMMUs off, or NULL. */
static const char *off_switch(struct snapshot *snap)
{
	static const char *const words[] = { "intel_iommu=off", "amd_iommu=off", "iommu=off" };
	char cmdline[HOSTFS_ATTR], *save = NULL;

	if (hostfs_read(snap->fs, "proc/cmdline", cmdline, sizeof(cmdline)) < 0)
		return NULL;
	for (char *w = strtok_r(cmdline, " ", &save); w; w = strtok_r(NULL, " ", &save))
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			if (!strcmp(w, words[i]))
				return words[i];
	return NULL;
}

/* The ACPI table that describes an IOMMU, or NULL. */
static const char *firmware_table(struct snapshot *snap)
{
	static const struct {
		const char *path, *name;
	} tables[] = {
		{ "sys/firmware/acpi/tables/DMAR", "DMAR" },
		{ "sys/firmware/acpi/tables/IVRS", "IVRS" },
		{ "sys/firmware/acpi/tables/VIOT", "VIOT" },
		{ "sys/firmware/acpi/tables/RIMT", "RIMT" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		if (hostfs_exists(snap->fs, tables[i].path))
			return tables[i].name;
	return NULL;
}

/* An IORT is there on every Arm server, with or without an SMMU: it proves nothing. */
static void find_state(struct snapshot *snap)
{
	if (snapshot_has_iommu(snap))
		return;
	snap->state = IOMMU_KERNEL_OFF;
	snap->state_evidence = off_switch(snap);
	if (snap->state_evidence)
		return;
	snap->state = IOMMU_FIRMWARE_DESCRIBED;
	snap->state_evidence = firmware_table(snap);
	if (!snap->state_evidence)
		snap->state = IOMMU_ABSENT;
}

/* --- sources --------------------------------------------------------------------------------- */

static int no_sysfs(const char *sysroot, bool inside)
{
	if (!sysroot)
		return err_input("/sys", "mount -t sysfs sysfs /sys", "cannot read /sys: %s",
				 strerror(errno));
	/* The folder itself in place of the one that it is in? */
	if (inside)
		return err_input(sysroot, "--sysroot=DIR, with DIR/sys in it",
				 "no copied /sys below '%s': it seems to be that itself", sysroot);
	return err_input(sysroot, "iommuctl report, which makes a file for --from",
			 "no copied /sys below '%s': %s", sysroot, strerror(errno));
}

/* What is shown as unknown, or not at all, because it could not be read must not look like an
 * answer. */
static void say_trouble(const struct snapshot *snap)
{
	const struct hostfs_trouble *t = hostfs_trouble(snap->fs);

	if (!t->count)
		return;
	err_note("%zu place%s below /sys or /proc/sys could not be read, and what is there is "
		 "missing here; the first is /%s: %s",
		 t->count, t->count == 1 ? "" : "s", t->place[0].path,
		 strerror(t->place[0].errnum));
}

int snapshot_collect(const char *sysroot, unsigned int want, struct snapshot **out)
{
	struct snapshot *snap =
		snapshot_new(sysroot ? SNAPSHOT_SYSROOT : SNAPSHOT_LIVE, sysroot ? sysroot : "");

	snap->fs = hostfs_open(sysroot);
	if (!snap->fs) {
		int saved = errno;

		snapshot_free(snap);
		return err_input(sysroot, saved == ENOTDIR ? "--from=FILE, for a report" : NULL,
				 "cannot read the directory '%s': %s", sysroot ? sysroot : "/",
				 strerror(saved));
	}
	if (sysroot)
		sandbox_enter();
	if (collect_sysfs(snap, want)) {
		int saved = errno;
		bool inside = hostfs_exists(snap->fs, "kernel/iommu_groups") ||
			      hostfs_exists(snap->fs, "bus/pci");

		snapshot_free(snap);
		errno = saved;
		return no_sysfs(sysroot, inside);
	}
	collect_kernel(snap);
	find_state(snap);
	say_trouble(snap);
	*out = snap;
	return STATUS_OK;
}

int snapshot_open(struct cli *cli, unsigned int want, struct snapshot **out)
{
	if (cli->from)
		return snapshot_load(cli->from, out);
	return snapshot_collect(cli->sysroot, want, out);
}
