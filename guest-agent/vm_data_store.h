/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_data_store - vm-data in the store: reading a whole tree, replacing it, waiting for one
 * key.
 *
 * Source: xen-api ocaml/xenopsd/xc/domain.ml (the permissions at boot),
 * xenops_server_xen.ml (VM.set_xenstore_data); xen.git docs/misc/xenstore-paths.pandoc
 * Errors: 0 or a negative errno; xs_conn_error() has the sentence, unless noted.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/tree.h"
#include "lib/xs.h"
#include "lib/xs_watch.h"

/* Every node at and below @top/@prefix (@prefix may be empty), by its path below @top, as
 * it was at one moment.  -ENOENT: there is no such node.  -EACCES: one is not readable.
 * -EMSGSIZE: one cannot be listed (xs.h). */
int vm_data_read(struct xs_conn *c, const char *top, const char *prefix,
		 struct tree *ret_nodes);

/* Make the guest @domid's vm-data equal to @nodes, in one transaction: all is removed and made
 * anew, the domain the owner of each node and nobody else with any right.  -ENXIO: no
 * such domain.  -EDQUOT: with what it owns elsewhere (*ret_owned nodes) it would have
 * more than VM_DATA_NODES_MAX; nothing was written, xs_conn_error() is of no use. */
int vm_data_replace(struct xs_conn *c, unsigned domid, const struct tree *nodes,
		    unsigned *ret_owned);

struct vm_data_wish {
	const char *home;  /* the domain's home, or NULL: our own */
	unsigned domid;	   /* whose home that is */
	const char *path;  /* of the key, as xs_conn_read() takes it */
	const char *value; /* NULL: any */
	bool has_timeout;
	uint64_t timeout_ms;
};

/* Wait until the key is there and has the value wished for.  -ETIME: it did not in time.
 * -ENXIO: its domain is gone.  -ENOTCONN: no watch could be had. */
int vm_data_wait(struct xs_conn *c, const struct vm_data_wish *wish, char **ret_value,
		 size_t *ret_len);
/* Wait for events of @watch until @deadline_ms (UINT64_MAX: without end).  1: one may be
 * about the key @path, or what is below it; 0: none is.  -ETIME: the time has come.
 * -ENOTCONN: the watch is of no use any more. */
int vm_data_await(struct xs_watch *watch, const char *path, uint64_t deadline_ms);
