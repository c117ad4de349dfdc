/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applying a VMM's rules to the host, and writing down the largest guest that passes. */
#include "config.h"
#include "check/consumers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/out.h"
#include "host/usable.h"
#include "uapi/layout.h"

enum { MAX_OPTIONS = 8, OPTION_OFF = 0, OPTION_ON = 1 };

struct application {
	struct check_run *run;
	struct check_subject subject;
	const struct host_device *device; /* that the configuration names, or NULL */
	struct reg_set regs;
	struct evidence ev;
	bool failed, unknown;
	bool any_seen, any_holds; /* HOST_ANY rows */
	struct {
		const char *name;
		uint64_t value;
		bool is_switch;
	} options[MAX_OPTIONS];
	size_t n_options;
};

static const uint8_t oas_bits[] = { 32, 36, 40, 42, 44, 48, 52, 56 };

/* What a guest option is for a host's field: the option's own unit. */
static uint64_t option_value(const struct consumer_rule *rule, uint64_t raw)
{
	uint64_t bounded = raw < rule->constant ? raw : rule->constant;

	if (!strcmp(rule->option, "oas"))
		/* There are two sizes to choose from. */
		return bounded >= 5 ? 48 : oas_bits[bounded & 7];
	if (!strcmp(rule->option, "aw-bits"))
		return bounded >= 47 ? 48 : 39;
	return bounded;
}

static bool set_option(struct application *a, const struct consumer_rule *rule, uint64_t raw)
{
	if (!rule->option || a->n_options == MAX_OPTIONS)
		return false;
	a->options[a->n_options].name = rule->option;
	a->options[a->n_options].is_switch = rule->relation == HOST_ALLOWS;
	a->options[a->n_options].value = option_value(rule, raw);
	a->n_options++;
	return true;
}

static bool holds(const struct consumer_rule *rule, uint64_t raw)
{
	switch (rule->relation) {
	case HOST_EQUALS:
		return raw == rule->constant;
	case HOST_AT_LEAST:
		return raw >= rule->constant;
	case HOST_AT_MOST:
		return raw <= rule->constant;
	default:
		return true;
	}
}

static const char *relation_words(enum consumer_relation relation)
{
	switch (relation) {
	case HOST_EQUALS:
		return "must be";
	case HOST_AT_LEAST:
		return "must be at least";
	case HOST_AT_MOST:
		return "must be at most";
	default:
		return "";
	}
}

static void report(struct application *a, const struct consumer_rule *rule, bool good, uint64_t raw)
{
	struct evidence ev = a->ev;
	char what[256];

	snprintf(ev.value, sizeof(ev.value), "%s.%s is %" PRIu64, rule->reg, rule->field, raw);
	if (rule->relation == HOST_LIMITS)
		snprintf(what, sizeof(what), "%s can be up to %" PRIu64 " (%s)", rule->option,
			 option_value(rule, raw), ev.value);
	else if (rule->relation == HOST_ALLOWS && rule->option)
		snprintf(what, sizeof(what), "%s can be %s (%s)", rule->option,
			 raw ? "on" : "off only", ev.value);
	else if (rule->relation == HOST_ALLOWS)
		snprintf(what, sizeof(what), "%s%s%s", ev.value, raw ? "" : ": ",
			 raw ? "" : rule->consequence);
	else
		snprintf(what, sizeof(what), "%s, %s %" PRIu64 "%s%s", ev.value,
			 relation_words(rule->relation), rule->constant, good ? "" : ": ",
			 good ? "" : rule->consequence);
	check_emit(a->run, good ? F_CONSUMER_PASS : F_CONSUMER_FAIL, &a->subject, &ev, 3,
		   rule->consumer, what, "use a host whose IOMMU meets this");
	a->failed |= !good;
}

static void apply(struct application *a, const struct consumer_rule *rule)
{
	char what[256];
	uint64_t raw;

	if (!reg_set_field(&a->regs, rule->reg, rule->field, &raw)) {
		snprintf(what, sizeof(what), "%s.%s is not known", rule->reg, rule->field);
		check_emit(a->run, F_CONSUMER_UNKNOWN, &a->subject, &a->ev, 3, rule->consumer, what,
			   "run it as root with a device bound to VFIO");
		a->unknown = true;
		return;
	}
	if (rule->relation == HOST_ANY) {
		a->any_seen = true;
		a->any_holds |= raw == rule->constant;
		return;
	}
	if (rule->option && !strcmp(rule->option, "ats") && a->device && a->device->hw_info &&
	    a->device->hw_info->has_capabilities &&
	    a->device->hw_info->capabilities & UAPI_HW_CAP_PCI_ATS_NOT_SUPPORTED)
		raw = 0; /* the kernel says that this device has none */
	set_option(a, rule, raw);
	report(a, rule, holds(rule, raw), raw);
}

/* --- configurations --------------------------------------------------------------------------- */

static const char *device_name(const struct application *a)
{
	return a->device ? a->device->name : "BDF";
}

static void options_qemu(const struct application *a, struct out *o)
{
	for (size_t i = 0; i < a->n_options; i++) {
		if (a->options[i].is_switch)
			out_printf(o, ",%s=%s", a->options[i].name,
				   a->options[i].value ? "on" : "off");
		else
			out_printf(o, ",%s=%" PRIu64, a->options[i].name, a->options[i].value);
	}
}

static void options_xml(const struct application *a, struct out *o)
{
	for (size_t i = 0; i < a->n_options; i++) {
		const char *name = a->options[i].name;

		/* libvirt has no switch for 1 GiB pages of the first stage. */
		if (!strcmp(name, "fs1gp"))
			continue;
		if (!strcmp(name, "aw-bits"))
			name = "aw_bits";
		if (a->options[i].is_switch)
			out_printf(o, " %s='%s'", name, a->options[i].value ? "on" : "off");
		else
			out_printf(o, " %s='%" PRIu64 "'", name, a->options[i].value);
	}
}

static void qemu_smmu(const struct application *a, struct out *o)
{
	out_str(o, "-object iommufd,id=iommufd0\n"
		   "-device pxb-pcie,id=pcie.1,bus_nr=8,bus=pcie.0\n"
		   "-device arm-smmuv3,id=smmuv3.1,primary-bus=pcie.1,accel=on");
	options_qemu(a, o);
	out_printf(o,
		   "\n-device pcie-root-port,id=rp1,bus=pcie.1\n"
		   "-device vfio-pci,host=%s,bus=rp1,iommufd=iommufd0\n",
		   device_name(a));
}

static void qemu_vtd(const struct application *a, struct out *o)
{
	out_str(o, "-machine q35,kernel-irqchip=split\n"
		   "-object iommufd,id=iommufd0\n"
		   "-device intel-iommu,intremap=on,scalable-mode=on,fsts=on");
	options_qemu(a, o);
	out_printf(o, "\n-device vfio-pci,host=%s,iommufd=iommufd0\n", device_name(a));
}

static void hostdev_xml(const struct application *a, struct out *o)
{
	unsigned int domain = 0, bus = 0, slot = 0, function = 0;

	if (!a->device ||
	    sscanf(a->device->name, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4)
		return;
	out_printf(o,
		   "<hostdev mode='subsystem' type='pci' managed='no'>\n"
		   "  <driver name='vfio' iommufd='yes'/>\n"
		   "  <source>\n"
		   "    <address domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/>\n"
		   "  </source>\n"
		   "</hostdev>\n",
		   domain, bus, slot, function);
}

static void libvirt_smmu(const struct application *a, struct out *o)
{
	out_str(o, "<iommu model='smmuv3'>\n  <driver pciBus='1' accel='on'");
	options_xml(a, o);
	out_str(o, "/>\n</iommu>\n");
	hostdev_xml(a, o);
}

static bool option_is_off(const struct application *a, const char *name)
{
	for (size_t i = 0; i < a->n_options; i++)
		if (!strcmp(a->options[i].name, name))
			return !a->options[i].value;
	return false;
}

static void libvirt_vtd(const struct application *a, struct out *o)
{
	out_str(o, "<iommu model='intel'>\n  <driver intremap='on' scalable_mode='on' fsts='on'");
	options_xml(a, o);
	out_str(o, "/>\n</iommu>\n");
	hostdev_xml(a, o);
	if (option_is_off(a, "fs1gp"))
		out_str(o, "<qemu:commandline "
			   "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n"
			   "  <qemu:arg value='-global'/>\n"
			   "  <qemu:arg value='intel-iommu.fs1gp=off'/>\n"
			   "</qemu:commandline>\n");
}

static void cloud_hypervisor_smmu(const struct application *a, struct out *o)
{
	out_printf(o,
		   "--platform iommufd=on\n"
		   "--device path=/sys/bus/pci/devices/%s/,iommu=smmuv3\n",
		   device_name(a));
}

static const struct {
	const char *consumer, *arch;
	void (*write)(const struct application *a, struct out *o);
	const char *note;
} spellings[] = {
	{ "qemu", "arm-smmuv3", qemu_smmu, NULL },
	{ "qemu", "intel-vtd", qemu_vtd,
	  "older QEMU spells them x-scalable-mode and x-flts; the device must not be behind a PCI "
	  "bridge of the guest" },
	{ "libvirt", "arm-smmuv3", libvirt_smmu,
	  "pciBus is the index of the controller that the device is below" },
	{ "libvirt", "intel-vtd", libvirt_vtd, "the guest also needs <ioapic driver='qemu'/>" },
	{ "cloud-hypervisor", "arm-smmuv3", cloud_hypervisor_smmu,
	  "cloud-hypervisor takes these values from the host by itself" },
};

static void add_configuration(struct application *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(spellings); i++) {
		json_object *obj, *options;
		struct out o = { 0 };

		if (strcmp(spellings[i].consumer, a->run->consumer) ||
		    strcmp(spellings[i].arch, a->regs.arch->type))
			continue;
		spellings[i].write(a, &o);
		obj = doc_object();
		options = doc_object();
		for (size_t n = 0; n < a->n_options; n++)
			doc_add(options, a->options[n].name,
				a->options[n].is_switch ? doc_bool(a->options[n].value)
							: doc_uint(a->options[n].value));
		doc_add(obj, "iommu", doc_str(a->subject.name));
		doc_add(obj, "device", doc_str(a->device ? a->device->name : NULL));
		doc_add(obj, "options", options);
		doc_add(obj, "text", doc_strn(o.data, o.len));
		doc_add(obj, "note", doc_str(spellings[i].note));
		doc_push(a->run->configurations, obj);
		out_free(&o);
	}
}

/* --- whom to ask ------------------------------------------------------------------------------ */

static bool has_rules(const char *consumer, const char *arch)
{
	for (size_t i = 0; i < n_consumer_rules; i++)
		if (!strcmp(consumer_rules[i].consumer, consumer) &&
		    !strcmp(consumer_rules[i].arch, arch))
			return true;
	return false;
}

static void apply_all(struct application *a)
{
	const struct check_run *run = a->run;
	char what[160];

	if (!fact_registers(run->facts, a->subject.iommu, &a->regs, &a->ev)) {
		check_emit(a->run, F_CONSUMER_UNKNOWN, &a->subject, &a->ev, 3, run->consumer,
			   "the registers of this IOMMU are not known",
			   "run it as root with a device behind it bound to VFIO");
		return;
	}
	if (!has_rules(run->consumer, a->regs.arch->type)) {
		snprintf(what, sizeof(what), "it has none for %s", a->regs.arch->title);
		check_emit(a->run, F_CONSUMER_NO_IOMMU, &a->subject, &a->ev, 2, run->consumer,
			   what);
		return;
	}
	for (size_t i = 0; i < n_consumer_rules; i++) {
		const struct consumer_rule *rule = &consumer_rules[i];

		if (!strcmp(rule->consumer, run->consumer) &&
		    !strcmp(rule->arch, a->regs.arch->type))
			apply(a, rule);
	}
	if (a->any_seen && !a->any_holds) {
		check_emit(a->run, F_CONSUMER_FAIL, &a->subject, &a->ev, 3, run->consumer,
			   "IDR5 has neither 4 KiB nor 64 KiB pages, which the guest is shown",
			   "use a host whose IOMMU meets this");
		a->failed = true;
	}
	if (!a->failed && !a->unknown)
		add_configuration(a);
}

static const struct host_device *device_for(const struct check_run *run,
					    const struct host_iommu *iommu, bool *asked)
{
	const struct snapshot *snap = fact_snapshot(run->facts);

	*asked = !run->n_devices;
	for (size_t i = 0; i < run->n_devices; i++) {
		const struct host_device *dev = &snap->devices[run->devices[i]];

		if (device_iommu(snap, dev) != iommu)
			continue;
		*asked = true;
		return dev;
	}
	for (size_t i = 0; i < snap->n_devices; i++)
		if (device_iommu(snap, &snap->devices[i]) == iommu &&
		    device_on_vfio(&snap->devices[i]))
			return &snap->devices[i];
	return NULL;
}

void check_consumer(struct check_run *run)
{
	static const struct check_rule rule = { 1u << GOAL_NESTED, SCOPE_IOMMU, NULL };
	const struct snapshot *snap = fact_snapshot(run->facts);

	run->rule = &rule;
	run->configurations = doc_list();
	for (size_t i = 0; i < snap->n_iommus; i++) {
		const struct host_iommu *iommu = &snap->iommus[i];
		struct application a = {
			.run = run,
			.subject = { .name = iommu->name, .iommu = iommu },
		};
		bool asked;

		if (!iommu_is_hardware(iommu))
			continue;
		a.device = device_for(run, iommu, &asked);
		if (asked)
			apply_all(&a);
	}
}
