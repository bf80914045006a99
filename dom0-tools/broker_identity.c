/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xen/io/xs_wire.h>

#include "dom0-tools/broker.h"
#include "lib/log.h"

#define NO_TRANSACTION 0xfff0U /* a number that this connection has not got to */

/* The two differ in the error for a transaction that there is not. */
static int find_kind(struct broker *b)
{
	int r = store_ask(&b->identity.store, XS_READ, NO_TRANSACTION, "/", NULL);

	if (r != -ENOENT && r != -EIO)
		return r < 0 ? r : -EPROTO;
	b->kind = r == -ENOENT ? STORE_C : STORE_O;
	return 0;
}

/* -ENXIO: no such domain. */
static int check_introduced(struct broker *b)
{
	const struct store_reply *reply;
	char domid[16];
	int r;

	(void)snprintf(domid, sizeof(domid), "%u", b->domid);
	r = store_ask(&b->identity.store, XS_IS_DOMAIN_INTRODUCED, 0, domid, &reply);
	if (r < 0)
		return r;
	return reply->len == 2 && reply->body[0] == 'T' ? 0 : -ENXIO;
}

static int read_vm(struct broker *b, char **ret_vm)
{
	const struct store_reply *reply;
	char path[64];
	int r;

	(void)snprintf(path, sizeof(path), "/local/domain/%u/vm", b->domid);
	r = store_ask(&b->identity.store, XS_READ, 0, path, &reply);
	*ret_vm = NULL;
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	*ret_vm = strndup(reply->body, reply->len);
	return *ret_vm ? 0 : -ENOMEM;
}

int identity_open(struct broker *b, int fd)
{
	int r;

	store_init(&b->identity.store, &b->io, fd);
	r = find_kind(b);
	if (r == 0)
		r = check_introduced(b);
	if (r == 0)
		r = read_vm(b, &b->identity.vm);
	if (r == -ENXIO)
		log_error("domain %u is not there", b->domid);
	else if (r < 0)
		log_error("cannot ask the store for domain %u: %s", b->domid,
			  strerror(-r));
	return r;
}

void identity_close(struct broker *b)
{
	store_done(&b->identity.store);
	free(b->identity.vm);
	b->identity.vm = NULL;
}
