/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pygrub - what is on the disk, asked of a de-privileged pygrub: it extracts kernel and
 * ramdisk as a user of its own (--runas), and its exit status 0 on failure is noticed.
 * The place of the disk side; see docs/design.md.
 * Owns:   nothing; new files are @output's, and pygrub's own directory goes with it.
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

/* Boot @image: @output gets the files.  @suse_bits: 0, or 32 or 64: where pygrub finds no
 * menu, look for SUSE's kernels of so many bits (vmlinuz-xenpae, vmlinuz-xen), as its
 * domUloader did. */
int pygrub_boot(struct run *run, const char *image, const struct pygrub_choice *choice,
		unsigned suse_bits, struct output *output, struct pygrub_result *ret);
/* pygrub's answer in simple0: the paths and args in it.  Pure.  -EBADMSG: it is none, or
 * a path is not a file right below @directory. */
int pygrub_parse(const char *text, size_t len, const char *directory, char *ret_kernel,
		 char *ret_ramdisk, size_t path_size, char ret_args[ARGS_MAX]);
