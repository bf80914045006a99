/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * secrets - no byte of what its domain may not read reaches a client of xenstore-broker.
 *
 *	secrets SOCKET DOM0_SOCKET COUNT SEED [plant]
 *
 * A word is the value of each node that domain 5 cannot read, and the name of nodes below
 * them.  A second process, dom0, makes and removes such nodes, changes them, and flips
 * others between public and secret, value and permissions in one transaction.  Meanwhile
 * clients watch all they can, and send COUNT requests, good ones at what is secret,
 * random ones and hostile frames; every byte that comes is searched for the word, across
 * messages.
 * plant: the word is put where domain 5 may read it, once; then it must be found.
 * Exit:   as TAP tests do.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lib/io.h"
#include "tests/broker/oracle_hostile.h"
#include "tests/broker/oracle_link.h"
#include "tests/broker/oracle_paths.h"
#include "tests/broker/oracle_side.h"
#include "tests/broker/oracle_snap.h"
#include "tests/tap.h"

#define WORD	   "nobodyButItsOwnerMaySeeThis"
#define WORD_LEN   (sizeof(WORD) - 1)
#define CLIENTS	   4
#define BATCH_MAX  16
#define FLIP_NODES 6

/* ---- dom0 ---- */

struct dom0 {
	struct link link;
	struct message reply;
	struct gen gen;
	struct snap snap;
	bool public[FLIP_NODES];
};

static int request(struct dom0 *d, uint32_t type, uint32_t tx, const char *path,
		   const char *more, size_t more_len)
{
	char body[XENSTORE_PAYLOAD_MAX];
	size_t len = strlen(path) + 1;
	int r;

	memcpy(body, path, len);
	memcpy(body + len, more, more_len);
	r = link_send(&d->link, type, 0, tx, body, len + more_len);
	return r < 0 ? r : link_receive(&d->link, &d->reply);
}

/* A node and its permissions at once. */
static int put(struct dom0 *d, const char *path, const char *value, const char *list)
{
	size_t len = 0;
	uint32_t tx;
	int r = request(d, XS_TRANSACTION_START, 0, "", "", 0);

	if (r < 0)
		return r;
	tx = (uint32_t)strtoul(d->reply.body, NULL, 10);
	while (list[len])
		len += strlen(list + len) + 1;
	r = request(d, XS_WRITE, tx, path, value, strlen(value));
	if (r == 0 && d->reply.h.type != XS_ERROR)
		r = request(d, XS_SET_PERMS, tx, path, list, len);
	if (r == 0)
		r = request(d, XS_TRANSACTION_END, tx, "T", "", 0);
	return r; /* a conflict: another time */
}

/* dom0 opens and shuts it. */
static bool is_flipped(const struct snap_node *n)
{
	return strncmp(n->path, "/flip/", 6) == 0;
}

/* Not by itself or anything above it can the domain change who may read @n. */
static bool is_secret(const struct snap_node *n)
{
	return !n->readable && !n->writable && !is_flipped(n);
}

static int fill(struct dom0 *d, unsigned *ret_secrets)
{
	char path[600];
	int r = 0;

	*ret_secrets = 0;
	for (size_t i = 0; i < d->snap.count && r == 0; i++) {
		const struct snap_node *n = &d->snap.list[i];

		if (n->readable || is_flipped(n) || strlen(n->path) > 500)
			continue;
		r = request(d, XS_WRITE, 0, n->path, WORD, WORD_LEN);
		++*ret_secrets;
		(void)snprintf(path, sizeof(path), "%s/%s", n->path[1] ? n->path : "",
			       WORD);
		if (r == 0 && is_secret(n))
			r = put(d, path, WORD, "n0\0");
	}
	return r;
}

static int flip(struct dom0 *d)
{
	static const char *const shut[] = { "n0\0", "r0\0n5\0", "w0\0", "n0\0w5\0r5\0",
					    "r7\0n5\0" };
	static const char *const open[] = { "r0\0", "n0\0r5\0", "r7\0" };
	size_t i = gen_random(&d->gen, FLIP_NODES);
	char path[40];

	(void)snprintf(path, sizeof(path), "/flip/f%zu", i);
	d->public[i] = !d->public[i];
	if (d->public[i])
		return put(d, path, "public", open[gen_random(&d->gen, 3)]);
	return put(d, path, WORD, shut[gen_random(&d->gen, 5)]);
}

/* A secret node below a secret one comes, changes or goes. */
static int stir(struct dom0 *d)
{
	const struct snap_node *n;
	char path[700];

	do
		n = &d->snap.list[gen_random(&d->gen, d->snap.count)];
	while (!is_secret(n) || strlen(n->path) > 500);
	(void)snprintf(path, sizeof(path), "%s/%s%u", n->path[1] ? n->path : "", WORD,
		       (unsigned)gen_random(&d->gen, 3));
	switch (gen_random(&d->gen, 3)) {
	case 0:
		return request(d, XS_RM, 0, path, "", 0);
	case 1:
		return put(d, path, WORD, gen_random(&d->gen, 2) ? "n0\0" : "n7\0");
	default: /* where it is already: its list stays; else it is made with another's */
		return request(d, XS_WRITE, 0, n->path, WORD, WORD_LEN);
	}
}

/* Until it is killed. */
static void dom0_main(const char *socket, struct dom0 *d)
{
	int r;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail for a valid signal */
	r = link_open_socket(&d->link, "dom0", socket);
	while (r == 0) {
		r = gen_random(&d->gen, 2) ? flip(d) : stir(d);
		if (r == 0) /* each change is an event of 20 watches: some time for it */
			r = link_wait(&d->link, 2);
	}
	_exit(1);
}

/* ---- the clients ---- */

struct search {
	char tail[WORD_LEN]; /* of what came before */
	size_t tail_len;
	uint64_t found, bytes;
};

static void look(void *arg, const char *bytes, size_t len)
{
	struct search *s = arg;
	char seam[2 * WORD_LEN];
	size_t head = len < WORD_LEN - 1 ? len : WORD_LEN - 1, keep;

	s->bytes += len;
	memcpy(seam, s->tail, s->tail_len);
	memcpy(seam + s->tail_len, bytes, head);
	s->found += memmem(seam, s->tail_len + head, WORD, WORD_LEN) != NULL;
	s->found += memmem(bytes, len, WORD, WORD_LEN) != NULL;
	if (len >= WORD_LEN - 1) {
		memcpy(s->tail, bytes + len - (WORD_LEN - 1), WORD_LEN - 1);
		s->tail_len = WORD_LEN - 1;
		return;
	}
	keep = s->tail_len + len > WORD_LEN - 1 ? WORD_LEN - 1 - len : s->tail_len;
	memmove(s->tail, s->tail + s->tail_len - keep, keep);
	memcpy(s->tail + keep, bytes, len);
	s->tail_len = keep + len;
}

struct crowd {
	struct gen gen;
	struct link link[CLIENTS];
	struct search search[CLIENTS];
	uint32_t tx[CLIENTS]; /* one that was opened last, or 0 */
	uint32_t req_id;
	uint64_t sent, good, refused, events;
};

/* A path at which something is that the domain may not see, and what is beside it. */
static const char *target(struct crowd *c, const struct snap *snap, char *buf,
			  size_t size)
{
	const struct snap_node *n = &snap->list[gen_random(&c->gen, snap->count)];

	if (gen_random(&c->gen, 3) == 0)
		(void)snprintf(buf, size, "/flip/f%u",
			       (unsigned)gen_random(&c->gen, FLIP_NODES));
	else
		(void)snprintf(buf, size, "%.500s", n->path);
	return buf;
}

static size_t aimed_frame(struct crowd *c, const struct snap *snap, int client,
			  char *frame)
{
	static const uint32_t types[] = { XS_READ,	XS_READ,      XS_READ,
					  XS_READ,	XS_DIRECTORY, XS_DIRECTORY,
					  XS_GET_PERMS, XS_WATCH,     XS_DIRECTORY_PART };
	struct xsd_sockmsg h = { .req_id = c->req_id };
	char path[600], token[16];
	size_t len;

	h.type = types[gen_random(&c->gen, sizeof(types) / sizeof(types[0]))];
	h.tx_id = gen_random(&c->gen, 3) ? 0 : c->tx[client];
	(void)target(c, snap, path, sizeof(path));
	if (gen_random(&c->gen, 40) == 0) {
		h.type = XS_TRANSACTION_START;
		h.tx_id = 0;
		path[0] = '\0';
	} else if (gen_random(&c->gen, 40) == 0) {
		h.type = XS_TRANSACTION_END;
		(void)snprintf(path, sizeof(path), "F");
	}
	len = strlen(path) + 1;
	memcpy(frame + sizeof(h), path, len);
	if (h.type == XS_WATCH || h.type == XS_DIRECTORY_PART) {
		(void)snprintf(token, sizeof(token), "%u",
			       (unsigned)gen_random(&c->gen, 60));
		memcpy(frame + sizeof(h) + len, token, strlen(token) + 1);
		len += strlen(token) + 1;
	}
	h.len = (uint32_t)len;
	memcpy(frame, &h, sizeof(h));
	return sizeof(h) + len;
}

/* What a client that knows the word sends could come back to it; none does. */
static int one_frame(struct crowd *c, const struct snap *snap, int client)
{
	char frame[HOSTILE_MAX];
	size_t len;

	c->req_id++;
	if (gen_random(&c->gen, 4) == 0)
		len = hostile_frame(&c->gen, c->req_id, frame);
	else
		len = aimed_frame(c, snap, client, frame);
	c->sent++;
	return link_send_raw(&c->link[client], frame, len);
}

static int batch(struct crowd *c, const struct snap *snap)
{
	static struct message reply;
	int client = (int)gen_random(&c->gen, CLIENTS), r = 0;
	struct link *link = &c->link[client];
	unsigned count = 1 + (unsigned)gen_random(&c->gen, BATCH_MAX);

	for (unsigned i = 0; i < count && r == 0; i++)
		r = one_frame(c, snap, client);
	for (unsigned i = 0; i < count && r == 0; i++) {
		r = link_receive(link, &reply);
		if (r == 0 && reply.h.type == XS_TRANSACTION_START)
			c->tx[client] = (uint32_t)strtoul(reply.body, NULL, 10);
		c->good += reply.h.type != XS_ERROR;
		c->refused += reply.h.type == XS_ERROR;
	}
	c->events += link->events.count;
	events_clear(&link->events);
	return r;
}

static int watch_all(struct crowd *c)
{
	static const char *const bodies[] = { "/\0all", "/oracle\0o", "/flip\0f",
					      "/local/domain/7\0seven",
					      "/local/domain/0\0zero" };
	static struct message reply;
	int r = 0;

	for (int i = 0; i < CLIENTS * 5 && r == 0; i++) {
		const char *path = bodies[i % 5], *token = path + strlen(path) + 1;

		r = link_send(&c->link[i / 5], XS_WATCH, 0, 0, path,
			      strlen(path) + strlen(token) + 2);
		if (r == 0)
			r = link_receive(&c->link[i / 5], &reply);
		if (r == 0 && reply.h.type == XS_ERROR)
			r = -EPROTO;
	}
	return r;
}

static int crowd_run(struct crowd *c, const char *socket, const struct snap *snap,
		     uint64_t count)
{
	int r = 0;

	for (int i = 0; i < CLIENTS && r == 0; i++) {
		r = link_open_socket(&c->link[i], "client", socket);
		c->link[i].tap = look;
		c->link[i].tap_arg = &c->search[i];
	}
	if (r == 0)
		r = watch_all(c);
	while (c->sent < count && r == 0)
		r = batch(c, snap);
	for (int i = 0; i < CLIENTS; i++)
		link_close(&c->link[i]);
	return r;
}

/* ---- all ---- */

static int prepare(struct dom0 *d, const char *socket, bool plant)
{
	unsigned secrets = 0;
	int r = link_open_socket(&d->link, "dom0", socket);

	if (r == 0)
		r = store_setup(&d->link);
	for (int i = 0; i < FLIP_NODES && r == 0; i++)
		r = flip(d);
	if (r == 0)
		r = snap_take(&d->link, ORACLE_GUEST, &d->snap);
	if (r == 0)
		r = fill(d, &secrets);
	if (r == 0 && plant)
		r = put(d, "/flip/planted", WORD, "r0\0");
	if (r == 0 && plant) {
		snap_free(&d->snap);
		r = snap_take(&d->link, ORACLE_GUEST, &d->snap);
	}
	ok(r == 0 && secrets > 100, "%u nodes of %zu are secret", secrets, d->snap.count);
	link_close(&d->link);
	return r;
}

static void verdict(const struct crowd *c, bool plant)
{
	uint64_t found = 0, bytes = 0;

	for (int i = 0; i < CLIENTS; i++) {
		found += c->search[i].found;
		bytes += c->search[i].bytes;
	}
	ok(c->good > 0 && c->refused > 0 && c->events > CLIENTS * 5,
	   "they are served, refused and told of changes");
	if (plant)
		ok(found > 0, "what is planted is found");
	else
		ok(found == 0, "no byte of it came in %llu", (unsigned long long)bytes);
	printf("# %llu requests: %llu good, %llu refused, %llu events, %llu bytes, word "
	       "found %llu times\n",
	       (unsigned long long)c->sent, (unsigned long long)c->good,
	       (unsigned long long)c->refused, (unsigned long long)c->events,
	       (unsigned long long)bytes, (unsigned long long)found);
}

int main(int argc, char *argv[])
{
	static struct dom0 d;
	static struct crowd c;
	uint64_t count, seed;
	pid_t pid;
	int r, status;

	if (io_reserve_std_fds() < 0 || argc < 5 ||
	    io_parse_u64(argv[3], UINT64_MAX, &count) < 0 ||
	    io_parse_u64(argv[4], UINT64_MAX, &seed) < 0) {
		(void)fprintf(stderr,
			      "usage: secrets SOCKET DOM0_SOCKET COUNT SEED [plant]\n");
		return 2;
	}
	gen_init(&c.gen, seed);
	gen_init(&d.gen, seed + 1);
	if (prepare(&d, argv[2], argc > 5) < 0)
		return tap_done();
	pid = fork();
	if (pid == 0)
		dom0_main(argv[2], &d);
	r = crowd_run(&c, argv[1], &d.snap, count);
	ok(r == 0, "%llu requests are answered", (unsigned long long)c.sent);
	if (r < 0)
		printf("# %s\n", strerror(-r));
	ok(waitpid(pid, &status, WNOHANG) == 0, "dom0 was at work until the end");
	(void)kill(pid, SIGKILL); /* our own child, not waited for yet */
	(void)waitpid(pid, &status, 0);
	verdict(&c, argc > 5);
	snap_free(&d.snap);
	return tap_done();
}
