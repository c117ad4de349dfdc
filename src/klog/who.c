/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom a message is about: the "driver device:" before it, or what older
 * kernels and mailers made of that.
 */
#include "config.h"
#include "klog/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

struct word {
	const char *s, *e;
};

/* The word that ends before @hi, not going below @lo. */
static struct word word_before(const char *lo, const char *hi)
{
	struct word w;

	while (hi > lo && klog_is_blank(hi[-1]))
		hi--;
	w.e = hi;
	while (hi > lo && !klog_is_blank(hi[-1]) && hi[-1] != '>' && hi[-1] != '`')
		hi--;
	w.s = hi;
	return w;
}

static bool word_is(struct word w, const char *const *list)
{
	size_t len = (size_t)(w.e - w.s);

	for (; *list; list++)
		if (strlen(*list) == len && !strncasecmp(*list, w.s, len))
			return true;
	return false;
}

static bool is_subsystem(struct word w)
{
	static const char *const tags[] = {
		"AMD-Vi:", "DMAR:",  "DMAR-IR:", "IOMMU:",  "Intel-IOMMU:", "[Firmware", "Bug]:",
		"Warn]:",  "Info]:", "DRHD:",    "SMMUv3:", "smmu:",        "iommu:",    ":",
		"kernel:", "(XEN)",  "error:",   "Re:",     "Subject:",     NULL
	};

	return word_is(w, tags);
}

static size_t length(struct word w)
{
	return (size_t)(w.e - w.s);
}

/* "0", of "IOMMU 0": the kernel names that unit dmar0. */
static bool old_unit(const char *lo, struct word number, struct klog_record *rec)
{
	static const char *const iommu[] = { "IOMMU", NULL };
	char name[32];

	if (!length(number) || length(number) > 4 || !word_is(word_before(lo, number.s), iommu))
		return false;
	for (const char *p = number.s; p < number.e; p++)
		if (!isdigit((unsigned char)*p))
			return false;
	snprintf(name, sizeof(name), "dmar%.*s", (int)length(number), number.s);
	klog_put_str(rec, "iommu", name, strlen(name));
	return true;
}

static bool is_name(struct word w)
{
	if (!length(w) || length(w) > 64 || !isalnum((unsigned char)*w.s))
		return false;
	for (const char *p = w.s; p < w.e; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_.,", *p))
			return false;
	return true;
}

/* No name of a device has these, or is as long. */
static bool is_clean(struct word w)
{
	if (length(w) > 128)
		return false;
	for (const char *p = w.s; p < w.e; p++)
		if (strchr("\"'{}()[]<>=`", *p))
			return false;
	return true;
}

static bool looks_like_pci(struct word w)
{
	return length(w) >= 7 && w.e[-2] == '.' && memchr(w.s, ':', length(w));
}

/* Without what stands before it: "MESSAGE=nvme", "\"nvme" of JSON, "6,1234,1234567,-;nvme". */
static struct word bare(struct word w)
{
	for (const char *p = w.s; p < w.e; p++)
		if (strchr("\"=;", *p))
			w.s = p + 1;
	return w;
}

/* "14860000.sysmmu:", before the device that it translates for. */
static bool is_iommu_of(struct word w)
{
	static const char *const ends[] = { "mmu:", "memory-controller:" };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t n = strlen(ends[i]);

		if (length(w) > n + 1 && isxdigit((unsigned char)*w.s) &&
		    !memcmp(w.e - n, ends[i], n))
			return true;
	}
	return false;
}

/* The line before ends with "driver device:", and a mailer put the rest on this one. */
static void name_from_line_before(struct klog_parse *ps, struct klog_record *rec)
{
	const char *hi = ps->first, *lo;
	struct word w, driver;

	if (hi == ps->win.base)
		return;
	lo = memrchr(ps->win.base, '\n', (size_t)(hi - 1 - ps->win.base));
	lo = lo ? lo + 1 : ps->win.base;
	while (hi > lo && isspace((unsigned char)hi[-1]))
		hi--;
	w = word_before(lo, hi);
	if (!length(w) || *--w.e != ':' || !looks_like_pci(w) || !is_clean(w))
		return;
	klog_put_str(rec, "device", w.s, length(w));
	driver = word_before(lo, w.s);
	driver.s += length(driver) && *driver.s == '"';
	if (is_name(driver))
		klog_put_str(rec, "driver", driver.s, length(driver));
}

/* "driver device:" in [lo, at): who that names goes to the record. */
void klog_name_device(struct klog_parse *ps, struct klog_record *rec, enum klog_who who,
		      const char *at)
{
	const char *lo = ps->text.s;
	struct word w = word_before(lo, at), driver;

	while (length(w) && is_subsystem(w))
		w = word_before(lo, w.s);
	if (!length(w)) {
		if (who == WHO_DEVICE)
			name_from_line_before(ps, rec);
		return;
	}
	if (w.e[-1] != ':') {
		/* "IOMMU: dmar0 using Queued invalidation" */
		if (who == WHO_IOMMU && length(w) > 4 && !memcmp(w.s, "dmar", 4))
			klog_put_str(rec, "iommu", w.s, length(w));
		return;
	}
	w.e--;
	if (!length(w) || !is_clean(w) || old_unit(lo, w, rec))
		return;
	if (length(w) > 2 && w.s[0] == '0' && w.s[1] == 'x') {
		/* "IOMMU 0 0xfed90000: using" */
		old_unit(lo, word_before(lo, w.s), rec);
		return;
	}
	driver = bare(word_before(lo, w.s));
	if (who == WHO_DEVICE && is_iommu_of(driver))
		klog_put_str(rec, "iommu", driver.s, length(driver) - 1);
	if (length(driver) && (driver.e[-1] == ':' || !is_name(driver)))
		driver.e = driver.s;
	if (length(w) > 4 && !memcmp(w.s, "ivhd", 4))
		who = WHO_IOMMU;
	if (!length(driver) && who == WHO_DEVICE && !looks_like_pci(w) &&
	    !klog_fact(rec, "iommu")) {
		/* "xhci_hcd: AMD-Vi: ...": only the driver is named. */
		if (is_name(w))
			klog_put_str(rec, "driver", w.s, length(w));
		return;
	}
	if (who == WHO_IOMMU && !length(driver) && length(w) >= 8 && !memcmp(w.s, "arm-smmu", 8) &&
	    !memchr(w.s, '.', length(w)))
		return;
	klog_put_str(rec, who == WHO_IOMMU ? "iommu" : "device", w.s, length(w));
	if (length(driver) && who == WHO_DEVICE)
		klog_put_str(rec, "driver", driver.s, length(driver));
}
