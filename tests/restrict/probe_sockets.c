/* SPDX-License-Identifier: BSD-2-Clause */
/* probe_sockets - ways by sockets: networks, other programs' sockets, the store. */
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <xen/io/xs_wire.h>

#include "tests/restrict/probe.h"

#define SOCKETS(function, ...)                                                           \
	static int function(const struct decoys *d)                                      \
	{                                                                                \
		(void)d;                                                                 \
		return refused_fd(socket(__VA_ARGS__));                                  \
	}

SOCKETS(make_inet, AF_INET, SOCK_STREAM, 0)
SOCKETS(make_inet_udp, AF_INET, SOCK_DGRAM, 0)
SOCKETS(make_inet6, AF_INET6, SOCK_STREAM, 0)
SOCKETS(make_raw, AF_INET, SOCK_RAW, IPPROTO_ICMP)
SOCKETS(make_netlink, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)
SOCKETS(make_uevent, AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT)
SOCKETS(make_packet, AF_PACKET, SOCK_RAW, 0)
SOCKETS(make_vsock, AF_VSOCK, SOCK_STREAM, 0)
SOCKETS(make_alg, AF_ALG, SOCK_SEQPACKET, 0)
SOCKETS(make_key, AF_KEY, SOCK_RAW, 2)
SOCKETS(make_dgram, AF_UNIX, SOCK_DGRAM, 0)
SOCKETS(make_seqpacket, AF_UNIX, SOCK_SEQPACKET, 0)

/* @name begins with '@' where the socket is abstract. */
static socklen_t address(struct sockaddr_un *addr, const char *name)
{
	size_t len = strlen(name);

	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	if (len >= sizeof(addr->sun_path))
		len = sizeof(addr->sun_path) - 1;
	memcpy(addr->sun_path, name, len);
	if (name[0] == '@')
		addr->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len +
			   (name[0] != '@'));
}

static int connect_to(const char *name, int *ret_fd)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un addr;
	socklen_t len = address(&addr, name);

	if (fd < 0)
		return errno;
	if (connect(fd, (const struct sockaddr *)&addr, len) < 0) {
		int r = errno;

		(void)close(fd);
		return r;
	}
	if (ret_fd)
		*ret_fd = fd;
	else
		(void)close(fd);
	return 0;
}

static int connect_abstract(const struct decoys *d)
{
	return connect_to(d->name, NULL);
}

static int connect_path(const struct decoys *d)
{
	return connect_to(d->path, NULL);
}

static int connect_store(const struct decoys *d)
{
	return connect_to(d->store, NULL);
}

static int connect_usual_store(const struct decoys *d)
{
	(void)d;
	return connect_to("/var/run/xenstored/socket", NULL);
}

static int connect_bus(const struct decoys *d)
{
	(void)d;
	return connect_to("/run/dbus/system_bus_socket", NULL);
}

static int connect_journal(const struct decoys *d)
{
	(void)d;
	return connect_to("/run/systemd/journal/stdout", NULL);
}

static int bind_path(const struct decoys *d)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), r;
	struct sockaddr_un addr;
	socklen_t len = address(&addr, "/xpt-probe-socket");

	(void)d;
	if (fd < 0)
		return errno;
	r = refused(bind(fd, (const struct sockaddr *)&addr, len));
	if (r == 0)
		(void)unlink(addr.sun_path); /* ours */
	(void)close(fd);
	return r;
}

/* ---- the store, by its own protocol ---- */

/* The errno of an answer that names one; 0: it is no error. */
static int answer(int fd)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = {
		{ "EACCES", EACCES }, { "ENOENT", ENOENT }, { "EINVAL", EINVAL },
		{ "ENOSYS", ENOSYS }, { "EPERM", EPERM },   { "EIO", EIO },
	};
	struct xsd_sockmsg head;
	char body[XENSTORE_PAYLOAD_MAX + 1];

	if (recv(fd, &head, sizeof(head), MSG_WAITALL) != (ssize_t)sizeof(head))
		return ECONNRESET;
	if (head.len > XENSTORE_PAYLOAD_MAX ||
	    recv(fd, body, head.len, MSG_WAITALL) != (ssize_t)head.len)
		return ECONNRESET;
	body[head.len] = '\0';
	if (head.type != XS_ERROR)
		return 0;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (strcmp(body, errors[i].name) == 0)
			return errors[i].number;
	return EPROTO;
}

/* One request on a connection of its own. */
static int ask(const struct decoys *d, uint32_t type, const char *body, size_t len)
{
	struct xsd_sockmsg head = { .type = type, .req_id = 1, .len = (uint32_t)len };
	char frame[sizeof(head) + XENSTORE_PAYLOAD_MAX];
	int fd = -1, r = connect_to(d->xs, &fd);

	if (r != 0)
		return r;
	memcpy(frame, &head, sizeof(head));
	memcpy(frame + sizeof(head), body, len);
	r = send(fd, frame, sizeof(head) + len, MSG_NOSIGNAL) < 0 ? errno : answer(fd);
	(void)close(fd);
	return r;
}

static int read_other(const struct decoys *d)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/local/domain/%u/data/secret",
		       d->other_domid);
	return ask(d, XS_READ, path, strlen(path) + 1);
}

static int list_other(const struct decoys *d)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/local/domain/%u/data", d->other_domid);
	return ask(d, XS_DIRECTORY, path, strlen(path) + 1);
}

static int write_other(const struct decoys *d)
{
	char body[64];
	int len = snprintf(body, sizeof(body), "/local/domain/%u/data/probe%cx",
			   d->other_domid, 0);

	return ask(d, XS_WRITE, body, (size_t)len);
}

#define ASKS(function, type, body)                                                       \
	static int function(const struct decoys *d)                                      \
	{                                                                                \
		return ask(d, type, body, sizeof(body) - 1);                             \
	}

ASKS(read_dom0, XS_READ, "/local/domain/0/probe-secret\0")
ASKS(write_dom0, XS_WRITE, "/local/domain/0/probe-secret\0changed")
ASKS(write_tool, XS_WRITE, "/tool/xpt-probe\0x")
ASKS(take_perms, XS_SET_PERMS, "/local/domain/0/probe-secret\0b0\0")
ASKS(introduce, XS_INTRODUCE, "99\0001\0001\0")
ASKS(release, XS_RELEASE, "99\0")
ASKS(set_target, XS_SET_TARGET, "99\0000\0")
ASKS(resume, XS_RESUME, "99\0")

#define O DOOR_OPEN_OUTSIDE
#define T DOOR_SHUT_TWICE
/* EPERM: the filter knows AF_UNIX streams only. */
const struct door probe_sockets[] = {
	{ "an internet socket", make_inet, { EPERM }, O },
	{ "a datagram socket", make_inet_udp, { EPERM }, O },
	{ "an IPv6 socket", make_inet6, { EPERM }, O },
	{ "a raw socket", make_raw, { EPERM }, O | T },
	{ "netlink", make_netlink, { EPERM }, O },
	{ "netlink's events", make_uevent, { EPERM }, O },
	{ "a packet socket", make_packet, { EPERM }, O | T },
	{ "a socket of the hypervisor", make_vsock, { EPERM }, 0 },
	{ "kernel ciphers", make_alg, { EPERM }, 0 },
	{ "key management", make_key, { EPERM }, 0 },
	{ "a unix datagram socket", make_dgram, { EPERM }, O },
	{ "a unix packet socket", make_seqpacket, { EPERM }, O },
	/* Landlock's scope (6.12) speaks before the empty network namespace does */
	{ "the host's abstract socket",
	  connect_abstract,
	  { ECONNREFUSED, EPERM },
	  O | T },
	{ "a unix socket of others", connect_path, { ENOENT }, O | T },
	{ "the store's own socket", connect_store, { ENOENT }, O | T },
	{ "the store's usual socket", connect_usual_store, { ENOENT }, 0 },
	{ "the system bus", connect_bus, { ENOENT }, 0 },
	{ "the journal", connect_journal, { ENOENT }, 0 },
	{ "bind a path", bind_path, { EPERM }, O | T },
	{ "another domain's secret", read_other, { EACCES }, O },
	{ "another domain's names", list_other, { EACCES }, O },
	{ "write to another domain", write_other, { EACCES }, O },
	{ "dom0's secret", read_dom0, { EACCES }, O },
	{ "write to dom0", write_dom0, { EACCES }, O },
	{ "create a node of dom0's", write_tool, { EACCES }, O },
	{ "permissions of dom0's node", take_perms, { EACCES }, O },
	{ "introduce a domain", introduce, { EACCES }, 0 },
	{ "release a domain", release, { EACCES }, 0 },
	{ "set a target", set_target, { EACCES }, 0 },
	{ "resume a domain", resume, { EACCES }, 0 },
	{ NULL, NULL, { 0 }, 0 },
};
