/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What single patterns of IOMMUs of systems on a chip, of the kernel's trace events and of QEMU
 * need beyond their template. */
#include "config.h"
#include "klog/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* "read", "READ", "rd"; the template's own beginning where the line is not asked. */
static void put_access(struct klog_record *rec)
{
	const struct klog_fact *f = klog_fact(rec, "access");
	const char *word = f && f->type == KLOG_STR ? f->str : rec->pattern->tmpl;

	word += *word == '[';
	if (f == NULL &&
	    (strncmp(word, "non-secure ", 11) == 0 || strncmp(word, "secure ", 7) == 0))
		word = strchr(word, ' ') + 1;
	if (tolower((unsigned char)*word) == 'w')
		klog_put_text(rec, "access", "write");
	else if (tolower((unsigned char)*word) == 'r')
		klog_put_text(rec, "access", "read");
	else
		klog_drop(rec, "access");
}

bool klog_post_access(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	(void)ps;
	(void)m;
	put_access(rec);
	return true;
}

/** A fault whose driver names the reason in words, and a stream by a number or not at all. */
bool klog_post_soc_fault(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	const struct klog_capture *name = klog_capture(m, "_name"),
				  *code = klog_capture(m, "_code"), *sid = klog_capture(m, "_sid");

	(void)ps;
	put_access(rec);
	if (sid)
		klog_put_hex(rec, "stream_id", sid->num, 0);
	if (code)
		klog_put_hex(rec, "reason_code", code->num, 0);
	if (name)
		klog_put_str(rec, "reason", name->s, klog_trim(name->s, name->len));
	return true;
}

/* "SMMU translation error [--S]", or what else a memory controller finds wrong. */
bool klog_post_tegra_fault(struct klog_parse *ps, struct klog_record *rec,
			   const struct klog_match *m)
{
	const struct klog_capture *cause = klog_capture(m, "_cause");
	const char *open = cause ? memchr(cause->s, '[', cause->len) : NULL,
		   *end = cause ? cause->s + cause->len : NULL, *close;

	klog_post_soc_fault(ps, rec, m);
	if (!cause)
		return true;
	close = open ? memchr(open, ']', (size_t)(end - open)) : NULL;
	if (close)
		klog_put_str(rec, "attributes", open + 1, (size_t)(close - open - 1));
	if (cause->len < 4 || strncmp(cause->s, "SMMU", 4) != 0) {
		rec->kind = KLOG_EVENT;
		rec->meaning = "Tegra's memory controller refused an access, and not its SMMU: no "
			       "memory is there, or it is protected";
	}
	return true;
}

static void put_status(struct klog_record *rec, uint64_t status, const struct klog_bit_name *bits,
		       size_t n)
{
	klog_put_hex(rec, "reason_code", status, 32);
	klog_put_bits(rec, "status_bits", status, bits, n);
	for (size_t i = 0; i < n; i++)
		if (status >> bits[i].bit & 1) {
			klog_put_text(rec, "reason", bits[i].name);
			return;
		}
}

/* REG_MMU_FAULT_ST1: seven bits for each of two units, of which a line tells one or the other. */
bool klog_post_mtk_fault(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	static const struct klog_bit_name bits[] = {
		{ 0, "TRANSLATION_FAULT" },
		{ 1, "MAIN_MULTI_HIT_FAULT" },
		{ 2, "INVALID_PA_FAULT" },
		{ 3, "ENTRY_REPLACEMENT_FAULT" },
		{ 4, "TLB_MISS_FAULT" },
		{ 5, "MISS_TRANSACTION_FIFO_FAULT" },
		{ 6, "PREFETCH_TRANSACTION_FIFO_FAULT" },
	};
	uint64_t status = klog_number(m, "_status");

	(void)ps;
	put_access(rec);
	put_status(rec, (status | status >> 7) & 0x7f, bits, ARRAY_SIZE(bits));
	klog_put_hex(rec, "reason_code", status, 32);
	if (status & 0x81)
		rec->meaning = "MediaTek's IOMMU refused an access: the address is not mapped";
	return true;
}

/* IMSTR */
bool klog_post_ipmmu_fault(struct klog_parse *ps, struct klog_record *rec,
			   const struct klog_match *m)
{
	static const struct klog_bit_name bits[] = {
		{ 0, "TF" },
		{ 1, "PF" },
		{ 2, "ABORT" },
		{ 4, "MHIT" },
	};
	uint64_t status = klog_number(m, "_status");

	(void)ps;
	put_status(rec, status, bits, ARRAY_SIZE(bits));
	if (status & 1)
		rec->meaning =
			"Renesas's IOMMU (IPMMU) refused an access: the address is not mapped";
	else if (status & 2)
		rec->meaning =
			"Renesas's IOMMU (IPMMU) refused an access: the page does not allow it";
	return true;
}

/* --- trace events --------------------------------------------------------------------------- */

/* "kworker/u64:0-12 [011] .....   327.747766: unmap: ...", "236498@1676271757.075075:vtd_...": the
 * time stands right before. */
static void put_time(const struct klog_parse *ps, struct klog_record *rec)
{
	const char *lo = ps->text.s, *hi = ps->at, *from;

	while (hi > lo && isspace((unsigned char)hi[-1]))
		hi--;
	if (hi == lo || *--hi != ':')
		return;
	for (from = hi; from > lo && (isdigit((unsigned char)from[-1]) || from[-1] == '.');)
		from--;
	if (from < hi && memchr(from, '.', (size_t)(hi - from)))
		rec->time = klog_keep(rec, from, (size_t)(hi - from));
}

bool klog_post_trace(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	const struct klog_capture *pasid = klog_capture(m, "_pasid");

	if (pasid)
		klog_put_uint(rec, "pasid", pasid->num);
	put_time(ps, rec);
	return true;
}

/* IOMMU_FAULT_WRITE of the kernel's fault flags. */
bool klog_post_trace_fault(struct klog_parse *ps, struct klog_record *rec,
			   const struct klog_match *m)
{
	uint64_t flags = klog_number(m, "_flags");

	klog_put_hex(rec, "flags", flags, 16);
	klog_put_text(rec, "access", flags & 1 ? "write" : "read");
	return klog_post_trace(ps, rec, m);
}

/* The page's number, not its address; letters as "rwxpl": read, write, execute, privileged, last of
 * its group. */
bool klog_post_page_request(struct klog_parse *ps, struct klog_record *rec,
			    const struct klog_match *m)
{
	const struct klog_capture *letters = klog_capture(m, "_letters");

	klog_put_hex(rec, "address", klog_number(m, "_page") << 12, 0);
	if (letters) {
		bool execute = memchr(letters->s, 'x', letters->len),
		     write = memchr(letters->s, 'w', letters->len);

		klog_put_text(rec, "access", execute ? "execute" : (write ? "write" : "read"));
		klog_put_bool(rec, "privileged", memchr(letters->s, 'p', letters->len));
		klog_put_bool(rec, "last", memchr(letters->s, 'l', letters->len));
	}
	return klog_post_trace(ps, rec, m);
}

/* --- QEMU ----------------------------------------------------------------------------------- */

/* "01:00:00" is bus, device and function. */
static void put_bdf(struct klog_record *rec, const struct klog_capture *c)
{
	unsigned int bus, device, function;
	char name[16], end;

	snprintf(name, sizeof(name), "%.*s", c->len < 15 ? (int)c->len : 15, c->s);
	if (sscanf(name, "%2x:%2x:%2x%c", &bus, &device, &function, &end) == 3 && function < 8) {
		snprintf(name, sizeof(name), "%02x:%02x.%x", bus & 0xff, device & 0xff, function);
		klog_put_str(rec, "device", name, strlen(name));
	}
}

bool klog_post_qemu_fault(struct klog_parse *ps, struct klog_record *rec,
			  const struct klog_match *m)
{
	const struct klog_capture *bdf = klog_capture(m, "_bdf"), *sid = klog_capture(m, "_sid"),
				  *reason = klog_capture(m, "_reason"),
				  *write = klog_capture(m, "_write"),
				  *pasid = klog_capture(m, "_pasid");

	if (bdf)
		put_bdf(rec, bdf);
	if (sid)
		klog_put_requester(rec, sid->num);
	if (reason)
		klog_put_reason(rec, &klog_vtd_reasons, reason->num, 8);
	if (write)
		klog_put_text(rec, "access", write->num ? "write" : "read");
	if (pasid && pasid->num != 0xffffffff)
		klog_put_uint(rec, "pasid", pasid->num);
	put_time(ps, rec);
	return true;
}
