/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of a log, decompressed on the way. */
#ifndef IOMMUCTL_KLOG_READER_H
#define IOMMUCTL_KLOG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct klog_reader;

/**
 * klog_reader_open() - read @fd, decompressing what begins as gzip, xz or zstd do
 * @name: for messages
 *
 * NULL when it cannot be read or the library is missing; that was reported.
 */
struct klog_reader *klog_reader_open(int fd, const char *name);

/**
 * klog_reader_peek() - what comes first, without taking it
 * @text: receives up to a few thousand bytes, decompressed, valid until the reader is closed
 *
 * To be called before klog_reader_read(). Returns the number of bytes; 0 at the end, and when
 * reading fails, which was reported.
 */
size_t klog_reader_peek(struct klog_reader *r, const char **text);

/** Up to @size bytes; 0 at the end; -1 when the rest cannot be read (reported). */
ssize_t klog_reader_read(struct klog_reader *r, char *buf, size_t size);

/** Bytes of the file read so far, and its size (0 when it has none, as a pipe). */
uint64_t klog_reader_done(const struct klog_reader *r);
uint64_t klog_reader_size(const struct klog_reader *r);

/** Free it. The descriptor that it was opened with stays open. */
void klog_reader_close(struct klog_reader *r);

#endif
