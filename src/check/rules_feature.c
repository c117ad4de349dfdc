/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules about what the hardware behind a device can do: nesting, dirty pages, PASIDs, page
 * requests.
 *
 * What Linux 7.3 asks of the registers before it offers a feature, one row a bit.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/out.h"
#include "check/rules.h"
#include "host/usable.h"
#include "uapi/layout.h"

enum feature { FEATURE_NESTED, FEATURE_DIRTY, FEATURE_PASID, FEATURE_PRI };

struct need {
	enum feature feature;
	const char *arch, *reg, *field;
	uint64_t min;
};

static const struct need needs[] = {
	{ FEATURE_NESTED, "intel-vtd", "ECAP", "NEST", 1 },
	{ FEATURE_NESTED, "intel-vtd", "ECAP", "SMTS", 1 },
	{ FEATURE_NESTED, "intel-vtd", "ECAP", "SSTS", 1 },
	{ FEATURE_NESTED, "arm-smmuv3", "IDR0", "S1P", 1 },
	{ FEATURE_NESTED, "arm-smmuv3", "IDR0", "S2P", 1 },
	{ FEATURE_NESTED, "amd-vi", "EFR", "GTSup", 1 },
	{ FEATURE_NESTED, "amd-vi", "EFR", "GIoSup", 1 },
	{ FEATURE_NESTED, "amd-vi", "EFR2", "GCR3TRPModeSup", 1 },

	{ FEATURE_DIRTY, "intel-vtd", "ECAP", "SMTS", 1 },
	{ FEATURE_DIRTY, "intel-vtd", "ECAP", "SSADS", 1 },
	{ FEATURE_DIRTY, "intel-vtd", "ECAP", "SMPWCS", 1 },
	{ FEATURE_DIRTY, "arm-smmuv3", "IDR0", "S1P", 1 },
	{ FEATURE_DIRTY, "arm-smmuv3", "IDR0", "HTTU", 2 },
	{ FEATURE_DIRTY, "arm-smmuv3", "IDR0", "COHACC", 1 },
	{ FEATURE_DIRTY, "amd-vi", "EFR", "HDSup", 1 },

	{ FEATURE_PASID, "intel-vtd", "ECAP", "PASID", 1 },
	{ FEATURE_PASID, "intel-vtd", "ECAP", "SMTS", 1 },
	{ FEATURE_PASID, "arm-smmuv3", "IDR0", "S1P", 1 },
	{ FEATURE_PASID, "arm-smmuv3", "IDR1", "SSIDSIZE", 1 },
	{ FEATURE_PASID, "amd-vi", "EFR", "GTSup", 1 },
	{ FEATURE_PASID, "amd-vi", "EFR", "GIoSup", 1 },
	{ FEATURE_PASID, "riscv-iommu", "CAPABILITIES", "PD8", 1 },

	{ FEATURE_PRI, "intel-vtd", "ECAP", "PRS", 1 },
	{ FEATURE_PRI, "intel-vtd", "ECAP", "DT", 1 },
	{ FEATURE_PRI, "arm-smmuv3", "IDR0", "PRI", 1 },
	{ FEATURE_PRI, "amd-vi", "EFR", "PPRSup", 1 },
};

/*
 * Do the registers have all that a feature needs? @ev receives the bit that is
 * missing, or all of them. Unknown where no rows speak of the architecture.
 */
static enum answer registers_have(enum feature feature, const struct reg_set *regs,
				  struct evidence *ev)
{
	enum answer is = ANSWER_UNKNOWN;
	struct out all = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		const struct need *n = &needs[i];
		uint64_t raw;

		if (n->feature != feature || strcmp(n->arch, regs->arch->type))
			continue;
		if (!reg_set_field(regs, n->reg, n->field, &raw)) {
			is = ANSWER_UNKNOWN;
			snprintf(ev->value, sizeof(ev->value), "%s is not known", n->reg);
			break;
		}
		if (raw < n->min) {
			is = ANSWER_NO;
			snprintf(ev->value, sizeof(ev->value), "%s.%s is %" PRIu64, n->reg,
				 n->field, raw);
			break;
		}
		is = ANSWER_YES;
		out_printf(&all, "%s%s.%s=%" PRIu64, all.len ? " " : "", n->reg, n->field, raw);
	}
	if (is == ANSWER_YES)
		snprintf(ev->value, sizeof(ev->value), "%.*s", (int)all.len, all.data);
	out_free(&all);
	return is;
}

static bool feature_is_known(enum feature feature, const char *arch)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
		if (needs[i].feature == feature && !strcmp(needs[i].arch, arch))
			return true;
	return false;
}

/* Types whose registers say something; the others have drivers without such features. */
static bool driver_is_plain(const char *type)
{
	return !strcmp(type, "virtio-iommu") || !strcmp(type, "arm-smmu") ||
	       !strcmp(type, "s390-iommu");
}

static const char *registers_fix(const struct host_iommu *iommu)
{
	return !strcmp(iommu->driver_type, "arm-smmuv3")
		       ? "bind a device behind it to VFIO (sudo driverctl set-override BDF "
			 "vfio-pci) and "
			 "run it as root: the registers are had through iommufd only"
		       : "run it as root, or give a device behind it to VFIO: sudo driverctl "
			 "set-override "
			 "BDF vfio-pci";
}

/* --- what is common to the features that registers decide ---------------------------------- */

struct outcome {
	enum check_finding yes, no, unknown, driver, scalable_off;
	bool needs_scalable;
	/* Of hwpt-alloc, when the kernel allocates such a table where it has the feature and no
	 * other. Flags that every table may have say nothing. */
	const char *flag;
	enum check_finding refused;
};

/* What is found, before it is reported. */
struct verdict {
	enum answer is;
	enum check_finding finding;
	struct evidence ev;
	const char *fix; /* the finding's second variable, NULL none */
	char what[EVIDENCE_TEXT];
};

static struct verdict verdict_of(enum answer is, enum check_finding finding,
				 const struct evidence *ev, const char *what, const char *fix)
{
	struct verdict v = { .is = is, .finding = finding, .ev = *ev, .fix = fix };

	snprintf(v.what, sizeof(v.what), "%s", what);
	return v;
}

static const char *scalable_fix(const struct facts *f)
{
	if (fact_parameter(f, "intel_iommu", "sm_off", "sm_on").is == ANSWER_YES)
		return "remove sm_off from intel_iommu= on the kernel command line, and restart";
	return "add intel_iommu=on,sm_on to the kernel command line, and restart";
}

/* The registers' answer. */
static struct verdict by_registers(const struct facts *f, const struct host_iommu *iommu,
				   enum feature feature, const struct outcome *o)
{
	struct reg_set regs;
	struct evidence ev;
	struct fact mode;
	enum answer is;

	if (!fact_registers(f, iommu, &regs, &ev)) {
		if (!driver_is_plain(iommu->driver_type))
			return verdict_of(ANSWER_UNKNOWN, o->unknown, &ev,
					  "its registers are not known", registers_fix(iommu));
		ev = evidence_of("sysfs", "/sys/class/iommu", "%s", iommu->name);
		return verdict_of(ANSWER_NO, o->driver, &ev, iommu->driver_type, NULL);
	}
	if (!feature_is_known(feature, regs.arch->type)) {
		snprintf(ev.value, sizeof(ev.value), "%s", regs.arch->title);
		return verdict_of(ANSWER_NO, o->driver, &ev, regs.arch->title, NULL);
	}
	is = registers_have(feature, &regs, &ev);
	if (is == ANSWER_UNKNOWN)
		return verdict_of(is, o->unknown, &ev, ev.value, registers_fix(iommu));
	if (is == ANSWER_NO)
		return verdict_of(is, o->no, &ev, ev.value, NULL);
	if (o->needs_scalable && !strcmp(regs.arch->type, "intel-vtd")) {
		mode = fact_scalable_mode(f, iommu);
		if (mode.is == ANSWER_NO)
			return verdict_of(ANSWER_NO, o->scalable_off, &mode.ev, mode.ev.value,
					  scalable_fix(f));
	}
	return verdict_of(is, o->yes, &ev, ev.value, NULL);
}

/*
 * What the kernel did when it was tried counts more than what registers promise; why it refused is
 * for the registers to say, where they can. Returns the answer for rules that go on from there.
 */
static enum answer judge_feature(struct check_run *run, const struct check_subject *s,
				 enum feature feature, const struct outcome *o)
{
	struct verdict v = by_registers(run->facts, s->iommu, feature, o);
	struct fact tried = { .is = ANSWER_UNKNOWN };

	if (o->flag)
		tried = fact_probe(run->facts, s->iommu, o->flag);
	if (tried.is == ANSWER_YES)
		v = verdict_of(ANSWER_YES, o->yes, &tried.ev,
			       "the kernel allocated such a page table", NULL);
	else if (tried.is == ANSWER_NO && v.is != ANSWER_NO)
		v = verdict_of(ANSWER_NO, o->refused, &tried.ev, tried.ev.value, NULL);
	check_emit(run, v.finding, s, &v.ev, 2, v.what, v.fix ? v.fix : "");
	return v.is;
}

/* --- nested translation ---------------------------------------------------------------------- */

/* Revisions on which the kernel leaves nesting off: product, and the first that is good. */
static const struct {
	uint64_t product;
	uint64_t variant, revision;
	const char *what;
} smmu_errata[] = {
	{ 0x483, 2, 0, "MMU-600 before r2p0" },
	{ 0x487, 1, 1, "MMU-700 before r1p1" },
};

static const char *nesting_erratum(const struct reg_set *regs, struct evidence *ev)
{
	uint64_t product, variant, revision, implementer;

	if (!reg_set_field(regs, "IIDR", "ProductID", &product) ||
	    !reg_set_field(regs, "IIDR", "Variant", &variant) ||
	    !reg_set_field(regs, "IIDR", "Revision", &revision) ||
	    !reg_set_field(regs, "IIDR", "Implementer", &implementer) || implementer != 0x43b)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(smmu_errata); i++) {
		if (smmu_errata[i].product != product || variant > smmu_errata[i].variant ||
		    (variant == smmu_errata[i].variant && revision >= smmu_errata[i].revision))
			continue;
		snprintf(ev->value, sizeof(ev->value), "IIDR names r%" PRIu64 "p%" PRIu64, variant,
			 revision);
		return smmu_errata[i].what;
	}
	return NULL;
}

/* CANWBS of the root complexes in IORT: unknown when the table is not known. */
static enum answer iort_canwbs(const struct facts *f)
{
	json_object *list = doc_get(fact_acpi_table(f, "IORT"), "structures");
	enum answer is = ANSWER_NO;

	if (!list)
		return fact_acpi(f, "IORT").is == ANSWER_NO ? ANSWER_NO : ANSWER_UNKNOWN;
	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *node = doc_at(list, i);

		if (strcmp(doc_get_str(node, "type", ""), "root-complex"))
			continue;
		if (!doc_get(node, "canwbs"))
			is = ANSWER_UNKNOWN;
		else if (doc_get_bool(node, "canwbs", false))
			return ANSWER_YES;
	}
	return is;
}

static void judge_smmu_nesting(struct check_run *run, const struct check_subject *s)
{
	struct reg_set regs;
	struct evidence ev;
	const char *erratum;
	enum answer canwbs;
	uint64_t fwb;

	/* The kernel has asked all of this itself where it made a virtual IOMMU. */
	if (fact_probe_viommu(run->facts, s->iommu, "arm-smmuv3").is == ANSWER_YES ||
	    !fact_registers(run->facts, s->iommu, &regs, &ev))
		return;
	erratum = nesting_erratum(&regs, &ev);
	if (erratum) {
		check_emit(run, F_NESTED_ERRATUM, s, &ev, 1, erratum);
		return;
	}
	if (reg_set_field(&regs, "IDR3", "FWB", &fwb) && fwb)
		return;
	canwbs = iort_canwbs(run->facts);
	snprintf(ev.value, sizeof(ev.value), "IDR3.FWB is 0%s",
		 canwbs == ANSWER_NO ? ", and no root complex of IORT has CANWBS" : "");
	if (canwbs == ANSWER_NO)
		check_emit(run, F_NESTED_NO_COHERENCY, s, &ev, 1, ev.value);
	else if (canwbs == ANSWER_UNKNOWN)
		check_emit(run, F_NESTED_COHERENCY_UNKNOWN, s, &ev, 1, ev.value);
}

/* iommufd gives no access to a driver that was built without these. */
static void judge_nesting_config(struct check_run *run, const struct check_subject *s,
				 const char *option)
{
	struct fact config = fact_config(run->facts, option);
	char missing[96], name[64];

	if (config.is != ANSWER_NO)
		return;
	snprintf(name, sizeof(name), "CONFIG_%s", option);
	snprintf(missing, sizeof(missing), "%s is not set", name);
	check_emit(run, F_NESTED_KERNEL_CONFIG, s, &config.ev, 2, missing, name);
}

void rule_nested(struct check_run *run, const struct check_subject *s)
{
	static const struct outcome outcome = {
		F_NESTED_HARDWARE, F_NESTED_NO_HARDWARE,  F_NESTED_UNKNOWN,
		F_NESTED_DRIVER,   F_NESTED_SCALABLE_OFF, true,
		"nest-parent",     F_NESTED_REFUSED,
	};
	const char *type = s->iommu->driver_type;
	enum answer is = judge_feature(run, s, FEATURE_NESTED, &outcome);
	struct evidence ev;

	if (!strcmp(type, "arm-smmuv3")) {
		judge_nesting_config(run, s, "ARM_SMMU_V3_IOMMUFD");
		if (is == ANSWER_YES)
			judge_smmu_nesting(run, s);
	} else if (!strcmp(type, "amd-vi")) {
		judge_nesting_config(run, s, "AMD_IOMMU_IOMMUFD");
		if (is == ANSWER_YES) {
			ev = evidence_of("uapi", "IOMMU_HWPT_ALLOC, data type AMD_GUEST",
					 "EOPNOTSUPP as of Linux 7.3");
			check_emit(run, F_NESTED_KERNEL_MISSING, s, &ev, 1, "AMD-Vi");
		}
	}
}

/* --- dirty tracking --------------------------------------------------------------------------- */

/* A device behind the IOMMU of which the kernel gave its own answer. */
static const struct host_device *asked_device(const struct check_run *run,
					      const struct host_iommu *iommu)
{
	const struct snapshot *snap = fact_snapshot(run->facts);

	for (size_t i = 0; i < snap->n_devices; i++) {
		const struct host_device *dev = &snap->devices[i];

		if (device_iommu(snap, dev) == iommu && dev->hw_info &&
		    dev->hw_info->has_capabilities)
			return dev;
	}
	return NULL;
}

void rule_dirty_tracking(struct check_run *run, const struct check_subject *s)
{
	static const struct outcome outcome = {
		F_DIRTY_SUPPORTED, F_DIRTY_NO_HARDWARE,  F_DIRTY_UNKNOWN,
		F_DIRTY_DRIVER,    F_DIRTY_SCALABLE_OFF, true,
		"dirty-tracking",  F_DIRTY_REFUSED,
	};
	const struct host_device *dev = asked_device(run, s->iommu);
	struct evidence ev;

	/* The kernel's own answer counts more than the bits. */
	if (dev && dev->hw_info->capabilities & UAPI_HW_CAP_DIRTY_TRACKING) {
		ev = evidence_of("iommufd", "IOMMU_GET_HW_INFO out_capabilities, bit 0", "1 for %s",
				 dev->name);
		check_emit(run, F_DIRTY_SUPPORTED, s, &ev, 1, "the kernel says so");
		return;
	}
	judge_feature(run, s, FEATURE_DIRTY, &outcome);
}

/* --- PASIDs ----------------------------------------------------------------------------------- */

void rule_pasid_iommu(struct check_run *run, const struct check_subject *s)
{
	static const struct outcome outcome = {
		F_PASID_IOMMU,
		F_PASID_NO_IOMMU,
		F_PASID_UNKNOWN,
		F_PASID_NO_IOMMU,
		F_PASID_SCALABLE_OFF,
		true,
		NULL,
		F_PASID_NO_IOMMU,
	};

	judge_feature(run, s, FEATURE_PASID, &outcome);
}

static bool is_pci_function(const struct check_subject *s)
{
	return device_is_pci(s->device) && !device_is_pci_bridge(s->device);
}

void rule_pasid_device(struct check_run *run, const struct check_subject *s)
{
	const struct host_hw_info *hw = s->device->hw_info;
	struct fact cap;
	struct evidence ev;
	char text[64];

	if (hw && hw->has_max_pasid) {
		snprintf(text, sizeof(text), "PASIDs of %u bits", hw->max_pasid_log2);
		ev = evidence_of("iommufd", "IOMMU_GET_HW_INFO out_max_pasid_log2", "%u",
				 hw->max_pasid_log2);
		check_emit(run, hw->max_pasid_log2 ? F_PASID_DEVICE : F_PASID_NO_DEVICE, s, &ev, 1,
			   hw->max_pasid_log2 ? text : "the kernel reports a width of 0");
		return;
	}
	if (!is_pci_function(s))
		return;
	cap = fact_pci_capability(run->facts, s->device, "pasid");
	if (cap.is == ANSWER_YES)
		check_emit(run, F_PASID_DEVICE, s, &cap.ev, 1, "it has the capability");
	else if (cap.is == ANSWER_NO)
		check_emit(run, F_PASID_NO_DEVICE, s, &cap.ev, 1, "it has no PASID capability");
	else
		check_emit(run, F_PASID_DEVICE_UNKNOWN, s, &cap.ev, 1, cap.ev.value);
}

/* --- page requests ---------------------------------------------------------------------------- */

void rule_ats_allowed(struct check_run *run, const struct check_subject *s)
{
	struct fact off = fact_parameter(run->facts, "pci", "noats", NULL);

	if (off.is == ANSWER_YES)
		check_emit(run, F_ATS_OFF, s, &off.ev, 1, "pci=noats");
}

void rule_page_requests_iommu(struct check_run *run, const struct check_subject *s)
{
	static const struct outcome outcome = {
		F_PRI_IOMMU,    F_PRI_NO_IOMMU, F_PRI_UNKNOWN, F_PRI_NO_IOMMU,
		F_PRI_NO_IOMMU, false,          NULL,          F_PRI_NO_IOMMU,
	};
	struct reg_set regs;
	struct evidence ev;
	uint64_t pri, model;

	if (fact_registers(run->facts, s->iommu, &regs, &ev) &&
	    reg_set_field(&regs, "IDR0", "PRI", &pri) && !pri &&
	    reg_set_field(&regs, "IDR0", "STALL_MODEL", &model) && model != 1) {
		snprintf(ev.value, sizeof(ev.value),
			 "IDR0.STALL_MODEL is %" PRIu64 ", IDR0.PRI is 0", model);
		check_emit(run, F_PRI_STALL, s, &ev, 1, ev.value);
		return;
	}
	judge_feature(run, s, FEATURE_PRI, &outcome);
}

void rule_page_requests_device(struct check_run *run, const struct check_subject *s)
{
	const struct host_hw_info *hw = s->device->hw_info;
	struct fact cap;
	struct evidence ev;

	if (!is_pci_function(s))
		return;
	if (hw && hw->has_capabilities && hw->capabilities & UAPI_HW_CAP_PCI_ATS_NOT_SUPPORTED) {
		ev = evidence_of("iommufd", "IOMMU_GET_HW_INFO out_capabilities, bit 3", "1");
		check_emit(run, F_PRI_NO_DEVICE, s, &ev, 1,
			   "the kernel reports that ATS is not possible");
		return;
	}
	cap = fact_pci_capability(run->facts, s->device, "pri");
	if (cap.is == ANSWER_YES)
		check_emit(run, F_PRI_DEVICE, s, &cap.ev, 1, "it has the capability");
	else if (cap.is == ANSWER_NO)
		check_emit(run, F_PRI_NO_DEVICE, s, &cap.ev, 1, "it has no PRI capability");
	else
		check_emit(run, F_PRI_DEVICE_UNKNOWN, s, &cap.ev, 1, cap.ev.value);
}
