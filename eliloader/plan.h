/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan - from request, record, configuration and what is known of the disk to what shall
 * be done.  Pure: nothing is opened, nothing is printed; every decision leaves a reason.
 *
 *	install-round 1		      install: give out the installer, then round becomes 2
 *	install-round 2, the last one: the disk is asked.  It can boot: boot it, and the
 *				      install is finished (CHANGE_...); it cannot: the
 *				      installer again, and nothing changes
 *	install-round over that	      an error that says what to do
 * A one-round family has that second start, too: what the installer left shows only there.
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

/* What looking at the disk has shown (DISK_NOT_ASKED until somebody did). */
enum disk_state { DISK_NOT_ASKED, DISK_BOOTS, DISK_DOES_NOT_BOOT };

/* Sizes, from the strongest word: VM.platform, xenstore (this VM, the host), configuration;
 * never over the ceilings of limits.h unless the configuration says more. */
struct plan_limits {
	uint64_t kernel, ramdisk, unpacked; /* bytes */
};

struct plan_candidate {
	char kernel[REPO_PATH_MAX], ramdisk[REPO_PATH_MAX]; /* below the repository */
	enum media media;
	char sums[REPO_PATH_MAX]; /* empty: none */
};

struct plan {
	enum plan_action action;
	char error_name[40]; /* UNSUPPORTED_INSTALL_METHOD, INVALID_SOURCE ... */
	char *error_text;

	const struct distro *distro; /* NULL: no install keys, the disk is booted */
	unsigned round, rounds;
	bool again; /* the installer was given out before, and left no system */
	struct repo repo;
	char proxy[VALUE_MAX]; /* install-proxy; empty: none */
	bool treeinfo;
	struct plan_candidate *candidate;
	size_t candidate_count;
	char kernel_path[VALUE_MAX], ramdisk_path[VALUE_MAX]; /* PLAN_DOM0_FILES */

	bool vnc;
	char vncpassword[64];
	char install_args[VALUE_MAX];
	char *request_args; /* --args and its like, before everything; may be empty */
	struct plan_limits limits;

	/* Made after kernel and ramdisk are in place, before the result is printed. */
	struct change *change;
	size_t change_count;
	bool needs_vbds; /* @record needs its VBDs for this plan: read them, plan again */

	char **reason; /* one sentence each */
	size_t reason_count;
};

/* What the host's xenstore says of limits; 0: nothing. */
struct plan_store_limits {
	uint64_t vm_kernel, vm_ramdisk, host_kernel, host_ramdisk; /* bytes */
};

int plan_make(const struct request *request, const struct record *record,
	      const struct config *config, const struct plan_store_limits *store,
	      enum disk_state disk, struct plan *ret);
void plan_done(struct plan *p);
#define autoplan __attribute__((cleanup(plan_done)))

/* The kernel's arguments, when it is known what installer was found.  Each word of ours is
 * checked; -ENAMETOOLONG: over ARGS_MAX. */
int plan_args(const struct plan *p, enum media media, char ret_args[ARGS_MAX]);

/* --explain: for people, or one JSON object. */
void plan_print(FILE *out, const struct plan *p);
int plan_print_json(FILE *out, const struct plan *p);
