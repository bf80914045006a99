/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qemu_args - libxl's command line for qemu, turned into one for a room without doors.
 *
 * Host paths become descriptors that are opened before and handed in: sockets to listen on
 * (fd=N), disks (/dev/fdset/N), tap devices (fd=N), pseudo-terminals (qemu_preload.c).  What
 * qemu opens by name only (kernel, ramdisk) becomes a read-only bind.  A VNC server moves to
 * a Unix socket, since the room has no network.  -chroot, -runas and -xen-domid-restrict are
 * taken away and set anew.  Everything else passes as it is: a path in it names nothing in
 * the room.
 *
 * Source: xen.git tools/libs/light/libxl_dm.c, libxl__build_device_model_args_new();
 *         qemu(1)
 * Owns:   a plan owns its strings; arguments are borrowed for the call.
 * Errors: 0 or a negative errno, and then a sentence in @why: -EINVAL an argument that is
 *         malformed or missing, -EOPNOTSUPP one that cannot be had in the room, -E2BIG over
 *         the limits, -ENOMEM, and what @is_block gave.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define QEMU_NEEDS_MAX 64   /* libxl: 2 sockets, 4 disks, 4 tap devices, some channels */
#define QEMU_ARGS_MAX  1024 /* words, ours among them */
#define QEMU_FD_FIRST  100  /* the numbers of ours; above libxl's and those of the room */
#define QEMU_ROOM_ROOT "/empty" /* where -chroot leads to, within the room */
#define QEMU_ROOM_VNC  "/vnc"	/* a directory with the VNC socket */

enum qemu_need_kind {
	QEMU_NEED_LISTEN, /* @what: a socket's path */
	QEMU_NEED_DISK,	  /* a file or block device */
	QEMU_NEED_TAP,	  /* the name of a network device */
	QEMU_NEED_KEEP,	  /* open already, by libxl */
	QEMU_NEED_BIND,	  /* a file to be seen read-only under its own name */
	QEMU_NEED_VNC,	  /* a writable directory, as QEMU_ROOM_VNC */
	QEMU_NEED_PTY,	  /* a new pseudo-terminal: master @fd, slave @fd + 1 */
};

struct qemu_need {
	enum qemu_need_kind kind;
	char *what; /* owned; NULL for KEEP, VNC and PTY */
	bool writable;
	int fd; /* the number it has to get; -1 for BIND and VNC */
};

struct qemu_plan {
	unsigned domid;
	uid_t uid;	 /* and gid; 0: libxl named none */
	bool run_with;	 /* qemu 9: -run-with, not -chroot and -runas */
	bool restricted; /* libxl's own dm_restrict=1 */
	bool incoming;	 /* a saved guest */
	char **argv;	 /* owned, ended by NULL; argv[0] is left NULL for the caller */
	size_t argc;
	struct qemu_need need[QEMU_NEEDS_MAX];
	size_t needs;
	int next_fd;
};

/* Whether @path is a block device: 1, a regular file: 0, else a negative errno. */
typedef int qemu_is_block(const char *path);

/* @argv[0] is skipped.  The last words, -xen-domid-restrict, -chroot and -runas, are added
 * by qemu_args_end(), once the uid is known. */
int qemu_args_read(int argc, char *const argv[], qemu_is_block *is_block,
		   struct qemu_plan *ret, char *why, size_t why_size);
int qemu_args_end(struct qemu_plan *p, uid_t uid);
void qemu_plan_done(struct qemu_plan *p);
#define autoqemuplan __attribute__((cleanup(qemu_plan_done)))

/* "key=value,key=value" with ",," for a comma in a value: the value of @key, a copy with
 * single commas, in *@ret_value.  -ENOENT: there is none. */
int qemu_opts_get(const char *text, const char *key, char **ret_value);
/* A copy of @text without the keys of @drop (ended by NULL) and with @add, if any, at its
 * end. */
char *qemu_opts_edit(const char *text, const char *const *drop, const char *add);
