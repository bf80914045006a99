/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_dir - a guest's disk of a test's own: a boot_fs whose devices are directories of
 * this machine (fixtures) or files in memory.
 *
 *	struct boot_dir d;
 *
 *	boot_dir_with(&d, "loop0,gpt2", NULL);			in memory
 *	d.device[0] ... label, uuid, fs, active: as wanted
 *	boot_dir_text(&d, 0, "/boot/grub/grub.cfg", "...");
 *	efi = boot_dir_add(&d, "loop0,gpt1", "tests/fixtures/boot/grub/esp");
 *	r = boot_grub_read(&d.fs, &path, &menu);
 *	boot_dir_done(&d);
 *
 * Owns:   the files in memory; boot_dir_done().
 * Errors: of the file system boot_fs.h's; what the test itself does wrong ends it.
 * Limits: BOOT_DIR_DEVICES; the names of a directory come sorted.
 */
#pragma once
#include <stdio.h>

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
	FILE *out;	       /* owned; of the last file, while it is written */
	unsigned lists, reads; /* how often it was asked */
	int broken;	       /* not 0: what every further answer is */
};

void boot_dir_init(struct boot_dir *d);
/* The same, with devices in memory of these names; the last is NULL. */
void boot_dir_with(struct boot_dir *d, ...) __attribute__((sentinel));
void boot_dir_done(struct boot_dir *d);
/* One device more; its index.  @root: a directory, or NULL for files in memory. */
unsigned boot_dir_add(struct boot_dir *d, const char *name, const char *root);
/* A file in memory; its directories are there with it. */
void boot_dir_put(struct boot_dir *d, unsigned device, const char *path, const void *text,
		  size_t len);
void boot_dir_text(struct boot_dir *d, unsigned device, const char *path,
		   const char *text);
/* The same, with what is written to the stream until boot_dir_close(); there is no other
 * file until then. */
FILE *boot_dir_open(struct boot_dir *d, unsigned device, const char *path);
void boot_dir_close(struct boot_dir *d);
/* "(INDEX)/path" of @path, in a buffer that the next call but seven writes over. */
const char *boot_dir_print(const struct boot_path *path);
