/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify_weak - a room with one weakness, made without a line of xen-restrict's.
 *
 * verify_weak NAME UID: enters a room like that of the launcher but for the weakness NAME,
 * says "pid N" and "ready", and waits to be ended; it ends with who started it.  NAME
 * "none" is a room that is as it should be.
 *
 * Owns:   nothing.
 * Errors: what fails ends the program with a sentence.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

extern const char *weakness;  /* the NAME */
extern int weak_host_network; /* a descriptor, where the weakness needs it */

/* Is this the one? */
bool weak(const char *name);
/* End with a sentence when @r is negative; gives @r. */
int must(const char *what, long r);
/* Leave a descriptor open, if that is the weakness. */
void weak_descriptors(void);
/* Leave something mapped whose descriptor is closed, if that is it. */
void weak_maps(void);
/* The root, and what it is made weak by. */
void weak_root(void);
/* Limits, groups, ids, capabilities, flags, filter: in this order. */
void weak_rights(uid_t uid);
