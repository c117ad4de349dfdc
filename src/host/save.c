/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a file that somebody may get to see. */
#include "config.h"
#include "host/save.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_LZMA
#include <lzma.h>
#endif
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "base/dynlib.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/out.h"

/* --- compression --------------------------------------------------------------------------- */

/* Each returns the compressed bytes, to be freed, or NULL with *why. */
typedef void *compressor(const void *data, size_t len, size_t *out_len, const char **why);

#ifdef HAVE_ZLIB
static void *to_gzip(const void *data, size_t len, size_t *out_len, const char **why)
{
	static int (*init)(z_streamp, int, int, int, int, int, const char *, int);
	static uLong (*bound)(z_streamp, uLong);
	static int (*run)(z_streamp, int);
	static int (*end)(z_streamp);
	static const struct dynlib_symbol symbols[] = {
		{ "deflateInit2_", (void **)&init },
		{ "deflateBound", (void **)&bound },
		{ "deflate", (void **)&run },
		{ "deflateEnd", (void **)&end },
	};
	z_stream z = { 0 };
	void *out;

	*why = "the data is too large for gzip";
	if (len > UINT32_MAX / 2)
		return NULL;
	if (!dynlib_load("libz.so.1", symbols, ARRAY_SIZE(symbols), why))
		return NULL;
	/* 15 bits of window, 16 for the gzip header. */
	if (init(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, sizeof(z)) !=
	    Z_OK)
		return NULL;
	*out_len = bound(&z, len);
	out = mem_alloc(*out_len);
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)*out_len;
	run(&z, Z_FINISH);
	*out_len = z.total_out;
	end(&z);
	return out;
}
#endif

#ifdef HAVE_LZMA
static void *to_xz(const void *data, size_t len, size_t *out_len, const char **why)
{
	static size_t (*bound)(size_t);
	static lzma_ret (*encode)(uint32_t, lzma_check, const lzma_allocator *, const uint8_t *,
				  size_t, uint8_t *, size_t *, size_t);
	static const struct dynlib_symbol symbols[] = {
		{ "lzma_stream_buffer_bound", (void **)&bound },
		{ "lzma_easy_buffer_encode", (void **)&encode },
	};
	size_t size;
	void *out;

	if (!dynlib_load("liblzma.so.5", symbols, ARRAY_SIZE(symbols), why))
		return NULL;
	size = bound(len);
	out = mem_alloc(size);
	*out_len = 0;
	if (encode(LZMA_PRESET_DEFAULT, LZMA_CHECK_CRC64, NULL, data, len, out, out_len, size) ==
	    LZMA_OK)
		return out;
	*why = "liblzma refused";
	free(out);
	return NULL;
}
#endif

#ifdef HAVE_ZSTD
static void *to_zstd(const void *data, size_t len, size_t *out_len, const char **why)
{
	static size_t (*bound)(size_t);
	static size_t (*encode)(void *, size_t, const void *, size_t, int);
	static unsigned int (*is_error)(size_t);
	static const struct dynlib_symbol symbols[] = {
		{ "ZSTD_compressBound", (void **)&bound },
		{ "ZSTD_compress", (void **)&encode },
		{ "ZSTD_isError", (void **)&is_error },
	};
	size_t size;
	void *out;

	if (!dynlib_load("libzstd.so.1", symbols, ARRAY_SIZE(symbols), why))
		return NULL;
	size = bound(len);
	out = mem_alloc(size);
	*out_len = encode(out, size, data, len, 3);
	if (!is_error(*out_len))
		return out;
	*why = "libzstd refused";
	free(out);
	return NULL;
}
#endif

static const struct {
	const char *suffix;
	compressor *compress; /* NULL: not built in */
} suffixes[] = {
#ifdef HAVE_ZLIB
	{ ".gz", to_gzip },
#else
	{ ".gz", NULL },
#endif
#ifdef HAVE_LZMA
	{ ".xz", to_xz },
#else
	{ ".xz", NULL },
#endif
#ifdef HAVE_ZSTD
	{ ".zst", to_zstd },
#else
	{ ".zst", NULL },
#endif
};

static bool ends_with(const char *s, const char *end)
{
	size_t a = strlen(s), b = strlen(end);

	return a > b && !strcmp(s + a - b, end);
}

/* --- the file -------------------------------------------------------------------------------- */

/* Write the temporary file and put it in place. Returns 0, or -1 with errno; nothing is left. */
static int write_and_rename(const char *temp, const char *path, const void *data, size_t len)
{
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), saved;
	bool written;

	if (fd < 0)
		return -1;
	written = !out_write(fd, data, len) && !fchmod(fd, 0600) && !fsync(fd);
	saved = errno;
	/* The descriptor is gone after close(), also when that reports a late write error. */
	if (close(fd) && written) {
		saved = errno;
		written = false;
	}
	if (written) {
		if (!rename(temp, path))
			return 0;
		saved = errno;
	}
	unlink(temp);
	errno = saved;
	return -1;
}

static int write_file(const char *path, const void *data, size_t len)
{
	const char *slash = strrchr(path, '/');
	char *temp = mem_printf("%.*s.iommuctl-%d.tmp", slash ? (int)(slash - path + 1) : 0, path,
				(int)getpid());
	sigset_t stop, before;
	int err;

	/* A signal must not leave the temporary file behind. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGHUP);
	sigprocmask(SIG_BLOCK, &stop, &before);
	err = write_and_rename(temp, path, data, len);
	if (err)
		err_plain(errno, "cannot write '%s'", path);
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(temp);
	return err ? STATUS_FAILED : STATUS_OK;
}

static int check_target(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return STATUS_OK;
	if (S_ISLNK(st.st_mode))
		return err_input(path, strncmp(path, "/dev/", 5) ? NULL : "-o -",
				 "'%s' is a symbolic link: nothing is written through it", path);
	if (S_ISDIR(st.st_mode))
		return err_input(path, NULL, "'%s' is a folder: name a file in it", path);
	if (!S_ISREG(st.st_mode))
		return err_input(path, NULL, "'%s' is there and no regular file", path);
	return STATUS_OK;
}

/* What a name promises must not be a lie. */
static int check_suffix(const char *path)
{
	static const char *const others[] = { ".bz2", ".lz4", ".lzma", ".lz",  ".Z",
					      ".zip", ".7z",  ".zstd", ".tar", ".tgz" };

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (ends_with(path, others[i]))
			return err_input(
				path, NULL,
				"cannot write '%s': a compressed report ends in .gz, .xz or .zst",
				path);
	return STATUS_OK;
}

int save_file(const char *path, const void *data, size_t len)
{
	int status = check_target(path);
	const char *why = "this program was built without it";
	void *packed;
	size_t n;

	if (status == STATUS_OK)
		status = check_suffix(path);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (!ends_with(path, suffixes[i].suffix))
			continue;
		packed = suffixes[i].compress ? suffixes[i].compress(data, len, &n, &why) : NULL;
		if (!packed)
			return err_input(path, "a name that does not end like this",
					 "cannot compress '%s': %s", path, why);
		status = write_file(path, packed, n);
		free(packed);
		return status;
	}
	return write_file(path, data, len);
}
