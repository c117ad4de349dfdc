/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeping private data out of what is given away. */
#include "config.h"
#include "host/redact.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/out.h"
#include "render/doc.h"

static const char *const kind_names[REDACT_KINDS] = {
	[REDACT_MAC] = "mac",       [REDACT_IP] = "ip",     [REDACT_UUID] = "uuid",
	[REDACT_SERIAL] = "serial", [REDACT_HOST] = "host", [REDACT_USER] = "user",
};

struct value {
	enum redact_kind kind;
	char *text;
	unsigned int number; /* within its kind, from 1; 0: looked for, not yet met */
};

struct redact {
	struct value *values; /* met so far, and the words that are looked for */
	size_t n_values;
	unsigned int counts[REDACT_KINDS];
};

/* --- what private values look like ------------------------------------------------------ */

/* Each takes the text at the beginning of a word and returns the length of what it found, or 0. */
typedef size_t finder(const char *s);

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool is_hex(char c)
{
	return isxdigit((unsigned char)c);
}

static size_t hex_run(const char *s)
{
	size_t n = 0;

	while (is_hex(s[n]))
		n++;
	return n;
}

/* 8-4-4-4-12, or the 32 digits of a machine id. */
static size_t find_uuid(const char *s)
{
	static const unsigned char groups[] = { 8, 4, 4, 4, 12 };
	size_t n = 0;

	if (hex_run(s) == 32)
		return 32;
	for (size_t i = 0; i < sizeof(groups); i++) {
		if (hex_run(s + n) != groups[i])
			return 0;
		n += groups[i];
		if (i + 1 < sizeof(groups) && s[n++] != '-')
			return 0;
	}
	return n;
}

/* Six or more pairs of hex digits (InfiniBand has twenty), or three groups of four with dots. */
static size_t find_mac(const char *s)
{
	size_t n = 0, pairs = 0;
	char sep = s[0] && s[1] ? s[2] : '\0';

	if (hex_run(s) == 4 && s[4] == '.' && hex_run(s + 5) == 4 && s[9] == '.' &&
	    hex_run(s + 10) == 4)
		return 14;
	if (sep != ':' && sep != '-')
		return 0;
	while (hex_run(s + n) == 2) {
		n += 2;
		pairs++;
		if (s[n] != sep)
			break;
		n++;
	}
	if (n && s[n - 1] == sep)
		n--;
	return pairs >= 6 ? n : 0;
}

static size_t find_ipv4(const char *s)
{
	size_t n = strspn(s, "0123456789");
	char buf[16];
	struct in_addr in;

	if (s[n] != '.')
		return 0;
	n = strspn(s, "0123456789.");
	while (n && s[n - 1] == '.')
		n--;
	if (!n || n >= sizeof(buf))
		return 0;
	memcpy(buf, s, n);
	buf[n] = '\0';
	return inet_pton(AF_INET, buf, &in) == 1 ? n : 0;
}

static size_t find_ipv6(const char *s)
{
	size_t n = 0, colons = 0;
	bool gap = false;
	char buf[INET6_ADDRSTRLEN];
	struct in6_addr in;

	for (; is_hex(s[n]) || s[n] == ':' || s[n] == '.'; n++) {
		colons += s[n] == ':';
		gap |= s[n] == ':' && s[n + 1] == ':';
	}
	/* "0000:3b:00.0", of which reports are full, is none. */
	if (colons < 6 && !gap)
		return 0;
	/* "fe80::1: link" and "fe80::1." end before the punctuation. */
	for (; n > 3 && n < sizeof(buf); n--) {
		memcpy(buf, s, n);
		buf[n] = '\0';
		if (inet_pton(AF_INET6, buf, &in) == 1)
			return n;
		if (s[n - 1] != ':' && s[n - 1] != '.')
			return 0;
	}
	return 0;
}

/* "serial=X", "S/N: X", "Serial Number: X": the length up to X, or 0. */
static size_t serial_label(const char *s)
{
	static const char *const labels[] = {
		"serialnumber", "serial number", "serial no", "serial", "s/n",   "sn",        "wwn",
		"wwid",         "wwpn",          "wwnn",      "nguid",  "eui64", "asset tag", "guid"
	};
	static const char *const prefixes[] = { "eui.", "naa.", "iqn.", "nqn." };
	size_t n;

	/* Most words begin with none of their letters: this is asked of each word of a report. */
	if (!strchr("aegnswiAEGNSWI", *s))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncasecmp(s, prefixes[i], strlen(prefixes[i])))
			return strlen(prefixes[i]);
	for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
		n = strlen(labels[i]);
		if (strncasecmp(s, labels[i], n))
			continue;
		n += strspn(s + n, ". ");
		if (!strchr(":=#", s[n]) || !s[n])
			continue;
		return n + strspn(s + n, ":=#\" ");
	}
	return 0;
}

static size_t token(const char *s)
{
	size_t n = strcspn(s, " \t\n,;\"'<>()[]{}");

	while (n && (s[n - 1] == '.' || s[n - 1] == ':'))
		n--;
	return n;
}

static const struct {
	enum redact_kind kind;
	finder *find;
} finders[] = {
	{ REDACT_UUID, find_uuid },
	{ REDACT_MAC, find_mac },
	{ REDACT_IP, find_ipv6 },
	{ REDACT_IP, find_ipv4 },
};

/* --- replacing ---------------------------------------------------------------------------- */

struct redact *redact_new(void)
{
	return mem_zalloc(sizeof(struct redact));
}

void redact_free(struct redact *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_values; i++)
		free(r->values[i].text);
	free(r->values);
	free(r);
}

static struct value *add_value(struct redact *r, enum redact_kind kind, const char *s, size_t len)
{
	struct value *v;

	r->values = mem_grow(r->values, r->n_values, sizeof(*r->values));
	v = &r->values[r->n_values++];
	*v = (struct value) { .kind = kind, .text = mem_strndup(s, len) };
	return v;
}

/* Names that say nothing about whose machine it is, and that reports are full of. */
static bool is_common(const char *word)
{
	static const char *const common[] = {
		"localhost", "localdomain", "(none)", "root",  "kernel", "linux", "debian",
		"ubuntu",    "fedora",      "suse",   "iommu", "dmar",   "vfio",  "intel",
		"amd",       "arm",         "pci",    "smmu",  "nvidia", "qemu",  "device",
	};

	if (strlen(word) < 2)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		if (!strcasecmp(word, common[i]))
			return true;
	return false;
}

void redact_add_word(struct redact *r, enum redact_kind kind, const char *word)
{
	if (!word || is_common(word))
		return;
	for (size_t i = 0; i < r->n_values; i++)
		if (!strcasecmp(r->values[i].text, word))
			return;
	add_value(r, kind, word, strlen(word));
}

static struct value *find_value(struct redact *r, enum redact_kind kind, const char *s, size_t len)
{
	for (size_t i = 0; i < r->n_values; i++) {
		struct value *v = &r->values[i];

		if (v->kind == kind && strlen(v->text) == len && !strncasecmp(v->text, s, len))
			return v;
	}
	return add_value(r, kind, s, len);
}

static void replace(struct redact *r, struct out *o, enum redact_kind kind, const char *s,
		    size_t len)
{
	struct value *v = find_value(r, kind, s, len);

	if (!v->number)
		v->number = ++r->counts[kind];
	out_printf(o, "<%s-%u>", kind_names[kind], v->number);
}

/* A host or user name at @s: its length, or 0. The longest one, so that a.example goes before a. */
static size_t find_word(const struct redact *r, const char *s, enum redact_kind *kind)
{
	size_t best = 0;

	for (size_t i = 0; i < r->n_values; i++) {
		const struct value *v = &r->values[i];
		size_t n = strlen(v->text);

		if ((v->kind != REDACT_HOST && v->kind != REDACT_USER) || n <= best ||
		    strncasecmp(s, v->text, n) || is_word(s[n]))
			continue;
		best = n;
		*kind = v->kind;
	}
	return best;
}

/* Something private at @s, the beginning of a word: its length. *skip bytes before it stay. */
static size_t find_private(const struct redact *r, const char *s, enum redact_kind *kind,
			   size_t *skip)
{
	size_t n;

	*skip = 0;
	n = find_word(r, s, kind);
	if (n)
		return n;
	/* All of them begin like this, and few of the words of a report do. */
	for (size_t i = 0; i < ARRAY_SIZE(finders) && (is_hex(*s) || *s == ':'); i++) {
		n = finders[i].find(s);
		*kind = finders[i].kind;
		if (n && !is_word(s[n]))
			return n;
	}
	*skip = serial_label(s);
	*kind = REDACT_SERIAL;
	return *skip ? token(s + *skip) : 0;
}

char *redact_text(struct redact *r, const char *text)
{
	struct out o = { 0 };
	const char *done = text;

	for (const char *s = text; *s; s++) {
		enum redact_kind kind;
		size_t skip, n;

		if (s > text && is_word(s[-1]) && is_word(*s))
			continue;
		n = find_private(r, s, &kind, &skip);
		if (!n)
			continue;
		out_raw(&o, done, (size_t)(s + skip - done));
		replace(r, &o, kind, s + skip, n);
		done = s + skip + n;
		s = done - 1;
	}
	if (!o.len)
		return NULL;
	out_raw(&o, done, strlen(done) + 1);
	return o.data;
}

/* Bytes that the kernel or the firmware gave, in hex: 32 digits of them are no machine id. */
static bool is_bytes(const char *key, json_object *value)
{
	const char *s =
		json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;

	return s && (!strcmp(key, "data") || !strcmp(key, "raw")) && !s[hex_run(s)];
}

void redact_doc(struct redact *r, json_object *tree)
{
	char *clean;

	switch (json_object_get_type(tree)) {
	case json_type_string:
		clean = redact_text(r, json_object_get_string(tree));
		if (clean)
			json_object_set_string(tree, clean);
		free(clean);
		break;
	case json_type_array:
		for (size_t i = 0; i < doc_len(tree); i++)
			redact_doc(r, doc_at(tree, i));
		break;
	case json_type_object: {
		json_object_object_foreach(tree, key, value) if (!is_bytes(key, value))
			redact_doc(r, value);
		break;
	}
	default:
		break;
	}
}

json_object *redact_counts(const struct redact *r)
{
	json_object *obj = doc_object();

	for (size_t i = 0; i < REDACT_KINDS; i++)
		doc_add(obj, kind_names[i], doc_uint(r->counts[i]));
	return obj;
}

bool redact_keep_parameter(const char *word)
{
	/* Whole names. */
	static const char *const names[] = {
		"intel_iommu",
		"amd_iommu",
		"amd_iommu_intr",
		"amd_iommu_dump",
		"iommu",
		"intremap",
		"x2apic_phys",
		"nox2apic",
		"pci",
		"pcie_acs_override",
		"pcie_ports",
		"pcie_aspm",
		"swiotlb",
		"acpi",
		"noapic",
		"nolapic",
		"mem_encrypt",
		"efi",
		"lockdown",
		"hugepagesz",
		"hugepages",
		"default_hugepagesz",
		"ivrs_ioapic",
		"ivrs_hpet",
		"ivrs_acpihid",
		"virtio_iommu",
		"no_x2apic_optout",
		"tboot",
		"movable_node",
		"cc_mode",
		"nokaslr",
		"ats",
	};
	/* Beginnings: module parameters. */
	static const char *const modules[] = {
		"iommu.",    "iommufd.", "vfio",  "arm-smmu", "arm_smmu",    "intel_iommu.", "kvm",
		"pci-stub.", "irq",      "mdev.", "tegra241", "riscv_iommu", "iommu_dma.",
	};
	size_t n = strcspn(word, "=");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == n && !strncmp(word, names[i], n))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++)
		if (!strncmp(word, modules[i], strlen(modules[i])))
			return true;
	return false;
}
