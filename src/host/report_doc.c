/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report as a document. */
#include "config.h"
#include "host/report_doc.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/mem.h"
#include "host/facts.h"
#include "host/hostfs.h"
#include "host/hwinfo_doc.h"
#include "host/redact.h"
#include "host/snapshot_doc.h"
#include "render/doc.h"
#include "render/registers.h"

/* --- what must not be given away ---------------------------------------------------------- */

static void add_host_name(struct redact *r, const char *name)
{
	char *first = mem_strndup(name, strcspn(name, ". \t\n")), *all;

	all = mem_strndup(name, strcspn(name, " \t\n"));
	redact_add_word(r, REDACT_HOST, all);
	redact_add_word(r, REDACT_HOST, first);
	free(all);
	free(first);
}

static void add_host_names(struct redact *r, const struct snapshot *snap)
{
	static const char *const paths[] = { "etc/hostname", "proc/sys/kernel/hostname", "hostname",
					     "sos_commands/host/hostname" };
	char name[HOSTFS_ATTR];
	struct utsname u;

	if (snap->source == SNAPSHOT_LIVE && !uname(&u))
		add_host_name(r, u.nodename);
	for (size_t i = 0; snap->fs && i < ARRAY_SIZE(paths); i++)
		if (hostfs_read(snap->fs, paths[i], name, sizeof(name)) > 0)
			add_host_name(r, name);
}

/* People's accounts; those of the system are the same everywhere. */
static void add_user_names(struct redact *r, const struct snapshot *snap)
{
	enum { MAX_PASSWD = 1 << 20, FIRST_PERSON = 1000, NOBODY = 65534 };
	char *text, *save = NULL;
	size_t len;

	redact_add_word(r, REDACT_USER, getenv("SUDO_USER"));
	redact_add_word(r, REDACT_USER, getenv("LOGNAME"));
	text = snap->fs ? hostfs_slurp(snap->fs, "etc/passwd", MAX_PASSWD, &len) : NULL;
	if (!text)
		return;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *uid = strchr(line, ':');
		long id;

		if (!uid)
			continue;
		*uid++ = '\0';
		uid = strchr(uid, ':');
		id = uid ? strtol(uid + 1, NULL, 10) : 0;
		if (id >= FIRST_PERSON && id < NOBODY)
			redact_add_word(r, REDACT_USER, line);
	}
	free(text);
}

/* Keep the parameters about IOMMUs, count the others. */
static void redact_command_line(json_object *kernel)
{
	json_object *words = doc_get(kernel, "command_line"), *kept;
	int64_t omitted = doc_get_int(kernel, "command_line_omitted", 0);

	if (!words)
		return;
	/* What somebody else's report says need not be a number of words. */
	if (omitted < 0 || omitted > INT32_MAX)
		omitted = 0;
	kept = doc_list();
	for (size_t i = 0; i < doc_len(words); i++) {
		const char *word = doc_str_at(words, i, "");

		if (redact_keep_parameter(word))
			doc_push(kept, json_object_get(doc_at(words, i)));
		else
			omitted++;
	}
	doc_add(kernel, "command_line", kept);
	doc_add(kernel, "command_line_omitted", doc_int(omitted));
}

static void redact_nodes(json_object *nodes)
{
	enum { FIRST_PERSON = 1000 };

	for (size_t i = 0; i < doc_len(nodes); i++) {
		json_object *node = doc_at(nodes, i);

		if (doc_get_int(node, "uid", 0) >= FIRST_PERSON)
			doc_add(node, "owner", NULL);
		if (doc_get_int(node, "gid", 0) >= FIRST_PERSON)
			doc_add(node, "group", NULL);
	}
}

/* Lists of hardware: names of drivers and devices in them are no names of hosts and people. */
static const char *const hardware_keys[] = { "iommus", "groups", "devices", "pci", "acpi" };

static bool is_hardware(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(hardware_keys); i++)
		if (!strcmp(key, hardware_keys[i]))
			return true;
	return false;
}

static json_object *redact_report(json_object *doc, const struct snapshot *snap)
{
	struct redact *r = redact_new();
	json_object *counts;

	redact_command_line(doc_get(doc, "kernel"));
	redact_nodes(doc_get(doc, "nodes"));
	for (size_t i = 0; i < ARRAY_SIZE(hardware_keys); i++)
		redact_doc(r, doc_get(doc, hardware_keys[i]));
	add_host_names(r, snap);
	add_user_names(r, snap);
	json_object_object_foreach(doc, key, value) if (!is_hardware(key)) redact_doc(r, value);
	counts = redact_counts(r);
	redact_free(r);
	return counts;
}

/* --- the document ----------------------------------------------------------------------------- */

static json_object *now_utc(void)
{
	time_t t = time(NULL);
	struct tm tm;
	char buf[32];

	if (!gmtime_r(&t, &tm) || !strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return NULL;
	return doc_str(buf);
}

/* Snapshot and document have the devices in the same order. */
static void add_hw_info(json_object *doc, const struct snapshot *snap)
{
	json_object *devices = doc_get(doc, "devices");

	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_device *dev = &snap->devices[i];

		if (dev->hw_info)
			doc_add(doc_at(devices, i), "hw_info", hw_info_doc(dev->hw_info));
		if (dev->hw_info_why)
			doc_add(doc_at(devices, i), "hw_info_why", doc_str(dev->hw_info_why));
	}
}

/* The registers with their fields, and what they mean in the common vocabulary. */
static void add_decoded(json_object *doc, const struct snapshot *snap)
{
	json_object *iommus = doc_get(doc, "iommus");

	for (size_t i = 0; i < snap->n_iommus; i++) {
		json_object *decoded = registers_doc(&snap->iommus[i].regs);

		doc_add(doc_at(iommus, i), "registers",
			json_object_get(doc_get(decoded, "registers")));
		doc_add(doc_at(iommus, i), "capabilities",
			json_object_get(doc_get(decoded, "capabilities")));
		json_object_put(decoded);
	}
}

static json_object *header(const struct snapshot *snap, bool full)
{
	json_object *before = facts_get(snap, "report"), *obj = doc_object();
	const char *created = doc_get_str(before, "created", NULL);
	bool removed = !full || !strcmp(doc_get_str(before, "private_data", ""), "removed");

	doc_add(obj, "tool_version", doc_str(doc_get_str(before, "tool_version", PACKAGE_VERSION)));
	doc_add(obj, "created", created ? doc_str(created) : now_utc());
	doc_add(obj, "private_data", doc_str(removed ? "removed" : "kept"));
	if (doc_get_str(before, "label", NULL))
		doc_add(obj, "label", doc_str(doc_get_str(before, "label", "")));
	if (doc_get(before, "removed"))
		doc_add(obj, "removed", json_object_get(doc_get(before, "removed")));
	return obj;
}

json_object *report_doc(struct snapshot *snap, bool full, json_object *probe)
{
	json_object *doc = doc_new("report"), *top = header(snap, full), *counts;

	doc_add(doc, "report", top);
	snapshot_doc_add(doc, snap, NULL);
	add_decoded(doc, snap);
	add_hw_info(doc, snap);
	if (snap->extra) {
		json_object_object_foreach(snap->extra, key, value) if (strcmp(key, "report"))
			doc_add_copy(doc, key, json_object_get(value));
	}
	if (probe)
		doc_add(doc, "probe", probe);
	if (!full) {
		counts = redact_report(doc, snap);
		if (doc_get(top, "removed"))
			json_object_put(counts);
		else
			doc_add(top, "removed", counts);
	}
	return doc;
}
