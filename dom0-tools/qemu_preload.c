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
#include <limits.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

static char last_name[32]; /* of the terminal that was opened last */

/* The next number of @rest, which moves on; -1: there is none. */
static int take_number(const char **rest)
{
	char *end;
	long n = strtol(*rest, &end, 10);

	if (end == *rest || n < 0 || n > INT_MAX)
		return -1;
	*rest = *end ? end + 1 : end; /* over a colon or a blank */
	return (int)n;
}

/* As glibc declares it. */
__attribute__((visibility("default"))) int openpty(int *master, int *slave, char *name,
						   const struct termios *how,
						   const struct winsize *size)
{
	static const char *rest; /* qemu opens them one by one, in its first thread */
	int number;

	(void)size; /* qemu gives none */
	if (!rest)
		rest = secure_getenv("QEMU_ROOM_PTYS");
	if (!rest)
		rest = "";
	*master = take_number(&rest);
	*slave = take_number(&rest);
	number = take_number(&rest);
	if (number < 0) { /* no more */
		errno = ENOENT;
		return -1;
	}
	(void)snprintf(last_name, sizeof(last_name), "/dev/pts/%d", number);
	if (how && tcsetattr(*slave, TCSAFLUSH, how) < 0)
		return -1;
	if (name)
		memcpy(name, last_name,
		       strlen(last_name) + 1); /* no bound: openpty() has none */
	return 0;
}

/* Asked by qemu for the terminal it has just opened.  libc's would look at /dev/pts. */
__attribute__((visibility("default"))) char *ptsname(int fd)
{
	(void)fd;
	return last_name;
}
