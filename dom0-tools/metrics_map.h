/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_map - an ordered list of key and value, and an ordered list of names.
 *
 * XAPI builds its maps as association lists: order is kept, a key may come twice, and
 * who looks a key up gets the first.
 *
 * Owns:   copies of what is added; _done() frees them.
 * Errors: 0, -ENOMEM, or of a map -EFBIG: it has METRICS_MAP_MAX already.
 */
#pragma once
#include <stddef.h>

/* bytes of keys and values.  Services whose names are prefixes of one another make keys
 * for each pair of them: a guest's 1000 nodes would give 330 MB, a dump of 25 MiB more.  What
 * crosses it is the last, as with xenopsd's quota. */
#define METRICS_MAP_MAX (25UL * 1024 * 1024)

struct metrics_pair {
	char *key;   /* NUL-terminated */
	char *value; /* @value_len bytes and a NUL after them */
	size_t value_len;
};

struct metrics_map {
	struct metrics_pair *pair;
	size_t count;
	size_t room;
	size_t bytes; /* of keys and values */
};

void metrics_map_done(struct metrics_map *m);
#define automap __attribute__((cleanup(metrics_map_done)))

int metrics_map_add(struct metrics_map *m, const char *key, const char *value,
		    size_t value_len);
/* Before all others. */
int metrics_map_add_first(struct metrics_map *m, const char *key, const char *value,
			  size_t value_len);
/* Move all of @from behind what @m holds; @from is empty afterwards. */
int metrics_map_move(struct metrics_map *m, struct metrics_map *from);
/* The first of that key, or NULL. */
const struct metrics_pair *metrics_map_find(const struct metrics_map *m, const char *key);

struct metrics_names {
	char **name; /* NUL-terminated */
	size_t count;
	size_t room;
};

void metrics_names_done(struct metrics_names *n);
#define autonames __attribute__((cleanup(metrics_names_done)))

int metrics_names_add(struct metrics_names *n, const char *name, size_t len);
