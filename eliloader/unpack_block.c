/* SPDX-License-Identifier: BSD-2-Clause */
/* unpack_block - formats whose blocks are unpacked whole: legacy lz4 and lzop's lzo. */
#include <errno.h>
#include <lz4.h>
#include <lzo/lzo1x.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/unpack_codec.h"

#define LZ4_MAGIC 0x184c2102U
#define LZ4_BLOCK (8 * 1024 * 1024) /* of the legacy format */
#define LZO_BLOCK (256 * 1024)	    /* lzop's; Linux takes no larger ones either */
#define SIZE_LEN  4		    /* the length that Linux's build appends */

static int block_init(struct unpack *u, size_t packed, size_t unpacked)
{
	uint8_t *out;

	u->block.packed = malloc(packed);
	if (!u->block.packed)
		return -ENOMEM;
	out = realloc(u->out, unpacked);
	if (!out)
		return -ENOMEM;
	u->out = out;
	u->out_room = unpacked;
	return 0;
}

static void block_done(struct unpack *u)
{
	free(u->block.packed);
	u->block.packed = NULL;
}

static int take_le32(struct unpack *u, uint32_t *ret)
{
	uint8_t b[4];
	int r = unpack_take(u, b, sizeof(b));

	if (r == 0)
		*ret = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
		       (uint32_t)b[3] << 24;
	return r;
}

static int take_be32(struct unpack *u, uint32_t *ret)
{
	int r = take_le32(u, ret);

	if (r == 0)
		*ret = __builtin_bswap32(*ret);
	return r;
}

static int take_be16(struct unpack *u, uint32_t *ret)
{
	uint8_t b[2];
	int r = unpack_take(u, b, sizeof(b));

	if (r == 0)
		*ret = (uint32_t)b[0] << 8 | b[1];
	return r;
}

static int skip(struct unpack *u, size_t len)
{
	uint8_t b[256]; /* the longest is a name, whose length is one byte */

	return len <= sizeof(b) ? unpack_take(u, b, len) : -EBADMSG;
}

static int lz4_init(struct unpack *u)
{
	int r = block_init(u, LZ4_COMPRESSBOUND(LZ4_BLOCK), LZ4_BLOCK);

	return r < 0 ? r : skip(u, sizeof(uint32_t)); /* the magic number */
}

/* The format has no end mark: it ends where the input does, or before a length. */
static int lz4_step(struct unpack *u)
{
	uint32_t len = 0;
	int n, r;

	do {
		if (unpack_left(u) <= SIZE_LEN) {
			u->ended = true;
			return 0;
		}
		r = take_le32(u, &len);
		if (r < 0)
			return r;
	} while (len == LZ4_MAGIC); /* archives may be put one after the other */
	if (len == 0 || len > LZ4_COMPRESSBOUND(LZ4_BLOCK))
		return -EBADMSG;
	r = unpack_take(u, u->block.packed, len);
	if (r < 0)
		return r;
	n = LZ4_decompress_safe((const char *)u->block.packed, (char *)u->out, (int)len,
				LZ4_BLOCK);
	if (n <= 0)
		return -EBADMSG;
	u->out_len = (size_t)n;
	return 0;
}

const struct unpack_codec unpack_lz4 = { "lz4", lz4_init, lz4_step, block_done };

/* Of lzop's header, version 0x0940 and up; its checksums are not looked at, as Linux does
 * not: what a repository vouches for is checked in whole. */
enum lzop_flags {
	LZOP_ADLER32_OUT = 0x1,
	LZOP_ADLER32_IN = 0x2,
	LZOP_CRC32_OUT = 0x100,
	LZOP_CRC32_IN = 0x200,
	LZOP_EXTRA = 0x40,
	LZOP_FILTER = 0x800,
};
#define LZOP_VERSION_MIN 0x0940

static int lzop_header(struct unpack *u)
{
	uint32_t version = 0;
	uint8_t name_len = 0;
	int r = skip(u, 9); /* the magic number */

	if (r == 0)
		r = take_be16(u, &version);
	if (r == 0 && version < LZOP_VERSION_MIN)
		return -EBADMSG;
	if (r == 0)
		r = skip(u, 2 + 2 + 1 + 1); /* library, version needed, method, level */
	if (r == 0)
		r = take_be32(u, &u->block.flags);
	if (r == 0 && u->block.flags & (LZOP_FILTER | LZOP_EXTRA))
		return -EBADMSG;
	if (r == 0)
		r = skip(u, 4 + 4 + 4); /* mode, time twice */
	if (r == 0)
		r = unpack_take(u, &name_len, 1);
	if (r == 0)
		r = skip(u, name_len);
	return r == 0 ? skip(u, 4) : r; /* the header's checksum */
}

static int lzo_begin(struct unpack *u)
{
	int r;

	if (lzo_init() != LZO_E_OK)
		return -EIO;
	r = block_init(u, LZO_BLOCK, LZO_BLOCK);
	return r < 0 ? r : lzop_header(u);
}

/* Bytes of checksums before a block; those of packed bytes are left out of a stored one. */
static size_t lzo_checksums(const struct unpack *u, bool stored)
{
	uint32_t flags = u->block.flags;
	size_t count = !!(flags & LZOP_ADLER32_OUT) + !!(flags & LZOP_CRC32_OUT);

	if (!stored)
		count += !!(flags & LZOP_ADLER32_IN) + !!(flags & LZOP_CRC32_IN);
	return count * 4;
}

static int lzo_block(struct unpack *u, uint32_t out_len, uint32_t in_len)
{
	lzo_uint n = out_len;
	int r = skip(u, lzo_checksums(u, in_len == out_len));

	if (r < 0)
		return r;
	r = unpack_take(u, in_len == out_len ? u->out : u->block.packed, in_len);
	if (r < 0)
		return r;
	if (in_len != out_len && (lzo1x_decompress_safe(u->block.packed, in_len, u->out,
							&n, NULL) != LZO_E_OK ||
				  n != out_len))
		return -EBADMSG;
	u->out_len = out_len;
	return 0;
}

static int lzo_step(struct unpack *u)
{
	uint32_t out_len = 0, in_len = 0;
	int r = take_be32(u, &out_len);

	if (r == 0 && out_len == 0) {
		u->ended = true;
		return 0;
	}
	if (r == 0)
		r = take_be32(u, &in_len);
	if (r < 0)
		return r;
	if (out_len > LZO_BLOCK || in_len == 0 || in_len > out_len)
		return -EBADMSG;
	return lzo_block(u, out_len, in_len);
}

const struct unpack_codec unpack_lzo = { "lzo", lzo_begin, lzo_step, block_done };
