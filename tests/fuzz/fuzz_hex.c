/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: hexadecimal digits that somebody copied, and the payload they give.
 *
 * The first byte chooses the data type. Digits never give more bytes than half
 * of their number, a problem lies inside of the text, and what is accepted is
 * the same when it is written again.
 *
 * max_len: 256
 */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "decode/hexbytes.h"
#include "decode/payload.h"
#include "fuzz.h"
#include "render/registers.h"

static const uint32_t types[] = {
	HWINFO_NONE,           HWINFO_INTEL_VTD, HWINFO_ARM_SMMUV3,
	HWINFO_TEGRA241_CMDQV, HWINFO_AMD,       HWINFO_SELFTEST,
};

/* Written as digits and read again, bytes stay what they are. */
static void check_again(const unsigned char *bytes, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char *text = mem_alloc(2 * n + 1);
	size_t len = 2 * n;

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = (unsigned char)digits[bytes[i] >> 4];
		text[2 * i + 1] = (unsigned char)digits[bytes[i] & 15];
	}
	require(hexbytes_is_text(text, len) == (n > 0));
	require(hexbytes_parse(text, &len) == HEXBYTES_OK);
	require(len == n && !memcmp(text, bytes, n));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct payload p;
	unsigned char *text;
	size_t len;

	if (!size)
		return 0;
	len = size - 1;
	text = mem_alloc(size);
	memcpy(text, data + 1, len);
	if (hexbytes_is_text(text, len)) {
		if (hexbytes_parse(text, &len) != HEXBYTES_OK) {
			require(len < size - 1);
			free(text);
			return 0;
		}
		require(len <= (size - 1) / 2);
	}
	check_again(text, len);
	hwinfo_payload(types[data[0] % ARRAY_SIZE(types)], text, len, &p);
	require(payload_extra(&p) <= len);
	if (fuzz_hash(data, size) % 256 == 0)
		json_object_put(payload_doc(&p));
	free(text);
	return 0;
}
