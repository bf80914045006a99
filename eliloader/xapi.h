/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xapi - calls to XAPI in one session.
 *
 * The session is opened with the first call and closed by xapi_close(), also after
 * failures and by signals (xapi_guard.h); when XAPI has forgotten it (SESSION_INVALID),
 * another one is opened, XAPI_LOGINS_MAX in all.  A call may be made twice (xapi_conn.h).
 *
 * Owns:   struct xapi: its connection and session; socket and subject are borrowed.
 * Errors: 0 or a negative errno, in @why a sentence that names call, subject and XAPI's
 *         own error, whose text is escaped: xapi_conn's, -EINVAL (a text that XML cannot
 *         hold), -ENOENT (UUID_INVALID, HANDLE_INVALID), -EEXIST (MAP_DUPLICATE_KEY),
 *         -EACCES (SESSION_...), -EXDEV (HOST_IS_SLAVE), -EREMOTEIO (any other).
 * Source: contract par. 3.7
 */
#pragma once
#include <stddef.h>

#include "eliloader/xapi_conn.h"
#include "eliloader/xmlrpc.h"

#define XAPI_SOCKET	"/var/lib/xcp/xapi"
#define XAPI_SOCKET_OLD "/var/xapi/xapi" /* before November 2012 */
#define XAPI_LOGINS_MAX 3
#define XAPI_LOGOUT_S	5 /* nobody waits longer for it than this */
#define XAPI_PARAMS_MAX 4
#define XAPI_CODE_MAX	64

struct xapi {
	struct xapi_conn conn;
	const char *subject; /* "VM 0123-...": what the calls are for */
	char *session;	     /* owned; NULL: none */
	char *logout;	     /* owned: the request that the guard sends */
	unsigned logins;
	char code
		[XAPI_CODE_MAX]; /* XAPI's name of the last failure; empty: not its own */
};

/* @socket NULL: the first of the two places that is there. */
void xapi_init(struct xapi *x, const char *socket, unsigned timeout_s,
	       const char *subject);
/* Log out and disconnect. */
void xapi_close(struct xapi *x);

/* @params: without the session, which goes first.  @ret_reply (may be NULL): what the
 * server answered; its member "Value" is the call's. */
int xapi_call(struct xapi *x, const char *method, const struct xmlrpc_param *params,
	      size_t count, struct xmlrpc_value **ret_reply, char *why, size_t size);
