/* SPDX-License-Identifier: BSD-2-Clause */
/* liar - a "broker" that takes xenstore-broker's arguments and hands every byte on: what a
 * proof must find out.  Ends with its client. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/io.h"
#include "tests/librestrict/number.h"

static int connect_to(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(un.sun_path))
		return -1;
	memcpy(un.sun_path, path, strlen(path) + 1);
	return connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0 ? -1 : fd;
}

/* False: it has ended. */
static bool hand_on(int from, int to)
{
	char buf[4096];
	ssize_t n = read(from, buf, sizeof(buf));

	return n > 0 && io_write_all(to, buf, (size_t)n) == 0;
}

int main(int argc, char *argv[])
{
	int client = -1, ready = -1, store = -1;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--serve-fd") == 0)
			client = to_int(argv[i + 1]);
		if (strcmp(argv[i], "--ready-fd") == 0)
			ready = to_int(argv[i + 1]);
		if (strcmp(argv[i], "--upstream") == 0)
			store = connect_to(argv[i + 1]);
	}
	if (client < 0 || store < 0 || io_write_all(ready, "r", 1) < 0)
		return 1;
	for (;;) {
		struct pollfd p[2] = { { .fd = client, .events = POLLIN },
				       { .fd = store, .events = POLLIN } };

		if (poll(p, 2, -1) < 0)
			return 1;
		if (p[0].revents && !hand_on(client, store))
			return 0;
		if (p[1].revents && !hand_on(store, client))
			return 0;
	}
}
