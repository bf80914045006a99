/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/cleanup.h"
#include "lib/unix_socket.h"

static int kept = -1; /* of notify_open(), for the life of the process */

/* Connected; -1: nobody listens. */
static int connect_listener(int *ret_fd)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to;
	size_t n = path ? strlen(path) : 0;
	autoclose int fd = -1;

	if (n < 2 || (*path != '/' && *path != '@') || unix_address(path, &to) < 0) {
		*ret_fd = -1;
		return 0;
	}
	if (*path == '@')
		to.sun_path[0] = '\0'; /* an abstract name */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&to,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		return -errno;
	*ret_fd = steal_fd(&fd);
	return 0;
}

int notify_open(void)
{
	return kept >= 0 ? 0 : connect_listener(&kept);
}

int notify_systemd(const char *state)
{
	autoclose int own = -1;
	int r = kept >= 0 ? 0 : connect_listener(&own);
	int fd = kept >= 0 ? kept : own;

	if (r < 0 || fd < 0)
		return r;
	return send(fd, state, strlen(state), MSG_NOSIGNAL) < 0 ? -errno : 0;
}
