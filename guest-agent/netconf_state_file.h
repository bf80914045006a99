/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_state_file - where it lies what we have set: NETCONF_DIR/INTERFACE.state.
 * Owns:   nothing.
 * Errors: 0 or a negative errno, said in @why.
 */
#pragma once
#include "guest-agent/netconf_change.h"
#include "guest-agent/netconf_state.h"
#include "guest-agent/netconf_why.h"

/* What is ours on @ifname; where there is no file, nothing.  -EBADMSG: it is damaged. */
int netconf_state_load(const char *ifname, struct netconf_state *ret,
		       struct netconf_why *why);
/* That it will be @s is one of the files of @c. */
int netconf_state_save(const struct netconf_state *s, struct netconf_change *c,
		       struct netconf_why *why);
