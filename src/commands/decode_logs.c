/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode, given files: kernel logs, and saved machines among them. */
#include "config.h"
#include "commands/decode_logs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/filekind.h"
#include "base/sandbox.h"
#include "commands/decode_saved.h"
#include "klog/klog.h"
#include "klog/reader.h"

enum { FLUSH = 256 * 1024 }; /* text held back before it is written */

struct log_job {
	struct cli *cli;
	struct klog_totals totals;
	json_object *records;   /* --json */
	struct klog_fold *fold; /* text */
	struct out out;         /* text and --json-lines */
	bool fold_records;
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
		decode_saved_view(&job->out, records, job->fold_records);
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

int decode_logs(struct cli *cli, bool fold)
{
	struct log_job job = { .cli = cli, .fold_records = fold };
	int n = cli->n_args ? cli->n_args : 1, status;

	cli_out_init(cli, &job.out);
	/* One file is open by then; more are opened one after the other. */
	cli_confine(cli, n > 1 ? SANDBOX_READ : 0);
	if (cli->json && !cli->json_lines)
		job.records = doc_list();
	else if (!cli->json_lines)
		job.fold = klog_fold_new(&job.out, fold, n > 1);
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
