/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/verify_sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/vm_sockets.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "lib/cleanup.h"

#ifndef SIOCGSKNS /* Linux 4.10: the network namespace of a socket */
#define SIOCGSKNS 0x894C
#endif

/* As libxenstore looks for it. */
static const char *const store_paths[] = { "/var/run/xenstored/socket",
					   "/run/xenstored/socket",
					   "/var/run/xenstored/socket_ro",
					   "/run/xenstored/socket_ro" };

#define UNIX_WANTED "a stream or a connection, not to the store"

static int option(int fd, int what, int *ret)
{
	socklen_t len = sizeof(*ret);

	return getsockopt(fd, SOL_SOCKET, what, ret, &len) < 0 ? -errno : 0;
}

/* Is it of the host's network?  What is connected to an abstract name is, maybe. */
static bool is_of_hosts_network(int fd)
{
	autoclose int ns = ioctl(fd, SIOCGSKNS);
	struct stat of_socket, host;

	return ns < 0 || fstat(ns, &of_socket) < 0 ||
	       stat("/proc/self/ns/net", &host) < 0 || of_socket.st_ino == host.st_ino;
}

/* The path of the other end; "" where it has none. */
static bool peer_path(int fd, char ret[sizeof(((struct sockaddr_un *)0)->sun_path) + 1])
{
	struct sockaddr_un addr = { 0 };
	socklen_t len = sizeof(addr);

	if (getpeername(fd, (struct sockaddr *)&addr, &len) < 0)
		return false;
	memcpy(ret, addr.sun_path, sizeof(addr.sun_path));
	ret[sizeof(addr.sun_path)] = '\0';
	return true;
}

/* Who listens at the host's store; 0: nobody. */
static pid_t store_pid(void)
{
	for (size_t i = 0; i < sizeof(store_paths) / sizeof(*store_paths); i++) {
		struct sockaddr_un addr = { .sun_family = AF_UNIX };
		autoclose int fd =
			socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		struct ucred cred = { 0 };
		socklen_t len = sizeof(cred);

		(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s",
			       store_paths[i]);
		if (fd >= 0 &&
		    connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0 &&
		    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0)
			return cred.pid;
	}
	return 0;
}

/* An unrestricted connection to the store itself? */
static bool is_store(const char *path, const struct ucred *peer)
{
	static const char end[] = "/xenstored/socket";
	size_t len = strlen(path);
	pid_t store;

	if (len >= sizeof(end) - 1 && strcmp(path + len - (sizeof(end) - 1), end) == 0)
		return true;
	for (size_t i = 0; i < sizeof(store_paths) / sizeof(*store_paths); i++)
		if (strcmp(path, store_paths[i]) == 0)
			return true;
	store = store_pid();
	/* 1 is systemd, which may listen for others, too */
	return store > 1 && peer->pid == store;
}

static void check_connected(struct verify_context *ctx, const char *name, int fd,
			    const char *path)
{
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, name, UNIX_WANTED, "%s",
			   strerror(errno));
	else
		verify_add(&ctx->rep, verify_verdict_of(!is_store(path, &peer)), name,
			   UNIX_WANTED, "unix socket to process %d, uid %u, '%s'",
			   (int)peer.pid, peer.uid, path);
}

static void check_unix(struct verify_context *ctx, const char *name, int fd)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
	int type = 0, listens = 0;

	if (option(fd, SO_TYPE, &type) < 0 || option(fd, SO_ACCEPTCONN, &listens) < 0) {
		verify_add(&ctx->rep, VERIFY_UNKNOWN, name, UNIX_WANTED, "%s",
			   strerror(errno));
		return;
	}
	if (listens) /* others come to it */
		verify_add(&ctx->rep, VERIFY_OK, name, UNIX_WANTED,
			   "unix socket, listening");
	else if (peer_path(fd, path))
		check_connected(ctx, name, fd, path);
	else if (type == SOCK_DGRAM)
		verify_add(&ctx->rep, VERIFY_FAIL, name, UNIX_WANTED,
			   "unix datagram socket, not connected");
	else /* it could still be connected: to what is abstract and the host's */
		verify_add(&ctx->rep, verify_verdict_of(!is_of_hosts_network(fd)), name,
			   UNIX_WANTED, "unix socket, not connected%s",
			   is_of_hosts_network(fd) ? ", of the host's network" : "");
}

void verify_socket(struct verify_context *ctx, const char *name, int fd)
{
	bool network = ctx->opt->network || ctx->room.network;
	int domain = -1;

	if (fd < 0 || option(fd, SO_DOMAIN, &domain) < 0) {
		verify_add(&ctx->rep, VERIFY_UNKNOWN, name, "one that may be there",
			   "a socket that cannot be duplicated on this kernel");
		return;
	}
	if (domain == AF_UNIX)
		check_unix(ctx, name, fd);
	else if (domain == AF_INET || domain == AF_INET6)
		verify_add(&ctx->rep, verify_verdict_of(network), name,
			   network ? "any of the internet" : "none of the internet",
			   "internet socket%s",
			   is_of_hosts_network(fd) ? " of the host's network" : "");
	else
		verify_add(&ctx->rep, VERIFY_FAIL, name, "unix sockets",
			   "socket of family %d", domain);
}
