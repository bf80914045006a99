/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify_status - the lines of /proc/PID/status that tell what a task may do.
 * Source: proc(5).  The kernel escapes '\n' and '\\' in the name, so that no line is the
 *         process' own.
 * Owns:   nothing; results are copied out.
 * Errors: 0 or a negative errno; ret_ arguments are written on success only.
 *         -EBADMSG: a line that must be there is not, or does not read as it should.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of the file; the last is absent before Linux 4.3 (and then empty). */
enum {
	VERIFY_CAP_INHERITABLE,
	VERIFY_CAP_PERMITTED,
	VERIFY_CAP_EFFECTIVE,
	VERIFY_CAP_BOUNDING,
	VERIFY_CAP_AMBIENT,
	VERIFY_CAPS,
};

enum { VERIFY_ID_REAL, VERIFY_ID_EFFECTIVE, VERIFY_ID_SAVED, VERIFY_ID_FS, VERIFY_IDS };

struct verify_status {
	char state; /* 'R', 'S', 'Z' ... */
	unsigned tgid;
	uint32_t uid[VERIFY_IDS];
	uint32_t gid[VERIFY_IDS];
	unsigned groups; /* how many beside its own gid */
	uint64_t caps[VERIFY_CAPS];
	unsigned no_new_privs;
	unsigned seccomp;
	unsigned filters; /* told by Linux 5.9; before that 1 where seccomp is 2 */
};

int verify_status_parse(const char *text, size_t len, struct verify_status *ret);

/* The 7th and 22nd field of /proc/PID/stat, counted from the last ')', since the name may
 * hold anything else: the controlling terminal, the start in ticks since boot. */
struct verify_stat {
	uint64_t tty;
	uint64_t start;
};
int verify_stat_parse(const char *text, size_t len, struct verify_stat *ret);
