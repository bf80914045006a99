/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan - from request, record, configuration and what is known of the disk to what shall
 * be done.  Pure: nothing is opened, nothing is printed; every decision leaves a reason.
 *
 *	install-round 1		      install: give out the installer, then round becomes 2
 *	install-round 2, the last one: the disk is asked (struct disk_verdict)
 *	  DISK_BOOTS		      it is booted, and the install is finished
 *	  DISK_BOOTS_ANYHOW	      it is booted, and nothing changes
 *	  DISK_EMPTY		      the installer again, so often as install-attempts says
 *	  DISK_FOREIGN		      an error that names what is there
 *	install-round over that	      an error that says what to do
 * A one-round family has that second start, too: what the installer left shows only there.
 * Under xl a state that was lost looks like a new VM: there, round 1 wants a DISK_EMPTY,
 * too (@guards), unless install-round says 1 in so many words.
 *
 * Finishing under xapi, in this order:
 *	updates disk, size limits	want the family, or no other key
 *	PV-bootloader-args		an eliloader that gets these words in round 2 takes them
 *	eliloader-installed = N		N: pygrub or eliloader, what boots from now on
 *	install-round, eliloader-attempts, install-distro removed
 *	PV-bootloader = pygrub, eliloader-installed removed	if that is N
 * eliloader-installed counts when there is no install-round: the install is over then,
 * whatever other keys say, and where N is pygrub the rest of that list is done.  So, killed
 * before install-round is removed, the next start asks the disk and does it all again;
 * killed after that, the next start does the rest; and no key of an install is left
 * behind by a bootloader that nobody starts any more.  (Switched first, as
 * eliloader 1.9 did, install-distro would stay, by which XenCenter knows a VM that is
 * to be installed.)  A kill between the last two leaves eliloader-installed=pygrub.
 * Under xl the changes are one file that is written at once.
 *
 * cdrom under xapi: the toolstack hands over the first VBD, in the order of VM.VBDs, that
 * is bootable and not empty; so the CD must be bootable and have its medium for the
 * installer to be read, and the disk must be bootable for it to be asked.  With the
 * installer given out, the order of changes is
 *	disk bootable, install-round 2, CD not bootable
 * and what a start finds, killed or not, is one of
 *	CD only    (round 1 or 2)  the image is the CD: the installer, then the changes
 *	both       (round 1 or 2)  the image is either (@iso_unsure): the installer when it
 *				   is an ISO image; else the caller plans again with
 *				   DISK_NOT_ISO.  Round 1 and no medium: it is the disk
 *	disk only, round 2	   the image is the disk: it is asked
 *	disk only, round 1	   the image is the disk
 * When the installer is wanted and the image is the disk, this start fails with a sentence
 * that says what brings the installer:
 *	no CD drive		   add one; no flag changes
 *	no medium in any	   insert it; no flag changes, so the disk stays the boot
 *				   device for as long as that takes
 *	a medium, before the disk  (as VM.VBDs lists them)  the CD becomes bootable and the
 *				   disk stays so: "both", whose image is the CD, and the
 *				   disk when the medium is ejected before the next start
 *	a medium, after the disk   the CD becomes bootable, then the disk not: "CD only",
 *				   as "both" would bring the disk for ever.  Also when
 *				   "both" has brought the disk although the CD is listed
 *				   before it
 * These are a PLAN_ERROR with changes, which are made before it is told.  So, killed at any
 * point, something bootable is not empty, but for one case: a medium ejected in "CD only",
 * that is from a failed start whose sentence says to leave it in to the next one, when the
 * CD is listed after the disk; or before the first start, as the VM was made.  XAPI says
 * then that there is no bootable device, and goes on when it is inserted again.  No VBD
 * record tells which VDI the image is, and no other VBD's disk is attached to dom0 then; so
 * the one failed start after an aborted install cannot be had cheaper.
 * cdrom under xl: the image is the configuration's first disk.  Either that is the ISO
 * until the install is over, or --cdrom names the ISO and the image is the disk.
 *
 * Values of the record are hostile.  They are refused with PLAN_ERROR, not repaired:
 * control bytes, quotes and spaces where a word is wanted, and lengths over limits.h.
 *
 * Owns:   the plan owns its texts.
 * Errors: a plan with PLAN_ERROR is a result, not a failure; -ENOMEM is a failure.
 * Source: contract par. 2, 3, 5.3
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "eliloader/config.h"
#include "eliloader/distros.h"
#include "eliloader/limits.h"
#include "eliloader/record.h"
#include "eliloader/repo.h"
#include "eliloader/request.h"
#include "eliloader/wire.h"

enum plan_action {
	PLAN_ERROR,	 /* @error_name, @error_text */
	PLAN_INSTALL,	 /* kernel and ramdisk from @repo */
	PLAN_DOM0_FILES, /* kernel and ramdisk from dom0's guest-installer directory */
	PLAN_DISK,	 /* boot what is on the disk */
};

/* What looking at the image has shown. */
enum disk_state {
	DISK_NOT_ASKED,
	DISK_NOT_ISO, /* only that it is no ISO 9660 image, so that it is the disk (see
			    * @iso_unsure) */
	DISK_EMPTY,   /* no system: blank, or what an installer leaves that was cut */
	DISK_FOREIGN, /* something that cannot be read, or not booted: @why */
	DISK_BOOTS_ANYHOW, /* it boots, but nothing says that the installer came to its end:
			    * kernels, and a configuration that is not understood */
	DISK_BOOTS,	   /* its system boots: it was found, and its kernel can run */
};

struct disk_verdict {
	enum disk_state state;
	bool pygrub;	   /* DISK_BOOTS: pygrub gives out the same, with @selection */
	bool pygrub_boots; /* pygrub gives out something */
	char why[512];	   /* what the disk holds, a clause; hostile; may be empty */
	/* DISK_BOOTS: words that PV-bootloader-args must hold for that ("--kernel K
	 * --ramdisk I", "--entry N"); empty: none. */
	char selection[256];
};

/* Sizes, from the strongest word: VM.platform, xenstore (this VM, the host), configuration;
 * never over the ceilings of limits.h unless the configuration says more. */
struct plan_limits {
	uint64_t kernel, ramdisk, unpacked; /* bytes */
};

struct plan_candidate {
	char kernel[REPO_PATH_MAX], ramdisk[REPO_PATH_MAX]; /* below the repository; an
							     * empty ramdisk: none */
	enum media media;
	char sums[REPO_PATH_MAX]; /* empty: none */
};

struct plan {
	enum plan_action action;
	char error_name[40]; /* FAILURE_METHOD, FAILURE_SOURCE ... of failure.h */
	char *error_text;

	const struct distro *distro; /* NULL: no install keys, the disk is booted */
	unsigned round;
	bool again;	  /* the installer was given out before, and left no system */
	unsigned attempt; /* @again: the how manieth time, from 2 */
	bool guards; /* PLAN_INSTALL: only on a disk that is DISK_EMPTY: ask it, and plan again
		      * with what it says */
	bool asks_pygrub; /* PLAN_DISK: if it boots, pygrub is asked, too: plan again */
	struct repo repo;
	char proxy[VALUE_MAX]; /* install-proxy; empty: none */
	/* PLAN_INSTALL from cdrom: the file to read (borrowed from @request; NULL: none
	 * was named) */
	const char *iso;
	bool iso_unsure; /* it may be the disk instead: when the worker says RESULT_INVALID,
			  * plan again with DISK_NOT_ISO */
	bool treeinfo;
	const char *arch; /* for .treeinfo: "x86_64" or "i386" */
	char release[64]; /* debian-release or that of the address; may be empty */
	struct plan_candidate *candidate;
	size_t candidate_count;
	char kernel_path[VALUE_MAX], ramdisk_path[VALUE_MAX]; /* PLAN_DOM0_FILES */

	bool vnc;
	char vncpassword[64];
	char install_args[VALUE_MAX];
	char *request_args; /* --args and its like, before everything; may be empty */
	struct plan_limits limits;

	/* Made after kernel and ramdisk are in place, before the result is printed; those
	 * of a PLAN_ERROR before it is told. */
	struct change *change;
	size_t change_count;
	bool needs_vbds; /* @record needs its VBDs for this plan: read them, plan again,
			  * once (a VM may have none) */

	char **reason; /* one sentence each */
	size_t reason_count;
};

/* What the host's xenstore says of limits; 0: nothing. */
struct plan_store_limits {
	uint64_t vm_kernel, vm_ramdisk, host_kernel, host_ramdisk; /* bytes */
};

int plan_make(const struct request *request, const struct record *record,
	      const struct config *config, const struct plan_store_limits *store,
	      const struct disk_verdict *disk, struct plan *ret);
void plan_done(struct plan *p);
#define autoplan __attribute__((cleanup(plan_done)))

/* The kernel's arguments: those of the request, ours, install-args, and then what the
 * request has from a lone "--" or "---" on, which is for the installed system.  When it is
 * known what installer was found (MEDIA_UNKNOWN: the family's usual one).  Each word of ours
 * is checked; -ENAMETOOLONG: over ARGS_MAX. */
int plan_args(const struct plan *p, enum media media, char ret_args[ARGS_MAX]);

/* --explain: for people, or one JSON object.  @disk: what was found on the disk, a line that
 * may be hostile; empty: it was not looked at. */
void plan_print(FILE *out, const struct plan *p);
int plan_print_json(FILE *out, const struct plan *p, const char *disk);
