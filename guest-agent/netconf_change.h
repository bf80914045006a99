/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_change - files that change together, or not at all.
 *
 * Before the first is written, what they all were is put into one file, NETCONF_UNDO.  As
 * long as that is there the change is not done: whoever finds it at a start (we were
 * killed) or after a failure puts everything back.  Its removal is what makes the change
 * good.  A file that somebody else changed in between stays as he left it.
 *
 * Owns:   struct netconf_change owns its texts; netconf_change_done().
 * Errors: 0 or a negative errno, said in @why.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "guest-agent/netconf_state.h"
#include "guest-agent/netconf_why.h"

#define NETCONF_UNDO NETCONF_DIR "/undo"
#define NETCONF_FILES_MAX                                                                \
	64 /* of one change; ifupdown's are the most, one a sourced file */
#define NETCONF_PATH_MAX 512 /* bytes of a path with its NUL */

struct netconf_file {
	char path[NETCONF_PATH_MAX];
	char *old_text; /* owned; NULL: there was none */
	size_t old_len;
	mode_t old_mode;
	char *new_text; /* owned; NULL: there will be none */
	size_t new_len;
	mode_t new_mode;
};

struct netconf_change {
	char ifname[IF_NAMESIZE];
	char backend[NETCONF_BACKEND_MAX];
	struct netconf_file file[NETCONF_FILES_MAX];
	size_t count;
};

/* @path will have @text (of @len bytes; taken over, also on failure; NULL: be gone).  What
 * it has now is read here, and one that has that already is no part of the change.  A file
 * that is there keeps its mode; a new one gets @mode.
 * -EOPNOTSUPP: it is not below /etc or NETCONF_DIR. */
int netconf_change_add(struct netconf_change *c, const char *path, char *text, size_t len,
		       mode_t mode, struct netconf_why *why);
/* From here on there is something to undo.  Fails where a file could not be written. */
int netconf_change_begin(const struct netconf_change *c, struct netconf_why *why);
/* Writes the new files, in the order in which they were added.
 * -EBUSY: one is not any more what it was when it was added. */
int netconf_change_write(const struct netconf_change *c, struct netconf_why *why);
/* Writes the old ones again, last first, where the new ones are: what is neither has been
 * changed by somebody else, which the log tells. */
int netconf_change_back(const struct netconf_change *c, struct netconf_why *why);
/* The change (or its being back) is good. */
int netconf_change_commit(struct netconf_why *why);
/* One that was begun and never ended.  -ENOENT (nothing is said): there is none. */
int netconf_change_load(struct netconf_change *ret, struct netconf_why *why);
void netconf_change_done(struct netconf_change *c);

/* Is @path ours to write?  Only those below /etc and NETCONF_DIR are. */
bool netconf_undo_takes(const char *path);
/* The undo file as bytes.  -EBADMSG: not what format makes, or a path that is not ours. */
int netconf_undo_parse(const char *text, size_t len, struct netconf_change *ret);
int netconf_undo_format(const struct netconf_change *c, char **ret_text, size_t *ret_len);
