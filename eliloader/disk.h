/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk - ask what is on a VM's disk, and get an entry's kernel and ramdisk from it: the one
 * place of eliloader that does.  All reading is eliloader-disk's, a worker without
 * privilege (disk_main.c).
 *
 * Protocol (wire.h): JOB (limit/kernel, limit/ramdisk in bytes; menu "0": do not read
 * configurations), then the worker says REPORT (a tree, disk_report.h); is answered with
 * PICK (struct wire_pick: an entry's number or files by path), and sends
 * (DATA)* END for each stream, kernel first, ramdisks padded to 4 bytes and one after the
 * other as GRUB loads them; DONE.  Closed instead of PICK: it ends.
 *
 * Owns:   struct disk; disk_close() ends the worker.
 * Errors: 0 or a negative errno with the failure filled in; of a file: -ENOENT there is
 *         none, -EFBIG over its limit.
 */
#pragma once
#include "eliloader/disk_report.h"
#include "eliloader/fetch.h"
#include "eliloader/output.h"
#include "eliloader/plan.h"
#include "eliloader/run.h"
#include "eliloader/worker.h"

struct disk {
	const char *image; /* borrowed */
	struct plan_limits limits;
	struct worker worker;
	struct disk_report report; /* owned */
	bool open;
};
#define autodisk __attribute__((cleanup(disk_close)))

/* Start the worker on @image and hear its report.  Of one disk_open() files can be taken
 * once. */
int disk_open(struct run *run, const char *image, const struct plan_limits *limits,
	      struct disk *ret);
/* The same without a look at configurations: the report has no menu. */
int disk_open_files(struct run *run, const char *image, const struct plan_limits *limits,
		    struct disk *ret);
void disk_close(struct disk *d);
/* Entry @index into @output, checked against the limits. */
int disk_take_entry(struct run *run, struct disk *d, size_t index, struct output *output,
		    struct fetched *ret);
/* Files by their paths (--kernel, --ramdisk; NULL: none), looked for on each device in
 * order, or on one of them: "(hd0,gpt2)/vmlinuz". */
int disk_take_files(struct run *run, struct disk *d, const char *kernel,
		    const char *ramdisk, struct output *output, struct fetched *ret);
/* "(loop0,gpt2)/vmlinuz". */
int disk_name(struct run *run, const struct disk *d, const struct boot_path *path,
	      char ret_name[PICK_PATH_MAX]);
/* Read one kernel, named as for disk_take_files(), and look into it; nothing of it is kept
 * but in run->cache. */
int disk_look_into_kernel(struct run *run, struct disk *d, const char *path,
			  uint64_t *ret_len, struct wire_kernel *ret);
