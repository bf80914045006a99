/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xapi_conn - requests to XAPI over its socket, one connection for as many as can be.
 *
 * Each request has @timeout_s seconds for all of it, however the bytes trickle.  A
 * connection that the server closed since the last request is made anew.  One that it
 * closes on a request without a byte of answer, too, and the request is sent again: once,
 * and it may then be done twice, unless it was asked for with @once.  A request that was
 * certainly not read is sent again in any case.  A server that was there and has gone is
 * waited for, within the request's time.
 *
 * Owns:   struct xapi_conn: its descriptor.  The path is borrowed.
 * Errors: 0 or a negative errno, the sentence in @why: -ETIMEDOUT, -EPIPE (closed without
 *         an answer), -EBADMSG, -EFBIG (over XAPI_REPLY_MAX), connect()'s.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xapi_conn {
	const char *path;
	unsigned timeout_s;
	int fd;		/* -1: none */
	bool used;	/* it has carried a request and its answer */
	bool was_there; /* a connection could be made: a restart is waited for */
};

void xapi_conn_init(struct xapi_conn *c, const char *path, unsigned timeout_s);
void xapi_conn_close(struct xapi_conn *c);

/* POST an XML @body; the answer's body belongs to the caller.  @once: on a connection of
 * its own and never again, since the server would do it twice. */
int xapi_conn_post(struct xapi_conn *c, const char *body, size_t len, bool once,
		   char **ret_reply, size_t *ret_len, char *why, size_t size);
/* The bytes of such a request (free() it), for those who send it themselves. */
int xapi_conn_format(const char *body, size_t len, bool close, char **ret_text,
		     size_t *ret_len);
