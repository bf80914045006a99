/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nodename - which device of its class a Xen frontend is, by the "nodename" that xenbus
 * gives it in sysfs: the path of its directory in xenstore, device/vif/0; pure.
 * Source: xen.git docs/misc/xenstore-paths.pandoc (~/device/$CLASS/$DEVID)
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define NODENAME_MAX 256 /* bytes of the file; the longest legal one has 21 */

/* Parse @len bytes: no NUL needed, one trailing newline allowed.  @dir: "device/vif/".
 * -ENODEV: another class of node.  -EBADMSG: malformed.  -ERANGE: over 32 bits. */
int nodename_parse(const char *dir, const char *text, size_t len, uint32_t *ret_devid);
