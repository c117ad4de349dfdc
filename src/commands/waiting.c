/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that wait for records of a queue. */
#include "config.h"
#include "commands/waiting.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum { BATCH = 64, RECORDS_MAX = 1 << 20 };

enum { KEY_COUNT = 'n', KEY_TIMEOUT = 't' };

const struct argp_option waiting_options[] = {
	{ "count", KEY_COUNT, "N", 0, "end after N records; fewer are a failure", 0 },
	{ "timeout", KEY_TIMEOUT, "TIME", 0, "end after this time (0.5, 15m); 0: what is there now",
	  0 },
	{ 0 }
};

error_t waiting_option(struct cli *cli, void *opts, int key, char *arg)
{
	struct waiting_opts *o = opts;

	(void)cli;
	switch (key) {
	case KEY_COUNT:
		o->has_count = true;
		return option_number(arg, "count", RECORDS_MAX, &o->count);
	case KEY_TIMEOUT:
		o->has_timeout = true;
		return operand_time(arg, &o->timeout) ? EINVAL : 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void waiting_record(struct waiting *w, json_object *record)
{
	struct cli *cli = w->op->cli;
	struct out o;

	w->seen++;
	if (cli->json) {
		doc_push(w->records, record);
	} else if (cli->json_lines) {
		json_object *line = doc_new(cli->command->name);

		doc_add(line, "record", record);
		cli_emit_line(cli, line);
	} else if (!cli->quiet) {
		cli_out_init(cli, &o);
		w->view(&o, record);
		cli_out_done(cli, &o, STATUS_OK);
		json_object_put(record);
	} else {
		json_object_put(record);
	}
}

static bool satisfied(const struct waiting *w)
{
	return w->opts->has_count && w->seen >= w->opts->count;
}

/* Reads what is there. An empty queue gives 0, which is not its end. Returns an errno. */
static int read_batch(struct waiting *w)
{
	size_t want = w->opts->has_count && w->opts->count - w->seen < BATCH
			      ? (size_t)(w->opts->count - w->seen)
			      : BATCH;
	size_t size = w->record * want, used = 0;
	uint8_t *buf = mem_alloc(size);
	ssize_t n;
	int err;

	for (;;) {
		n = read(w->fd, buf, size);
		err = n < 0 ? errno : 0;
		/* A group of page requests is given whole: it may need more room. */
		if (err != EINVAL || size >= w->record * RECORDS_MAX)
			break;
		size *= 2;
		buf = mem_realloc(buf, size, 1);
	}
	while (n > 0 && used < (size_t)n) {
		size_t step = w->take(w, buf + used, (size_t)n - used);

		used = step ? used + step : (size_t)n;
	}
	free(buf);
	return err;
}

static int open_signals(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, before);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Returns an errno, or 0 when the wait is over. */
static int wait_loop(struct waiting *w, int signals)
{
	int64_t end = w->opts->has_timeout ? now_ms() + w->opts->timeout : INT64_MAX;
	struct pollfd p[3] = {
		{ .fd = w->fd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = w->op->ctx.session.sock, .events = POLLIN },
	};
	/* None were asked for: none may be taken. */
	int err = satisfied(w) ? 0 : read_batch(w);

	while (!err && !satisfied(w)) {
		int64_t left = end - now_ms();

		if (left < 0)
			left = 0;
		if (poll(p, 3, left > 3600000 ? 3600000 : (int)left) < 0 && errno != EINTR)
			return errno;
		if (p[1].revents)
			break;
		if (p[2].revents) {
			err_note("the session has ended");
			break;
		}
		if (p[0].revents & POLLIN)
			err = read_batch(w);
		else if (now_ms() >= end)
			break;
	}
	return err;
}

int waiting_run(struct waiting *w)
{
	enum uapi_op op = w->record == sizeof(struct uapi_fault) ? OP_FAULT_READ : OP_VEVENTQ_READ;
	const struct refusal_ctx what = { .id = w->id };
	sigset_t before;
	int signals, err;

	session_done(&w->op->ctx.session);
	w->records = doc_list();
	if (!w->opts->has_timeout || w->opts->timeout)
		cli_say_waiting(w->op->cli, op == OP_FAULT_READ ? "page requests" : "events");
	signals = open_signals(&before);
	err = wait_loop(w, signals);
	if (signals >= 0)
		close(signals);
	doc_add(w->op->doc, "queue", doc_uint(w->id));
	doc_add(w->op->doc, "records", w->records);
	doc_add(w->op->doc, "count", doc_uint(w->seen));
	w->op->bare = "count";
	/* Its records are shown; the document is for those who wait for it. */
	w->op->partial = true;
	w->op->silent = !w->op->cli->json && !w->op->cli->quiet;
	if (err)
		return context_refused(&w->op->ctx, op, err, &what, "cannot read queue %u", w->id);
	if (!w->opts->has_count || satisfied(w))
		return STATUS_OK;
	err_report(0, NULL, "the wait was over before more came", "a longer --timeout",
		   "%" PRIu64 " of %" PRIu64 " records came", w->seen, w->opts->count);
	return STATUS_FAILED;
}

int queue_open(struct operation *op, const char *word, uint8_t type, struct ledger_entry **entry)
{
	const char *title = ledger_type_title(type);
	uint32_t id;

	if (operand_id(word, "a queue", &id))
		return STATUS_TROUBLE;
	*entry = ledger_find(&op->ctx.ledger, type, id, 0);
	if (!*entry)
		return err_input(word, "iommuctl session show", "there is no %s %" PRIu32 " here",
				 title, id);
	return context_fd(&op->ctx, *entry) < 0 ? STATUS_FAILED : STATUS_OK;
}

void queue_warn_closes(struct operation *op)
{
	if (op->ctx.kind == CONTEXT_GIVEN)
		context_warn_words(&op->ctx, "queue.descriptor-closes",
				   "iommuctl session start --iommufd=FD",
				   "the queue's descriptor closes when this command exits: nobody "
				   "can read it then");
}
