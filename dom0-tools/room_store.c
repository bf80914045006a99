/* SPDX-License-Identifier: BSD-2-Clause */
/* room_store - the socket that will be /xs in the room, and the broker behind it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dom0-tools/room_lock.h"
#include "dom0-tools/room_steps.h"
#include "lib/cleanup.h"
#include "lib/fds.h"
#include "lib/io.h"
#include "lib/unix_socket.h"

#define BACKLOG	    16
#define READY_MS    10000 /* a store that is being started may let it wait */
#define END_MS	    2000  /* from SIGTERM to SIGKILL: it has nothing to save */
#define END_STEP_NS 5000000L
#define BROKER	    "xenstore-broker"

/* Of the uid alone; a late program is root at first, and its group later. */
static int give_socket(const struct room *room)
{
	if (room->profile.late) {
		if (chown(room->socket, 0, room->uid) < 0)
			return -errno;
		return chmod(room->socket, 0660) < 0 ? -errno : 0;
	}
	if (chmod(room->socket, 0600) < 0)
		return -errno;
	return chown(room->socket, room->uid, room->uid) < 0 ? -errno : 0;
}

static int bind_socket(struct room *room)
{
	struct sockaddr_un address;
	int r;

	(void)snprintf(room->socket, sizeof(room->socket), ROOM_RUN_DIR "/xs-%u",
		       room->uid);
	room->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (room->listener < 0)
		return -errno;
	/* the lock is ours: what has this name is what a killed launcher left */
	if (unlink(room->socket) < 0 && errno != ENOENT)
		return -errno;
	r = unix_address(room->socket, &address); /* so short a path always fits */
	if (r == 0 &&
	    bind(room->listener, (const struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	if (r == 0)
		r = give_socket(room);
	if (r == 0 && listen(room->listener, BACKLOG) < 0)
		r = -errno;
	return r < 0 ? room_fail(room, r, "'%s': %s", room->socket, strerror(-r)) : 0;
}

/* Beside this program, else where it is installed. */
static int find_broker(struct room *room, char *path, size_t size)
{
	static const char *const dirs[] = { "/usr/local/sbin", "/usr/sbin",
					    "/usr/local/bin", "/usr/bin" };
	const char *named = secure_getenv("XENSTORE_BROKER");

	if (named) {
		(void)snprintf(path, size, "%s", named);
		return access(path, X_OK) == 0 ? 0
					       : room_fail(room, -errno, "'%s': %s",
							   named, strerror(errno));
	}
	if (io_beside(BROKER, path, size) == 0 && access(path, X_OK) == 0)
		return 0;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		(void)snprintf(path, size, "%s/" BROKER, dirs[i]); /* fits */
		if (access(path, X_OK) == 0)
			return 0;
	}
	return room_fail(room, -ENOENT, "there is no program " BROKER);
}

/* In the new process: nothing but the two descriptors and stderr goes with it. */
__attribute__((noreturn)) static void run_broker(const struct room *room, char *path,
						 int ready, pid_t parent)
{
	char domid[16], listener[16], ready_fd[16];
	char *argv[] = { path,
			 (char *)(uintptr_t) "--domid",
			 domid,
			 (char *)(uintptr_t) "--listen-fd",
			 listener,
			 (char *)(uintptr_t) "--ready-fd",
			 ready_fd,
			 (char *)(uintptr_t) "--profile",
			 (char *)(uintptr_t)room->opt->profile,
			 NULL };
	const int keep[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, room->listener,
			     ready };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	(void)sigemptyset(&none); /* both cannot fail */
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)snprintf(domid, sizeof(domid), "%u", room->opt->domid); /* all fit */
	(void)snprintf(listener, sizeof(listener), "%d", room->listener);
	(void)snprintf(ready_fd, sizeof(ready_fd), "%d", ready);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == parent &&
	    null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
	    dup2(null, STDOUT_FILENO) >= 0 &&
	    fds_close_but(keep, sizeof(keep) / sizeof(*keep)) == 0 &&
	    fcntl(room->listener, F_SETFD, 0) == 0 && fcntl(ready, F_SETFD, 0) == 0)
		execv(path, argv);
	_exit(127);
}

int room_step_broker(struct room *room)
{
	char path[320];
	int ready[2] = { -1, -1 }, r;
	pid_t parent = getpid();

	if (!room->profile.xenstore)
		return 0;
	r = bind_socket(room);
	if (r == 0)
		r = find_broker(room, path, sizeof(path));
	if (r == 0 && pipe2(ready, O_CLOEXEC) < 0)
		r = -errno;
	if (r < 0)
		return r;
	room->broker = fork();
	if (room->broker == 0)
		run_broker(room, path, ready[1], parent);
	room->broker_ready = ready[0];
	(void)close(ready[1]);
	if (room->broker > 0)
		return 0;
	room->broker = 0;
	return -EAGAIN;
}

/* It writes a byte when it serves, and closes its end when it does not. */
int room_step_broker_ready(struct room *room)
{
	uint64_t end = io_now_ms() + READY_MS;
	char byte;

	if (room->broker == 0)
		return 0;
	for (;;) {
		struct pollfd p = { .fd = room->broker_ready, .events = POLLIN };
		int n = poll(&p, 1, io_wait_ms(end));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return room_fail(room, -ETIMEDOUT,
					 "the broker was not ready in %d s",
					 READY_MS / 1000);
		if (read(room->broker_ready, &byte, 1) == 1)
			break;
		return room_fail(room, -ECONNREFUSED,
				 "the broker ended: see what it said");
	}
	close_fd(&room->broker_ready);
	close_fd(&room->listener); /* the broker has it */
	return 0;
}

void room_broker_end(struct room *room)
{
	const struct timespec step = { .tv_nsec = END_STEP_NS };
	uint64_t end = io_now_ms() + END_MS;

	if (room->socket[0])
		(void)unlink(room->socket); /* gone already when the room was started */
	room->socket[0] = '\0';
	if (room->broker == 0)
		return;
	(void)kill(room->broker, SIGTERM); /* our child: it is this one */
	while (waitpid(room->broker, NULL, WNOHANG) == 0) {
		if (io_now_ms() >= end)
			(void)kill(room->broker, SIGKILL);
		(void)nanosleep(&step, NULL); /* a signal makes it shorter */
	}
	room->broker = 0;
}
