/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_calls - the system calls that are left: the last part of sandbox_enter().
 *
 * One list of what is allowed; anything else gives EPERM (clone3: ENOSYS, so that libc
 * falls back to clone(), whose arguments can be looked at), and a call of another
 * architecture ends the process.
 *
 * Needs:  no_new_privs; one thread.
 * Owns:   nothing.
 * Errors: 0 or a negative errno.
 * Source: seccomp_init(3), seccomp_rule_add(3)
 */
#pragma once
#include "lib/sandbox.h"

/* Is this a build with AddressSanitizer?  gcc and clang say it differently. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SANDBOX_ASAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANDBOX_ASAN 1
#endif
#ifndef SANDBOX_ASAN
#define SANDBOX_ASAN 0
#endif

int sandbox_calls(const struct sandbox *box);
