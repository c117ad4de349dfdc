/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What single patterns need beyond their template: those of any architecture, RISC-V's and
 * virtio's. The other architectures have a file each. */
#include "config.h"
#include "klog/internal.h"

#include <ctype.h>
#include <string.h>

#include "decode/capabilities.h"

#include "base/mem.h"

/** Lines of words alone count only right behind "somebody: ". */
bool klog_post_named(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	const char *p = ps->at;

	(void)rec;
	(void)m;
	while (p > ps->text.s && isspace((unsigned char)p[-1]))
		p--;
	return p > ps->text.s && p[-1] == ':';
}

static void put_size(struct klog_record *rec, unsigned int bit)
{
	char item[16];

	size_words(bit, item, sizeof(item));
	klog_put_item(rec, "page_sizes", item);
}

/** A mask of page sizes. All sizes from one on are told by the smallest. */
bool klog_post_sizes(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	uint64_t mask = klog_number(m, "_sizes");

	(void)ps;
	klog_put_hex(rec, "page_size_mask", mask, 64);
	if (mask && !(mask & (mask + (mask & -mask)))) {
		put_size(rec, (unsigned int)__builtin_ctzll(mask));
		klog_put_bool(rec, "all_larger_sizes", true);
		return true;
	}
	for (unsigned int bit = 0; bit < 64; bit++)
		if (mask & (UINT64_C(1) << bit))
			put_size(rec, bit);
	return true;
}

bool klog_post_riscv_fault(struct klog_parse *ps, struct klog_record *rec,
			   const struct klog_match *m)
{
	const struct klog_capture *cause = klog_capture(m, "_cause"),
				  *devid = klog_capture(m, "_devid");
	uint64_t code = cause ? cause->num : 0;

	(void)ps;
	if (cause)
		klog_put_reason(rec, &klog_riscv_causes, code, 12);
	if (devid)
		klog_put_device_id(rec, devid->num);
	if (code == 4 || code == 5 || code == 13 || code == 21)
		klog_put_text(rec, "access", "read");
	else if (code == 6 || code == 7 || code == 15 || code == 23)
		klog_put_text(rec, "access", "write");
	else if (code == 1 || code == 12 || code == 20)
		klog_put_text(rec, "access", "execute");
	return true;
}

/* virtio-iommu "fault reporting": VIRTIO_IOMMU_FAULT_R_* by the words that Linux prints for them,
 * and the letters of VIRTIO_IOMMU_FAULT_F_*. */
bool klog_post_virtio_fault(struct klog_parse *ps, struct klog_record *rec,
			    const struct klog_match *m)
{
	static const char *const reasons[] = { "UNKNOWN", "DOMAIN", "MAPPING" };
	static const char words[] = "udp";
	const struct klog_capture *access = klog_capture(m, "_access");
	size_t code = (size_t)(strchr(words, *rec->pattern->tmpl) - words);

	(void)ps;
	klog_put_hex(rec, "reason_code", code, 8);
	klog_put_text(rec, "reason", reasons[code]);
	if (!access)
		return true;
	if (memchr(access->s, 'W', access->len))
		klog_put_text(rec, "access", "write");
	else if (memchr(access->s, 'X', access->len))
		klog_put_text(rec, "access", "execute");
	else if (memchr(access->s, 'R', access->len))
		klog_put_text(rec, "access", "read");
	return true;
}

bool klog_post_group(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	const struct klog_capture *set = klog_capture(m, "_set");

	(void)ps;
	klog_put_bool(rec, "from_command_line",
		      set && set->len > 14 && !memcmp(set->s, "set via kernel", 14));
	return true;
}

/**
 * "/sys/class/iommu/dmar0/intel-iommu/cap:d2008c40660462": a register that somebody printed. Hex
 * digits alone, at least four of them, or a word of the text behind would do.
 */
bool klog_post_sysfs(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	static const struct {
		const char *key, *arch, *name;
	} registers[] = {
		{ "_cap", "intel-vtd", "CAP" },
		{ "_ecap", "intel-vtd", "ECAP" },
		{ "_efr", "amd-vi", "EFR" },
		{ "_efr2", "amd-vi", "EFR2" },
	};
	const char *end = ps->text.s + ps->text.len, *hi = ps->at, *lo, *rest = m->end;

	if (klog_next_word(&rest, end))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
		const struct klog_capture *c = klog_capture(m, registers[i].key);

		if (c && !rec->n_regs && c->len < 4)
			return false;
		if (c)
			klog_put_reg(rec, registers[i].arch, registers[i].name, c->num);
	}
	hi -= hi > ps->text.s && hi[-1] == '/';
	for (lo = hi; lo > ps->text.s && isalnum((unsigned char)lo[-1]);)
		lo--;
	if (hi > lo)
		klog_put_str(rec, "iommu", lo, (size_t)(hi - lo));
	return rec->n_regs > 0;
}
