/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What single patterns of Xen need beyond their template. */
#include "config.h"
#include "klog/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* Xen's line before names the unit: "drhd->address = fed90000 iommu->reg = ffff82c00021d000". */
bool klog_post_xen_registers(struct klog_parse *ps, struct klog_record *rec,
			     const struct klog_match *m)
{
	const char *end = ps->first, *lo = ps->win.base;
	struct klog_match unit;

	if (end > lo) {
		const char *nl = memrchr(lo, '\n', (size_t)(end - 1 - lo)), *s = nl ? nl : lo;

		s = memmem(s, (size_t)(end - s), "drhd-", 5);
		if (s && klog_match("drhd-\\>address =<3D> {base:x}", s, end, &unit) == KLOG_MATCH)
			klog_put_hex(rec, "base", klog_number(&unit, "base"), 0);
	}
	return klog_post_vtd_registers(ps, rec, m);
}

/* Xen's words for fields of EFR, longest first where one begins another. */
static const struct {
	const char *text;
	const char *field;
} xen_names[] = {
	{ "Prefetch Pages Command", "PreFSup" },
	{ "Peripheral Page Service Request", "PPRSup" },
	{ "x2APIC", "XTSup" },
	{ "NX bit", "NXSup" },
	{ "Guest APIC Physical Processor Interrupt", "GAPPISup" },
	{ "Guest Translation", "GTSup" },
	{ "Invalidate All Command", "IASup" },
	{ "Guest APIC", "GASup" },
	{ "Hardware Error Registers", "HESup" },
	{ "Performance Counters", "PCSup" },
	{ "Host Address Translation Size", "HATS" },
	{ "Guest Address Translation Size", "GATS" },
	{ "Guest CR3 Root Table Level", "GLXSup" },
	{ "Maximum PASID", "PASmax" },
	{ "SMI Filter Register Count", "SmiFRC" },
	{ "SMI Filter Register", "SmiFSup" },
	{ "Guest Virtual APIC Modes", "GAMSup" },
	{ "Dual PPR Log", "DualPprLogSup" },
	{ "Dual Event Log", "DualEventLogSup" },
	{ "Secure ATS", "SATSSup" },
	{ "User / Supervisor Page Protection", "USSup" },
	{ "Device Table Segmentation", "DevTblSegSup" },
	{ "PPR Log Overflow Early Warning", "PPROvrflwEarlySup" },
	{ "PPR Automatic Response", "PPRAutoRspSup" },
	{ "Memory Access Routing and Control", "MARCSup" },
	{ "Block StopMark Message", "BlkStopMrkSup" },
	{ "Performance Optimization", "PerfOptSup" },
	{ "MSI Capability MMIO Access", "MsiCapMmioSup" },
	{ "Guest I/O Protection", "GIoSup" },
	{ "Host Access", "HASup" },
	{ "Enhanced PPR Handling", "EPHSup" },
	{ "Attribute Forward", "AttrFWSup" },
	{ "Host Dirty", "HDSup" },
	{ "Virtualized IOMMU", "VIOMMUSup" },
	{ "Invalidate IOTLB Type", "InvIotlbTypeSup" },
	{ "VMGuard I/O Support", "VmGuardIoSup" },
	{ "VM Table Size", "VmTableSize" },
	{ "Guest Access Bit Update Disable", "GAUpdateDisSup" },
};

static const char *xen_field(const char *s, size_t len, size_t *used)
{
	for (size_t i = 0; i < ARRAY_SIZE(xen_names); i++) {
		size_t n = strlen(xen_names[i].text);

		if (len < n || strncasecmp(xen_names[i].text, s, n))
			continue;
		*used = n;
		return xen_names[i].field;
	}
	return NULL;
}

bool klog_more_xen_features(const struct klog_match *m, const char *s, const char *end)
{
	size_t used;

	(void)m;
	return xen_field(s, (size_t)(end - s), &used) != NULL;
}

bool klog_post_xen_features(struct klog_parse *ps, struct klog_record *rec,
			    const struct klog_match *m)
{
	const struct klog_capture *list = klog_capture(m, "_list");
	const char *s = list ? list->s : NULL, *end = list ? list->s + list->len : NULL;

	(void)ps;
	while (s && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s)), *stop = nl ? nl : end, *colon;
		size_t used = 0;
		const char *field;
		char item[64];

		while (s < stop && isspace((unsigned char)*s))
			s++;
		field = xen_field(s, (size_t)(stop - s), &used);
		colon = field ? memchr(s + used, ':', (size_t)(stop - s) - used) : NULL;
		if (field && colon) {
			const char *v = colon + 1;
			size_t len;

			len = klog_next_word(&v, stop);
			snprintf(item, sizeof(item), "%s=%.*s", field, (int)(len < 20 ? len : 20),
				 v);
			klog_put_item(rec, "log_fields", item);
		} else if (field) {
			klog_put_item(rec, "log_fields", field);
		}
		s = stop + 1;
	}
	return klog_fact(rec, "log_fields") != NULL;
}

bool klog_post_xen_vtd(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	static const char *const parts[] = { "_second", "_third", "_fourth" };
	const struct klog_capture *c = klog_capture(m, "feature"), *last, *state;
	bool off = rec->pattern->meaning[strlen(rec->pattern->meaning) - 1] == 't';
	const char *text;

	(void)ps;
	last = c;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (klog_capture(m, parts[i]))
			last = klog_capture(m, parts[i]);
	state = klog_capture(m, "_state");
	if (!c || !state || state->len < 7)
		return false;
	klog_put_str(rec, "feature", c->s, (size_t)(last->s + last->len - c->s));
	if (!memcmp(state->s, "enabled", 7))
		text = off ? "not enabled" : "enabled";
	else if (!memcmp(state->s, "support", 7))
		text = off ? "not supported" : "supported";
	else
		return false;
	klog_put_text(rec, "state", text);
	return true;
}

bool klog_post_xen_sizes(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	const struct klog_capture *c = klog_capture(m, "_sizes");
	const char *s = c ? c->s : NULL, *end = c ? c->s + c->len : NULL;
	char list[64];

	(void)ps;
	while (s && s < end) {
		size_t n = klog_next_word(&s, end), len = n;

		while (len && (s[len - 1] == ',' || s[len - 1] == '.'))
			len--;
		if (!n)
			break;
		snprintf(list, sizeof(list), "%.*s", (int)(len < 60 ? len : 60), s);
		if (isdigit((unsigned char)list[0]))
			klog_put_item(rec, "page_sizes", list);
		s += n;
	}
	return klog_fact(rec, "page_sizes") != NULL;
}

/* Devices that Xen prints as numbers: one, or the first and last of a range. */
bool klog_post_xen_device(struct klog_parse *ps, struct klog_record *rec,
			  const struct klog_match *m)
{
	const struct klog_capture *id = klog_capture(m, "_devid"), *last = klog_capture(m, "_last"),
				  *alias = klog_capture(m, "_alias");

	(void)ps;
	if (id && id->num <= 0xffff)
		klog_put_requester(rec, id->num);
	if (last && last->num <= 0xffff)
		klog_put_pci(rec, "last_device", last->num);
	if (alias && alias->num <= 0xffff)
		klog_put_pci(rec, "alias", alias->num);
	return true;
}

/** What stands behind a structure of the DMAR table: right behind "[VT-D]", so that no other words
 *  of Xen's are taken for it. */
bool klog_post_xen_scope(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	const char *p = ps->at;

	(void)rec;
	(void)m;
	while (p > ps->text.s && isspace((unsigned char)p[-1]))
		p--;
	return p - ps->text.s >= 6 && !memcmp(p - 6, "[VT-D]", 6);
}
