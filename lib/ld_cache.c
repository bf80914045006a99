/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/ld_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/cleanup.h"

#define CACHE_MAX (16 * 1024 * 1024) /* bytes: a hundred times the usual */
#if defined(__x86_64__)
#define ENTRY_FLAGS 0x0303 /* a library of ELF's libc6 for x86-64 */
#else
#define ENTRY_FLAGS 0x0a03 /* aarch64 */
#endif

static const char magic_old[] = "ld.so-1.7.0";
static const char magic_new[] = "glibc-ld.so.cache1.1";

struct old_header {
	char magic[12];
	uint32_t count;
};
#define OLD_ENTRY 12 /* bytes */

struct header {
	char magic[20];
	uint32_t count;
	uint32_t strings_len;
	uint32_t unused[5];
};

struct entry {
	int32_t flags;
	uint32_t key, value; /* offsets of strings, from the header */
	uint32_t os;
	uint64_t hwcap; /* not 0: for some processors only */
};

/* The new form is at the beginning, or behind the old one. */
static int find_start(struct ld_cache *c)
{
	struct old_header old;

	if (c->len >= sizeof(old)) {
		memcpy(&old, c->map, sizeof(old));
		if (memcmp(old.magic, magic_old, sizeof(magic_old) - 1) == 0) {
			uint64_t end = sizeof(old) + (uint64_t)old.count * OLD_ENTRY;

			c->start = (size_t)((end + 7) & ~7ULL);
		}
	}
	if (c->len < sizeof(struct header) || c->start > c->len - sizeof(struct header))
		return -EBADMSG;
	return memcmp(c->map + c->start, magic_new, sizeof(magic_new) - 1) == 0
		       ? 0
		       : -EBADMSG;
}

void ld_cache_open(struct ld_cache *ret)
{
	autoclose int fd = open("/etc/ld.so.cache", O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;

	memset(ret, 0, sizeof(*ret));
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > CACHE_MAX)
		return;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return;
	ret->map = map;
	ret->len = (size_t)st.st_size;
	if (find_start(ret) < 0)
		ld_cache_close(ret);
}

/* The string at @offset, or NULL when it does not end in the file. */
static const char *string_at(const struct ld_cache *c, uint32_t offset)
{
	size_t room = c->len - c->start;

	if (offset >= room || !memchr(c->map + c->start + offset, '\0', room - offset))
		return NULL;
	return c->map + c->start + offset;
}

int ld_cache_find(const struct ld_cache *c, const char *name, char **ret_path)
{
	struct header h;
	struct entry e;

	if (!c->map)
		return -ENOENT;
	memcpy(&h, c->map + c->start, sizeof(h));
	if (h.count > (c->len - c->start - sizeof(h)) / sizeof(e))
		return -ENOENT;
	for (uint32_t i = 0; i < h.count; i++) {
		const char *key, *value;

		memcpy(&e, c->map + c->start + sizeof(h) + i * sizeof(e), sizeof(e));
		key = e.flags == ENTRY_FLAGS && e.hwcap == 0 ? string_at(c, e.key) : NULL;
		if (!key || strcmp(key, name) != 0)
			continue;
		value = string_at(c, e.value);
		if (!value || access(value, R_OK) < 0)
			return -ENOENT;
		*ret_path = strdup(value);
		return *ret_path ? 0 : -ENOMEM;
	}
	return -ENOENT;
}

void ld_cache_close(struct ld_cache *c)
{
	if (c->map)
		(void)munmap((void *)(uintptr_t)c->map, c->len); /* cannot fail */
	memset(c, 0, sizeof(*c));
}
