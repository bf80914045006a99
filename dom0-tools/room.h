/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room - what xen-restrict prepares for a program, and the steps by which it does.
 *
 * Three processes: the launcher (root, outside, waits to the end), the room's process 1
 * (its child, in all new namespaces; it has the program's uid, no right, and calls for
 * waiting only) and the program.  Each runs a table of steps; each step has a name, which
 * is what is told when it fails.  Nothing is undone after a failure inside: the process
 * ends, and the launcher ends the rest.
 *
 *   room_steps_outside  the launcher, before anything is started
 *   room_steps_inside   process 1, up to its fork()
 *   room_steps_program  the program's process, up to its execveat()
 *   room_steps_start    the launcher, while the inside waits to be released
 *
 * Owns:   struct room owns what its comments say; room_done().
 * Errors: a step gives 0 or a negative errno and may leave a sentence in room->why
 *         (room_fail()); else it is the errno's text.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/filter.h>

#include "dom0-tools/room_profile.h"
#include "lib/libraries.h"

#define ROOM_WHY_MAX	 400 /* bytes of a sentence; a path of the longest is cut */
#define ROOM_STEP_MAX	 32
#define ROOM_KEEP_MAX	 32 /* descriptors handed on by --keep-fd */
#define ROOM_RUN_DIR	 "/run/xen-pv-tools"
#define ROOM_PROGRAM_PID 2  /* the first that process 1 makes */
#define ROOM_STOP_S	 10 /* between a signal to end and SIGKILL */
#define ROOM_ANYWHERE	 UINTPTR_MAX
#define ROOM_CGROUPS	 2 /* pids and memory; the unified hierarchy has one directory */

/* Everything is borrowed from the command line. */
struct room_options {
	unsigned domid;
	uid_t base;
	const char *profile;
	int keep[ROOM_KEEP_MAX];
	size_t keep_count;
	struct text_list binds, writes, env, lib_dirs; /* owned by the options */
	const char *pid_file;
	unsigned stop_s;
	bool require_cgroup, network, no_handles, no_xenstore, json, verbose;
	char **argv; /* the program and its arguments */
};

/* What a process of the inside tells the launcher; one that is whole, or none. */
struct room_report {
	char step[ROOM_STEP_MAX]; /* "": about to become the program */
	char why[ROOM_WHY_MAX];
};

struct room {
	const struct room_options *opt;
	struct room_profile profile; /* owned; with what the command line adds */
	char why[ROOM_WHY_MAX];
	uid_t uid; /* and gid: base + domid */
	int lock;  /* owned; -1: none */

	int program; /* owned descriptor; at number limit[RLIMIT_NOFILE] in the end */
	/* where the empty path lies by which it is executed: no process without rights can
	 * map anything there; ROOM_ANYWHERE: the host has no such place for us */
	uintptr_t path;
	struct libraries libraries;	     /* owned */
	struct text_list env;		     /* owned: all of the program's environment */
	struct sock_fprog calls, init_calls; /* owned: the filters */

	int evtchn, privcmd; /* owned; -1: none */

	int listener;	  /* owned: the socket that is /xs inside */
	int broker_ready; /* owned: its --ready-fd */
	pid_t broker;	  /* 0: none */
	char socket[64];  /* its path outside; "": none any more */

	char cgroup[ROOM_CGROUPS][128]; /* directories that we made; "": none */

	pid_t init;   /* 0: none */
	bool started; /* there was one */
	int link;     /* owned: to process 1; inside: to the launcher */
	int turn;     /* inside, owned: between process 1 and what becomes the program */
	pid_t program_pid; /* as the launcher sees it; 0: not started */
	bool pid_written;  /* to the pid file, which goes with the room */
};

struct room_step {
	const char *name;
	int (*run)(struct room *room);
	const char *what; /* for those who read the manifest */
};
extern const struct room_step room_steps_outside[], room_steps_start[],
	room_steps_inside[], room_steps_program[]; /* each ends with a NULL name */

/* All of @steps in order; the first that fails: its error and, in @ret_failed, which. */
int room_run(struct room *room, const struct room_step *steps,
	     const struct room_step **ret_failed);
/* Leaves a sentence for error @r, which is given back. */
__attribute__((format(printf, 3, 4))) int room_fail(struct room *room, int r,
						    const char *fmt, ...);
/* The profile and what the command line adds; what is wrong is told.  room_profile_done()
 * is due in any case. */
int room_read_profile(const struct room_options *opt, unsigned domid,
		      struct room_profile *ret);
/* A room that has its profile and nothing else; room_done() is due in any case. */
int room_open(struct room *room, const struct room_options *opt);
/* Ends what runs, removes what was made, closes what is open. */
void room_done(struct room *room);
/* All of it: the program's exit status (128 and its signal), or 1. */
int room_main(const struct room_options *opt);
/* What would be so, as text or JSON, nothing being started. */
int room_manifest(const struct room_options *opt);
