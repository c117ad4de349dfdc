/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data for the IOMMU's driver: the layouts as tables, words to bytes. */
#include "config.h"
#include "commands/data_words.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "commands/operation.h"
#include "uapi/layout.h"

#define AT(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)

/* clang-format off */
const struct data_layout data_hwpt[] = {
	{ "vtd-s1", UAPI_HWPT_DATA_VTD_S1, sizeof(struct uapi_hwpt_vtd_s1), 0, {
		{ "flags", AT(uapi_hwpt_vtd_s1, flags), &uapi_vtd_s1_flags, 0, false },
		{ "pgtbl_addr", AT(uapi_hwpt_vtd_s1, pgtbl_addr), NULL, 0, false },
		{ "addr_width", AT(uapi_hwpt_vtd_s1, addr_width), NULL, 48, false } } },
	{ "arm-smmuv3", UAPI_HWPT_DATA_ARM_SMMUV3, sizeof(struct uapi_hwpt_arm_smmuv3), 0, {
		{ "ste0", 0, 8, NULL, 0, true },
		{ "ste1", 8, 8, NULL, 0, true } } },
	{ "amd-guest", UAPI_HWPT_DATA_AMD_GUEST, sizeof(struct uapi_hwpt_amd_guest), 0, {
		{ "dte0", 0, 8, NULL, 0, false },
		{ "dte1", 8, 8, NULL, 0, false },
		{ "dte2", 16, 8, NULL, 0, false },
		{ "dte3", 24, 8, NULL, 0, false } } },
	{ "selftest", UAPI_HWPT_DATA_SELFTEST, sizeof(struct uapi_hwpt_selftest), 4, {
		{ "iotlb", AT(uapi_hwpt_selftest, iotlb), NULL, 0, false },
		{ "pagetable_type", AT(uapi_hwpt_selftest, pagetable_type), NULL, 0, false } } },
	/* Proposed in August 2023 and not taken: the kernel answers EINVAL. */
	{ "default", UAPI_HWPT_DATA_NONE, sizeof(struct uapi_hwpt_default), 0, {
		{ "flags", AT(uapi_hwpt_default, flags), NULL, 0, false },
		{ "max_addr", AT(uapi_hwpt_default, max_addr), NULL, 0, false } } },
	{ 0 }
};

const struct data_layout data_invalidate[] = {
	{ "vtd-s1", UAPI_INVALIDATE_VTD_S1, 24, 0, {
		{ "addr", 0, 8, NULL, 0, false },
		{ "npages", 8, 8, NULL, 0, false },
		{ "flags", 16, 4, &uapi_vtd_inv_flags, 0, false } } },
	{ "arm-smmuv3", UAPI_INVALIDATE_ARM_SMMUV3, 16, 0, {
		{ "cmd0", 0, 8, NULL, 0, true },
		{ "cmd1", 8, 8, NULL, 0, true } } },
	{ "selftest", UAPI_INVALIDATE_SELFTEST, 8, 0, {
		{ "flags", 0, 4, NULL, 0, false },
		{ "iotlb_id", 4, 4, NULL, 0, false } } },
	{ "selftest-viommu", UAPI_INVALIDATE_SELFTEST, 12, 0, {
		{ "flags", 0, 4, NULL, 0, false },
		{ "vdev_id", 4, 4, NULL, 0, false },
		{ "cache_id", 8, 4, NULL, 0, false } } },
	{ 0 }
};
/* clang-format on */

const struct data_layout *data_layout_find(const struct data_layout *set, const char *name)
{
	for (; set->name; set++)
		if (!strcasecmp(set->name, name))
			return set;
	return NULL;
}

static void put_field(const struct data_field *f, uint64_t value, uint8_t *buf)
{
	uint64_t v64 = f->little ? htole64(value) : value;
	uint32_t v32 = (uint32_t)value;

	memcpy(buf + f->offset, f->size == 8 ? (void *)&v64 : (void *)&v32, f->size);
}

static int say_unknown_key(const struct data_layout *layout, const char *word, size_t len)
{
	char *list = NULL;

	for (const struct data_field *f = layout->fields; f->name; f++)
		list = mem_append(list, ", ", f->name);
	err_usage("'%.*s' is no key of %s data: %s", (int)len, word, layout->name, list);
	free(list);
	return -EINVAL;
}

static int set_word(const struct data_layout *layout, const char *word, size_t len, uint8_t *buf)
{
	size_t key = strcspn(word, "=");
	uint64_t value;
	char *text;
	int err;

	if (key >= len) {
		err_usage("'%.*s' is not key=value", (int)len, word);
		return -EINVAL;
	}
	for (const struct data_field *f = layout->fields; f->name; f++) {
		if (strlen(f->name) != key || strncasecmp(f->name, word, key))
			continue;
		text = mem_strndup(word + key + 1, len - key - 1);
		err = f->names ? uapi_names_option(f->names, text, &value)
			       : operand_number(text, f->name,
						f->size == 8 ? UINT64_MAX : UINT32_MAX, &value);
		free(text);
		if (!err)
			put_field(f, value, buf);
		return err;
	}
	return say_unknown_key(layout, word, key);
}

static void preset(const struct data_layout *layout, uint8_t *buf)
{
	memset(buf, 0, layout->len);
	for (const struct data_field *f = layout->fields; f->name; f++)
		put_field(f, f->preset, buf);
}

int data_from_words(const struct data_layout *layout, char *const *words, int n, uint8_t *buf)
{
	preset(layout, buf);
	for (int i = 0; i < n; i++) {
		int err = set_word(layout, words[i], strlen(words[i]), buf);

		if (err)
			return err;
	}
	return 0;
}

uint8_t data_len(const struct data_layout *layout, char *const *words, int n)
{
	if (!layout->short_len)
		return layout->len;
	for (int i = 0; i < n; i++)
		for (const struct data_field *f = layout->fields; f->name; f++)
			if (f->offset >= layout->short_len &&
			    !strncasecmp(words[i], f->name, strlen(f->name)))
				return layout->len;
	return layout->short_len;
}

int data_from_list(const struct data_layout *layout, const char *list, uint8_t *buf)
{
	preset(layout, buf);
	while (*list) {
		size_t len = strcspn(list, ",");
		int err = set_word(layout, list, len, buf);

		if (err)
			return err;
		list += len + (list[len] == ',');
	}
	return 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int data_from_hex(const char *hex, uint8_t *buf, size_t max, size_t *len)
{
	const char *s = hex[0] == '0' && (hex[1] == 'x' || hex[1] == 'X') ? hex + 2 : hex;

	*len = 0;
	while (*s) {
		int high, low;

		if (*s == ' ' || *s == ':' || *s == '\n') {
			s++;
			continue;
		}
		high = digit(s[0]);
		low = high < 0 ? -1 : digit(s[1]);
		if (low < 0 || *len == max) {
			err_usage("byte %zu of '%s' is not two hex digits, or there are more than "
				  "%zu bytes",
				  *len, hex, max);
			return -EINVAL;
		}
		buf[(*len)++] = (uint8_t)(high << 4 | low);
		s += 2;
	}
	return 0;
}
