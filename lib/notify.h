/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify - tell systemd about the service's state.
 * Source: sd_notify(3), whose protocol is stable: one datagram to the socket that
 *         NOTIFY_SOCKET names.  libsystemd has no static archive.
 * Owns:   the socket that notify_open() keeps, for the life of the process.
 * Errors: 0, also where there is no such socket, or a negative errno.
 */
#pragma once

/* Open the socket now and keep it: for a caller who can open none later. */
int notify_open(void);
/* @state: lines such as "READY=1". */
int notify_systemd(const char *state);
