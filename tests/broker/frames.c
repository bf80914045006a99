/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames - a client of xenstore-broker that keeps no rule of the wire.
 *
 *	frames SOCKET DOM0_SOCKET COUNT SEED
 *
 * Every split of a request; the lengths at which a daemon stumbles; then COUNT frames,
 * random, mutated and put together, over several connections that come and go in the
 * midst of a frame.  A frame whose length is true and allowed has exactly one reply; a
 * longer one ends the connection.  In the end the store has changed only where domain 5
 * may change it.
 * Exit:   as TAP tests do.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/broker/oracle_hostile.h"
#include "tests/broker/oracle_link.h"
#include "tests/broker/oracle_side.h"
#include "tests/broker/oracle_snap.h"
#include "tests/tap.h"

#define CLIENTS	   5
#define BATCH_MAX  24
#define REOPEN_ONE 15 /* one in so many turns: the client leaves and comes back */

static const char *socket_path;
static struct message reply;

/* ---- single frames ---- */

/* Until the other side has taken all that was sent. */
static int wait_taken(const struct link *link)
{
	uint64_t end = io_now_ms() + LINK_WAIT_MS;
	const struct timespec pause = { .tv_nsec = 20000 };
	int left;

	while (ioctl(link->fd, SIOCOUTQ, &left) == 0 && left > 0) {
		if (io_now_ms() > end)
			return -ETIMEDOUT;
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

static size_t read_request(char *frame, uint32_t req_id, size_t *ret_len)
{
	static const char path[] = "/local/domain/5/name";
	const struct xsd_sockmsg h = { .type = XS_READ,
				       .req_id = req_id,
				       .len = sizeof(path) };

	memcpy(frame, &h, sizeof(h));
	memcpy(frame + sizeof(h), path, sizeof(path));
	return *ret_len = sizeof(h) + sizeof(path);
}

static bool answered_name(struct link *link, uint32_t req_id)
{
	return link_receive(link, &reply) == 0 && reply.h.type == XS_READ &&
	       reply.h.req_id == req_id && reply.h.len == 3 &&
	       memcmp(reply.body, "vm5", 3) == 0;
}

static int send_part(struct link *link, const char *bytes, size_t len)
{
	int r = link_send_raw(link, bytes, len);

	if (r == 0)
		r = link_pump(link);
	return r < 0 ? r : wait_taken(link);
}

static void test_splits(void)
{
	struct link link;
	char frame[64];
	size_t len, bad = 0, n = 0;

	if (!ok(link_open_socket(&link, "client", socket_path) == 0, "a client connects"))
		return;
	for (uint32_t at = 1; at < read_request(frame, at, &len); at++, n++)
		if (send_part(&link, frame, at) < 0 ||
		    send_part(&link, frame + at, len - at) < 0 ||
		    !answered_name(&link, at))
			bad++;
	ok(n == 36 && bad == 0, "each of %zu splits of a request has its answer", n);
	read_request(frame, 77, &len);
	for (size_t i = 0; i < len; i++)
		bad += send_part(&link, frame + i, 1) < 0;
	ok(bad == 0 && answered_name(&link, 77), "and byte by byte");
	link_close(&link);
}

/* Has the other side ended the connection, with nothing more to say? */
static bool closed(struct link *link)
{
	uint64_t end = io_now_ms() + LINK_WAIT_MS;

	while (io_now_ms() < end) {
		int r = link_pump(link);

		if (r == -ECONNRESET || r == -EPIPE)
			return link_take(link, &reply) == 0;
		if (r < 0)
			return false;
		(void)link_wait(link, 100);
	}
	return false;
}

static void test_length(uint32_t type, uint32_t len, bool allowed)
{
	const struct xsd_sockmsg h = { .type = type, .req_id = 5, .len = len };
	static const char zeros[XENSTORE_PAYLOAD_MAX];
	char frame[64];
	struct link link;
	size_t n;

	if (link_open_socket(&link, "client", socket_path) < 0) {
		ok(false, "type %u, length %u: connects", type, len);
		return;
	}
	(void)link_send_raw(&link, (const char *)&h, sizeof(h));
	(void)link_send_raw(&link, zeros, len < sizeof(zeros) ? len : sizeof(zeros));
	if (!allowed) {
		ok(closed(&link), "type %u, length %u: the connection is closed", type,
		   len);
	} else {
		read_request(frame, 6, &n);
		(void)link_send_raw(&link, frame, n);
		ok(link_receive(&link, &reply) == 0 && reply.h.req_id == 5 &&
			   (reply.h.type == XS_ERROR || reply.h.type == type) &&
			   answered_name(&link, 6),
		   "type %u, length %u: one answer, and the next request has its own",
		   type, len);
	}
	link_close(&link);
}

static void test_lengths(void)
{
	static const uint32_t wrong[] = { 4097,	      65536,	  0x7fffffff,
					  0x80000000, 0xfffffff0, 0xffffffff };

	for (uint32_t type = 0; type < 28; type++) {
		test_length(type, 0, true);
		test_length(type, 4096, true);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		test_length(XS_READ, wrong[i], false);
		test_length(XS_WRITE, wrong[i], false);
		test_length(0xffffffff, wrong[i], false);
	}
}

/* ---- very many ---- */

struct crowd {
	struct gen gen;
	struct link link[CLIENTS];
	char frame[BATCH_MAX][HOSTILE_MAX];
	size_t len[BATCH_MAX];
	uint32_t req_id;
	uint64_t sent, replies, cut, reopened;
	char why[200];
};

static int crowd_fail(struct crowd *c, int r, const char *what)
{
	(void)snprintf(c->why, sizeof(c->why), "%s: %s (frame %u, type %u)", what,
		       strerror(-r), c->req_id, reply.h.type);
	return r ? r : -EPROTO;
}

static int reopen(struct crowd *c, struct link *link)
{
	link_close(link);
	c->reopened++;
	return link_open_socket(link, "client", socket_path);
}

/* In pieces of any size, the broker reading at any time. */
static int send_pieces(struct crowd *c, struct link *link, const char *bytes, size_t len)
{
	bool whole = gen_random(&c->gen, 2);
	int r = 0;

	while (len > 0 && r == 0) {
		size_t n = whole ? len : 1 + gen_random(&c->gen, len);

		r = link_send_raw(link, bytes, n);
		if (r == 0)
			r = link_pump(link);
		bytes += n;
		len -= n;
	}
	return r;
}

static bool reply_fits(const char *frame)
{
	struct xsd_sockmsg h;

	memcpy(&h, frame, sizeof(h));
	return reply.h.req_id == h.req_id &&
	       (reply.h.tx_id == h.tx_id || reply.h.tx_id == 0) &&
	       (reply.h.type == h.type || reply.h.type == XS_ERROR) &&
	       reply.h.len <= XENSTORE_PAYLOAD_MAX;
}

static int batch(struct crowd *c, struct link *link)
{
	unsigned count = 1 + (unsigned)gen_random(&c->gen, BATCH_MAX);
	int r = 0;

	for (unsigned i = 0; i < count && r == 0; i++) {
		c->len[i] = hostile_frame(&c->gen, ++c->req_id, c->frame[i]);
		r = send_pieces(c, link, c->frame[i], c->len[i]);
		c->sent++;
	}
	if (r < 0)
		return crowd_fail(c, r, "a frame is not taken");
	for (unsigned i = 0; i < count; i++) {
		r = link_receive(link, &reply);
		if (r < 0)
			return crowd_fail(c, r, "no reply");
		if (!reply_fits(c->frame[i]))
			return crowd_fail(c, 0, "a reply of another request");
		c->replies++;
	}
	events_clear(&link->events);
	return 0;
}

/* A length that is not allowed, or an end in the midst of a frame. */
static int cut(struct crowd *c, struct link *link)
{
	char *frame = c->frame[0];
	size_t len = hostile_frame(&c->gen, ++c->req_id, frame);
	struct xsd_sockmsg h;

	c->cut++;
	c->sent++;
	if (gen_random(&c->gen, 2)) { /* it may leave before it is read */
		int r = send_pieces(c, link, frame, gen_random(&c->gen, len));

		return r < 0 ? crowd_fail(c, r, "a part is not taken") : reopen(c, link);
	}
	memcpy(&h, frame, sizeof(h));
	h.len = (uint32_t)(XENSTORE_PAYLOAD_MAX + 1 +
			   gen_random(&c->gen, gen_random(&c->gen, 2) ? 10 : 0xffffe000));
	memcpy(frame, &h, sizeof(h));
	(void)send_pieces(c, link, frame, len); /* it may be closed already */
	if (!closed(link))
		return crowd_fail(c, 0, "too long a frame does not end the connection");
	return reopen(c, link);
}

static int crowd_run(struct crowd *c, uint64_t count)
{
	int r = 0;

	for (int i = 0; i < CLIENTS && r == 0; i++)
		r = link_open_socket(&c->link[i], "client", socket_path);
	while (c->sent < count && r == 0) {
		struct link *link = &c->link[gen_random(&c->gen, CLIENTS)];

		if (gen_random(&c->gen, REOPEN_ONE) == 0)
			r = cut(c, link);
		else
			r = batch(c, link);
	}
	for (int i = 0; i < CLIENTS; i++)
		link_close(&c->link[i]);
	return r;
}

static void test_crowd(uint64_t count, uint64_t seed)
{
	autofree struct crowd *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return;
	gen_init(&c->gen, seed);
	c->gen.no_bursts = true;
	r = crowd_run(c, count);
	ok(r == 0 && c->sent >= count && c->cut > 0,
	   "%llu hostile frames: one reply for each whole one, no other",
	   (unsigned long long)c->sent);
	printf("# seed %llu: %llu frames, %llu replies, %llu connections cut%s%s\n",
	       (unsigned long long)seed, (unsigned long long)c->sent,
	       (unsigned long long)c->replies, (unsigned long long)c->cut, r ? "; " : "",
	       c->why);
}

/* What no client may do. */
static int spoil(struct link *dom0)
{
	static const char body[] = "/local/domain/7/made/here\0";
	int r = link_send(dom0, XS_WRITE, 0, 0, body, sizeof(body) - 1);

	return r < 0 ? r : link_receive(dom0, &reply);
}

int main(int argc, char *argv[])
{
	struct snap before = { 0 }, after = { 0 };
	uint64_t count, seed;
	struct link dom0;
	char why[300] = "";

	if (io_reserve_std_fds() < 0 || argc != 5 ||
	    io_parse_u64(argv[3], UINT64_MAX, &count) < 0 ||
	    io_parse_u64(argv[4], UINT64_MAX, &seed) < 0) {
		(void)fprintf(stderr, "usage: frames SOCKET DOM0_SOCKET COUNT SEED\n");
		return 2;
	}
	socket_path = argv[1];
	if (!ok(link_open_socket(&dom0, "dom0", argv[2]) == 0 &&
			store_setup(&dom0) == 0 &&
			snap_take(&dom0, ORACLE_GUEST, &before) == 0 &&
			before.count > 100,
		"dom0 sees the store"))
		return tap_done();
	test_splits();
	test_lengths();
	test_crowd(count, seed);
	ok(snap_take(&dom0, ORACLE_GUEST, &after) == 0 &&
		   snap_compare(&before, &after, why, sizeof(why)) == 0,
	   "nothing has changed where domain %d may change nothing (%zu and %zu nodes)",
	   ORACLE_GUEST, before.count, after.count);
	if (why[0])
		printf("# %s\n", why);
	snap_free(&after);
	ok(spoil(&dom0) == 0 && snap_take(&dom0, ORACLE_GUEST, &after) == 0 &&
		   snap_compare(&before, &after, why, sizeof(why)) == 1,
	   "a change there is found");
	snap_free(&before);
	snap_free(&after);
	link_close(&dom0);
	return tap_done();
}
