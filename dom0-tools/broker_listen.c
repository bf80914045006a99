/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/unix_socket.h"

#define BACKLOG	      SOMAXCONN
#define ACTIVATION_FD 3 /* SD_LISTEN_FDS_START: sd_listen_fds(3) */

static int fail(const char *what, const char *path, int r)
{
	log_error("cannot %s '%s': %s", what, path, strerror(-r));
	return r;
}

/* Does somebody listen there? */
static bool is_served(const struct sockaddr_un *addr)
{
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* whatever else than a refusal: something is there */
	return fd < 0 || connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0 ||
	       errno != ECONNREFUSED;
}

/* What a broker that was killed has left. */
static int remove_stale(const struct sockaddr_un *addr)
{
	struct stat st;

	if (lstat(addr->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : fail("look at", addr->sun_path, -errno);
	if (!S_ISSOCK(st.st_mode)) {
		log_error("'%s' is there and is no socket", addr->sun_path);
		return -EEXIST;
	}
	if (is_served(addr)) {
		log_error("'%s' is served by another process", addr->sun_path);
		return -EADDRINUSE;
	}
	return unlink(addr->sun_path) < 0 ? fail("remove", addr->sun_path, -errno) : 0;
}

/* Nobody can connect before it listens, so owner and mode are right in time. */
static int bind_with(int fd, const struct sockaddr_un *addr, uid_t uid, gid_t gid,
		     mode_t mode)
{
	mode_t mask = umask(0177);
	int r = bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 ? -errno : 0;

	(void)umask(mask); /* cannot fail */
	if (r < 0)
		return fail("bind", addr->sun_path, r);
	/* in this order: who gives it away may not change its mode any more */
	if (chmod(addr->sun_path, mode) < 0 || ((uid != (uid_t)-1 || gid != (gid_t)-1) &&
						lchown(addr->sun_path, uid, gid) < 0)) {
		r = fail("set owner and mode of", addr->sun_path, -errno);
		(void)unlink(addr->sun_path); /* it is ours */
		return r;
	}
	return 0;
}

int listen_at(const char *path, uid_t uid, gid_t gid, mode_t mode, int *ret_fd)
{
	struct sockaddr_un addr;
	autoclose int fd = -1;
	int r = unix_address(path, &addr);

	if (r < 0)
		return fail("listen at", path, r);
	r = remove_stale(&addr);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail("listen at", path, -errno);
	r = bind_with(fd, &addr, uid, gid, mode);
	if (r < 0)
		return r;
	if (listen(fd, BACKLOG) < 0) {
		r = fail("listen at", path, -errno);
		(void)unlink(path); /* it is ours */
		return r;
	}
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int socket_option(int fd, int option)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) < 0 ? -errno : value;
}

int listen_check(int fd, bool listening, const char *what)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || socket_option(fd, SO_TYPE) != SOCK_STREAM ||
	    socket_option(fd, SO_DOMAIN) != AF_UNIX ||
	    socket_option(fd, SO_ACCEPTCONN) != listening) {
		log_error("%s: descriptor %d is no %s socket", what, fd,
			  listening ? "listening unix" : "connected unix");
		return -EBADF;
	}
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	/* shared with who has it, too: sockets are used with MSG_DONTWAIT, but accept4()
	 * knows no such flag */
	if (listening && fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

int listen_activated(int *ret_fd)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	uint64_t n;

	if (!pid || !count || io_parse_u64(pid, INT32_MAX, &n) < 0 ||
	    (pid_t)n != getpid())
		return -ENOENT;
	if (strcmp(count, "1") != 0) {
		log_error("socket activation: %s sockets, one is wanted", count);
		return -EINVAL;
	}
	*ret_fd = ACTIVATION_FD;
	return listen_check(ACTIVATION_FD, true, "socket activation");
}
