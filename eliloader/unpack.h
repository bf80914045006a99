/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack - what packed bytes hold, piece by piece in bounded memory, for kernels' payloads
 * and packed ramdisks.  Outside bytes; runs in a worker only.
 *
 * One stream is read: what follows its end (the length that Linux's build appends, say) is
 * passed over.  lz4 is the legacy format and lzo is lzop's, as Linux's build makes them.
 *
 * Owns:   struct unpack: the decoder and its buffers; the input is borrowed.
 * Errors: 0 or a negative errno: -EBADMSG damaged or cut short, -EFBIG over the limit,
 *         -ENOMEM also when the stream wants a larger window than UNPACK_WINDOW_MAX.
 * Source: contract par. 6
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "eliloader/wire.h"

/* Linux's own build takes windows up to 128 MiB (zstd -22, xz since 2023); memory is
 * touched only as far as the output goes. */
#define UNPACK_WINDOW_MAX (144 * MIB)
#define UNPACK_PROBE_LEN  6 /* bytes that unpack_probe() needs */

/* Packed bytes: those of @fd, or when that is -1 of @mem, from @start up to @end. */
struct unpack_in {
	int fd;
	const uint8_t *mem;
	uint64_t start, end;
};
/* All that @fd has now, which stays the caller's. */
int unpack_in_file(int fd, struct unpack_in *ret_in);
/* @len bytes at @at, counted from the beginning of the file, not from @start.
 * -ENODATA: they go past @end. */
int unpack_in_read(const struct unpack_in *in, uint64_t at, void *buf, size_t len);

/* By the first bytes; PAYLOAD_NONE is an ELF file. */
enum payload unpack_probe(const uint8_t head[UNPACK_PROBE_LEN]);
/* "zstd", for messages. */
const char *unpack_name(enum payload kind);

struct unpack;
/* At most @max bytes are given out; when there are more, -EFBIG comes after them.
 * -EINVAL: no decoder is of that kind. */
int unpack_open(const struct unpack_in *in, enum payload kind, uint64_t max,
		struct unpack **ret_unpack);
void unpack_close(struct unpack *u);
static inline void unpack_closep(struct unpack **u)
{
	unpack_close(*u);
}
#define autounpack __attribute__((cleanup(unpack_closep)))

/* The next piece, valid until the next call; *ret_len 0: the end. */
int unpack_next(struct unpack *u, const uint8_t **ret_data, size_t *ret_len);
/* @len bytes at @at of what is unpacked.  Best asked in rising order: going back starts
 * the decoder anew.  -ENODATA: the end comes before. */
int unpack_read(struct unpack *u, uint64_t at, void *buf, size_t len);
