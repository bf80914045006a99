/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack_codec - between unpack.c and the decoders; nobody else's business.
 *
 * Owns:   what struct unpack says; init() makes the codec's member of the union, done()
 *         ends it.
 * Errors: as unpack.h's.
 */
#pragma once
#include <bzlib.h>
#include <lzma.h>
#include <stdbool.h>
#include <zlib.h>
#include <zstd.h>

#include "eliloader/unpack.h"

#define UNPACK_BUFFER 65536 /* bytes of packed input, and of output, held at a time */

struct unpack;
struct unpack_codec {
	const char *name;
	int (*init)(struct unpack *u);
	/* Put out some bytes, at least one unless @ended was set. */
	int (*step)(struct unpack *u);
	void (*done)(struct unpack *u); /* also after an init() that failed */
};

struct unpack {
	const struct unpack_codec *codec;
	struct unpack_in src;
	uint64_t max;
	uint64_t src_at; /* of the file: what is not in @in yet */
	uint8_t in[UNPACK_BUFFER];
	size_t in_at, in_len; /* in[in_at .. in_len-1] is not decoded yet */
	uint8_t *out;	      /* owned */
	size_t out_room, out_len;
	bool ended;	   /* the stream's end was seen */
	bool over;	   /* there is more than @max */
	uint64_t piece_at; /* where out[] lies in what is unpacked */
	union {
		z_stream z;
		bz_stream bz;
		lzma_stream lzma;
		ZSTD_DStream *zstd;
		struct {
			uint8_t *packed; /* owned */
			uint32_t flags;	 /* lzop's */
		} block;
	};
};

/* Have undecoded input; 0 also when there is none any more (in_at == in_len). */
int unpack_fill(struct unpack *u);
/* Exactly @len bytes of input.  -EBADMSG: it ends before. */
int unpack_take(struct unpack *u, void *buf, size_t len);
/* Bytes of input that are left. */
uint64_t unpack_left(const struct unpack *u);

extern const struct unpack_codec unpack_gzip, unpack_bzip2, unpack_xz, unpack_lzma,
	unpack_zstd, unpack_lz4, unpack_lzo;
