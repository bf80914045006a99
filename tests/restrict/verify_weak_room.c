/* SPDX-License-Identifier: BSD-2-Clause */
/* verify_weak_room - descriptors and the root. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/restrict/verify_weak.h"

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* ---- descriptors: each is left open ---- */

static int listening(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = must("socket", socket(AF_INET, SOCK_STREAM, 0));

	must("bind", bind(fd, (const struct sockaddr *)&any, sizeof(any)));
	return listen(fd, 1);
}

static int inet(void)
{
	return socket(AF_INET6, SOCK_DGRAM, 0);
}

static int netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0);
}

static int datagram(void)
{
	return socket(AF_UNIX, SOCK_DGRAM, 0);
}

static int pair(void)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static int pipes(void)
{
	int ends[2];

	return pipe(ends);
}

static int send_fd(int to, int fd)
{
	char room[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec byte = { .iov_base = room, .iov_len = 1 };
	struct msghdr m = { .msg_iov = &byte,
			    .msg_iovlen = 1,
			    .msg_control = room,
			    .msg_controllen = sizeof(room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return (int)sendmsg(to, &m, 0);
}

/* A listener of that name and a connection to it, @ret_client. */
static int serve(const struct sockaddr_un *addr, socklen_t len, int *ret_client)
{
	int fd = must("socket", socket(AF_UNIX, SOCK_STREAM, 0));

	must("bind", bind(fd, (const struct sockaddr *)addr, len));
	must("listen", listen(fd, 1));
	*ret_client = must("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	must("connect", connect(*ret_client, (const struct sockaddr *)addr, len));
	return fd;
}

/* Is of no number: it lies in the second end of a pair. */
static int sent(void)
{
	int ends[2], file;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	file = must("file", open("/tmp", O_RDWR | O_TMPFILE, 0600));
	must("sendmsg", send_fd(ends[0], file));
	return close(file);
}

/* The same in a connection that nobody has taken from its listener. */
static int sent_to_listener(void)
{
	const struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "\0weak" };
	int client, fd = serve(&addr, sizeof(addr), &client);
	int file = must("file", open("/tmp", O_RDWR | O_TMPFILE, 0600));

	must("sendmsg", send_fd(client, file));
	(void)close(file);
	(void)close(client);
	return fd;
}

/* Descriptor 4 is connected to a service of the host's, which is 3. */
static int peer_of_host(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int client, fd;

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "/tmp/verify_weak-%d",
		       (int)getppid());
	fd = serve(&addr, sizeof(addr), &client);
	must("unlink", unlink(addr.sun_path));
	return fd;
}

static int peer_abstract(void)
{
	const struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "\0weak" };
	int client;

	return serve(&addr, sizeof(addr), &client);
}

/* In the host's network, where it could still be connected to an abstract name. */
static int unconnected(void)
{
	int own = must("namespace", open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
	int fd;

	must("setns", setns(weak_host_network, 0));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	must("setns", setns(own, 0));
	(void)close(own);
	(void)close(weak_host_network);
	own = dup(fd); /* the first that is free */
	(void)close(fd);
	return own;
}

static int directory(void)
{
	return open("/usr", O_RDONLY | O_DIRECTORY);
}

static int path(void)
{
	return open("/etc/passwd", O_PATH);
}

static int read_only(void)
{
	return open("/etc/passwd", O_RDONLY);
}

/* One without a name. */
static int temporary(int flags)
{
	return open("/tmp", O_WRONLY | O_TMPFILE | flags, 0600);
}

static int append(void)
{
	return temporary(O_APPEND);
}

static int writable(void)
{
	return temporary(0);
}

static int proc_file(void)
{
	return open("/proc/self/status", O_RDONLY);
}

static int sys_file(void)
{
	return open("/sys/kernel/uevent_seqnum", O_RDONLY);
}

static int device(void)
{
	return open("/dev/ptmx", O_RDWR | O_NOCTTY);
}

static int plain_device(void)
{
	return open("/dev/zero", O_RDONLY);
}

static int memory(void)
{
	return (int)syscall(SYS_memfd_create, "weak", 0U);
}

static int event(void)
{
	return eventfd(0, 0);
}

static int ring(void)
{
	struct io_uring_params params = { 0 };

	return (int)syscall(SYS_io_uring_setup, 1, &params);
}

static int map(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY,
				.key_size = 4,
				.value_size = 4,
				.max_entries = 1 };

	return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

static int process(void)
{
	return (int)syscall(SYS_pidfd_open, getpid(), 0);
}

static int namespace(void)
{
	return open("/proc/self/ns/net", O_RDONLY);
}

void weak_descriptors(void)
{
	static const struct {
		const char *name;
		int (*open)(void);
	} table[] = {
		{ "fd-listening", listening },
		{ "fd-inet", inet },
		{ "fd-netlink", netlink },
		{ "fd-datagram", datagram },
		{ "fd-unconnected", unconnected },
		{ "fd-sent", sent },
		{ "fd-sent-listener", sent_to_listener },
		{ "fd-peer", peer_of_host },
		{ "fd-abstract", peer_abstract },
		{ "fd-directory", directory },
		{ "fd-path", path },
		{ "fd-writable", writable },
		{ "fd-proc", proc_file },
		{ "fd-sys", sys_file },
		{ "fd-device", device },
		{ "fd-ring", ring },
		{ "fd-bpf", map },
		{ "fd-process", process },
		{ "fd-namespace", namespace },
		/* no weakness */
		{ "good-pair", pair },
		{ "good-pipe", pipes },
		{ "good-read-only", read_only },
		{ "good-append", append },
		{ "good-device", plain_device },
		{ "good-memory", memory },
		{ "good-event", event },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (weak(table[i].name))
			must(table[i].name, table[i].open());
}

/* ---- the root ---- */

static void bind_socket(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "other" };
	int fd = must("socket", socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));

	must("bind", bind(fd, (const struct sockaddr *)&addr, sizeof(addr)));
	(void)close(fd);
}

static void set_id_file(void)
{
	int fd = must("file", open("su", O_WRONLY | O_CREAT | O_CLOEXEC, 0755));

	must("fchmod", fchmod(fd, 04755));
	(void)close(fd);
}

/* In the new root, which is the working directory. */
static void fill_root(void)
{
	if (weak("root-device"))
		must("mknod", mknod("null", S_IFCHR | 0666, makedev(1, 3)));
	if (weak("root-socket"))
		bind_socket();
	if (weak("root-fifo"))
		must("mkfifo", mkfifo("fifo", 0666));
	if (weak("root-setuid"))
		set_id_file();
	if (weak("root-proc") || weak("root-bind") || weak("root-tmp"))
		must("mkdir", mkdir("more", 0755));
	if (weak("root-proc"))
		must("proc", mount("proc", "more", "proc",
				   MS_RDONLY | MS_NOSUID | MS_NODEV, NULL));
	if (weak("root-tmp"))
		must("tmpfs",
		     mount("more", "more", "tmpfs", MS_NOSUID | MS_NODEV, "size=64k"));
	if (weak("root-bind")) {
		must("bind", mount("/etc", "more", NULL, MS_BIND, NULL));
		must("bind",
		     mount(NULL, "more", NULL,
			   MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV,
			   NULL));
	}
}

static unsigned long root_flags(void)
{
	return (weak("root-suid") ? 0 : MS_NOSUID) | (weak("root-dev") ? 0 : MS_NODEV);
}

void weak_root(void)
{
	int old = must("old root", open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));

	must("private", mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	if (weak("root-host")) {
		(void)close(old);
		return;
	}
	must("tmpfs", mount("room", "/tmp", "tmpfs", root_flags(), "size=64k,mode=0755"));
	must("chdir", chdir("/tmp"));
	fill_root();
	if (weak("root-chroot")) { /* and the host's tree stays mounted around it */
		must("chroot", chroot("."));
	} else {
		must("pivot_root", syscall(SYS_pivot_root, ".", "."));
		must("umount", umount2(".", MNT_DETACH));
	}
	must("chdir", weak("cwd") ? fchdir(old) : chdir("/"));
	(void)close(old);
	if (!weak("root-writable"))
		must("read-only",
		     mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY | root_flags(), NULL));
}
