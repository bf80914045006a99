/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_dir - a guest's disk of a test's own: a boot_fs whose devices are directories of
 * this machine (fixtures) or files in memory.
 *
 *	struct boot_dir d;
 *
 *	boot_dir_init(&d);
 *	root = boot_dir_add(&d, "loop0,gpt2", NULL);		in memory
 *	d.device[root] ... label, uuid, fs, active: as wanted
 *	boot_dir_text(&d, root, "/boot/grub/grub.cfg", "...");
 *	efi = boot_dir_add(&d, "loop0,gpt1", "tests/fixtures/boot/grub/esp");
 *	r = boot_grub_read(&d.fs, &path, &menu);
 *	boot_dir_done(&d);
 *
 * Owns:   the files in memory; boot_dir_done().
 * Errors: of the file system boot_fs.h's; what the test itself does wrong ends it.
 * Limits: BOOT_DIR_DEVICES; the names of a directory come sorted.
 */
#pragma once
#include "eliloader/boot_fs.h"

#define BOOT_DIR_DEVICES 8

struct boot_dir_file {
	unsigned device;
	char *path; /* owned */
	char *text; /* owned */
	size_t len;
};

struct boot_dir {
	struct boot_fs fs;
	struct boot_device device[BOOT_DIR_DEVICES];
	const char *root[BOOT_DIR_DEVICES]; /* borrowed; NULL: in memory */
	struct boot_dir_file *file;	    /* owned */
	size_t file_count;
	unsigned lists, reads; /* how often it was asked */
	int broken;	       /* not 0: what every further answer is */
};

void boot_dir_init(struct boot_dir *d);
void boot_dir_done(struct boot_dir *d);
/* One device more; its index.  @root: a directory, or NULL for files in memory. */
unsigned boot_dir_add(struct boot_dir *d, const char *name, const char *root);
/* A file in memory; its directories are there with it. */
void boot_dir_put(struct boot_dir *d, unsigned device, const char *path, const void *text,
		  size_t len);
void boot_dir_text(struct boot_dir *d, unsigned device, const char *path,
		   const char *text);
/* "(INDEX)/path" of @path, in a buffer that the next call but seven writes over. */
const char *boot_dir_print(const struct boot_path *path);
