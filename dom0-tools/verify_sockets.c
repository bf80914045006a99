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

#include "dom0-tools/room.h"
#include "lib/cleanup.h"
#include "lib/unix_socket.h"

#ifndef SIOCGSKNS /* Linux 4.10: the network namespace of a socket */
#define SIOCGSKNS 0x894C
#endif

/* As libxenstore looks for it. */
static const char *const store_paths[] = { "/var/run/xenstored/socket",
					   "/run/xenstored/socket",
					   "/var/run/xenstored/socket_ro",
					   "/run/xenstored/socket_ro" };

#define UNIX_WANTED                                                                      \
	"a stream or a connection to what is bound, nothing under way, not to the store"
#define PATH_ROOM (sizeof(((struct sockaddr_un *)0)->sun_path) + 2)
#define NAME_ROOM 64

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

/* The name of the other end: a path, "@" and what is abstract, "" where it has none. */
static bool peer_path(int fd, char ret[PATH_ROOM])
{
	struct sockaddr_un addr = { 0 };
	socklen_t len = sizeof(addr);
	bool abstract;

	if (getpeername(fd, (struct sockaddr *)&addr, &len) < 0)
		return false;
	abstract = len > offsetof(struct sockaddr_un, sun_path) && !addr.sun_path[0];
	(void)snprintf(ret, PATH_ROOM, "%s%.*s", abstract ? "@" : "",
		       (int)(sizeof(addr.sun_path) - abstract), addr.sun_path + abstract);
	return true;
}

/* The broker's, which is /xs inside, or below what the room was given: the listener's name
 * is the host's, a program of the room's own has that of inside. */
static bool may_be_peer(const struct verify_context *ctx, const char *path)
{
	char broker[NAME_ROOM];

	(void)snprintf(broker, sizeof(broker), ROOM_RUN_DIR "/xs-%u",
		       ctx->uid); /* fits */
	if (!path[0] || strcmp(path, broker) == 0)
		return true;
	for (size_t i = 0; i < ctx->room.binds_count; i++)
		if (verify_is_below(path, ctx->room.binds[i].from))
			return true;
	return verify_is_bound(ctx, path, false);
}

/* Who listens at the host's store; 0: nobody. */
static pid_t store_pid(void)
{
	for (size_t i = 0; i < sizeof(store_paths) / sizeof(*store_paths); i++) {
		autoclose int fd =
			unix_connect(store_paths[i], SOCK_STREAM | SOCK_NONBLOCK);
		struct ucred cred = { 0 };
		socklen_t len = sizeof(cred);

		if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0)
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
		verify_add(&ctx->rep,
			   verify_verdict_of(!is_store(path, &peer) &&
					     may_be_peer(ctx, path)),
			   name, UNIX_WANTED, "unix socket to process %d, uid %u, '%s'",
			   (int)peer.pid, peer.uid, path);
}

/* One that neither listens nor is connected could still be: to what is abstract and the
 * host's. */
static void check_idle(struct verify_context *ctx, const char *name, int fd, int type)
{
	bool hosts = is_of_hosts_network(fd);

	if (type == SOCK_DGRAM)
		verify_add(&ctx->rep, VERIFY_FAIL, name, UNIX_WANTED,
			   "unix datagram socket, not connected");
	else
		verify_add(&ctx->rep, verify_verdict_of(!hosts), name, UNIX_WANTED,
			   "unix socket, not connected%s",
			   hosts ? ", of the host's network" : "");
}

static void check_unix(struct verify_context *ctx, const char *name, int fd)
{
	char path[PATH_ROOM];
	int type = 0, listens = 0;
	unsigned long sent = 0; /* to it, and not taken yet: open, but without a number */
	int r = option(fd, SO_TYPE, &type);

	if (r == 0)
		r = option(fd, SO_ACCEPTCONN, &listens);
	if (r == 0)
		r = verify_proc_fdinfo(fd, "scm_fds", &sent); /* since Linux 5.6 */
	if (r < 0)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, name, UNIX_WANTED, "%s",
			   r == -ENODATA ? "the kernel does not tell what is under way"
					 : strerror(-r));
	else if (sent > 0)
		verify_add(&ctx->rep, VERIFY_FAIL, name, UNIX_WANTED,
			   "unix socket with %lu descriptors under way to it", sent);
	else if (listens) /* others come to it */
		verify_add(&ctx->rep, VERIFY_OK, name, UNIX_WANTED,
			   "unix socket, listening");
	else if (peer_path(fd, path))
		check_connected(ctx, name, fd, path);
	else
		check_idle(ctx, name, fd, type);
}

void verify_socket(struct verify_context *ctx, const char *name, int fd)
{
	bool network = ctx->room.network;
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
