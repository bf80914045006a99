/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_run - start a program of the back end's and wait for its end.
 *
 * It is looked for in the system's own directories, gets no environment but PATH and
 * LC_ALL=C, no shell, no descriptor of ours, and a time limit; of what it prints the
 * beginning is kept.  Daemons that it leaves behind (a DHCP client) live on.
 *
 * Owns:   nothing.
 * Errors: 0 or a negative errno, said in @why.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "guest-agent/netconf_why.h"

#define NETCONF_RUN_OUTPUT 16384 /* bytes kept: 300 connections in nmcli's list */
#define NETCONF_RUN_QUICK  5000	 /* ms, for a question */
#define NETCONF_RUN_LONG   45000 /* ms, for a change: dhclient gives up after 30 s or so */

/* Is there a program @name?  Its path. */
bool netconf_has_program(const char *name, char *ret_path, size_t size);
/* @argv[0] is the name.  @ret_output (NUL-terminated, may be NULL) holds
 * NETCONF_RUN_OUTPUT bytes: both of its outputs, written also on failure.
 * -ENOENT: no such program.  -ETIMEDOUT: ended by us.  -EIO: its status was not 0. */
int netconf_run(const char *const argv[], unsigned limit_ms, char *ret_output,
		struct netconf_why *why);
