/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_networkd_text - a .network file for one interface, made of the one that it had.
 * Source: systemd.network(5), systemd.syntax(7).
 *
 * networkd uses the first file, by name, that matches.  A drop-in would not do: the file
 * may match other interfaces, and lists as Address= can only be added to.  So ours holds
 * all of the old one but [Match] and what concerns the families that are ours: DNS, MTU,
 * domains, VLANs, routing policy stay.
 *
 * Owns:   @ret_text is the caller's (free()).
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stddef.h>

#include "guest-agent/netconf_state.h"
#include "guest-agent/netconf_why.h"

/* The file @path and its drop-ins, one after the other, in the order in which networkd
 * takes them ("" or one that is gone has nothing to keep).  -EOPNOTSUPP: not a file of
 * networkd's. */
int netconf_networkd_original(const char *path, char **ret_text, size_t *ret_len,
			      struct netconf_why *why);
/* @original: @len bytes of the file and its drop-ins, one after the other (may be empty).
 * @from: its name, for a comment.  -EBADMSG: it has a NUL byte. */
int netconf_networkd_render(const char *original, size_t len, const char *from,
			    const struct netconf *set, char **ret_text);
