/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libraries - which files a dynamic program needs to start, found as its loader would.
 *
 * The interpreter (PT_INTERP) and the closure of DT_NEEDED, each looked for in --lib-dir,
 * RPATH or RUNPATH of who needs it ($ORIGIN too), /etc/ld.so.cache, and the usual
 * directories.  Only 64-bit ELF files of this machine.
 *
 * Source: elf(5), ld.so(8); the cache's form is glibc's dl-cache.h (1.1)
 * Owns:   struct libraries owns its strings; libraries_done().
 * Errors: 0 or a negative errno; -ENOEXEC: not such a file.  @why gets a sentence.
 * Limits: LIBRARIES_MAX.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/text_list.h"

#define LIBRARIES_DIR "/lib" /* where they lie in the room */
#define LIBRARIES_MAX 256    /* a qemu with everything needs some 130 */

struct library {
	char *name; /* owned: as it is asked for */
	char *path; /* owned: where it is outside */
};

struct libraries {
	char *interpreter; /* owned; NULL: the program is static */
	struct library lib[LIBRARIES_MAX];
	size_t count;
};

/* @path is what $ORIGIN of the program comes from; @more: of the profile, loaded later. */
int libraries_find(int program, const char *path, const struct text_list *dirs,
		   const struct text_list *more, struct libraries *ret, char *why,
		   size_t size);
void libraries_done(struct libraries *l);
