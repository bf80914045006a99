/* SPDX-License-Identifier: BSD-2-Clause */
/* verify_memory - what is mapped stays open when its descriptor is closed. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dom0-tools/verify_checks.h"
#include "dom0-tools/verify_kinds.h"
#include "dom0-tools/verify_maps.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define MAPS_MAX   (8U << 20) /* bytes: 65530 mappings, the kernel's most, of usual names */
#define FAULTS_MAX 16	      /* that are told one by one */
#define NAME_ROOM  64
#define WANTED	   "no device but the profile's, written only where bound so"

struct mapped {
	struct verify_map map;
	struct verify_descriptor d; /* flags: O_RDWR where it was opened so */
	dev_t on;		    /* the file system */
	char link[VERIFY_LINK_MAX];
};

struct look {
	struct verify_context *ctx;
	const char *misc; /* borrowed */
	dev_t memory;	  /* the file system of memory that has no name outside */
	unsigned seen, faults;
};

/* The link of a mapping has the rights with which its file was opened: what is mapped to be
 * read now can be made writable later, if that was. */
static int describe(int dir, struct mapped *m)
{
	char name[NAME_ROOM];
	struct stat link;
	int r;

	(void)snprintf(name, sizeof(name), "map_files/%" PRIx64 "-%" PRIx64, m->map.from,
		       m->map.to); /* fits */
	if (fstatat(dir, name, &link, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	r = verify_proc_describe(dir, name, m->link, &m->d, &m->on);
	m->d.flags = link.st_mode & S_IWUSR ? O_RDWR : O_RDONLY;
	return r;
}

/* A device is looked at also where nothing can be written: its memory is the host's. */
static bool is_good(const struct look *look, const struct mapped *m,
		    enum verify_kind kind)
{
	bool written = m->map.shared && m->d.flags == O_RDWR;

	switch (kind) {
	case VERIFY_KIND_FILE:
		return !written || m->on == look->memory ||
		       verify_is_bound(look->ctx, m->link, true);
	case VERIFY_KIND_MEMORY:
	case VERIFY_KIND_PLAIN:
		return true;
	case VERIFY_KIND_PRIVCMD:
		return verify_is_handle(look->ctx, ROOM_HANDLE_PRIVCMD);
	case VERIFY_KIND_BLOCK:
		return verify_is_bound(look->ctx, m->link, written);
	case VERIFY_KIND_DEVICE:
		return verify_is_device(look->ctx, m->link) ||
		       verify_is_bound(look->ctx, m->link, true);
	default:
		return false;
	}
}

static int look_at(struct look *look, const struct verify_map *map)
{
	struct mapped m = { .map = *map };
	enum verify_kind kind;
	int r = describe(look->ctx->proc.dir, &m);

	if (r < 0)
		return r;
	look->seen++;
	kind = verify_kind_of(&m.d, look->misc);
	if (!is_good(look, &m, kind) && look->faults++ < FAULTS_MAX)
		verify_add(&look->ctx->rep, VERIFY_FAIL, "mappings", WANTED,
			   "%s%s %.160s", m.map.shared ? "shared: " : "",
			   verify_kind_name(kind), m.link);
	return 0;
}

/* -ENOENT: one has gone since the list was read. */
static int look_at_list(struct look *look)
{
	autofree char *text = NULL;
	const char *at;
	struct verify_map map;
	size_t len;
	int r = io_read_file_at(look->ctx->proc.dir, "maps", MAPS_MAX, &text, &len);

	if (r < 0)
		return r;
	at = text;
	look->seen = 0;
	look->faults = 0;
	while ((r = verify_maps_next(&at, &map)) == 0) {
		if (map.backed)
			r = look_at(look, &map);
		if (r < 0)
			return r;
	}
	return r == -ENODATA ? 0 : r;
}

/* Of memory files and of what is shared without a file. */
static int find_memory(dev_t *ret)
{
	autoclose int fd = (int)syscall(SYS_memfd_create, "verify", 1U /* CLOEXEC */);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	*ret = st.st_dev;
	return 0;
}

void verify_memory(struct verify_context *ctx)
{
	autofree char *misc = NULL;
	struct look look = { .ctx = ctx };
	int r = find_memory(&look.memory);

	if (r == 0)
		r = verify_proc_read(AT_FDCWD, "/proc/misc", &misc, NULL);
	look.misc = misc;
	if (r == 0)
		r = -ENOENT;
	for (int round = 0; r == -ENOENT && round < VERIFY_ROUNDS_MAX; round++)
		r = look_at_list(&look);
	if (r < 0)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, "mappings", WANTED, "%s",
			   r == -ENOENT ? "they change all the time" : strerror(-r));
	else if (look.faults == 0)
		verify_add(&ctx->rep, VERIFY_OK, "mappings", WANTED, "%u, all so",
			   look.seen);
}
