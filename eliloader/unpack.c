/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/unpack_codec.h"

static const struct unpack_codec plain;
static const struct unpack_codec *const codecs[PAYLOAD_KINDS] = {
	[PAYLOAD_NONE] = &plain,       [PAYLOAD_GZIP] = &unpack_gzip,
	[PAYLOAD_XZ] = &unpack_xz,     [PAYLOAD_ZSTD] = &unpack_zstd,
	[PAYLOAD_LZMA] = &unpack_lzma, [PAYLOAD_BZIP2] = &unpack_bzip2,
	[PAYLOAD_LZ4] = &unpack_lz4,   [PAYLOAD_LZO] = &unpack_lzo,
};

int unpack_in_file(int fd, struct unpack_in *ret_in)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*ret_in = (struct unpack_in){ .fd = fd, .end = (uint64_t)st.st_size };
	return 0;
}

int unpack_in_read(const struct unpack_in *in, uint64_t at, void *buf, size_t len)
{
	uint8_t *to = buf;

	if (at > in->end || len > in->end - at)
		return -ENODATA;
	if (in->fd < 0) {
		memcpy(to, in->mem + at, len);
		return 0;
	}
	while (len > 0) {
		ssize_t n = pread(in->fd, to, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENODATA;
		to += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

enum payload unpack_probe(const uint8_t head[UNPACK_PROBE_LEN])
{
	static const struct {
		enum payload kind;
		uint8_t len, magic[UNPACK_PROBE_LEN];
	} magics[] = {
		{ PAYLOAD_NONE, 4, { 0x7f, 'E', 'L', 'F' } },
		{ PAYLOAD_GZIP, 2, { 0x1f, 0x8b } },
		{ PAYLOAD_XZ, 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
		{ PAYLOAD_ZSTD, 4, { 0x28, 0xb5, 0x2f, 0xfd } },
		{ PAYLOAD_LZMA, 3, { 0x5d, 0, 0 } },
		{ PAYLOAD_BZIP2, 3, { 'B', 'Z', 'h' } },
		{ PAYLOAD_LZ4, 4, { 0x02, 0x21, 0x4c, 0x18 } },
		{ PAYLOAD_LZO, 4, { 0x89, 'L', 'Z', 'O' } },
	};

	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (memcmp(head, magics[i].magic, magics[i].len) == 0)
			return magics[i].kind;
	return PAYLOAD_UNKNOWN;
}

const char *unpack_name(enum payload kind)
{
	return kind < PAYLOAD_KINDS && codecs[kind] ? codecs[kind]->name : "unknown";
}

int unpack_fill(struct unpack *u)
{
	size_t len = sizeof(u->in);
	int r;

	if (u->in_at < u->in_len)
		return 0;
	if (len > u->src.end - u->src_at)
		len = (size_t)(u->src.end - u->src_at);
	u->in_at = u->in_len = 0;
	r = unpack_in_read(&u->src, u->src_at, u->in, len);
	if (r < 0)
		return r;
	u->src_at += len;
	u->in_len = len;
	return 0;
}

int unpack_take(struct unpack *u, void *buf, size_t len)
{
	uint8_t *to = buf;
	int r;

	while (len > 0) {
		size_t n;

		r = unpack_fill(u);
		if (r < 0)
			return r;
		n = u->in_len - u->in_at < len ? u->in_len - u->in_at : len;
		if (n == 0)
			return -EBADMSG;
		memcpy(to, u->in + u->in_at, n);
		u->in_at += n;
		to += n;
		len -= n;
	}
	return 0;
}

uint64_t unpack_left(const struct unpack *u)
{
	return u->src.end - u->src_at + (u->in_len - u->in_at);
}

/* A stream that is not packed: its input is its output. */
static int plain_init(struct unpack *u)
{
	(void)u;
	return 0;
}

static int plain_step(struct unpack *u)
{
	int r = unpack_fill(u);

	if (r < 0)
		return r;
	u->out_len = u->in_len - u->in_at;
	memcpy(u->out, u->in + u->in_at, u->out_len);
	u->in_at = u->in_len;
	u->ended = u->out_len == 0;
	return 0;
}

static void plain_done(struct unpack *u)
{
	(void)u;
}

static const struct unpack_codec plain = { "plain", plain_init, plain_step, plain_done };

/* Let the decoder begin (again) at the start of the input. */
static int begin(struct unpack *u)
{
	u->src_at = u->src.start;
	u->in_at = u->in_len = u->out_len = 0;
	u->piece_at = 0;
	u->ended = u->over = false;
	return u->codec->init(u);
}

int unpack_open(const struct unpack_in *in, enum payload kind, uint64_t max,
		struct unpack **ret_unpack)
{
	autounpack struct unpack *u = NULL;
	int r;

	if (kind >= PAYLOAD_KINDS || !codecs[kind] || in->start > in->end)
		return -EINVAL;
	u = calloc(1, sizeof(*u));
	if (!u)
		return -ENOMEM;
	u->codec = codecs[kind];
	u->src = *in;
	u->max = max;
	u->out = malloc(UNPACK_BUFFER);
	if (!u->out)
		return -ENOMEM;
	u->out_room = UNPACK_BUFFER;
	r = begin(u);
	if (r < 0)
		return r;
	*ret_unpack = u;
	u = NULL;
	return 0;
}

void unpack_close(struct unpack *u)
{
	if (!u)
		return;
	u->codec->done(u);
	free(u->out);
	free(u);
}

int unpack_next(struct unpack *u, const uint8_t **ret_data, size_t *ret_len)
{
	int r;

	u->piece_at += u->out_len;
	u->out_len = 0;
	if (u->over)
		return -EFBIG;
	if (!u->ended) {
		r = u->codec->step(u);
		if (r < 0) {
			u->out_len = 0;
			return r;
		}
	}
	if (u->out_len > u->max - u->piece_at) {
		u->over = true;
		u->out_len = (size_t)(u->max - u->piece_at);
		if (u->out_len == 0)
			return -EFBIG;
	}
	*ret_data = u->out;
	*ret_len = u->out_len;
	return 0;
}

/* Make the piece that holds @at the present one. */
static int seek(struct unpack *u, uint64_t at)
{
	const uint8_t *data;
	size_t len;
	int r;

	if (at < u->piece_at) {
		u->codec->done(u);
		r = begin(u);
		if (r < 0)
			return r;
	}
	while (at - u->piece_at >= u->out_len) {
		r = unpack_next(u, &data, &len);
		if (r < 0)
			return r;
		if (len == 0)
			return -ENODATA;
	}
	return 0;
}

int unpack_read(struct unpack *u, uint64_t at, void *buf, size_t len)
{
	uint8_t *to = buf;
	int r;

	while (len > 0) {
		size_t skip, n;

		r = seek(u, at);
		if (r < 0)
			return r;
		skip = (size_t)(at - u->piece_at);
		n = u->out_len - skip < len ? u->out_len - skip : len;
		memcpy(to, u->out + skip, n);
		to += n;
		at += n;
		len -= n;
	}
	return 0;
}
