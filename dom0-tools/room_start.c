/* SPDX-License-Identifier: BSD-2-Clause */
/* room_start - the launcher's part of starting: process 1, its control group, its release. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dom0-tools/room_cgroup.h"
#include "dom0-tools/room_inside.h"
#include "dom0-tools/room_steps.h"

int room_step_cgroup(struct room *room)
{
	return room_cgroup_make(room);
}

/* A PID namespace is a child's from its birth: hence no fork(). */
int room_step_start(struct room *room)
{
	const int on = 1;
	int ends[2];

	if (mkdir(ROOM_RUN_DIR "/room", 0700) < 0 && errno != EEXIST)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	/* reports say who sends them, by the number that the process has out here */
	if (setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0)
		return -errno;
	room->link = ends[0];
	room->init =
		(pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
	if (room->init == 0) {
		(void)close(ends[0]);
		room->link = ends[1];
		room_inside(room);
	}
	(void)close(ends[1]);
	room->started = room->init > 0;
	if (room->started)
		return 0;
	room->init = 0;
	return -errno;
}

int room_step_place(struct room *room)
{
	return room_cgroup_place(room, room->init);
}

int room_step_release(struct room *room)
{
	/* EPIPE: it has failed already, and its report says in what */
	return send(room->link, "", 1, MSG_NOSIGNAL) < 0 && errno != EPIPE ? -errno : 0;
}
