/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_interfaces - rewriting files of interfaces(5), and taking it back.
 * Source: interfaces(5) of ifupdown 0.8; busybox's ifupdown reads the same.
 *
 * A stanza that is in our way is not removed: each of its lines gets a mark before it,
 * which makes it a comment.  Our own stanzas stand between two marked lines, at the end of
 * /etc/network/interfaces.  So what the administrator wrote is got back from the file as it
 * is now, with all that he has changed in it since.
 *
 * Owns:   struct netconf_interfaces owns its texts; netconf_interfaces_done().
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "guest-agent/netconf_state.h"
#include "lib/text_list.h"

struct netconf_interfaces {
	bool has_v4, has_v6; /* stanzas of the interface */
	bool has_plain;	     /* one without a family, as ifupdown-ng writes them */
	bool brought_up;     /* it is named in an `auto` or `allow-...` line */
	/* lines of its stanzas that concern more than addresses: MTU, DNS, commands */
	struct text_list kept4, kept6;
	/* what `source` and `source-directory` lines name, in the order of the file; a
	 * directory's with a '/' at the end */
	struct text_list sources;
};

/* What @len bytes say about @ifname, as they were before us; adds to @ret.
 * -EBADMSG: a NUL byte.  -E2BIG: more than TEXT_LIST_MAX of something. */
int netconf_interfaces_scan(const char *text, size_t len, const char *ifname,
			    struct netconf_interfaces *ret);
/* Without our block and our marks: as the administrator wrote it.  @ret_text is the
 * caller's (free()). */
int netconf_interfaces_unmark(const char *text, size_t len, const char *ifname,
			      char **ret_text, size_t *ret_len);
/* The file as it is to be: our marks of @set->ifname are taken away, then the stanzas of
 * those families that are ours are marked.  @ret_text is the caller's (free()). */
int netconf_interfaces_mark(const char *text, size_t len, const struct netconf *set,
			    char **ret_text, size_t *ret_len);
/* Our own stanzas, to be put at the end; "" when nothing is ours. */
int netconf_interfaces_block(const struct netconf_interfaces *has,
			     const struct netconf *set, char **ret_text);
void netconf_interfaces_done(struct netconf_interfaces *has);
