/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch: IOMMU faults and events as the kernel reports them, decoded.
 *
 * Follows /dev/kmsg, or a stream in its format from another machine. Lines
 * that belong together come in one burst, so what arrived is decoded when it
 * has been quiet for a moment.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "commands/operation.h"
#include "commands/table.h"
#include "klog/klog.h"

enum { KEY_TIMEOUT = 't', KEY_COUNT = 'n', KEY_ALL = 'a', KEY_INPUT = 1 };

enum {
	QUIET_MS = 100,         /* a burst is over */
	MAX_BURST = 1 << 20,    /* ... or large enough to look at */
	MAX_RECORD = 32 * 1024, /* the kernel's are below 10 KiB */
};

struct watch_opts {
	double timeout; /* seconds; 0: none */
	unsigned long count;
	bool all;
	const char *input;
};

static const struct argp_option options[] = {
	{ "timeout", KEY_TIMEOUT, "TIME", 0, "stop after this time: seconds, or 15m, 2h, 1d", 0 },
	{ "count", KEY_COUNT, "N", 0, "stop after N records", 0 },
	{ "all", KEY_ALL, NULL, 0, "begin with what the kernel's log holds already", 0 },
	{ "input", KEY_INPUT, "FILE", 0,
	  "read FILE (- for standard input) in the format of /dev/kmsg instead", 0 },
	{ 0 }
};

static error_t set_timeout(struct watch_opts *opts, const char *arg)
{
	int ms;

	if (operand_time(arg, &ms))
		return EINVAL;
	opts->timeout = ms / 1000.0;
	if (ms)
		return 0;
	err_usage("--timeout=%s leaves no time to watch", arg);
	return EINVAL;
}

static error_t set_count(struct watch_opts *opts, const char *arg)
{
	char *end;

	errno = 0;
	opts->count = strtoul(arg, &end, 10);
	if (*arg >= '0' && *arg <= '9' && !*end && !errno && opts->count)
		return 0;
	err_usage("'%s' is not a number of records", arg);
	return EINVAL;
}

static error_t option(struct cli *cli, void *data, int key, char *arg)
{
	struct watch_opts *opts = data;

	(void)cli;
	switch (key) {
	case KEY_TIMEOUT:
		return set_timeout(opts, arg);
	case KEY_COUNT:
		return set_count(opts, arg);
	case KEY_ALL:
		opts->all = true;
		return 0;
	case KEY_INPUT:
		opts->input = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- the watch ------------------------------------------------------------------------------ */

struct watch {
	struct cli *cli;
	const struct watch_opts *opts;
	int fd, signals;
	struct timespec deadline;
	struct out burst;      /* lines as dmesg prints them, not decoded yet */
	char line[MAX_RECORD]; /* of a stream: the record that is not whole yet */
	size_t line_len;
	bool skipping;                     /* the rest of a record that was too long */
	unsigned long lines, records_read; /* lines that could be records, and those that are */

	json_object *records; /* --json: all of them */
	struct out text;
	struct klog_fold *fold;
	unsigned long seen;
	bool failed; /* stdout does not take more */
};

/* What an administrator waits for; with -v everything that is known of. */
static bool is_wanted(const struct watch *w, const struct klog_record *rec)
{
	return w->cli->verbose || rec->kind == KLOG_FAULT || rec->kind == KLOG_EVENT ||
	       rec->kind == KLOG_FIRMWARE_BUG || rec->kind == KLOG_MALFORMED;
}

static json_object *record_doc(const struct klog_record *rec)
{
	json_object *doc = klog_record_doc(rec);

	/* Counted within a burst: says nothing. */
	json_object_object_del(doc, "source");
	return doc;
}

static json_object *line_doc(const struct klog_record *rec)
{
	json_object *doc = doc_object(), *record = record_doc(rec);

	doc_add(doc, "schema", doc_str(DOC_SCHEMA));
	json_object_object_foreach(record, key, value)
		doc_add_copy(doc, key, json_object_get(value));
	json_object_put(record);
	return doc;
}

static int take(const struct klog_record *rec, void *ctx)
{
	struct watch *w = ctx;

	if (!is_wanted(w, rec))
		return 0;
	if (w->cli->json_lines)
		w->failed |= cli_emit_line(w->cli, line_doc(rec)) != 0;
	else if (w->cli->json)
		doc_push(w->records, record_doc(rec));
	else
		klog_fold_add(w->fold, rec);
	w->seen++;
	return w->failed || (w->opts->count && w->seen >= w->opts->count);
}

static const char *input_name(const struct watch *w)
{
	return w->opts->input ? w->opts->input : "/dev/kmsg";
}

/* Nothing to say, or a file of another kind? A log that dmesg printed looks much the same. */
static int check_form(const struct watch *w)
{
	if (!w->lines || w->records_read)
		return STATUS_OK;
	return err_input(w->opts->input, "iommuctl decode, which reads logs",
			 "no line of '%s' has the form of /dev/kmsg", input_name(w));
}

/* True when the watch is over. */
static bool decode_burst(struct watch *w)
{
	struct klog_totals totals = { 0 };
	int stop;

	if (!w->burst.len)
		return false;
	cli_out_init(w->cli, &w->text);
	w->fold = klog_fold_new(&w->text, true, false);
	stop = klog_decode_buffer(w->burst.data, w->burst.len, NULL, take, w, &totals);
	klog_fold_end(w->fold);
	out_free(&w->burst);
	if (w->text.len)
		w->failed |= cli_out_done(w->cli, &w->text, STATUS_OK) != STATUS_OK;
	out_free(&w->text);
	return stop || w->failed;
}

/* --- records of /dev/kmsg --------------------------------------------------------------------- */

/*
 * "6,339,5140900,-;text" and, on lines of their own that begin with a space,
 * what is attached to it. Becomes "[    5.140900] text", as dmesg prints it.
 */
static void take_record_line(struct watch *w, char *line)
{
	char *text = strchr(line, ';'), *time = line;
	unsigned long long us;

	w->lines += line[0] != ' ';
	if (line[0] < '0' || line[0] > '9' || !text)
		return;
	w->records_read++;
	*text++ = '\0';
	for (int commas = 0; commas < 2; time++) {
		if (!*time)
			return;
		commas += *time == ',';
	}
	us = strtoull(time, NULL, 10);
	out_printf(&w->burst, "[%5llu.%06llu] ", us / 1000000, us % 1000000);
	out_raw(&w->burst, text, strlen(text));
	out_raw(&w->burst, "\n", 1);
}

static void take_bytes(struct watch *w, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\n') {
			w->line[w->line_len] = '\0';
			if (!w->skipping)
				take_record_line(w, w->line);
			w->line_len = 0;
			w->skipping = false;
		} else if (w->line_len == sizeof(w->line) - 1) {
			w->skipping = true;
		} else {
			w->line[w->line_len++] = s[i] ? s[i] : ' ';
		}
	}
}

/* Returns 1 while there may be more, 0 at the end of a stream, -1 when it broke (reported). */
static int read_some(struct watch *w)
{
	char buf[MAX_RECORD];
	ssize_t n = read(w->fd, buf, sizeof(buf));

	if (n > 0) {
		take_bytes(w, buf, (size_t)n);
		return 1;
	}
	/* The last line of a file can lack its end. */
	if (n == 0 && w->line_len)
		take_bytes(w, "\n", 1);
	if (n < 0 && errno == EPIPE) {
		err_note("records of the kernel log were lost: they came faster than they could be "
			 "read");
		return 1;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 1;
	if (n < 0)
		err_report(errno, NULL, NULL, NULL, "cannot read '%s'", input_name(w));
	return n < 0 ? -1 : 0;
}

/* --- the loop --------------------------------------------------------------------------------- */

/* Milliseconds until the deadline, 0 when it is over; -1 without one. */
static int time_left(const struct watch *w)
{
	struct timespec now;
	long long ms;

	if (!(w->opts->timeout > 0))
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (w->deadline.tv_sec - now.tv_sec) * 1000LL +
	     (w->deadline.tv_nsec - now.tv_nsec) / 1000000;
	return ms <= 0 ? 0 : ms > 1000000 ? 1000000 : (int)ms;
}

static void set_deadline(struct watch *w)
{
	long long ns = (long long)(w->opts->timeout * 1e9);

	clock_gettime(CLOCK_MONOTONIC, &w->deadline);
	ns += w->deadline.tv_nsec;
	w->deadline.tv_sec += (time_t)(ns / 1000000000);
	w->deadline.tv_nsec = (long)(ns % 1000000000);
}

static int loop(struct watch *w)
{
	struct pollfd fds[] = { { w->fd, POLLIN, 0 }, { w->signals, POLLIN, 0 } };
	int more = 1;

	while (more > 0) {
		int left = time_left(w), wait = left, n;

		if (w->burst.len && (wait < 0 || wait > QUIET_MS))
			wait = QUIET_MS;
		n = poll(fds, ARRAY_SIZE(fds), wait);
		if (n < 0 && errno != EINTR)
			return STATUS_FAILED;
		if (n > 0 && fds[1].revents)
			break;
		if (n > 0 && fds[0].revents)
			more = read_some(w);
		if ((n == 0 || more <= 0 || w->burst.len > MAX_BURST) && decode_burst(w))
			break;
		if (left == 0)
			break;
	}
	if (!w->failed && (!w->opts->count || w->seen < w->opts->count))
		decode_burst(w);
	return more < 0 || w->failed ? STATUS_FAILED : STATUS_OK;
}

static bool is_folder(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISDIR(st.st_mode);
}

static int open_input(struct watch *w)
{
	const char *path = input_name(w);

	if (!strcmp(path, "-"))
		w->fd = STDIN_FILENO;
	else
		w->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (w->fd < 0)
		return err_input(
			path,
			w->opts->input ? NULL : "run it as root, or sysctl kernel.dmesg_restrict=0",
			"cannot open '%s': %s", path, strerror(errno));
	if (is_folder(w->fd))
		return err_input(path, NULL, "cannot read '%s': %s", path, strerror(EISDIR));
	if (!w->opts->input && !w->opts->all)
		lseek(w->fd, 0, SEEK_END);
	return STATUS_OK;
}

/* Signals end the watch, not the program: what was seen is still printed. */
static int open_signals(sigset_t *before)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		sigaddset(&set, ending[i]);
	sigprocmask(SIG_BLOCK, &set, before);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* The one that ended the watch has done its work; from here on they end the program again. */
static void take_signals(struct watch *w, const sigset_t *before)
{
	struct pollfd pending = { w->signals, POLLIN, 0 };
	struct signalfd_siginfo info;

	while (poll(&pending, 1, 0) > 0 && read(w->signals, &info, sizeof(info)) == sizeof(info))
		continue;
	close(w->signals);
	sigprocmask(SIG_SETMASK, before, NULL);
}

static void say_waiting(const struct watch *w)
{
	if (!w->opts->input)
		cli_say_waiting(w->cli, w->opts->all ? "faults and events"
						     : "faults and events from now on (-a: what "
						       "the log holds already, too)");
}

static int run(struct cli *cli, void *data)
{
	struct watch *w = mem_zalloc(sizeof(*w));
	sigset_t before;
	int status;

	w->cli = cli;
	w->opts = data;
	w->records = cli->json && !cli->json_lines ? doc_list() : NULL;
	cli->no_pager = true;
	status = open_input(w);
	if (status == STATUS_OK) {
		say_waiting(w);
		w->signals = open_signals(&before);
		set_deadline(w);
		status = loop(w);
		take_signals(w, &before);
		if (status == STATUS_OK)
			status = check_form(w);
		/* Fewer than asked for is a no. */
		if (status == STATUS_OK && w->opts->count && w->seen < w->opts->count)
			status = STATUS_FAILED;
		if (w->records) {
			json_object *doc = doc_new("watch");

			doc_add(doc, "records", w->records);
			w->records = NULL;
			status = cli_emit(cli, doc, cli_view_nothing, status);
		}
		if (w->fd != STDIN_FILENO)
			close(w->fd);
	}
	json_object_put(w->records);
	out_free(&w->burst);
	free(w);
	return status;
}

const struct command command_watch = {
	.name = "watch",
	.section = "Look",
	.summary = "show faults and events as they happen, decoded",
	.args = "",
	.doc = "Follows the kernel log and prints IOMMU faults, events and firmware bugs as the "
	       "kernel "
	       "reports them, with what they mean and what to try; with -v every line of an IOMMU "
	       "driver. "
	       "--json-lines prints one object for each at once, --json one document at the end. "
	       "Ends on "
	       "--count, --timeout or a signal; exits 1 when --count was not reached.",
	.examples = { "iommuctl watch  # until Ctrl-C",
		      "iommuctl watch --json-lines --count=1 --timeout=60  # wait for one fault",
		      "ssh host cat /dev/kmsg | iommuctl watch --input=-  # another machine's" },
	.uses = USES_LINES,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct watch_opts),
	.run = run,
};
