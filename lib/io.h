/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * io - bounded reads, full writes, numbers, where we are, the clock.
 * Owns:   buffers returned through ret_ arguments belong to the caller (free()).
 * Errors: 0 or a negative errno; ret_ arguments are written on success only.
 */
#pragma once
#include <dirent.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MAC_LEN 6 /* bytes */

/* First thing in main(): what xenstore is opened on must never be descriptor 0, 1 or 2,
 * or what is printed would go down that connection as requests.  Those that are closed
 * get /dev/null the wrong way round, so that reading and writing still fail. */
int io_reserve_std_fds(void);
/* All of @fd up to @max bytes, NUL-terminated (@ret_len counts without it; may be NULL).
 * -EFBIG: there is more. */
int io_read_limited(int fd, size_t max, char **ret_text, size_t *ret_len);
/* The same for @path below the directory @dirfd (AT_FDCWD: as open() takes it). */
int io_read_file_at(int dirfd, const char *path, size_t max, char **ret_text,
		    size_t *ret_len);
/* A regular file, to be read.  Nobody is waited for, as the open of a FIFO would.
 * -EINVAL: something else. */
int io_open_file_at(int dirfd, const char *path);
/* NULL: errno says why. */
DIR *io_opendir_at(int dirfd, const char *path);
/* All of @len bytes, over short writes and EINTR. */
int io_write_all(int fd, const void *data, size_t len);
/* All that was printed on @out has gone out.  (Of what failed before, errno may be lost:
 * then it is -EIO.) */
int io_flush(FILE *out);
/* @relative as a path from the directory that the running program lies in. */
int io_beside(const char *relative, char *ret_path, size_t size);
/* A strict decimal number: digits only, no sign, no space, whole string, at most @max.
 * -EINVAL: not a number.  -ERANGE: over @max. */
int io_parse_u64(const char *text, uint64_t max, uint64_t *ret_value);
/* Pairs of hex digits, of either case: exactly @len characters, two for each byte of
 * @ret_bytes, which need not end in a NUL.  -EINVAL: something else, or an odd @len. */
int io_parse_hex(const char *text, size_t len, uint8_t *ret_bytes);
/* A MAC, "00:16:3e:00:00:01": @len characters, hex digits of either case. */
int io_parse_mac(const char *text, size_t len, uint8_t ret_mac[MAC_LEN]);
/* CLOCK_MONOTONIC in milliseconds. */
uint64_t io_now_ms(void);
/* For poll(): how long from now to @at_ms.  UINT64_MAX: without end (-1). */
static inline int io_wait_ms(uint64_t at_ms)
{
	uint64_t now = io_now_ms(), left = at_ms > now ? at_ms - now : 0;

	if (at_ms == UINT64_MAX)
		return -1;
	return left < INT_MAX ? (int)left : INT_MAX;
}

static inline uint64_t io_earlier(uint64_t a_ms, uint64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}
