/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify_kinds - what a descriptor is, from what stat and the link say; no system is
 * touched.
 * Source: proc(5), linux.git Documentation/admin-guide/devices.txt,
 *         include/uapi/linux/magic.h
 * Owns:   nothing; arguments are borrowed.
 * Errors: none: what is not known is VERIFY_KIND_OTHER.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum verify_kind {
	VERIFY_KIND_FILE,
	VERIFY_KIND_MEMORY, /* a memfd, or a file that has no name any more in shared memory */
	VERIFY_KIND_KERNEL, /* a file of proc, sysfs, cgroups, a namespace ... */
	VERIFY_KIND_DIRECTORY,
	VERIFY_KIND_PATH, /* opened with O_PATH */
	VERIFY_KIND_PIPE,
	VERIFY_KIND_SOCKET,
	VERIFY_KIND_EVENT,  /* an anonymous one that leads nowhere */
	VERIFY_KIND_ANON,   /* an anonymous one that does: io_uring, bpf, perf ... */
	VERIFY_KIND_PLAIN,  /* /dev/null, zero, full, random, urandom */
	VERIFY_KIND_EVTCHN, /* Xen's */
	VERIFY_KIND_PRIVCMD,
	VERIFY_KIND_GNTDEV,
	VERIFY_KIND_XEN, /* another one of Xen's, none of which can be restricted */
	VERIFY_KIND_TUN,
	VERIFY_KIND_DEVICE, /* some other character device */
	VERIFY_KIND_BLOCK,
	VERIFY_KIND_OTHER,
};

struct verify_descriptor {
	mode_t mode;
	unsigned major, minor; /* of the device it is */
	uint64_t fs;	       /* f_type of statfs(2) */
	unsigned flags;	       /* of open(2), as fdinfo has them */
	const char *link;
};

/* @misc: the text of /proc/misc, which has the numbers of Xen's devices. */
enum verify_kind verify_kind_of(const struct verify_descriptor *d, const char *misc);
const char *verify_kind_name(enum verify_kind kind);
/* The line "flags:" of an fdinfo file, which is octal.  -EBADMSG. */
int verify_flags_parse(const char *text, unsigned *ret);
