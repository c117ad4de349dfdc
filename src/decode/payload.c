/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IOMMU_GET_HW_INFO answers: bytes of a data type in, registers out. */
#include "config.h"
#include "decode/payload.h"

#include <string.h>

#include "decode/rows.h"

struct place {
	const char *reg;
	uint8_t offset, bytes;
};

struct layout {
	uint32_t number;
	const char *type;
	size_t size;
	bool has_flags, has_reserved; /* a 32-bit word at 0, another at 4 */
	struct place places[9];
};

/* clang-format off */
static const struct layout layouts[] = {
	{ HWINFO_NONE, "none", 0, false, false, { { NULL, 0, 0 } } },
	{ HWINFO_INTEL_VTD, "intel-vtd", 24, true, true, { { "CAP", 8, 8 }, { "ECAP", 16, 8 } } },
	{ HWINFO_ARM_SMMUV3, "arm-smmuv3", 40, true, true,
	  { { "IDR0", 8, 4 }, { "IDR1", 12, 4 }, { "IDR2", 16, 4 }, { "IDR3", 20, 4 }, { "IDR4", 24, 4 }, { "IDR5", 28, 4 },
	    { "IIDR", 32, 4 }, { "AIDR", 36, 4 } } },
	{ HWINFO_TEGRA241_CMDQV, "tegra241-cmdqv", 8, false, false, { { "HW_INFO", 0, 8 } } },
	{ HWINFO_AMD, "amd-vi", 16, false, false, { { "EFR", 0, 8 }, { "EFR2", 8, 8 } } },
	{ HWINFO_SELFTEST, "selftest", 8, true, false, { { "TEST_REG", 4, 4 } } },
};

static const struct field capability_fields[] = {
	BIT(0, "DIRTY_TRACKING", "dirty tracking can be used"),
	BIT(1, "PCI_PASID_EXEC", "execute permission with a PASID"),
	BIT(2, "PCI_PASID_PRIV", "privileged mode with a PASID"),
	BIT(3, "PCI_ATS_NOT_SUPPORTED", "ATS cannot be used by this device",
	    .flags = FIELD_INVERTED, .note = "kernels that do not know the bit never set it"),
	RSVD(63, 4),
};
/* clang-format on */

const struct reg hwinfo_capabilities =
	REG("out_capabilities", 64, capability_fields, "capabilities that the kernel reports");

static const struct layout *layout_find(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++)
		if (layouts[i].number == number)
			return &layouts[i];
	return NULL;
}

static uint64_t little_endian(const uint8_t *data, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = 0; i < bytes; i++)
		v |= (uint64_t)data[i] << (8 * i);
	return v;
}

void hwinfo_payload(uint32_t number, const void *data, size_t len, struct payload *p)
{
	const struct layout *l = layout_find(number);

	memset(p, 0, sizeof(*p));
	p->number = number;
	p->type = hwinfo_type_name(number);
	p->data = data;
	p->len = len;
	if (!l)
		return;
	p->known = l->size;
	p->regs.arch = arch_find(l->type);
	p->regs.from_iommufd = true;
	if (l->has_flags && len >= 4) {
		p->has_flags = true;
		p->flags = (uint32_t)little_endian(p->data, 4);
	}
	if (l->has_reserved && len >= 8)
		p->reserved = (uint32_t)little_endian(p->data + 4, 4);
	for (const struct place *place = l->places; place->reg; place++)
		if (len >= (size_t)place->offset + place->bytes)
			reg_set_put(&p->regs, place->reg,
				    little_endian(p->data + place->offset, place->bytes));
}

bool payload_is_short(const struct payload *p)
{
	return p->len < p->known;
}

size_t payload_extra(const struct payload *p)
{
	return p->regs.arch && p->len > p->known ? p->len - p->known : 0;
}

const char *hwinfo_type_name(uint32_t number)
{
	const struct layout *l = layout_find(number);

	return l ? l->type : "unknown";
}

bool hwinfo_type_number(const char *type, uint32_t *number)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		if (strcmp(layouts[i].type, type) != 0)
			continue;
		*number = layouts[i].number;
		return true;
	}
	return false;
}
