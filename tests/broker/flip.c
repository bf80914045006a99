/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flip - reads and writes through xenstore-broker while others take the right to away.
 *
 *	flip SOCKET STORE_DIR COUNT SEED [expect]
 *
 * Two adversaries flip permissions in a loop: dom0 at its socket, and domain 7, on its
 * ring, of nodes it owns.  Permissions and what a node holds change in one transaction,
 * so that what is read tells what was allowed: "denied" must never be read.  What a
 * denied client has written, made or removed all the same is found by who flips, who
 * looks in the transaction that ends the denial.  COUNT: the client's requests, and more
 * until both have flipped often enough.
 * expect: the client is one that sees all (dom0): both kinds must be found.
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
#include "tests/broker/oracle_gen.h"
#include "tests/broker/oracle_link.h"
#include "tests/tap.h"

#define CLIENTS 3
#define NODES	2  /* of each adversary */
#define FLIPS	20 /* of each, at least: as many requests more as that takes */

/* How a client is denied something, and how it is let in: lists whose owner is @. */
static const struct {
	const char *list;
	bool read, write;
} states[] = {
	{ "n@\0", false, false },	 { "b@\0", true, true },
	{ "b@\0n5\0", false, false },	 { "n@\0b5\0", true, true },
	{ "r@\0", true, false },	 { "n@\0w5\0", false, true },
	{ "n@\0r5\0b5\0", true, false },
};
#define STATES (sizeof(states) / sizeof(states[0]))

/* What the processes tell one another. */
struct shared {
	bool stop;
	struct {
		uint64_t flips, illegal;
		bool broken;
		char why[160];
	} who[2];
};

struct flipper {
	struct link link;
	struct gen gen;
	struct shared *shared;
	int number;   /* 0 dom0, 1 domain 7 */
	char owner;   /* '0' or '7' */
	size_t state; /* of all its nodes, now */
	uint64_t turn;
	struct message reply;
};

static const char *const homes[2] = { "/flip", "/local/domain/7/data/flip" };

/* ---- who flips ---- */

static int ask(struct link *link, uint32_t type, uint32_t tx, const char *body,
	       size_t len, struct message *reply)
{
	int r = link_send(link, type, 0, tx, body, len);

	return r < 0 ? r : link_receive(link, reply);
}

static void illegal(struct flipper *f, const char *what, const char *node)
{
	f->shared->who[f->number].illegal++;
	(void)snprintf(f->shared->who[f->number].why, sizeof(f->shared->who[0].why),
		       "%s of %s in turn %llu, state %zu: '%.30s'", what, node,
		       (unsigned long long)f->turn, f->state, f->reply.body);
}

/* In the transaction that ends it: did the last state keep what it should? */
static int look_back(struct flipper *f, uint32_t tx, const char *node)
{
	char path[80], value[40];
	int r;

	r = ask(&f->link, XS_READ, tx, node, strlen(node) + 1, &f->reply);
	if (r < 0 || f->turn == 0 || states[f->state].write)
		return r;
	(void)snprintf(value, sizeof(value), "%s %llu",
		       states[f->state].read ? "allowed" : "denied",
		       (unsigned long long)f->turn);
	if (strcmp(f->reply.body, value) != 0)
		illegal(f, "a write", node);
	(void)snprintf(path, sizeof(path), "%s/dir", node);
	r = ask(&f->link, XS_DIRECTORY, tx, path, strlen(path) + 1, &f->reply);
	if (r == 0 && (f->reply.h.type == XS_ERROR || f->reply.h.len > 0))
		illegal(f, "a creation or removal", path);
	return r;
}

static int set_list(struct flipper *f, uint32_t tx, const char *path, size_t state)
{
	char body[120];
	size_t len = strlen(path) + 1;
	int r;

	memcpy(body, path, len);
	for (const char *p = states[state].list; *p; p += strlen(p) + 1) {
		memcpy(body + len, p, strlen(p) + 1);
		if (p[1] == '@')
			body[len + 1] = f->owner;
		len += strlen(p) + 1;
	}
	r = ask(&f->link, XS_SET_PERMS, tx, body, len, &f->reply);
	return r < 0 ? r : f->reply.h.type == XS_ERROR ? -EPROTO : 0;
}

static int remake(struct flipper *f, uint32_t tx, const char *node, size_t state)
{
	char path[80], body[120];
	int r, n;

	r = ask(&f->link, XS_RM, tx, node, strlen(node) + 1, &f->reply);
	n = snprintf(body, sizeof(body), "%s%c%s %llu", node, 0,
		     states[state].read ? "allowed" : "denied",
		     (unsigned long long)f->turn + 1);
	if (r == 0)
		r = ask(&f->link, XS_WRITE, tx, body, (size_t)n, &f->reply);
	(void)snprintf(path, sizeof(path), "%s/dir", node);
	if (r == 0)
		r = ask(&f->link, XS_MKDIR, tx, path, strlen(path) + 1, &f->reply);
	if (r == 0)
		r = set_list(f, tx, path, state);
	return r == 0 ? set_list(f, tx, node, state) : r;
}

/* 1: it has to be done again. */
static int flip_once(struct flipper *f, size_t state)
{
	uint64_t before = f->shared->who[f->number].illegal;
	uint32_t tx;
	int r = ask(&f->link, XS_TRANSACTION_START, 0, "", 1, &f->reply);

	if (r < 0 || f->reply.h.type == XS_ERROR)
		return r < 0 ? r : -EPROTO;
	tx = (uint32_t)strtoul(f->reply.body, NULL, 10);
	for (int i = 0; i < NODES && r == 0; i++) {
		char node[60];

		(void)snprintf(node, sizeof(node), "%s/n%d", homes[f->number], i);
		r = look_back(f, tx, node);
		if (r == 0)
			r = remake(f, tx, node, state);
	}
	if (r == 0)
		r = ask(&f->link, XS_TRANSACTION_END, tx, "T", 2, &f->reply);
	else if (r ==
		 -EPROTO) /* xenstored: someone made it again since it was removed here */
		r = ask(&f->link, XS_TRANSACTION_END, tx, "F", 2, &f->reply) < 0 ? -EIO
										 : 1;
	if (r != 0 || f->reply.h.type != XS_ERROR) {
		if (r > 0)
			f->shared->who[f->number].illegal = before;
		return r;
	}
	/* the transaction may have seen half of what is there now */
	f->shared->who[f->number].illegal = before;
	return strcmp(f->reply.body, "EAGAIN") == 0 ? 1 : -EPROTO;
}

static int flipper_run(struct flipper *f)
{
	while (!__atomic_load_n(&f->shared->stop, __ATOMIC_RELAXED)) {
		size_t state = gen_random(&f->gen, STATES);
		int r;

		do
			r = flip_once(f, state);
		while (r > 0);
		if (r < 0)
			return r;
		f->state = state;
		f->turn++;
		f->shared->who[f->number].flips++;
		/* sometimes a while in which a client gets something done */
		for (uint64_t n = gen_random(&f->gen, 4) * 20; n > 0; n--)
			(void)link_wait(&f->link, n % 20 == 0);
	}
	return 0;
}

static void flipper_main(struct shared *shared, int number, const char *dir,
			 uint64_t seed)
{
	static struct flipper f;
	char path[200];
	int r;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail for a valid signal */
	f.shared = shared;
	f.number = number;
	f.owner = number ? '7' : '0';
	gen_init(&f.gen, seed + (uint64_t)number);
	(void)snprintf(path, sizeof(path), "%s/socket", dir);
	r = number ? link_open_ring(&f.link, "domain 7", dir, ORACLE_OTHER)
		   : link_open_socket(&f.link, "dom0", path);
	if (r == 0)
		r = flipper_run(&f);
	if (r < 0) {
		shared->who[number].broken = true;
		(void)snprintf(shared->who[number].why, sizeof(shared->who[0].why),
			       "%s: '%.60s'", strerror(-r), f.reply.body);
	}
	_exit(r < 0);
}

/* ---- the client ---- */

struct client {
	struct link link;
	uint32_t tx; /* 0: none */
};

struct counts {
	uint64_t requests, read, denied, written, leaks;
	char leak[100];
};

static void choose(struct gen *gen, char *path, size_t size)
{
	static const char *const tails[] = {
		"", "", "", "/dir", "/dir/made", "/dir/a/b"
	};

	(void)snprintf(path, size, "%s/n%d%s", homes[gen_random(gen, 2)],
		       (int)gen_random(gen, NODES),
		       tails[gen_random(gen, sizeof(tails) / sizeof(tails[0]))]);
}

static uint32_t make_request(struct gen *gen, const struct client *c, char *body,
			     size_t *len)
{
	unsigned r = (unsigned)gen_random(gen, 100);

	choose(gen, body, 100);
	*len = strlen(body) + 1;
	if (r < 45)
		return XS_READ;
	if (r < 75) {
		*len += (size_t)snprintf(body + *len, 40, "client");
		return XS_WRITE;
	}
	if (r < 80)
		return XS_MKDIR;
	if (r < 84)
		return XS_RM;
	if (r < 88)
		return XS_DIRECTORY;
	*len = 1;
	body[0] = '\0';
	if (!c->tx)
		return XS_TRANSACTION_START;
	memcpy(body, gen_random(gen, 4) ? "T" : "F", *len = 2);
	return XS_TRANSACTION_END;
}

static void take_reply(struct client *c, const struct message *m, uint32_t type,
		       struct counts *n)
{
	bool error = m->h.type == XS_ERROR;

	n->requests++;
	if (type == XS_TRANSACTION_START && !error)
		c->tx = (uint32_t)strtoul(m->body, NULL, 10);
	if (type == XS_TRANSACTION_END)
		c->tx = 0;
	n->denied += error && strcmp(m->body, "EACCES") == 0;
	n->written += type == XS_WRITE && !error;
	n->read += type == XS_READ && !error;
	if (memmem(m->body, m->h.len, "denied", 6)) {
		n->leaks++;
		(void)snprintf(n->leak, sizeof(n->leak), "type %u, tx %u: '%.40s'", type,
			       m->h.tx_id, m->body);
	}
}

/* Enough requests, and flips between them?  Who is broken is not waited for. */
static bool done(const struct shared *s, const struct counts *n, uint64_t count)
{
	if (n->requests < count)
		return false;
	for (int i = 0; i < 2; i++)
		if (!__atomic_load_n(&s->who[i].broken, __ATOMIC_RELAXED) &&
		    __atomic_load_n(&s->who[i].flips, __ATOMIC_RELAXED) < FLIPS)
			return false;
	return true;
}

static int client_run(const char *socket, const struct shared *shared, uint64_t count,
		      uint64_t seed, struct counts *n)
{
	static struct client clients[CLIENTS];
	static struct message reply;
	struct gen gen;
	char body[160];
	int r = 0;

	gen_init(&gen, seed + 100);
	for (int i = 0; i < CLIENTS && r == 0; i++)
		r = link_open_socket(&clients[i].link, "client", socket);
	while (r == 0 && !done(shared, n, count)) {
		struct client *c = &clients[gen_random(&gen, CLIENTS)];
		size_t len;
		uint32_t type = make_request(&gen, c, body, &len);
		bool inside =
			c->tx && (type == XS_TRANSACTION_END || gen_random(&gen, 3));

		r = ask(&c->link, type, inside ? c->tx : 0, body, len, &reply);
		if (r == 0)
			take_reply(c, &reply, type, n);
		if (r == 0 && n->requests > count) /* its writes end turns */
			(void)link_wait(&c->link, 5);
	}
	for (int i = 0; i < CLIENTS; i++)
		link_close(&clients[i].link);
	return r;
}

/* ---- all ---- */

static void verdict(const struct shared *s, const struct counts *n, bool expect)
{
	uint64_t illegal_all = s->who[0].illegal + s->who[1].illegal;

	for (int i = 0; i < 2; i++) {
		ok(!s->who[i].broken && s->who[i].flips >= FLIPS, "%s flips on",
		   i ? "domain 7 on its ring" : "dom0");
		printf("# %llu flips, %llu illegal changes %s\n",
		       (unsigned long long)s->who[i].flips,
		       (unsigned long long)s->who[i].illegal, s->who[i].why);
	}
	ok(n->read > 0 && n->written > 0 && (expect || n->denied > 0),
	   "the client reads, writes and is denied");
	printf("# %llu requests: %llu read, %llu written, %llu denied, %llu leaks %s\n",
	       (unsigned long long)n->requests, (unsigned long long)n->read,
	       (unsigned long long)n->written, (unsigned long long)n->denied,
	       (unsigned long long)n->leaks, n->leak);
	if (expect) {
		ok(n->leaks > 0, "what dom0 reads while others may not is found");
		ok(illegal_all > 0, "what dom0 writes while others may not is found");
	} else {
		ok(n->leaks == 0, "nothing was read that was denied when it was there");
		ok(illegal_all == 0, "nothing was changed while it was denied");
	}
}

int main(int argc, char *argv[])
{
	struct shared *shared;
	struct counts n = { 0 };
	uint64_t count, seed;
	pid_t pid[2];
	int r;

	if (io_reserve_std_fds() < 0 || argc < 5 ||
	    io_parse_u64(argv[3], UINT64_MAX, &count) < 0 ||
	    io_parse_u64(argv[4], UINT64_MAX, &seed) < 0) {
		(void)fprintf(stderr,
			      "usage: flip SOCKET STORE_DIR COUNT SEED [expect]\n");
		return 2;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			flipper_main(shared, i, argv[2], seed);
	}
	r = client_run(argv[1], shared, count, seed, &n);
	ok(r == 0, "%llu requests are answered", (unsigned long long)n.requests);
	__atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++)
		(void)waitpid(pid[i], NULL, 0); /* it ends after its turn */
	verdict(shared, &n, argc > 5);
	return tap_done();
}
