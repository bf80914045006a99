/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof of a connection to xenstore.  Nothing that dom0 reads or asks is ever answered
 * EACCES: one such answer shows that the connection is not dom0's, and the question
 * whether a domain is known has been dom0's alone since XSA-115.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <xen/io/xs_wire.h>

#include "dom0-tools/xenrestrict_priv.h"

/* The toolstack's own, in every store; one that the administrator opened to all does not
 * prove anything, the others still do. */
const char *const xr_dom0_nodes[] = {
	"/", "/tool", "/local", "/local/domain", "/vm", NULL
};

static int deny_read(int fd)
{
	char buf[XR_WIRE_MAX + 1];

	for (size_t i = 0; xr_dom0_nodes[i]; i++) {
		int r = xr_wire_ask(fd, XS_READ, 0, xr_dom0_nodes[i], buf);

		if (r == -EACCES)
			return 0;
		if (xr_wire_is_lost(r) || r == -EBUSY)
			return xr_fail_errno(r, "xenstore: reading '%s'",
					     xr_dom0_nodes[i]);
	}
	return xr_fail(-EPROTO, "xenstore: reading dom0's nodes was not refused");
}

/* Whose it is: relative paths begin at home, where the toolstack puts the domid.  Where
 * that cannot be read (a profile) it stays open, as the broker was told whom to serve. */
static int check_home(int fd, unsigned domid)
{
	char buf[XR_WIRE_MAX + 1], want[16];

	(void)snprintf(want, sizeof(want), "%u", domid);
	if (xr_wire_ask(fd, XS_READ, 0, "domid", buf) < 0 || strcmp(buf, want) == 0)
		return 0;
	return xr_fail(-EXDEV, "xenstore: restricted, but not to domain %u", domid);
}

int xr_store_prove(int fd, unsigned domid)
{
	char buf[XR_WIRE_MAX + 1], text[16];
	int r;

	(void)snprintf(text, sizeof(text), "%u", domid);
	r = xr_wire_ask(fd, XS_IS_DOMAIN_INTRODUCED, 0, text, buf);
	if (r == 0)
		return xr_fail(-EPROTO, "xenstore: a question of dom0's was not refused");
	if (r != -EACCES)
		return xr_fail_errno(r, "xenstore: asking what is dom0's");
	r = deny_read(fd);
	return r < 0 ? r : check_home(fd, domid);
}

int xenrestrict_prove_fd(int fd, unsigned domid, enum xenrestrict_kind kind)
{
	int r = xr_check_domid(domid);

	if (r < 0)
		return r;
	return kind == XENRESTRICT_KIND_XENSTORE ? xr_store_prove(fd, domid)
						 : xr_prove_device(fd, domid, kind);
}
