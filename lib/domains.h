/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domains - the domains of this host, from xenstore alone.
 *
 * Names come from the toolstack, which takes them from whoever made the guest: they are
 * neither unique nor to be trusted.
 *
 * Source: xen.git docs/misc/xenstore-paths.pandoc
 * Owns:   a list owns its names.
 * Errors: 0 or a negative errno; what failed is in xs_conn_error() unless noted.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "lib/xs.h"

#define DOMAINS_DIR  "/local/domain"
#define DOMAINS_LAST 0x7fefU /* DOMID_FIRST_RESERVED - 1 of xen.h */

struct domain {
	unsigned domid;
	char *name; /* owned; text, "" when there is none */
};

void domain_done(struct domain *d);
#define autodomain __attribute__((cleanup(domain_done)))

struct domains {
	struct domain *domain; /* by domid */
	size_t count;
	size_t room;
};

/* The domains at this moment, dom0 among them; one that vanishes meanwhile is left out. */
int domains_list(struct xs_conn *xs, struct domains *ret_domains);
void domains_done(struct domains *d);
#define autodomains __attribute__((cleanup(domains_done)))

/* A domid in decimal, as it stands in paths: no sign, no zero before it. */
bool domains_parse_domid(const char *text, size_t len, unsigned *ret_domid);

/* The domain that @text means: one whose domid it is, else the one whose name it is.
 * -ENXIO: there is none.  -ENOTUNIQ: several have the name.  Of both @why, of @why_size
 * bytes, says it in a sentence, the domids included. */
int domains_find(struct xs_conn *xs, const char *text, struct domain *ret_domain,
		 char *why, size_t why_size);
/* Does it have a home?  -ENXIO: no. */
int domains_check(struct xs_conn *xs, unsigned domid);
