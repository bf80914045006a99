/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xapi_http - one HTTP/1.x reply, from bytes as they come.
 *
 * Takes bodies with a Content-Length, in chunks, and those that end with the connection;
 * passes over 1xx replies.  Both lengths at once, two that differ, a head over
 * XAPI_HEAD_MAX bytes and a body over @body_max are refused.
 *
 * Owns:   the body.
 * Errors: 0 or a negative errno; -EBADMSG: not such a reply.  -EFBIG: too long.
 * Source: RFC 9112
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XAPI_HEAD_MAX 16384 /* bytes of all head and trailer lines; XAPI's have 200 */

enum http_state {
	HTTP_STATUS_LINE,
	HTTP_HEADER,
	HTTP_BODY,	 /* @left bytes */
	HTTP_BODY_CLOSE, /* until the connection ends */
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK, /* @left bytes */
	HTTP_CHUNK_END,
	HTTP_TRAILER,
	HTTP_DONE,
};

struct http_reply {
	enum http_state state;
	int status; /* 200 */
	bool keep;  /* the connection can take another request */
	char *body; /* owned; body[body_len] is 0; may be NULL when empty */
	size_t body_len, body_room;
	size_t body_max; /* bytes */
	uint64_t left;
	bool chunked, have_length;
	char line[1024]; /* the one that has not ended yet */
	size_t line_len;
	size_t head_len; /* bytes of lines so far */
};

void http_reply_init(struct http_reply *h, size_t body_max);
void http_reply_done(struct http_reply *h);
#define autohttp __attribute__((cleanup(http_reply_done)))

/* 1: the reply is whole (bytes behind it make @keep false), 0: more must come. */
int http_reply_feed(struct http_reply *h, const char *data, size_t len);
/* The connection has ended: 1 when that makes the reply whole, else -EPIPE. */
int http_reply_end(struct http_reply *h);
