/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state - what starts of a VM have changed in its record, where no XAPI keeps it.
 *
 * Text: lines as a record file's, "other-config:install-round=2", and for a key that was
 *       removed "-other-config:install-distro"; '#' starts a comment line.
 * File: DIR/NAME.state, NAME percent-encoded but for A-Z a-z 0-9 _ and -; 0600 in a
 *       directory of root's, 0700.  Written as NAME.new, which is renamed: after a kill
 *       or a power failure there is the old state or the new one.
 * Lock: flock() on NAME.lock, which is removed by whoever holds it.
 *
 * Owns:   struct state: its map.  struct state_place: descriptors and names.
 * Errors: 0 or a negative errno; ret_ arguments are written on success only.
 */
#pragma once
#include <stddef.h>

#include "eliloader/record.h"

#define STATE_WAIT_S   10  /* for another start of the same VM */
#define STATE_NAME_MAX 240 /* bytes of an encoded name: with its end, one file's name */

/* Paths of a record; a value begins with '=', a removed key's is "-". */
struct state {
	struct tree keys;
};

void state_init(struct state *s);
void state_done(struct state *s);
#define autostate __attribute__((cleanup(state_done)))

/* Pure.  @text is written over, text[len] must be writable.  -EBADMSG and the line. */
int state_parse(struct state *s, char *text, size_t len, size_t *ret_line);
/* free() the text.  @comment becomes its first line, escaped. */
int state_format(const struct state *s, const char *comment, char **ret_text,
		 size_t *ret_len);
/* -EINVAL: no key of a record, or a value that is no line (a newline, a NUL). */
int state_change(struct state *s, const struct change *c);
/* Lay it over a record. */
int state_apply(const struct state *s, struct record *r);
/* "web 1" as "web%201"; -EINVAL: empty, -ENAMETOOLONG. */
int state_encode(const char *name, char ret_encoded[STATE_NAME_MAX]);

struct state_place {
	int dir, lock;
	char name[STATE_NAME_MAX]; /* encoded */
};
#define STATE_PLACE_NONE ((struct state_place){ .dir = -1, .lock = -1 })

/* @make: the directory, when absent.  -EPERM: others may write it. */
int state_place_open(const char *dir, const char *name, bool make,
		     struct state_place *ret);
/* Wait for the lock at most @wait_s seconds: -EBUSY. */
int state_place_lock(struct state_place *p, unsigned wait_s);
void state_place_close(struct state_place *p);
#define autoplace __attribute__((cleanup(state_place_close)))

/* An absent file is an empty state.  -EBADMSG and the line; -EFBIG. */
int state_read(const struct state_place *p, struct state *s, size_t *ret_line);
/* Only with the lock held, both of them. */
int state_write(const struct state_place *p, const struct state *s, const char *comment);
int state_remove(const struct state_place *p);
