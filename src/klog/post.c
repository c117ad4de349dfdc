/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What single patterns need beyond their template: derived facts, codes looked up, bits spelled
 * out. */
#include "config.h"
#include "klog/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static uint64_t num(const struct klog_match *m, const char *key)
{
	const struct klog_capture *c = klog_capture(m, key);

	return c ? c->num : 0;
}

struct bit_name {
	uint8_t bit;
	const char *name;
};

static void put_bits(struct klog_record *rec, const char *key, uint64_t v,
		     const struct bit_name *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v & (UINT64_C(1) << names[i].bit))
			klog_put_item(rec, key, names[i].name);
}

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

/* --- Intel VT-d --------------------------------------------------------------------------- */

bool klog_post_vtd_registers(struct klog_parse *ps, struct klog_record *rec,
			     const struct klog_match *m)
{
	const struct klog_capture *minor = klog_capture(m, "_minor");

	(void)ps;
	if (klog_capture(m, "_base"))
		klog_put_hex(rec, "base", num(m, "_base"), 0);
	if (minor && num(m, "_major") < 16 && minor->num < 16)
		klog_put_reg(rec, "intel-vtd", "VER", num(m, "_major") << 4 | minor->num);
	if (klog_capture(m, "_cap"))
		klog_put_reg(rec, "intel-vtd", "CAP", num(m, "_cap"));
	if (klog_capture(m, "_ecap"))
		klog_put_reg(rec, "intel-vtd", "ECAP", num(m, "_ecap"));
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
		*value = num(&m, "value");
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

bool klog_post_vtd_regset(struct klog_parse *ps, struct klog_record *rec,
			  const struct klog_match *m)
{
	static const char *const registers[] = { "VER", "CAP", "ECAP" };
	const struct klog_capture *list = klog_capture(m, "_list");
	const char *s = list ? list->s : NULL, *end = list ? list->s + list->len : NULL;

	(void)ps;
	while (s && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s)), *stop = nl ? nl : end;
		struct klog_capture name;
		uint64_t value;

		if (regset_line(s, stop, &name, &value) && name.s)
			for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
				if (strlen(registers[i]) == name.len &&
				    !memcmp(registers[i], name.s, name.len))
					klog_put_reg(rec, "intel-vtd", registers[i], value);
		s = stop + 1;
	}
	return rec->n_regs > 0;
}

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
			klog_put_hex(rec, "base", num(&unit, "base"), 0);
	}
	return klog_post_vtd_registers(ps, rec, m);
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
	static const struct bit_name bits[] = {
		{ 0, "PFO" }, { 1, "PPF" }, { 2, "AFO" }, { 3, "APF" },
		{ 4, "IQE" }, { 5, "ICE" }, { 6, "ITE" }, { 7, "PRO" },
	};
	const struct klog_fact *f = klog_fact(rec, "status");

	(void)ps;
	(void)m;
	if (!f)
		return true;
	put_bits(rec, "status_bits", f->num, bits, ARRAY_SIZE(bits));
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
	else if (f && tolower((unsigned char)f->str[0]) == 'w')
		klog_put_text(rec, "access", "write");
	else if (f && tolower((unsigned char)f->str[0]) == 'r')
		klog_put_text(rec, "access", "read");
}

/* A device that is printed as a number. */
static void put_requester(struct klog_record *rec, uint64_t id)
{
	char name[16];

	snprintf(name, sizeof(name), "%02x:%02x.%x", (unsigned int)(id >> 8 & 0xff),
		 (unsigned int)(id >> 3 & 0x1f), (unsigned int)(id & 7));
	klog_put_str(rec, "device", name, strlen(name));
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
		put_requester(rec, sid->num);
	if (reason)
		klog_put_reason(rec, &klog_vtd_reasons, reason->num, 8);
	if (text)
		put_log_text(rec, text);
	return true;
}

static size_t next_word(const char **s, const char *end)
{
	const char *p;

	while (*s < end && isspace((unsigned char)**s))
		++*s;
	for (p = *s; p < end && !isspace((unsigned char)*p);)
		p++;
	return (size_t)(p - *s);
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

	while ((n = next_word(&s, end))) {
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

	klog_put_reg(rec, "intel-vtd", name, num(m, "_high") << 32 | num(m, "_low"));
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

/* --- AMD-Vi --------------------------------------------------------------------------------- */

/* The names that Linux prints, by bit of EFR. GA_vAPIC and SNP came with later kernels. */
static const struct bit_name amd_names[] = {
	{ 0, "PreF" }, { 1, "PPR" }, { 2, "X2APIC" },    { 3, "NX" },
	{ 4, "GT" },   { 5, "[5]" }, { 6, "IA" },        { 7, "GA" },
	{ 8, "HE" },   { 9, "PC" },  { 21, "GA_vAPIC" }, { 63, "SNP" },
};

static const struct bit_name *amd_name(const char *s, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(amd_names); i++)
		if (strlen(amd_names[i].name) == len && !memcmp(amd_names[i].name, s, len))
			return &amd_names[i];
	return NULL;
}

static bool is_sev_tio(const char *s, size_t len)
{
	return len == 7 && !memcmp(s, "SEV-TIO", 7);
}

/** True for a line that holds names of features and nothing else. */
bool klog_more_amd_features(const struct klog_match *m, const char *s, const char *end)
{
	size_t n, words = 0;

	(void)m;
	if (s < end && *s == ':')
		s++;
	while ((n = next_word(&s, end))) {
		if (!amd_name(s, n) && !is_sev_tio(s, n))
			return false;
		s += n;
		words++;
	}
	return words > 0;
}

/* The kernel's own list must say what the register says; where it does not, the line is suspect. */
static void compare_names(struct klog_record *rec, uint64_t efr, uint64_t printed)
{
	bool match = true;

	for (size_t i = 0; i < ARRAY_SIZE(amd_names); i++) {
		uint64_t bit = UINT64_C(1) << amd_names[i].bit;

		/* The last two were not printed by all kernels. */
		if ((printed & ~efr & bit) || (i < 10 && (efr & ~printed & bit)))
			match = false;
	}
	klog_put_bool(rec, "names_agree", match);
}

bool klog_post_amd_features(struct klog_parse *ps, struct klog_record *rec,
			    const struct klog_match *m)
{
	const struct klog_capture *names = klog_capture(m, "_names"),
				  *efr = klog_capture(m, "_efr");
	const char *s = names ? names->s : NULL, *end = names ? names->s + names->len : NULL;
	uint64_t printed = 0;
	size_t n;

	(void)ps;
	if (efr)
		klog_put_reg(rec, "amd-vi", "EFR", efr->num);
	if (klog_capture(m, "_efr2"))
		klog_put_reg(rec, "amd-vi", "EFR2", num(m, "_efr2"));
	while (s && (n = next_word(&s, end))) {
		const struct bit_name *b = amd_name(s, n);
		char item[16];

		if (!b && !is_sev_tio(s, n))
			break;
		if (b)
			printed |= UINT64_C(1) << b->bit;
		snprintf(item, sizeof(item), "%.*s", (int)n, s);
		klog_put_item(rec, "log_names", item);
		s += n;
	}
	if (efr && printed)
		compare_names(rec, efr->num, printed);
	return efr || printed;
}

bool klog_post_amd_efr(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	(void)ps;
	if (!num(m, "_efr") && !num(m, "_efr2")) {
		/* Not registers: the table has none. */
		rec->kind = KLOG_CONFIG;
		return true;
	}
	klog_put_reg(rec, "amd-vi", "EFR", num(m, "_efr"));
	klog_put_reg(rec, "amd-vi", "EFR2", num(m, "_efr2"));
	return true;
}

/* Bits 59:48 of an event, as they are printed: bit n is bit 48 + n of the entry. */
static const struct bit_name amd_flags[] = {
	{ 0, "GN" }, { 1, "NX" }, { 2, "US" }, { 3, "I" },  { 4, "PR" },
	{ 5, "RW" }, { 6, "PE" }, { 7, "RZ" }, { 8, "TR" },
};

static void amd_page_fault(struct klog_record *rec, uint64_t flags)
{
	if (flags & 0x008) {
		klog_put_text(rec, "access", "interrupt");
		rec->meaning = "The device sent an interrupt that has no remapping entry";
		rec->advice = "Interrupt remapping is on and the device, or its driver, wrote an "
			      "interrupt that does not match: update the kernel and the device's "
			      "firmware";
		return;
	}
	if (flags & 0x100)
		klog_put_text(rec, "access", "translation");
	else
		klog_put_text(rec, "access", flags & 0x020 ? "write" : "read");
	if (!(flags & 0x010))
		rec->meaning = "The device used an address that is not mapped for it";
	else if (flags & 0x080)
		rec->meaning = "A page table entry on the way has bits set that must be zero";
	else if (flags & 0x040)
		rec->meaning = "The address is mapped, but not for this kind of access";
	else
		rec->meaning = "The address is mapped, and the access was refused all the same";
}

/* Bits 11:9 are what kind of request it was; of translation requests only the first two are
 * defined. */
static void amd_invalid_request(struct klog_record *rec, uint64_t flags)
{
	static const char *const kinds[8] = {
		"A read, or a write that waits for an answer, of the interrupt range",
		"An address said to be translated already, from a device that may not do that",
		"An I/O port access, from a device that may not do that",
		"A write to the range of system management messages, from a device that may not do "
		"that",
		"A read, or a write that waits for an answer, of the range of system management "
		"messages",
		"A write to the range of interrupts and end-of-interrupt messages, from a device "
		"whose interrupts are blocked",
		"A write to a reserved address of the interrupt range",
		"A system management message or an I/O port access, from a device for which they "
		"would have to be translated",
	};
	static const char *const translation[2] = {
		"A translation request, from a device that may not send any",
		"A translation request for the interrupt range, I/O ports or system management",
	};
	uint64_t type = flags >> 9 & 7;

	if (!(flags & 0x100))
		rec->meaning = kinds[type];
	else if (type < 2)
		rec->meaning = translation[type];
}

/* Flags are in every event but 5 and 7; which of them say something depends on the event. */
static void amd_event_flags(struct klog_record *rec, uint64_t code, uint64_t flags)
{
	static const uint16_t meaningful[16] = {
		[1] = 0x188 | 0x020 | 0x001,
		[2] = 0x1ff,
		[3] = 0x128,
		[4] = 0x129,
		[8] = 0x103,
		[9] = 0x200,
	};

	klog_put_hex(rec, "flags", flags, 12);
	for (size_t i = 0; i < ARRAY_SIZE(amd_flags); i++)
		if (flags & meaningful[code & 15] & (1u << amd_flags[i].bit))
			klog_put_item(rec, "flag_names", amd_flags[i].name);
	if (code == 2)
		amd_page_fault(rec, flags);
	else if (code == 8)
		amd_invalid_request(rec, flags);
	else if (code == 1 || code == 3 || code == 4)
		klog_put_text(rec, "access",
			      flags & 0x008 ? "interrupt" : (flags & 0x020 ? "write" : "read"));
	/* Without GN the PASID says nothing. */
	if ((code == 1 || code == 8) && !(flags & 0x001))
		klog_drop(rec, "pasid");
}

struct pair {
	const char *key;
	size_t key_len;
	const char *value;
	size_t value_len;
};

/* The next "key=value" of [*s, end). */
static bool next_pair(const char **s, const char *end, struct pair *p)
{
	const char *eq;

	while (*s < end && (isspace((unsigned char)**s) || **s == ','))
		++*s;
	eq = memchr(*s, '=', (size_t)(end - *s));
	if (!eq)
		return false;
	p->key = *s;
	p->key_len = (size_t)(eq - *s);
	p->value = eq + 1;
	for (*s = p->value; *s < end && !isspace((unsigned char)**s) && **s != ',';)
		++*s;
	p->value_len = (size_t)(*s - p->value);
	return true;
}

static bool key_is(const struct pair *p, const char *key)
{
	return p->key_len == strlen(key) && !memcmp(p->key, key, p->key_len);
}

static bool hex_value(const struct pair *p, uint64_t *v)
{
	const char *s = p->value, *end = s + p->value_len;

	*v = 0;
	if (end - s > 2 && s[0] == '0' && s[1] == 'x')
		s += 2;
	if (s == end || end - s > 16)
		return false;
	for (; s < end; s++) {
		int c = tolower((unsigned char)*s);

		if (!isxdigit(c))
			return false;
		*v = *v << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return true;
}

/* Keys of kernels to come are kept as they are, if they can be keys. */
static bool is_key(const struct pair *p)
{
	for (size_t i = 0; i < p->key_len; i++)
		if (!islower((unsigned char)p->key[i]) && !isdigit((unsigned char)p->key[i]) &&
		    p->key[i] != '_')
			return false;
	return p->key_len && p->key_len < 24;
}

/* One "key=value" of an event. False when the value cannot be. */
static bool amd_event_pair(struct klog_record *rec, const struct pair *p, uint64_t *flags,
			   bool *have_flags)
{
	uint64_t v;

	if (key_is(p, "device")) {
		klog_put_str(rec, "device", p->value, p->value_len);
		return true;
	}
	if (!hex_value(p, &v))
		return false;
	if (key_is(p, "address") || key_is(p, "gpa") || key_is(p, "spa"))
		klog_put_hex(rec, "address", v, 0);
	else if (key_is(p, "domain"))
		klog_put_hex(rec, "domain", v, 16);
	else if (key_is(p, "pasid"))
		klog_put_uint(rec, "pasid", v);
	else if (key_is(p, "flags")) {
		*flags = v;
		*have_flags = true;
	} else if (is_key(p)) {
		klog_put_hex(rec, klog_keep(rec, p->key, p->key_len), v, 0);
	}
	return true;
}

static const struct klog_reason *amd_event_by_name(const struct klog_capture *c)
{
	for (size_t i = 0; i < klog_amd_events.count; i++)
		if (strlen(klog_amd_events.rows[i].name) == c->len &&
		    !memcmp(klog_amd_events.rows[i].name, c->s, c->len))
			return &klog_amd_events.rows[i];
	return NULL;
}

bool klog_post_amd_event(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	const struct klog_capture *name = klog_capture(m, "_name"),
				  *values = klog_capture(m, "_values");
	const struct klog_reason *r = name ? amd_event_by_name(name) : NULL;
	const char *s = values ? values->s : NULL, *end = values ? values->s + values->len : NULL;
	uint64_t flags = 0;
	bool have_flags = false, any = false;
	struct pair p;

	if (!name || (!r && (name->len < 4 || !isupper((unsigned char)name->s[0]))))
		return false;
	if (!values) {
		/* Cut off: what is whole ends with a space. */
		const char *rest = name->s + name->len, *stop = ps->text.s + ps->text.len;

		if (rest < stop && !memchr(rest, ']', (size_t)(stop - rest))) {
			s = rest;
			end = memrchr(rest, ' ', (size_t)(stop - rest));
			if (!end)
				s = NULL;
		}
	}
	if (r) {
		klog_put_hex(rec, "reason_code", r->code, 8);
		rec->meaning = r->meaning;
		rec->advice = r->advice;
	}
	klog_put_str(rec, "reason", name->s, name->len);
	while (s && next_pair(&s, end, &p)) {
		if (!amd_event_pair(rec, &p, &flags, &have_flags)) {
			rec->kind = KLOG_MALFORMED;
			rec->why = "a value of the event is not a number that the kernel prints";
		}
		any = true;
	}
	if (have_flags)
		amd_event_flags(rec, r ? r->code : 0, flags);
	return any || !values;
}

/* Xen prints the same flags, and letters for what it makes of them. */
bool klog_post_xen_amd_fault(struct klog_parse *ps, struct klog_record *rec,
			     const struct klog_match *m)
{
	(void)ps;
	if (klog_capture(m, "_devid"))
		put_requester(rec, num(m, "_devid"));
	klog_put_hex(rec, "reason_code", 2, 8);
	klog_put_text(rec, "reason", "IO_PAGE_FAULT");
	amd_event_flags(rec, 2, num(m, "_flags"));
	return true;
}

/* --- Xen ---------------------------------------------------------------------------------- */

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

			len = next_word(&v, stop);
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
		size_t n = next_word(&s, end), len = n;

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

/* --- Arm ------------------------------------------------------------------------------------- */

/* struct arm_smmu_device.features: a private word of the driver. Bits 0 to 14 have kept their place
 * since the driver's beginnings; those above differ between kernels (vendors' trees number HA, HD
 * and E2H otherwise), so their names are only probable. */
static const struct bit_name smmuv3_features[] = {
	{ 0, "2_LVL_STRTAB" }, { 1, "2_LVL_CDTAB" },  { 2, "TT_LE" },     { 3, "TT_BE" },
	{ 4, "PRI" },          { 5, "ATS" },          { 6, "SEV" },       { 7, "MSI" },
	{ 8, "COHERENCY" },    { 9, "TRANS_S1" },     { 10, "TRANS_S2" }, { 11, "STALLS" },
	{ 12, "HYP" },         { 13, "STALL_FORCE" }, { 14, "VAX" },
};

static const struct bit_name smmuv3_features_probable[] = {
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
	put_bits(rec, "driver_feature_names", c->num, smmuv3_features, ARRAY_SIZE(smmuv3_features));
	put_bits(rec, "driver_feature_names_tentative", c->num, smmuv3_features_probable,
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
	static const struct bit_name bits[] = {
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
	put_bits(rec, "error_names", f->num, bits, ARRAY_SIZE(bits));
	return true;
}

static void put_stream(struct klog_record *rec, uint64_t sid)
{
	char name[16];

	klog_put_hex(rec, "stream_id", sid, 0);
	if (klog_fact(rec, "device"))
		return;
	snprintf(name, sizeof(name), "0x%llx", (unsigned long long)sid);
	klog_put_str(rec, "device", name, strlen(name));
}

static void put_context_status(struct klog_record *rec, uint64_t fsr)
{
	static const struct bit_name bits[] = {
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
		put_stream(rec, sid->num);
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
	put_stream(rec, num(m, "_sid"));
	return klog_post_named(ps, rec, m);
}

/** The kernel says so when USF is the only bit of sGFSR that is set. */
bool klog_post_smmuv2_blocked(struct klog_parse *ps, struct klog_record *rec,
			      const struct klog_match *m)
{
	(void)ps;
	put_stream(rec, num(m, "_sid"));
	klog_put_hex(rec, "reason_code", 2, 32);
	klog_put_text(rec, "reason", "USF");
	return true;
}

/** Registers of a fault that belongs to no context: SMMU_sGFSR's bits, the stream of an unknown
 * one. */
bool klog_post_smmuv2_global(struct klog_parse *ps, struct klog_record *rec,
			     const struct klog_match *m)
{
	static const struct bit_name bits[] = {
		{ 0, "ICF" }, { 1, "USF" }, { 2, "SMCF" }, { 3, "UCBF" }, { 4, "UCIF" },
		{ 5, "CAF" }, { 6, "EF" },  { 7, "PF" },   { 8, "UUT" },  { 31, "MULTI" },
	};
	const struct klog_fact *gfsr = klog_fact(rec, "gfsr"),
			       *syndrome = klog_fact(rec, "gfsynr1");

	(void)ps;
	(void)m;
	if (!gfsr)
		return true;
	put_bits(rec, "status_bits", gfsr->num, bits, ARRAY_SIZE(bits));
	if (gfsr->num & 2 && syndrome)
		put_stream(rec, syndrome->num & 0xffff);
	return true;
}

static void put_size(struct klog_record *rec, unsigned int bit)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	char item[16];

	snprintf(item, sizeof(item), "%u %s", 1u << (bit % 10), units[bit / 10]);
	klog_put_item(rec, "page_sizes", item);
}

/** A mask of page sizes. All sizes from one on are told by the smallest. */
bool klog_post_sizes(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m)
{
	uint64_t mask = num(m, "_sizes");

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

/* --- RISC-V, any ------------------------------------------------------------------------------ */

bool klog_post_riscv_fault(struct klog_parse *ps, struct klog_record *rec,
			   const struct klog_match *m)
{
	const struct klog_capture *cause = klog_capture(m, "_cause"),
				  *devid = klog_capture(m, "_devid");
	uint64_t code = cause ? cause->num : 0;
	char name[16];

	(void)ps;
	if (cause)
		klog_put_reason(rec, &klog_riscv_causes, code, 12);
	if (devid) {
		snprintf(name, sizeof(name), "0x%llx", (unsigned long long)devid->num);
		klog_put_str(rec, "device", name, strlen(name));
	}
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
