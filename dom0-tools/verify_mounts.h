/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify_mounts - the lines of a mountinfo file and of a cgroup file.
 * Source: proc(5), cgroups(7)
 * Owns:   what verify_mounts_parse() gives points into the text, which is written over
 *         (octal escapes are undone, words get a NUL) and must outlive it.
 * Errors: 0 or a negative errno; -EBADMSG: a line that is none; -E2BIG: over
 *         VERIFY_MOUNTS_MAX.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define VERIFY_MOUNTS_MAX 640 /* each library is one, and a qemu needs some 130 */

struct verify_mount {
	unsigned id;
	const char *root;    /* within its file system */
	const char *point;   /* where it is */
	const char *options; /* of the mount, "ro,nosuid" */
	const char *type;
	const char *source;
	const char *super; /* of the file system */
};

struct verify_mounts {
	struct verify_mount mount[VERIFY_MOUNTS_MAX];
	size_t count;
};

/* @text[len] must be writable, as io_read_limited() leaves it. */
int verify_mounts_parse(char *text, size_t len, struct verify_mounts *ret);
/* Is @word one of the comma-separated @options? */
bool verify_option(const char *options, const char *word);
/* Nothing can be written there: the mount or the whole file system. */
bool verify_mount_is_read_only(const struct verify_mount *m);

/* The path in the hierarchy that has @controller ("" is that of version 2), as a /proc/
 * PID/cgroup file says.  @ret gets a NUL-terminated copy.  -ENOENT: no such line.
 * -ENAMETOOLONG. */
int verify_cgroup_path(const char *text, size_t len, const char *controller, char *ret,
		       size_t size);
