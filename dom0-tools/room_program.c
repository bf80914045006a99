/* SPDX-License-Identifier: BSD-2-Clause */
/* room_program - the program, its libraries, and the Xen handles it gets. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dom0-tools/room_steps.h"
#include "dom0-tools/xenrestrict.h"
#include "lib/cleanup.h"

/* The number that the program's descriptor gets: where its own limit ends, so that no
 * descriptor that it has can ever be that one. */
static int number_of_program(struct room *room)
{
	uint64_t *nofile = &room->profile.limit[RLIMIT_NOFILE];
	struct rlimit now;

	if (getrlimit(RLIMIT_NOFILE, &now) < 0)
		return -errno;
	if (now.rlim_max <= ROOM_PRIVCMD_FD + 1)
		return room_fail(room, -EMFILE, "the limit of descriptors is %llu",
				 (unsigned long long)now.rlim_max);
	if (*nofile >= now.rlim_max)
		*nofile = now.rlim_max - 1;
	if (now.rlim_cur > *nofile)
		return 0;
	now.rlim_cur = *nofile + 1;
	return setrlimit(RLIMIT_NOFILE, &now) < 0 ? -errno : 0;
}

int room_step_program(struct room *room)
{
	const char *path = room->opt->argv[0];
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int r;

	if (fd < 0)
		return room_fail(room, -errno, "'%s': %s%s", path, strerror(errno),
				 strchr(path, '/') ? "" : " (PATH is not searched)");
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0)
		return room_fail(room, -EACCES, "'%s' is no program", path);
	if ((st.st_mode & (S_ISUID | S_ISGID)) != 0)
		return room_fail(room, -EACCES, "'%s' is setuid or setgid", path);
	r = number_of_program(room);
	if (r < 0)
		return r;
	room->program =
		fcntl(fd, F_DUPFD_CLOEXEC, (int)room->profile.limit[RLIMIT_NOFILE]);
	return room->program < 0 ? -errno : 0;
}

int room_step_libraries(struct room *room)
{
	return libraries_find(room->program, room->opt->argv[0], &room->opt->lib_dirs,
			      &room->profile.libraries, &room->libraries, room->why,
			      sizeof(room->why));
}

/* "NAME=VALUE" in the place of another NAME, or at the end. */
static int set_env(struct text_list *env, const char *text)
{
	size_t len = strcspn(text, "=") + 1;

	for (size_t i = 0; i < env->count; i++)
		if (strncmp(env->item[i], text, len) == 0) {
			char *copy = strdup(text);

			if (!copy)
				return -ENOMEM;
			free(env->item[i]);
			env->item[i] = copy;
			return 0;
		}
	return text_list_add(env, text);
}

static int set_number(struct text_list *env, const char *name, unsigned value)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%s=%u", name, value); /* fits */
	return set_env(env, text);
}

/* Nothing of ours: the profile's, the command line's, and last what is so. */
int room_step_environment(struct room *room)
{
	const struct text_list *from[] = { &room->profile.env, &room->opt->env };
	unsigned handles = room->opt->no_handles ? 0 : room->profile.handles;
	int r = 0;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < from[k]->count && r == 0; i++)
			r = set_env(&room->env, from[k]->item[i]);
	if (r == 0 && room->libraries.interpreter)
		r = set_env(&room->env, "LD_LIBRARY_PATH=" LIBRARIES_DIR);
	if (r == 0 && room->profile.xenstore)
		r = set_env(&room->env, "XENSTORED_PATH=" ROOM_XENSTORE);
	if (r == 0)
		r = set_number(&room->env, "XENRESTRICT_DOMID", room->opt->domid);
	if (r == 0 && handles & ROOM_HANDLE_EVTCHN)
		r = set_number(&room->env, "XENRESTRICT_EVTCHN_FD", ROOM_EVTCHN_FD);
	if (r == 0 && handles & ROOM_HANDLE_PRIVCMD)
		r = set_number(&room->env, "XENRESTRICT_PRIVCMD_FD", ROOM_PRIVCMD_FD);
	return r;
}

int room_step_handles(struct room *room)
{
	unsigned domid = room->opt->domid;
	int r = 0;

	if (room->opt->no_handles)
		return 0;
	if (room->profile.handles & ROOM_HANDLE_EVTCHN)
		r = xenrestrict_fd_evtchn(domid, &room->evtchn);
	if (r == 0 && room->profile.handles & ROOM_HANDLE_PRIVCMD)
		r = xenrestrict_fd_privcmd(domid, &room->privcmd);
	return r < 0 ? room_fail(room, r, "%s", xenrestrict_error()) : 0;
}
