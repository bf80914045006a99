/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * network_serve - the privileged end of static addresses: xe-guest-network serve.
 *
 * Takes connections from a listening SOCK_SEQPACKET socket, one at a time, and on each
 * says what it can do (netconf_probe()), then does what is asked (netconf_apply()), as
 * network_wire.h has it.  Who is not of this process's own user is sent away: the agent
 * connects before it gives up root.  All that comes is checked again here; a wrong
 * message ends its connection.  It blocks, without cost, as long as nothing comes.
 *
 * Needs:  log_open().
 * Owns:   nothing beyond the call.
 * Errors: 0 or a negative errno, told in the log.
 */
#pragma once
#include <stdbool.h>

#define NETWORK_SOCKET	"/run/xe-guest-network/socket"
#define NETWORK_IDLE_MS 30000 /* without a client, before a server ends that may */

/* A listening socket at @path, mode 0600, in place of one that a killed server left; its
 * directory is made (one level).  For `serve --socket PATH`.
 * -EADDRINUSE: somebody listens there. */
int network_serve_listen(const char *path, int *ret_listen_fd);
/* The one that systemd handed over (sd_listen_fds(3)).  -ENOENT: none.  -EINVAL: not one
 * listening SOCK_SEQPACKET socket, or several. */
int network_serve_inherited(int *ret_listen_fd);

/* Until one of @signals (signals.h) comes (0).  A request under way is finished first.
 * @until_idle: or until there was no client for NETWORK_IDLE_MS (0): for who is started
 * again by the next one, as by systemd. */
int network_serve(int listen_fd, int signals, bool until_idle);
