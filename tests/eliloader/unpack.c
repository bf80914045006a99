/* SPDX-License-Identifier: BSD-2-Clause */
/* unpack: every packing, made by its own library: whole, limited, backwards, cut, and with
 * something behind it. */
#include "eliloader/unpack.h"

#include <bzlib.h>
#include <errno.h>
#include <lz4.h>
#include <lzma.h>
#include <lzo/lzo1x.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "lib/cleanup.h"
#include "tests/tap.h"

#define PLAIN_LEN  (9 * 1024 * 1024) /* over one block of lz4's */
#define PACKED_LEN (PLAIN_LEN + PLAIN_LEN / 8)
#define LZO_BLOCK  (256 * 1024)

static uint8_t plain[PLAIN_LEN];

/* An ELF file's first bytes, then words that pack well but not to nothing. */
static void make_plain(void)
{
	uint32_t x = 1;

	for (size_t i = 0; i < PLAIN_LEN; i++) {
		if (i % 64 == 0)
			x = x * 1664525 + 1013904223;
		plain[i] = (uint8_t)(x >> (8 * (i % 4)));
	}
	memcpy(plain,
	       "\x7f"
	       "ELF",
	       4);
}

static size_t put_be32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
	return 4;
}

static size_t put_le32(uint8_t *to, uint32_t value)
{
	return put_be32(to, __builtin_bswap32(value));
}

static size_t pack_none(uint8_t *to)
{
	memcpy(to, plain, PLAIN_LEN);
	return PLAIN_LEN;
}

static size_t pack_gzip(uint8_t *to)
{
	z_stream z = { .next_in = plain,
		       .avail_in = PLAIN_LEN,
		       .next_out = to,
		       .avail_out = PACKED_LEN };

	if (deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END || deflateEnd(&z) != Z_OK)
		exit(2);
	return z.total_out;
}

static size_t finish_lzma(lzma_stream *s, uint8_t *to)
{
	s->next_in = plain;
	s->avail_in = PLAIN_LEN;
	s->next_out = to;
	s->avail_out = PACKED_LEN;
	if (lzma_code(s, LZMA_FINISH) != LZMA_STREAM_END)
		exit(2);
	lzma_end(s);
	return s->total_out;
}

static size_t pack_xz(uint8_t *to)
{
	lzma_stream s = LZMA_STREAM_INIT;

	if (lzma_easy_encoder(&s, 0, LZMA_CHECK_CRC32) != LZMA_OK)
		exit(2);
	return finish_lzma(&s, to);
}

static size_t pack_lzma(uint8_t *to)
{
	lzma_stream s = LZMA_STREAM_INIT;
	lzma_options_lzma options;

	if (lzma_lzma_preset(&options, 0) || lzma_alone_encoder(&s, &options) != LZMA_OK)
		exit(2);
	return finish_lzma(&s, to);
}

static size_t pack_zstd(uint8_t *to)
{
	return ZSTD_compress(to, PACKED_LEN, plain, PLAIN_LEN, 1);
}

static size_t pack_bzip2(uint8_t *to)
{
	unsigned len = PACKED_LEN;

	if (BZ2_bzBuffToBuffCompress((char *)to, &len, (char *)plain, PLAIN_LEN, 1, 0,
				     0) != BZ_OK)
		exit(2);
	return len;
}

static size_t pack_lz4(uint8_t *to)
{
	const size_t block = 8 * 1024 * 1024;
	size_t len = put_le32(to, 0x184c2102);

	for (size_t at = 0; at < PLAIN_LEN; at += block) {
		size_t n = PLAIN_LEN - at < block ? PLAIN_LEN - at : block;
		int packed =
			LZ4_compress_default((char *)plain + at, (char *)to + len + 4,
					     (int)n, (int)(PACKED_LEN - len - 4));

		len += put_le32(to + len, (uint32_t)packed) + (size_t)packed;
	}
	return len;
}

/* lzop's header without options, then blocks: the first as it is, as lzop does with what
 * does not get shorter. */
static size_t pack_lzo(uint8_t *to)
{
	static const uint8_t
		header[] = { 0x89, 'L',	 'Z',  'O',  0,	   '\r', '\n', 0x1a, '\n',
			     0x10, 0x30, 0x20, 0xa0, 0x09, 0x40, 1,    5,    0,
			     0,	   0,	 1, /* flags: a checksum per block */
			     0,	   0,	 0,    0,    0,	   0,	 0,    0,    0,
			     0,	   0,	 0,    1,    'n',  0,	 0,    0,    0 };
	autofree void *work = malloc(LZO1X_1_MEM_COMPRESS);
	size_t len = sizeof(header);

	if (!work || lzo_init() != LZO_E_OK)
		exit(2);
	memcpy(to, header, sizeof(header));
	for (size_t at = 0; at < PLAIN_LEN; at += LZO_BLOCK) {
		lzo_uint n = LZO_BLOCK;

		memcpy(to + len + 12, plain + at, LZO_BLOCK);
		if (at > 0 && lzo1x_1_compress(plain + at, LZO_BLOCK, to + len + 12, &n,
					       work) != LZO_E_OK)
			exit(2);
		len += put_be32(to + len, LZO_BLOCK);
		len += put_be32(to + len, (uint32_t)n);
		len += put_be32(to + len, 0) + n; /* the checksum is not looked at */
	}
	return len + put_be32(to + len, 0);
}

static const struct packing {
	enum payload kind;
	size_t (*pack)(uint8_t *to);
} packings[] = {
	{ PAYLOAD_NONE, pack_none }, { PAYLOAD_GZIP, pack_gzip },
	{ PAYLOAD_XZ, pack_xz },     { PAYLOAD_ZSTD, pack_zstd },
	{ PAYLOAD_LZMA, pack_lzma }, { PAYLOAD_BZIP2, pack_bzip2 },
	{ PAYLOAD_LZ4, pack_lz4 },   { PAYLOAD_LZO, pack_lzo },
};

/* Unpack all; the number of right bytes that came, *@ret_r how it ended. */
static size_t right_bytes(const struct unpack_in *in, enum payload kind, uint64_t max,
			  int *ret_r)
{
	autounpack struct unpack *u = NULL;
	const uint8_t *data;
	size_t got = 0, len;
	int r = unpack_open(in, kind, max, &u);

	while (r == 0) {
		r = unpack_next(u, &data, &len);
		if (r < 0 || len == 0)
			break;
		if (len > PLAIN_LEN - got || memcmp(data, plain + got, len) != 0)
			r = -ERANGE;
		got += len;
	}
	*ret_r = r;
	return got;
}

static void test_limits(const struct unpack_in *in, enum payload kind, const char *name)
{
	int r;

	ok(right_bytes(in, kind, PLAIN_LEN, &r) == PLAIN_LEN && r == 0,
	   "%s: as much as the limit", name);
	ok(right_bytes(in, kind, PLAIN_LEN - 1, &r) == PLAIN_LEN - 1 && r == -EFBIG,
	   "%s: a byte less", name);
	ok(right_bytes(in, kind, 0, &r) == 0 && r == -EFBIG, "%s: none", name);
}

static bool reads(struct unpack *u, uint64_t at, size_t len)
{
	static uint8_t buf[200000];

	return unpack_read(u, at, buf, len) == 0 && memcmp(buf, plain + at, len) == 0;
}

static void test_reads(const struct unpack_in *in, enum payload kind, const char *name)
{
	autounpack struct unpack *u = NULL;
	uint8_t byte;

	if (!ok(unpack_open(in, kind, PLAIN_LEN, &u) == 0, "%s: opened", name))
		return;
	ok(reads(u, 0, 64) && reads(u, 64, 56) && reads(u, 65530, 12) &&
		   reads(u, 500000, 200000) && reads(u, PLAIN_LEN - 5, 5),
	   "%s: forwards", name);
	ok(reads(u, 1000, 10) && reads(u, 0, 10), "%s: backwards", name);
	is_int(unpack_read(u, PLAIN_LEN, &byte, 1), -ENODATA, "past the end");
	is_int(unpack_read(u, UINT64_MAX, &byte, 1), -ENODATA, "far past it");
	ok(reads(u, 70000, 10), "%s: again, after that", name);
}

/* Without its last quarter; lz4, which has no end mark, may end between two blocks. */
static void test_cut(struct unpack_in in, enum payload kind, const char *name)
{
	size_t got;
	int r;

	in.end -= in.end / 4;
	got = right_bytes(&in, kind, PLAIN_LEN, &r);
	if (kind == PAYLOAD_NONE)
		ok(r == 0 && got == in.end - in.start, "%s: cut", name);
	else
		ok(r == -EBADMSG && got < PLAIN_LEN, "%s: cut", name);
}

static void test_packing(const struct packing *p, uint8_t *room)
{
	const char *name = unpack_name(p->kind);
	size_t len = p->pack(room + 3), r_len;
	struct unpack_in in = { .fd = -1, .mem = room, .start = 3, .end = 3 + len };
	int r;

	ok(unpack_probe(room + 3) == p->kind, "%s: known by its first bytes", name);
	r_len = right_bytes(&in, p->kind, UINT64_MAX, &r);
	ok(r_len == PLAIN_LEN && r == 0, "%s: all", name);
	test_limits(&in, p->kind, name);
	test_reads(&in, p->kind, name);
	test_cut(in, p->kind, name);
	if (p->kind == PAYLOAD_NONE)
		return;
	in.end += put_le32(room + in.end, PLAIN_LEN);
	r_len = right_bytes(&in, p->kind, PLAIN_LEN, &r);
	ok(r_len == PLAIN_LEN && r == 0, "%s: with the length behind it", name);
}

static void test_others(void)
{
	static const uint8_t text[] = "<html>Not found</html>";
	struct unpack_in in = { .fd = -1, .mem = text, .end = sizeof(text) };
	struct unpack *u;
	int r;

	ok(unpack_probe(text) == PAYLOAD_UNKNOWN, "a text is nothing known");
	is_int(unpack_open(&in, PAYLOAD_UNKNOWN, 1, &u), -EINVAL, "no decoder for it");
	for (size_t i = 1; i < sizeof(packings) / sizeof(*packings); i++)
		ok(right_bytes(&in, packings[i].kind, PLAIN_LEN, &r) == 0 &&
			   (r == -EBADMSG || r == -ENOMEM),
		   "%s: a text is refused", unpack_name(packings[i].kind));
	in.start = 5;
	in.end = 4;
	is_int(unpack_open(&in, PAYLOAD_NONE, 1, &u), -EINVAL,
	       "the end before the start");
}

int main(void)
{
	autofree uint8_t *room = malloc(PACKED_LEN + 16);

	if (!room)
		return 2;
	make_plain();
	for (size_t i = 0; i < sizeof(packings) / sizeof(*packings); i++)
		test_packing(&packings[i], room);
	test_others();
	return tap_done();
}
