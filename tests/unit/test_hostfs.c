/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A copied tree is never left: with openat2() and, as on old kernels, by hand. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/hostfs.h"
#include "unit.h"

static char root[] = "/tmp/iommuctl-hostfs.XXXXXX";
static struct hostfs *fs;

static void put(const char *path, const char *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, content, strlen(content)) != (ssize_t)strlen(content))
		unit_fail("cannot write %s", path);
	close(fd);
}

static void put_link(const char *path, const char *target)
{
	if (symlink(target, path))
		unit_fail("cannot link %s", path);
}

static void make_tree(void)
{
	static const char *const dirs[] = { "in",         "in/sys",          "in/sys/a",
					    "in/sys/a/b", "in/sys/firmware", "out" };

	if (!mkdtemp(root) || chdir(root))
		unit_fail("no temporary directory");
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdir(dirs[i], 0755))
			unit_fail("cannot make %s", dirs[i]);
	put("out/secret", "outside\n");
	put("in/secret", "inside\n");
	put("in/sys/a/b/file", "value\n\n");
	put("in/sys/a/empty", "");
	put("in/sys/firmware/table", "");
	put_link("in/sys/up", "../../../../secret");
	put_link("in/sys/out", "../../out/secret");
	put_link("in/sys/root", "/secret");
	put_link("in/sys/dir", "a/./b/../b");
	put_link("in/sys/chain", "dir/file");
	put_link("in/sys/loop", "loop");
	put_link("in/sys/slash", "a/b/");
	put_link("in/sys/magic", "/proc/self/root");
	if (mkfifo("in/sys/fifo", 0644))
		unit_fail("no FIFO");
}

static const char *get(const char *path)
{
	static char buf[64];

	errno = 0;
	return hostfs_read(fs, path, buf, sizeof(buf)) < 0 ? NULL : buf;
}

static void test_paths(void)
{
	unit_str(get("secret"), "inside");
	unit_str(get("sys/a/b/file"), "value");
	unit_str(get("sys/dir/file"), "value");
	unit_str(get("sys/chain"), "value");
	unit_str(get("sys/slash/file"), "value");
	unit_str(get("sys//a/./b/../b/file"), "value");
	unit_str(get("sys/a/empty"), "");
}

static void test_escapes(void)
{
	unit_str(get("sys/up"), "inside");
	unit_str(get("sys/root"), "inside");
	unit_str(get("../secret"), "inside");
	unit_str(get("/secret"), "inside");
	unit_true(!get("sys/out"));
	unit_true(!get("../out/secret"));
	unit_true(!get("sys/magic/etc/passwd"));
}

static void test_refusals(void)
{
	char small[4], buf[64];
	size_t len;

	unit_true(!get("sys/loop") && errno == ELOOP);
	unit_true(!get("sys/missing") && errno == ENOENT);
	unit_true(!get("sys/a/b"));
	unit_true(!get("sys/a/b/file/x"));
	unit_int(hostfs_read(fs, "sys/a/b/file", small, sizeof(small)), -1);
	unit_int(errno, EFBIG);
	unit_true(!hostfs_slurp(fs, "sys/fifo", 100, &len));
	unit_true(!hostfs_slurp(fs, "sys/a/b/file", 3, &len) && errno == EFBIG);
	unit_int(hostfs_link(fs, "sys/a/b/file", buf, sizeof(buf)), -1);
	unit_true(hostfs_exists(fs, "sys/dir") && !hostfs_exists(fs, "sys/loop"));
}

static void test_links(void)
{
	char buf[64];

	unit_int(hostfs_link(fs, "sys/chain", buf, sizeof(buf)), 8);
	unit_str(buf, "dir/file");
	unit_int(hostfs_link(fs, "sys/up", buf, sizeof(buf)), 18);
	unit_int(hostfs_link(fs, "sys/up", buf, 5), -1);
}

static void test_whole_file(void)
{
	size_t len = 0;
	char *text = hostfs_slurp(fs, "sys/dir/file", 100, &len);

	unit_int(len, 7);
	unit_str(text, "value\n\n");
	free(text);
}

static void test_directory(void)
{
	struct hostfs_dir *dir = malloc(sizeof(*dir));
	size_t n = 0;
	char buf[64];

	unit_int(hostfs_dir_open(fs, dir, "sys/dir"), 0);
	unit_true(hostfs_read_at(dir, "file", buf, sizeof(buf)) == 5);
	unit_true(hostfs_read_at(dir, "../../chain", buf, sizeof(buf)) == 5);
	hostfs_dir_close(dir);
	unit_int(hostfs_dir_open(fs, dir, "sys"), 0);
	while (hostfs_dir_next(dir))
		n++;
	unit_int(n, 11);
	unit_int(hostfs_link_at(dir, "dir", buf, sizeof(buf)), 10);
	unit_int(hostfs_link_at(dir, "a/b/file", buf, sizeof(buf)), -1);
	hostfs_dir_close(dir);
	unit_int(hostfs_dir_open(fs, dir, "sys/fifo"), -1);
	unit_int(hostfs_dir_open(fs, dir, "sys/up"), -1);
	hostfs_dir_close(dir);
	free(dir);
}

/* What is refused is not what is absent, and not forgotten. */
static void test_trouble(void)
{
	struct hostfs *own = hostfs_open("in");
	const struct hostfs_trouble *t = hostfs_trouble(own);
	struct rlimit limit, none;
	char buf[8];

	unit_true(!hostfs_exists(own, "sys/missing"));
	unit_int(t->count, 0);
	getrlimit(RLIMIT_NOFILE, &limit);
	none = limit;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	unit_true(!hostfs_exists(own, "sys/firmware/table"));
	unit_int(hostfs_read(own, "sys/a/b/file", buf, sizeof(buf)), -1);
	setrlimit(RLIMIT_NOFILE, &limit);
	unit_int(t->count, 2);
	unit_str(t->place[0].path, "sys/firmware/table");
	unit_int(t->place[0].errnum, EMFILE);
	unit_str(t->place[1].path, "sys/a/b/file");
	hostfs_close(own);
}

static void all_tests(void)
{
	unit_run(test_paths);
	unit_run(test_escapes);
	unit_run(test_refusals);
	unit_run(test_links);
	unit_run(test_whole_file);
	unit_run(test_directory);
	unit_run(test_trouble);
}

int main(void)
{
	char clean_up[64];

	make_tree();
	fs = hostfs_open("in");
	all_tests();
	hostfs_close(fs);
	fs = hostfs_open_by_hand("in");
	all_tests();
	hostfs_close(fs);
	snprintf(clean_up, sizeof(clean_up), "rm -rf %s", root);
	if (chdir("/") || system(clean_up))
		return 1;
	return unit_done();
}
