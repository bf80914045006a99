/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dom0-tools/broker_limit.h"
#include "dom0-tools/broker_request.h"
#include "lib/cleanup.h"

int session_new(struct broker *b, int fd, struct session **ret_session)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->b = b;
	s->fd = fd;
	store_init(&s->store, &b->io, -1);
	b->stats.sessions++;
	b->stats.sessions_total++;
	*ret_session = s;
	return 0;
}

void session_free(struct session *s)
{
	s->b->stats.sessions--;
	while (s->txs.count > 0)
		session_end_tx(s, &s->txs.tx[0], NODES_UNDONE);
	s->b->stats.watches -= s->watches.count;
	s->b->stats.queue -= s->out_end - s->out_start;
	store_done(&s->store); /* the daemon ends watches and transactions with it */
	watches_done(&s->watches);
	wire_in_done(&s->in);
	free(s->out);
	(void)close(s->fd); /* a socket: what is unsent is lost */
	free(s);
}

void session_end_tx(struct session *s, struct tx *tx, enum nodes_end end)
{
	bool lost = tx->asked && (tx->lost || store_is_lost(&s->store));

	nodes_tx_end(s->b, tx, end == NODES_UNDONE && lost ? NODES_MAYBE : end);
	tx_remove(&s->txs, tx);
	s->b->stats.transactions--;
}

/* Transactions died with the old connection. */
static void lose_transactions(struct session *s)
{
	for (unsigned i = 0; i < s->txs.count; i++)
		s->txs.tx[i].lost = true;
}

void session_give_store(struct session *s, int fd)
{
	bool first = !s->had_store;

	s->had_store = true;
	store_done(&s->store);
	store_init(&s->store, &s->b->io, fd);
	s->store.lost_total = &s->b->stats.events_lost;
	s->store.collapse = s->b->kind == STORE_C;
	if (first)
		return;
	lose_transactions(s);
	watch_set_again(s);
}

/* The daemons count transactions in 31 or 32 bits: go on with a new connection in time. */
static void renew_store(struct session *s)
{
	if (s->store.next_tx > SESSION_TX_MOST && s->txs.count == 0)
		store_done(&s->store);
}

bool session_wants_store(const struct session *s)
{
	return store_is_lost(&s->store) && !s->asked;
}

static bool queue_is_full(const struct session *s)
{
	return s->out_end - s->out_start > SESSION_QUEUE_STOP;
}

bool session_wants_read(const struct session *s)
{
	return !s->has_frame && !s->eof && !queue_is_full(s) && !store_is_lost(&s->store);
}

bool session_wants_write(const struct session *s)
{
	return s->out_end > s->out_start;
}

bool session_has_work(const struct session *s, unsigned *ret_cost)
{
	*ret_cost = s->header.type == XS_TRANSACTION_START ? LIMIT_COST_TRANSACTION
							   : LIMIT_COST_OPERATION;
	return s->has_frame && !queue_is_full(s) && !store_is_lost(&s->store) &&
	       !session_is_counting(s);
}

bool session_is_counting(const struct session *s)
{
	const struct walk *w = &s->b->walk;

	return s->counting && walk_is_on(w) && !walk_has_ended(w, s->counting_ns);
}

uint64_t session_counted_ns(const struct session *s, uint64_t old_ns)
{
	uint64_t now = s->b->now_ns;

	if (s->counting)
		return s->counting_ns;
	return now > old_ns ? now - old_ns : 0;
}

bool session_has_events(const struct session *s)
{
	return s->store.first && !queue_is_full(s) && !store_is_lost(&s->store);
}

bool session_is_over(const struct session *s)
{
	return s->eof && !s->has_frame && s->out_end == s->out_start;
}

/* The next request, if it is whole. */
static int take_frame(struct session *s)
{
	int r = wire_in_take(&s->in, &s->header, &s->body);

	if (r == 0 && wire_in_empty(&s->in))
		wire_in_rest(&s->in);
	s->has_frame = r == 1;
	return r < 0 ? r : 0;
}

int session_read(struct session *s)
{
	void *at;
	size_t room;
	ssize_t n;
	int r = wire_in_room(&s->in, &at, &room);

	if (r < 0)
		return r;
	n = recv(s->fd, at, room, MSG_DONTWAIT);
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		n = 0;
	} else if (n == 0) {
		s->eof = true;
	}
	wire_in_added(&s->in, (size_t)n);
	return take_frame(s);
}

int session_turn(struct session *s)
{
	int r = request_serve(s);

	if (r == -EPIPE && !s->again) {
		s->again = true; /* on a new connection, but not for ever */
		return 0;
	}
	if (r == -ERESTART)
		return 0; /* the domain is looked at first, then it is done again */
	if (r == -EINPROGRESS && !s->counting)
		s->counting_ns = s->b->now_ns;
	s->counting = r == -EINPROGRESS;
	if (s->counting) {
		s->b->stats.retries++; /* its next turn is paid as any */
		return 0;
	}
	s->again = false;
	renew_store(s);
	if (r == 0)
		r = take_frame(s);
	if (r == 0)
		r = session_flush(s);
	return r;
}

int session_events(struct session *s)
{
	int r = 0;

	if (session_has_events(s))
		r = watch_deliver(s);
	watch_judge(s); /* the rest, even if the client takes nothing: in time */
	return r == 0 ? session_flush(s) : r;
}

static int make_room(struct session *s, size_t len)
{
	size_t used = s->out_end - s->out_start, want = used + len;
	char *p;

	if (s->out_room - s->out_end >= len)
		return 0;
	if (s->out_room < want) {
		p = malloc(want);
		if (!p)
			return -ENOMEM;
		if (used)
			memcpy(p, s->out + s->out_start, used);
		free(s->out);
		s->out = p;
		s->out_room = want;
	} else {
		memmove(s->out, s->out + s->out_start, used);
	}
	s->out_start = 0;
	s->out_end = used;
	return 0;
}

int session_put(struct session *s, uint32_t type, uint32_t req_id, uint32_t tx_id,
		const void *body, size_t len)
{
	size_t total = sizeof(struct xsd_sockmsg) + len;
	int r = make_room(s, total);

	if (r < 0)
		return r;
	s->out_end += wire_put(s->out + s->out_end, type, req_id, tx_id, body, len);
	s->b->stats.queue += total;
	return 0;
}

int session_flush(struct session *s)
{
	while (s->out_end > s->out_start) {
		ssize_t n = send(s->fd, s->out + s->out_start, s->out_end - s->out_start,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			s->out_start += (size_t)n;
			s->b->stats.queue -= (size_t)n;
		}
	}
	free(s->out); /* an idle client has no buffer */
	s->out = NULL;
	s->out_start = s->out_end = s->out_room = 0;
	return 0;
}
