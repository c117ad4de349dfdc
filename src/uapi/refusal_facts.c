/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts that explain a refusal, looked up when one is asked for, and each at most once. */
#include "config.h"
#include "uapi/refusal_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void rfact_init(struct refusal_facts *f, enum uapi_op op, const struct refusal_ctx *ctx)
{
	static const struct refusal_ctx nothing;

	*f = (struct refusal_facts) { .op = op, .ctx = ctx ? ctx : &nothing };
}

void rfact_free(struct refusal_facts *f)
{
	if (f->asked_holders)
		holders_free(&f->holders);
	if (f->have_hw)
		call_hw_info_free(&f->hw);
	devfact_members_free(f->members, f->n_members);
}

const struct uapi_device *rfact_device(const struct refusal_facts *f)
{
	return f->ctx->device && f->ctx->device->name ? f->ctx->device : NULL;
}

const struct holders *rfact_holders(struct refusal_facts *f)
{
	if (!f->asked_holders)
		holders_collect(&f->holders);
	f->asked_holders = true;
	return &f->holders;
}

char *rfact_of_device(const struct refusal_facts *f,
		      char *(*find)(const char *bus, const char *name))
{
	const struct uapi_device *dev = rfact_device(f);

	return dev ? find(dev->bus, dev->name) : NULL;
}

int rfact_group(const struct refusal_facts *f)
{
	const struct uapi_device *dev = rfact_device(f);

	return dev ? devfact_group(dev->bus, dev->name) : -1;
}

const struct device_member *rfact_members(struct refusal_facts *f, size_t *n)
{
	int group = f->asked_members ? -1 : rfact_group(f);

	f->asked_members = true;
	if (group >= 0)
		f->n_members = devfact_members(group, &f->members);
	*n = f->n_members;
	return f->members;
}

const struct call_hw_info *rfact_hw(struct refusal_facts *f)
{
	if (!f->asked_hw && f->ctx->iommufd > 0 && f->ctx->dev_id)
		f->have_hw = !call_hw_info(f->ctx->iommufd, f->ctx->dev_id, NULL, &f->hw);
	f->asked_hw = true;
	return f->have_hw ? &f->hw : NULL;
}

uint64_t rfact_own_status(const char *key, int base)
{
	char *path = mem_printf("%s/self/status", uapi_proc), line[128];
	FILE *status = fopen(path, "re");
	uint64_t value = 0;

	free(path);
	while (status && fgets(line, sizeof(line), status)) {
		if (strncmp(line, key, strlen(key)))
			continue;
		value = strtoull(line + strlen(key), NULL, base);
		break;
	}
	if (status)
		fclose(status);
	return value;
}

void rfact_ste_bad(const struct refusal_facts *f, uint64_t bad[2])
{
	const struct refusal_ctx *ctx = f->ctx;
	struct uapi_hwpt_arm_smmuv3 ste;

	bad[0] = bad[1] = 0;
	if (!ctx->data || ctx->data_len != sizeof(ste) || ctx->type != UAPI_HWPT_DATA_ARM_SMMUV3)
		return;
	memcpy(&ste, ctx->data, sizeof(ste));
	bad[0] = ste.ste[0] & ~UAPI_STE0_ALLOWED;
	bad[1] = ste.ste[1] & ~UAPI_STE1_ALLOWED;
}

/* What nesting needs, by type of hardware information: word, bit, name. */
static const struct nest_bit {
	uint32_t data_type;
	uint32_t offset; /* of the register in the data, bytes */
	uint32_t size;
	unsigned int bit;
	const char *name;
} nest_bits[] = {
	{ UAPI_HW_INFO_TYPE_INTEL_VTD, 16, 8, 43, "ECAP.SMTS (scalable mode)" },
	{ UAPI_HW_INFO_TYPE_INTEL_VTD, 16, 8, 26, "ECAP.NEST" },
	{ UAPI_HW_INFO_TYPE_INTEL_VTD, 16, 8, 46, "ECAP.SSTS (second stage)" },
	{ UAPI_HW_INFO_TYPE_ARM_SMMUV3, 8, 4, 1, "IDR0.S1P (stage 1)" },
	{ UAPI_HW_INFO_TYPE_ARM_SMMUV3, 8, 4, 0, "IDR0.S2P (stage 2)" },
	{ UAPI_HW_INFO_TYPE_AMD, 0, 8, 4, "EFR.GTSup" },
	{ UAPI_HW_INFO_TYPE_AMD, 0, 8, 48, "EFR.GIOSup" },
	{ UAPI_HW_INFO_TYPE_AMD, 8, 8, 3, "EFR2.GCR3TRPMode" },
};

static bool nest_bit_clear(const struct call_hw_info *info, const struct nest_bit *row)
{
	uint64_t value = 0;

	if (row->data_type != info->data_type || row->offset + row->size > info->data_have)
		return false;
	/* The kernel writes registers in the byte order of the host. */
	if (row->size == sizeof(uint32_t)) {
		uint32_t half;

		memcpy(&half, info->data + row->offset, sizeof(half));
		value = half;
	} else {
		memcpy(&value, info->data + row->offset, sizeof(value));
	}
	return !(value >> row->bit & 1);
}

const char *rfact_nest_missing(struct refusal_facts *f, size_t *at)
{
	const struct call_hw_info *info = rfact_hw(f);

	while (info && *at < ARRAY_SIZE(nest_bits)) {
		const struct nest_bit *row = &nest_bits[(*at)++];

		if (nest_bit_clear(info, row))
			return row->name;
	}
	return NULL;
}
