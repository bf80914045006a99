/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileges_case - what the tests of privileges.h share: a case is run in a child of its
 * own, as root, and a case that finds a fault says which.
 *
 * The directory stands for --root; beside its etc lie files that everyone may read and
 * write, so that it is Landlock, and not a mode, that refuses them.
 */
#pragma once
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define USER_ID	 64321
#define GROUP_ID 64322
#define OWN_LINE "xe-guest-agent:x:64321:64322::/:/bin/false\n"

#define SAID_MAX 8192
extern char case_top[64],
	case_said[SAID_MAX]; /* the directory; what the last child logged */
extern int case_root;	     /* the same, open */

/* What a child finds wrong; its end is its verdict. */
#define expect(good)                                                                     \
	do {                                                                             \
		if (!(good)) {                                                           \
			dprintf(1, "# line %d: %s (%s)\n", __LINE__, #good,              \
				strerror(errno));                                        \
			_exit(1);                                                        \
		}                                                                        \
	} while (0)

/* The wait status of @body in a child. */
int case_in_child(void (*body)(void));
/* A case of its own: @body ends well. */
bool case_passes(void (*body)(void));
/* A file below the directory, for everyone to read and write. */
void case_put(const char *path, const char *text);
/* Is that the line of /proc/@of/status? */
bool case_status_is(const char *of, const char *key, const char *value);
bool case_limit_is(int resource, rlim_t want);
/* privileges_drop(), then privileges_seal(), both well. */
void case_drop(void);
void case_seal(void);
/* false: not here, and why is said; then the test ends with @ret_status. */
bool case_begin(int *ret_status);
/* Nothing but what was made is there. */
bool case_end(void);
