/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_profile - the [room] section of a profile: what a restricted program's room has.
 *
 *   handle evtchn|privcmd...  Xen handles that are opened, restricted and handed in
 *   xenstore yes|no           /xs, served by xenstore-broker (yes)
 *   net none|host             the network namespace (none: an empty one of its own)
 *   late yes|no               the program starts as root and restricts itself (no)
 *   exec yes|no               it may execute other programs of its room (no)
 *   fork yes|no               it may make processes; threads it may always (no)
 *   tasks NUMBER              threads and processes, all together (8)
 *   memory SIZE|none          memory.max of its control group (256m)
 *   limit NAME SIZE|none      a resource limit: room_limits has names and defaults
 *   call NAME...              system calls beyond the base list
 *   ioctl NAME|NUMBER...      request numbers: room_ioctl_number() has the names
 *   cap NAME...               of a late program, beyond setuid, setgid, sys_chroot
 *   device PATH               a device node that the room shall have (late programs)
 *   bind PATH [DST]           a file or directory, read-only
 *   bind-rw PATH [DST]        the same, writable
 *   dir PATH                  an empty directory that nobody can write
 *   library NAME              a shared library that is loaded by name (dlopen)
 *   env NAME=VALUE            in its environment
 * {domid} in a PATH stands for the domid.
 *
 * Source: this project; dom0-tools/profile.h has the form of the file.
 * Owns:   all it points to; room_profile_done().
 * Errors: 0 or a negative errno and a sentence; -ENOENT: no such profile or section.
 * Limits: TEXT_LIST_MAX.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "lib/text_list.h"

#define ROOM_LIMIT_AS_IS    UINT64_MAX
#define ROOM_TASKS_MAX	    4096 /* more is a mistake: it is there to stop a fork bomb */
#define ROOM_RLIMITS	    16	 /* RLIM_NLIMITS of Linux, whatever libc's headers say */
#define ROOM_INIT_TASKS	    1	 /* the room's own process 1, which has the uid, too */
#define ROOM_EVTCHN_FD	    30	 /* where the program finds its handles */
#define ROOM_PRIVCMD_FD	    31
#define ROOM_XENSTORE	    "/xs"
#define ROOM_USER_BASE	    0x70000000U
#define ROOM_DOMID_MAX	    0x7fefU	   /* above are Xen's special numbers */
#define ROOM_PROFILE	    "guest"	   /* when none is named */
#define ROOM_CGROUP	    "xen-restrict" /* its directory; in it one for each uid */
#define ROOM_HANDLE_EVTCHN  1U
#define ROOM_HANDLE_PRIVCMD 2U

struct room_bind {
	char *from, *to; /* owned; absolute */
	bool writable;
	bool device;
};

struct room_profile {
	unsigned handles; /* ROOM_HANDLE_ bits */
	bool xenstore, network, late, exec, fork;
	unsigned tasks;
	uint64_t memory_max; /* bytes; ROOM_LIMIT_AS_IS: none */
	/* by RLIMIT_ number; ROOM_LIMIT_AS_IS: as the launcher's; nproc is tasks and init */
	uint64_t limit[ROOM_RLIMITS];
	struct text_list calls, dirs, libraries, env;
	uint32_t *ioctls; /* owned */
	size_t ioctls_count;
	uint64_t caps;		 /* bits by number; 0 unless late */
	struct room_bind *binds; /* owned */
	size_t binds_count;
};

/* The limits that a profile can name, with what holds when it does not. */
struct room_limit {
	const char *name;
	int resource;
	uint64_t value;
	const char *why;
};
extern const struct room_limit room_limits[];
extern const size_t room_limits_count;

int room_profile_read(const char *name, unsigned domid, struct room_profile *ret,
		      char *why, size_t size);
void room_profile_done(struct room_profile *p);
#define autoroomprofile __attribute__((cleanup(room_profile_done)))

/* @word: "SRC[:DST]" of the command line.  -EINVAL: not an absolute path of plain
 * components. */
int room_profile_bind(struct room_profile *p, const char *word, bool writable);
/* -ENOENT: no such name (and no number). */
int room_ioctl_number(const char *name, uint32_t *ret_number);
/* As in capabilities(7) without "CAP_", in lower case; NULL: no such one. */
int room_cap_number(const char *name, unsigned *ret_number);
