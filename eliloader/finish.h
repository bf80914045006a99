/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finish - what a disk shows of an install: the report of the worker that read it becomes
 * the verdict that the planner plans from (plan.h), and pygrub is asked whether it would
 * boot the same.
 *
 *	nothing of a system, all of it readable		DISK_EMPTY
 *	kernels, but no boot configuration		DISK_EMPTY: an installer was cut, as
 *	    nothing says what root= is; but DISK_BOOTS of SUSE's kernels for Xen, as SLES 9
 *	    to 11 leave no configuration and have root in the ramdisk; where the VM's own
 *	    arguments have root=; and on the CD of the family pygrub
 *	kernels, and a configuration of which nothing
 *	    can be booted				DISK_BOOTS_ANYHOW
 *	a configuration with an entry to boot		DISK_BOOTS
 *	words that say what to boot, and no empty disk	DISK_BOOTS: the caller boots these
 *	anything else					DISK_FOREIGN
 * Whether the kernel can run is not known here: a caller that finds it cannot makes
 * the verdict DISK_FOREIGN.
 *
 * Owns:   nothing; all is borrowed, verdicts are copied out.
 * Errors: none: what goes wrong with pygrub is logged, and makes it one that does not
 *         agree.
 * Source: contract par. 2 (el5uek), 3.4 (domUloader)
 */
#pragma once
#include "eliloader/disk_report.h"
#include "eliloader/output.h"
#include "eliloader/plan.h"
#include "eliloader/pygrub.h"
#include "eliloader/run.h"

struct finish_from {
	const struct request *request;
	const struct record *record;
	const struct distro *distro;
	bool words; /* --kernel or --entry was given, whoever gave it */
};

/* @ret_entry: of the report's menu, the entry to boot where no words say another (its count:
 * there is none).  Pure. */
void finish_judge(const struct finish_from *from, const struct disk_report *report,
		  size_t *ret_entry, struct disk_verdict *ret);

/* For a first round of which nothing is known (plan.h, @guards): DISK_EMPTY only when it is
 * blank.  Files without a system may be anybody's; that an installer was at work is known
 * in later rounds only. */
void finish_judge_first(const struct disk_report *report, struct disk_verdict *ret);

/* Would pygrub, given @choice and the verdict's selection, hand over what @output holds
 * (both files, byte by byte) with @args? */
void finish_ask_pygrub(struct run *run, const struct record *record, const char *image,
		       const struct pygrub_choice *choice, const struct output *output,
		       const char *args, struct disk_verdict *verdict);
/* Are these the same arguments for a kernel?  Blanks do not count, nor do words of
 * pygrub's that begin with '$': it knows no variables.  Pure. */
bool finish_same_args(const char *ours, const char *pygrubs);
