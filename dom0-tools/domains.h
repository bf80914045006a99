/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domains - the guests of this host and their trees, from xenstore alone.
 *
 * A guest is a number below /local/domain, 0 left out: dom0 is none.  Names come from the
 * toolstack, which takes them from whoever made the guest: they are not to be trusted.
 *
 * Source: xen.git docs/misc/xenstore-paths.pandoc
 * Owns:   a list owns its names.
 * Errors: 0 or a negative errno, -ENOENT for a domain that is not there (any more); what
 *         failed is in xs_conn_error().
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "lib/tree.h"
#include "lib/xs.h"

#define DOMAINS_DIR   "/local/domain"
#define DOMAINS_FIRST 1U      /* the lowest domid of a guest */
#define DOMAINS_LAST  0x7fefU /* DOMID_FIRST_RESERVED - 1 of xen.h */

struct domain {
	unsigned domid;
	char *name; /* owned; text, "" when there is none */
};

struct domains {
	struct domain *domain; /* by domid */
	size_t count;
	size_t room;
};

/* The guests at this moment; one that vanishes meanwhile is left out. */
int domains_list(struct xs_conn *xs, struct domains *ret_domains);
void domains_done(struct domains *d);
#define autodomains __attribute__((cleanup(domains_done)))

/* A guest's domid in decimal, as it stands in paths: no sign, no zero before it. */
bool domains_parse_domid(const char *text, size_t len, unsigned *ret_domid);

int domains_read_name(struct xs_conn *xs, unsigned domid, char **ret_name);

/* What xenopsd reads of the home (metrics_view.h), as relative paths and no more than
 * about METRICS_QUOTA_BYTES; the rest is left out. */
int domains_read_home(struct xs_conn *xs, unsigned domid, struct tree *ret_home);
