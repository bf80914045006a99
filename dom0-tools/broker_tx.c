/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_tx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xen/io/xs_wire.h>

#include "lib/io.h"

struct tx *tx_find(struct tx_table *t, uint32_t id)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->tx[i].id == id)
			return &t->tx[i];
	return NULL;
}

struct tx *tx_add(struct tx_table *t, uint32_t upstream)
{
	struct tx *tx = &t->tx[t->count];

	if (t->count == TX_MAX)
		return NULL;
	do
		t->last_id++;
	while (t->last_id == 0 || tx_find(t, t->last_id)); /* 0 is "none" */
	*tx = (struct tx){ .id = t->last_id, .upstream = upstream };
	t->count++;
	return tx;
}

void tx_remove(struct tx_table *t, struct tx *tx)
{
	free(tx->seen);
	*tx = t->tx[--t->count];
}

/* FNV-1a: two paths with one hash are one node for us, which is a node for nothing. */
static uint64_t hash(const char *text, size_t len)
{
	uint64_t h = 0xcbf29ce484222325U;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 0x100000001b3U;
	return h;
}

static bool note(struct tx *tx, uint64_t h)
{
	for (unsigned i = 0; i < tx->looked; i++)
		if (tx->seen[i] == h)
			return true;
	if (!tx->seen)
		tx->seen = malloc(TX_NODES * sizeof(tx->seen[0]));
	if (!tx->seen || tx->looked == TX_NODES)
		return false;
	tx->seen[tx->looked++] = h;
	return true;
}

int tx_look(struct tx *tx, const char *path, const char *up)
{
	size_t len = strlen(path), end = strcmp(up, "/") == 0 ? 0 : strlen(up);

	if (strcmp(path, "/") == 0)
		len = 0;
	while (note(tx, hash(path, len))) {
		if (len <= end)
			return 0;
		do
			len--;
		while (len > 0 && path[len] != '/');
	}
	tx->failed = true;
	return -ENOSPC;
}

void scope_init(struct scope *sc, struct store *store, struct tx *tx)
{
	*sc = (struct scope){
		.store = store, .tx = tx, .id = tx ? tx->upstream : 0, .own = !tx
	};
}

unsigned scope_begin(struct scope *sc)
{
	store_begin(sc->store);
	sc->ends = false;
	sc->starts = sc->own && !sc->open;
	if (!sc->starts)
		return 0;
	sc->id = sc->store->next_tx;
	return store_add(sc->store, XS_TRANSACTION_START, 0, "", 1) + 1;
}

void scope_add_end(struct scope *sc, bool commit)
{
	if (!sc->own)
		return;
	store_add_text(sc->store, XS_TRANSACTION_END, sc->id, commit ? "T" : "F");
	sc->ends = true;
}

static int started_id(const struct store_reply *reply, uint32_t *ret_id)
{
	uint64_t id;

	if (reply->err < 0)
		return reply->err;
	if (reply->len == 0 || reply->body[reply->len - 1] != '\0' ||
	    io_parse_u64(reply->body, UINT32_MAX, &id) < 0 || id == 0)
		return -EPROTO;
	*ret_id = (uint32_t)id;
	return 0;
}

/* Was the transaction called what we guessed? */
static int check_guess(struct scope *sc)
{
	uint32_t id = 0;
	int r = started_id(store_reply(sc->store, 0), &id);

	if (r < 0)
		return r;
	sc->store->next_tx = id + 1;
	if (id == sc->id)
		return 0;
	store_begin(sc->store);
	store_add_text(sc->store, XS_TRANSACTION_END, id, "F");
	r = store_run(sc->store);
	return r < 0 ? r : -ERESTART;
}

int scope_run(struct scope *sc)
{
	int r = store_run(sc->store);

	if (r < 0)
		return r;
	if (sc->starts) {
		r = check_guess(sc);
		if (r < 0)
			return r;
		sc->starts = false;
		sc->open = true;
	}
	if (!sc->ends)
		return 0;
	sc->ends = sc->open = false;
	return store_reply(sc->store, sc->store->io->count - 1)->err;
}

void scope_cancel(struct scope *sc)
{
	if (!sc->own || !sc->open || store_is_lost(sc->store))
		return;
	sc->open = false;
	/* a failure shows at the next use of the connection */
	(void)store_ask(sc->store, XS_TRANSACTION_END, sc->id, "F", NULL);
}

int scope_start(struct store *store, uint32_t *ret_upstream)
{
	const struct store_reply *reply;
	uint32_t id = 0;
	int r = store_ask(store, XS_TRANSACTION_START, 0, "", &reply);

	if (r == 0)
		r = started_id(reply, &id);
	if (r < 0)
		return r;
	store->next_tx = id + 1;
	*ret_upstream = id;
	return 0;
}
