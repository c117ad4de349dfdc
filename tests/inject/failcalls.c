/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lets every system call of a command fail once at each place, with each error that is plausible
 * there, and judges what the user gets: the engine of tests/inject/inject, which says how it is
 * used. Prints a TAP document: a test for each command of a table, with its row of figures.
 *
 *   failcalls --commands=FILE [--every=N] [--state=FILE] [--workers=N] [--verdicts=NAME]
 * [PATTERN]...
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"
#include "tracer.h"

enum {
	LIMIT = 20,        /* seconds after which a command hangs; */
	LIMIT_GUEST = 120, /* under emulation, with all calls traced */
	STATE_EVERY = 16,  /* a command that nothing takes back is compared so often */
	SHOWN = 40,        /* unexpected outcomes that are printed of a row */
	NAME_SIZE = 128,
	PATH_SIZE = 512,
};

static struct {
	const char *commands, *state, *verdicts;
	unsigned int every, workers;
	char **patterns;
} opts = { .every = 1, .workers = 1 };

static char work[PATH_SIZE]; /* a folder of our own */

static void die(const char *what)
{
	fprintf(stderr, "failcalls: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* --- the table ----------------------------------------------------------------------------------
 */

struct row {
	const char *name, *command;
	const char *undo; /* takes back what the command did, when something has changed; or "" */
	bool always;      /* ... each time */
	enum answer_kind kind;
	const char *target; /* the file in the folder where the command runs */
};

static enum answer_kind kind_of(const char *word, size_t length)
{
	static const struct {
		const char *word;
		enum answer_kind kind;
	} known[] = {
		{ "text", ANSWER_TEXT },   { "json", ANSWER_JSON }, { "lines", ANSWER_LINES },
		{ "offer", ANSWER_OFFER }, { "file", ANSWER_FILE }, { "leaves", ANSWER_LEAVES },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].word) == length && !strncmp(known[i].word, word, length))
			return known[i].kind;
	errno = EINVAL;
	die(word);
	return ANSWER_TEXT;
}

/* Takes a line of the table apart, in place. False: a comment. */
static bool read_row(char *line, struct row *row)
{
	static const char always[] = "always ";
	char *rest = line, *kind;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '#' || !strchr(line, '\t'))
		return false;
	row->name = strsep(&rest, "\t");
	kind = strsep(&rest, "\t");
	row->command = rest ? strsep(&rest, "\t") : "";
	row->undo = rest ? rest : "";
	row->always = !strncmp(row->undo, always, strlen(always));
	row->undo += row->always ? strlen(always) : 0;
	row->kind = kind_of(kind, strcspn(kind, ":"));
	row->target = strchr(kind, ':') ? strchr(kind, ':') + 1 : "out.json";
	return true;
}

static bool is_wanted(const struct row *row)
{
	for (char **p = opts.patterns; *p; p++)
		if (!fnmatch(*p, row->name, 0))
			return true;
	return !opts.patterns[0];
}

/* --- files and other programs
 * --------------------------------------------------------------------- */

/* All of an open file, without bytes of zero. Owner: the caller. */
static char *contents(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc((size_t)size + 1, 1);
	ssize_t got = pread(fd, text, (size_t)size, 0);
	size_t n = 0;

	for (ssize_t i = 0; i < got; i++)
		if (text[i])
			text[n++] = text[i];
	text[n] = '\0';
	return text;
}

static void shell(const char *command, int out)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
		dup2(out, 1);
		dup2(out, 2);
		execl("/bin/bash", "bash", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		die(command);
}

/* What a command of the shell says. Owner: the caller. */
static char *said_by(const char *command)
{
	int fd = memfd_create("said", MFD_CLOEXEC);
	char *text;

	shell(command, fd);
	text = contents(fd);
	close(fd);
	return text;
}

/* What a file has, uncompressed; NULL without it. Owner: the caller. */
static char *written(const char *path)
{
	static const char *const programs[][2] = { { ".gz", "gzip -dcq" },
						   { ".xz", "xz -dcq" },
						   { ".zst", "zstd -qdc" } };
	const char *ending = strrchr(path, '.');
	char command[3 * PATH_SIZE], *text;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	text = contents(fd);
	close(fd);
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (!ending || strcmp(ending, programs[i][0]) || !strcmp(text, OLD_FILE))
			continue;
		free(text);
		snprintf(command, sizeof(command), "%s '%s' 2>/dev/null", programs[i][1], path);
		return said_by(command);
	}
	return text;
}

static unsigned int count_files(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned int n = 0;

	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

/* --- one run
 * -------------------------------------------------------------------------------------- */

/* A place to run commands in. */
struct stage {
	const struct row *row;
	char folder[PATH_SIZE];
	int out, err;
};

static void stage_open(struct stage *s, const struct row *row, unsigned int number)
{
	s->row = row;
	snprintf(s->folder, sizeof(s->folder), "%.400s/files%u", work, number);
	s->out = memfd_create("out", MFD_CLOEXEC);
	s->err = memfd_create("err", MFD_CLOEXEC);
}

static void stage_close(struct stage *s)
{
	close(s->out);
	close(s->err);
}

/* Makes the folder hold the file and nothing else. */
static void put_old_file(const struct stage *s)
{
	char path[PATH_SIZE + NAME_SIZE], command[3 * PATH_SIZE];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", s->folder, s->row->target);
	if (access(path, F_OK) < 0 || count_files(s->folder) != 1) {
		snprintf(command, sizeof(command), "rm -rf '%s'; mkdir '%s'", s->folder, s->folder);
		shell(command, 2);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, OLD_FILE, strlen(OLD_FILE)) < 0)
		die(path);
	close(fd);
}

/* Runs the command, with a failure, and takes its answer in. @out: where its standard output goes,
 * negative for what we read. */
static void run(const struct stage *s, const struct call_failure *failure, int out,
		struct trace_result *result, struct answer *answer)
{
	const struct trace_request request = {
		.command = s->row->command,
		.folder = s->folder,
		.out = out < 0 ? s->out : out,
		.err = s->err,
		.limit = opts.state ? LIMIT_GUEST : LIMIT,
		.leaves = s->row->kind == ANSWER_LEAVES,
	};
	char path[PATH_SIZE + NAME_SIZE];

	put_old_file(s);
	if (ftruncate(s->out, 0) < 0 || ftruncate(s->err, 0) < 0)
		die("an answer");
	lseek(s->out, 0, SEEK_SET);
	lseek(s->err, 0, SEEK_SET);
	trace_run(&request, failure, result);
	snprintf(path, sizeof(path), "%s/%s", s->folder, s->row->target);
	*answer = (struct answer) {
		.status = result->status,
		.hung = result->hung,
		.out = contents(s->out),
		.err = contents(s->err),
		.file = s->row->kind == ANSWER_FILE ? written(path) : NULL,
		.files = count_files(s->folder),
	};
}

static void answer_free(struct answer *a)
{
	free(a->out);
	free(a->err);
	free(a->file);
}

/* --- what must be as before
 * ------------------------------------------------------------------------ */

static char *state_before;

static char *state_now(void)
{
	return said_by(opts.state);
}

static bool is_as_before(char **now)
{
	free(*now);
	*now = state_now();
	return !strcmp(*now, state_before);
}

static void print_difference(FILE *to, const char *before, const char *now)
{
	size_t a, b;

	for (; *before || *now; before += a + (before[a] != '\0'), now += b + (now[b] != '\0')) {
		a = strcspn(before, "\n");
		b = strcspn(now, "\n");
		if (a != b || strncmp(before, now, a) != 0)
			fprintf(to, "    before: %.*s\n    now:    %.*s\n", (int)a, before, (int)b,
				now);
	}
}

/* Whether all is as before, at the latest when what the command did has been taken back. A keeper
 * takes a moment to notice that a command has gone. Says what is not into @to. */
static bool restored(const struct row *row, FILE *to)
{
	char *now = NULL, *undone = NULL;
	bool ok = is_as_before(&now);

	if (ok && !row->always) {
		free(now);
		return true;
	}
	if (row->undo[0]) {
		undone = said_by(row->undo);
		ok = is_as_before(&now);
	}
	for (useconds_t tries = 1; !ok && tries <= 5; tries++) {
		usleep(tries * 100000);
		ok = is_as_before(&now);
	}
	if (!ok) {
		print_difference(to, state_before, now);
		if (undone && undone[0])
			fprintf(to, "    taking back: %s\n", undone);
	}
	free(undone);
	free(now);
	return ok;
}

/* --- jobs
 * -------------------------------------------------------------------------------------------- */

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

/* Each failure of a command that made these calls. */
static void make_jobs(const struct trace_result *made, const struct answer *good, struct jobs *jobs)
{
	struct call_failure failure;
	const int *error;

	for (size_t i = 0; i < made->n_calls; i++) {
		failure = made->calls[i];
		for (error = call_kind(failure.number)->errors; *error; error++) {
			failure.error = *error;
			add_job(jobs, (struct job) { failure, JOB_CALL });
		}
	}
	if (good->out[0]) {
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
static void say(FILE *to, const char *verdict, const struct job *job, const struct answer *now,
		const char *what)
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
	if (!is_expected(verdict))
		fprintf(to, " [%s]", what);
	fputc('\n', to);
}

static const char *do_job(const struct stage *s, const struct job *job, const struct answer *good,
			  struct answer *now, struct trace_result *result)
{
	const char *name;
	int out;

	if (job->kind != JOB_CALL) {
		out = nowhere(job->kind);
		/* A call that no program makes fails, so that nothing but that is looked at. */
		run(s, &(struct call_failure) { .number = 100000, .error = EPERM }, out, result,
		    now);
		close(out);
		return judge_nowhere(s->row, job->kind, now);
	}
	run(s, &job->failure, -1, result, now);
	if (!result->reached)
		return "unreached";
	name = call_kind(job->failure.number)->name;
	return judge(s->row->kind, good, now, name ? name : "", job->failure.error);
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

	stage_open(&s, row, number);
	for (size_t i = number; i < jobs->n; i += opts.workers) {
		compare = row->undo[0] || i % STATE_EVERY == 0 || i + 1 == jobs->n;
		verdict = do_job(&s, &jobs->job[i], good, &now, &result);
		say(to, verdict, &jobs->job[i], &now, result.what);
		if (opts.state && compare && !restored(row, to))
			say(to, row->undo[0] ? "left-behind" : "left-behind-lately", &jobs->job[i],
			    &now, result.what);
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

/* --- a row
 * ---------------------------------------------------------------------------------------------- */

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

static void keep_outcomes(const struct row *row, FILE *outcomes)
{
	char path[PATH_SIZE];
	FILE *to;
	int c;

	snprintf(path, sizeof(path), "%s.%s", opts.verdicts, row->name);
	to = fopen(path, "we");
	if (!to)
		die(path);
	rewind(outcomes);
	while ((c = getc(outcomes)) != EOF)
		putc(c, to);
	fclose(to);
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
	if (opts.verdicts)
		keep_outcomes(row, outcomes);
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
	FILE *outcomes = tmpfile();
	struct trace_result made;
	struct jobs jobs = { 0 };
	struct answer good;
	struct stage s;
	bool ok;

	if (!outcomes)
		die("a file for the outcomes");
	free(state_before);
	state_before = opts.state ? state_now() : NULL;
	stage_open(&s, row, 0);
	run(&s, &none, -1, &made, &good);
	stage_close(&s);
	if (good.status > 1 || good.hung) {
		ok = not_even_once(row, number, good.hung ? "it hangs" : good.err);
	} else if (opts.state && !restored(row, outcomes)) {
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

static void read_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "commands", required_argument, NULL, 'c' },
		{ "every", required_argument, NULL, 'e' },
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
