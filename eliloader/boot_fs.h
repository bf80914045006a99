/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_fs - a guest's disk as the readers of boot configurations see it: devices with file
 * systems, directories, files.  Who reads the bytes is behind @ops: grub-fstest in the
 * worker (disk_fs.h), a directory or memory in tests.
 *
 * A path is absolute, inside one device: nothing outside of the guest's disk has a name
 * here.  Names are bytes without NUL and '/'; they may be no UTF-8, and are hostile.
 *
 * Owns:   results of list() and read() are the caller's; devices are the file system's.
 * Errors: 0 or a negative errno: -ENOENT also for a part of the path, -EFBIG over @max,
 *         -EIO the device cannot be read, -E2BIG more was asked for than a start may
 *         (limits.h: DISK_RUNS_MAX, DISK_TIME_MAX_S): then nothing more is answered.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "eliloader/limits.h"

#define BOOT_PATH_MAX	 1024 /* bytes of a path, NUL included */
#define BOOT_DEVICES_MAX 128  /* partitions, volumes and arrays of one disk */

struct boot_device {
	char name[128];	 /* GRUB's, without parentheses: "loop0,gpt2", "lvm/vg-root" */
	char fs[32];	 /* GRUB's: "ext*", "xfs", "btrfs"...; "": none that is known */
	char label[128]; /* "": none */
	char uuid[64];	 /* as GRUB prints it; "": none */
	uint64_t size;	 /* bytes; 0: not known */
	bool active;	 /* the MBR's flag */
	bool blank;	 /* no file system, and its first and last MiB are zeros */
	bool swap;	 /* no file system but swap space */
};

struct boot_path {
	unsigned device; /* index into @device */
	char path[BOOT_PATH_MAX];
};

enum boot_kind { BOOT_FILE, BOOT_DIR };
struct boot_name {
	char *name; /* owned */
	enum boot_kind kind;
	uint64_t size; /* of a file, bytes */
};
struct boot_names {
	struct boot_name *item; /* owned */
	size_t count;
};
void boot_names_done(struct boot_names *n);
#define autonames __attribute__((cleanup(boot_names_done)))

struct boot_fs;
struct boot_fs_ops {
	/* The names in a directory, without "." and "..", in the order of the disk. */
	int (*list)(struct boot_fs *fs, const struct boot_path *dir,
		    struct boot_names *ret);
	/* A whole file of at most @max bytes; a NUL follows them. */
	int (*read)(struct boot_fs *fs, const struct boot_path *file, size_t max,
		    char **ret_text, size_t *ret_len);
};
struct boot_fs {
	const struct boot_fs_ops *ops;
	const struct boot_device *device;
	size_t device_count;
	unsigned misses;     /* files that a configuration named in vain (boot_place.h) */
	unsigned long steps; /* that its configurations took (boot_grub_run.h) */
};

/* What is at @path?  Asks list() for its directory, which the file system keeps. */
int boot_look(struct boot_fs *fs, const struct boot_path *path, enum boot_kind *ret_kind,
	      uint64_t *ret_size);
/* Is a file there?  An error is "no". */
bool boot_is_file(struct boot_fs *fs, const struct boot_path *path);
/* "/a/./b//../c" from @base's device and directory (an absolute @text ignores the
 * directory), normalised; ".." stops at the root.  -ENAMETOOLONG. */
int boot_path_join(const struct boot_path *base_dir, const char *text,
		   struct boot_path *ret);
/* The directory that @path lies in. */
void boot_path_parent(const struct boot_path *path, struct boot_path *ret_dir);
/* Does case not matter in its names, to GRUB? */
bool boot_device_folds(const struct boot_device *device);
/* GRUB's name of a device ("hd0,gpt2", "hd0,msdos1", "hd0,2", "loop0,gpt2",
 * "lvm/vg-root", "md/0"; every hd number is the one disk): its index, or -ENODEV. */
int boot_device_by_name(const struct boot_fs *fs, const char *name);
/* -ENODEV.  UUIDs compare without regard to case and '-' as GRUB's search does. */
int boot_device_by_uuid(const struct boot_fs *fs, const char *uuid);
int boot_device_by_label(const struct boot_fs *fs, const char *label);
