/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_parts - single steps of sandbox_enter(), for a caller with an order of its own
 * (xen-restrict, which starts a program that it does not know).
 *
 * Owns:   nothing.
 * Errors: 0 or a negative errno; -EPERM also where what was asked for did not hold.
 */
#pragma once
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <linux/filter.h>

#include "lib/rights.h"

/* The working directory, a mount point, becomes the root; the old one is detached. */
int sandbox_change_root(void);
/* A filter that gives EPERM for all, and ends the process for another architecture's. */
int sandbox_filter_new(scmp_filter_ctx *ret_ctx);
/* A call that libseccomp or this machine does not know is no loss.  Of @calls the last is
 * NULL; NULL is none. */
int sandbox_filter_add(scmp_filter_ctx ctx, const char *call, unsigned count,
		       const struct scmp_arg_cmp *cmp);
int sandbox_filter_add_calls(scmp_filter_ctx ctx, const char *const *calls);
/* A call with a condition on one argument: (argument & mask) == value. */
struct sandbox_rule {
	const char *call;
	unsigned arg;
	uint64_t mask, value;
};
#define SANDBOX_EXACTLY UINT32_MAX /* of @mask: the argument is an int */
/* Of clone(): all that makes a namespace. */
#define SANDBOX_NEW                                                                      \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |   \
	 CLONE_NEWPID | CLONE_NEWNET)
int sandbox_filter_add_rules(scmp_filter_ctx ctx, const struct sandbox_rule *rule,
			     size_t count);
#define SANDBOX_ADD_RULES(ctx, rules)                                                    \
	sandbox_filter_add_rules(ctx, rules, sizeof(rules) / sizeof(*(rules)))
/* The caller's own limits, to be read. */
int sandbox_filter_add_limits(scmp_filter_ctx ctx);
/* A list of rules for opening and looking at files for reading, with its calls. */
int sandbox_filter_add_reading(scmp_filter_ctx ctx);
/* Reading, writing, memory that is no code, time, ending: what all need. */
int sandbox_filter_add_plain(scmp_filter_ctx ctx);
/* Signals to the caller itself, and looking at its limits. */
int sandbox_filter_add_own(scmp_filter_ctx ctx);
/* The filter's instructions (owned: @ret->filter), to be installed when no library can. */
int sandbox_filter_take(scmp_filter_ctx ctx, struct sock_fprog *ret);
int sandbox_filter_install(const struct sock_fprog *filter);
/* What a process in the room needs to start programs, and the filters that programs and
 * sandbox_narrow() put over the room's: a part of sandbox_calls(). */
int sandbox_program_calls(scmp_filter_ctx ctx);
int sandbox_program_prepare(void);
