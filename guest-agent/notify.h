/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify - tell systemd about the service's state.
 * Source: sd_notify(3), whose protocol is stable: one datagram to the socket that
 *         NOTIFY_SOCKET names.  libsystemd has no static archive.
 * Errors: none; nobody may be listening.
 */
#pragma once

/* @state: lines such as "READY=1". */
void notify_systemd(const char *state);
