/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox - enter a room without doors: what a process that parses outside bytes does
 * before the first of them.
 *
 * sandbox_enter() goes: namespaces, an empty root, rlimits, groups, gid, uid (and proof
 * that root cannot be had back), no_new_privs, seccomp.  Any failure is final: the caller
 * must end.  Descriptors that are open stay usable; libraries must be loaded and
 * anything to be read by path must be read before.
 *
 * Needs:  root with CAP_SYS_ADMIN, CAP_SYS_CHROOT, CAP_SETUID, CAP_SETGID.
 * Owns:   nothing; everything is borrowed for the call.
 * Errors: 0 or a negative errno; -EPERM also when root could be had back.
 * Source: namespaces(7), seccomp(2), capabilities(7)
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A file that the room shall have, read-only: what a resolver wants, say. */
struct sandbox_file {
	const char *path; /* absolute: inside and outside; absent outside: left out */
};

struct sandbox {
	uid_t uid;
	gid_t gid;
	bool network; /* keep the network namespace; else an empty one of its own */
	bool reserved_ports; /* keep CAP_NET_BIND_SERVICE (NFS servers want low ports) */
	const struct sandbox_file *files; /* ends with a NULL path; may be NULL */
	uint64_t memory_max;		  /* RLIMIT_AS, bytes; 0: as it is */
	uint64_t file_max;		  /* RLIMIT_FSIZE, bytes */
	unsigned fds_max;		  /* RLIMIT_NOFILE */
	unsigned cpu_s;			  /* RLIMIT_CPU; 0: as it is */
	unsigned processes; /* RLIMIT_NPROC of that uid: threads; 0: none may be made */
	/* System calls beyond those of reading, writing, memory, time and ending:
	 * names, ended by NULL; one the machine does not know is left out. */
	const char *const *calls;
};

int sandbox_enter(const struct sandbox *box);
/* The user a worker runs as: @name, or when there is none such, "nobody".  Root is
 * refused (-EPERM). */
int sandbox_user(const char *name, uid_t *ret_uid, gid_t *ret_gid);
