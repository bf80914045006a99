/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileges - the agent gives up what it does not need any more, in two steps:
 *
 *	open everything: configuration, xenstore (requests and watches), netlink, signals,
 *	clock, the helper's socket, files in /sys that are written to, notify_open()
 *	privileges_drop()	user, capabilities, limits, view of files (Landlock)
 *	start the threads	they inherit all of that
 *	privileges_seal()	system calls (seccomp), of all threads
 *	the first byte of outside that is not the configuration
 *
 * After the drop nothing privileged can be opened, and files below proc, sys, etc and
 * usr/lib, of --root too, only for reading.  After the seal there is no new socket,
 * process, thread or program either; what is open stays usable as it is.  Not root to
 * begin with: there is no user to change to, and the rest is done all the same.
 * docs/agent-sandbox.md has each restriction, its purpose and its test.
 *
 * Owns:   nothing.
 * Errors: 0 or a negative errno, told in the log; the caller must end then.  What a kernel
 *         does not have (Landlock, seccomp) is told at debug and done without.
 * Source: capabilities(7), landlock(7), seccomp(2), passwd(5)
 */
#pragma once

#define PRIVILEGES_USER	  "xe-guest-agent"
#define PRIVILEGES_NOBODY 65534 /* user and group where that one does not exist */

/* @rootfd: the directory that etc/passwd and what is read later lie below.
 * @user: the configured name, or NULL: PRIVILEGES_USER.  One that is absent, or root: a
 * line in the log, and PRIVILEGES_NOBODY instead. */
int privileges_drop(int rootfd, const char *user);
/* The caller's filter, and every other thread's. */
int privileges_seal(void);
/* First thing in a thread: before Linux 3.17 privileges_seal() reaches the caller only.
 * Does nothing where that reaches all; a failure is to end the thread. */
int privileges_seal_thread(void);
