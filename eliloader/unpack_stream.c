/* SPDX-License-Identifier: BSD-2-Clause */
/* unpack_stream - decoders whose libraries stream: gzip, bzip2, xz, lzma, zstd. */
#include <errno.h>
#include <string.h>

#include "eliloader/unpack_codec.h"

/* What a library said to one call. */
enum said { SAID_MORE, SAID_END };

/* One call of the library: from in[] to out[], moving in_at and out_len. */
typedef int (*stream_call)(struct unpack *u);

/* Until out[] is full or the stream ends.  A call that neither took nor gave anything
 * although there was input would be for ever so. */
static int stream_step(struct unpack *u, stream_call call)
{
	while (u->out_len < u->out_room) {
		size_t in_at, out_len = u->out_len;
		int r = unpack_fill(u);

		if (r < 0)
			return r;
		in_at = u->in_at;
		r = call(u);
		if (r < 0)
			return r;
		if (r == SAID_END) {
			u->ended = true;
			return 0;
		}
		if (u->in_at == in_at && u->out_len == out_len)
			return -EBADMSG; /* also: cut short */
	}
	return 0;
}

/* Room of 32-bit counters is never exceeded: both buffers are UNPACK_BUFFER. */
static unsigned in_left(const struct unpack *u)
{
	return (unsigned)(u->in_len - u->in_at);
}

static unsigned out_left(const struct unpack *u)
{
	return (unsigned)(u->out_room - u->out_len);
}

static int gzip_init(struct unpack *u)
{
	memset(&u->z, 0, sizeof(u->z));
	/* 15: the largest window; 16: with gzip's header and checksum */
	return inflateInit2(&u->z, 15 + 16) == Z_OK ? 0 : -ENOMEM;
}

static int gzip_call(struct unpack *u)
{
	int r;

	u->z.next_in = u->in + u->in_at;
	u->z.avail_in = in_left(u);
	u->z.next_out = u->out + u->out_len;
	u->z.avail_out = out_left(u);
	r = inflate(&u->z, Z_NO_FLUSH);
	u->in_at = u->in_len - u->z.avail_in;
	u->out_len = u->out_room - u->z.avail_out;
	if (r == Z_STREAM_END)
		return SAID_END;
	if (r == Z_OK || r == Z_BUF_ERROR)
		return SAID_MORE;
	return r == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

static int gzip_step(struct unpack *u)
{
	return stream_step(u, gzip_call);
}

static void gzip_done(struct unpack *u)
{
	(void)inflateEnd(&u->z); /* says only that it was not begun */
}

const struct unpack_codec unpack_gzip = { "gzip", gzip_init, gzip_step, gzip_done };

static int bzip2_init(struct unpack *u)
{
	memset(&u->bz, 0, sizeof(u->bz));
	return BZ2_bzDecompressInit(&u->bz, 0, 0) == BZ_OK ? 0 : -ENOMEM;
}

static int bzip2_call(struct unpack *u)
{
	int r;

	u->bz.next_in = (char *)(u->in + u->in_at);
	u->bz.avail_in = in_left(u);
	u->bz.next_out = (char *)(u->out + u->out_len);
	u->bz.avail_out = out_left(u);
	r = BZ2_bzDecompress(&u->bz);
	u->in_at = u->in_len - u->bz.avail_in;
	u->out_len = u->out_room - u->bz.avail_out;
	if (r == BZ_STREAM_END)
		return SAID_END;
	if (r == BZ_OK)
		return SAID_MORE;
	return r == BZ_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

static int bzip2_step(struct unpack *u)
{
	return stream_step(u, bzip2_call);
}

static void bzip2_done(struct unpack *u)
{
	(void)BZ2_bzDecompressEnd(&u->bz); /* says only that it was not begun */
}

const struct unpack_codec unpack_bzip2 = { "bzip2", bzip2_init, bzip2_step, bzip2_done };

static int xz_init(struct unpack *u)
{
	u->lzma = (lzma_stream)LZMA_STREAM_INIT;
	return lzma_stream_decoder(&u->lzma, UNPACK_WINDOW_MAX, 0) == LZMA_OK ? 0
									      : -ENOMEM;
}

static int lzma_init(struct unpack *u)
{
	u->lzma = (lzma_stream)LZMA_STREAM_INIT;
	return lzma_alone_decoder(&u->lzma, UNPACK_WINDOW_MAX) == LZMA_OK ? 0 : -ENOMEM;
}

static int lzma_call(struct unpack *u)
{
	lzma_ret r;

	u->lzma.next_in = u->in + u->in_at;
	u->lzma.avail_in = in_left(u);
	u->lzma.next_out = u->out + u->out_len;
	u->lzma.avail_out = out_left(u);
	r = lzma_code(&u->lzma, LZMA_RUN);
	u->in_at = u->in_len - u->lzma.avail_in;
	u->out_len = u->out_room - u->lzma.avail_out;
	if (r == LZMA_STREAM_END)
		return SAID_END;
	if (r == LZMA_OK || r == LZMA_BUF_ERROR)
		return SAID_MORE;
	return r == LZMA_MEM_ERROR || r == LZMA_MEMLIMIT_ERROR ? -ENOMEM : -EBADMSG;
}

static int lzma_step(struct unpack *u)
{
	return stream_step(u, lzma_call);
}

static void lzma_done(struct unpack *u)
{
	lzma_end(&u->lzma);
}

const struct unpack_codec unpack_xz = { "xz", xz_init, lzma_step, lzma_done };
const struct unpack_codec unpack_lzma = { "lzma", lzma_init, lzma_step, lzma_done };

static int zstd_init(struct unpack *u)
{
	u->zstd = ZSTD_createDStream();
	if (!u->zstd)
		return -ENOMEM;
	return ZSTD_isError(ZSTD_initDStream(u->zstd)) ? -ENOMEM : 0;
}

/* Its own limit of the window, 128 MiB, is that of Linux's build. */
static int zstd_call(struct unpack *u)
{
	ZSTD_inBuffer in = { u->in, u->in_len, u->in_at };
	ZSTD_outBuffer out = { u->out, u->out_room, u->out_len };
	size_t r = ZSTD_decompressStream(u->zstd, &out, &in);

	if (ZSTD_isError(r))
		return -EBADMSG;
	u->in_at = in.pos;
	u->out_len = out.pos;
	return r == 0 ? SAID_END : SAID_MORE;
}

static int zstd_step(struct unpack *u)
{
	return stream_step(u, zstd_call);
}

static void zstd_done(struct unpack *u)
{
	(void)ZSTD_freeDStream(u->zstd); /* takes NULL; cannot fail */
	u->zstd = NULL;
}

const struct unpack_codec unpack_zstd = { "zstd", zstd_init, zstd_step, zstd_done };
