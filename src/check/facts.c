/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about the kernel, the firmware and the process, from the snapshot's documents. */
#include "config.h"
#include "check/facts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check/facts_internal.h"
#include "host/redact.h"
#include "render/doc.h"

/* --- evidence -------------------------------------------------------------------------- */

struct evidence evidence_of(const char *source, const char *where, const char *fmt, ...)
{
	struct evidence ev = { .source = source };
	va_list ap;

	snprintf(ev.where, sizeof(ev.where), "%s", where);
	va_start(ap, fmt);
	vsnprintf(ev.value, sizeof(ev.value), fmt, ap);
	va_end(ap);
	return ev;
}

struct fact fact_of(enum answer is, const struct evidence *ev)
{
	return (struct fact) { .is = is, .ev = *ev };
}

struct fact fact_unknown(const char *source, const char *where, const char *why)
{
	struct evidence ev = evidence_of(source, where, "%s", why);

	return fact_of(ANSWER_UNKNOWN, &ev);
}

json_object *fact_extra(const struct facts *f, const char *path)
{
	return f->snap->extra ? doc_path(f->snap->extra, path, NULL) : NULL;
}

/* --- the command line ---------------------------------------------------------------------- */

static void add_parameter(struct facts *f, const char *word)
{
	size_t len = strcspn(word, "=");
	struct kernel_parameter *p;

	f->parameters = mem_grow(f->parameters, f->n_parameters, sizeof(*f->parameters));
	p = &f->parameters[f->n_parameters++];
	p->name = mem_strndup(word, len);
	p->value = mem_strdup(word[len] ? word + len + 1 : "");
}

static void read_parameters(struct facts *f)
{
	json_object *list = fact_extra(f, EXTRA_COMMAND_LINE);

	f->parameters_known = json_object_is_type(list, json_type_array);
	for (size_t i = 0; i < doc_len(list); i++) {
		const char *word = doc_str_at(list, i, "");

		/* What a report leaves out must not decide anything here. */
		if (redact_keep_parameter(word))
			add_parameter(f, word);
	}
}

bool fact_parameters(const struct facts *f, const struct kernel_parameter **list, size_t *n)
{
	*list = f->parameters;
	*n = f->n_parameters;
	return f->parameters_known;
}

/* Is @token one of the comma-separated values? A value may go on with "=". */
static bool value_has(const char *value, const char *token)
{
	size_t len = strlen(token);

	if (!len)
		return !*value;
	for (;;) {
		size_t n = strcspn(value, ",");

		if (n >= len && !strncasecmp(value, token, len) && (n == len || value[len] == '='))
			return true;
		if (!value[n])
			return false;
		value += n + 1;
	}
}

struct fact fact_parameter(const struct facts *f, const char *name, const char *token,
			   const char *opposite)
{
	struct evidence ev = evidence_of("command line", "/proc/cmdline", "no %s", name);
	enum answer is = ANSWER_NO;

	if (!f->parameters_known)
		return fact_unknown("command line", "/proc/cmdline", "not readable");
	for (size_t i = 0; i < f->n_parameters; i++) {
		const struct kernel_parameter *p = &f->parameters[i];

		if (strcmp(p->name, name))
			continue;
		if (value_has(p->value, token))
			is = ANSWER_YES;
		else if (opposite && value_has(p->value, opposite))
			is = ANSWER_NO;
		else
			continue;
		ev = evidence_of("command line", "/proc/cmdline", "%s%s%s", p->name,
				 *p->value ? "=" : "", p->value);
	}
	return fact_of(is, &ev);
}

/* --- configuration and modules ---------------------------------------------------------------- */

struct fact fact_config(const struct facts *f, const char *option)
{
	json_object *config = fact_extra(f, EXTRA_CONFIG), *options = doc_get(config, "options");
	const char *file = doc_get_str(config, "source", "the kernel's configuration");
	char name[96];
	const char *value;
	struct evidence ev;

	snprintf(name, sizeof(name), "CONFIG_%s", option);
	if (!options)
		return fact_unknown("kernel configuration", file, "not readable");
	/* An option that the file does not mention is one that this kernel does not have. */
	value = doc_get_str(options, name, "n");
	ev = evidence_of("kernel configuration", file, "%s=%s", name, value);
	return fact_of(!strcmp(value, "y") || !strcmp(value, "m") ? ANSWER_YES : ANSWER_NO, &ev);
}

struct fact fact_module_flag(const struct facts *f, const char *module, const char *parameter)
{
	json_object *modules = fact_extra(f, EXTRA_MODULES);
	json_object *parameters = doc_get(doc_find(modules, "name", module), "parameters");
	const char *value = doc_get_str(parameters, parameter, NULL);
	char where[160];
	struct evidence ev;

	snprintf(where, sizeof(where), "/sys/module/%s/parameters/%s", module, parameter);
	if (!modules)
		return fact_unknown("sysfs", where, "not readable");
	ev = evidence_of("sysfs", where, "%s", value ? value : "no such parameter");
	return fact_of(value && *value && strchr("Yy1", *value) ? ANSWER_YES : ANSWER_NO, &ev);
}

struct fact fact_driver(const struct facts *f, const char *bus, const char *driver)
{
	json_object *list = fact_extra(f, "vfio_drivers");
	char where[96];
	struct evidence ev;

	snprintf(where, sizeof(where), "/sys/bus/%s/drivers", bus);
	if (!list)
		return fact_unknown("sysfs", where, "not readable");
	if (doc_has_str(list, driver)) {
		ev = evidence_of("sysfs", where, "%s", driver);
		return fact_of(ANSWER_YES, &ev);
	}
	ev = evidence_of("sysfs", where, "no %s", driver);
	return fact_of(ANSWER_NO, &ev);
}

/* --- the machine ------------------------------------------------------------------------------ */

/* "x86_64", "aarch64"; "" unknown. */
static const char *machine(const struct facts *f)
{
	return f->snap->machine ? f->snap->machine : "";
}

bool fact_is_x86(const struct facts *f)
{
	const char *m = machine(f);

	return !strcmp(m, "x86_64") || !strcmp(m, "i686");
}

struct fact fact_virtual_machine(const struct facts *f)
{
	json_object *cpu = fact_extra(f, "processor"), *hypervisor = doc_get(cpu, "hypervisor");
	struct evidence ev;

	if (!hypervisor)
		return fact_unknown("proc", "/proc/cpuinfo", "not known");
	ev = evidence_of("proc", "/proc/cpuinfo", "%shypervisor flag",
			 json_object_get_boolean(hypervisor) ? "" : "no ");
	return fact_of(json_object_get_boolean(hypervisor) ? ANSWER_YES : ANSWER_NO, &ev);
}

struct fact fact_cpu_virtualization(const struct facts *f)
{
	const char *flag = doc_get_str(fact_extra(f, "processor"), "virtualization", NULL);
	struct evidence ev;

	if (!flag)
		return fact_unknown("proc", "/proc/cpuinfo", "not known");
	ev = evidence_of("proc", "/proc/cpuinfo", "%s", flag);
	return fact_of(strcmp(flag, "none") ? ANSWER_YES : ANSWER_NO, &ev);
}

struct fact fact_interrupts(const struct facts *f)
{
	json_object *doc = fact_extra(f, "interrupts"), *remapped = doc_get(doc, "remapped");
	json_object *list = doc_get(doc, "controllers");
	char text[EVIDENCE_TEXT] = "";
	size_t used = 0;
	struct evidence ev;

	if (!remapped)
		return fact_unknown("proc", "/proc/interrupts",
				    doc ? "no interrupt controller that would tell"
					: "not readable");
	for (size_t i = 0; i < doc_len(list) && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "",
					 doc_str_at(list, i, "?"));
	ev = evidence_of("proc", "/proc/interrupts", "%s", text);
	return fact_of(json_object_get_boolean(remapped) ? ANSWER_YES : ANSWER_NO, &ev);
}

/* --- firmware --------------------------------------------------------------------------------- */

json_object *fact_acpi_table(const struct facts *f, const char *signature)
{
	return doc_find(fact_extra(f, "acpi.tables"), "signature", signature);
}

/* A report of ours has some forty entries. One of a stranger with many must not be gone through for
 * each of its groups and devices. */
enum { UNREAD_LOOKED_AT = 100 };

/* The first entry of "unread" whose path is as asked. */
static json_object *find_unread(const struct facts *f, const char *what,
				bool (*fits)(const char *path, const char *what))
{
	json_object *list = fact_extra(f, "unread");

	for (size_t i = 0; i < doc_len(list) && i < UNREAD_LOOKED_AT; i++)
		if (fits(doc_get_str(doc_at(list, i), "path", ""), what))
			return doc_at(list, i);
	return NULL;
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return !strncmp(path, folder, len) && (path[len] == '/' || !path[len]);
}

static bool ends_with(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(slash ? slash + 1 : path, name);
}

json_object *fact_unread_below(const struct facts *f, const char *folder)
{
	return find_unread(f, folder, is_below);
}

static bool is_same(const char *path, const char *what)
{
	return !strcmp(path, what);
}

json_object *fact_unread_at(const struct facts *f, const char *path)
{
	return find_unread(f, path, is_same);
}

static json_object *unread_named(const struct facts *f, const char *name)
{
	return find_unread(f, name, ends_with);
}

static bool has_failed(const struct facts *f, json_object *unread)
{
	const char *error = doc_get_str(unread, "errno", NULL);
	bool is_root = !doc_get_int(fact_extra(f, "limits"), "uid", 1);

	/* "needs" names the privilege that would have been needed. */
	return error && strcmp(error, "ENOENT") && (is_root || !doc_get_str(unread, "needs", NULL));
}

json_object *fact_next_failed(const struct facts *f, size_t *at)
{
	json_object *list = fact_extra(f, "unread");

	while (*at < doc_len(list)) {
		json_object *unread = doc_at(list, (*at)++);

		if (has_failed(f, unread))
			return unread;
	}
	return NULL;
}

struct fact fact_acpi(const struct facts *f, const char *signature)
{
	char where[64];
	bool collected = false;
	struct evidence ev;

	snprintf(where, sizeof(where), "/sys/firmware/acpi/tables/%s", signature);
	if (fact_acpi_table(f, signature)) {
		ev = evidence_of("acpi", where, "there");
		return fact_of(ANSWER_YES, &ev);
	}
	if (unread_named(f, signature)) {
		ev = evidence_of("acpi", where, "there, but not readable");
		return fact_of(ANSWER_YES, &ev);
	}
	/* null: a machine without ACPI, unless the folder itself was closed. */
	if (f->snap->extra)
		doc_path(f->snap->extra, "acpi", &collected);
	if (!collected || unread_named(f, "tables"))
		return fact_unknown("acpi", where, "not readable");
	ev = evidence_of("acpi", where, "not there");
	return fact_of(ANSWER_NO, &ev);
}

/* --- the log ---------------------------------------------------------------------------------- */

json_object *fact_log(const struct facts *f)
{
	return fact_extra(f, EXTRA_LOG_RECORDS);
}

/* --- nodes and limits ------------------------------------------------------------------------- */

struct fact fact_node(const struct facts *f, const char *path)
{
	json_object *nodes = fact_extra(f, "nodes"), *exists;
	struct evidence ev;

	exists = doc_get(doc_find(nodes, "path", path), "exists");
	if (!exists)
		return fact_unknown("node", path, "not known");
	ev = evidence_of("node", path, "%s",
			 json_object_get_boolean(exists) ? "there" : "not there");
	return fact_of(json_object_get_boolean(exists) ? ANSWER_YES : ANSWER_NO, &ev);
}

struct fact fact_node_access(const struct facts *f, const char *path)
{
	json_object *node = doc_find(fact_extra(f, "nodes"), "path", path);
	json_object *usable = doc_get(node, "usable");
	struct evidence ev;

	if (!usable)
		return fact_unknown("node", path, "not known");
	/* Numbers, not names: names of users are private. */
	ev = evidence_of("node", path, "mode %s, uid %" PRId64 ", gid %" PRId64,
			 doc_get_str(node, "mode", "?"), doc_get_int(node, "uid", -1),
			 doc_get_int(node, "gid", -1));
	return fact_of(json_object_get_boolean(usable) ? ANSWER_YES : ANSWER_NO, &ev);
}

json_object *fact_holder(const struct facts *f, const struct host_device *dev)
{
	json_object *list = doc_get(fact_extra(f, "holders"), "list");

	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *h = doc_at(list, i);
		const char *device = doc_get_str(h, "device", NULL);

		if ((device && !strcmp(device, dev->name)) ||
		    (dev->cdev && !strcmp(doc_get_str(h, "cdev", ""), dev->cdev)))
			return h;
	}
	return NULL;
}

bool fact_memlock(const struct facts *f, uint64_t *bytes, struct evidence *ev)
{
	json_object *memlock = fact_extra(f, "limits.memlock");
	int64_t soft = doc_get_int(memlock, "soft", -1);

	*bytes = UINT64_MAX;
	*ev = evidence_of("limit", "RLIMIT_MEMLOCK", "not known");
	if (doc_has_str(fact_extra(f, "limits.capabilities"), "CAP_IPC_LOCK")) {
		*ev = evidence_of("limit", "CAP_IPC_LOCK", "held: no limit counts");
		return true;
	}
	if (doc_get_bool(memlock, "soft_unlimited", false)) {
		*ev = evidence_of("limit", "RLIMIT_MEMLOCK", "unlimited");
		return true;
	}
	/* Who holds the capability has no limit. */
	if (soft < 0 || !fact_extra(f, "limits.capabilities"))
		return false;
	*bytes = (uint64_t)soft;
	*ev = evidence_of("limit", "RLIMIT_MEMLOCK", "%" PRId64, soft);
	return true;
}

/* --- begin and end --------------------------------------------------------------------------- */

struct facts *fact_new(const struct snapshot *snap)
{
	struct facts *f = mem_zalloc(sizeof(*f));

	f->snap = snap;
	read_parameters(f);
	fact_read_devices(f);
	return f;
}

void fact_free(struct facts *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n_parameters; i++) {
		free((char *)(uintptr_t)f->parameters[i].name);
		free((char *)(uintptr_t)f->parameters[i].value);
	}
	free(f->parameters);
	free(f->parents);
	free(f->pci);
	free(f->probed);
	free(f->members);
	free(f->member_start);
	free(f);
}

const struct snapshot *fact_snapshot(const struct facts *f)
{
	return f->snap;
}
