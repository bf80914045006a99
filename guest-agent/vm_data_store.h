/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_data_store - vm-data in the store: which domain, reading a whole tree, replacing it,
 * waiting for one key.
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

#define VM_DATA_DOMID_MAX 0x7fef /* above: DOMID_FIRST_RESERVED of xen.h */

/* The domain that @text means: digits are a domid, all else is the value of
 * /local/domain/<domid>/name.  -ENXIO: there is none.  -ENOTUNIQ: more than one; @ids
 * then has the domids ("3, 7"), cut at @ids_size. */
int vm_data_find_domain(struct xs_conn *c, const char *text, unsigned *ret_domid,
			char *ids, size_t ids_size);

/* Every node at and below @top/@prefix (@prefix may be empty), by its path below @top, as
 * it was at one moment.  -ENOENT: there is no such node.  -EACCES: one is not readable.
 */
int vm_data_read(struct xs_conn *c, const char *top, const char *prefix,
		 struct tree *ret_nodes);

/* Make @domid's vm-data equal to @nodes, in one transaction: all is removed and made
 * anew, the domain the owner of each node and nobody else with any right.  -ENXIO: no
 * such domain.  -EDQUOT: with what it owns elsewhere (*ret_owned nodes) it would have
 * more than VM_DATA_NODES_MAX; nothing was written, xs_conn_error() is of no use. */
int vm_data_replace(struct xs_conn *c, unsigned domid, const struct tree *nodes,
		    unsigned *ret_owned);

struct vm_data_wish {
	const char *home;  /* the domain's home, or NULL: our own */
	const char *path;  /* of the key, as xs_conn_read() takes it */
	const char *value; /* NULL: any */
	bool has_timeout;
	uint64_t timeout_ms;
};

/* Wait until the key is there and has the value wished for.  -ETIME: it did not in time.
 * -ENXIO: its domain is gone.  -ENOTCONN: no watch could be had. */
int vm_data_wait(struct xs_conn *c, const struct vm_data_wish *wish, char **ret_value,
		 size_t *ret_len);
