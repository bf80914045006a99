/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_connect.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dom0-tools/broker_store.h"
#include "dom0-tools/broker_trim.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/notify.h"
#include "lib/signals.h"
#include "lib/unix_socket.h"

#define ASK_CONNECT 'c'
#define ASK_READY   'r'
#define PAUSE_MS    2
#define END_MS	    2000 /* freeing memory takes less */

const char *connect_default(char *buffer, size_t size)
{
	const char *path = getenv("XENSTORED_PATH");
	const char *dir = getenv("XENSTORED_RUNDIR");

	if (path)
		return path;
	(void)snprintf(buffer, size, "%s/socket", dir ? dir : "/var/run/xenstored");
	return buffer; /* cut: there is no such socket */
}

static int set_timeouts(int fd)
{
	const struct timeval wait = { .tv_sec = STORE_WAIT_S };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0)
		return -errno;
	return 0;
}

int connect_store(const char *path, int *ret_fd)
{
	struct sockaddr_un addr;
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -errno : unix_address(path, &addr);

	if (r >= 0)
		r = set_timeouts(fd); /* of connect(), too */
	if (r < 0)
		return r;
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* The only thing it does. */
static int serve_connect(struct connector *c)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	autoclose int fd = -1;
	int32_t why = connect_store(c->upstream, &fd);
	struct iovec iov = { .iov_base = &why, .iov_len = sizeof(why) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	if (why == 0) {
		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}
	return sendmsg(c->sock, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void serve_ready(struct connector *c)
{
	int r = notify_systemd("READY=1");

	if (r < 0)
		log_warning("cannot tell the service manager: %s", strerror(-r));
	if (c->ready_fd < 0)
		return;
	if (io_write_all(c->ready_fd, "r", 1) < 0)
		log_warning("cannot write to --ready-fd: %s", strerror(errno));
	(void)close(c->ready_fd); /* the byte is out */
	c->ready_fd = -1;
}

/* One byte of the child's.  -EPIPE: it is ending. */
static int serve(struct connector *c)
{
	char ask;
	ssize_t n = recv(c->sock, &ask, 1, 0);

	if (n <= 0)
		return n < 0 && errno == EINTR ? 0 : -EPIPE;
	if (ask == ASK_CONNECT)
		return serve_connect(c);
	if (ask == ASK_READY)
		serve_ready(c);
	return ask == ASK_READY ? 0 : -EBADMSG;
}

/* 0: go on.  1: we were told to end. */
static int take_signal(struct connector *c)
{
	int number = signals_next(c->signals);

	return number == 0 || number == SIGCHLD ? 0 : 1;
}

static int wait_child(struct connector *c, bool told)
{
	int status = 0;

	while (waitpid(c->child, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_FAILURE;
	if (WIFEXITED(status))
		return told ? EXIT_SUCCESS : WEXITSTATUS(status);
	if (told)
		return EXIT_SUCCESS;
	log_error("the process that serves clients was ended by signal %d",
		  WTERMSIG(status));
	return EXIT_FAILURE;
}

/* It has hung up: give it the time to end. */
static bool ends_soon(const struct connector *c)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	siginfo_t info = { 0 };

	for (unsigned ms = 0; ms < END_MS; ms += PAUSE_MS) {
		if (waitid(P_PID, (id_t)c->child, &info, WEXITED | WNOWAIT | WNOHANG) <
			    0 ||
		    info.si_pid == c->child)
			return true;
		(void)nanosleep(&pause, NULL); /* cut short: looked at again */
	}
	return false;
}

int connector_run(struct connector *c)
{
	struct pollfd fds[] = { { .fd = c->sock, .events = POLLIN },
				{ .fd = c->signals, .events = POLLIN } };
	int r = 0;

	broker_trim();
	while (r == 0) {
		if (poll(fds, 2, -1) < 0)
			r = errno == EINTR ? 0 : -errno;
		else if (fds[1].revents)
			r = take_signal(c);
		if (r == 0 && fds[0].revents)
			r = serve(c);
	}
	/* else it ends by itself, and its status tells why */
	if (r != -EPIPE || !ends_soon(c))
		(void)kill(c->child, SIGKILL);
	return wait_child(c, r == 1);
}

int connect_tell_ready(int sock)
{
	return send(sock, &(char){ ASK_READY }, 1, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int connect_request(int sock)
{
	return send(sock, &(char){ ASK_CONNECT }, 1, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int connect_take(int sock, int *ret_fd, int *ret_why)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	int32_t why = 0;
	struct iovec iov = { .iov_base = &why, .iov_len = sizeof(why) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.buf,
			      .msg_controllen = sizeof(control.buf) };
	const struct cmsghdr *cmsg;
	ssize_t n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);

	if (n <= 0)
		return n < 0 && errno == EINTR ? -EAGAIN : -EPIPE;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (n != sizeof(why) || (why == 0) != (cmsg != NULL))
		return -EBADMSG;
	*ret_why = why;
	if (cmsg)
		memcpy(ret_fd, CMSG_DATA(cmsg), sizeof(*ret_fd));
	return 0;
}
