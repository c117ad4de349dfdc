/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts that checks need: processor, interrupts, drivers, and whether VT-d translates. */
#include "config.h"
#include "host/collect_facts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/hostfs.h"
#include "render/doc.h"

enum { MAX_PROC_FILE = 16 * 1024 * 1024 };

/* --- the processor ------------------------------------------------------------------------- */

/* Where the value of the first "KEY : value" line begins; it goes on to the end of the line. */
static const char *cpuinfo_value(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) ||
		    (line[len] != '\t' && line[len] != ' ' && line[len] != ':'))
			continue;
		line += strcspn(line, ":\n");
		if (*line != ':')
			return NULL;
		line += 1 + strspn(line + 1, " \t");
		return line;
	}
	return NULL;
}

static bool has_word(const char *line, const char *word)
{
	size_t end = strcspn(line, "\n"), len = strlen(word);

	for (size_t i = 0; i < end;) {
		size_t n = strcspn(line + i, " \n");

		if (n == len && !strncmp(line + i, word, len))
			return true;
		i += n + 1;
	}
	return false;
}

json_object *collect_facts_processor(struct snapshot *snap)
{
	size_t len;
	char *text = hostfs_slurp(snap->fs, "proc/cpuinfo", MAX_PROC_FILE, &len);
	const char *vendor, *flags;
	json_object *obj;

	if (!text)
		return NULL;
	obj = doc_object();
	vendor = cpuinfo_value(text, "vendor_id");
	flags = cpuinfo_value(text, "flags");
	doc_add(obj, "vendor", vendor ? doc_strn(vendor, strcspn(vendor, "\n")) : NULL);
	/* Other architectures show no such flags: not known, rather than no. */
	doc_add(obj, "virtualization",
		flags ? doc_str(has_word(flags, "vmx")   ? "vmx"
				: has_word(flags, "svm") ? "svm"
							 : "none")
		      : NULL);
	doc_add(obj, "hypervisor", flags ? doc_bool(has_word(flags, "hypervisor")) : NULL);
	free(text);
	return obj;
}

/* --- interrupts ------------------------------------------------------------------------------ */

/* The controller's name in a line of /proc/interrupts: behind the counts of all processors. */
static const char *controller(const char *line, size_t *len)
{
	const char *s = line + strspn(line, " ");

	if (!isdigit((unsigned char)*s))
		return NULL; /* NMI, LOC and the like */
	s += strcspn(s, ":\n");
	if (*s != ':')
		return NULL;
	for (s++;;) {
		s += strspn(s, " \t");
		if (!isdigit((unsigned char)*s))
			break;
		s += strcspn(s, " \t\n");
	}
	*len = strcspn(s, " \t\n");
	return *len ? s : NULL;
}

/* "PCI-MSIX-0000:00:05.0" is one of many PCI-MSIX. */
static size_t without_device(const char *s, size_t len)
{
	for (size_t i = 0; i + 5 < len; i++)
		if (s[i] == '-' && isxdigit((unsigned char)s[i + 1]) && s[i + 5] == ':')
			return i;
	return len;
}

static bool list_has(json_object *list, const char *s, size_t len)
{
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *v = doc_at(list, i);

		if ((size_t)json_object_get_string_len(v) == len &&
		    !memcmp(json_object_get_string(v), s, len))
			return true;
	}
	return false;
}

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* On x86 remapped controllers are called IR-...; on Arm it is the ITS that tells devices apart. */
static json_object *remapped(json_object *controllers)
{
	bool plain = false;

	for (size_t i = 0; i < doc_len(controllers); i++) {
		const char *name = doc_str_at(controllers, i, "");

		if (begins(name, "IR-") || begins(name, "ITS-"))
			return doc_bool(true);
		plain |= begins(name, "PCI-MSI") || begins(name, "IO-APIC") ||
			 begins(name, "MSI") || begins(name, "GICv2m");
	}
	return plain ? doc_bool(false) : NULL;
}

json_object *collect_facts_interrupts(struct snapshot *snap)
{
	size_t len;
	char *text = hostfs_slurp(snap->fs, "proc/interrupts", MAX_PROC_FILE, &len);
	json_object *obj, *list;

	if (!text)
		return NULL;
	obj = doc_object();
	list = doc_list();
	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *name;

		line += *line == '\n';
		name = controller(line, &len);
		if (!name)
			continue;
		len = without_device(name, len);
		if (!list_has(list, name, len))
			doc_push(list, doc_strn(name, len));
	}
	doc_add(obj, "remapped", remapped(list));
	doc_add(obj, "controllers", list);
	free(text);
	return obj;
}

/* --- drivers ---------------------------------------------------------------------------------- */

json_object *collect_facts_vfio_drivers(struct snapshot *snap)
{
	struct hostfs_dir dir;
	json_object *list = NULL;
	const char *name;

	if (!hostfs_dir_open(snap->fs, &dir, "sys/bus/pci/drivers")) {
		list = doc_list();
		while ((name = hostfs_dir_next(&dir)))
			if (strstr(name, "vfio"))
				doc_push(list, doc_str(name));
	}
	hostfs_dir_close(&dir);
	return list;
}

/* --- debugfs: is translation on, and in which mode -------------------------------------------- */

static bool register_line(const char *line, const char *name, uint64_t *v)
{
	size_t len = strlen(name);
	char *end;

	if (strncmp(line, name, len) || (line[len] != ' ' && line[len] != '\t'))
		return false;
	line += len + strspn(line + len, " \t");
	line += strcspn(line, " \t\n"); /* the offset */
	line += strspn(line, " \t");
	*v = strtoull(line, &end, 16);
	return end != line;
}

json_object *collect_facts_translation(struct snapshot *snap)
{
	static const char unit[] = "IOMMU: ";
	size_t len;
	char *text = hostfs_slurp(snap->fs, "sys/kernel/debug/iommu/intel/iommu_regset",
				  MAX_PROC_FILE, &len);
	json_object *list, *obj = NULL;
	uint64_t v;

	if (!text)
		return NULL;
	list = doc_list();
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, unit, strlen(unit))) {
			const char *name = line + strlen(unit);

			obj = doc_object();
			doc_add(obj, "iommu", doc_strn(name, strcspn(name, " \n")));
			doc_push(list, obj);
		} else if (obj && register_line(line, "GSTS", &v)) {
			doc_add(obj, "GSTS", doc_hex(v, 32));
		} else if (obj && register_line(line, "RTADDR", &v)) {
			/* The mode; the rest is an address. */
			doc_add(obj, "RTADDR_TTM", doc_uint(v >> 10 & 3));
		}
	}
	free(text);
	return list;
}
