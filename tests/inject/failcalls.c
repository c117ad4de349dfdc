/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lets every system call of a command fail once at each place, with each error that is plausible
 * there, and judges what the user gets: the engine of tests/inject/inject, which says how it is
 * used. Prints a TAP document: a test for each command of a table, with its row of figures.
 *
 *   failcalls --commands=FILE [--every=N] [--calls=NAMES] [--from=N] [--state=FILE] [--workers=N]
 * [--verdicts=NAME] [PATTERN]...
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "judge.h"
#include "stage.h"
#include "state.h"
#include "tracer.h"

enum {
	LIMIT_GUEST = 120, /* seconds, under emulation with all calls traced */
	STATE_EVERY = 16,  /* a command that nothing takes back is compared so often */
	SHOWN = 40,        /* unexpected outcomes that are printed of a row */
};

static struct {
	const char *commands, *state, *verdicts;
	const char *calls; /* names between commas; NULL: all */
	unsigned int from; /* of calls of one name, those before are left alone */
	unsigned int every, workers;
	char **patterns;
} opts = { .every = 1, .workers = 1 };

static char work[PATH_SIZE]; /* a folder of our own */

/* --- jobs ------------------------------------------------------------------------------------- */

/* A failure of a call, or of where the answer goes. */
struct job {
	struct call_failure failure;
	enum job_kind { JOB_CALL, JOB_FULL_DISK, JOB_CLOSED_PIPE } kind;
};

struct jobs {
	struct job *job;
	size_t n;
};

static void add_job(struct jobs *jobs, struct job job)
{
	jobs->job = reallocarray(jobs->job, jobs->n + 1, sizeof(job));
	if (!jobs->job)
		die("memory");
	jobs->job[jobs->n++] = job;
}

static bool is_wanted_call(long number)
{
	const char *name = call_kind(number)->name, *at = opts.calls;
	size_t length = name ? strlen(name) : 0;

	if (!at)
		return true;
	for (; length && (at = strstr(at, name)); at++)
		if ((at == opts.calls || at[-1] == ',') && strchr(",", at[length]))
			return true;
	return false;
}

/* Each failure of a command that made these calls. */
static void make_jobs(const struct trace_result *made, const struct answer *good, struct jobs *jobs)
{
	struct call_failure failure;
	const int *error;

	for (size_t i = 0; i < made->n_calls; i++) {
		failure = made->calls[i];
		if (failure.place < opts.from || !is_wanted_call(failure.number))
			continue;
		for (error = call_kind(failure.number)->errors; *error; error++) {
			failure.error = *error;
			add_job(jobs, (struct job) { failure, JOB_CALL });
		}
	}
	if (good->out[0] && !opts.calls && opts.from <= 1) {
		add_job(jobs, (struct job) { .kind = JOB_FULL_DISK });
		add_job(jobs, (struct job) { .kind = JOB_CLOSED_PIPE });
	}
}

/* Every Nth of the whole table, so that short rows have their share. */
static void sample(struct jobs *jobs)
{
	static size_t before;
	size_t kept = 0;

	for (size_t i = 0; i < jobs->n; i++)
		if (++before % opts.every == 0)
			jobs->job[kept++] = jobs->job[i];
	jobs->n = kept;
}

/* A full disk is a failure with a message, a pipe that nobody reads is one without. */
static const char *judge_nowhere(const struct row *row, enum job_kind kind,
				 const struct answer *now)
{
	if (now->status != 1)
		return "wrong-status";
	if (kind == JOB_FULL_DISK && row->kind != ANSWER_OFFER &&
	    !strstr(now->err, "No space left on device"))
		return "no-message";
	if (kind == JOB_CLOSED_PIPE && strcasestr(now->err, "broken pipe"))
		return "needless-message";
	return "refused";
}

static int nowhere(enum job_kind kind)
{
	int ends[2];

	if (kind == JOB_FULL_DISK)
		return open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (pipe2(ends, O_CLOEXEC) < 0)
		die("a pipe");
	close(ends[0]);
	return ends[1];
}

/* The outcome as a line: VERDICT CALL PLACE ERROR: first line of the message, the call. */
static void say(FILE *to, const char *verdict, const struct job *job, const struct answer *good,
		const struct answer *now, const char *what)
{
	static const char *const to_where[] = { "", "full-disk", "closed-pipe" };
	const char *name;
	char call[NAME_SIZE];

	if (job->kind != JOB_CALL) {
		snprintf(call, sizeof(call), "%s", to_where[job->kind]);
	} else {
		name = call_kind(job->failure.number)->name;
		snprintf(call, sizeof(call), "%s#%ld %u %s", name ? name : "call",
			 job->failure.number, job->failure.place,
			 strerrorname_np(job->failure.error));
	}
	fprintf(to, "%s %s: ", verdict, call);
	for (const char *p = now->err; *p && *p != '\n'; p++)
		fputc(*p < ' ' || *p == 127 ? '?' : *p, to);
	if (!is_expected(verdict)) {
		fprintf(to, " [%s]", what);
		print_answers_apart(to, good, now);
	}
	fputc('\n', to);
}

static void open_stage(struct stage *s, const struct row *row, unsigned int number)
{
	stage_open(s, row, work, number);
	if (opts.state)
		s->limit = LIMIT_GUEST;
}

static const char *do_job(const struct stage *s, const struct job *job, const struct answer *good,
			  struct answer *now, struct trace_result *result)
{
	/* A call that no program makes fails, so that nothing but where the answer goes is looked
	 * at. */
	static const struct call_failure none = { .number = 100000, .error = EPERM };
	const char *name;
	int out;

	if (job->kind != JOB_CALL) {
		out = nowhere(job->kind);
		stage_run(s, &none, out, result, now);
		close(out);
		return judge_nowhere(s->row, job->kind, now);
	}
	stage_run(s, &job->failure, -1, result, now);
	if (!result->reached)
		return "unreached";
	name = call_kind(job->failure.number)->name;
	return judge(s->row->kind, good, now, name ? name : "", job->failure.error);
}

/*
 * One processor for us and what we trace: a tracer that wakes on another, before the kernel has put
 * the stopped process away, sleeps for a tick, and so ten milliseconds are lost at each call.
 */
static void stay_on_one_processor(unsigned int number)
{
	cpu_set_t allowed, one;
	size_t cpu = 0;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return;
	number %= (unsigned int)CPU_COUNT(&allowed);
	for (; !CPU_ISSET(cpu, &allowed) || number; cpu++)
		number -= (unsigned int)!!CPU_ISSET(cpu, &allowed);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

/* Does each job of which it is the turn of worker @number. */
static void work_on(const struct row *row, const struct jobs *jobs, const struct answer *good,
		    unsigned int number, FILE *to)
{
	struct trace_result result;
	const char *verdict;
	struct answer now;
	struct stage s;
	bool compare;

	stay_on_one_processor(number);
	open_stage(&s, row, number);
	for (size_t i = number; i < jobs->n; i += opts.workers) {
		compare = row->undo[0] || i % STATE_EVERY == 0 || i + 1 == jobs->n;
		verdict = do_job(&s, &jobs->job[i], good, &now, &result);
		say(to, verdict, &jobs->job[i], good, &now, result.what);
		if (opts.state && compare && !state_restored(row, to))
			say(to, row->undo[0] ? "left-behind" : "left-behind-lately", &jobs->job[i],
			    good, &now, result.what);
		answer_free(&now);
	}
	stage_close(&s);
}

static void work_together(const struct row *row, const struct jobs *jobs, const struct answer *good,
			  FILE *outcomes)
{
	fflush(NULL);
	for (unsigned int i = 0; i < opts.workers; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("a worker");
		if (pid)
			continue;
		/* Whole lines go out at a time. */
		setvbuf(outcomes, NULL, _IOLBF, 0);
		work_on(row, jobs, good, i, outcomes);
		fflush(outcomes);
		_exit(0);
	}
	for (int status; wait(&status) > 0;)
		if (status)
			die("a worker");
}

/* --- a row ------------------------------------------------------------------------------------ */

struct figures {
	size_t runs, same, less, refused, unexpected;
};

/* Counts the outcomes; @unexpected receives the lines of those. */
static void count(FILE *outcomes, struct figures *f, FILE *unexpected)
{
	char *line = NULL, verdict[NAME_SIZE];
	bool shown = true;
	size_t size = 0;

	rewind(outcomes);
	while (getline(&line, &size, outcomes) > 0) {
		/* What has changed stands before the outcome that it belongs to. */
		if (line[0] == ' ') {
			fprintf(unexpected, "# %s", line);
			continue;
		}
		sscanf(line, "%127s", verdict);
		f->runs += strncmp(verdict, "left-behind", 11) != 0;
		f->same += !strcmp(verdict, "same");
		f->less += !strcmp(verdict, "less");
		f->refused += !strcmp(verdict, "refused");
		shown = !is_expected(verdict);
		if (shown && f->unexpected++ < SHOWN)
			fprintf(unexpected, "#   %s", line);
	}
	free(line);
}

/* Where the outcomes of a row go, line by line: a file to look into while it runs, or none. */
static FILE *open_outcomes(const struct row *row)
{
	char path[PATH_SIZE];
	FILE *f;

	if (opts.verdicts)
		snprintf(path, sizeof(path), "%s.%s", opts.verdicts, row->name);
	f = opts.verdicts ? fopen(path, "w+e") : tmpfile();
	if (!f)
		die("a file for the outcomes");
	return f;
}

static bool report_row(const struct row *row, unsigned int number, size_t calls, FILE *outcomes)
{
	struct figures f = { 0 };
	char *unexpected = NULL;
	size_t size;
	FILE *lines = open_memstream(&unexpected, &size);

	count(outcomes, &f, lines);
	fclose(lines);
	printf("# %-28s %6zu %6zu %6zu %6zu %8zu %10zu\n", row->name, calls, f.runs, f.same, f.less,
	       f.refused, f.unexpected);
	printf("%s %u - %s: each failure is answered\n%s", f.unexpected ? "not ok" : "ok", number,
	       row->name, unexpected);
	free(unexpected);
	return !f.unexpected;
}

static bool not_even_once(const struct row *row, unsigned int number, const char *why)
{
	printf("not ok %u - %s: each failure is answered\n# by itself %.*s\n", number, row->name,
	       (int)strcspn(why, "\n"), why);
	return false;
}

static bool do_row(const struct row *row, unsigned int number)
{
	static const struct call_failure none;
	FILE *outcomes = open_outcomes(row);
	struct trace_result made;
	struct jobs jobs = { 0 };
	struct answer good;
	struct stage s;
	bool ok;

	if (opts.state)
		state_remember(opts.state);
	open_stage(&s, row, 0);
	stage_run(&s, &none, -1, &made, &good);
	stage_close(&s);
	/* An answer can be no (1), or that it cannot be told (2). */
	if (good.status > 2 || good.hung ||
	    (row->kind == ANSWER_REFUSAL ? !good.status : good.status && !good.out[0])) {
		ok = not_even_once(row, number, good.hung ? "it hangs" : good.err);
	} else if (opts.state && !state_restored(row, outcomes)) {
		ok = not_even_once(row, number, "it leaves something behind");
	} else {
		make_jobs(&made, &good, &jobs);
		sample(&jobs);
		work_together(row, &jobs, &good, outcomes);
		ok = report_row(row, number, made.n_calls, outcomes);
	}
	free(jobs.job);
	free(made.calls);
	answer_free(&good);
	fclose(outcomes);
	fflush(stdout);
	return ok;
}

static bool is_wanted(const struct row *row)
{
	for (char **p = opts.patterns; *p; p++)
		if (!fnmatch(*p, row->name, 0))
			return true;
	return !opts.patterns[0];
}

static void read_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "commands", required_argument, NULL, 'c' },
		{ "every", required_argument, NULL, 'e' },
		{ "calls", required_argument, NULL, 'n' },
		{ "from", required_argument, NULL, 'f' },
		{ "state", required_argument, NULL, 's' },
		{ "workers", required_argument, NULL, 'w' },
		{ "verdicts", required_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int key;

	while ((key = getopt_long(argc, argv, "", known, NULL)) > 0) {
		if (key == 'c')
			opts.commands = optarg;
		else if (key == 'e')
			opts.every = (unsigned int)strtoul(optarg, NULL, 10);
		else if (key == 'n')
			opts.calls = optarg;
		else if (key == 'f')
			opts.from = (unsigned int)strtoul(optarg, NULL, 10);
		else if (key == 's')
			opts.state = optarg;
		else if (key == 'w')
			opts.workers = (unsigned int)strtoul(optarg, NULL, 10);
		else if (key == 'v')
			opts.verdicts = optarg;
		else
			exit(2);
	}
	if (opts.state)
		opts.workers = 1; /* one after another, or nobody knows who left something */
	opts.patterns = argv + optind;
	if (!opts.commands || !opts.every || !opts.workers) {
		errno = EINVAL;
		die("options");
	}
}

int main(int argc, char **argv)
{
	unsigned int total = 0, number = 0;
	char *line = NULL, command[3 * PATH_SIZE];
	struct row row;
	size_t size = 0;
	bool ok = true;
	FILE *table;

	read_options(argc, argv);
	if (!trace_possible()) {
		puts("1..0 # SKIP one process cannot trace another here");
		return 0;
	}
	snprintf(work, sizeof(work), "%.400s/iommuctl-failcalls.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	table = fopen(opts.commands, "re");
	if (!table || !mkdtemp(work))
		die(table ? work : opts.commands);
	while (getline(&line, &size, table) > 0)
		total += read_row(line, &row) && is_wanted(&row);
	printf("1..%u\n# %-28s %6s %6s %6s %6s %8s %10s\n", total, "command", "calls", "runs",
	       "same", "less", "refused", "unexpected");
	fflush(stdout);
	rewind(table);
	while (getline(&line, &size, table) > 0)
		if (read_row(line, &row) && is_wanted(&row))
			ok &= do_row(&row, ++number);
	fclose(table);
	free(line);
	snprintf(command, sizeof(command), "rm -rf '%s'", work);
	shell(command, 2);
	return !ok;
}
