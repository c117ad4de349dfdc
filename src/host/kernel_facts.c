/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel: which one, how it was started, configured, and what its modules were told. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/facts.h"
#include "host/hostfs.h"
#include "klog/reader.h"
#include "render/doc.h"

enum { MAX_CONFIG = 4 << 20 };

/* --- command line ---------------------------------------------------------------------------- */

/* Words are separated by spaces that are not within double quotes. */
static size_t word_length(const char *s)
{
	bool quoted = false;
	size_t n = 0;

	for (; s[n] && (quoted || s[n] != ' '); n++)
		if (s[n] == '"')
			quoted = !quoted;
	return n;
}

static json_object *command_line(struct snapshot *snap)
{
	char text[HOSTFS_ATTR * 4];
	json_object *list;

	if (hostfs_read(snap->fs, "proc/cmdline", text, sizeof(text)) < 0) {
		facts_unread(snap, "kernel command line", "/proc/cmdline", errno, NULL);
		return NULL;
	}
	list = doc_list();
	for (const char *s = text; *s;) {
		size_t n = word_length(s);

		if (n)
			doc_push(list, doc_strn(s, n));
		s += n;
		s += strspn(s, " \n");
	}
	return list;
}

/* --- configuration ---------------------------------------------------------------------------- */

/* Beginnings of options that decide something about IOMMUs. */
static const char *const option_prefixes[] = {
	"IOMMU",      "INTEL_IOMMU", "AMD_IOMMU",  "ARM_SMMU",       "RISCV_IOMMU",  "VIRTIO_IOMMU",
	"HYPERV_IO",  "VFIO",        "TEGRA241",   "IRQ_REMAP",      "DMAR_",        "PCI_ATS",
	"PCI_PRI",    "PCI_PASID",   "PCI_IOV",    "ACPI_IORT",      "ACPI_VIOT",    "SWIOTLB",
	"IRQ_BYPASS", "KVM_VFIO",    "X86_X2APIC", "POSTED_MSI",     "FAULT_INJECT", "IO_PGTABLE",
	"OF_IOMMU",   "SVA",         "S390_IOMMU", "ROCKCHIP_IOMMU", "QCOM_IOMMU",
};

static bool is_wanted(const char *option)
{
	/* The first letter decides of most of ten thousand options. */
	for (size_t i = 0; i < ARRAY_SIZE(option_prefixes); i++)
		if (*option == *option_prefixes[i] &&
		    !strncmp(option, option_prefixes[i], strlen(option_prefixes[i])))
			return true;
	return false;
}

static void add_option(json_object *options, const char *name, const char *value, size_t len)
{
	if (strncmp(name, "CONFIG_", 7) || !is_wanted(name + 7))
		return;
	json_object_object_add(options, name, doc_strn(value, len));
}

/* "CONFIG_X=y" or "# CONFIG_X is not set". @line is written to. */
static void config_line(json_object *options, char *line)
{
	static const char not_set[] = " is not set";
	size_t len = strlen(line);
	char *value;

	if (!strncmp(line, "# ", 2) && len > strlen(not_set) + 2 &&
	    !strcmp(line + len - strlen(not_set), not_set)) {
		line[len - strlen(not_set)] = '\0';
		add_option(options, line + 2, "n", 1);
		return;
	}
	value = strchr(line, '=');
	if (!value || line[0] == '#')
		return;
	*value++ = '\0';
	len = strlen(value);
	if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
		value++;
		len -= 2;
	}
	add_option(options, line, value, len);
}

/* The whole file, decompressed; NULL when it cannot be had. */
static char *read_config(struct snapshot *snap, const char *path)
{
	int fd = hostfs_open_file(snap->fs, path);
	struct klog_reader *r;
	size_t len = 0;
	ssize_t n = 0;
	char *text;

	if (fd < 0)
		return NULL;
	r = klog_reader_open(fd, path);
	text = r ? mem_alloc(MAX_CONFIG) : NULL;
	while (r && len < MAX_CONFIG - 1 &&
	       (n = klog_reader_read(r, text + len, MAX_CONFIG - 1 - len)) > 0)
		len += (size_t)n;
	if (r)
		klog_reader_close(r);
	close(fd);
	if (text && (n < 0 || !len)) {
		free(text);
		return NULL;
	}
	if (text)
		text[len] = '\0';
	return text;
}

static json_object *config_doc(const char *path, char *text)
{
	json_object *config = doc_object(), *options = doc_object();
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		config_line(options, line);
	doc_add(config, "source", doc_printf("/%s", path));
	doc_add(config, "options", options);
	return config;
}

static json_object *kernel_config(struct snapshot *snap)
{
	static const char *const patterns[] = { "proc/config.gz", "boot/config-%s",
						"lib/modules/%s/config",
						"usr/lib/modules/%s/config" };
	json_object *config = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(patterns) && !config; i++) {
		char *path, *text;

		if (strchr(patterns[i], '%') && (!snap->kernel || strchr(snap->kernel, '/')))
			continue;
		path = strchr(patterns[i], '%')
			       ? mem_printf("%.*s%s%s",
					    (int)(strchr(patterns[i], '%') - patterns[i]),
					    patterns[i], snap->kernel, strchr(patterns[i], '%') + 2)
			       : mem_strdup(patterns[i]);
		text = read_config(snap, path);
		if (text)
			config = config_doc(path, text);
		free(text);
		free(path);
	}
	if (!config)
		facts_unread(snap, "kernel configuration", "/proc/config.gz", ENOENT,
			     "CONFIG_IKCONFIG_PROC, or the file config-RELEASE in /boot");
	return config;
}

/* --- modules ---------------------------------------------------------------------------------- */

/* Modules by the beginning of their names; of some only one parameter is about IOMMUs. */
static const struct wanted_module {
	const char *prefix, *parameter;
} wanted_modules[] = {
	{ "vfio", NULL },
	{ "iommu", NULL },
	{ "intel_iommu", NULL },
	{ "amd_iommu", NULL },
	{ "arm_smmu", NULL },
	{ "virtio_iommu", NULL },
	{ "tegra241", NULL },
	{ "mdev", NULL },
	{ "kvm_intel", "enable_apicv" }, /* posted interrupts */
	{ "kvm_amd", "avic" },
	{ "kvm", "allow_unsafe_mappings" },
};

static const struct wanted_module *wanted_module(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(wanted_modules); i++) {
		const struct wanted_module *w = &wanted_modules[i];

		if (w->parameter ? !strcmp(name, w->prefix)
				 : !strncmp(name, w->prefix, strlen(w->prefix)))
			return w;
	}
	return NULL;
}

static json_object *module_parameters(struct snapshot *snap, const char *module)
{
	const struct wanted_module *wanted = wanted_module(module);
	const char *only = wanted ? wanted->parameter : NULL, *name;
	char *path = mem_printf("sys/module/%s/parameters", module);
	struct hostfs_dir *dir = mem_zalloc(sizeof(*dir));
	json_object *obj = doc_object();
	char value[HOSTFS_ATTR];

	if (!hostfs_dir_open(snap->fs, dir, path)) {
		while ((name = hostfs_dir_next(dir))) {
			ssize_t n;

			if (only && strcmp(name, only))
				continue;
			n = hostfs_read_at(dir, name, value, sizeof(value));
			doc_add_copy(obj, name, n < 0 ? NULL : doc_str(value));
		}
	}
	hostfs_dir_close(dir);
	free(dir);
	free(path);
	return obj;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static json_object *modules(struct snapshot *snap)
{
	struct hostfs_dir *dir = mem_zalloc(sizeof(*dir));
	json_object *list = NULL;
	char **names = NULL;
	const char *name;
	size_t n = 0;

	if (hostfs_dir_open(snap->fs, dir, "sys/module")) {
		facts_unread(snap, "kernel modules", "/sys/module", errno, NULL);
	} else {
		list = doc_list();
		while ((name = hostfs_dir_next(dir))) {
			if (!wanted_module(name))
				continue;
			names = mem_grow(names, n, sizeof(*names));
			names[n++] = mem_strdup(name);
		}
	}
	hostfs_dir_close(dir);
	free(dir);
	if (n)
		qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		json_object *m = doc_object();

		doc_add(m, "name", doc_str(names[i]));
		doc_add(m, "parameters", module_parameters(snap, names[i]));
		doc_push(list, m);
		free(names[i]);
	}
	free(names);
	return list;
}

/* --- all of it -------------------------------------------------------------------------------- */

static json_object *kernel_version(struct snapshot *snap)
{
	char text[HOSTFS_ATTR];
	struct utsname u;

	if (snap->source == SNAPSHOT_LIVE && !uname(&u))
		return doc_str(u.version);
	if (hostfs_read(snap->fs, "proc/sys/kernel/version", text, sizeof(text)) > 0)
		return doc_str(text);
	return NULL;
}

json_object *facts_kernel(struct snapshot *snap)
{
	json_object *obj = doc_object();

	doc_add(obj, "release", doc_str(snap->kernel));
	doc_add(obj, "version", kernel_version(snap));
	doc_add(obj, "machine", doc_str(snap->machine));
	doc_add(obj, "command_line", command_line(snap));
	doc_add(obj, "command_line_omitted", doc_int(0));
	doc_add(obj, "config", kernel_config(snap));
	doc_add(obj, "modules", modules(snap));
	return obj;
}
