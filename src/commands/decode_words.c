/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode --type: registers as words of the command line, or as the bytes of hwinfo --raw. */
#include "config.h"
#include "commands/decode_words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sandbox.h"
#include "decode/hexbytes.h"
#include "decode/payload.h"
#include "render/diagram.h"
#include "render/registers.h"

enum { HEX_MAX = 64 * 1024 }; /* bytes of a --hex input: far more than any payload */

/* --- register words --------------------------------------------------------------------- */

static int unknown_register(const struct arch *arch, const char *name, size_t len)
{
	char *all = NULL;
	int status;

	for (size_t i = 0; i < arch->n_regs; i++)
		all = mem_append(all, ", ", arch->regs[i].name);
	status = err_usage("'%.*s' is not a register of %s: %s", (int)len, name, arch->type, all);
	free(all);
	return status;
}

/* "4:0", as logs and sysfs write the version. */
static bool version_value(const char *s, uint64_t *v)
{
	unsigned int major, minor;
	char end;

	if (sscanf(s, "%2u:%2u%c", &major, &minor, &end) != 2 || major > 15 || minor > 15)
		return false;
	*v = major << 4 | minor;
	return true;
}

static int hex_value(const struct reg *reg, const char *word, const char *value, uint64_t *v)
{
	const char *s = value;
	size_t digits, width = (reg->bits + 3) / 4;

	if (!strcmp(reg->name, "VER") && version_value(value, v))
		return STATUS_OK;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2;
	digits = strspn(s, "0123456789abcdefABCDEF");
	if (!digits || s[digits])
		return err_usage("'%s' in '%s' is not a hexadecimal number", value, word);
	while (digits > 1 && *s == '0') {
		s++;
		digits--;
	}
	if (digits > width)
		return err_usage("'%s' has %zu hexadecimal digits, but %s is %u bits wide", word,
				 digits, reg->name, reg->bits);
	*v = strtoull(s, NULL, 16);
	if (reg->bits < 64 && *v >> reg->bits)
		return err_usage("'%s' does not fit into %s, which is %u bits wide", word,
				 reg->name, reg->bits);
	return STATUS_OK;
}

static int take_word(struct reg_set *set, const char *word)
{
	const char *eq = strchr(word, '=');
	size_t len = eq ? (size_t)(eq - word) : 0;
	char *name;
	int i, status;
	uint64_t v = 0;

	if (!len && !access(word, F_OK))
		return err_usage("'%s' is a file: --hex=FILE reads bytes, and logs and reports go "
				 "without --type",
				 word);
	if (!len)
		return err_usage("'%s' is not NAME=VALUE", word);
	name = mem_strndup(word, len);
	i = arch_reg_index(set->arch, name);
	free(name);
	if (i < 0)
		return unknown_register(set->arch, word, len);
	if (set->known & (1u << i))
		return err_usage("'%s': %s was given before", word, set->arch->regs[i].name);
	status = hex_value(&set->arch->regs[i], word, eq + 1, &v);
	if (status == STATUS_OK) {
		set->value[i] = v;
		set->known |= 1u << i;
	}
	return status;
}

static void registers_diagram(struct out *o, json_object *doc)
{
	out_printf(o, "type  %s\n", doc_get_str(doc, "type", "unknown"));
	diagram_view(o, doc);
}

/* The members of a field document become the command's own. */
static int emit_registers(struct cli *cli, bool diagram, json_object *regs)
{
	json_object *doc = doc_new("decode");

	json_object_object_foreach(regs, key, value) doc_add_copy(doc, key, json_object_get(value));
	json_object_put(regs);
	return cli_emit(cli, doc, diagram ? registers_diagram : registers_view, STATUS_OK);
}

int decode_words(struct cli *cli, const struct arch *arch, bool diagram)
{
	struct reg_set set = { .arch = arch };

	for (int i = 0; i < cli->n_args; i++) {
		int status = take_word(&set, cli->args[i]);

		if (status != STATUS_OK)
			return status;
	}
	return emit_registers(cli, diagram, registers_doc(&set));
}

/* --- the bytes of hwinfo --raw ------------------------------------------------------------- */

/* Read all of a small input. Returns bytes, or -1 (reported). */
static ssize_t read_small(const char *path, unsigned char *buf, size_t size)
{
	bool in = !strcmp(path, "-");
	int fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0) {
		err_input(path, NULL, "cannot open '%s': %s", path, strerror(errno));
		return -1;
	}
	while (len < size && n > 0) {
		n = read(fd, buf + len, size - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	if (n < 0)
		err_input(path, NULL, "cannot read '%s': %s", path, strerror(errno));
	if (!in)
		close(fd);
	if (n < 0)
		return -1;
	if (len == size) {
		err_input(path, NULL, "'%s' is longer than any hardware information (%zu bytes)",
			  path, size - 1);
		return -1;
	}
	return (ssize_t)len;
}

/* Hex digits to bytes, in place. Returns the number of bytes, or -1 (reported). */
static ssize_t hex_to_bytes(const char *path, unsigned char *buf, size_t len)
{
	switch (hexbytes_parse(buf, &len)) {
	case HEXBYTES_OK:
		return (ssize_t)len;
	case HEXBYTES_HALF:
		err_input(path, NULL, "'%s': half a byte, one hexadecimal digit alone, at byte %zu",
			  path, len);
		return -1;
	case HEXBYTES_STRAY_X:
		break;
	}
	err_input(path, NULL, "'%s': unexpected 'x' at byte %zu", path, len);
	return -1;
}

int decode_hex(struct cli *cli, const struct arch *arch, const char *path, bool diagram)
{
	unsigned char *buf;
	struct payload p;
	uint32_t number;
	ssize_t len;
	int status = STATUS_TROUBLE;

	if (cli->n_args)
		return err_usage("--hex reads all registers from '%s'; '%s' is one too many", path,
				 cli->args[0]);
	if (!hwinfo_type_number(arch->type, &number))
		return err_usage(
			"the kernel has no hardware information of type '%s': give register "
			"words (NAME=VALUE)",
			arch->type);
	buf = mem_alloc(HEX_MAX);
	len = read_small(path, buf, HEX_MAX);
	cli_confine(cli, 0);
	sandbox_enter();
	if (len > 0 && hexbytes_is_text(buf, (size_t)len))
		len = hex_to_bytes(path, buf, (size_t)len);
	if (len >= 0) {
		hwinfo_payload(number, buf, (size_t)len, &p);
		if (payload_is_short(&p))
			err_input(
				path, NULL,
				"'%s' ends after byte %zd: hardware information of type %s has %zu",
				path, len, arch->type, p.known);
		else
			status = emit_registers(cli, diagram, payload_doc(&p));
	}
	free(buf);
	return status;
}
