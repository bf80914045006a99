/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * copy - a file's whole content into another, the cheapest way there is: shared blocks
 * (reflink), else in the kernel, else through a buffer.
 * Owns:   nothing; the offsets of both descriptors are left anywhere.
 * Errors: 0 or a negative errno.
 * Source: ioctl_ficlone(2), copy_file_range(2)
 */
#pragma once

/* @to is empty. */
int copy_file(int from, int to);
/* Give the open file @fd that name; it has none yet, or one in the same file system.
 * -EXDEV and others: it cannot be linked there. */
int copy_link(int fd, int dir, const char *name);
/* Make the name for @fd's content: a link, or where that cannot be, a copy (0600). */
int copy_or_link(int fd, int dir, const char *name);
