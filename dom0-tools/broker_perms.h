/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_perms - what a node's permission list lets a domain do.
 *
 * A list is the body of a GET_PERMS reply, or of a SET_PERMS request behind its path:
 * strings of a letter (n r w b) and a decimal domid, each ended by a NUL.  The first names
 * the owner, who may do all, and by its letter what domains not listed may do; of the
 * others the first with the domid decides alone.
 *
 * Source: xen.git docs/misc/xenstore.txt; xenstored's perm_for_conn()
 * Limits: xenstored passes over an entry that is older than the domain it names (XSA-322),
 *         and no list shows that.  Here it counts.
 * Owns:   nothing; results are copied out.
 * Errors: 0 or a negative errno; -EBADMSG: a list that no daemon sends; ret_ arguments
 *         are written on success only.
 */
#pragma once
#include <stddef.h>

#include "dom0-tools/broker_path.h"

#define RIGHT_READ  1U
#define RIGHT_WRITE 2U
#define RIGHT_OWN   4U

#define PERMS_MAX_C 5 /* entries a guest may set; oxenstored has no limit */
/* Ids a guest may set, of either sign: no domain has most of them, but the daemons keep
 * them.  What is larger they take for different numbers. */
#define PERMS_ID_LAST 2147483647

/* RIGHT_... bits of domain @domid. */
int perms_rights(const char *list, size_t len, unsigned domid, unsigned *ret_rights);
int perms_owner(const char *list, size_t len, unsigned *ret_domid);
/* Strings in it. */
unsigned perms_count(const char *list, size_t len);

/* What a client wants to set: read strictly, written anew to @out (@size >= @len is
 * enough).  -EINVAL: malformed.  -ENOSPC: too many entries. */
int perms_check_wanted(enum store_kind kind, const char *list, size_t len, char *out,
		       size_t size, size_t *ret_len);
/* May domain @domid replace the list @have by @want?  -EACCES: it does not own the node.
 * -EPERM (C xenstored), -EACCES (oxenstored): the owner would change (to a domain that
 * does not exist: C xenstored says -ENOENT, which only the caller can find out). */
int perms_check_change(enum store_kind kind, const char *have, size_t have_len,
		       const char *want, size_t want_len, unsigned domid);
/* A copy of @list with @domid as owner: what C xenstored gives a node that a guest made.
 * -ENOBUFS: @size is too small (@len + 5 is always enough). */
int perms_with_owner(const char *list, size_t len, unsigned domid, char *out, size_t size,
		     size_t *ret_len);
