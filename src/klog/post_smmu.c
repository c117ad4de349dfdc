/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What single patterns of Arm's SMMUs need beyond their template. */
#include "config.h"
#include "klog/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* struct arm_smmu_device.features: a private word of the driver. Bits 0 to 14 have kept their place
 * since the driver's beginnings; those above differ between kernels (vendors' trees number HA, HD
 * and E2H otherwise), so their names are only probable. */
static const struct klog_bit_name smmuv3_features[] = {
	{ 0, "2_LVL_STRTAB" }, { 1, "2_LVL_CDTAB" },  { 2, "TT_LE" },     { 3, "TT_BE" },
	{ 4, "PRI" },          { 5, "ATS" },          { 6, "SEV" },       { 7, "MSI" },
	{ 8, "COHERENCY" },    { 9, "TRANS_S1" },     { 10, "TRANS_S2" }, { 11, "STALLS" },
	{ 12, "HYP" },         { 13, "STALL_FORCE" }, { 14, "VAX" },
};

static const struct klog_bit_name smmuv3_features_probable[] = {
	{ 15, "RANGE_INV" },      { 16, "BTM" }, { 17, "SVA" }, { 18, "E2H" },   { 19, "NESTING" },
	{ 20, "ATTR_TYPES_OVR" }, { 21, "HA" },  { 22, "HD" },  { 23, "S2FWB" }, { 24, "BBML2" },
	{ 25, "HAFT" },           { 26, "DS" },
};

bool klog_post_smmuv3_probe(struct klog_parse *ps, struct klog_record *rec,
			    const struct klog_match *m)
{
	const struct klog_capture *c = klog_capture(m, "driver_features");

	(void)ps;
	rec->arch = "arm-smmuv3";
	if (!c)
		return true;
	klog_put_hex(rec, "driver_features", c->num, 32);
	klog_put_bits(rec, "driver_feature_names", c->num, smmuv3_features,
		      ARRAY_SIZE(smmuv3_features));
	klog_put_bits(rec, "driver_feature_names_tentative", c->num, smmuv3_features_probable,
		      ARRAY_SIZE(smmuv3_features_probable));
	if (c->num >> 27) {
		char item[32];

		snprintf(item, sizeof(item), "0x%llx", (unsigned long long)(c->num >> 27 << 27));
		klog_put_item(rec, "driver_feature_names_tentative", item);
	}
	return true;
}

/** A word of an event belongs to the SMMU that its line names. */
bool klog_post_smmuv3_word(struct klog_parse *ps, struct klog_record *rec,
			   const struct klog_match *m)
{
	(void)ps;
	(void)m;
	return klog_fact(rec, "iommu") != NULL;
}

bool klog_post_smmuv3_gerror(struct klog_parse *ps, struct klog_record *rec,
			     const struct klog_match *m)
{
	static const struct klog_bit_name bits[] = {
		{ 0, "CMDQ_ERR" },           { 2, "EVENTQ_ABT_ERR" },
		{ 3, "PRIQ_ABT_ERR" },       { 4, "MSI_CMDQ_ABT_ERR" },
		{ 5, "MSI_EVENTQ_ABT_ERR" }, { 6, "MSI_PRIQ_ABT_ERR" },
		{ 7, "MSI_GERROR_ABT_ERR" }, { 8, "SFM_ERR" },
		{ 9, "CMDQP_ERR" },
	};
	const struct klog_fact *f = klog_fact(rec, "errors");

	(void)ps;
	(void)m;
	if (!f)
		return true;
	klog_put_hex(rec, "errors", f->num, 32);
	klog_put_bits(rec, "error_names", f->num, bits, ARRAY_SIZE(bits));
	return true;
}

static void put_context_status(struct klog_record *rec, uint64_t fsr)
{
	static const struct klog_bit_name bits[] = {
		{ 1, "TF" },     { 2, "AFF" }, { 3, "PF" },  { 4, "EF" },  { 5, "TLBMCF" },
		{ 6, "TLBLKF" }, { 7, "ASF" }, { 8, "UUT" }, { 30, "SS" }, { 31, "MULTI" },
	};

	klog_put_hex(rec, "reason_code", fsr, 32);
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		if (!(fsr & (UINT64_C(1) << bits[i].bit)))
			continue;
		if (!klog_fact(rec, "reason"))
			klog_put_text(rec, "reason", bits[i].name);
		klog_put_item(rec, "status_bits", bits[i].name);
	}
	if (fsr & 0x02)
		rec->meaning = "The address is not mapped";
	else if (fsr & 0x08)
		rec->meaning = "The page does not allow this access";
	else if (fsr & 0x04)
		rec->meaning = "The page's access flag is not set";
	else if (fsr & 0x10)
		rec->meaning = "The memory refused the access, or a page table could not be read";
	if (fsr & 0x0a)
		rec->advice = klog_reason(&klog_smmuv3_events, 0x10)->advice;
}

bool klog_post_smmuv2_fault(struct klog_parse *ps, struct klog_record *rec,
			    const struct klog_match *m)
{
	const struct klog_capture *fsr = klog_capture(m, "_fsr"),
				  *fsynr = klog_capture(m, "_fsynr"),
				  *sid = klog_capture(m, "_sid"), *text = klog_capture(m, "_text");

	(void)ps;
	if (sid)
		klog_put_stream(rec, sid->num);
	if (fsr)
		put_context_status(rec, fsr->num);
	if (rec->kind == KLOG_FAULT && fsr)
		klog_put_hex(rec, "status", fsr->num, 32);
	/* "[TF R SS ]" */
	if (text && memmem(text->s, text->len, " R ", 3))
		klog_put_text(rec, "access", "read");
	else if (text && memmem(text->s, text->len, " W ", 3))
		klog_put_text(rec, "access", "write");
	if (!fsynr)
		return true;
	klog_put_hex(rec, "syndrome_value", fsynr->num, 32);
	klog_put_text(rec, "access", fsynr->num & 0x10 ? "write" : "read");
	return true;
}

/** The stream of a fault that is told on a line of its own. */
bool klog_post_smmuv2_stream(struct klog_parse *ps, struct klog_record *rec,
			     const struct klog_match *m)
{
	klog_put_stream(rec, klog_number(m, "_sid"));
	return klog_post_named(ps, rec, m);
}

/** The kernel says so when USF is the only bit of sGFSR that is set. */
bool klog_post_smmuv2_blocked(struct klog_parse *ps, struct klog_record *rec,
			      const struct klog_match *m)
{
	(void)ps;
	klog_put_stream(rec, klog_number(m, "_sid"));
	klog_put_hex(rec, "reason_code", 2, 32);
	klog_put_text(rec, "reason", "USF");
	return true;
}

/** Registers of a fault that belongs to no context: SMMU_sGFSR's bits, the stream of an unknown
 * one. */
bool klog_post_smmuv2_global(struct klog_parse *ps, struct klog_record *rec,
			     const struct klog_match *m)
{
	static const struct klog_bit_name bits[] = {
		{ 0, "ICF" }, { 1, "USF" }, { 2, "SMCF" }, { 3, "UCBF" }, { 4, "UCIF" },
		{ 5, "CAF" }, { 6, "EF" },  { 7, "PF" },   { 8, "UUT" },  { 31, "MULTI" },
	};
	const struct klog_fact *gfsr = klog_fact(rec, "gfsr"),
			       *syndrome = klog_fact(rec, "gfsynr1");

	(void)ps;
	(void)m;
	if (!gfsr)
		return true;
	klog_put_bits(rec, "status_bits", gfsr->num, bits, ARRAY_SIZE(bits));
	if (gfsr->num & 2 && syndrome)
		klog_put_stream(rec, syndrome->num & 0xffff);
	return true;
}
