/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "dom0-tools/qemu_needs.h"
#include "lib/cleanup.h"

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
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mode_t mask;
	int r;

	if (fd < 0)
		return -errno;
	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, strlen(path));
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
	autoclose int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	unsigned features = 0;

	if (fd < 0)
		return -errno;
	if (!name[0] || strlen(name) >= sizeof(ifr.ifr_name))
		return -EINVAL;
	memcpy(ifr.ifr_name, name, strlen(name));
	if (ioctl(fd, TUNGETFEATURES, &features) == 0 && (features & IFF_VNET_HDR))
		ifr.ifr_flags |= IFF_VNET_HDR; /* qemu asks for it, too */
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		return -errno;
	*ret_fd = steal_fd(&fd);
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

static int keep(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	if (flags < 0 || fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC) < 0)
		return -errno;
	return 0;
}

static int open_need(const struct qemu_need *n, unsigned domid)
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
	default:
		return 0; /* the launcher binds it */
	}
	return r < 0 ? r : place(fd, n->fd);
}

int qemu_needs_open(const struct qemu_plan *p, char *why, size_t why_size)
{
	static const char *const names[] = {
		[QEMU_NEED_LISTEN] = "listen on",    [QEMU_NEED_DISK] = "open disk",
		[QEMU_NEED_TAP] = "open tap device", [QEMU_NEED_KEEP] = "use descriptor",
		[QEMU_NEED_BIND] = "bind",	     [QEMU_NEED_VNC] = "make directory",
	};
	size_t i;

	for (i = 0; i < p->needs; i++) {
		const struct qemu_need *n = &p->need[i];
		int r = open_need(n, p->domid);

		if (r >= 0)
			continue;
		if (n->what)
			(void)snprintf(why, why_size, "cannot %s '%s': %s",
				       names[n->kind], n->what, strerror(-r));
		else if (n->kind == QEMU_NEED_KEEP)
			(void)snprintf(why, why_size, "cannot %s %d: %s", names[n->kind],
				       n->fd, strerror(-r));
		else
			(void)snprintf(why, why_size, "cannot %s '%s-%u': %s",
				       names[n->kind], QEMU_VNC_DIR, p->domid,
				       strerror(-r));
		return r;
	}
	return 0;
}
