/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Meanings that are computed: widths, counts, offsets, and values that depend on other registers.
 */
#include "config.h"
#include "decode/rows.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "decode/product.h"

static enum meaning __attribute__((format(printf, 3, 4)))
say(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return MEANING_VALID;
}

/* Says that a number means nothing because the feature it belongs to is missing or not known to be
 * there. */
static bool feature_is_off(const struct reg_set *set, const char *reg, const char *field)
{
	uint64_t on;

	return reg_set_field(set, reg, field, &on) && !on;
}

DESCRIBE(describe_bits)
{
	(void)set;
	return say(buf, size, "%" PRIu64 " bits", raw);
}

DESCRIBE(describe_bits_minus_1)
{
	return describe_bits(raw + 1, set, buf, size);
}

DESCRIBE(describe_count_minus_1)
{
	(void)set;
	return say(buf, size, "%" PRIu64, raw + 1);
}

DESCRIBE(describe_power)
{
	(void)set;
	if (raw > 63)
		return say(buf, size, "2^%" PRIu64, raw);
	return say(buf, size, "%" PRIu64, UINT64_C(1) << raw);
}

DESCRIBE(describe_offset_16)
{
	(void)set;
	return say(buf, size, "at 0x%" PRIx64, raw * 16);
}

/* A size of 2^@power pages of 4 KiB, in the largest binary unit that fits. */
static void say_pages(uint64_t power, char *buf, size_t size)
{
	static const char units[] = "KMGTPEZY";
	uint64_t bytes_log2 = power + 12;
	uint64_t unit = bytes_log2 / 10;

	if (unit >= sizeof(units))
		unit = sizeof(units) - 1;
	snprintf(buf, size, "%" PRIu64 " %ciB", UINT64_C(1) << (bytes_log2 - unit * 10),
		 units[unit - 1]);
}

DESCRIBE(vtd_describe_mamv)
{
	char amount[32];

	if (feature_is_off(set, "CAP", "PSI"))
		return say(buf, size, "not used: no page-selective invalidation");
	say_pages(raw, amount, sizeof(amount));
	return say(buf, size, "up to 2^%" PRIu64 " pages (%s) by one invalidation", raw, amount);
}

DESCRIBE(vtd_describe_mhmv)
{
	if (feature_is_off(set, "ECAP", "IR"))
		return say(buf, size, "not used: no interrupt remapping");
	return say(buf, size, "up to %" PRIu64 " entries by one invalidation", UINT64_C(1) << raw);
}

DESCRIBE(vtd_describe_pss)
{
	if (feature_is_off(set, "ECAP", "PASID"))
		return say(buf, size, "not used: no PASID (would be %" PRIu64 " bits)", raw + 1);
	return describe_bits_minus_1(raw, set, buf, size);
}

DESCRIBE(amd_describe_pasmax)
{
	if (feature_is_off(set, "EFR", "GTSup"))
		return say(buf, size, "not used: no guest translation (would be %" PRIu64 " bits)",
			   raw + 1);
	return describe_bits_minus_1(raw, set, buf, size);
}

DESCRIBE(amd_describe_smif_count)
{
	if (feature_is_off(set, "EFR", "SmiFSup"))
		return say(buf, size, "not used: no SMI filter");
	if (raw > 4) {
		say(buf, size, "reserved value %" PRIu64, raw);
		return MEANING_RESERVED;
	}
	return say(buf, size, "%" PRIu64 " pair%s", UINT64_C(1) << raw, raw ? "s" : "");
}

DESCRIBE(amd_describe_vm_table_size)
{
	(void)set;
	if (raw > 11) {
		say(buf, size, "reserved value %" PRIu64, raw);
		return MEANING_RESERVED;
	}
	return say(buf, size, "%" PRIu64 " entries", UINT64_C(256) << raw);
}

DESCRIBE(amd_describe_cap_id)
{
	(void)set;
	return say(buf, size, "0x%02" PRIx64 ", %s", raw,
		   raw == 0x0f ? "secure device" : "not that of an IOMMU (0x0f)");
}

DESCRIBE(amd_describe_gva_size)
{
	(void)set;
	return say(buf, size, raw == 2 ? "48 bits" : "unknown (value %" PRIu64 ")", raw);
}

/* A width in bits that cannot be above @most. */
static enum meaning bounded_bits(uint64_t raw, uint64_t most, char *buf, size_t size)
{
	if (raw <= most)
		return describe_bits(raw, NULL, buf, size);
	say(buf, size, "reserved value %" PRIu64 " (at most %" PRIu64 ")", raw, most);
	return MEANING_RESERVED;
}

DESCRIBE(smmu_describe_sidsize)
{
	(void)set;
	return bounded_bits(raw, 32, buf, size);
}

DESCRIBE(smmu_describe_ssidsize)
{
	(void)set;
	if (!raw)
		return say(buf, size, "none");
	return bounded_bits(raw, 20, buf, size);
}

DESCRIBE(smmu_describe_queue)
{
	(void)set;
	if (raw > 19) {
		say(buf, size, "reserved value %" PRIu64 " (at most 19)", raw);
		return MEANING_RESERVED;
	}
	return say(buf, size, "%" PRIu64 " entries", UINT64_C(1) << raw);
}

DESCRIBE(smmu_describe_vatos)
{
	if (feature_is_off(set, "IDR0", "VATOS"))
		return say(buf, size, "not used: no VATOS page");
	return say(buf, size, "at 0x%" PRIx64, 0x20000 + raw * 0x10000);
}

DESCRIBE(smmu_describe_stall_max)
{
	uint64_t model;

	if (reg_set_field(set, "IDR0", "STALL_MODEL", &model) && model == 1)
		return say(buf, size, "not used: transactions do not stall");
	return say(buf, size, "%" PRIu64, raw);
}

DESCRIBE(smmu_describe_ecmdq_pages)
{
	if (feature_is_off(set, "IDR1", "ECMDQ"))
		return say(buf, size, "not used: no enhanced command queues");
	return describe_power(raw, set, buf, size);
}

DESCRIBE(smmu_describe_implementer)
{
	const char *name = smmu_implementer_name(raw);

	(void)set;
	if (raw & 0x80) {
		say(buf, size, "reserved (bit 7 is set in 0x%03" PRIx64 ")", raw);
		return MEANING_RESERVED;
	}
	return say(buf, size, "0x%03" PRIx64 ", %s", raw,
		   !raw   ? "none given"
		   : name ? name
			  : "unknown");
}

DESCRIBE(smmu_describe_minor)
{
	(void)set;
	return say(buf, size, "SMMUv3.%" PRIu64, raw);
}

DESCRIBE(riscv_describe_version)
{
	(void)set;
	return say(buf, size, "%" PRIu64 ".%" PRIu64, raw >> 4, raw & 15);
}
