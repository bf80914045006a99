/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An object for LD_PRELOAD: qemu's pseudo-terminals (-serial pty) without /dev/ptmx and
 * without the host's /dev/pts in the room.  qemu-xen-restricted opens them before and names
 * them in QEMU_ROOM_PTYS: "MASTER:SLAVE:NUMBER", separated by blanks.  Each call of
 * openpty() gives the next; after the last it fails.
 *
 * Source: openpty(3), pts(4)
 */
#include <errno.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

static char last_name[32]; /* of the terminal that was opened last */

/* The next three numbers; -ENOENT: no more. */
static int next_pty(int *ret_master, int *ret_slave, unsigned *ret_number)
{
	static const char *rest; /* qemu makes them one by one, in its first thread */
	int n = 0;

	if (!rest)
		rest = secure_getenv("QEMU_ROOM_PTYS");
	if (!rest ||
	    sscanf(rest, "%d:%d:%u%n", ret_master, ret_slave, ret_number, &n) != 3)
		return -ENOENT;
	rest += n;
	return 0;
}

/* As glibc declares it. */
__attribute__((visibility("default"))) int openpty(int *master, int *slave, char *name,
						   const struct termios *how,
						   const struct winsize *size)
{
	unsigned number;

	(void)size; /* qemu gives none */
	if (next_pty(master, slave, &number) < 0) {
		errno = ENOENT;
		return -1;
	}
	(void)snprintf(last_name, sizeof(last_name), "/dev/pts/%u", number);
	if (how && tcsetattr(*slave, TCSAFLUSH, how) < 0)
		return -1;
	if (name)
		strcpy(name, last_name); /* whose room nobody knows: so is openpty() */
	return 0;
}

/* Asked by qemu for the terminal it has just opened.  libc's would look at /dev/pts. */
__attribute__((visibility("default"))) char *ptsname(int fd)
{
	(void)fd;
	return last_name;
}
