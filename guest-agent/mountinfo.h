/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mountinfo - the mounts of this process's namespace, and which can be asked safely.
 *
 * A question to a file system (statfs, even a lookup of its mount point) waits for a server
 * that is gone, or a FUSE daemon that sleeps, for ever.  So only types that are known to
 * answer from this machine are asked, and only when the way to them leads through such
 * types, too; all others, and unknown ones, are slow.
 * Owns:   struct mount_list owns its mounts.
 * Errors: 0 or a negative errno.
 * Source: proc(5), linux Documentation/filesystems/proc.rst section 3.5
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOUNTINFO_LINE_MAX (64 * 1024) /* bytes: two paths of 4096, each byte as "\040" */
#define MOUNTINFO_MAX	   8192 /* mounts; a host of containers has some thousand */

enum mount_kind {
	MOUNT_SLOW,  /* network, FUSE, autofs, unknown: not to be touched */
	MOUNT_PASS,  /* in memory: a way that never waits, but no volume */
	MOUNT_LOCAL, /* on block devices of this machine */
};

struct mount {
	int id, parent;
	unsigned major, minor; /* major 0: no block device */
	enum mount_kind kind;
	char *text;	    /* owned: what the others lead into */
	const char *root;   /* what of the file system is mounted: "/", "/@home" */
	const char *point;  /* absolute */
	const char *type;   /* "ext4" */
	const char *source; /* "/dev/xvda1", "rpool/home"; "": none */
	const char *subvol; /* of a btrfs, when the kernel tells; else NULL */
};

struct mount_list {
	struct mount *mount; /* owned; in the kernel's order */
	size_t count;
	size_t left_out; /* too long, malformed, or too many */
};

enum mount_kind mountinfo_kind(const char *type);
/* Undo the kernel's \040 for a space, in place. */
void mountinfo_unescape(char *text);
/* One line, without the newline.  -EBADMSG: malformed. */
int mountinfo_parse_line(const char *line, size_t len, struct mount *ret);
/* All lines of @fd, from where it stands. */
int mountinfo_read(int fd, struct mount_list *ret);
void mountinfo_done(struct mount_list *list);

enum mount_reach {
	MOUNT_REACHED,	   /* its path leads to it, by fast ways */
	MOUNT_HIDDEN,	   /* another one is mounted over it, or over the way to it */
	MOUNT_BEHIND_SLOW, /* the way leads through a slow one */
};
/* Where the path of @target leads; the list's order of parents may be anything. */
enum mount_reach mountinfo_reach(const struct mount_list *list,
				 const struct mount *target);
