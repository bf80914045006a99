/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_access - what the broker's domain may do with a path: its own rights there as the
 * daemon would see them, and what the profile says; both must allow, unless the profile
 * grants.
 *
 * Owns:   nothing.
 * Errors: 0 or a negative errno, -EPIPE when the connection is lost.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "dom0-tools/broker.h"
#include "dom0-tools/broker_perms.h"
#include "dom0-tools/broker_tx.h"

#define ACCESS_LIST_ROOM 4096 /* a GET_PERMS reply */

/* The nearest ancestor that is there. */
struct ancestor {
	char path[PATH_ROOM];
	char list[ACCESS_LIST_ROOM]; /* its permissions */
	size_t len;
};

/* Does the profile leave a way to @want (RIGHT_READ or RIGHT_WRITE) at all? */
bool access_possible(const struct broker *b, const char *path, unsigned want);
/* Without the domain's own right? */
bool access_granted(const struct broker *b, const char *path, unsigned want);
/* Its RIGHT_... bits there, with that list. */
unsigned access_rights(const struct broker *b, const char *path, const char *list,
		       size_t len);
/* May it, with that list?  @want: RIGHT_... bits, all of them. */
bool access_allows(const struct broker *b, const char *path, const char *list, size_t len,
		   unsigned want);
/* What is known of paths that many others are below; "": nothing is. */
struct reach {
	char there[PATH_ROOM], gone[PATH_ROOM];
};

/* Is it worth while to ask for @path in the scope?  -ENOENT: what is high above it is not
 * there.  To ask for a path of which very many levels are missing costs C xenstored much.
 * @known: what was found for other paths just now, or NULL. */
int access_reach(const struct broker *b, struct scope *sc, const char *path,
		 struct reach *known);
/* Find it in the scope; "/" is always there. */
int access_ancestor(struct scope *sc, const char *path, struct ancestor *ret);
/* What a missing node answers: -ENOENT or -EACCES (C xenstored: unless any of @want is
 * had at the nearest ancestor). */
int access_missing(const struct broker *b, struct scope *sc, const char *path,
		   unsigned want);
