/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/daemon/bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "tests/daemon/bus_client.h"
#include "tests/daemon/bus_log.h"

int bus_init(struct bus *bus, const char *dir, unsigned domid)
{
	memset(bus, 0, sizeof(*bus));
	bus->dir = dir;
	bus->domid = domid;
	bus->next_id = 1;
	return ring_open(&bus->ring, dir, domid);
}

/* ---- to the daemon ---- */

struct request *bus_request(struct bus *bus, struct client *c,
			    const struct xsd_sockmsg *hdr, const void *body)
{
	struct request *r = bus_must(calloc(1, sizeof(*r) + hdr->len + 1));
	struct request **tail = &bus->requests;

	r->client = c;
	r->caller_id = hdr->req_id;
	r->msg.hdr = *hdr;
	r->msg.hdr.req_id = bus->next_id++;
	memcpy(r->msg.body, body, hdr->len);
	while (*tail)
		tail = &(*tail)->next;
	*tail = r;
	if (c) {
		c->inflight++;
		bus->count[hdr->type < BUS_TYPES ? hdr->type : BUS_TYPES - 1]++;
	} else {
		bus->own++;
	}
	return r;
}

struct request *bus_request_watch(struct bus *bus, struct client *c, uint32_t type,
				  const struct watch *w, uint32_t caller_id)
{
	struct xsd_sockmsg hdr = { .type = type, .req_id = caller_id };
	char body[XENSTORE_PAYLOAD_MAX + 16];
	size_t path_len = strlen(w->path) + 1;
	int n;

	memcpy(body, w->path, path_len);
	n = snprintf(body + path_len, sizeof(body) - path_len, "%X", w->id);
	hdr.len = (uint32_t)(path_len + (size_t)n + 1);
	return bus_request(bus, c, &hdr, body);
}

static int fill_ring(struct bus *bus)
{
	bool wrote = false;

	for (struct request *r = bus->requests; r; r = r->next) {
		size_t len = sizeof(r->msg.hdr) + r->msg.hdr.len, n;

		if (r->sent == len)
			continue;
		n = ring_write(&bus->ring, (char *)&r->msg + r->sent, len - r->sent);
		r->sent += n;
		wrote |= n > 0;
		if (r->sent < len)
			break;
	}
	return wrote ? ring_notify(&bus->ring) : 0;
}

/* ---- from the daemon ---- */

static void take_reply(struct bus *bus, const struct xsd_sockmsg *hdr, const char *body)
{
	struct request **at = &bus->requests, *r;
	struct client *c;

	while ((r = *at) && r->msg.hdr.req_id != hdr->req_id)
		at = &r->next;
	if (!r) {
		log_warning("dom%u: a reply to no request (id %u)", bus->domid,
			    hdr->req_id);
		return;
	}
	*at = r->next;
	c = r->client;
	bus_log_request(bus, r, hdr, body);
	if (c) {
		struct xsd_sockmsg reply = *hdr;

		c->inflight--;
		reply.req_id = r->caller_id;
		client_transaction_reply(c, r, hdr->type, body);
		if (r->msg.hdr.type == XS_WATCH || r->msg.hdr.type == XS_UNWATCH) {
			client_watch_reply(bus, c, r, hdr->type);
		} else {
			client_put(c, &reply, sizeof(reply));
			client_put(c, body, reply.len);
		}
	} else if (hdr->type == XS_ERROR) {
		log_warning("dom%u: own request %s refused: %s", bus->domid,
			    bus_type_name(r->msg.hdr.type), body);
	}
	free(r);
}

static int drain_ring(struct bus *bus)
{
	bool read_any = false;

	for (;;) {
		size_t want = sizeof(bus->reply.hdr), n;

		if (bus->reply_len >= want)
			want += bus->reply.hdr.len;
		if (want > sizeof(bus->reply.bytes) - 1) {
			log_error("dom%u: a message of %u bytes; a kernel is lost here",
				  bus->domid, bus->reply.hdr.len);
			return -EMSGSIZE;
		}
		if (bus->reply_len < want) {
			n = ring_read(&bus->ring, bus->reply.bytes + bus->reply_len,
				      want - bus->reply_len);
			if (n == 0)
				break;
			bus->reply_len += n;
			read_any = true;
			continue;
		}
		bus->reply.bytes[want] = '\0';
		bus->reply_len = 0;
		if (bus->reply.hdr.type == XS_WATCH_EVENT)
			client_watch_event(bus, &bus->reply.hdr,
					   bus->reply.bytes + sizeof(bus->reply.hdr));
		else
			take_reply(bus, &bus->reply.hdr,
				   bus->reply.bytes + sizeof(bus->reply.hdr));
	}
	return read_any ? ring_notify(&bus->ring) : 0;
}

int bus_work(struct bus *bus)
{
	struct client **at = &bus->clients, *c;
	int r;

	ring_acknowledge(&bus->ring);
	/* a suspended guest does not run: what comes now waits, or is lost with the ring
	 */
	r = bus->suspended && bus_is_idle(bus) ? 0 : drain_ring(bus);
	if (r < 0)
		return r;
	while ((c = *at)) {
		while (client_step(bus, c))
			;
		client_flush(c);
		if (c->ended && c->inflight == 0 && !bus->suspended) {
			*at = c->next;
			client_release(bus, c);
		} else {
			at = &c->next;
		}
	}
	return fill_ring(bus);
}

/* ---- suspend and resume ---- */

bool bus_is_idle(const struct bus *bus)
{
	return !bus->requests;
}

void bus_suspend(struct bus *bus)
{
	bus->suspended = true;
}

void bus_cancel(struct bus *bus)
{
	bus->generation++;
	bus->suspended = false;
}

int bus_resume(struct bus *bus, unsigned domid)
{
	struct ring ring;
	int r = ring_open(&ring, bus->dir, domid);

	if (r < 0)
		return r;
	ring_close(&bus->ring);
	bus->ring = ring;
	bus->domid = domid;
	bus->reply_len = 0;
	for (const struct watch *w = bus->watches; w; w = w->next)
		(void)bus_request_watch(bus, NULL, XS_WATCH, w, 0);
	bus_cancel(bus);
	return 0;
}
