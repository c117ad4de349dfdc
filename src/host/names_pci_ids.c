/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names from pci.ids: a text file of vendors, indented by one tab their
 * devices, by two the subsystems; classes behind "C" at its end.
 */
#include "config.h"
#include "host/names.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where in the file the reader is. */
struct reader {
	const struct name_wants *wants;
	enum { NOWHERE, IN_VENDOR, IN_CLASS } in;
	uint32_t parent;
	bool wanted; /* a child of @parent may be */
};

static bool parse_number(const char *s, size_t digits, uint32_t *v)
{
	*v = 0;
	for (size_t i = 0; i < digits; i++) {
		char c = s[i];

		if (c >= '0' && c <= '9')
			*v = *v << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*v = *v << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* A number, two spaces and a name. */
static bool parse_entry(const char *s, size_t len, size_t digits, uint32_t *v)
{
	return len > digits + 2 && parse_number(s, digits, v) && s[digits] == ' ' &&
	       s[digits + 1] == ' ';
}

static void read_top(struct reader *r, const char *s, size_t len)
{
	r->in = NOWHERE;
	r->wanted = false;
	if (len > 2 && s[0] == 'C' && s[1] == ' ') {
		r->in = parse_entry(s + 2, len - 2, 2, &r->parent) ? IN_CLASS : NOWHERE;
		r->wanted = r->in == IN_CLASS;
	} else if (parse_entry(s, len, 4, &r->parent)) {
		r->in = IN_VENDOR;
		r->wanted = id_set_get(&r->wants->vendors, r->parent);
		id_set_name(&r->wants->vendors, r->wants->arena, r->parent, s + 6, len - 6);
	}
}

static void read_child(const struct reader *r, const char *s, size_t len)
{
	uint32_t id;

	if (r->in == IN_VENDOR && parse_entry(s, len, 4, &id))
		id_set_name(&r->wants->devices, r->wants->arena, r->parent << 16 | id, s + 6,
			    len - 6);
	else if (r->in == IN_CLASS && parse_entry(s, len, 2, &id))
		id_set_name(&r->wants->classes, r->wants->arena, r->parent << 8 | id, s + 4,
			    len - 4);
}

static void read_line(struct reader *r, const char *s, size_t len)
{
	if (!len || s[0] == '#')
		return;
	if (s[0] != '\t')
		read_top(r, s, len);
	else if (r->wanted && len > 1 && s[1] != '\t')
		read_child(r, s + 1, len - 1);
}

bool names_from_pci_ids(const char *path, const struct name_wants *wants)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct reader r = { .wants = wants };
	struct stat st = { 0 };
	const char *text, *p, *end;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0)
		st.st_size = 0;
	text = st.st_size ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)
			  : MAP_FAILED;
	close(fd);
	if (text == MAP_FAILED)
		return false;
	end = text + st.st_size;
	for (p = text; p < end;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl : end;

		read_line(&r, p, (size_t)(stop - p));
		p = stop + 1;
	}
	munmap((void *)(uintptr_t)text, (size_t)st.st_size);
	return true;
}
