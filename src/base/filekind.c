/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kinds of files that people give by mistake: a table of what they begin with. */
#include "config.h"
#include "base/filekind.h"

#include <string.h>

#include "base/mem.h"

static const struct {
	size_t at, len;
	const char *bytes;
	struct filekind kind;
} kinds[] = {
	{ 0, 3, "BZh", { "compressed with bzip2", "bunzip2" } },
	{ 0, 4, "\x04\x22\x4d\x18", { "compressed with lz4", "unlz4" } },
	{ 0, 4, "LZIP", { "compressed with lzip", "lzip -d" } },
	{ 0, 4, "PK\x03\x04", { "a zip archive", "unzip" } },
	{ 0, 6, "7z\xbc\xaf\x27\x1c", { "a 7-Zip archive", "7z x" } },
	{ 257, 5, "ustar", { "a tar archive", "tar -x; a copied tree in it: --sysroot=DIR" } },
	{ 0, 8, "LPKSHHRH", { "a journal of systemd", "journalctl -k --file=FILE" } },
	{ 0, 4, "%PDF", { "a PDF", "the text in it" } },
};

static const struct filekind utf16 = { "text in UTF-16, as Windows writes it",
				       "iconv -f UTF-16 -t UTF-8" };
static const struct filekind utf16_le = { "text in UTF-16, as Windows writes it",
					  "iconv -f UTF-16LE -t UTF-8" };

/* With a mark at its beginning, or every second byte of what can only be ASCII is zero. */
static const struct filekind *is_utf16(const char *text, size_t len)
{
	size_t i = 0;

	if (len >= 2 && (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2)))
		return &utf16;
	while (i + 1 < len && i < 64 && text[i] && !text[i + 1])
		i += 2;
	return i >= 16 ? &utf16_le : NULL;
}

const struct filekind *filekind_of(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].at + kinds[i].len <= len &&
		    !memcmp(text + kinds[i].at, kinds[i].bytes, kinds[i].len))
			return &kinds[i].kind;
	return is_utf16(text, len);
}
