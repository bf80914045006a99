/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <errno.h>
#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eliloader/worker.h"
#include "lib/io.h"

void sink_init(struct sink *s, int fd, uint64_t max)
{
	*s = (struct sink){ .fd = fd, .max = max };
	s->sha256 = malloc(sizeof(struct sha256_ctx));
	s->md5 = malloc(sizeof(struct md5_ctx));
	if (!s->sha256 || !s->md5) {
		sink_done(s); /* sink_add() tells */
		return;
	}
	sha256_init(s->sha256);
	md5_init(s->md5);
}

void sink_init_plain(struct sink *s, int fd, uint64_t max)
{
	*s = (struct sink){ .fd = fd, .max = max, .plain = true };
}

void sink_without_md5(struct sink *s)
{
	free(s->md5);
	s->md5 = NULL;
}

void sink_done(struct sink *s)
{
	sink_without_md5(s);
	free(s->sha256);
	s->sha256 = NULL;
}

int sink_add(struct sink *s, const void *data, size_t len)
{
	int r;

	if (!s->sha256 && !s->plain)
		return -ENOMEM;
	if (len > s->max || s->len > s->max - len)
		return -EFBIG;
	r = io_write_all(s->fd, data, len);
	if (r < 0)
		return r;
	if (s->sha256)
		sha256_update(s->sha256, len, data);
	if (s->md5)
		md5_update(s->md5, len, data);
	s->len += len;
	return 0;
}

int sink_restart(struct sink *s)
{
	if (!s->sha256 && !s->plain)
		return -ENOMEM;
	if (ftruncate(s->fd, 0) < 0 || lseek(s->fd, 0, SEEK_SET) < 0)
		return -errno;
	if (s->sha256)
		sha256_init(s->sha256);
	if (s->md5)
		md5_init(s->md5);
	s->len = 0;
	return 0;
}

void sink_sha256(const struct sink *s, uint8_t ret_digest[SHA256_LEN])
{
	struct sha256_ctx copy; /* the end changes it */

	assert(s->whole && s->sha256);
	memcpy(&copy, s->sha256, sizeof(copy));
	sha256_digest(&copy, SHA256_LEN, ret_digest);
}

void sink_md5(const struct sink *s, uint8_t ret_digest[MD5_LEN])
{
	struct md5_ctx copy; /* the end changes it */

	assert(s->whole && s->md5);
	memcpy(&copy, s->md5, sizeof(copy));
	md5_digest(&copy, MD5_LEN, ret_digest);
}
