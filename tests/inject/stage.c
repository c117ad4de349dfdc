/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a command where nothing else is, and takes in what it says and leaves. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stage.h"

enum { LIMIT = 20 };

void die(const char *what)
{
	fprintf(stderr, "failcalls: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* --- files and other programs ----------------------------------------------------------------- */

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

void shell(const char *command, int out)
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

char *said_by(const char *command)
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

/* --- runs ------------------------------------------------------------------------------------- */

void stage_open(struct stage *s, const struct row *row, const char *work, unsigned int number)
{
	s->row = row;
	s->limit = LIMIT;
	snprintf(s->folder, sizeof(s->folder), "%.400s/files%u", work, number);
	s->out = memfd_create("out", MFD_CLOEXEC);
	s->err = memfd_create("err", MFD_CLOEXEC);
}

void stage_close(struct stage *s)
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

void stage_run(const struct stage *s, const struct call_failure *failure, int out,
	       struct trace_result *result, struct answer *answer)
{
	const struct trace_request request = {
		.command = s->row->command,
		.folder = s->folder,
		.out = out < 0 ? s->out : out,
		.err = s->err,
		.limit = s->limit,
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

void answer_free(struct answer *a)
{
	free(a->out);
	free(a->err);
	free(a->file);
}
