/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor_read DIR LIST: reads the files and folders of a list, and does nothing with them.
 *
 * Each line of the file LIST is a path below DIR. One open, read and close a file; a folder is read
 * to its end; of what is not there only the opening is tried. What the views of a machine cost is
 * measured against this.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char buf[1 << 16];

static void read_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (read(fd, buf, sizeof(buf)) < 0 && errno == EISDIR)
		while (syscall(SYS_getdents64, fd, buf, sizeof(buf)) > 0)
			;
	close(fd);
}

int main(int argc, char **argv)
{
	FILE *list = argc == 3 ? fopen(argv[2], "r") : NULL;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (!list || chdir(argv[1])) {
		fprintf(stderr, "usage: floor_read DIR LIST\n");
		return 2;
	}
	while ((n = getline(&line, &size, list)) > 0) {
		line[n - 1] = '\0';
		read_path(line);
	}
	free(line);
	fclose(list);
	return 0;
}
