/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel log of a machine: read as a whole and decoded.
 *
 * /dev/kmsg gives one record per read; where it cannot be opened syslog(2)
 * gives the text. A copied tree, or an unpacked sosreport, has it in a file.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/out.h"
#include "host/facts.h"
#include "host/hostfs.h"
#include "host/sosreport.h"
#include "klog/klog.h"
#include "render/doc.h"

enum { MAX_RECORD = 16 * 1024, SYSLOG_READ_ALL = 3, SYSLOG_SIZE = 10 };

static int collect(const struct klog_record *rec, void *ctx)
{
	doc_push(ctx, klog_record_doc(rec));
	return 0;
}

/*
 * A record of /dev/kmsg: "6,339,5140900,-;text\n KEY=value\n". Becomes
 * "[    5.140900] text\n", as dmesg prints it.
 */
static void add_kmsg(struct out *text, char *record)
{
	char *body = strchr(record, ';'), *end;
	unsigned long long us = 0;

	if (!body)
		return;
	*body++ = '\0';
	end = strchr(body, '\n');
	if (end)
		*end = '\0';
	for (int commas = 0; *record && commas < 2; record++)
		commas += *record == ',';
	us = strtoull(record, NULL, 10);
	out_printf(text, "[%5llu.%06llu] ", us / 1000000, us % 1000000);
	out_raw(text, body, strlen(body));
	out_raw(text, "\n", 1);
}

/* Returns 0, or a negative errno; @text then holds what came before. */
static int read_kmsg(struct out *text)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), err;
	char record[MAX_RECORD];
	ssize_t n;

	if (fd < 0)
		return -errno;
	for (;;) {
		n = read(fd, record, sizeof(record) - 1);
		/* EPIPE: the oldest records were overwritten meanwhile; the next is there. */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			break;
		record[n] = '\0';
		add_kmsg(text, record);
	}
	err = n < 0 && errno != EAGAIN ? -errno : 0;
	close(fd);
	return err;
}

static int read_syslog(struct out *text)
{
	int size = klogctl(SYSLOG_SIZE, NULL, 0), n;
	char *buf;

	if (size <= 0)
		return -errno;
	buf = mem_alloc((size_t)size);
	n = klogctl(SYSLOG_READ_ALL, buf, size);
	if (n > 0)
		out_raw(text, buf, (size_t)n);
	free(buf);
	return n < 0 ? -errno : 0;
}

static json_object *log_doc(const char *source, json_object *records)
{
	json_object *obj = doc_object();

	/* Where each record came from is said once. */
	for (size_t i = 0; i < doc_len(records); i++)
		json_object_object_del(doc_get(doc_at(records, i), "source"), "file");
	doc_add(obj, "source", doc_str(source));
	doc_add(obj, "records", records);
	return obj;
}

static json_object *live_log(struct snapshot *snap)
{
	struct klog_totals totals = { 0 };
	const char *source = "/dev/kmsg";
	struct out text = { 0 };
	json_object *records;
	int err = read_kmsg(&text);

	if (err) {
		source = "syslog(2)";
		text.len = 0;
		if (!read_syslog(&text))
			err = 0;
	}
	if (err) {
		facts_unread(snap, "kernel log", "/dev/kmsg", -err,
			     "root, CAP_SYSLOG, or kernel.dmesg_restrict=0");
		out_free(&text);
		return NULL;
	}
	records = doc_list();
	klog_decode_buffer(text.data ? text.data : "", text.len, source, collect, records, &totals);
	out_free(&text);
	return log_doc(source, records);
}

static json_object *saved_log(struct snapshot *snap)
{
	for (size_t i = 0; sosreport_logs[i]; i++) {
		struct klog_totals totals = { 0 };
		int fd = hostfs_open_file(snap->fs, sosreport_logs[i]);
		json_object *records;

		if (fd < 0)
			continue;
		records = doc_list();
		klog_decode_fd(fd, sosreport_logs[i], collect, records, &totals);
		close(fd);
		return log_doc(sosreport_logs[i], records);
	}
	facts_unread(snap, "kernel log", sosreport_logs[0], ENOENT, "a copy that holds it");
	return NULL;
}

json_object *facts_log(struct snapshot *snap)
{
	return snap->source == SNAPSHOT_LIVE ? live_log(snap) : saved_log(snap);
}
