/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

#include "dom0-tools/broker_path.h"
#include "dom0-tools/broker_wire.h"

#define READ_CHUNK 16384  /* bytes of room before each read */
#define STORE_KEEP 131072 /* bytes: what many full replies need is kept for the next */

static void events_drop(struct store *s)
{
	struct store_event *e;

	while ((e = store_take_event(s)))
		free(e);
}

void store_io_done(struct store_io *io)
{
	free(io->out);
	free(io->in);
	memset(io, 0, sizeof(*io));
}

void store_init(struct store *s, struct store_io *io, int fd)
{
	memset(s, 0, sizeof(*s));
	s->io = io;
	s->fd = fd;
	s->next_tx = 1;
}

void store_done(struct store *s)
{
	events_drop(s);
	free(s->rest);
	s->rest = NULL;
	s->rest_len = 0;
	if (s->fd >= 0)
		(void)close(s->fd); /* a socket: nothing is lost */
	s->fd = -1;
}

static int lost(struct store *s)
{
	if (s->fd >= 0)
		(void)close(s->fd); /* a socket: nothing is lost */
	s->fd = -1;
	free(s->rest);
	s->rest = NULL;
	s->rest_len = 0;
	return -EPIPE;
}

/* Room for @len more bytes; growth only, to what a batch ever needed. */
static bool grow(char **buf, size_t *room, size_t used, size_t len)
{
	size_t want = *room ? *room : 4096;
	char *p;

	while (want < used + len)
		want *= 2;
	if (want == *room)
		return true;
	p = realloc(*buf, want);
	if (!p)
		return false;
	*buf = p;
	*room = want;
	return true;
}

void store_begin(struct store *s)
{
	if (s->io->in_room > STORE_KEEP) { /* a list of oxenstored's that was very long */
		free(s->io->in);
		s->io->in = NULL;
		s->io->in_room = 0;
	}
	s->io->out_len = 0;
	s->io->in_len = 0;
	s->io->count = 0;
	s->io->got = 0;
}

unsigned store_add2(struct store *s, uint32_t type, uint32_t tx, const void *a,
		    size_t a_len, const void *b, size_t b_len)
{
	struct store_io *io = s->io;
	const struct xsd_sockmsg h = { .type = type,
				       .tx_id = tx,
				       .len = (uint32_t)(a_len + b_len) };

	assert(io->count < STORE_BATCH_MAX && a_len + b_len <= WIRE_PAYLOAD_MAX);
	if (!grow(&io->out, &io->out_room, io->out_len, sizeof(h) + a_len + b_len)) {
		(void)lost(s); /* store_run() tells */
		return 0;
	}
	memcpy(io->out + io->out_len, &h, sizeof(h));
	io->out_len += sizeof(h);
	if (a_len)
		memcpy(io->out + io->out_len, a, a_len);
	io->out_len += a_len;
	if (b_len)
		memcpy(io->out + io->out_len, b, b_len);
	io->out_len += b_len;
	io->sent_type[io->count] = type;
	return io->count++;
}

unsigned store_add(struct store *s, uint32_t type, uint32_t tx, const void *body,
		   size_t len)
{
	return store_add2(s, type, tx, body, len, NULL, 0);
}

unsigned store_add_text(struct store *s, uint32_t type, uint32_t tx, const char *text)
{
	return store_add(s, type, tx, text, strlen(text) + 1);
}

static bool event_waits(const struct store *s, const char *text, size_t len)
{
	const struct store_event *e;

	for (e = s->first; e; e = e->next)
		if (e->len == len && memcmp(e->text, text, len) == 0)
			return true;
	return false;
}

/* @text: two strings with their NULs. */
static int event_add(struct store *s, const char *text, size_t len)
{
	const char *nul = memchr(text, '\0', len);
	struct store_event *e;

	if (len == 0 || text[len - 1] != '\0' || nul == text + len - 1 ||
	    memchr(nul + 1, '\0', len) != text + len - 1)
		return -EPROTO;
	if (s->narrow && strcmp(text, s->narrow) != 0 && path_is_below(text, s->narrow))
		return 0;
	if (s->collapse && event_waits(s, text, len))
		return 0;
	if (s->events >= STORE_EVENTS_MAX || s->events_bytes + len > STORE_EVENTS_BYTES ||
	    !(e = malloc(sizeof(*e) + len))) {
		s->events_lost++;
		if (s->lost_total)
			++*s->lost_total;
		return 0;
	}
	memcpy(e->text, text, len);
	e->next = NULL;
	e->len = len;
	e->judged = false;
	e->token = e->text + (nul - text) + 1;
	if (s->last)
		s->last->next = e;
	else
		s->first = e;
	s->last = e;
	if (!s->unjudged)
		s->unjudged = e;
	s->events++;
	s->events_bytes += len;
	return 0;
}

struct store_event *store_take_event(struct store *s)
{
	struct store_event *e = s->first;

	if (!e)
		return NULL;
	s->first = e->next;
	if (!s->first)
		s->last = NULL;
	if (s->unjudged == e)
		s->unjudged = e->next;
	s->events--;
	s->events_bytes -= e->len;
	return e;
}

void store_judge_event(struct store *s, bool good)
{
	struct store_event *e = s->unjudged, *before = NULL;

	s->unjudged = e->next;
	if (good) {
		e->judged = true;
		return;
	}
	for (struct store_event *at = s->first; at != e; at = at->next)
		before = at;
	if (before)
		before->next = e->next;
	else
		s->first = e->next;
	if (s->last == e)
		s->last = before;
	s->events--;
	s->events_bytes -= e->len;
	free(e);
}

/* A whole message: an event, or the next reply. */
static int take_message(struct store *s, const struct xsd_sockmsg *h, size_t at)
{
	struct store_io *io = s->io;

	if (h->type == XS_WATCH_EVENT)
		return event_add(s, io->in + at, h->len);
	if (io->got >= io->count ||
	    (h->type != io->sent_type[io->got] && h->type != XS_ERROR))
		return -EPROTO;
	io->at[io->got] = at;
	io->reply[io->got] = (struct store_reply){ .type = h->type, .len = h->len };
	io->got++;
	return 0;
}

/* Go over the messages that are whole, from @*pos on. */
static int parse(struct store *s, size_t *pos)
{
	struct store_io *io = s->io;
	struct xsd_sockmsg h;
	int r = 0;

	while (r == 0 && io->in_len - *pos >= sizeof(h)) {
		memcpy(&h, io->in + *pos, sizeof(h));
		if (h.len > STORE_REPLY_MAX)
			return -EPROTO;
		if (io->in_len - *pos - sizeof(h) < h.len)
			break;
		r = take_message(s, &h, *pos + sizeof(h));
		*pos += sizeof(h) + h.len;
	}
	return r;
}

/* Some bytes more.  -EAGAIN: none are there. */
static int receive(struct store *s, int flags)
{
	struct store_io *io = s->io;
	ssize_t n;

	if (!grow(&io->in, &io->in_room, io->in_len, READ_CHUNK))
		return -ENOMEM;
	do
		n = recv(s->fd, io->in + io->in_len, io->in_room - io->in_len, flags);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n == 0 ? -EPIPE : -errno;
	io->in_len += (size_t)n;
	return 0;
}

static int send_all(struct store *s)
{
	size_t done = 0;

	while (done < s->io->out_len) {
		ssize_t n = send(s->fd, s->io->out + done, s->io->out_len - done,
				 MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* What came before in part goes before what comes now. */
static int restore_rest(struct store *s)
{
	if (s->rest_len == 0)
		return 0;
	if (!grow(&s->io->in, &s->io->in_room, 0, s->rest_len))
		return -ENOMEM;
	memcpy(s->io->in, s->rest, s->rest_len);
	s->io->in_len = s->rest_len;
	free(s->rest);
	s->rest = NULL;
	s->rest_len = 0;
	return 0;
}

static int save_rest(struct store *s, size_t pos)
{
	s->rest_len = s->io->in_len - pos;
	if (s->rest_len == 0)
		return 0;
	s->rest = malloc(s->rest_len);
	if (!s->rest) {
		s->rest_len = 0;
		return -ENOMEM;
	}
	memcpy(s->rest, s->io->in + pos, s->rest_len);
	return 0;
}

/* in[] does not move any more: replies get their bodies, errors their numbers. */
static int finish_replies(struct store_io *io)
{
	for (unsigned i = 0; i < io->count; i++) {
		struct store_reply *reply = &io->reply[i];

		reply->body = io->in + io->at[i];
		if (reply->type != XS_ERROR)
			continue;
		if (reply->len == 0 || reply->body[reply->len - 1] != '\0')
			return -EPROTO;
		reply->err = wire_error_number(reply->body, reply->len - 1);
	}
	return 0;
}

int store_run(struct store *s)
{
	struct store_io *io = s->io;
	size_t pos = 0;
	int r;

	if (store_is_lost(s))
		return -EPIPE;
	r = restore_rest(s);
	if (r == 0)
		r = send_all(s);
	while (r == 0 && io->got < io->count) {
		r = receive(s, 0);
		if (r == 0)
			r = parse(s, &pos);
	}
	if (r == 0)
		r = save_rest(s, pos);
	if (r == 0)
		r = finish_replies(io);
	return r == 0 ? 0 : lost(s);
}

const struct store_reply *store_reply(const struct store *s, unsigned index)
{
	assert(index < s->io->count);
	return &s->io->reply[index];
}

int store_ask(struct store *s, uint32_t type, uint32_t tx, const char *text,
	      const struct store_reply **ret_reply)
{
	int r;

	store_begin(s);
	store_add_text(s, type, tx, text);
	r = store_run(s);
	if (r < 0)
		return r;
	if (ret_reply)
		*ret_reply = store_reply(s, 0);
	return store_reply(s, 0)->err;
}

int store_read_events(struct store *s)
{
	size_t pos = 0;
	int r;

	if (store_is_lost(s))
		return -EPIPE;
	store_begin(s);
	r = restore_rest(s);
	if (r == 0)
		r = receive(s, MSG_DONTWAIT);
	if (r == 0 || r == -EAGAIN)
		r = parse(s, &pos);
	if (r == 0)
		r = save_rest(s, pos);
	return r == 0 ? 0 : lost(s);
}
