/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of operations, flags and types: from the command line, and to the reader. */
#include "config.h"
#include "uapi/uapi.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/mem.h"

/* --- operations ------------------------------------------------------------------------ */

static const struct {
	const char *name;    /* in messages and documents */
	const char *command; /* that performs it, or NULL */
} others[OP_COUNT - OP_N_IOCTLS] = {
	[OP_OPEN_IOMMU - OP_N_IOCTLS] = { "open /dev/iommu", NULL },
	[OP_FIND_CDEV - OP_N_IOCTLS] = { "find VFIO device", NULL },
	[OP_OPEN_CDEV - OP_N_IOCTLS] = { "open VFIO device", NULL },
	[OP_DRIVER_PROBE - OP_N_IOCTLS] = { "driver bind", NULL },
	[OP_DRIVER_UNBIND - OP_N_IOCTLS] = { "driver unbind", NULL },
	[OP_FAULT_READ - OP_N_IOCTLS] = { "read fault queue", "fault-queue read" },
	[OP_FAULT_RESPOND - OP_N_IOCTLS] = { "write fault queue", "fault-queue respond" },
	[OP_VEVENTQ_READ - OP_N_IOCTLS] = { "read event queue", "veventq read" },
	[OP_MMAP - OP_N_IOCTLS] = { "mmap /dev/iommu", NULL },
	[OP_LIFETIME - OP_N_IOCTLS] = { "close", NULL },
};

/* Commands that use an ioctl which has another command's name on its row. */
static const struct {
	const char *command;
	enum uapi_op op;
} also[] = {
	{ "replace", OP_VFIO_ATTACH },
	{ "unbind", OP_DESTROY },
	{ "dirty stop", OP_HWPT_SET_DIRTY_TRACKING },
	{ "hwinfo", OP_VFIO_BIND },
};

const char *uapi_op_name(enum uapi_op op)
{
	if (op < OP_N_IOCTLS)
		return uapi_ioctls[op].name;
	return op < OP_COUNT ? others[op - OP_N_IOCTLS].name : "unknown operation";
}

const char *uapi_op_command(enum uapi_op op)
{
	if (op < OP_N_IOCTLS)
		return uapi_ioctls[op].command;
	return op < OP_COUNT ? others[op - OP_N_IOCTLS].command : NULL;
}

/* Case, '-', '_' and ' ' do not matter. */
static bool same_word(const char *a, const char *b)
{
	for (;;) {
		while (*a == '-' || *a == '_' || *a == ' ')
			a++;
		while (*b == '-' || *b == '_' || *b == ' ')
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

/* "hwpt-alloc" of "hwpt-alloc", "dirty" of "dirty start". */
static bool names_command(const char *word, const char *command)
{
	const char *space = command ? strchr(command, ' ') : NULL;

	if (!command)
		return false;
	if (same_word(word, command))
		return true;
	return space && strlen(word) == (size_t)(space - command) &&
	       !strncasecmp(word, command, (size_t)(space - command));
}

static bool names_op(const char *word, enum uapi_op op)
{
	static const char *const prefixes[] = { "IOMMU_", "VFIO_DEVICE_", "VFIO_", "IOMMUFD_" };
	const char *name = uapi_op_name(op);

	if (same_word(word, name) || names_command(word, uapi_op_command(op)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])) &&
		    same_word(word, name + strlen(prefixes[i])))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(also); i++)
		if (also[i].op == op && names_command(word, also[i].command))
			return true;
	return false;
}

static bool parse_number(const char *text, size_t len, uint64_t *value)
{
	char buf[32], *end;

	if (!len || len >= sizeof(buf) || !isdigit((unsigned char)*text))
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	errno = 0;
	*value = strtoull(buf, &end, buf[0] == '0' && (buf[1] == 'x' || buf[1] == 'X') ? 16 : 10);
	return !*end && !errno;
}

size_t uapi_op_find(const char *word, enum uapi_op *ops)
{
	uint64_t number;
	size_t n = 0;
	bool is_number = parse_number(word, strlen(word), &number);

	for (unsigned int op = 0; op < OP_COUNT; op++) {
		bool hit;

		if (is_number)
			hit = op < OP_N_IOCTLS && (number == uapi_ioctls[op].cmd ||
						   number == (uapi_ioctls[op].cmd & 0xff));
		else
			hit = names_op(word, (enum uapi_op)op);
		if (hit)
			ops[n++] = (enum uapi_op)op;
	}
	return n;
}

/* --- flags and types --------------------------------------------------------------------- */

static const struct uapi_name *find_name(const struct uapi_names *set, const char *text, size_t len)
{
	for (const struct uapi_name *n = set->names; n->name; n++)
		if (strlen(n->name) == len && !strncasecmp(n->name, text, len))
			return n;
	return NULL;
}

int uapi_names_parse(const struct uapi_names *set, const char *text, uint64_t *value,
		     const char **bad, size_t *bad_len)
{
	uint64_t sum = 0;

	if (!*text && set->bits) {
		*value = 0;
		return 0;
	}
	for (const char *word = text;; word++) {
		size_t len = set->bits ? strcspn(word, ",") : strlen(word);
		const struct uapi_name *name = find_name(set, word, len);
		uint64_t number;

		if (name) {
			sum |= name->value;
		} else if (parse_number(word, len, &number)) {
			sum |= number;
		} else if (set->bits && len == 4 && !strncasecmp(word, "none", 4)) {
			/* adds nothing */
		} else {
			*bad = word;
			*bad_len = len;
			return -EINVAL;
		}
		word += len;
		if (!*word)
			break;
	}
	*value = sum;
	return 0;
}

/* All names with commas between, for messages and help. The caller frees it. */
static char *list_of_names(const struct uapi_names *set)
{
	char *text = NULL;

	for (const struct uapi_name *n = set->names; n->name; n++)
		text = mem_append(text, ", ", n->name);
	return text ? text : mem_strdup("");
}

int uapi_names_option(const struct uapi_names *set, const char *text, uint64_t *value)
{
	const char *bad;
	size_t len;
	char *list;

	if (!uapi_names_parse(set, text, value, &bad, &len))
		return 0;
	list = list_of_names(set);
	err_usage("'%.*s' is no %s: %s, or a number", (int)len, bad, set->what, list);
	free(list);
	return -EINVAL;
}

const char *uapi_name_of(const struct uapi_names *set, uint64_t value)
{
	for (const struct uapi_name *n = set->names; n->name; n++)
		if (n->value == value)
			return n->name;
	return NULL;
}

static char *append_hex(char *text, uint64_t value)
{
	return mem_join(text, ",", mem_printf("0x%" PRIx64, value));
}

char *uapi_names_text(const struct uapi_names *set, uint64_t value)
{
	char *text = NULL;

	if (!set->bits) {
		const char *name = uapi_name_of(set, value);

		return name ? mem_strdup(name) : append_hex(NULL, value);
	}
	for (const struct uapi_name *n = set->names; n->name; n++) {
		if (!n->value || (value & n->value) != n->value)
			continue;
		text = mem_append(text, ",", n->name);
		value &= ~n->value;
	}
	if (value)
		text = append_hex(text, value);
	return text ? text : mem_strdup("none");
}
