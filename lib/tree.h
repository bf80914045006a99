/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree - an ordered set of xenstore paths with their values.
 *
 * Order is that of a walk: a node before its children, siblings by byte value, so that a
 * subtree is always one run of entries ('/' sorts below every other byte).
 * A path is what xenstore takes: A-Z a-z 0-9 - / _ @, no empty part, at most
 * TREE_PATH_MAX bytes; tree_set() takes any text, tree_path_check() tells whether
 * xenstore would.
 *
 * Owns:   the tree owns copies of paths and values; pointers it returns are valid until
 *         the tree changes.
 * Errors: 0 or a negative errno; -ENOMEM.
 * Source: xen.git docs/misc/xenstore.txt
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TREE_PATH_MAX 3072 /* XENSTORE_ABS_PATH_MAX */

struct tree_entry {
	char *path;  /* NUL-terminated */
	char *value; /* @value_len bytes and a NUL after them */
	size_t value_len;
};

struct tree {
	struct tree_entry *entry; /* sorted */
	size_t count;
	size_t room;
};

void tree_init(struct tree *t);
void tree_done(struct tree *t);
#define autotree __attribute__((cleanup(tree_done)))

/* Add or replace.  Parents are not added. */
int tree_set(struct tree *t, const char *path, const void *value, size_t value_len);
__attribute__((format(printf, 3, 4))) int tree_setf(struct tree *t, const char *path,
						    const char *fmt, ...);
/* NULL when absent. */
const struct tree_entry *tree_find(const struct tree *t, const char *path);
/* The value as text when present and without a NUL inside, else NULL. */
const char *tree_text(const struct tree *t, const char *path);
/* Remove @path and everything below it. */
void tree_remove(struct tree *t, const char *path);
/* Index of the first entry that is @path or sorts after it. */
size_t tree_lower_bound(const struct tree *t, const char *path);
/* Entries strictly below @dir are t->entry[*first .. *end-1]. */
void tree_below(const struct tree *t, const char *dir, size_t *first, size_t *end);
bool tree_has_below(const struct tree *t, const char *dir);
bool tree_equal(const struct tree *a, const struct tree *b);
/* Replace what @to holds by a copy of @from; on failure @to is unchanged. */
int tree_copy(struct tree *to, const struct tree *from);
/* Exchange the contents of two trees. */
void tree_swap(struct tree *a, struct tree *b);

/* Is @path the node @dir or below it? */
bool tree_path_is_in(const char *path, const char *dir);
/* 0, -EINVAL (character, empty part, slash at an end) or -ENAMETOOLONG. */
int tree_path_check(const char *path);

/* What makes @have equal to @want: first every node to remove (the topmost one that
 * neither is wanted nor has something wanted below it; nothing below it is named), in
 * order; then every node to set, in order.  A node of @have that is only the parent of
 * something wanted is left alone, whatever its value.
 * A negative result of a callback ends the walk and is returned. */
struct tree_diff_ops {
	int (*remove)(void *arg, const char *path);
	int (*set)(void *arg, const struct tree_entry *entry);
};
int tree_diff(const struct tree *have, const struct tree *want,
	      const struct tree_diff_ops *ops, void *arg);

/* A line `path = "value"`, escaped as xenstore-ls -f does (measured, 4.17): printable
 * ASCII as it is, also '"', but '\\' after a backslash; \t \n \r by letter; bytes below 8
 * as \00O (octal), others as \xHH.  The value is never cut. */
void tree_print(FILE *out, const struct tree *t);
/* Read such lines; empty lines are skipped.  @text is written over; text[len] must be
 * writable, as io_read_limited() leaves it.  -EBADMSG: a line that is not one, its number
 * in *ret_line (counted from 1). */
int tree_scan(char *text, size_t len, struct tree *ret_tree, size_t *ret_line);
