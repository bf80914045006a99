/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/daemon/bus_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void *bus_must(void *p)
{
	if (!p)
		abort(); /* out of memory in a test's helper: the test fails */
	return p;
}

int bus_add_client(struct bus *bus, int fd)
{
	struct client *c = bus_must(calloc(1, sizeof(*c)));

	c->fd = fd;
	c->number = ++bus->client_count;
	c->next = bus->clients;
	bus->clients = c;
	return 0;
}

/* ---- to the client ---- */

/* An error of write(): the client's library gives its descriptor up. */
static void client_drop(struct client *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
	c->ended = true;
	c->in_len = c->out_len = 0;
}

void client_put(struct client *c, const void *data, size_t len)
{
	if (c->fd < 0)
		return;
	if (c->out_len + len > c->out_room) {
		c->out_room = (c->out_len + len) * 2;
		c->out = bus_must(realloc(c->out, c->out_room));
	}
	memcpy(c->out + c->out_len, data, len);
	c->out_len += len;
}

void client_flush(struct client *c)
{
	ssize_t n;

	if (c->fd < 0 || c->out_len == 0)
		return;
	n = send(c->fd, c->out, c->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		client_drop(c);
		return;
	}
	if (n > 0) {
		c->out_len -= (size_t)n;
		memmove(c->out, c->out + n, c->out_len);
	}
}

/* A reply that the daemon is not asked for. */
static void client_answer(struct client *c, const struct message *m, uint32_t type,
			  const char *text)
{
	struct xsd_sockmsg hdr = m->hdr;

	hdr.type = type;
	hdr.len = (uint32_t)strlen(text) + 1;
	client_put(c, &hdr, sizeof(hdr));
	client_put(c, text, hdr.len);
}

/* ---- transactions ---- */

static struct transaction **transaction_find(struct client *c, uint32_t id)
{
	struct transaction **t = &c->transactions;

	while (*t && (*t)->id != id)
		t = &(*t)->next;
	return t;
}

static void transaction_forget(struct client *c, uint32_t id)
{
	struct transaction **at = transaction_find(c, id), *t = *at;

	if (!t)
		return;
	*at = t->next;
	free(t);
}

static void transaction_begin(struct bus *bus, struct client *c)
{
	struct transaction *t = bus_must(calloc(1, sizeof(*t)));

	t->generation = bus->generation;
	t->next = c->transactions;
	c->transactions = t;
}

/* Act on a request that is no watch. */
static void client_request(struct bus *bus, struct client *c, const struct message *m)
{
	bool end = m->hdr.type == XS_TRANSACTION_END;
	struct transaction *t = *transaction_find(c, m->hdr.tx_id);
	bool commit = m->hdr.len == 2 && memcmp(m->body, "T", 2) == 0;

	if (m->hdr.type == XS_TRANSACTION_START) {
		transaction_begin(bus, c);
	} else if (m->hdr.tx_id != 0 && !t) {
		client_answer(c, m, XS_ERROR, "ENOENT");
		return;
	} else if (end && !commit && !(m->hdr.len == 2 && memcmp(m->body, "F", 2) == 0)) {
		client_answer(c, m, XS_ERROR, "EINVAL");
		return;
	} else if (end && t && t->generation != bus->generation) {
		transaction_forget(c, t->id);
		client_answer(c, m, commit ? XS_ERROR : XS_TRANSACTION_END,
			      commit ? "EAGAIN" : "OK");
		return;
	}
	(void)bus_request(bus, c, &m->hdr, m->body);
}

void client_transaction_reply(struct client *c, const struct request *r, uint32_t type,
			      const char *body)
{
	struct transaction *t;

	if (r->msg.hdr.type == XS_TRANSACTION_END) {
		transaction_forget(c, r->msg.hdr.tx_id);
	} else if (r->msg.hdr.type == XS_TRANSACTION_START) {
		t = *transaction_find(c, 0);
		if (type == XS_ERROR)
			transaction_forget(c, 0);
		else if (t)
			t->id = (uint32_t)strtoul(body, NULL, 10);
	}
}

/* ---- watches ---- */

static void watch_free(struct watch *w)
{
	free(w->path);
	free(w->token);
	free(w);
}

static struct watch *watch_take(struct bus *bus, const struct client *c, const char *path,
				const char *token)
{
	struct watch **at, *w;

	for (at = &bus->watches; (w = *at); at = &w->next)
		if (w->client == c && strcmp(w->path, path) == 0 &&
		    strcmp(w->token, token) == 0) {
			*at = w->next;
			return w;
		}
	return NULL;
}

static void client_watch(struct bus *bus, struct client *c, const struct message *m)
{
	const char *path = m->body, *end = m->body + m->hdr.len, *token;
	struct request *r;
	struct watch *w;

	token = memchr(path, 0, m->hdr.len);
	if (!token || !memchr(token + 1, 0, (size_t)(end - token - 1))) {
		client_answer(c, m, XS_ERROR, "EINVAL");
		return;
	}
	token++;
	if (m->hdr.type == XS_UNWATCH) {
		w = watch_take(bus, c, path, token);
		if (!w) {
			client_answer(c, m, XS_UNWATCH, "OK"); /* as the kernel says */
			return;
		}
		(void)bus_request_watch(bus, c, XS_UNWATCH, w, m->hdr.req_id);
		watch_free(w);
	} else {
		w = bus_must(calloc(1, sizeof(*w)));
		w->client = c;
		w->id = bus->next_id++;
		w->path = bus_must(strdup(path));
		w->token = bus_must(strdup(token));
		r = bus_request_watch(bus, c, XS_WATCH, w, m->hdr.req_id);
		r->watch = w;
		/* the kernel knows it before it asks: the first event may come before the
		 * reply */
		w->next = bus->watches;
		bus->watches = w;
	}
	c->waiting = true;
}

void client_watch_reply(struct bus *bus, struct client *c, const struct request *r,
			uint32_t type)
{
	struct message m = { .hdr = { .type = r->msg.hdr.type, .req_id = r->caller_id } };

	c->waiting = false;
	if (r->watch && type == XS_ERROR) {
		(void)watch_take(bus, c, r->watch->path, r->watch->token);
		watch_free(r->watch);
		client_drop(c);
		return;
	}
	client_answer(c, &m, r->msg.hdr.type, "OK");
}

void client_watch_event(struct bus *bus, const struct xsd_sockmsg *hdr, const char *body)
{
	struct xsd_sockmsg event = { .type = XS_WATCH_EVENT };
	const char *token = memchr(body, 0, hdr->len);
	uint32_t id;

	if (!token)
		return;
	bus->events++;
	id = (uint32_t)strtoul(token + 1, NULL, 16);
	for (struct watch *w = bus->watches; w; w = w->next) {
		size_t path_len = (size_t)(token - body) + 1;

		if (w->id != id)
			continue;
		event.len = (uint32_t)(path_len + strlen(w->token) + 1);
		client_put(w->client, &event, sizeof(event));
		client_put(w->client, body, path_len);
		client_put(w->client, w->token, strlen(w->token) + 1);
		return;
	}
}

/* ---- from the client ---- */

bool bus_client_may_read(const struct bus *bus, const struct client *c)
{
	return c->fd >= 0 && !c->ended && !c->waiting && !bus->suspended &&
	       c->in_len < sizeof(c->in);
}

void bus_client_readable(struct bus *bus, struct client *c)
{
	ssize_t n;

	if (!bus_client_may_read(bus, c))
		return;
	n = recv(c->fd, c->in + c->in_len, sizeof(c->in) - c->in_len, MSG_DONTWAIT);
	if (n > 0)
		c->in_len += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		c->ended = true;
}

/* Act on the next whole message; false: there is none, or it has to wait. */
bool client_step(struct bus *bus, struct client *c)
{
	_Alignas(struct message) char copy[XENSTORE_PAYLOAD_MAX];
	struct message *m = (struct message *)(void *)copy;
	size_t len;

	if (c->waiting || bus->suspended || c->in_len < sizeof(m->hdr))
		return false;
	memcpy(copy, c->in, sizeof(m->hdr));
	len = sizeof(m->hdr) + (size_t)m->hdr.len;
	if (len > sizeof(c->in)) {
		client_drop(c); /* E2BIG of write() */
		return false;
	}
	if (c->in_len < len)
		return false;
	memcpy(copy, c->in, len);
	c->in_len -= len;
	memmove(c->in, c->in + len, c->in_len);
	if (m->hdr.type == XS_WATCH || m->hdr.type == XS_UNWATCH)
		client_watch(bus, c, m);
	else
		client_request(bus, c, m);
	return true;
}

/* What closing the device does; the client must have no request without a reply. */
void client_release(struct bus *bus, struct client *c)
{
	struct watch **at = &bus->watches, *w;
	struct transaction *t;

	while ((t = c->transactions)) {
		struct xsd_sockmsg hdr = { .type = XS_TRANSACTION_END,
					   .tx_id = t->id,
					   .len = 2 };

		/* one from before a resume is unknown to the daemon, or another's */
		if (t->generation == bus->generation)
			(void)bus_request(bus, NULL, &hdr, "F");
		c->transactions = t->next;
		free(t);
	}
	while ((w = *at)) {
		if (w->client != c) {
			at = &w->next;
			continue;
		}
		(void)bus_request_watch(bus, NULL, XS_UNWATCH, w, 0);
		*at = w->next;
		watch_free(w);
	}
	client_drop(c);
	free(c->out);
	free(c);
}
