/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/librestrict/holder.h"
#include "tests/librestrict/pass_fd.h"

#define NOT_RECEIVED 98

const char *const holder_way_names[HOLDER_WAYS] = {
	[HOLDER_DUP] = "dup",	      [HOLDER_FORK] = "fork",
	[HOLDER_EXEC] = "exec",	      [HOLDER_PASSED] = "passed",
	[HOLDER_SENT] = "on its way", [HOLDER_THREAD] = "thread",
};

static void die(const char *what)
{
	printf("Bail out! ");
	fflush(stdout);
	perror(what);
	exit(1);
}

int holder_serve(int sock, int fd, holder_obey *obey, void *arg)
{
	char command;

	while (recv(sock, &command, 1, 0) == 1) {
		int answer = obey(arg, fd, command);

		if (send(sock, &answer, sizeof(answer), MSG_NOSIGNAL) != sizeof(answer))
			return 1;
	}
	return 0;
}

/* Until it is told to receive, the descriptor is on its way, in the socket @way. */
static int serve_received(const struct holder *h, int sock, int way)
{
	int answer, fd;
	char command;

	if (recv(sock, &command, 1, 0) != 1)
		return 1;
	fd = receive_fd(way);
	answer = fd < 0 ? NOT_RECEIVED : 0;
	if (send(sock, &answer, sizeof(answer), MSG_NOSIGNAL) != sizeof(answer))
		return 1;
	return holder_serve(sock, fd, h->obey, h->arg);
}

static void exec_again(int fd, int sock, const char *exec_arg)
{
	char text[2][16];

	(void)snprintf(text[0], sizeof(text[0]), "%d", fd);
	(void)snprintf(text[1], sizeof(text[1]), "%d", sock);
	if (fcntl(fd, F_SETFD, 0) == 0 && fcntl(sock, F_SETFD, 0) == 0)
		(void)execl("/proc/self/exe", "holder", "--hold", text[0], text[1],
			    exec_arg, NULL);
	_exit(97);
}

static void child(const struct holder *h, int fd, int sock, const char *exec_arg)
{
	(void)alarm(60);
	if (h->way == HOLDER_EXEC)
		exec_again(fd, sock, exec_arg);
	_exit(holder_serve(sock, fd, h->obey, h->arg));
}

static void *thread_main(void *arg)
{
	struct holder *h = arg;

	return (void *)(intptr_t)holder_serve(h->theirs, h->fd, h->obey, h->arg);
}

static int asked(const struct holder *h, char command)
{
	int answer;

	if (send(h->sock, &command, 1, MSG_NOSIGNAL) != 1)
		die("a holder is told");
	if (recv(h->sock, &answer, sizeof(answer), 0) != sizeof(answer))
		die("a holder answers");
	return answer;
}

static void receives(struct holder *h)
{
	if (asked(h, 'r') != 0)
		die("a descriptor arrives");
	h->on_its_way = false;
}

/* fork() that closes our end of what leads to the child. */
static pid_t new_process(const struct holder *h)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		(void)close(h->sock);
	return pid;
}

static void start_receiver(struct holder *h, int fd, int theirs)
{
	int way[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, way) < 0)
		die("socketpair");
	h->pid = new_process(h);
	if (h->pid == 0) {
		(void)alarm(60);
		(void)close(way[0]);
		(void)close(fd); /* it has none but what it receives */
		_exit(serve_received(h, theirs, way[1]));
	}
	if (send_fd(way[0], fd) < 0)
		die("a descriptor is sent");
	(void)close(way[0]);
	(void)close(way[1]);
	h->on_its_way = true;
	if (h->way == HOLDER_PASSED)
		receives(h);
}

static void start_elsewhere(struct holder *h, int fd, const char *exec_arg)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		die("socketpair");
	h->sock = pair[0];
	if (h->way == HOLDER_THREAD) {
		h->theirs = pair[1];
		if (pthread_create(&h->thread, NULL, thread_main, h) != 0)
			die("a thread");
		return;
	}
	if (h->way == HOLDER_FORK || h->way == HOLDER_EXEC) {
		h->pid = new_process(h);
		if (h->pid == 0)
			child(h, fd, pair[1], exec_arg);
	} else {
		start_receiver(h, fd, pair[1]);
	}
	(void)close(pair[1]);
}

void holder_start(struct holder *h, enum holder_way way, int fd, holder_obey *obey,
		  void *arg, const char *exec_arg)
{
	*h = (struct holder){
		.way = way, .fd = fd, .sock = -1, .theirs = -1, .obey = obey, .arg = arg
	};
	if (way != HOLDER_DUP) {
		start_elsewhere(h, fd, exec_arg);
		return;
	}
	h->fd = fcntl(fd, F_DUPFD_CLOEXEC, 50);
	if (h->fd < 0)
		die("dup");
}

int holder_ask(struct holder *h, char command)
{
	if (h->way == HOLDER_DUP)
		return h->obey(h->arg, h->fd, command);
	if (h->on_its_way)
		receives(h);
	return asked(h, command);
}

void holder_end(struct holder *h)
{
	int status;

	if (h->way == HOLDER_DUP) {
		(void)close(h->fd);
		return;
	}
	(void)close(h->sock);
	if (h->way == HOLDER_THREAD) {
		if (pthread_join(h->thread, NULL) != 0)
			die("a thread ends");
		(void)close(h->theirs);
	} else if (waitpid(h->pid, &status, 0) != h->pid || !WIFEXITED(status) ||
		   WEXITSTATUS(status) != 0) {
		die("a holder ends well");
	}
}
