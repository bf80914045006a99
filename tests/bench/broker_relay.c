/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_relay LISTEN UPSTREAM - what one more process in between costs by itself: a
 * relay that understands nothing.  Each client gets a connection of its own to UPSTREAM,
 * and bytes go both ways as they come.  Prints "ready" and serves until it is killed or
 * its parent ends.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/io.h"

#define PAIRS_MAX  128
#define CHUNK	   8192
#define FDS_MAX	   (1 + 2 * PAIRS_MAX)
#define OTHER(fd)  ((((fd)-1) ^ 1) + 1) /* after the listener they come in pairs */
#define LISTENER   0
#define FIRST_PAIR 1

static struct pollfd fds[FDS_MAX]; /* an unused one is -1 */

static void die(const char *what)
{
	fprintf(stderr, "broker_relay: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct sockaddr_un address(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		die(path);
	}
	memcpy(un.sun_path, path, strlen(path) + 1);
	return un;
}

static void listen_on(const char *path)
{
	struct sockaddr_un un = address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&un, sizeof(un)) < 0 ||
	    listen(fd, PAIRS_MAX) < 0)
		die(path);
	fds[LISTENER] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

static void pair_open(const char *upstream)
{
	struct sockaddr_un un = address(upstream);
	int client = accept4(fds[LISTENER].fd, NULL, NULL, SOCK_CLOEXEC);
	int store = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (client < 0 || store < 0 ||
	    connect(store, (struct sockaddr *)&un, sizeof(un)) < 0)
		die(upstream);
	for (int i = FIRST_PAIR; i < FDS_MAX; i += 2) {
		if (fds[i].fd >= 0)
			continue;
		fds[i] = (struct pollfd){ .fd = client, .events = POLLIN };
		fds[i + 1] = (struct pollfd){ .fd = store, .events = POLLIN };
		return;
	}
	errno = EMFILE;
	die("clients");
}

static void pair_close(int i)
{
	for (int k = 0; k < 2; k++, i = OTHER(i)) {
		(void)close(fds[i].fd);
		fds[i].fd = -1;
	}
}

static void pass_on(int from)
{
	char data[CHUNK];
	ssize_t n = read(fds[from].fd, data, sizeof(data));

	if (n <= 0 || io_write_all(fds[OTHER(from)].fd, data, (size_t)n) < 0)
		pair_close(from);
}

int main(int argc, char *argv[])
{
	if (argc != 3) {
		fprintf(stderr, "usage: broker_relay LISTEN UPSTREAM\n");
		return 2;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail for a valid signal */
	(void)signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < FDS_MAX; i++)
		fds[i].fd = -1;
	listen_on(argv[1]);
	puts("ready");
	(void)fflush(stdout);
	for (;;) {
		if (poll(fds, FDS_MAX, -1) < 0 && errno != EINTR)
			die("poll");
		for (int i = FIRST_PAIR; i < FDS_MAX; i++)
			if (fds[i].fd >= 0 && fds[i].revents)
				pass_on(i);
		if (fds[LISTENER].revents)
			pair_open(argv[2]);
	}
}
