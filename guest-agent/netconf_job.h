/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_job - one change of an interface, from the wish to what the kernel has; and its
 * being taken back.
 * Needs:  that nobody else does the same (netconf.c has the lock).
 * Owns:   nothing.
 * Errors: 0 or a negative errno, said in @why: as netconf_apply() and netconf_repair().
 */
#pragma once
#include "guest-agent/netconf_why.h"

/* @want has passed netconf_check(). */
int netconf_job_apply(const struct netconf *want, struct netconf_why *why);
int netconf_job_repair(struct netconf_why *why);
