/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What single patterns of AMD-Vi need beyond their template: features by name, events bit by bit.
 */
#include "config.h"
#include "klog/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* The names that Linux prints, by bit of EFR. GA_vAPIC and SNP came with later kernels. */
static const struct klog_bit_name amd_names[] = {
	{ 0, "PreF" }, { 1, "PPR" }, { 2, "X2APIC" },    { 3, "NX" },
	{ 4, "GT" },   { 5, "[5]" }, { 6, "IA" },        { 7, "GA" },
	{ 8, "HE" },   { 9, "PC" },  { 21, "GA_vAPIC" }, { 63, "SNP" },
};

static const struct klog_bit_name *amd_name(const char *s, size_t len)
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
	while ((n = klog_next_word(&s, end))) {
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
		klog_put_reg(rec, "amd-vi", "EFR2", klog_number(m, "_efr2"));
	while (s && (n = klog_next_word(&s, end))) {
		const struct klog_bit_name *b = amd_name(s, n);
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
	if (!klog_number(m, "_efr") && !klog_number(m, "_efr2")) {
		/* Not registers: the table has none. */
		rec->kind = KLOG_CONFIG;
		return true;
	}
	klog_put_reg(rec, "amd-vi", "EFR", klog_number(m, "_efr"));
	klog_put_reg(rec, "amd-vi", "EFR2", klog_number(m, "_efr2"));
	return true;
}

/* Bits 59:48 of an event, as they are printed: bit n is bit 48 + n of the entry. */
static const struct klog_bit_name amd_flags[] = {
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

enum { VALUES = 512 };

static bool is_known_key(const char *s, size_t len)
{
	static const char *const keys[] = { "device",  "domain", "address", "flags",     "pasid",
					    "vmg_tag", "gpa",    "spa",     "flags_rmp", "tag" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (strlen(keys[i]) == len && !memcmp(keys[i], s, len))
			return true;
	return false;
}

/* Does a word without "=" begin the key of what follows it? */
static bool begins_key(const char *s, size_t len, const char *end)
{
	const char *next = s + len, *eq;
	char key[24];
	size_t n;

	klog_next_word(&next, end);
	eq = memchr(next, '=', (size_t)(end - next));
	n = eq ? (size_t)(eq - next) : sizeof(key);
	if (len + n >= sizeof(key))
		return false;
	memcpy(key, s, len);
	memcpy(key + len, next, n);
	return is_known_key(key, len + n);
}

static bool ends_value(const char *s, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (isxdigit((unsigned char)s[i]))
			digits++;
		else if (!strchr("xX:.", s[i]))
			return false;
	}
	return digits > 0;
}

/*
 * Copy the values without the space that a line break in the middle of a word
 * left: a word without "=" is the end of the value before it, or the beginning
 * of the key behind it. Returns the length.
 */
static size_t heal(char *to, const char *s, const char *end)
{
	bool open = false; /* a key has begun */
	size_t n, len = 0;

	while ((n = klog_next_word(&s, end)) && len + n + 1 < VALUES) {
		bool whole = memchr(s, '=', n) != NULL, key = !whole && begins_key(s, n, end);

		if (len && !open && (whole || key || !ends_value(s, n)))
			to[len++] = ' ';
		memcpy(to + len, s, n);
		len += n;
		open = key;
		s += n;
	}
	return len;
}

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
		const char *key = klog_keep_key(rec, p->key, p->key_len);

		if (key)
			klog_put_hex(rec, key, v, 0);
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
	char healed[VALUES];
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
	if (s) {
		end = healed + heal(healed, s, end);
		s = healed;
	}
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
		klog_put_requester(rec, klog_number(m, "_devid"));
	klog_put_hex(rec, "reason_code", 2, 8);
	klog_put_text(rec, "reason", "IO_PAGE_FAULT");
	amd_event_flags(rec, 2, klog_number(m, "_flags"));
	return true;
}
