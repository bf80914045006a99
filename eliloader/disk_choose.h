/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_choose - which system of a disk is wanted: by words (--kernel, --ramdisk, --entry, --args
 * of the toolstack, else those of PV-bootloader-args), by somebody at the guest's console,
 * or by the disk's own default.
 *
 * Owns:   struct disk_words owns what it parsed; texts from the request are borrowed.
 * Errors: 0 or a negative errno with the failure filled in.
 * Source: contract par. 1.4, 3.4; pygrub's run_grub()
 */
#pragma once
#include "eliloader/disk_report.h"
#include "eliloader/record.h"
#include "eliloader/run.h"

#define DISK_WORDS_MAX 16 /* of PV-bootloader-args */

struct disk_words {
	const char *kernel, *ramdisk, *entry, *args; /* borrowed; NULL: not given */
	struct request parsed;			     /* owned */
	char *text;				     /* owned: what @word points into */
	char *word[DISK_WORDS_MAX + 2];
};
int disk_words_read(struct run *run, const struct record *record, struct disk_words *ret);
void disk_words_done(struct disk_words *w);
#define autowords __attribute__((cleanup(disk_words_done)))
/* Is a system chosen by them? */
bool disk_words_choose(const struct disk_words *w);

/* The entry: by the words, else @usual (count: there is none).  As pygrub does, a number or
 * title that is not there leaves it at @usual, with a warning.  -ENOEXEC: it cannot be booted.
 * -ENODATA: none can. */
int disk_choose(struct run *run, const struct disk_report *report,
		const struct disk_words *words, size_t usual, size_t *ret_index);
/* Let somebody at the console choose, where there is one.  -ECANCELED. */
int disk_ask_menu(struct run *run, struct disk_report *report, size_t usual,
		  size_t *ret_index);
/* What the configuration says and the words add to it.  -ENAMETOOLONG: over ARGS_MAX. */
int disk_join_args(struct run *run, const char *own, const char *added,
		   char ret_args[ARGS_MAX]);
