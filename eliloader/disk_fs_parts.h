/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_fs_parts - what disk_fs.c (asking), disk_fs_kept.c (what was listed) and
 * disk_fs_open.c (the first look) share.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include "eliloader/disk_fs.h"

struct kept_dir {
	unsigned device;
	char *path; /* owned */
	bool there; /* false: it was asked for, and there is none */
	struct boot_names names;
};

struct kept {
	struct kept_dir *dir; /* owned */
	size_t count, names;  /* of all */
};
void kept_done(struct kept *k);
/* Moves @names, which may be NULL: there is no such directory. */
int kept_add(struct kept *k, const struct boot_path *path, struct boot_names *names);
/* NULL: it was not asked for.  @fold: case does not matter. */
const struct kept_dir *kept_find(const struct kept *k, const struct boot_path *path,
				 bool fold);

struct disk_fs_private {
	struct boot_device device[BOOT_DEVICES_MAX];
	uint64_t start[BOOT_DEVICES_MAX]; /* bytes; of a partition */
	struct kept kept;
	int image;
	unsigned runs;
	uint64_t used_ms;
	bool spent; /* -E2BIG to all */
};

extern const struct boot_fs_ops disk_fs_ops;

/* One run, with its share of what a start may use.  @args as disk_run_text() has them;
 * of -EFBIG *ret_text is what came until then. */
int disk_fs_ask(struct disk_fs *d, const char *const *args, size_t max, char **ret_text,
		size_t *ret_len);
/* "(loop0,gpt1)/boot/" or, with @slash "", of a file; owned by the caller; NULL: no memory. */
char *disk_fs_name(const struct disk_fs *d, const struct boot_path *path,
		   const char *slash);
/* List @count directories in one run, and keep them. */
int disk_fs_list_all(struct disk_fs *d, const struct boot_path *dir, size_t count);
/* Does case not matter in its names? */
bool disk_fs_folds(const struct disk_fs *d, unsigned device);
