/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two machines: IOMMUs, devices, kernels, firmware. */
#include "config.h"
#include "diff/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diff/units.h"
#include "host/facts.h"
#include "host/index.h"
#include "host/redact.h"

/* --- IOMMUs ---------------------------------------------------------------------------------- */

/* Machines name their IOMMUs alike, or at least have as many of a type: by name, then in order. */
static size_t *pair_iommus(const struct snapshot *a, const struct snapshot *b)
{
	size_t *of = mem_alloc((a->n_iommus + 1) * sizeof(*of));
	bool *taken = mem_zalloc(b->n_iommus + 1);

	for (size_t i = 0; i < a->n_iommus; i++) {
		const struct host_iommu *same = snapshot_iommu(b, a->iommus[i].name);

		of[i] = same ? (size_t)(same - b->iommus) : SIZE_MAX;
		if (same)
			taken[of[i]] = true;
	}
	for (size_t i = 0; i < a->n_iommus; i++)
		for (size_t k = 0; k < b->n_iommus && of[i] == SIZE_MAX; k++)
			if (!taken[k] &&
			    !strcmp(a->iommus[i].driver_type, b->iommus[k].driver_type)) {
				of[i] = k;
				taken[k] = true;
			}
	free(taken);
	return of;
}

static void diff_pair(struct diff *d, const struct diff_unit *a, const struct diff_unit *b)
{
	char *both = NULL;
	struct reg_set in_a, in_b;

	if (strcmp(a->iommu->name, b->iommu->name))
		both = mem_printf("%s/%s", a->iommu->name, b->iommu->name);
	unit_registers(a, &in_a);
	unit_registers(b, &in_b);
	diff_registers(d, both ? both : a->iommu->name, &in_a, &in_b);
	free(both);
}

static void diff_iommus(struct diff *d, const struct snapshot *a, const struct snapshot *b)
{
	size_t *of = pair_iommus(a, b);
	bool *seen = mem_zalloc(b->n_iommus + 1);

	for (size_t i = 0; i < a->n_iommus; i++) {
		const struct diff_unit u = { .snap = a, .iommu = &a->iommus[i] };
		struct diff_unit v = { .snap = b };

		if (of[i] == SIZE_MAX) {
			diff_add(d, "iommu", u.iommu->name, "IOMMU",
				 iommu_is_hardware(u.iommu) ? COMPARE_LOST : COMPARE_NEUTRAL,
				 u.iommu->driver_type, NULL, "IOMMU that only A has");
			continue;
		}
		seen[of[i]] = true;
		v.iommu = &b->iommus[of[i]];
		diff_pair(d, &u, &v);
	}
	for (size_t k = 0; k < b->n_iommus; k++)
		if (!seen[k])
			diff_add(d, "iommu", b->iommus[k].name, "IOMMU",
				 iommu_is_hardware(&b->iommus[k]) ? COMPARE_GAINED
								  : COMPARE_NEUTRAL,
				 NULL, b->iommus[k].driver_type, "IOMMU that only B has");
	if (a->n_iommus && b->n_iommus &&
	    strcmp(a->iommus[0].driver_type, b->iommus[0].driver_type))
		d->architectures = true;
	d->gone = a->n_iommus && !b->n_iommus;
	free(seen);
	free(of);
}

/* --- devices ---------------------------------------------------------------------------------- */

static void index_devices(const struct snapshot *snap, struct index *ix)
{
	for (size_t i = 0; i < snap->n_devices; i++)
		index_put(ix, snap->devices[i].name, i);
}

static void diff_devices(struct diff *d, const struct snapshot *a, const struct snapshot *b)
{
	struct index in_a = { 0 }, in_b = { 0 };
	size_t at;

	index_devices(a, &in_a);
	index_devices(b, &in_b);
	for (size_t i = 0; i < a->n_devices; i++) {
		struct diff_unit u = { .snap = a, .device = &a->devices[i] };
		struct diff_unit v = { .snap = b };

		if (!index_get(&in_b, u.device->name, &at)) {
			diff_add(d, "device", u.device->name, "present", COMPARE_NEUTRAL, "yes",
				 NULL, "device that only A has");
			continue;
		}
		v.device = &b->devices[at];
		diff_device(d, u.device->name, &u, &v);
	}
	for (size_t i = 0; i < b->n_devices; i++)
		if (!index_get(&in_a, b->devices[i].name, &at))
			diff_add(d, "device", b->devices[i].name, "present", COMPARE_NEUTRAL, NULL,
				 "yes", "device that only B has");
	index_free(&in_a);
	index_free(&in_b);
}

/* --- kernels ---------------------------------------------------------------------------------- */

/* Parameters of @list about IOMMUs that @other does not have. */
static void diff_parameters(struct diff *d, json_object *list, json_object *other, bool in_a)
{
	for (size_t i = 0; i < doc_len(list); i++) {
		const char *word = doc_str_at(list, i, "");
		char *text;

		if (!redact_keep_parameter(word) || doc_has_str(other, word))
			continue;
		text = mem_printf("%s: kernel parameter that only %s has", word, in_a ? "A" : "B");
		diff_add(d, "command-line", NULL, word, COMPARE_NEUTRAL, in_a ? "given" : NULL,
			 in_a ? NULL : "given", text);
		free(text);
	}
}

static void diff_command_line(struct diff *d, json_object *a, json_object *b)
{
	if (!a || !b)
		return;
	diff_parameters(d, a, b, true);
	diff_parameters(d, b, a, false);
}

static bool is_on(const char *value)
{
	return value && strcmp(value, "n");
}

/* Options without which the kernel cannot do something that is asked of an IOMMU. */
static const struct {
	const char *name;
	const char *machine; /* where it means anything; NULL everywhere */
} weighty_options[] = {
	{ "CONFIG_IOMMUFD", NULL },
	{ "CONFIG_IOMMUFD_VFIO_CONTAINER", NULL },
	{ "CONFIG_VFIO", NULL },
	{ "CONFIG_VFIO_PCI", NULL },
	{ "CONFIG_VFIO_DEVICE_CDEV", NULL },
	{ "CONFIG_IOMMU_SVA", NULL },
	{ "CONFIG_PCI_ATS", NULL },
	{ "CONFIG_PCI_PRI", NULL },
	{ "CONFIG_PCI_PASID", NULL },
	{ "CONFIG_PCI_IOV", NULL },
	{ "CONFIG_VIRTIO_IOMMU", NULL },
	{ "CONFIG_INTEL_IOMMU", "x86_64" },
	{ "CONFIG_INTEL_IOMMU_SVM", "x86_64" },
	{ "CONFIG_AMD_IOMMU", "x86_64" },
	{ "CONFIG_AMD_IOMMU_IOMMUFD", "x86_64" },
	{ "CONFIG_IRQ_REMAP", "x86_64" },
	{ "CONFIG_X86_X2APIC", "x86_64" },
	{ "CONFIG_ARM_SMMU", "aarch64" },
	{ "CONFIG_ARM_SMMU_V3", "aarch64" },
	{ "CONFIG_ARM_SMMU_V3_SVA", "aarch64" },
	{ "CONFIG_ARM_SMMU_V3_IOMMUFD", "aarch64" },
	{ "CONFIG_TEGRA241_CMDQV", "aarch64" },
	{ "CONFIG_RISCV_IOMMU", "riscv64" },
};

/* An option that means nothing on one of the machines is not missed there. */
static bool option_weighs(const char *name, const char *machine_a, const char *machine_b)
{
	for (size_t i = 0; i < ARRAY_SIZE(weighty_options); i++) {
		const char *machine = weighty_options[i].machine;

		if (!strcmp(weighty_options[i].name, name))
			return !machine || (machine_a && !strcmp(machine, machine_a) && machine_b &&
					    !strcmp(machine, machine_b));
	}
	return false;
}

/* An option that one kernel does not know is off there. */
static void diff_option(struct diff *d, const char *name, const char *a, const char *b, bool weighs)
{
	enum compare_weight weight = !weighs || is_on(a) == is_on(b) ? COMPARE_NEUTRAL
				     : is_on(a)                      ? COMPARE_LOST
								     : COMPARE_GAINED;
	const char *was = is_on(a) ? a : "n", *now = is_on(b) ? b : "n";

	if (strcmp(was, now))
		diff_add(d, "config", NULL, name, weight, was, now, NULL);
}

static void diff_config(struct diff *d, const struct snapshot *snap_a,
			const struct snapshot *snap_b, json_object *a, json_object *b)
{
	const char *on_a = snap_a->machine, *on_b = snap_b->machine;
	json_object *in_a = doc_get(a, "options"), *in_b = doc_get(b, "options");

	if (!json_object_is_type(in_a, json_type_object) ||
	    !json_object_is_type(in_b, json_type_object))
		return;
	json_object_object_foreach(in_a, name, value)
	{
		(void)value;
		diff_option(d, name, doc_get_str(in_a, name, NULL), doc_get_str(in_b, name, NULL),
			    option_weighs(name, on_a, on_b));
	}
	json_object_object_foreach(in_b, other, more)
	{
		(void)more;
		if (!doc_get(in_a, other))
			diff_option(d, other, NULL, doc_get_str(in_b, other, NULL),
				    option_weighs(other, on_a, on_b));
	}
}

/* Parameters of modules that both have: one that is not loaded has none to compare. */
static void diff_modules(struct diff *d, json_object *a, json_object *b)
{
	for (size_t i = 0; i < doc_len(a); i++) {
		const char *module = doc_get_str(doc_at(a, i), "name", "");
		json_object *in_a = doc_get(doc_at(a, i), "parameters");
		json_object *in_b = doc_get(doc_find(b, "name", module), "parameters");

		if (!json_object_is_type(in_a, json_type_object) ||
		    !json_object_is_type(in_b, json_type_object))
			continue;
		json_object_object_foreach(in_a, name, value)
		{
			char *item = mem_printf("%s.%s", module, name);

			(void)value;
			if (doc_get(in_b, name))
				diff_strings(d, "parameter", NULL, item,
					     doc_get_str(in_a, name, NULL),
					     doc_get_str(in_b, name, NULL));
			free(item);
		}
	}
}

static void diff_kernels(struct diff *d, const struct snapshot *a, const struct snapshot *b)
{
	json_object *in_a = facts_get(a, "kernel"), *in_b = facts_get(b, "kernel");

	diff_strings(d, "kernel", NULL, "kernel release", a->kernel, b->kernel);
	diff_strings(d, "kernel", NULL, "machine", a->machine, b->machine);
	if (!in_a || !in_b)
		return;
	diff_command_line(d, doc_get(in_a, "command_line"), doc_get(in_b, "command_line"));
	diff_config(d, a, b, doc_get(in_a, "config"), doc_get(in_b, "config"));
	diff_modules(d, doc_get(in_a, "modules"), doc_get(in_b, "modules"));
}

/* --- firmware --------------------------------------------------------------------------------- */

static void diff_table(struct diff *d, const char *signature, json_object *a, json_object *b)
{
	static const char *const flags[] = { "interrupt_remapping", "x2apic_opt_out",
					     "platform_opt_in", "preboot_dma_remapping" };

	if (!a || !b) {
		if (a || b)
			diff_add(d, "acpi", NULL, signature, a ? COMPARE_LOST : COMPARE_GAINED,
				 a ? "there" : NULL, b ? "there" : NULL, NULL);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		json_object *in_a = doc_get(a, flags[i]), *in_b = doc_get(b, flags[i]);
		char *item = mem_printf("%s.%s", signature, flags[i]);

		if (in_a && in_b && !json_object_equal(in_a, in_b))
			diff_add(d, "acpi", NULL, item, COMPARE_NEUTRAL,
				 json_object_get_string(in_a), json_object_get_string(in_b), NULL);
		free(item);
	}
}

static char *range_words(json_object *r)
{
	return mem_printf("%s-%s", doc_get_str(r, "start", "?"), doc_get_str(r, "end", "?"));
}

static bool has_range(json_object *list, const char *words)
{
	bool found = false;

	for (size_t i = 0; i < doc_len(list) && !found; i++) {
		char *other = range_words(doc_at(list, i));

		found = !strcmp(words, other);
		free(other);
	}
	return found;
}

/* Memory that @list reserves and @other does not. */
static void diff_reserved(struct diff *d, json_object *list, json_object *other, bool in_a)
{
	for (size_t i = 0; i < doc_len(list); i++) {
		char *words = range_words(doc_at(list, i));

		if (!has_range(other, words))
			diff_add(d, "acpi", NULL, "memory that the firmware reserves",
				 COMPARE_NEUTRAL, in_a ? words : NULL, in_a ? NULL : words, NULL);
		free(words);
	}
}

static void diff_acpi(struct diff *d, json_object *a, json_object *b)
{
	static const char *const signatures[] = { "DMAR", "IVRS", "IORT", "VIOT" };

	if (!a || !b)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(signatures); i++)
		diff_table(d, signatures[i],
			   doc_find(doc_get(a, "tables"), "signature", signatures[i]),
			   doc_find(doc_get(b, "tables"), "signature", signatures[i]));
	diff_reserved(d, doc_get(a, "reserved_memory"), doc_get(b, "reserved_memory"), true);
	diff_reserved(d, doc_get(b, "reserved_memory"), doc_get(a, "reserved_memory"), false);
}

void diff_machines(struct diff *d, const struct snapshot *a, const struct snapshot *b)
{
	diff_strings(d, "state", NULL, "IOMMU", iommu_state_name(a->state),
		     iommu_state_name(b->state));
	diff_iommus(d, a, b);
	diff_devices(d, a, b);
	diff_kernels(d, a, b);
	diff_acpi(d, facts_get(a, "acpi"), facts_get(b, "acpi"));
}
