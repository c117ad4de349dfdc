/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mktree DIR <DESCRIPTION: makes a tree of files from a text.
 *
 *	d PATH			a directory
 *	f PATH CONTENT		a file: the rest of the line and a newline
 *	l PATH TARGET		a symbolic link
 *	p PATH			a FIFO
 *
 * Folders above are made as needed. In PATH, CONTENT and TARGET \n, \\ and
 * \xNN stand for what they do in C; a CONTENT that ends in \c has no newline
 * behind it. Lines that begin with # are left out. What collect-sysfs prints
 * is such a text.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned long line_number;

static void die(const char *what)
{
	fprintf(stderr, "mktree: line %lu: %s: %s\n", line_number, what, strerror(errno));
	exit(1);
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, c);

	return at && c ? (int)(at - digits) : -1;
}

/* Undo the escapes of @s in place. Returns the length; *@cut is set by a final \c. */
static size_t unescape(char *s, int *cut)
{
	char *out = s;

	for (const char *p = s; *p; p++) {
		if (*p != '\\') {
			*out++ = *p;
		} else if (p[1] == 'x' && hex_digit(p[2]) >= 0 && hex_digit(p[3]) >= 0) {
			*out++ = (char)(hex_digit(p[2]) << 4 | hex_digit(p[3]));
			p += 3;
		} else if (p[1] == 'c' && !p[2]) {
			*cut = 1;
			p++;
		} else if (p[1] == 'n' || p[1] == '\\') {
			*out++ = *++p == 'n' ? '\n' : '\\';
		} else {
			errno = EINVAL;
			die("unknown escape");
		}
	}
	*out = '\0';
	return (size_t)(out - s);
}

static void make_parents(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		return;
	*slash = '\0';
	if (mkdir(path, 0755) && errno == ENOENT) {
		make_parents(path);
		if (mkdir(path, 0755))
			die(path);
	}
	*slash = '/';
}

static int create_file(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

static void make_file(char *path, char *content)
{
	int cut = 0, fd = create_file(path);
	size_t len = unescape(content, &cut);

	if (fd < 0 && errno == ENOENT) {
		make_parents(path);
		fd = create_file(path);
	}
	if (!cut)
		content[len++] = '\n';
	if (fd < 0 || write(fd, content, len) != (ssize_t)len)
		die(path);
	close(fd);
}

static void make_link(char *path, char *target)
{
	int cut = 0;

	unescape(target, &cut);
	if (!symlink(target, path))
		return;
	if (errno == ENOENT)
		make_parents(path);
	else if (errno == EEXIST)
		unlink(path);
	if (symlink(target, path))
		die(path);
}

static void make_folder(char *path, mode_t fifo)
{
	make_parents(path);
	if ((fifo ? mkfifo(path, 0644) : mkdir(path, 0755)) && errno != EEXIST)
		die(path);
}

static void make(char kind, char *path, char *rest)
{
	int cut = 0;

	unescape(path, &cut);
	switch (kind) {
	case 'd':
		make_folder(path, 0);
		break;
	case 'p':
		make_folder(path, 1);
		break;
	case 'f':
		make_file(path, rest);
		break;
	case 'l':
		make_link(path, rest);
		break;
	default:
		errno = EINVAL;
		die("unknown kind of line");
	}
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (argc != 2 || (mkdir(argv[1], 0755) && errno != EEXIST) || chdir(argv[1])) {
		fprintf(stderr, "usage: mktree DIR <DESCRIPTION\n");
		return 2;
	}
	while ((len = getline(&line, &size, stdin)) > 0) {
		char *path = line + 2, *rest;

		line_number++;
		if (line[len - 1] == '\n')
			line[--len] = '\0';
		if (len < 3 || line[0] == '#')
			continue;
		rest = strchr(path, ' ');
		if (rest)
			*rest++ = '\0';
		make(line[0], path, rest ? rest : line + len);
	}
	free(line);
	return 0;
}
