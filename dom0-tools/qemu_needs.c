/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dom0-tools/qemu_needs.h"
#include "lib/cleanup.h"
#include "lib/unix_socket.h"

int qemu_needs_is_block(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISBLK(st.st_mode))
		return 1;
	return S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

/* Whatever else lies there is not ours to remove: bind() will say so. */
static int remove_socket(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return 0;
	return unlink(path) < 0 ? -errno : 0;
}

static int open_listener(const char *path, int *ret_fd)
{
	struct sockaddr_un addr;
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mode_t mask;
	int r = fd < 0 ? -errno : unix_address(path, &addr);

	if (r >= 0)
		r = remove_socket(path);
	if (r < 0)
		return r;
	mask = umask(0077);
	r = bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno : 0;
	(void)umask(mask);
	if (r >= 0 && listen(fd, 1) < 0)
		r = -errno;
	if (r < 0)
		return r;
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int open_disk(const char *path, bool writable, int *ret_fd)
{
	autoclose int fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC |
					      O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return -EINVAL;
	/* O_NONBLOCK was for what might not have been a disk */
	if (fcntl(fd, F_SETFL, 0) < 0)
		return -errno;
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int open_tap(const char *name, int *ret_fd)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	autoclose int fd = -1;
	unsigned features = 0;

	if (!name[0] || strlen(name) >= sizeof(ifr.ifr_name))
		return -EINVAL;
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	memcpy(ifr.ifr_name, name, strlen(name));
	if (ioctl(fd, TUNGETFEATURES, &features) == 0 && (features & IFF_VNET_HDR))
		ifr.ifr_flags |= IFF_VNET_HDR; /* qemu asks for it, too */
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		return -errno;
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* Master and slave; the slave's number is what it has in /dev/pts. */
static int open_pty(int *ret_master, int *ret_slave, unsigned *ret_number)
{
	autoclose int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave = -1;
	char name[32];

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 ||
	    ioctl(master, TIOCGPTN, ret_number) < 0)
		return -errno;
	(void)snprintf(name, sizeof(name), "/dev/pts/%u", *ret_number);
	slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return -errno;
	*ret_master = steal_fd(&master);
	*ret_slave = steal_fd(&slave);
	return 0;
}

static int make_vnc_dir(unsigned domid)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), QEMU_VNC_DIR "-%u/socket", domid);
	(void)unlink(path); /* of an earlier domain with this domid */
	*strrchr(path, '/') = '\0';
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (lstat(path, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != 0 || (st.st_mode & 0077))
		return -EPERM;
	return 0;
}

/* @opened lands on the number @wanted, open over exec. */
static int place(int opened, int wanted)
{
	autoclose int fd = opened;

	if (fcntl(wanted, F_GETFD) >= 0)
		return -EEXIST;
	return dup2(fd, wanted) < 0 ? -errno : 0;
}

/* Both on their numbers, and in the text of all of them. */
static int place_pty(int wanted, char *ptys, size_t size)
{
	size_t used = strlen(ptys);
	int master = -1, slave = -1, r, r2;
	unsigned number = 0;

	r = open_pty(&master, &slave, &number);
	if (r < 0)
		return r;
	r = place(master, wanted);
	r2 = place(slave, wanted + 1);
	(void)snprintf(ptys + used, size - used, "%s%d:%d:%u", used ? " " : "", wanted,
		       wanted + 1, number);
	return r < 0 ? r : r2;
}

static int keep(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	if (flags < 0 || fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC) < 0)
		return -errno;
	return 0;
}

static int open_need(const struct qemu_need *n, unsigned domid, char *ptys, size_t size)
{
	int fd = -1, r;

	switch (n->kind) {
	case QEMU_NEED_LISTEN:
		r = open_listener(n->what, &fd);
		break;
	case QEMU_NEED_DISK:
		r = open_disk(n->what, n->writable, &fd);
		break;
	case QEMU_NEED_TAP:
		r = open_tap(n->what, &fd);
		break;
	case QEMU_NEED_KEEP:
		return keep(n->fd);
	case QEMU_NEED_VNC:
		return make_vnc_dir(domid);
	case QEMU_NEED_PTY:
		return place_pty(n->fd, ptys, size);
	default:
		return 0; /* the launcher binds it */
	}
	return r < 0 ? r : place(fd, n->fd);
}

/* What could not be had, for a sentence. */
static void say(const struct qemu_plan *p, const struct qemu_need *n, int err, char *why,
		size_t size)
{
	const char *text = strerror(-err);

	switch (n->kind) {
	case QEMU_NEED_KEEP:
		(void)snprintf(why, size, "cannot use descriptor %d: %s", n->fd, text);
		break;
	case QEMU_NEED_VNC:
		(void)snprintf(why, size, "cannot make '" QEMU_VNC_DIR "-%u': %s",
			       p->domid, text);
		break;
	case QEMU_NEED_PTY:
		(void)snprintf(why, size, "cannot open a pseudo-terminal: %s", text);
		break;
	case QEMU_NEED_LISTEN:
		(void)snprintf(why, size, "cannot listen on '%s': %s", n->what, text);
		break;
	default:
		(void)snprintf(why, size, "cannot open %s '%s': %s",
			       n->kind == QEMU_NEED_TAP ? "tap device" : "disk", n->what,
			       text);
	}
}

int qemu_needs_open(const struct qemu_plan *p, char *ptys, size_t ptys_size, char *why,
		    size_t why_size)
{
	size_t i;

	ptys[0] = '\0';
	for (i = 0; i < p->needs; i++) {
		const struct qemu_need *n = &p->need[i];
		int r = open_need(n, p->domid, ptys, ptys_size);

		if (r < 0) {
			say(p, n, r, why, why_size);
			return r;
		}
	}
	return 0;
}
