/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/unix_socket.h"

#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"

int unix_address(const char *path, struct sockaddr_un *ret)
{
	size_t len = strlen(path);

	if (len == 0)
		return -ENOENT;
	if (len >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret->sun_path, path, len);
	return 0;
}

int unix_connect(const char *path, int type)
{
	struct sockaddr_un to;
	autoclose int fd = -1;
	int r = unix_address(path, &to);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return steal_fd(&fd);
}
