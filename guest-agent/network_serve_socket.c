/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest-agent/network_serve.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/unix_socket.h"

#define LISTEN_FD 3 /* sd_listen_fds(3): the first */
#define BACKLOG	  4 /* an agent, and the next one while it is being restarted */
#define MODE_OURS 0600
#define MODE_DIR  0755

/* ---- our own ---- */

static int new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/* Is there a socket that nobody listens at? */
static bool is_left_over(const struct sockaddr_un *at)
{
	autoclose int fd = new_socket();
	struct stat st;

	if (fd < 0 || lstat(at->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return false;
	return connect(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 &&
	       errno == ECONNREFUSED;
}

static int make_directory(const char *path)
{
	char dir[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	char *slash;

	(void)stpcpy(dir, path); /* unix_address() has measured it */
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return 0;
	*slash = '\0';
	return mkdir(dir, MODE_DIR) < 0 && errno != EEXIST ? -errno : 0;
}

/* With the mode from the beginning: nobody else may connect, ever. */
static int bind_ours(int fd, const struct sockaddr_un *at)
{
	mode_t old = umask(0777 & ~MODE_OURS);
	int r = bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ? -errno : 0;

	(void)umask(old);
	return r;
}

static int listen_at(const char *path)
{
	autoclose int fd = new_socket();
	struct sockaddr_un at;
	int r = fd < 0 ? fd : unix_address(path, &at);

	if (r >= 0)
		r = make_directory(path);
	if (r < 0)
		return r;
	if (is_left_over(&at) && unlink(path) < 0)
		return -errno;
	r = bind_ours(fd, &at);
	if (r >= 0 && listen(fd, BACKLOG) < 0)
		r = -errno;
	return r < 0 ? r : steal_fd(&fd);
}

int network_serve_listen(const char *path, int *ret_listen_fd)
{
	int fd = listen_at(path);

	if (fd < 0) {
		log_error("cannot listen at '%s': %s%s", path, strerror(-fd),
			  fd == -EADDRINUSE ? "; is another xe-guest-network running?"
					    : "");
		return fd;
	}
	*ret_listen_fd = fd;
	return 0;
}

/* ---- systemd's ---- */

static bool option_is(int fd, int option, int want)
{
	int value;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 && value == want;
}

static bool number_is(const char *name, uint64_t want)
{
	const char *text = getenv(name);
	uint64_t n;

	return text && io_parse_u64(text, UINT64_MAX, &n) >= 0 && n == want;
}

int network_serve_inherited(int *ret_listen_fd)
{
	if (!number_is("LISTEN_PID", (uint64_t)getpid())) {
		log_error("there is no socket of systemd's (LISTEN_FDS): say --socket "
			  "PATH");
		return -ENOENT;
	}
	if (!number_is("LISTEN_FDS", 1) || !option_is(LISTEN_FD, SO_DOMAIN, AF_UNIX) ||
	    !option_is(LISTEN_FD, SO_TYPE, SOCK_SEQPACKET) ||
	    !option_is(LISTEN_FD, SO_ACCEPTCONN, 1) ||
	    fcntl(LISTEN_FD, F_SETFD, FD_CLOEXEC) < 0) {
		log_error("what LISTEN_FDS names is not one listening socket with "
			  "ListenSequentialPacket=: see xe-guest-network.socket");
		return -EINVAL;
	}
	/* not for the programs that are started */
	(void)unsetenv("LISTEN_PID"), (void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	*ret_listen_fd = LISTEN_FD;
	return 0;
}
