/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xapi_guard - a session does not outlive the process when a signal ends it.
 *
 * While a logout request is set, SIGTERM, SIGINT, SIGHUP, SIGQUIT and SIGPIPE send it, on
 * a connection of its own and waiting at most XAPI_GUARD_S seconds, and then end the
 * process as they would have.  A signal that the program handles itself or ignores is
 * left alone: such a program closes its record store on its way out.  After SIGKILL
 * the session stays until XAPI itself forgets it.
 * One request for the process; not for threads.  Forked children do not send it.
 *
 * Owns:   nothing; what is set is borrowed until the next set or clear.
 * Errors: none; what cannot be done in a signal handler is lost.
 * Source: signal-safety(7)
 */
#pragma once
#include <signal.h>
#include <stddef.h>

#define XAPI_GUARD_S 2

/* @text: a whole HTTP request, sent to the socket @path. */
void xapi_guard_set(const char *path, const char *text, size_t len);
void xapi_guard_clear(void);
/* Between asking for a session and knowing it, the signals wait. */
void xapi_guard_hold(sigset_t *ret_old);
void xapi_guard_release(const sigset_t *old);
