/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domtree.h - the nodes that a toolstack makes for a domain, with their permissions.
 *
 * Bodies of a transaction (bool): false with errno set when a node could not be made.
 * Source: xen-api ocaml/xenopsd/xc/{domain,device}.ml; libxl as measured on a running
 * host (owner and rights of each node); xen.git docs/misc/xenstore-paths.pandoc
 * Owns:   struct domtree owns its strings until domtree_done().
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <xenstore.h>

#include "lib/tree.h"

#define DOMTREE_STORE_PORT 1 /* what the toolstack tells guest and daemon */
#define DOMTREE_VIFS	   8

enum domtree_style { DOMTREE_XENOPSD, DOMTREE_LIBXL };

struct domtree {
	struct xs_handle *h; /* borrowed */
	xs_transaction_t tx;
	unsigned domid;
	enum domtree_style style;
	char *name, *uuid; /* owned */
	struct tree data;  /* vm-data that the new tree gets: "vm-data/..." */
	struct {
		unsigned devid;
		char *mac; /* owned */
	} vif[DOMTREE_VIFS];
	unsigned vif_count;
	char **arg; /* borrowed: the rest of the command line */
	int arg_count;
};

/* @uuid NULL: a fresh one. */
int domtree_init(struct domtree *t, const char *style, const char *name,
		 const char *uuid);
void domtree_done(struct domtree *t);
/* Take name, UUID, style, interfaces and what the toolstack keeps of vm-data from the
 * tree of an existing domain (outside a transaction). */
int domtree_load(struct domtree *t);

bool domtree_make(struct domtree *t);
bool domtree_remove(struct domtree *t);
bool domtree_vif(struct domtree *t);	   /* arg: DEVID MAC */
bool domtree_unvif(struct domtree *t);	   /* arg: DEVID */
bool domtree_vm_data(struct domtree *t);   /* arg: KEY=VALUE..., below vm-data */
bool domtree_boot_data(struct domtree *t); /* the same */
