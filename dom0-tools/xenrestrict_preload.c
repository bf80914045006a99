/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libxenrestrict-preload.so - for programs that know nothing of libxenrestrict.
 *
 * xs_restrict() of a dynamic program becomes the one that works.  In a program that
 * xen-restrict(8) started, opening Xen's devices gives copies of the restricted
 * descriptors that it left (XENRESTRICT_PRIVCMD_FD, XENRESTRICT_EVTCHN_FD), so that
 * xenforeignmemory_open() and the like work in a room that has no devices.
 *
 * Source: the imports of libxencall, libxenevtchn, libxenforeignmemory and
 *         libxendevicemodel (objdump -T): open or open64
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/xenrestrict_priv.h"
#include "lib/io.h"

#undef xs_restrict

bool xs_restrict(struct xs_handle *h, unsigned domid);
int open64(const char *path, int flags, ...);
int openat64(int dir, const char *path, int flags, ...);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);

XENRESTRICT_API bool xs_restrict(struct xs_handle *h, unsigned domid)
{
	return xenrestrict_xs_restrict(h, domid);
}

/* ---- devices ---- */

/* The descriptor that stands for the device @path; -1: none. */
static int inherited(const char *path)
{
	static const struct {
		const char *path;
		const char *variable;
	} devices[] = {
		{ XR_PRIVCMD_PATH, "XENRESTRICT_PRIVCMD_FD" },
		{ XR_PRIVCMD_OLD_PATH, "XENRESTRICT_PRIVCMD_FD" },
		{ XR_EVTCHN_PATH, "XENRESTRICT_EVTCHN_FD" },
	};

	if (!path)
		return -1;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		const char *text;
		uint64_t fd;

		if (strcmp(path, devices[i].path) != 0)
			continue;
		text = secure_getenv(devices[i].variable);
		return text && io_parse_u64(text, INT32_MAX, &fd) == 0 ? (int)fd : -1;
	}
	return -1;
}

static int copy_of(int fd, int flags)
{
	return fcntl(fd, flags & O_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, 0);
}

/* The C library's, which is always there. */
static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(ap, mode_t)
								   : 0;
}

/* One of the C library's functions that open; @mode is for those that make a file. */
#define STANDS_IN(name, parameters, arguments)                                           \
	XENRESTRICT_API int name parameters                                              \
	{                                                                                \
		__typeof__(&(name)) real = next(#name);                                  \
		int fd = inherited(path);                                                \
		mode_t mode;                                                             \
		va_list ap;                                                              \
                                                                                         \
		va_start(ap, flags);                                                     \
		mode = mode_of(flags, ap);                                               \
		va_end(ap);                                                              \
		return fd >= 0 ? copy_of(fd, flags) : real arguments;                    \
	}

STANDS_IN(open, (const char *path, int flags, ...), (path, flags, mode))
STANDS_IN(open64, (const char *path, int flags, ...), (path, flags, mode))
STANDS_IN(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
STANDS_IN(openat64, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))

/* What open() is under _FORTIFY_SOURCE where the flags are not known beforehand. */
#define STANDS_IN_2(name)                                                                \
	XENRESTRICT_API int name(const char *path, int flags)                            \
	{                                                                                \
		__typeof__(&(name)) real = next(#name);                                  \
		int fd = inherited(path);                                                \
                                                                                         \
		return fd >= 0 ? copy_of(fd, flags) : real(path, flags);                 \
	}

STANDS_IN_2(__open_2)
STANDS_IN_2(__open64_2)
