/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/xapi_http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/cleanup.h"
#include "lib/io.h"

void http_reply_init(struct http_reply *h, size_t body_max)
{
	*h = (struct http_reply){ .body_max = body_max };
}

void http_reply_done(struct http_reply *h)
{
	free(h->body);
	h->body = NULL;
}

/* "HTTP/1.1 200 OK" */
static int status_line(struct http_reply *h)
{
	const char *l = h->line;

	if (strncmp(l, "HTTP/1.", 7) != 0 || (l[7] != '0' && l[7] != '1') || l[8] != ' ')
		return -EBADMSG;
	for (int i = 9; i < 12; i++)
		if (l[i] < '0' || l[i] > '9')
			return -EBADMSG;
	if (l[12] != ' ' && l[12] != '\0')
		return -EBADMSG;
	h->status = (l[9] - '0') * 100 + (l[10] - '0') * 10 + (l[11] - '0');
	h->keep = l[7] == '1';
	h->state = HTTP_HEADER;
	return 0;
}

static int content_length(struct http_reply *h, const char *value)
{
	uint64_t length;
	int r = io_parse_u64(value, UINT64_MAX, &length);

	if (r < 0 || (h->have_length && length != h->left))
		return -EBADMSG;
	h->have_length = true;
	h->left = length;
	return 0;
}

/* One line "name: value" of the head. */
static int header(struct http_reply *h)
{
	char *colon = strchr(h->line, ':'), *value, *end;

	if (!colon || colon == h->line)
		return -EBADMSG;
	*colon = '\0';
	value = colon + 1 + strspn(colon + 1, " \t");
	end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	if (strcasecmp(h->line, "content-length") == 0)
		return content_length(h, value);
	if (strcasecmp(h->line, "transfer-encoding") == 0) {
		if (strcasecmp(value, "chunked") != 0 || h->chunked)
			return -EBADMSG;
		h->chunked = true;
	} else if (strcasecmp(h->line, "connection") == 0 &&
		   strcasecmp(value, "close") == 0) {
		h->keep = false;
	}
	return 0;
}

/* The empty line: what follows is known. */
static int head_end(struct http_reply *h)
{
	if (h->status < 200) { /* an interim reply: the real one follows */
		if (h->chunked || h->have_length)
			return -EBADMSG;
		h->state = HTTP_STATUS_LINE;
		return 0;
	}
	if (h->chunked && h->have_length)
		return -EBADMSG;
	if (h->have_length && h->left > h->body_max)
		return -EFBIG;
	if (h->chunked) {
		h->state = HTTP_CHUNK_SIZE;
	} else if (h->status == 204 || h->status == 304) {
		h->state = HTTP_DONE; /* these have no body */
	} else if (h->have_length) {
		h->state = h->left ? HTTP_BODY : HTTP_DONE;
	} else {
		h->state = HTTP_BODY_CLOSE;
		h->keep = false;
	}
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "1f;name=value" */
static int chunk_size(struct http_reply *h)
{
	const char *l = h->line;
	uint64_t size = 0;

	if (hex_digit(*l) < 0)
		return -EBADMSG;
	for (; hex_digit(*l) >= 0; l++) {
		if (size > h->body_max)
			return -EFBIG;
		size = size * 16 + (uint64_t)hex_digit(*l);
	}
	l += strspn(l, " \t");
	if (*l != '\0' && *l != ';')
		return -EBADMSG;
	if (size > h->body_max - h->body_len)
		return -EFBIG;
	h->left = size;
	h->state = size ? HTTP_CHUNK : HTTP_TRAILER;
	return 0;
}

/* A whole line, without its end. */
static int on_line(struct http_reply *h)
{
	bool empty = h->line_len == 0;

	switch (h->state) {
	case HTTP_STATUS_LINE:
		return status_line(h);
	case HTTP_HEADER:
		return empty ? head_end(h) : header(h);
	case HTTP_CHUNK_SIZE:
		h->head_len = 0; /* chunks may be many */
		return chunk_size(h);
	case HTTP_CHUNK_END:
		h->state = HTTP_CHUNK_SIZE;
		return empty ? 0 : -EBADMSG;
	default: /* HTTP_TRAILER: nobody wants them */
		if (empty)
			h->state = HTTP_DONE;
		return 0;
	}
}

/* Bytes of a line: how many were taken, or an error. */
static long feed_line(struct http_reply *h, const char *data, size_t len)
{
	const char *newline = memchr(data, '\n', len);
	size_t n = newline ? (size_t)(newline - data) : len;
	int r;

	if (n >= sizeof(h->line) - h->line_len || h->head_len + n > XAPI_HEAD_MAX)
		return -EFBIG;
	memcpy(h->line + h->line_len, data, n);
	h->line_len += n;
	h->head_len += n + 1;
	if (!newline)
		return (long)n;
	if (h->line_len && h->line[h->line_len - 1] == '\r')
		h->line_len--;
	h->line[h->line_len] = '\0';
	if (memchr(h->line, '\0', h->line_len))
		return -EBADMSG;
	r = on_line(h);
	h->line_len = 0;
	return r < 0 ? r : (long)n + 1;
}

static int grow(struct http_reply *h, size_t more)
{
	size_t need, room;
	char *body;

	if (more > h->body_max - h->body_len)
		return -EFBIG;
	need = h->body_len + more + 1;
	if (need <= h->body_room)
		return 0;
	room = need < 4096 ? 4096 : need * 2;
	if (room > h->body_max)
		room = h->body_max + 1;
	body = realloc(h->body, room);
	if (!body)
		return -ENOMEM;
	h->body = body;
	h->body_room = room;
	return 0;
}

static long feed_body(struct http_reply *h, const char *data, size_t len)
{
	size_t n = h->state == HTTP_BODY_CLOSE || len < h->left ? len : (size_t)h->left;
	int r = grow(h, n);

	if (r < 0)
		return r;
	memcpy(h->body + h->body_len, data, n);
	h->body_len += n;
	h->body[h->body_len] = '\0';
	if (h->state == HTTP_BODY_CLOSE)
		return (long)n;
	h->left -= n;
	if (h->left == 0)
		h->state = h->state == HTTP_BODY ? HTTP_DONE : HTTP_CHUNK_END;
	return (long)n;
}

static bool in_body(const struct http_reply *h)
{
	return h->state == HTTP_BODY || h->state == HTTP_BODY_CLOSE ||
	       h->state == HTTP_CHUNK;
}

int http_reply_feed(struct http_reply *h, const char *data, size_t len)
{
	while (len > 0 && h->state != HTTP_DONE) {
		long n = in_body(h) ? feed_body(h, data, len) : feed_line(h, data, len);

		if (n < 0)
			return (int)n;
		data += n;
		len -= (size_t)n;
	}
	if (len > 0)
		h->keep = false; /* nobody asked for what comes now */
	return h->state == HTTP_DONE;
}

int http_reply_end(struct http_reply *h)
{
	if (h->state != HTTP_BODY_CLOSE)
		return -EPIPE;
	h->state = HTTP_DONE;
	return 1;
}
