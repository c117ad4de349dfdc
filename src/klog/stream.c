/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a stream: a window slides over it, the scanner finds lines worth
 * reading, the parser reads them.
 *
 * The window keeps a little of what is behind (the beginning of the line that
 * a find is in) and a lot of what is ahead (the lines that may belong to it),
 * and never grows: a line of any length is looked at around each find.
 */
#include "config.h"
#include "klog/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "klog/reader.h"

enum {
	WINDOW = 1 << 20,
	BEHIND = KLOG_LINE / 2, /* of the line that a find is in */
	AHEAD = 16 * KLOG_LINE, /* lines that may belong to a record */
	OVERLAP = 16,           /* longer than any word the scanner looks for */
};

struct stream {
	struct klog_parse *ps;
	struct klog_totals *totals;
	const char *used;    /* bytes before here were part of records already */
	const char *counted; /* line breaks before here are counted */
	uint64_t line;       /* number of the line that @counted is in */
};

static uint64_t line_of(struct stream *st, const char *p)
{
	if (p > st->counted) {
		st->line += klog_count_lines(st->counted, p);
		st->counted = p;
	}
	return st->line;
}

/* Decode finds that begin in [from, until) of the window. Returns where to go on. */
static const char *decode_window(struct stream *st, const struct klog_window *win, const char *from,
				 const char *until)
{
	const char *look = win->end - until > OVERLAP ? until + OVERLAP : win->end;

	while (from < until && !st->ps->stop) {
		const char *hit = klog_scan(from, look), *low, *s, *e;

		if (!hit || hit >= until)
			return until;
		low = hit - st->used > BEHIND ? hit - BEHIND : st->used;
		s = memrchr(low, '\n', (size_t)(hit - low));
		s = s ? s + 1 : low;
		e = memchr(hit, '\n',
			   (size_t)(win->end - hit) < KLOG_LINE ? (size_t)(win->end - hit)
								: KLOG_LINE);
		if (!e)
			e = win->end - hit < KLOG_LINE ? win->end : hit + KLOG_LINE;
		from = klog_parse_line(st->ps, win, s, e, line_of(st, s));
		if (from <= hit)
			from = hit + 1;
		st->used = from;
	}
	return from > until ? from : until;
}

int klog_decode_buffer(const char *text, size_t len, const char *name, klog_emit *emit, void *ctx,
		       struct klog_totals *totals)
{
	struct klog_window win = { text, text + len };
	struct stream st = { klog_parse_new(emit, ctx, totals, name), totals, text, text, 1 };

	decode_window(&st, &win, text, win.end);
	totals->lines += line_of(&st, win.end) - 1 + (len && text[len - 1] != '\n');
	return klog_parse_end(st.ps);
}

/* --- progress ---------------------------------------------------------------------------- */

struct progress {
	bool wanted, shown;
	double begun, last;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void progress_show(struct progress *pr, const struct klog_reader *r)
{
	double t, done = (double)klog_reader_done(r), size = (double)klog_reader_size(r);
	char bar[33] = "", text[96];
	int n;

	if (!pr->wanted)
		return;
	t = now();
	if (t - pr->begun < 1.0 || t - pr->last < 0.1)
		return;
	pr->last = t;
	pr->shown = true;
	if (size > 0 && done <= size) {
		int full = (int)(done / size * 32);

		memset(bar, '.', 32);
		memset(bar, '#', (size_t)full);
		n = snprintf(text, sizeof(text), "\r[%s] %3d%%  %.0f MiB/s ", bar,
			     (int)(done / size * 100), done / (t - pr->begun) / 1048576);
	} else {
		n = snprintf(text, sizeof(text), "\r%.0f MiB read  %.0f MiB/s ", done / 1048576,
			     done / (t - pr->begun) / 1048576);
	}
	if (write(STDERR_FILENO, text, (size_t)n) < 0)
		pr->wanted = false;
}

static void progress_end(struct progress *pr)
{
	static const char wipe[] = "\r\033[K";

	if (pr->shown && write(STDERR_FILENO, wipe, sizeof(wipe) - 1) < 0)
		pr->shown = false;
}

/* --- a stream ------------------------------------------------------------------------------ */

/*
 * Make room by letting go of what is behind @keep. Returns how far everything moved. Not inline:
 * where the size of @buf can be seen, this becomes __memmove_chk(), which glibc keeps at the same
 * place as __memcpy_chk(), and valgrind (3.19) then complains of the overlap.
 */
static __attribute__((noinline)) size_t slide(char *buf, size_t *len, const char *keep)
{
	size_t gone = (size_t)(keep - buf);

	memmove(buf, keep, *len - gone);
	*len -= gone;
	return gone;
}

int klog_decode_reader(struct klog_reader *r, const char *name, klog_emit *emit, void *ctx,
		       struct klog_totals *totals)
{
	struct progress pr = { .wanted = isatty(STDERR_FILENO), .begun = now() };
	struct stream st = { NULL, totals, NULL, NULL, 1 };
	size_t len = 0, from = 0;
	bool end = false;
	char *buf;
	int rc = 0, stop;

	buf = mem_alloc(WINDOW);
	st.ps = klog_parse_new(emit, ctx, totals, name);
	st.counted = st.used = buf;
	while (!end && !st.ps->stop) {
		struct klog_window win;
		const char *until, *keep;
		ssize_t n = klog_reader_read(r, buf + len, WINDOW - len);
		size_t gone;

		if (n < 0)
			rc = -1;
		end = n <= 0;
		len += n > 0 ? (size_t)n : 0;
		progress_show(&pr, r);
		if (!end && len < WINDOW && len - from < AHEAD + BEHIND)
			continue;
		win.base = buf;
		win.end = buf + len;
		until = end ? win.end : win.end - AHEAD;
		if (buf + from < until)
			from = (size_t)(decode_window(&st, &win, buf + from, until) - buf);
		keep = from > BEHIND ? buf + from - BEHIND : buf;
		line_of(&st, keep);
		gone = slide(buf, &len, keep);
		from -= gone;
		st.counted -= gone;
		st.used = st.used > keep ? st.used - gone : buf;
	}
	totals->lines += line_of(&st, buf + len) - 1 + (len && buf[len - 1] != '\n');
	progress_end(&pr);
	stop = klog_parse_end(st.ps);
	free(buf);
	return stop ? stop : rc;
}

int klog_decode_fd(int fd, const char *name, klog_emit *emit, void *ctx, struct klog_totals *totals)
{
	struct klog_reader *r = klog_reader_open(fd, name);
	int rc;

	if (!r)
		return -1;
	rc = klog_decode_reader(r, name, emit, ctx, totals);
	klog_reader_close(r);
	return rc;
}
