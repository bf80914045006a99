/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/room_cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

#define TOP	     "/sys/fs/cgroup"
#define CONTROL_MAX  4096 /* bytes of a list of controllers */
#define REMOVE_TRIES 100  /* of 10 ms: the last one dead is in it a while longer */
#define REMOVE_NS    10000000L

/* In the order of room->cgroup; the unified hierarchy uses the first place. */
static const char *const v1_tops[ROOM_CGROUPS] = { TOP "/pids", TOP "/memory" };

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if ((at == text || at[-1] == ' ') && strchr(" \n", at[len]))
			return true;
	return false;
}

/* Does the root of the unified hierarchy hand both on? */
static bool is_v2(void)
{
	autofree char *text = NULL;

	return io_read_file_at(AT_FDCWD, TOP "/cgroup.subtree_control", CONTROL_MAX,
			       &text, NULL) == 0 &&
	       has_word(text, "pids") && has_word(text, "memory");
}

static bool is_v1(size_t i)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", v1_tops[i]); /* fits */
	return access(path, W_OK) == 0;
}

const char *room_cgroup_kind(void)
{
	static const char *const kinds[] = { "none", "v1 (pids only)", "v1 (memory only)",
					     "v1" };

	return is_v2() ? "v2" : kinds[(is_v1(0) ? 1 : 0) + (is_v1(1) ? 2 : 0)];
}

/* @missing: the kernel may not have that file. */
static int put(struct room *room, const char *dir, const char *file, const char *value,
	       bool missing)
{
	autoclose int fd = -1;
	char path[192];
	int r = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, file); /* both are ours: fits */
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && missing && errno == ENOENT)
		return 0;
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		r = -errno;
	return r < 0 ? room_fail(room, r, "cannot write '%s' to %s: %s", value, path,
				 strerror(-r))
		     : 0;
}

static int put_number(struct room *room, const char *dir, const char *file,
		      uint64_t value, bool missing)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, value); /* fits */
	return put(room, dir, file, text, missing);
}

/* A directory for the uid that is new: its counters are at zero, nobody is in it. */
static int make_dir(struct room *room, const char *top, char *dir, size_t size)
{
	char parent[64];
	int r = 0;

	(void)snprintf(parent, sizeof(parent), "%s/" ROOM_CGROUP, top); /* fits */
	(void)snprintf(dir, size, "%s/%u", parent, room->uid);
	if (mkdir(parent, 0755) < 0 && errno != EEXIST)
		r = -errno;
	if (r == 0 && mkdir(dir, 0755) < 0 &&
	    (errno != EEXIST || rmdir(dir) < 0 || mkdir(dir, 0755) < 0))
		r = -errno;
	if (r == 0)
		return 0;
	(void)room_fail(room, r, "cannot make %s: %s", dir, strerror(-r));
	dir[0] = '\0';
	return r;
}

static unsigned tasks(const struct room *room)
{
	return room->profile.tasks + ROOM_INIT_TASKS;
}

static int make_v2(struct room *room)
{
	const char *dir = room->cgroup[0];
	uint64_t memory = room->profile.memory_max;
	int r = make_dir(room, TOP, room->cgroup[0], sizeof(room->cgroup[0]));

	if (r == 0) /* again when it is so already: no harm */
		r = put(room, TOP "/" ROOM_CGROUP, "cgroup.subtree_control",
			"+pids +memory", false);
	if (r == 0)
		r = put_number(room, dir, "pids.max", tasks(room), false);
	if (r == 0 && memory != ROOM_LIMIT_AS_IS)
		r = put_number(room, dir, "memory.max", memory, false);
	if (r == 0 && memory != ROOM_LIMIT_AS_IS)
		r = put_number(room, dir, "memory.swap.max", 0, true);
	if (r == 0) /* one killed alone would leave the others half */
		r = put_number(room, dir, "memory.oom.group", 1, true);
	return r;
}

static int make_v1(struct room *room)
{
	uint64_t memory = room->profile.memory_max;
	int r = 0;

	if (is_v1(0))
		r = make_dir(room, v1_tops[0], room->cgroup[0], sizeof(room->cgroup[0]));
	if (r == 0 && room->cgroup[0][0])
		r = put_number(room, room->cgroup[0], "pids.max", tasks(room), false);
	if (r == 0 && is_v1(1))
		r = make_dir(room, v1_tops[1], room->cgroup[1], sizeof(room->cgroup[1]));
	if (r == 0 && room->cgroup[1][0] && memory != ROOM_LIMIT_AS_IS)
		r = put_number(room, room->cgroup[1], "memory.limit_in_bytes", memory,
			       false);
	if (r == 0 && room->cgroup[1][0] && memory != ROOM_LIMIT_AS_IS)
		r = put_number(room, room->cgroup[1], "memory.memsw.limit_in_bytes",
			       memory, true);
	return r;
}

int room_cgroup_make(struct room *room)
{
	int r = is_v2() ? make_v2(room) : make_v1(room);

	if (r < 0 || (room->cgroup[0][0] && (room->cgroup[1][0] || is_v2())))
		return r;
	if (room->opt->require_cgroup)
		return room_fail(room, -ENOENT,
				 "this host has no control groups for both pids and "
				 "memory (%s), and --require-cgroup is given",
				 room_cgroup_kind());
	log_warning("no control group for both pids and memory (%s): limits of the "
		    "process only",
		    room_cgroup_kind());
	return 0;
}

int room_cgroup_place(struct room *room, pid_t pid)
{
	int r = 0;

	for (size_t i = 0; i < ROOM_CGROUPS && r == 0; i++)
		if (room->cgroup[i][0])
			r = put_number(room, room->cgroup[i], "cgroup.procs",
				       (uint64_t)pid, false);
	return r;
}

static void remove_dir(const char *dir)
{
	const struct timespec wait = { .tv_nsec = REMOVE_NS };
	int i = 0;

	while (rmdir(dir) < 0 && errno == EBUSY && ++i < REMOVE_TRIES)
		(void)nanosleep(&wait, NULL); /* a signal makes it shorter */
	if (i == REMOVE_TRIES)
		log_warning("cannot remove %s: still in use", dir);
}

void room_cgroup_remove(struct room *room)
{
	for (size_t i = 0; i < ROOM_CGROUPS; i++) {
		if (room->cgroup[i][0])
			remove_dir(room->cgroup[i]);
		room->cgroup[i][0] = '\0';
	}
}

void room_cgroup_remove_of(uid_t uid)
{
	static const char *const tops[] = { TOP, TOP "/pids", TOP "/memory" };
	char dir[128];

	for (size_t i = 0; i < sizeof(tops) / sizeof(*tops); i++) {
		(void)snprintf(dir, sizeof(dir), "%s/" ROOM_CGROUP "/%u", tops[i], uid);
		remove_dir(dir);
	}
}
