/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of a log, decompressed on the way.
 *
 * The libraries are loaded when a file asks for them, so that reading plain
 * text, and everything else the program does, costs nothing. Each format is a
 * struct of three functions; adding one is adding a row.
 */
#include "config.h"
#include "klog/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dynlib.h"
#include "base/err.h"
#include "base/mem.h"

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_LZMA
#include <lzma.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

enum { INPUT = 128 * 1024, PEEK = 4096 };

struct format;

struct klog_reader {
	int fd;
	const char *name;
	const struct format *format; /* NULL: plain */
	void *state;
	unsigned char in[INPUT];
	size_t pos, len;
	bool at_end;   /* nothing more to read from fd */
	bool finished; /* a compressed stream ended properly and nothing follows */
	uint64_t done, size;
	char *ahead; /* looked at already, not taken */
	size_t ahead_len, ahead_pos;
	bool failed; /* while looking ahead: reported */
};

enum step { STEP_OK, STEP_END, STEP_BAD };

struct format {
	const char *name; /* in messages and for --without-... */
	const char *library;
	size_t n_magic;
	unsigned char magic[6];
	/* Load the library and begin; false with a reason. */
	bool (*open)(struct klog_reader *r, const char **why);
	/* Decompress from @r->in to @buf; what was made goes to @made. */
	enum step (*step)(struct klog_reader *r, unsigned char *buf, size_t size, size_t *made);
	void (*close)(struct klog_reader *r);
};

#ifdef HAVE_ZLIB
static struct {
	int (*init)(z_stream *, int, const char *, int);
	int (*inflate)(z_stream *, int);
	int (*reset)(z_stream *);
	int (*end)(z_stream *);
} z;

/* As inflateInit2() wants them added up: the largest window, and a header to expect. */
enum { WINDOW_BITS = 15, GZIP_HEADER = 16 };

static bool gzip_open(struct klog_reader *r, const char **why)
{
	const struct dynlib_symbol symbols[] = {
		{ "inflateInit2_", (void **)&z.init },
		{ "inflate", (void **)&z.inflate },
		{ "inflateReset", (void **)&z.reset },
		{ "inflateEnd", (void **)&z.end },
	};
	z_stream *s;

	if (!dynlib_load("libz.so.1", symbols, ARRAY_SIZE(symbols), why))
		return false;
	s = mem_zalloc(sizeof(*s));
	r->state = s;
	if (z.init(s, WINDOW_BITS + GZIP_HEADER, ZLIB_VERSION, (int)sizeof(*s)) == Z_OK)
		return true;
	free(s);
	return false;
}

static enum step gzip_step(struct klog_reader *r, unsigned char *buf, size_t size, size_t *made)
{
	z_stream *s = r->state;
	int rc;

	s->next_in = r->in + r->pos;
	s->avail_in = (uInt)(r->len - r->pos);
	s->next_out = buf;
	s->avail_out = (uInt)size;
	rc = z.inflate(s, Z_NO_FLUSH);
	r->pos = r->len - s->avail_in;
	*made = size - s->avail_out;
	if (rc == Z_STREAM_END)
		return z.reset(s) == Z_OK ? STEP_END : STEP_BAD;
	return rc == Z_OK || rc == Z_BUF_ERROR ? STEP_OK : STEP_BAD;
}

static void gzip_close(struct klog_reader *r)
{
	z.end(r->state);
	free(r->state);
}
#endif

#ifdef HAVE_LZMA
static struct {
	lzma_ret (*decoder)(lzma_stream *, uint64_t, uint32_t);
	lzma_ret (*code)(lzma_stream *, lzma_action);
	void (*end)(lzma_stream *);
} xz;

enum { XZ_MEMORY = 256 * 1024 * 1024 };

static bool xz_open(struct klog_reader *r, const char **why)
{
	const struct dynlib_symbol symbols[] = {
		{ "lzma_stream_decoder", (void **)&xz.decoder },
		{ "lzma_code", (void **)&xz.code },
		{ "lzma_end", (void **)&xz.end },
	};

	if (!dynlib_load("liblzma.so.5", symbols, ARRAY_SIZE(symbols), why))
		return false;
	r->state = mem_zalloc(sizeof(lzma_stream));
	if (xz.decoder(r->state, XZ_MEMORY, 0) == LZMA_OK)
		return true;
	free(r->state);
	return false;
}

static enum step xz_step(struct klog_reader *r, unsigned char *buf, size_t size, size_t *made)
{
	lzma_stream *s = r->state;
	lzma_ret rc;

	s->next_in = r->in + r->pos;
	s->avail_in = r->len - r->pos;
	s->next_out = buf;
	s->avail_out = size;
	rc = xz.code(s, LZMA_RUN);
	r->pos = r->len - s->avail_in;
	*made = size - s->avail_out;
	if (rc == LZMA_STREAM_END)
		return xz.decoder(s, XZ_MEMORY, 0) == LZMA_OK ? STEP_END : STEP_BAD;
	return rc == LZMA_OK || rc == LZMA_BUF_ERROR ? STEP_OK : STEP_BAD;
}

static void xz_close(struct klog_reader *r)
{
	xz.end(r->state);
	free(r->state);
}
#endif

#ifdef HAVE_ZSTD
static struct {
	ZSTD_DStream *(*create)(void);
	size_t (*decompress)(ZSTD_DStream *, ZSTD_outBuffer *, ZSTD_inBuffer *);
	unsigned int (*is_error)(size_t);
	size_t (*free)(ZSTD_DStream *);
} zs;

static bool zstd_open(struct klog_reader *r, const char **why)
{
	const struct dynlib_symbol symbols[] = {
		{ "ZSTD_createDStream", (void **)&zs.create },
		{ "ZSTD_decompressStream", (void **)&zs.decompress },
		{ "ZSTD_isError", (void **)&zs.is_error },
		{ "ZSTD_freeDStream", (void **)&zs.free },
	};

	if (!dynlib_load("libzstd.so.1", symbols, ARRAY_SIZE(symbols), why))
		return false;
	r->state = zs.create();
	return r->state != NULL;
}

static enum step zstd_step(struct klog_reader *r, unsigned char *buf, size_t size, size_t *made)
{
	ZSTD_inBuffer in = { r->in, r->len, r->pos };
	ZSTD_outBuffer out = { buf, size, 0 };
	size_t rc = zs.decompress(r->state, &out, &in);

	r->pos = in.pos;
	*made = out.pos;
	if (zs.is_error(rc))
		return STEP_BAD;
	return rc ? STEP_OK : STEP_END;
}

static void zstd_close(struct klog_reader *r)
{
	zs.free(r->state);
}
#endif

static const struct format formats[] = {
#ifdef HAVE_ZLIB
	{ "gzip", "zlib", 2, { 0x1f, 0x8b }, gzip_open, gzip_step, gzip_close },
#else
	{ "gzip", "zlib", 2, { 0x1f, 0x8b }, NULL, NULL, NULL },
#endif
#ifdef HAVE_LZMA
	{ "xz", "liblzma", 6, { 0xfd, '7', 'z', 'X', 'Z', 0 }, xz_open, xz_step, xz_close },
#else
	{ "xz", "liblzma", 6, { 0xfd, '7', 'z', 'X', 'Z', 0 }, NULL, NULL, NULL },
#endif
#ifdef HAVE_ZSTD
	{ "zstd", "libzstd", 4, { 0x28, 0xb5, 0x2f, 0xfd }, zstd_open, zstd_step, zstd_close },
#else
	{ "zstd", "libzstd", 4, { 0x28, 0xb5, 0x2f, 0xfd }, NULL, NULL, NULL },
#endif
};

/* More bytes behind what is there. False when reading failed. */
static bool refill(struct klog_reader *r)
{
	ssize_t n;

	if (r->pos == r->len)
		r->pos = r->len = 0;
	if (r->at_end || r->len == sizeof(r->in))
		return true;
	do
		n = read(r->fd, r->in + r->len, sizeof(r->in) - r->len);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		err_report(errno, r->name, NULL, NULL, "cannot read %s", r->name);
		return false;
	}
	r->at_end = n == 0;
	r->len += (size_t)n;
	r->done += (uint64_t)n;
	return true;
}

static bool begin_format(struct klog_reader *r, const struct format *f)
{
	const char *why = NULL;

	if (!f->open) {
		err_report(0, r->name, "this iommuctl was built without it",
			   "decompress the file first, and pass it through a pipe",
			   "%s is compressed with %s", r->name, f->name);
		return false;
	}
	if (f->open(r, &why)) {
		r->format = f;
		return true;
	}
	err_report(0, r->name, why ? why : "the library does not start",
		   "install the library, or decompress the file first",
		   "%s is compressed with %s, and %s cannot be used", r->name, f->name, f->library);
	return false;
}

struct klog_reader *klog_reader_open(int fd, const char *name)
{
	struct klog_reader *r = mem_alloc(sizeof(*r));
	struct stat st;

	memset(r, 0, offsetof(struct klog_reader, in));
	r->pos = r->len = 0;
	r->at_end = r->finished = false;
	r->done = r->size = 0;
	r->ahead = NULL;
	r->ahead_len = r->ahead_pos = 0;
	r->failed = false;
	r->fd = fd;
	r->name = name;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		r->size = (uint64_t)st.st_size;
	while (r->len < 6 && !r->at_end) {
		if (refill(r))
			continue;
		free(r);
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		const struct format *f = &formats[i];

		if (r->len < f->n_magic || memcmp(r->in, f->magic, f->n_magic))
			continue;
		if (begin_format(r, f))
			break;
		free(r);
		return NULL;
	}
	return r;
}

static ssize_t damaged(struct klog_reader *r, const char *how)
{
	err_report(0, r->name, "the file is cut short or damaged", NULL,
		   "%s: the %s data %s near byte %llu", r->name, r->format->name, how,
		   (unsigned long long)(r->done - (r->len - r->pos)));
	return -1;
}

static ssize_t read_compressed(struct klog_reader *r, char *buf, size_t size)
{
	for (;;) {
		size_t made = 0;

		if (r->pos == r->len && !refill(r))
			return -1;
		if (r->pos == r->len && r->finished)
			return 0;
		if (r->pos == r->len && r->at_end) {
			/* The decompressor may still hold output that did not fit before. */
			enum step last = r->format->step(r, (unsigned char *)buf, size, &made);

			r->finished = last == STEP_END;
			if (last == STEP_BAD || (last == STEP_OK && !made))
				return damaged(r, "ends in the middle");
			return (ssize_t)made;
		}
		switch (r->format->step(r, (unsigned char *)buf, size, &made)) {
		case STEP_BAD:
			/* Padding behind the last member is usual on tapes and harmless. */
			return r->finished ? 0 : damaged(r, "cannot be decompressed");
		case STEP_END:
			r->finished = true;
			break;
		case STEP_OK:
			if (made)
				r->finished = false;
			break;
		}
		if (made)
			return (ssize_t)made;
	}
}

size_t klog_reader_peek(struct klog_reader *r, const char **text)
{
	char *buf = mem_alloc(PEEK);
	ssize_t n = klog_reader_read(r, buf, PEEK);

	r->failed = n < 0;
	r->ahead = buf;
	r->ahead_len = n > 0 ? (size_t)n : 0;
	*text = buf;
	return r->ahead_len;
}

ssize_t klog_reader_read(struct klog_reader *r, char *buf, size_t size)
{
	ssize_t n;

	if (r->failed)
		return -1;
	if (r->ahead_pos < r->ahead_len) {
		size_t have = r->ahead_len - r->ahead_pos;

		if (have > size)
			have = size;
		memcpy(buf, r->ahead + r->ahead_pos, have);
		r->ahead_pos += have;
		return (ssize_t)have;
	}
	if (r->format)
		return read_compressed(r, buf, size);
	if (r->pos < r->len) {
		size_t have = r->len - r->pos < size ? r->len - r->pos : size;

		memcpy(buf, r->in + r->pos, have);
		r->pos += have;
		return (ssize_t)have;
	}
	if (r->at_end)
		return 0;
	/* Plain text goes straight where it is wanted. */
	do
		n = read(r->fd, buf, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		err_report(errno, r->name, NULL, NULL, "cannot read %s", r->name);
	else
		r->done += (uint64_t)n;
	return n;
}

uint64_t klog_reader_done(const struct klog_reader *r)
{
	return r->done;
}

uint64_t klog_reader_size(const struct klog_reader *r)
{
	return r->size;
}

void klog_reader_close(struct klog_reader *r)
{
	if (r->format)
		r->format->close(r);
	free(r->ahead);
	free(r);
}
