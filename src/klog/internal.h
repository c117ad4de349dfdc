/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of klog/ share with each other and with nobody else. */
#ifndef IOMMUCTL_KLOG_INTERNAL_H
#define IOMMUCTL_KLOG_INTERNAL_H

#include "klog/klog.h"

/* --- letters, of the one locale that kernels print in ------------------------------------- */

static inline bool klog_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline char klog_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* --- scan.c: finding the few lines that matter ---------------------------------------- */

/** The first place in [p, end) where a line of an IOMMU driver may be, or NULL. */
const char *klog_scan(const char *p, const char *end);

/** Line breaks in [p, end). */
uint64_t klog_count_lines(const char *p, const char *end);

/** The instruction set used: "avx2", "ssse3", "portable"; @force one of them for tests, or NULL. */
const char *klog_scan_select(const char *force);

/* --- template.c: the patterns' little language ------------------------------------------ */

enum { KLOG_MAX_CAPTURES = 20 };

struct klog_capture {
	const char *key; /* within the template, @key_len long */
	const char *s;   /* within the text, @len long */
	uint64_t num;
	uint16_t key_len, len;
	uint8_t bits;
	char type;
};

enum klog_match_result {
	KLOG_NO,      /* does not match */
	KLOG_PARTIAL, /* matches as far as the text goes */
	KLOG_BAD,     /* matches, but for a number that cannot be one */
	KLOG_MATCH,
};

struct klog_match {
	struct klog_capture cap[KLOG_MAX_CAPTURES];
	unsigned int n;
	const char *end;      /* MATCH: behind the matched text */
	const char *furthest; /* how far any attempt got */
	const char *bad_key;  /* BAD: name of the capture */
	size_t bad_key_len;
	const char *bad_at; /* BAD: the offending text */
	bool too_wide;      /* BAD: it is a number, but wider than @bad_bits */
	uint8_t bad_bits;
};

/**
 * klog_match() - match a template at the beginning of [s, end)
 *
 * In a template, letters match without regard to case, a space matches any
 * white space (at least one), '~' any or none, <...> may be left out, \c is c,
 * and {key:type} captures:
 *   x, x32  hexadecimal with or without 0x, of at most 64 or 32 bits
 *   h       sixteen hexadecimal digits that end the text; a space may halve them
 *   d       decimal
 *   i       decimal, may be negative, as an int can be
 *   r       a fault reason: hexadecimal with 0x or a final h, else decimal
 *   b       a PCI address (segment optional), or what stands in its place
 *   w       a word: up to white space, ']', ',', ';' or the template's next character
 *   q       anything up to the template's next character
 *   s       the rest of the text
 */
enum klog_match_result klog_match(const char *tmpl, const char *s, const char *end,
				  struct klog_match *m);

/** The captured text of a key, or NULL. */
const struct klog_capture *klog_capture(const struct klog_match *m, const char *key);

/** The captured number of a key, 0 when it was not captured. */
uint64_t klog_number(const struct klog_match *m, const char *key);

/* --- patterns.tab.c -------------------------------------------------------------------- */

/* What must stand before a pattern on its line. */
enum klog_tag {
	TAG_ANY,
	TAG_VTD,  /* DMAR, dmar, DMAR-IR, Intel-IOMMU, VT-D */
	TAG_AMD,  /* AMD-Vi */
	TAG_SMMU, /* arm-smmu, smmu, SMMUv3 */
	TAG_SMMUV3,
	TAG_SYSMMU, /* exynos-sysmmu */
	TAG_IPMMU,
	TAG_TEGRA,
	TAG_OMAP,
	TAG_IOMMU, /* iommu */
	TAG_XEN,   /* (XEN) */
	TAG_RISCV,
	TAG_VIRTIO,
	TAG_VFIO,
};

/* Whom the "driver device:" before a message names. */
enum klog_who { WHO_NONE, WHO_IOMMU, WHO_DEVICE };

struct klog_parse;

/* Works out what the captures do not say. False drops the line. */
typedef bool klog_post(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m);

/* True when the message of a next line, [s, end), goes on with what the last capture of @m holds.
 */
typedef bool klog_more(const struct klog_match *m, const char *s, const char *end);

struct klog_pattern {
	const char *id; /* the family: JSON "family" */
	enum klog_kind kind;
	enum klog_tag tag;
	enum klog_who who;
	const char *tmpl;
	const char *meaning;
	const char *advice;
	klog_post *post;
	/* Keys worth looking for on the next line, and how that line's message begins. */
	const char *need;
	const char *next;
	klog_more *more;
};

extern const struct klog_pattern klog_patterns[];
extern const size_t klog_n_patterns;

/* --- fault_reasons.tab.c ---------------------------------------------------------------- */

struct klog_reason {
	uint16_t code;
	const char *name;
	const char *meaning;
	const char *advice;
	bool tentative; /* rests on one source */
};

struct klog_reason_table {
	const struct klog_reason *rows;
	size_t count;
};

extern const struct klog_reason_table klog_vtd_reasons, klog_amd_events, klog_smmuv3_events,
	klog_riscv_causes;

/** The row of a code, or NULL. */
const struct klog_reason *klog_reason(const struct klog_reason_table *table, uint64_t code);

/* --- line.c: bytes into text --------------------------------------------------------------- */

enum { KLOG_LINE = 4096 }; /* bytes of a line that are looked at around a find */

struct klog_text {
	char s[KLOG_LINE * 2];
	size_t len;
};

/** Append the bytes of a line: NULs, carriage returns and escape sequences dropped, no-break spaces
 *  and entities of web pages made plain. */
void klog_text_add(struct klog_text *t, const char *p, const char *end);

/** A first look: may this line be JSON, as journalctl -o json and -o json-pretty write it? */
bool klog_may_be_json(const char *p, const char *end);

/** Append the message of a line that is JSON, as journalctl writes it, with its time before it;
 * false when it is no such line. */
bool klog_json_message(struct klog_text *t, const char *p, const char *end);

/** True when the line is broken off as quoted-printable mail does it ("=" at its end). */
bool klog_soft_break(const struct klog_text *t);

/** Undo quoted-printable where the text shows that it is; @joined: a soft break was seen. */
void klog_unquote_printable(struct klog_text *t, bool joined);

/** Skip white space; the length of the word at *@s then, 0 when there is none before @end. */
size_t klog_next_word(const char **s, const char *end);

/* --- prefix.c: what stands before a message, and the time in it ----------------------------- */

/** Skip quoting (">", "|") and white space. */
const char *klog_skip_quotes(const char *s, const char *end);

/** Skip everything a log puts before a message: quoting, priorities, times, host, "kernel:",
 *  "(XEN)". @time, @time_len receive the last time seen (untouched when there is none). */
const char *klog_skip_prefix(const char *s, const char *end, const char **time, size_t *time_len);

/** The time of the message that begins at @end: before it, but not always where it belongs, as
 * behind the name of a file that grep puts first. Set as above. */
void klog_find_time(const char *s, const char *end, const char **time, size_t *time_len);

/** The time of a line at [s, end) that has it in another form (/dev/kmsg), or on the line before it
 *  (dmesg --json); @base: what can be looked at. As text, or false. */
bool klog_other_time(const char *base, const char *s, const char *end, char *out, size_t size);

/* --- find.c: which pattern matches, and where ---------------------------------------------- */

struct klog_found {
	enum klog_match_result result;
	const struct klog_pattern *pat; /* not set when @result is KLOG_NO */
	struct klog_match m;
	const char *at; /* where the pattern begins, within the text */
};

/** The first match at or behind @from in @t; where there is none, what came furthest. */
void klog_find(const struct klog_text *t, const char *from, struct klog_found *best);

/** True when one of the words that a tag stands for is in [s, end). */
bool klog_has_tag(enum klog_tag tag, const char *s, const char *end);

/* --- parse.c ------------------------------------------------------------------------------ */

/* The bytes that can be looked at: lines beyond the current one too. */
struct klog_window {
	const char *base, *end;
};

enum { KLOG_PENDING = 32 };

struct klog_pending;

struct klog_parse {
	klog_emit *emit;
	void *ctx;
	struct klog_totals *totals;
	const char *file;
	int stop; /* what the emitter returned */

	/* The line at hand. */
	struct klog_window win;
	const char *first;     /* its first byte, within the window */
	const char *next_line; /* behind the lines used so far */
	uint64_t line;
	struct klog_text text, trial;
	const char *at; /* where the pattern matched, within the text */

	/* Records of several lines, by device. */
	struct klog_pending *pending;

	struct klog_record rec;
};

/** A parser for one stream; @file names it in the records, or is NULL. klog_parse_end() frees it.
 */
struct klog_parse *klog_parse_new(klog_emit *emit, void *ctx, struct klog_totals *totals,
				  const char *file);

/**
 * klog_parse_line() - decode the line at [p, e), and what belongs to it behind it
 * @win: what can be looked at
 * @line: its number
 *
 * Returns where to go on: e, or behind more lines that were used.
 */
const char *klog_parse_line(struct klog_parse *ps, const struct klog_window *win, const char *p,
			    const char *e, uint64_t line);

/** Give out what was waiting for more lines, and free. Returns the emitter's value. */
int klog_parse_end(struct klog_parse *ps);

/** Lines of the input that the text at hand is made of. */
uint32_t klog_lines_used(const struct klog_parse *ps);

/** Hand a record out. */
void klog_give(struct klog_parse *ps, struct klog_record *rec);

/* --- join.c: what belongs to a message on the lines behind it -------------------------------- */

/** Add the line at @p to @t, and the ones a soft break makes part of it. Returns what is behind. */
const char *klog_add_line(struct klog_parse *ps, struct klog_text *t, const char *p,
			  const char *end);

/**
 * klog_join_lines() - complete a match that wants more text
 * @f: found at or behind @from in the text at hand; replaced when that is joined
 *
 * Lines are joined as long as that brings the pattern further. If it comes to
 * a match, that much is kept and the lines are used up; else nothing changes.
 */
void klog_join_lines(struct klog_parse *ps, struct klog_found *f, const char *from);

/** Join the line behind a heading. True when @f is a match then; else nothing changes. */
bool klog_join_heading(struct klog_parse *ps, struct klog_found *f);

/** A list that goes on over lines: join as many as are part of it. */
void klog_join_more(struct klog_parse *ps, struct klog_found *f);

/* --- who.c: whom a message is about --------------------------------------------------------- */

/** Put what "driver device:" in front of @at names into the record. */
void klog_name_device(struct klog_parse *ps, struct klog_record *rec, enum klog_who who,
		      const char *at);

/* --- post.c, post_*.c: what single patterns need beyond their template ---------------------- */

/* post.c: any architecture, RISC-V, virtio */
klog_post klog_post_named, klog_post_sizes, klog_post_group, klog_post_sysfs, klog_post_riscv_fault,
	klog_post_virtio_fault;

/* post_vtd.c */
klog_post klog_post_vtd_registers, klog_post_vtd_fault, klog_post_vtd_fault_status,
	klog_post_vtd_drhd, klog_post_vtd_regset, klog_post_freebsd_cap, klog_post_freebsd_ecap;
klog_more klog_more_vtd_text, klog_more_vtd_regset;

/* post_amd.c */
klog_post klog_post_amd_features, klog_post_amd_event, klog_post_amd_efr, klog_post_xen_amd_fault;
klog_more klog_more_amd_features;

/* post_xen.c */
klog_post klog_post_xen_registers, klog_post_xen_features, klog_post_xen_sizes, klog_post_xen_vtd,
	klog_post_xen_device, klog_post_xen_scope;
klog_more klog_more_xen_features;

/* post_smmu.c */
klog_post klog_post_smmuv3_probe, klog_post_smmuv3_word, klog_post_smmuv3_gerror,
	klog_post_smmuv2_fault, klog_post_smmuv2_stream, klog_post_smmuv2_blocked,
	klog_post_smmuv2_global;

/* post_soc.c */
klog_post klog_post_access, klog_post_soc_fault, klog_post_tegra_fault, klog_post_mtk_fault,
	klog_post_ipmmu_fault, klog_post_trace, klog_post_trace_fault, klog_post_page_request,
	klog_post_qemu_fault;

/** Length of [s, s + len) without white space and what closes a quotation behind it. */
uint16_t klog_trim(const char *s, uint16_t len);

/* --- record.c ------------------------------------------------------------------------------ */

/** Copy a string into the record. What does not fit any more is cut: a record never grows. */
const char *klog_keep(struct klog_record *rec, const char *s, size_t len);
/** The same for the key of a fact, which is kept whole or, with NULL, not at all. */
const char *klog_keep_key(struct klog_record *rec, const char *s, size_t len);
void klog_put_str(struct klog_record *rec, const char *key, const char *s, size_t len);
void klog_put_text(struct klog_record *rec, const char *key, const char *s);
void klog_put_hex(struct klog_record *rec, const char *key, uint64_t v, unsigned int bits);
void klog_put_uint(struct klog_record *rec, const char *key, uint64_t v);
void klog_put_int(struct klog_record *rec, const char *key, int64_t v);
void klog_put_bool(struct klog_record *rec, const char *key, bool v);
/** Append an item to a list fact (made when it is not there yet). */
void klog_put_item(struct klog_record *rec, const char *key, const char *item);

struct klog_bit_name {
	uint8_t bit;
	const char *name;
};

/** Append the names of the bits that are set in @v to a list fact. */
void klog_put_bits(struct klog_record *rec, const char *key, uint64_t v,
		   const struct klog_bit_name *names, size_t n);
/** A device that is printed as a number: bus, device and function, as PCI packs them in 16 bits. */
void klog_put_pci(struct klog_record *rec, const char *key, uint64_t id);
/** The same for the device that the record is about. */
void klog_put_requester(struct klog_record *rec, uint64_t id);
/** A device of which only a number is known that is no PCI address. */
void klog_put_device_id(struct klog_record *rec, uint64_t id);
/** A stream ID of an SMMU; it stands for the device when nothing else names that. */
void klog_put_stream(struct klog_record *rec, uint64_t sid);
void klog_put_reg(struct klog_record *rec, const char *arch, const char *name, uint64_t value);
void klog_drop(struct klog_record *rec, const char *key);
/** Number and name of a fault reason, its meaning and advice. */
void klog_put_reason(struct klog_record *rec, const struct klog_reason_table *table, uint64_t code,
		     unsigned int bits);

/* --- assemble.c: SMMU events, spread over lines, kept apart by device --------------------- */

/** Let a matched line be part of a waiting event, or begin one. True when it was taken. */
bool klog_assemble(struct klog_parse *ps, struct klog_record *rec, const struct klog_match *m);

/** Give out what has waited long enough at @line; all of it for UINT64_MAX. */
void klog_assemble_flush(struct klog_parse *ps, uint64_t line);

#endif
