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

/* A program that the room shall have, or what one needs: as it is outside, read-only. */
struct sandbox_bind {
	const char *from; /* absolute */
	const char *to;	  /* absolute, inside */
	/* the loader of a dynamic program: a copy that can be executed and not be read,
	 * so that nobody of the same user can look into what runs by it */
	bool loader;
};

struct sandbox {
	uid_t uid;
	gid_t gid;
	bool network; /* keep the network namespace; else an empty one of its own */
	bool reserved_ports; /* keep CAP_NET_BIND_SERVICE (NFS servers want low ports) */
	const struct sandbox_file *files; /* ends with a NULL path; may be NULL */
	/* Programs that may be started, each by sandbox_program() in a child; ends with a
	 * NULL @from; may be NULL.  Files can be opened for reading then. */
	const struct sandbox_bind *programs;
	const char
		*disk; /* absolute; a block device node of the room's own; NULL: none */
	dev_t disk_number;   /* which device it is */
	uint64_t memory_max; /* RLIMIT_AS, bytes; 0: as it is */
	uint64_t file_max;   /* RLIMIT_FSIZE, bytes */
	unsigned fds_max;    /* RLIMIT_NOFILE */
	unsigned cpu_s;	     /* RLIMIT_CPU; 0: as it is */
	/* RLIMIT_NPROC, which counts all that run as that uid; 0: no thread may be made.
	 * Never a process. */
	unsigned processes;
	/* System calls beyond those of reading, writing, memory, time and ending:
	 * names, ended by NULL; one the machine does not know is left out.  "socket"
	 * gives those of the internet only (AF_INET, AF_INET6). */
	const char *const *calls;
};

int sandbox_enter(const struct sandbox *box);

/* A program of the room, to be run in a child that has been forked for it. */
struct sandbox_program {
	const char *const *argv;
	const char *const *env;
	pid_t parent;	     /* who forked: its end is the program's */
	uint64_t memory_max; /* RLIMIT_AS, bytes */
	unsigned cpu_s;	     /* RLIMIT_CPU */
	unsigned wall_s;     /* alarm() */
};
#define SANDBOX_PROGRAM_FDS 16 /* RLIMIT_NOFILE of a program */
#define SANDBOX_PROGRAM_FD  17 /* over it: what is executed can never be another one */

/* In the room: what is to be started is open as SANDBOX_PROGRAM_FD from now on. */
int sandbox_program_open(const char *path);
/* In a child: the program takes its place, with what is open below SANDBOX_PROGRAM_FDS and
 * is not close-on-exec, and with less than the room's: it reads and writes what is open,
 * opens for reading what is there, and neither forks nor executes another file. */
int sandbox_program(const struct sandbox_program *p);
/* In the room, who will start no more programs: from now on none is started, no process and
 * no pipe made, no file opened. */
int sandbox_narrow(void);
/* The user a worker runs as: @name, or when there is none such, @otherwise (NULL: none).
 * -ENOENT: neither exists.  -EPERM: it is root. */
int sandbox_user(const char *name, const char *otherwise, uid_t *ret_uid, gid_t *ret_gid);
