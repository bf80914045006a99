/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_fs_parts - what disk_fs.c (asking), disk_fs_kept.c (what was listed),
 * disk_fs_open.c (devices), disk_fs_places.c (directories, ahead of questions) and
 * disk_fs_judge.c (what was overlooked) share.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include "eliloader/disk_fs.h"
#include "eliloader/disk_ls.h"

struct kept_dir {
	unsigned device;
	char *path; /* owned */
	int r; /* 0; -ENOENT: there is none; -EIO: there is, and it cannot be listed */
	bool has_sizes; /* false: and some of its files may be links to nothing */
	bool whole;	/* no name of it is left out */
	struct boot_names names;
};

struct kept {
	struct kept_dir *dir; /* owned */
	size_t count, names;  /* of all */
};
void kept_done(struct kept *k);
/* Moves @listing's names. */
int kept_add(struct kept *k, const struct boot_path *path, enum disk_ls_form form,
	     struct disk_listing *listing);
/* One without names: @why as above. */
int kept_add_none(struct kept *k, const struct boot_path *path, int why);
/* The first device is none any more, and the others have moved up. */
void kept_drop_first(struct kept *k);
/* NULL: it was not asked for.  @fold: case does not matter. */
const struct kept_dir *kept_find(const struct kept *k, const struct boot_path *path,
				 bool fold);
/* NULL: there is none that is called so. */
const struct boot_name *kept_name(const struct kept_dir *dir, const char *name,
				  bool fold);

struct disk_fs_private {
	struct boot_device device[BOOT_DEVICES_MAX];
	uint64_t start[BOOT_DEVICES_MAX]; /* bytes; of a partition */
	struct kept kept;
	int image;
	unsigned runs;
	uint64_t used_ms;
	bool spent;		/* -E2BIG to all */
	const char *spent_on;	/* the bound that was met, in words */
	enum disk_ls_form form; /* in which directories are listed from now on */
};

extern const struct boot_fs_ops disk_fs_ops;

/* One run, with its share of what a start may use.  @args as disk_run_text() has them;
 * of -EFBIG *ret_text is what came until then. */
int disk_fs_ask(struct disk_fs *d, const char *const *args, size_t max, char **ret_text,
		size_t *ret_len);
/* "(loop0,gpt1)/boot/" or, with @slash "", of a file; owned by the caller; NULL: no memory. */
char *disk_fs_name(const struct disk_fs *d, const struct boot_path *path,
		   const char *slash);
/* One run that lists @dirs directories, which are in @args behind DISK_FS_LS_HEAD that are
 * filled in.  The first of a disk that costs too much in the long form is made again in the
 * short one, which is that of all after it; *ret_form: that of *ret_text.  Errors as
 * disk_fs_ask(). */
int disk_fs_ask_names(struct disk_fs *d, char **args, size_t dirs, char **ret_text,
		      size_t *ret_len, enum disk_ls_form *ret_form);
#define DISK_FS_LS_HEAD 4
/* The next listing in *text becomes that of @dir.  @sure: that is a directory. */
int disk_fs_keep(struct disk_fs *d, const struct boot_path *dir, bool sure,
		 const char **text, const char *mark, enum disk_ls_form form);
/* List @count directories in one run, and keep them. */
int disk_fs_list_all(struct disk_fs *d, const struct boot_path *dir, size_t count);
/* The names of them in the short form: *ret_text has for each the line that it begins with,
 * and those of disk_ls_names(), if it could be listed.  Nothing is kept. */
int disk_fs_ask_short(struct disk_fs *d, const struct boot_path *dir, size_t count,
		      char **ret_text);
/* As disk_fs_list_all(), in a cheaper way, of which the first @sure are known to be there, and the others
 * most likely are not. */
int disk_fs_list_sure(struct disk_fs *d, const struct boot_path *dir, size_t sure,
		      size_t count);
/* All in which a boot configuration may be found. */
int disk_fs_list_places(struct disk_fs *d);
/* Does case not matter in its names? */
bool disk_fs_folds(const struct disk_fs *d, unsigned device);
