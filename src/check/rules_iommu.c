/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about the machine's IOMMUs as a whole: on or off and where, interrupts, parameters. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check/params.h"
#include "check/rules.h"

#define RESTART " (GRUB: GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub), and restart"

const char *check_count(char *buf, size_t size, size_t n, const char *noun)
{
	snprintf(buf, size, "%zu %s%s", n, noun, n == 1 ? "" : "s");
	return buf;
}

/* --- is it on -------------------------------------------------------------------------- */

/* How firmware describes an IOMMU, and what the kernel needs for it. */
struct platform {
	const char *table; /* ACPI signature */
	const char *title;
	const char *option;    /* of the kernel's configuration */
	const char *parameter; /* whose value "off" disables it; NULL none */
	const char *setup;     /* what firmware setup calls it */
};

static const struct platform platforms[] = {
	{ "DMAR", "VT-d", "INTEL_IOMMU", "intel_iommu",
	  "VT-d (Intel Virtualization for Directed I/O)" },
	{ "IVRS", "AMD-Vi", "AMD_IOMMU", "amd_iommu", "IOMMU (AMD-Vi)" },
	{ "IORT", "SMMUv3", "ARM_SMMU_V3", NULL, "SMMU" },
	{ "VIOT", "virtio-iommu", "VIRTIO_IOMMU", NULL, "IOMMU" },
};

struct verdict {
	enum check_iommu_state state;
	enum check_finding finding;
	struct evidence ev;
	char a[EVIDENCE_TEXT * 2], b[EVIDENCE_TEXT * 2], c[EVIDENCE_TEXT * 2];
};

__attribute__((format(printf, 6, 7))) static void conclude(struct verdict *v,
							   enum check_iommu_state state,
							   enum check_finding finding,
							   const struct evidence *ev,
							   const char *fix, const char *fmt, ...)
{
	va_list ap;

	v->state = state;
	v->finding = finding;
	if (ev)
		v->ev = *ev;
	snprintf(v->b, sizeof(v->b), "%s", fix);
	va_start(ap, fmt);
	vsnprintf(v->a, sizeof(v->a), fmt, ap);
	va_end(ap);
}

/* A group that an IOMMU driver made: groups of emulated and no-IOMMU devices have no domain type.
 */
static bool group_is_real(const struct host_group *g)
{
	return g->n_devices && (!g->type || strcmp(g->type, "unknown"));
}

static size_t count_real_iommus(const struct snapshot *snap, const char **first)
{
	size_t n = 0;

	for (size_t i = 0; i < snap->n_iommus; i++) {
		if (!iommu_is_hardware(&snap->iommus[i]))
			continue;
		if (!n++)
			*first = snap->iommus[i].name;
	}
	return n;
}

static const char *identity_fix(const struct facts *f)
{
	static const char remove[] =
		"remove iommu=pt (or iommu.passthrough=1) from the kernel command line" RESTART;
	static const char add[] = "add iommu.passthrough=0 to the kernel command line" RESTART;
	bool told = fact_parameter(f, "iommu", "pt", "nopt").is == ANSWER_YES ||
		    fact_parameter(f, "iommu.passthrough", "1", "0").is == ANSWER_YES;

	return told ? remove : add;
}

/* The kernel drives IOMMUs: do they translate for kernel drivers too? */
static bool judge_driven(const struct facts *f, struct verdict *v)
{
	const struct snapshot *snap = fact_snapshot(f);
	size_t groups = 0, identity = 0, iommus;
	const char *name = "";
	struct evidence ev;

	iommus = count_real_iommus(snap, &name);
	for (size_t i = 0; i < snap->n_groups; i++) {
		const struct host_group *g = &snap->groups[i];

		if (!group_is_real(g) || (!iommus && !g->type))
			continue;
		groups++;
		identity += g->type && !strcmp(g->type, "identity");
	}
	if (!iommus && !groups)
		return false;
	if (groups && identity == groups) {
		ev = evidence_of("sysfs", "/sys/kernel/iommu_groups/*/type", "identity");
		conclude(v, CHECK_IOMMU_IDENTITY, F_IOMMU_IDENTITY, &ev, identity_fix(f),
			 "the default domain of all %zu groups is identity", groups);
		return true;
	}
	ev = iommus == 1 ? evidence_of("sysfs", "/sys/class/iommu", "%s", name)
			 : evidence_of("sysfs", "/sys/class/iommu", "%zu IOMMUs", iommus);
	conclude(v, CHECK_IOMMU_ON, F_IOMMU_ON, &ev, "", "%zu IOMMU%s, %zu group%s%s", iommus,
		 iommus == 1 ? "" : "s", groups, groups == 1 ? "" : "s",
		 identity ? ", some of them with identity as their default domain" : "");
	return true;
}

/* IORT also describes machines without any SMMU; DMAR can be an empty shell. */
static enum answer table_describes_iommu(const struct facts *f, const struct platform *p,
					 struct evidence *ev)
{
	struct fact there = fact_acpi(f, p->table);
	json_object *list = doc_get(fact_acpi_table(f, p->table), "structures");

	*ev = there.ev;
	if (there.is != ANSWER_YES)
		return there.is;
	if (strcmp(p->table, "IORT") && strcmp(p->table, "DMAR"))
		return ANSWER_YES;
	if (!list)
		return !strcmp(p->table, "DMAR") ? ANSWER_YES : ANSWER_UNKNOWN;
	for (size_t i = 0; i < doc_len(list); i++) {
		const char *type = doc_get_str(doc_at(list, i), "type", "");

		if (!strcmp(type, "DRHD") || !strncmp(type, "smmu", 4))
			return ANSWER_YES;
	}
	*ev = evidence_of("acpi", p->table, "no remapping unit in it");
	return ANSWER_NO;
}

/* A table is there and the kernel drives nothing: what keeps it? */
static void judge_described(const struct facts *f, const struct platform *p, struct verdict *v)
{
	static const char *const general[] = { "iommu", "amd_iommu", "intel_iommu" };
	struct fact config = fact_config(f, p->option);
	struct fact def = fact_config(f, "INTEL_IOMMU_DEFAULT_ON");
	struct evidence ev = fact_acpi(f, p->table).ev;

	snprintf(v->c, sizeof(v->c), "%s", p->option);
	for (size_t i = 0; i < ARRAY_SIZE(general); i++) {
		struct fact off = fact_parameter(f, general[i], "off", "on");

		if (off.is != ANSWER_YES || (strcmp(general[i], "iommu") &&
					     (!p->parameter || strcmp(general[i], p->parameter))))
			continue;
		conclude(v, CHECK_IOMMU_KERNEL_DISABLED, F_IOMMU_KERNEL_DISABLED, &off.ev, "",
			 "%s, %s", p->title, p->table);
		snprintf(v->b, sizeof(v->b), "%s=off is on its command line", general[i]);
		snprintf(v->c, sizeof(v->c), "remove %s=off from the kernel command line" RESTART,
			 general[i]);
		return;
	}
	if (config.is == ANSWER_NO) {
		conclude(v, CHECK_IOMMU_KERNEL_DISABLED, F_IOMMU_KERNEL_UNSUPPORTED, &config.ev, "",
			 "%s, %s", p->title, p->table);
		snprintf(v->b, sizeof(v->b), "CONFIG_%s is not set", p->option);
		snprintf(v->c, sizeof(v->c), "CONFIG_%s", p->option);
		return;
	}
	if (!strcmp(p->table, "DMAR") && def.is == ANSWER_NO &&
	    fact_parameter(f, "intel_iommu", "on", "off").is == ANSWER_NO) {
		conclude(v, CHECK_IOMMU_KERNEL_DISABLED, F_IOMMU_KERNEL_DISABLED, &def.ev, "",
			 "%s, %s", p->title, p->table);
		snprintf(v->b, sizeof(v->b),
			 "its default is off (CONFIG_INTEL_IOMMU_DEFAULT_ON is not set)");
		snprintf(v->c, sizeof(v->c),
			 "add intel_iommu=on to the kernel command line" RESTART);
		return;
	}
	conclude(v, CHECK_IOMMU_KERNEL_DISABLED, F_IOMMU_KERNEL_DISABLED, &ev, "", "%s, %s",
		 p->title, p->table);
	snprintf(v->b, sizeof(v->b), "why is not known");
	snprintf(v->c, sizeof(v->c), "%s; see what the kernel said: dmesg | iommuctl decode",
		 !strcmp(p->table, "DMAR") ? "add intel_iommu=on to the kernel command line" RESTART
					   : "look for what stopped the driver");
}

/* Functions of class 08.06 are IOMMUs themselves. */
static const struct host_device *iommu_function(const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->n_devices; i++)
		if (snap->devices[i].has_ids && snap->devices[i].class_code >> 8 == 0x0806)
			return &snap->devices[i];
	return NULL;
}

/* No table speaks of an IOMMU: is there one that firmware hides? */
static void judge_undescribed(const struct facts *f, const struct evidence *none, struct verdict *v)
{
	const struct host_device *function = iommu_function(fact_snapshot(f));
	struct fact vm = fact_virtual_machine(f), cpu = fact_cpu_virtualization(f);
	struct evidence ev;

	if (vm.is == ANSWER_YES) {
		conclude(v, CHECK_IOMMU_ABSENT, F_IOMMU_ABSENT, &vm.ev,
			 "give the virtual machine one: QEMU -M q35 with -device "
			 "intel-iommu,intremap=on (on Arm -M virt,iommu=smmuv3), libvirt <iommu "
			 "model='intel'/>",
			 "this is a virtual machine, and its hypervisor offers none");
		return;
	}
	if (function) {
		ev = evidence_of("sysfs", "/sys/bus/pci/devices", "%s is an IOMMU (class 0806)",
				 function->name);
		conclude(v, CHECK_IOMMU_FIRMWARE_DISABLED, F_IOMMU_FIRMWARE_DISABLED, &ev,
			 "turn on IOMMU (AMD-Vi) in the firmware's setup, save and restart",
			 "%s is there, and no ACPI table speaks of it", function->name);
		return;
	}
	if (cpu.is == ANSWER_YES) {
		conclude(v, CHECK_IOMMU_FIRMWARE_DISABLED, F_IOMMU_FIRMWARE_DISABLED, &cpu.ev,
			 "turn on VT-d (Intel) or IOMMU, AMD-Vi (AMD) in the firmware's setup, "
			 "save and "
			 "restart; if there is no such setting, the board has no IOMMU",
			 "the processor has %s, and there is neither a DMAR nor an IVRS table",
			 cpu.ev.value);
		return;
	}
	if (vm.is == ANSWER_UNKNOWN || (cpu.is == ANSWER_UNKNOWN && fact_is_x86(f))) {
		conclude(v, CHECK_IOMMU_UNKNOWN, F_IOMMU_UNKNOWN, none,
			 "look for VT-d, AMD-Vi or IOMMU in the firmware's setup",
			 "no table describes one, and what kind of machine this is is not known");
		return;
	}
	conclude(v, CHECK_IOMMU_ABSENT, F_IOMMU_ABSENT, none,
		 fact_is_x86(f) ? "look for VT-d, AMD-Vi or virtualization in the firmware's "
				  "setup; if there is "
				  "none, use other hardware"
				: "use other hardware, or firmware that describes an SMMU",
		 fact_is_x86(f) ? "no ACPI table describes one and the processor shows no "
				  "virtualization"
				: "firmware describes none");
}

static void judge_state(const struct facts *f, struct verdict *v)
{
	json_object *unread = fact_unread_below(f, "/sys/class/iommu");
	struct evidence ev, last = { 0 };
	bool unknown = false;

	memset(v, 0, sizeof(*v));
	if (judge_driven(f, v))
		return;
	if (!unread)
		unread = fact_unread_below(f, "/sys/kernel/iommu_groups");
	if (unread) {
		ev = evidence_of("sysfs", doc_get_str(unread, "path", ""), "%s",
				 doc_get_str(unread, "errno", "not read"));
		conclude(v, CHECK_IOMMU_UNKNOWN, F_IOMMU_UNKNOWN, &ev,
			 "run it on the machine itself, as root",
			 "%s, which says what the kernel drives, could not be read", ev.where);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(platforms); i++) {
		enum answer is = table_describes_iommu(f, &platforms[i], &ev);

		if (is == ANSWER_YES) {
			judge_described(f, &platforms[i], v);
			return;
		}
		unknown |= is == ANSWER_UNKNOWN;
		last = ev;
	}
	if (unknown) {
		conclude(v, CHECK_IOMMU_UNKNOWN, F_IOMMU_UNKNOWN, &last,
			 "run it on the machine itself, as root",
			 "the kernel drives none, and %s could not be read",
			 last.where[0] ? last.where : "the ACPI tables");
		return;
	}
	last = evidence_of("sysfs", "/sys/firmware/acpi/tables", "no DMAR, IVRS, IORT or VIOT");
	judge_undescribed(f, &last, v);
}

enum check_iommu_state check_iommu_state(const struct facts *f)
{
	struct verdict v;

	judge_state(f, &v);
	return v.state;
}

const char *check_iommu_state_name(enum check_iommu_state state)
{
	static const char *const names[] = {
		[CHECK_IOMMU_UNKNOWN] = NULL,
		[CHECK_IOMMU_ABSENT] = "absent",
		[CHECK_IOMMU_FIRMWARE_DISABLED] = "firmware-disabled",
		[CHECK_IOMMU_KERNEL_DISABLED] = "kernel-disabled",
		[CHECK_IOMMU_IDENTITY] = "identity",
		[CHECK_IOMMU_ON] = "on",
	};

	return names[state];
}

void rule_iommu_state(struct check_run *run, const struct check_subject *s)
{
	struct verdict v;

	judge_state(run->facts, &v);
	check_emit(run, v.finding, s, &v.ev, 3, v.a, v.b, v.c);
}

/* --- interrupts -------------------------------------------------------------------------- */

/* VT-d units whose ECAP.IR is 0; -1 when no unit's registers are known. */
static int units_without_remapping(const struct facts *f, struct evidence *ev)
{
	const struct snapshot *snap = fact_snapshot(f);
	int without = -1;

	for (size_t i = 0; i < snap->n_iommus; i++) {
		struct reg_set regs;
		uint64_t ir;

		if (!iommu_is_hardware(&snap->iommus[i]) ||
		    !fact_registers(f, &snap->iommus[i], &regs, ev) ||
		    !reg_set_field(&regs, "ECAP", "IR", &ir))
			continue;
		if (without < 0)
			without = 0;
		if (ir)
			continue;
		without++;
		snprintf(ev->value, sizeof(ev->value), "ECAP.IR of %s is 0", snap->iommus[i].name);
	}
	return without;
}

static void emit_interrupts_off(struct check_run *run, const struct check_subject *s,
				const struct evidence *seen)
{
	const struct facts *f = run->facts;
	struct fact off = fact_parameter(f, "intremap", "off", "on");
	struct fact no = fact_parameter(f, "nointremap", "", NULL);
	struct fact config = fact_config(f, "IRQ_REMAP");
	json_object *dmar = fact_acpi_table(f, "DMAR");
	struct evidence ev = { 0 };

	if (off.is == ANSWER_YES || no.is == ANSWER_YES) {
		check_emit(run, F_IR_KERNEL_DISABLED, s, off.is == ANSWER_YES ? &off.ev : &no.ev, 1,
			   off.is == ANSWER_YES ? "intremap=off" : "nointremap");
	} else if (fact_is_x86(f) && config.is == ANSWER_NO) {
		check_emit(run, F_IR_KERNEL_UNSUPPORTED, s, &config.ev, 1,
			   "CONFIG_IRQ_REMAP is not set");
	} else if (units_without_remapping(f, &ev) > 0) {
		check_emit(run, F_IR_ABSENT, s, &ev, 1, ev.value);
	} else if (dmar && !doc_get_bool(dmar, "interrupt_remapping", true)) {
		ev = evidence_of("acpi", "DMAR flags, bit 0", "0");
		check_emit(run, F_IR_FIRMWARE_DISABLED, s, &ev, 1,
			   "the INTR_REMAP flag of DMAR is 0");
	} else if (check_iommu_state(f) == CHECK_IOMMU_ABSENT) {
		check_emit(run, F_IR_ABSENT, s, seen, 1, "there is no IOMMU");
	} else {
		check_emit(run, F_IR_OFF, s, seen, 1, seen->value);
	}
}

void rule_interrupts(struct check_run *run, const struct check_subject *s)
{
	struct fact on = fact_interrupts(run->facts);
	struct fact unsafe;

	if (on.is == ANSWER_YES) {
		check_emit(run, F_IR_ON, s, &on.ev, 0);
		return;
	}
	if (on.is == ANSWER_UNKNOWN) {
		check_emit(run, F_IR_UNKNOWN, s, &on.ev, 1, on.ev.value);
		return;
	}
	unsafe = fact_module_flag(run->facts, "iommufd", "allow_unsafe_interrupts");
	if (unsafe.is == ANSWER_YES &&
	    check_wants(run, run->rule->goals & 1u << GOAL_PASSTHROUGH)) {
		struct check_rule others = *run->rule;
		const struct check_rule *all = run->rule;

		check_emit_for(run, 1u << GOAL_PASSTHROUGH, F_IR_UNSAFE_ALLOWED, s, &unsafe.ev, 1,
			       "iommufd.allow_unsafe_interrupts");
		others.goals &= ~(1u << GOAL_PASSTHROUGH);
		run->rule = &others;
		emit_interrupts_off(run, s, &on.ev);
		run->rule = all;
		return;
	}
	emit_interrupts_off(run, s, &on.ev);
}

/* --- parameters ------------------------------------------------------------------------- */

/* What the kernel drives is there, whatever a copy has of the firmware's tables. */
static bool has_units(const struct facts *f, const char *type)
{
	const struct snapshot *snap = fact_snapshot(f);

	for (size_t i = 0; i < snap->n_iommus; i++)
		if (snap->iommus[i].driver_type && !strcmp(snap->iommus[i].driver_type, type))
			return true;
	return false;
}

static bool param_fits(const struct facts *f, const struct check_param *p, const char *name,
		       const char *value, size_t len)
{
	if (strcmp(p->name, name))
		return false;
	if (p->value && (strncasecmp(p->value, value, strlen(p->value)) ||
			 (len > strlen(p->value) && value[strlen(p->value)] != '=')))
		return false;
	return p->effect != PARAM_OTHER_HARDWARE ||
	       (fact_acpi(f, p->table).is == ANSWER_NO && !has_units(f, p->units));
}

/* True when the whole parameter was judged, not just this one of its values. */
static bool judge_parameter(struct check_run *run, const struct check_subject *s, const char *name,
			    const char *value, size_t len)
{
	for (size_t i = 0; i < check_n_params; i++) {
		const struct check_param *p = &check_params[i];
		struct evidence ev;
		char shown[EVIDENCE_TEXT];

		if (!param_fits(run->facts, p, name, value, len))
			continue;
		if (!p->value)
			len = strlen(value);
		snprintf(shown, sizeof(shown), "%s%s%.*s", name, len ? "=" : "", (int)len, value);
		ev = evidence_of("command line", "/proc/cmdline", "%s", shown);
		check_emit(run,
			   p->effect == PARAM_WEAKENS ? F_PARAMETER_WEAKENS : F_PARAMETER_NO_EFFECT,
			   s, &ev, 3, shown, p->why, p->fix);
		return !p->value;
	}
	return false;
}

void rule_parameters(struct check_run *run, const struct check_subject *s)
{
	const struct kernel_parameter *list;
	size_t n;

	if (!fact_parameters(run->facts, &list, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		const char *value = list[i].value;

		for (;;) {
			size_t len = strcspn(value, ",;");

			if (judge_parameter(run, s, list[i].name, value, len) || !value[len])
				break;
			value += len + 1;
		}
	}
}

void rule_noiommu_mode(struct check_run *run, const struct check_subject *s)
{
	struct fact on = fact_module_flag(run->facts, "vfio", "enable_unsafe_noiommu_mode");

	if (on.is == ANSWER_YES)
		check_emit(run, F_VFIO_NOIOMMU, s, &on.ev, 1, "vfio.enable_unsafe_noiommu_mode");
}
