/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What single patterns of Intel VT-d need beyond their template, FreeBSD's registers too. */
#include "config.h"
#include "klog/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

bool klog_post_vtd_registers(struct klog_parse *ps, struct klog_record *rec,
			     const struct klog_match *m)
{
	const struct klog_capture *minor = klog_capture(m, "_minor");

	(void)ps;
	if (klog_capture(m, "_base"))
		klog_put_hex(rec, "base", klog_number(m, "_base"), 0);
	if (minor && klog_number(m, "_major") < 16 && minor->num < 16)
		klog_put_reg(rec, "intel-vtd", "VER", klog_number(m, "_major") << 4 | minor->num);
	if (klog_capture(m, "_cap"))
		klog_put_reg(rec, "intel-vtd", "CAP", klog_number(m, "_cap"));
	if (klog_capture(m, "_ecap"))
		klog_put_reg(rec, "intel-vtd", "ECAP", klog_number(m, "_ecap"));
	return true;
}

/* "CAP 0x08 0x00d2008c40660462" of debugfs. @name is NULL for lines that may stand between those.
 */
static bool regset_line(const char *s, const char *end, struct klog_capture *name, uint64_t *value)
{
	struct klog_match m;

	memset(name, 0, sizeof(*name));
	if (klog_match("~Name Offset Contents", s, end, &m) == KLOG_MATCH)
		return true;
	if (klog_match("~{name:w} {offset:x} {value:x}~", s, end, &m) == KLOG_MATCH) {
		*name = *klog_capture(&m, "name");
		*value = klog_number(&m, "value");
		return m.end == end;
	}
	while (s < end && (isspace((unsigned char)*s) || *s == '+'))
		s++;
	return s == end;
}

bool klog_more_vtd_regset(const struct klog_match *m, const char *s, const char *end)
{
	struct klog_capture name;
	uint64_t value;

	(void)m;
	return regset_line(s, end, &name, &value);
}

static void put_if_wanted(struct klog_record *rec, const struct klog_capture *name, uint64_t value)
{
	static const char *const registers[] = { "VER", "CAP", "ECAP" };

	for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
		if (strlen(registers[i]) == name->len && !memcmp(registers[i], name->s, name->len))
			klog_put_reg(rec, "intel-vtd", registers[i], value);
}

bool klog_post_vtd_regset(struct klog_parse *ps, struct klog_record *rec,
			  const struct klog_match *m)
{
	const struct klog_capture *list = klog_capture(m, "_list");
	const char *s = list ? list->s : NULL, *end = list ? list->s + list->len : NULL;

	(void)ps;
	while (s && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s)), *stop = nl ? nl : end;
		struct klog_capture name;
		uint64_t value;

		if (regset_line(s, stop, &name, &value) && name.s)
			put_if_wanted(rec, &name, value);
		s = stop + 1;
	}
	return rec->n_regs > 0;
}

bool klog_post_vtd_drhd(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	const struct klog_fact *f = klog_fact(rec, "flags");

	(void)ps;
	(void)m;
	if (f)
		klog_put_bool(rec, "all_other_devices", f->num & 1);
	return true;
}

/* FSTS: what a unit says about its faults (VT-d "Fault Status Register"). */
bool klog_post_vtd_fault_status(struct klog_parse *ps, struct klog_record *rec,
				const struct klog_match *m)
{
	static const struct klog_bit_name bits[] = {
		{ 0, "PFO" }, { 1, "PPF" }, { 2, "AFO" }, { 3, "APF" },
		{ 4, "IQE" }, { 5, "ICE" }, { 6, "ITE" }, { 7, "PRO" },
	};
	const struct klog_fact *f = klog_fact(rec, "status");

	(void)ps;
	(void)m;
	if (!f)
		return true;
	klog_put_bits(rec, "status_bits", f->num, bits, ARRAY_SIZE(bits));
	klog_put_uint(rec, "fault_record", f->num >> 8 & 0xff);
	if (f->num & 0x70) {
		rec->meaning = "The unit's invalidation queue ran into an error; the lines around "
			       "this say at which descriptor";
		rec->advice = "ITE: a device did not answer an ATS invalidation (pci=noats avoids "
			      "it); IQE: the queue held a command that the unit does not know";
	}
	return true;
}

static bool is_interrupt(const struct klog_record *rec)
{
	return klog_fact(rec, "index") != NULL;
}

static void put_access(struct klog_record *rec)
{
	const struct klog_fact *f = klog_fact(rec, "access");

	if (is_interrupt(rec))
		klog_put_text(rec, "access", "interrupt");
	else if (f && strchr(f->str, '/'))
		klog_drop(rec, "access"); /* "Read/Write": somebody sums up */
	else if (f && tolower((unsigned char)f->str[0]) == 'w')
		klog_put_text(rec, "access", "write");
	else if (f && tolower((unsigned char)f->str[0]) == 'r')
		klog_put_text(rec, "access", "read");
}

/* The words behind a reason, on one line even where the log breaks them. */
static void put_log_text(struct klog_record *rec, const struct klog_capture *c)
{
	uint16_t len = klog_trim(c->s, c->len);
	char text[200];
	size_t n = 0;

	if (!len || len >= sizeof(text))
		return;
	for (uint16_t i = 0; i < len; i++)
		if (!isspace((unsigned char)c->s[i]))
			text[n++] = c->s[i];
		else if (n && text[n - 1] != ' ')
			text[n++] = ' ';
	klog_put_str(rec, "log_text", text, n);
}

bool klog_post_vtd_fault(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	const struct klog_capture *reason = klog_capture(m, "_reason"),
				  *pasid = klog_capture(m, "_pasid"),
				  *text = klog_capture(m, "_text"), *sid = klog_capture(m, "_sid");

	(void)ps;
	put_access(rec);
	if (pasid && pasid->num != 0xffffffff)
		klog_put_uint(rec, "pasid", pasid->num);
	if (sid)
		klog_put_requester(rec, sid->num);
	if (reason)
		klog_put_reason(rec, &klog_vtd_reasons, reason->num, 8);
	if (text)
		put_log_text(rec, text);
	return true;
}

/* Words of which the texts behind a reason's number are made: a mailer breaks them anywhere. */
static bool is_reason_word(const char *s, size_t len)
{
	static const char words[] =
		" a access address an attempting atomicop beyond bit blocked blocking by canonical "
		"clear "
		"compatibility context context-entry decoded directory dma due enable entry er=1 "
		"ere error "
		"execute failure field first-level fl-pml4 for format group hardware in index "
		"interrupt "
		"interrupt-remapped interrupt-remapping invalid irta_reg irte is larger max mgaw "
		"needed "
		"nested next no non-zero not page paging pasid permission pointed pointer present "
		"privilege "
		"ptr read read/write request reserved root second-level set snoop source-id "
		"specifies sre "
		"table than the to translation up update user verification when with write ";
	char padded[24] = " ";

	if (len > sizeof(padded) - 3)
		return false;
	for (size_t i = 0; i < len; i++)
		padded[1 + i] = (char)tolower((unsigned char)s[i]);
	padded[1 + len] = ' ';
	padded[2 + len] = '\0';
	return strstr(words, padded) != NULL;
}

static bool ends_reason_text(const char *s, const char *end)
{
	size_t n, words = 0;

	while ((n = klog_next_word(&s, end))) {
		if (++words > 8 || !is_reason_word(s, n))
			return false;
		s += n;
	}
	return words > 0;
}

/** How the texts begin that the kernel puts behind a reason's number, or the rest of one. */
bool klog_more_vtd_text(const struct klog_match *m, const char *s, const char *end)
{
	static const char *const begins[] = { "Present ", "SM: ",     "PTE ",    "Blocked",
					      "Invalid ", "non-zero", "Access ", "Next ",
					      "Root ",    "Context",  "PCE ",    "Detected",
					      "Request",  "The ",     "Unknown", "Index ",
					      "Non-zero", "Error " };
	const struct klog_capture *text = klog_capture(m, "_text");

	if (text && text->len)
		return ends_reason_text(s, end);
	for (size_t i = 0; i < ARRAY_SIZE(begins); i++)
		if ((size_t)(end - s) > strlen(begins[i]) &&
		    !memcmp(s, begins[i], strlen(begins[i])))
			return true;
	return false;
}

static bool freebsd_register(struct klog_record *rec, const struct klog_match *m, const char *name)
{
	static const char *const names[] = { "_lownames", "_highnames" };

	klog_put_reg(rec, "intel-vtd", name,
		     klog_number(m, "_high") << 32 | klog_number(m, "_low"));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct klog_capture *c = klog_capture(m, names[i]);
		const char *p = c ? c->s : NULL, *end = c ? c->s + c->len : NULL;

		while (p && p < end) {
			const char *comma = memchr(p, ',', (size_t)(end - p));
			const char *stop = comma ? comma : end;
			char item[32];

			snprintf(item, sizeof(item), "%.*s", (int)(stop - p), p);
			klog_put_item(rec, "log_names", item);
			p = stop + 1;
		}
	}
	return true;
}

bool klog_post_freebsd_cap(struct klog_parse *ps, struct klog_record *rec,
			   const struct klog_match *m)
{
	(void)ps;
	return freebsd_register(rec, m, "CAP");
}

bool klog_post_freebsd_ecap(struct klog_parse *ps, struct klog_record *rec,
			    const struct klog_match *m)
{
	(void)ps;
	return freebsd_register(rec, m, "ECAP");
}
