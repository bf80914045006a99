/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pygrub - what is on the disk, asked of a de-privileged pygrub: it extracts kernel and
 * ramdisk as a user of its own (--runas), and its exit status 0 on failure is noticed.
 * By default it is asked only whether it could boot what eliloader has read itself
 * (finish.h); with disk-reader = pygrub it is what reads disks.
 * Owns:   nothing; new files are the caller's, and pygrub's own directory goes with it.
 * Source: contract par. 3.4, 4.2
 * Errors: 0 or a negative errno; -ENOENT: no pygrub; -ENODATA: it found nothing to boot,
 *         its last words in the failure.
 */
#pragma once
#include "eliloader/output.h"
#include "eliloader/run.h"

/* What to boot, as pygrub's own options; NULL: its default. */
struct pygrub_choice {
	const char *kernel, *ramdisk, *entry, *args;
};

struct pygrub_result {
	char args[ARGS_MAX];
	/* The selection that worked, for PV-bootloader-args ("--kernel K --ramdisk I");
	 * empty: pygrub's own default. */
	char selection[256];
};

/* What it gave out: unnamed files that can be read.  -1: none. */
struct pygrub_files {
	int fd[STREAMS]; /* owned */
};
void pygrub_files_done(struct pygrub_files *f);
#define autopygrubfiles __attribute__((cleanup(pygrub_files_done)))

/* What would it boot of @image?  @suse_bits: 0, or 32 or 64: where pygrub finds no menu,
 * look for SUSE's kernels of so many bits (vmlinuz-xenpae, vmlinuz-xen), as its domUloader
 * did. */
int pygrub_ask(struct run *run, const char *image, const struct pygrub_choice *choice,
	       unsigned suse_bits, struct pygrub_files *ret_files,
	       struct pygrub_result *ret);
/* The same, into @output. */
int pygrub_boot(struct run *run, const char *image, const struct pygrub_choice *choice,
		unsigned suse_bits, struct output *output, struct pygrub_result *ret);
/* pygrub's answer in simple0: the paths and args in it.  Pure.  -EBADMSG: it is none, or
 * a path is not a file right below @directory. */
int pygrub_parse(const char *text, size_t len, const char *directory, char *ret_kernel,
		 char *ret_ramdisk, size_t path_size, char ret_args[ARGS_MAX]);
