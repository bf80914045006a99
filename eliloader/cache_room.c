/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/cache_room.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "eliloader/copy.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define BOOT_ID	     "/proc/sys/kernel/random/boot_id"
#define BOOT_FILE    ".boot"
#define BOOT_MAX     64	  /* bytes; it is a UUID */
#define FILE_COST    4096 /* bytes of any file beside its content */
#define LOCK_STEP_MS 20
#define SAFE_MODE    0400 /* on the disk; until then 0600 */

struct entry {
	char name[CACHE_NAME_MAX];
	struct timespec used; /* mtime */
	uint64_t cost;	      /* bytes */
	mode_t mode;
};

struct entries {
	struct entry *entry; /* owned */
	size_t count, room;
};

static void entries_done(struct entries *e)
{
	free(e->entry);
}
#define autoentries __attribute__((cleanup(entries_done)))

bool cache_is_name(const char *name)
{
	static const char *const kinds[] = { "repo-", "vm-", "made-", "note-" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t len = strlen(kinds[i]);

		if (strncmp(name, kinds[i], len) == 0)
			return strlen(name + len) == 2 * (size_t)SHA256_LEN &&
			       strspn(name + len, "0123456789abcdef") ==
				       2 * (size_t)SHA256_LEN;
	}
	return false;
}

/* The lock is of the open directory: it goes with the process, however that ends. */
static int lock(struct cache *c, unsigned wait_ms)
{
	const struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000L };

	while (flock(c->dir, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EINTR && (errno != EWOULDBLOCK || wait_ms < LOCK_STEP_MS))
			return -errno;
		(void)nanosleep(&step, NULL); /* shorter is fine */
		wait_ms -= errno == EINTR ? 0 : LOCK_STEP_MS;
	}
	return 0;
}

static void unlock(struct cache *c)
{
	(void)flock(c->dir, LOCK_UN); /* cannot fail for a lock that is held */
}

static int entries_add(struct entries *e, int dir, const char *name)
{
	struct entry *more, *new;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (e->count == e->room) {
		size_t room = e->room ? e->room * 2 : 64;

		more = reallocarray(e->entry, room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		e->entry = more;
		e->room = room;
	}
	new = &e->entry[e->count++];
	(void)strcpy(new->name, name); /* NOLINT: cache_is_name() knows its length */
	new->used = st.st_mtim;
	new->cost = (uint64_t)st.st_size + FILE_COST;
	new->mode = st.st_mode;
	return 0;
}

/* All that is the cache's; other files are nobody's business. */
static int entries_read(const struct cache *c, struct entries *ret)
{
	autoclosedir DIR *dir = io_opendir_at(c->dir, ".");
	struct dirent *e;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (e = readdir(dir)))
		if (cache_is_name(e->d_name))
			r = entries_add(ret, c->dir, e->d_name);
	return r;
}

/* ---- after a boot ---- */

/* Does ".boot" say @boot? */
static bool is_boot(const struct cache *c, const char *boot)
{
	autofree char *seen = NULL;

	return io_read_file_at(c->dir, BOOT_FILE, BOOT_MAX, &seen, NULL) == 0 &&
	       strcmp(seen, boot) == 0;
}

static int write_boot(const struct cache *c, const char *boot)
{
	autoclose int fd = openat(c->dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = io_write_all(fd, boot, strlen(boot));
	if (r == 0 && unlinkat(c->dir, BOOT_FILE, 0) < 0 && errno != ENOENT)
		r = -errno;
	return r < 0 ? r : copy_link(fd, c->dir, BOOT_FILE);
}

static int remove_unsafe(const struct cache *c)
{
	autoentries struct entries e = { 0 };
	int r = entries_read(c, &e);

	for (size_t i = 0; i < e.count && r == 0; i++)
		if ((e.entry[i].mode & 07777) != SAFE_MODE &&
		    unlinkat(c->dir, e.entry[i].name, 0) < 0 && errno != ENOENT)
			r = -errno;
	return r;
}

int cache_after_boot(struct cache *c)
{
	autofree char *boot = NULL;
	int r = io_read_file_at(AT_FDCWD, BOOT_ID, BOOT_MAX, &boot, NULL);

	if (r < 0 || is_boot(c, boot))
		return r;
	r = lock(c, CACHE_LOCK_MS);
	if (r < 0)
		return r;
	/* another start may have done it while we waited, and put files since */
	if (!is_boot(c, boot))
		r = remove_unsafe(c);
	if (r == 0 && !is_boot(c, boot))
		r = write_boot(c, boot);
	unlock(c);
	return r;
}

/* ---- room ---- */

static int compare_age(const void *a, const void *b)
{
	const struct timespec *x = &((const struct entry *)a)->used;
	const struct timespec *y = &((const struct entry *)b)->used;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	return (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

/* The kernel has most likely written it long ago, so that this waits for nothing. */
static void settle(const struct cache *c, const struct entry *e, time_t now)
{
	autoclose int fd = -1;

	if ((e->mode & 07777) == SAFE_MODE || e->used.tv_sec > now - CACHE_SETTLE_S)
		return;
	fd = openat(c->dir, e->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && fdatasync(fd) == 0)
		(void)fchmod(fd, SAFE_MODE); /* else it goes with this boot */
}

static int evict(const struct cache *c, struct entries *e, const char *keep)
{
	uint64_t sum = 0;

	qsort(e->entry, e->count, sizeof(*e->entry), compare_age);
	for (size_t i = 0; i < e->count; i++)
		sum += e->entry[i].cost;
	for (size_t i = 0; i < e->count; i++) {
		if (sum > c->size_max && strcmp(e->entry[i].name, keep) != 0) {
			if (unlinkat(c->dir, e->entry[i].name, 0) < 0 && errno != ENOENT)
				return -errno;
			sum -= e->entry[i].cost;
		} else {
			settle(c, &e->entry[i], time(NULL));
		}
	}
	return 0;
}

int cache_make_room(struct cache *c, const char *keep)
{
	autoentries struct entries e = { 0 };
	int r = lock(c, 0);

	if (r < 0)
		return r == -EWOULDBLOCK ? 0 : r; /* who holds it makes room */
	r = entries_read(c, &e);
	if (r == 0 && e.count > 0)
		r = evict(c, &e, keep);
	unlock(c);
	return r;
}
