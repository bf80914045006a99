/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_down [--free] DOMID PROGRAM ARG... - what xen-restrict does about handles, and
 * nothing else of it: PROGRAM gets restricted descriptors, and opens no devices any more
 * (the fake ones vanish).  With --free they are not restricted: a lie.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dom0-tools/xenrestrict.h"
#include "lib/io.h"
#include "tests/librestrict/number.h"

static int pass(const char *variable, int fd)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", fd);
	if (fcntl(fd, F_SETFD, 0) < 0)
		return -errno;
	return setenv(variable, text, 1) < 0 ? -errno : 0;
}

static int open_both(unsigned domid, int is_free, int fd[2])
{
	int r;

	if (is_free) {
		fd[0] = open("/dev/xen/evtchn", O_RDWR | O_CLOEXEC);
		fd[1] = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
		return fd[0] < 0 || fd[1] < 0 ? -errno : 0;
	}
	r = xenrestrict_fd_evtchn(domid, &fd[0]);
	return r < 0 ? r : xenrestrict_fd_privcmd(domid, &fd[1]);
}

int main(int argc, char *argv[])
{
	int fd[2], is_free = argc > 1 && strcmp(argv[1], "--free") == 0;

	argv += is_free;
	if (argc - is_free < 3 || io_reserve_std_fds() < 0)
		return 2;
	if (open_both(to_domid(argv[1]), is_free, fd) < 0 ||
	    pass("XENRESTRICT_EVTCHN_FD", fd[0]) < 0 ||
	    pass("XENRESTRICT_PRIVCMD_FD", fd[1]) < 0 ||
	    setenv("XENRESTRICT_DOMID", argv[1], 1) < 0 ||
	    setenv("FAKEDEV_KERNEL", "noevtchn noprivcmd", 1) < 0)
		return 1;
	(void)execvp(argv[2], argv + 2);
	return 127;
}
