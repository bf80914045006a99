/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan_parts - what the planner's files share: plan.c decides, plan_values.c checks the
 * record's values, plan_rounds.c counts rounds and attempts, plan_pairs.c lists where to
 * look, plan_changes.c and plan_finish.c say what changes, plan_text.c writes sentences.
 *
 * Errors: 0: go on; PLAN_STOP: the plan is made (mostly an error); -ENOMEM.
 */
#pragma once
#include "eliloader/failure.h"
#include "eliloader/plan.h"

#define PLAN_STOP 1
#define SHOWN_MAX 200 /* bytes of a value in a sentence, escaped */

/* What is planned from. */
struct plan_from {
	const struct request *request;
	const struct record *record;
	const struct config *config;
	const struct plan_store_limits *store;
	const struct disk_verdict *disk;
};

/* plan_text.c */
__attribute__((format(printf, 2, 3))) int plan_reason(struct plan *p, const char *fmt,
						      ...);
/* Make @p an error.  Always PLAN_STOP or -ENOMEM. */
__attribute__((format(printf, 3, 4))) int plan_fail(struct plan *p, const char *name,
						    const char *fmt, ...);
/* A value as it may be printed: escaped, and cut. */
const char *plan_shown(char out[SHOWN_MAX], const char *value);
/* How an administrator sets or removes a key of this VM, as a command or in words. */
const char *plan_how_to_set(const struct plan_from *f, const char *key, const char *value,
			    char out[256]);
/* How an install is begun anew. */
const char *plan_how_to_install(const struct plan_from *f, char out[256]);
const char *plan_how_to_remove(const struct plan_from *f, const char *key, char out[256]);

/* plan_rounds.c */
int plan_take_round(struct plan *p, const struct plan_from *f);
/* The installer is to be given out: may it be, and which time is it?  Not @sure: the image
 * may be the installed disk, which no count keeps from booting. */
int plan_take_attempt(struct plan *p, const struct plan_from *f, bool sure);
/* Is the install over (PLAN_STOP)?  Then what is left to change. */
int plan_take_installed(struct plan *p, const struct plan_from *f);
/* install-bootloader is one of its words, or an error. */
int plan_check_bootloader(struct plan *p, const struct plan_from *f);
/* May the installer have this disk?  Else an error, or @guards: not known yet. */
int plan_guard(struct plan *p, const struct plan_from *f);

/* plan_values.c: each takes one thing from the record into the plan. */
int plan_take_limits(struct plan *p, const struct plan_from *f);
/* Those that hold after the install, for the system that it left. */
int plan_take_later_limits(struct plan *p, const struct plan_from *f);
int plan_take_repo(struct plan *p, const struct plan_from *f);
int plan_take_proxy(struct plan *p, const struct plan_from *f);
int plan_take_words(struct plan *p, const struct plan_from *f);
/* Printable ASCII? */
bool plan_is_printable(const char *text);

/* plan_pairs.c */
int plan_take_pairs(struct plan *p, const struct plan_from *f);

/* plan_changes.c */
/* A change more; @key is our own and short, @value was checked. */
int plan_change(struct plan *p, enum change_kind kind, const char *key, const char *value,
		size_t vbd);
/* Remove a key of other-config that is there. */
int plan_drop(struct plan *p, const struct plan_from *f, const char *key);
enum plan_image { IMAGE_DISK, IMAGE_CD, IMAGE_UNSURE };
/* What is the image, with install-repository cdrom? */
enum plan_image plan_find_image(struct plan *p, const struct plan_from *f);
/* The installer is given out. */
int plan_change_install(struct plan *p, const struct plan_from *f);
/* The CD must be the image at the next start.  PLAN_STOP: an error that says so. */
int plan_change_to_cd(struct plan *p, const struct plan_from *f);

/* plan_finish.c */
/* The disk boots. */
int plan_change_finish(struct plan *p, const struct plan_from *f);
/* Does it count what pygrub says of the disk? */
bool plan_asks_pygrub(const struct plan_from *f);
/* The rest of that: see plan.h. */
int plan_change_rest(struct plan *p, const struct plan_from *f);
