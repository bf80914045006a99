/* SPDX-License-Identifier: BSD-2-Clause */
/* HTTP replies: of all lengths, byte by byte and at once, hostile ones. */
#include "eliloader/xapi_http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tests/tap.h"

#define BODY_MAX 100
#define OK	 "HTTP/1.1 200 OK\r\n"

struct expected {
	const char *name, *text, *body;
	int r;	   /* of all of it, and then of the end when that said 0 */
	bool keep; /* another request may follow */
};

/* In pieces of @step bytes. */
static void feed(const struct expected *e, size_t step)
{
	autohttp struct http_reply h;
	size_t len = strlen(e->text), at = 0;
	int r = 0;

	http_reply_init(&h, BODY_MAX);
	while (at < len && r == 0) {
		size_t n = len - at < step ? len - at : step;
		autofree char *piece = malloc(n);

		if (!piece)
			abort();
		memcpy(piece, e->text + at, n); /* so that reading on is seen */
		r = http_reply_feed(&h, piece, n);
		at += n;
	}
	if (r == 0)
		r = http_reply_end(&h);
	ok(r == e->r && (r < 1 || (strcmp(h.body ? h.body : "", e->body) == 0 &&
				   h.body_len == strlen(e->body))),
	   "%s, by %zu", e->name, step);
	/* what follows the end is only seen with it */
	if (r == 1 && step == len)
		is_int(h.keep, e->keep, "whether the connection stays");
}

static void test_replies(void)
{
	static const struct expected cases[] = {
		{ "a length", OK "Content-Length: 3\r\n\r\nabc", "abc", 1, true },
		{ "bare newlines", "HTTP/1.1 200 OK\ncontent-length:3 \n\nabc", "abc", 1,
		  true },
		{ "an empty body", OK "Content-Length: 0\r\n\r\n", "", 1, true },
		{ "the largest body",
		  OK
		  "Content-Length: 100\r\n\r\n"
		  "0123456789012345678901234567890123456789012345678901234567890123456789"
		  "012345678901234567890123456789",
		  "0123456789012345678901234567890123456789012345678901234567890123456789"
		  "012345678901234567890123456789",
		  1, true },
		{ "the same length twice",
		  OK "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", "a", 1, true },
		{ "close", OK "Connection: Close\r\nContent-Length: 1\r\n\r\na", "a", 1,
		  false },
		{ "HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "a", 1,
		  false },
		{ "until the end", OK "\r\nabc", "abc", 1, false },
		{ "nothing until the end", OK "\r\n", "", 1, false },
		{ "chunks",
		  OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n01 ; "
		     "x=y\r\nd\r\n0\r\n\r\n",
		  "abcd", 1, true },
		{ "trailers",
		  OK "Transfer-Encoding: Chunked\r\n\r\na\r\n0123456789\r\n0\r\nX: "
		     "y\r\n\r\n",
		  "0123456789", 1, true },
		{ "an interim reply",
		  "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" OK "Content-Length: 1\r\n\r\na",
		  "a", 1, true },
		{ "no content", "HTTP/1.1 204 None\r\n\r\n", "", 1, true },
		{ "a status without a word", "HTTP/1.1 500\r\nContent-Length: 1\r\n\r\na",
		  "a", 1, true },
		{ "bytes behind", OK "Content-Length: 1\r\n\r\nabc", "a", 1, false },
		{ "nothing", "", NULL, -EPIPE, false },
		{ "half a head", OK "Content-Le", NULL, -EPIPE, false },
		{ "half a body", OK "Content-Length: 3\r\n\r\nab", NULL, -EPIPE, false },
		{ "half a chunk", OK "Transfer-Encoding: chunked\r\n\r\n3\r\nab", NULL,
		  -EPIPE, false },
		{ "no last chunk", OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
		  NULL, -EPIPE, false },
		{ "no HTTP", "SSH-2.0-x\r\n", NULL, -EBADMSG, false },
		{ "HTTP/2", "HTTP/2 200\r\n", NULL, -EBADMSG, false },
		{ "a status of letters", "HTTP/1.1 abc\r\n", NULL, -EBADMSG, false },
		{ "a long status", "HTTP/1.1 2000 OK\r\n", NULL, -EBADMSG, false },
		{ "a header without a colon", OK "X\r\n\r\n", NULL, -EBADMSG, false },
		{ "a header without a name", OK ": x\r\n\r\n", NULL, -EBADMSG, false },
		{ "a length of letters", OK "Content-Length: 3x\r\n\r\n", NULL, -EBADMSG,
		  false },
		{ "a negative length", OK "Content-Length: -3\r\n\r\n", NULL, -EBADMSG,
		  false },
		{ "no length in its line", OK "Content-Length:\r\n\r\n", NULL, -EBADMSG,
		  false },
		{ "a length over 64 bits",
		  OK "Content-Length: 18446744073709551616\r\n\r\n", NULL, -EBADMSG,
		  false },
		{ "two lengths", OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
		  NULL, -EBADMSG, false },
		{ "a length and chunks",
		  OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", NULL,
		  -EBADMSG, false },
		{ "another encoding", OK "Transfer-Encoding: gzip\r\n\r\n", NULL,
		  -EBADMSG, false },
		{ "a body that is too long", OK "Content-Length: 101\r\n\r\n", NULL,
		  -EFBIG, false },
		{ "the longest", OK "Content-Length: 18446744073709551615\r\n\r\n", NULL,
		  -EFBIG, false },
		{ "a chunk that is too long",
		  OK "Transfer-Encoding: chunked\r\n\r\n65\r\n", NULL, -EFBIG, false },
		{ "a chunk over 64 bits",
		  OK "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffffff\r\n", NULL,
		  -EFBIG, false },
		{ "chunks that are too long together",
		  OK "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n64\r\n", NULL, -EFBIG,
		  false },
		{ "a chunk without a size", OK "Transfer-Encoding: chunked\r\n\r\n\r\n",
		  NULL, -EBADMSG, false },
		{ "a chunk of letters", OK "Transfer-Encoding: chunked\r\n\r\n3z\r\nabc",
		  NULL, -EBADMSG, false },
		{ "a chunk that goes on",
		  OK "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", NULL, -EBADMSG,
		  false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		feed(&cases[i], 1);
		feed(&cases[i], 7);
		feed(&cases[i], strlen(cases[i].text) ? strlen(cases[i].text) : 1);
	}
}

/* Endless things end. */
static int feed_endless(const char *head, const char *piece)
{
	autohttp struct http_reply h;
	int r;

	http_reply_init(&h, BODY_MAX);
	r = http_reply_feed(&h, head, strlen(head));
	for (int i = 0; i < 100000 && r == 0; i++)
		r = http_reply_feed(&h, piece, strlen(piece));
	return r;
}

static void test_endless(void)
{
	is_int(feed_endless("", "x"), -EFBIG, "an endless line");
	is_int(feed_endless(OK, "X: y\r\n"), -EFBIG, "endless headers");
	is_int(feed_endless(OK "\r\n", "x"), -EFBIG, "an endless body");
	is_int(feed_endless(OK "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
	       -EFBIG, "endless chunks");
	is_int(feed_endless(OK "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n"),
	       -EFBIG, "endless trailers");
	is_int(feed_endless("", "HTTP/1.1 100 Continue\r\n\r\n"), -EFBIG,
	       "endless interim replies");
}

int main(void)
{
	test_replies();
	test_endless();
	return tap_done();
}
