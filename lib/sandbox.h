/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox - enter a room without doors: what a process that parses outside bytes does
 * before the first of them.
 *
 * sandbox_enter() goes: namespaces, an empty root, rlimits, groups, gid, uid (and proof
 * that root cannot be had back), no_new_privs, seccomp.  Any failure is final: the caller
 * must end.  Descriptors that are open stay usable, but a directory among them is refused;
 * libraries must be loaded and anything to be read by path must be read before.  A system
 * call that is not allowed gives EPERM; docs/sandbox.md has them all.
 * The parent-death signal stays as it was, and SIGXFSZ is ignored (write() gives EFBIG).
 *
 * Needs:  root with CAP_SYS_ADMIN, CAP_SYS_CHROOT, CAP_SETUID, CAP_SETGID, CAP_SETPCAP;
 *         one thread; /proc.
 * Owns:   nothing; everything is borrowed for the call.
 * Errors: 0 or a negative errno; -EPERM also when root could be had back or a directory
 *         is open; -EBUSY: a second thread; -EALREADY: a second call; -ESRCH: the parent
 *         has died and should have taken us with it.
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
	/* RLIMIT_NPROC, which counts all that run as that uid; 0: no thread may be made.
	 * Never a process. */
	unsigned processes;
	/* System calls beyond those of reading, writing, memory, time and ending:
	 * names, ended by NULL; one the machine does not know is left out.  "socket"
	 * gives those of the internet only (AF_INET, AF_INET6). */
	const char *const *calls;
};

int sandbox_enter(const struct sandbox *box);
/* The user a worker runs as: @name, or when there is none such, @otherwise (NULL: none).
 * -ENOENT: neither exists.  -EPERM: it is root. */
int sandbox_user(const char *name, const char *otherwise, uid_t *ret_uid, gid_t *ret_gid);
