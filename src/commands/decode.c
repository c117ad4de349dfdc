/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode: register words, hardware-information dumps and kernel logs, offline.
 *
 * Three inputs, three ways: words (NAME=VALUE), bytes (--hex) and logs (files);
 * the tables of decode/ and klog/ do the work.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/filekind.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "commands/decode_saved.h"
#include "commands/table.h"
#include "decode/hexbytes.h"
#include "decode/payload.h"
#include "klog/klog.h"
#include "klog/reader.h"
#include "render/diagram.h"
#include "render/fields.h"
#include "render/registers.h"

enum {
	OPT_TYPE = 't',
	OPT_HEX = 'x',
	OPT_LIST_FIELDS = 0x101,
	OPT_NO_FOLD,
	OPT_DIAGRAM,
};

enum {
	HEX_MAX = 64 * 1024, /* bytes of a --hex input: far more than any payload */
	FLUSH = 256 * 1024,  /* text held back before it is written */
};

struct decode_opts {
	const char *type;
	const char *hex;
	const char *list_type;
	bool list_fields, no_fold, diagram;
};

static const struct argp_option options[] = {
	{ "type", OPT_TYPE, "TYPE", 0, "the words or bytes are registers of this architecture", 0 },
	{ "hex", OPT_HEX, "FILE", 0,
	  "read the bytes of 'hwinfo --raw', binary or as hex digits; - is standard input", 0 },
	{ "diagram", OPT_DIAGRAM, NULL, 0,
	  "draw each register as boxes of bits, as specifications do", 0 },
	{ "list-fields", OPT_LIST_FIELDS, "TYPE", OPTION_ARG_OPTIONAL,
	  "list all fields, of one architecture or of all", 0 },
	{ "no-fold", OPT_NO_FOLD, NULL, 0, "show each fault of a log, also when it repeats", 0 },
	{ 0 }
};

static error_t option(struct cli *cli, void *data, int key, char *arg)
{
	struct decode_opts *opts = data;

	(void)cli;
	switch (key) {
	case OPT_TYPE:
		opts->type = arg;
		return 0;
	case OPT_HEX:
		opts->hex = arg;
		return 0;
	case OPT_DIAGRAM:
		opts->diagram = true;
		return 0;
	case OPT_LIST_FIELDS:
		opts->list_fields = true;
		opts->list_type = arg;
		return 0;
	case OPT_NO_FOLD:
		opts->no_fold = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- register words --------------------------------------------------------------------- */

static int unknown_type(const char *type)
{
	const char *names[16], *near;
	char all[256] = "";
	size_t n = 0, len = 0;

	for (size_t i = 0; archs[i] && n < ARRAY_SIZE(names); i++) {
		names[n++] = archs[i]->type;
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s", i ? ", " : "",
					archs[i]->type);
	}
	near = cli_nearest(type, names, n);
	if (near)
		return err_usage("unknown type '%s' (did you mean '%s'?)", type, near);
	return err_usage("unknown type '%s': %s", type, all);
}

static int unknown_register(const struct arch *arch, const char *name, size_t len)
{
	char all[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < arch->n_regs && n < sizeof(all); i++)
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s", i ? ", " : "",
				      arch->regs[i].name);
	return err_usage("'%.*s' is not a register of %s: %s", (int)len, name, arch->type, all);
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
static int emit_registers(struct cli *cli, const struct decode_opts *opts, json_object *regs)
{
	json_object *doc = doc_new("decode");

	json_object_object_foreach(regs, key, value) doc_add_copy(doc, key, json_object_get(value));
	json_object_put(regs);
	return cli_emit(cli, doc, opts->diagram ? registers_diagram : registers_view, STATUS_OK);
}

static int decode_words(struct cli *cli, const struct decode_opts *opts, const struct arch *arch)
{
	struct reg_set set = { .arch = arch };

	for (int i = 0; i < cli->n_args; i++) {
		int status = take_word(&set, cli->args[i]);

		if (status != STATUS_OK)
			return status;
	}
	return emit_registers(cli, opts, registers_doc(&set));
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

static int decode_hex(struct cli *cli, const struct decode_opts *opts, const struct arch *arch)
{
	const char *path = opts->hex;
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
			status = emit_registers(cli, opts, payload_doc(&p));
	}
	free(buf);
	return status;
}

/* --- logs ------------------------------------------------------------------------------------- */

struct log_job {
	struct cli *cli;
	struct klog_totals totals;
	json_object *records;   /* --json */
	struct klog_fold *fold; /* text */
	struct out out;         /* text and --json-lines */
	bool no_fold;
	bool saved;  /* one of the files was a saved machine */
	bool broken; /* stdout does not take more */
	int n_ok;    /* files that were read */
};

/* Long output is written as it comes, unless a pager is to have all of it. */
static void flush_some(struct log_job *job)
{
	if (job->out.len < FLUSH || (job->cli->json && !job->cli->json_lines) ||
	    isatty(STDOUT_FILENO))
		return;
	job->cli->emitted = true;
	if (!out_flush(&job->out, STDOUT_FILENO))
		return;
	job->broken = true;
	if (errno != EPIPE)
		err_plain(errno, "cannot write to standard output");
}

/* Consumes @doc. */
static void put_doc(struct log_job *job, json_object *doc)
{
	if (job->cli->json_lines) {
		json_object *line = doc_object();

		doc_add(line, "schema", doc_str(DOC_SCHEMA));
		json_object_object_foreach(doc, key, value)
			doc_add_copy(line, key, json_object_get(value));
		doc_render_json(&job->out, line, true);
		json_object_put(line);
		json_object_put(doc);
	} else {
		doc_push(job->records, doc);
	}
}

static int take_record(const struct klog_record *rec, void *ctx)
{
	struct log_job *job = ctx;

	if (job->fold)
		klog_fold_add(job->fold, rec);
	else
		put_doc(job, klog_record_doc(rec));
	flush_some(job);
	return job->broken;
}

static const char *show_name(const char *path)
{
	return strcmp(path, "-") ? path : "<stdin>";
}

static bool looks_like_word(const char *path)
{
	size_t n = strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return n && path[n] == '=';
}

/* Control characters here and there do not make a log binary; one byte in sixteen does. */
static bool looks_binary(int fd)
{
	unsigned char buf[4096];
	ssize_t n = pread(fd, buf, sizeof(buf), 0), odd = 0;

	for (ssize_t i = 0; i < n; i++)
		odd += buf[i] < 9 || (buf[i] > 13 && buf[i] < 32 && buf[i] != 27);
	return n >= 64 && odd * 16 > n;
}

static int open_log(const char *path)
{
	struct stat st;
	int fd;

	if (!strcmp(path, "-"))
		return STDIN_FILENO;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		int err = errno;
		bool word = err == ENOENT && looks_like_word(path);

		err_report(err, path, NULL,
			   word ? "register words need --type=TYPE (iommuctl decode --list-fields)"
				: NULL,
			   "cannot open '%s'", path);
		return -1;
	}
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode)) {
		err_report(EISDIR, path, NULL, "give the files in it", "cannot read '%s'", path);
		close(fd);
		return -1;
	}
	return fd;
}

/* Returns false when it is no saved machine after all, which was reported. */
static bool decode_machine(struct log_job *job, struct klog_reader *r, const char *name)
{
	json_object *records = decode_saved(r, name);

	if (!records)
		return false;
	job->saved = true;
	if (job->fold)
		decode_saved_view(&job->out, records, !job->no_fold);
	for (size_t i = 0; i < doc_len(records); i++) {
		json_object *record = doc_at(records, i);

		job->totals.malformed += !strcmp(doc_get_str(record, "kind", ""), "malformed");
		if (!job->fold)
			put_doc(job, json_object_get(record));
	}
	job->totals.records += doc_len(records);
	json_object_put(records);
	flush_some(job);
	return true;
}

/* The library that the file asks for is loaded when the reader is opened: before the sandbox. */
static bool decode_stream(struct log_job *job, int fd, const char *name)
{
	struct klog_reader *r = klog_reader_open(fd, name);
	const struct filekind *kind;
	const char *text;
	size_t len;
	bool good = false;

	if (!r)
		return false;
	sandbox_enter();
	len = klog_reader_peek(r, &text);
	kind = filekind_of(text, len);
	if (kind)
		err_input(name, kind->next, "'%s' is not a log: it is %s", name, kind->what);
	else if (decode_is_saved(text, len))
		good = decode_machine(job, r, name);
	else
		good = !klog_decode_reader(r, name, take_record, job, &job->totals);
	klog_reader_close(r);
	return good;
}

static void decode_log(struct log_job *job, const char *path)
{
	uint64_t before = job->totals.records;
	int fd = open_log(path);

	if (fd < 0)
		return;
	if (decode_stream(job, fd, show_name(path))) {
		if (before == job->totals.records && fd != STDIN_FILENO && looks_binary(fd))
			err_input(path, "iommuctl decode --type=TYPE --hex=FILE",
				  "'%s' is not a log: binary data from byte 0 on", path);
		else
			job->n_ok++;
	}
	if (fd != STDIN_FILENO)
		close(fd);
}

static json_object *totals_doc(const struct klog_totals *t)
{
	json_object *o = doc_object();

	doc_add(o, "lines", doc_uint(t->lines));
	doc_add(o, "records", doc_uint(t->records));
	doc_add(o, "malformed", doc_uint(t->malformed));
	doc_add(o, "unrecognised", doc_uint(t->unrecognised));
	return o;
}

static void put_totals(struct out *o, const struct klog_totals *t, bool saved)
{
	if (!t->records && saved)
		out_str(o, "No registers and no line about an IOMMU were saved\n");
	else if (!t->records && !t->lines)
		out_str(o, "No line about an IOMMU: there was no line\n");
	else if (!t->records)
		out_printf(o, "No line about an IOMMU (lines: %" PRIu64 ")\n", t->lines);
	if (t->unrecognised && o->verbose)
		out_printf(o, "%" PRIu64 " lines of IOMMU drivers say nothing that is known here\n",
			   t->unrecognised);
}

static int end_text(struct log_job *job, int status)
{
	klog_fold_end(job->fold);
	put_totals(&job->out, &job->totals, job->saved);
	job->cli->emitted = true;
	return cli_out_done(job->cli, &job->out, status);
}

static int end_json(struct log_job *job, int status)
{
	json_object *doc = doc_new("decode");

	doc_add(doc, "records", job->records);
	doc_add(doc, "totals", totals_doc(&job->totals));
	return cli_emit(job->cli, doc, NULL, status);
}

static int decode_logs(struct cli *cli, const struct decode_opts *opts)
{
	struct log_job job = { .cli = cli, .no_fold = opts->no_fold };
	int n = cli->n_args ? cli->n_args : 1, status;

	cli_out_init(cli, &job.out);
	/* One file is open by then; more are opened one after the other. */
	cli_confine(cli, n > 1 ? SANDBOX_READ : 0);
	if (cli->json && !cli->json_lines)
		job.records = doc_list();
	else if (!cli->json_lines)
		job.fold = klog_fold_new(&job.out, !opts->no_fold, n > 1);
	for (int i = 0; i < n && !job.broken; i++)
		decode_log(&job, cli->n_args ? cli->args[i] : "-");
	status = job.n_ok == n ? STATUS_OK
			       : (job.n_ok || job.totals.records ? STATUS_FAILED : STATUS_TROUBLE);
	if (job.broken)
		status = STATUS_FAILED;
	if (status == STATUS_TROUBLE) {
		/* Nothing was read: nothing is printed but the reason. */
		json_object_put(job.records);
		if (job.fold)
			klog_fold_end(job.fold);
		out_free(&job.out);
		return status;
	}
	if (job.fold)
		return end_text(&job, status);
	if (job.records)
		return end_json(&job, status);
	cli->emitted = true;
	return cli_out_done(cli, &job.out, status);
}

static int run(struct cli *cli, void *data)
{
	struct decode_opts *opts = data;
	const struct arch *arch;

	if (opts->diagram && (!opts->type || opts->list_fields))
		return err_usage("--diagram draws register words or bytes: it needs --type=TYPE");
	if (opts->list_fields) {
		json_object *doc = doc_new("decode");

		if (!fields_doc(doc, opts->list_type)) {
			json_object_put(doc);
			return unknown_type(opts->list_type);
		}
		if (cli->n_args) {
			json_object_put(doc);
			return err_usage("--list-fields takes no operand: '%s'", cli->args[0]);
		}
		return cli_emit(cli, doc, fields_view, STATUS_OK);
	}
	if (opts->hex && !opts->type)
		return err_usage("--hex needs --type=TYPE");
	if (opts->type) {
		arch = arch_find(opts->type);
		if (!arch)
			return unknown_type(opts->type);
		if (opts->hex)
			return decode_hex(cli, opts, arch);
		if (!cli->n_args)
			return err_usage(
				"--type=%s needs register words (NAME=VALUE) or --hex=FILE",
				opts->type);
		return decode_words(cli, opts, arch);
	}
	if (!cli->n_args && isatty(STDIN_FILENO))
		return err_usage("which log? (- is standard input)");
	return decode_logs(cli, opts);
}

const struct command command_decode = {
	.name = "decode",
	.section = "Look",
	.summary = "decode register words, kernel logs and reports, offline",
	.args = "[FILE|NAME=VALUE]...",
	.doc = "Reads kernel logs (dmesg, journalctl -k, syslog, Xen, mails; plain or compressed "
	       "with "
	       "gzip, xz or zstd; - or nothing is standard input) and shows what they say about "
	       "IOMMUs: registers decoded field by field, faults with their reason, settings, "
	       "firmware bugs, groups. A file that 'report' wrote gives the registers and log "
	       "lines that it holds. With --type it decodes register words, or with --hex the "
	       "bytes that 'hwinfo --raw' wrote.",
	.examples = { "dmesg | iommuctl decode  # what the log says about "
		      "IOMMUs",
		      "iommuctl decode --json kern.log.1.xz  # the same as a document",
		      "iommuctl decode --type=intel-vtd CAP=0xd2008c40660462 ECAP=0xf050da" },
	.min_args = 0,
	.max_args = -1,
	.uses = USES_LINES,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct decode_opts),
	.run = run,
};
