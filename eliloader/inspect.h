/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inspect - `eliloader inspect IMAGE`: what is on a disk, what of it can be booted as a PV or
 * PVH guest, and why not the rest.  Nothing is changed, and nothing kept.
 *
 * inspect.c asks the workers; inspect_print.c and inspect_json.c are pure.
 * Owns:   struct inspect owns its kernels; the report is borrowed from a struct disk.
 * Errors: 0 or a negative errno with the failure filled in; a kernel that cannot be looked
 *         into is a line of the answer, not a failure.
 */
#pragma once
#include <stdio.h>

#include "eliloader/disk_report.h"
#include "eliloader/failure.h"
#include "eliloader/request.h"
#include "eliloader/wire.h"

struct inspect_kernel {
	struct boot_path path;
	uint64_t len;		  /* bytes; 0: it was not read */
	struct wire_kernel facts; /* when @why is empty */
	char why[512];		  /* why nothing is known of it */
};

struct inspect {
	const char *image;
	const struct disk_report *report;
	struct inspect_kernel *kernel; /* owned: each that an entry names, once */
	size_t kernel_count;
};

/* Fill @ret->kernel with the kernels that entries name, at most INSPECT_KERNELS: nothing is
 * known of them yet.  -ENOMEM.  Pure. */
int inspect_list_kernels(struct inspect *in);
void inspect_done(struct inspect *in);
/* NULL: the entry can be booted, at least as one of PV and PVH.  Else why not. */
const char *inspect_why(const struct inspect *in, size_t entry);
/* What is known of an entry's kernel; NULL: nothing. */
const struct inspect_kernel *inspect_kernel_of(const struct inspect *in, size_t entry);
/* "xz", "none", "unknown"... */
const char *inspect_payload(const struct wire_kernel *k);
/* How many entries can be booted. */
size_t inspect_bootable(const struct inspect *in);

/* For people; each text of the disk is escaped. */
void inspect_print(FILE *out, const struct inspect *in);
/* One JSON object.  A text that is no UTF-8 has \xHH for each byte that is no ASCII. */
int inspect_print_json(FILE *out, const struct inspect *in);
/* --list-entries: the menu in pygrub's words, and which submenus an entry lies in. */
void inspect_print_entries(FILE *out, const struct disk_report *report);

/* The program's: exit status 0 when something can be booted.  -ENOENT with an empty failure:
 * all was printed, and nothing can. */
int inspect_image(const struct request *request, struct failure *ret_failure);
