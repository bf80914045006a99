/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/cache.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/cache_room.h"
#include "eliloader/copy.h"
#include "lib/cleanup.h"
#include "lib/io.h"

static int check_directory(int dir)
{
	struct stat st;

	if (fstat(dir, &st) < 0)
		return -errno;
	return st.st_uid == geteuid() && !(st.st_mode & 022) ? 0 : -EPERM;
}

int cache_open(const char *path, uint64_t size_max, struct cache *ret)
{
	autoclose int dir = -1;
	int r;

	*ret = (struct cache){ .dir = -1, .size_max = size_max };
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	r = check_directory(dir);
	if (r < 0)
		return r;
	ret->dir = steal_fd(&dir);
	r = cache_after_boot(ret);
	if (r < 0)
		cache_close(ret);
	return r;
}

void cache_close(struct cache *c)
{
	close_fd(&c->dir);
}

void cache_hex(const uint8_t digest[SHA256_LEN], char ret_text[SHA256_TEXT_MAX])
{
	for (size_t i = 0; i < SHA256_LEN; i++)
		(void)snprintf(ret_text + 2 * i, 3, "%02x", digest[i]);
}

void cache_name(const char *kind, const char *const *parts, size_t count,
		char ret_name[CACHE_NAME_MAX])
{
	struct sha256_ctx ctx;
	uint8_t digest[SHA256_LEN];
	char text[SHA256_TEXT_MAX];

	sha256_init(&ctx);
	for (size_t i = 0; i < count; i++) {
		uint64_t len = strlen(parts[i]);

		/* with the lengths, "ab" "c" is another thing than "a" "bc" */
		sha256_update(&ctx, sizeof(len), (const uint8_t *)&len);
		sha256_update(&ctx, len, (const uint8_t *)parts[i]);
	}
	sha256_digest(&ctx, sizeof(digest), digest);
	cache_hex(digest, text);
	(void)snprintf(ret_name, CACHE_NAME_MAX, "%s-%s", kind,
		       text); /* kinds are short */
}

int cache_get(struct cache *c, const char *name, int *ret_fd, uint64_t *ret_len)
{
	autoclose int fd = -1;
	struct stat st;

	assert(cache_is_name(name));
	if (c->dir < 0)
		return -ENOENT;
	fd = openat(c->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOENT;
	(void)futimens(fd, NULL); /* else it is only taken for older than it is */
	*ret_len = (uint64_t)st.st_size;
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* Is it as our files are, so that a link is as good as a copy? */
static bool can_be_shared(const struct stat *st)
{
	return st->st_uid == geteuid() && (st->st_mode & 07777) == 0600;
}

static int put_copy(struct cache *c, const char *name, int fd)
{
	autoclose int copy = openat(c->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int r;

	if (copy < 0)
		return -errno;
	r = copy_file(fd, copy);
	return r < 0 ? r : copy_link(copy, c->dir, name);
}

int cache_put(struct cache *c, const char *name, int fd)
{
	struct stat st;
	int r;

	assert(cache_is_name(name));
	if (c->dir < 0)
		return 0;
	if (fstat(fd, &st) < 0)
		return -errno;
	if ((uint64_t)st.st_size > c->size_max)
		return -EFBIG;
	if (faccessat(c->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	r = can_be_shared(&st) ? copy_or_link(fd, c->dir, name) : put_copy(c, name, fd);
	if (r == -EEXIST)
		return 0; /* a parallel start was quicker: the same content */
	return r < 0 ? r : cache_make_room(c, name);
}

int cache_put_bytes(struct cache *c, const char *name, const void *data, size_t len)
{
	autoclose int fd = -1;
	int r;

	if (c->dir < 0)
		return 0;
	fd = openat(c->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = io_write_all(fd, data, len);
	return r < 0 ? r : cache_put(c, name, fd);
}
