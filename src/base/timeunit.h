/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Units of time behind a number: what options that take a time understand.
 */
#ifndef IOMMUCTL_BASE_TIMEUNIT_H
#define IOMMUCTL_BASE_TIMEUNIT_H

/** Seconds of "s", "m", "h", "d", or of none (""): 1. 0 when @unit is none of them. */
unsigned int timeunit_seconds(const char *unit);

#endif
