/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <xen/io/xs_wire.h>

#include "dom0-tools/broker.h"
#include "lib/cleanup.h"
#include "lib/log.h"

#define TOKEN_RELEASE	"release"
#define TOKEN_INTRODUCE "introduce"
#define TOKEN_HOME	"home"

#define NO_TRANSACTION 0xfff0U /* a number that this connection has not got to */

/* The two differ in the error for a transaction that there is not. */
static int find_kind(struct broker *b, enum store_kind *ret_kind)
{
	int r = store_ask(&b->identity.store, XS_READ, NO_TRANSACTION, "/", NULL);

	if (r != -ENOENT && r != -EIO)
		return r < 0 ? r : -EPROTO;
	*ret_kind = r == -ENOENT ? STORE_C : STORE_O;
	return 0;
}

/* The domain, its home and its VM as they are now, in one answer.
 * -ENXIO: no such domain.  -ENODATA: it has no home. */
static int look(struct broker *b, char **ret_vm)
{
	const struct store_reply *there, *home, *vm;
	struct store *s = &b->identity.store;
	char domid[16], path[64];
	int r;

	(void)snprintf(domid, sizeof(domid), "%u", b->domid);
	store_begin(s);
	store_add_text(s, XS_IS_DOMAIN_INTRODUCED, 0, domid);
	store_add_text(s, XS_READ, 0, b->identity.home);
	(void)snprintf(path, sizeof(path), "%s/vm", b->identity.home);
	store_add_text(s, XS_READ, 0, path);
	r = store_run(s);
	if (r < 0)
		return r;
	there = store_reply(s, 0);
	home = store_reply(s, 1);
	vm = store_reply(s, 2);
	if (there->err < 0)
		return there->err;
	if (there->len != 2 || there->body[0] != 'T')
		return -ENXIO;
	if (home->err < 0)
		return home->err == -ENOENT ? -ENODATA : home->err;
	*ret_vm = vm->err == 0 ? strndup(vm->body, vm->len) : NULL;
	return vm->err == 0 && !*ret_vm ? -ENOMEM : 0;
}

static int watch(struct store *s, const char *path, const char *token)
{
	const struct store_reply *reply;

	store_begin(s);
	store_add2(s, XS_WATCH, 0, path, strlen(path) + 1, token, strlen(token) + 1);
	if (store_run(s) < 0)
		return -EPIPE;
	reply = store_reply(s, 0);
	return reply->err;
}

/* The initial events are not news. */
static void forget_events(struct broker *b)
{
	struct identity *id = &b->identity;
	struct store_event *e;

	while ((e = store_take_event(&id->store)))
		free(e);
	id->told = id->told_introduce = id->told_home = false;
}

/* Of the home only its coming and going is of interest.  oxenstored lets whoever makes very
 * many changes wait for those who watch them, and tells of a node, also of one that is not
 * there, when what it lies in is removed: there the home's vm is watched, which seldom
 * changes.  xenstored makes nobody wait, and tells only of what is there. */
static void choose_watched(struct identity *id, enum store_kind kind)
{
	(void)snprintf(id->watched, sizeof(id->watched), "%s%s", id->home,
		       kind == STORE_O ? "/vm" : "");
	id->store.narrow = id->watched;
}

static int watch_all(struct identity *id)
{
	int r = watch(&id->store, "@releaseDomain", TOKEN_RELEASE);

	if (r == 0)
		r = watch(&id->store, "@introduceDomain", TOKEN_INTRODUCE);
	if (r == 0)
		r = watch(&id->store, id->watched, TOKEN_HOME);
	return r;
}

/* Everything is watched before the domain is looked at: nothing falls in between.  The
 * initial events have come when another request has its reply. */
static int start(struct broker *b, int fd, enum store_kind *ret_kind, char **ret_vm)
{
	struct identity *id = &b->identity;
	int r;

	(void)snprintf(id->home, sizeof(id->home), "/local/domain/%u", b->domid);
	store_init(&id->store, &b->io, fd);
	r = find_kind(b, ret_kind);
	if (r < 0)
		return r;
	choose_watched(id, *ret_kind);
	r = watch_all(id);
	if (r == 0)
		r = store_ask(&id->store, XS_READ, 0, "/", NULL);
	forget_events(b);
	return r == 0 ? look(b, ret_vm) : r;
}

int identity_open(struct broker *b, int fd)
{
	int r = start(b, fd, &b->kind, &b->identity.vm);

	b->identity.had_home = r == 0;
	if (r == -ENODATA)
		r = 0; /* it may get one */
	b->identity.good = r == 0;
	if (r == -ENXIO)
		log_error("domain %u is not there", b->domid);
	else if (r < 0)
		log_error("cannot ask the store for domain %u: %s", b->domid,
			  strerror(-r));
	return r;
}

/* Another VM has another UUID; a home that was gone and is there again is another's. */
static int judge(struct broker *b, int r, const char *vm)
{
	struct identity *id = &b->identity;

	if (r == -ENODATA) {
		id->homeless = id->had_home;
		return 0;
	}
	if (r < 0)
		return r;
	if (id->homeless || (vm && id->vm && strcmp(vm, id->vm) != 0))
		return -ESTALE;
	return 0;
}

int identity_reopen(struct broker *b, int fd)
{
	autofree char *vm = NULL;
	enum store_kind kind = b->kind;
	int r;

	store_done(&b->identity.store);
	r = start(b, fd, &kind, &vm);
	if (r == -ENODATA && b->identity.had_home)
		r = -ENXIO; /* a store that is being filled again */
	r = judge(b, r, vm);
	if (r == 0 && kind != b->kind)
		r = -ESTALE;
	b->identity.good = r == 0;
	if (r < 0)
		store_done(&b->identity.store);
	return r;
}

void identity_close(struct broker *b)
{
	store_done(&b->identity.store);
	free(b->identity.vm);
	b->identity.vm = NULL;
}

bool identity_is_due(const struct broker *b)
{
	char byte;

	return b->identity.store.first ||
	       recv(b->identity.store.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
	       errno != EAGAIN;
}

static void note_events(struct broker *b)
{
	struct identity *id = &b->identity;
	struct store_event *e;

	while ((e = store_take_event(&id->store))) {
		id->told_introduce |= strcmp(e->token, TOKEN_INTRODUCE) == 0;
		id->told_home |= strcmp(e->token, TOKEN_HOME) == 0;
		id->told |= id->told_introduce || id->told_home ||
			    strcmp(e->token, TOKEN_RELEASE) == 0;
		free(e);
	}
	/* whatever was lost among very many */
	if (id->store.events_lost > 0)
		id->told = id->told_introduce = id->told_home = true;
	id->store.events_lost = 0;
}

/* What is there may be another's after all: a home was made or removed, and at the same
 * time a domain has begun. */
int identity_check(struct broker *b)
{
	struct identity *id = &b->identity;
	bool introduced = false, home = false;
	int r = store_read_events(&id->store);

	note_events(b);
	while (r == 0 && id->told) {
		autofree char *vm = NULL;

		introduced |= id->told_introduce;
		home |= id->told_home;
		id->told = id->told_introduce = id->told_home = false;
		r = introduced && home ? -ESTALE : judge(b, look(b, &vm), vm);
		note_events(b); /* of between the answers: looked at again */
	}
	if (store_is_lost(&id->store))
		r = -EPIPE;
	id->good = r == 0;
	return r;
}
