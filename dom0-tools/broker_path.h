/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_path - xenstore paths as a guest's own connection takes them.
 * Source: xen.git docs/misc/xenstore.txt; measured on C xenstored and oxenstored 4.17
 * Owns:   nothing; results are copied out.
 * Errors: 0 or -EINVAL, what the daemons answer; ret_ arguments are written on success
 *         only.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Which daemon is upstream: they differ in limits, errors and ownership. */
enum store_kind {
	STORE_C, /* C xenstored */
	STORE_O, /* oxenstored */
};

#define PATH_ROOM 4128 /* bytes, NUL included: a home and all of a frame's body */
/* Of what stands behind "/local/domain/N/", else of the whole.  oxenstored's may be set
 * lower in its configuration; it then refuses dom0's paths, too. */
#define PATH_MAX_NODE 2048

/* The absolute path that @text means for domain @domid.  With oxenstored '@...' is a node
 * and stays as it is, with C xenstored it is none. */
int path_resolve(enum store_kind kind, unsigned domid, const char *text,
		 char ret_path[PATH_ROOM]);
/* The same for what is watched: '@...' names an event, whatever its bytes; oxenstored does
 * not look at lengths. */
int path_resolve_watch(enum store_kind kind, unsigned domid, const char *text,
		       char ret_path[PATH_ROOM]);
/* Is it '@...', the name of an event and not of a node? */
bool path_is_special(const char *path);
/* Is @path the node @dir or below it, by whole components?  "/" has all of them. */
bool path_is_below(const char *path, const char *dir);
/* The parent of an absolute path; of '@...' it is "/".  Returns its length, 0 when there
 * is none ("/" itself), and then @ret_parent is "". */
size_t path_parent(const char *path, char ret_parent[PATH_ROOM]);
