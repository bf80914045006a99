/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schema_volumes - the part of the wanted tree that tells volumes; pure.
 *
 *	data/volumes/<i>/name			/dev/xvda1(UUID), /dev/mapper/vg-root, rpool
 *	data/volumes/<i>/size, free		bytes, as df(1) has them
 *	data/volumes/<i>/filesystem		"ext4", "swap", "LVM2_member"
 *	data/volumes/<i>/volume_name		the label
 *	data/volumes/<i>/mount_points/<j>	paths
 *	data/volumes/<i>/extents/<j>		the disk: "xvda"
 *	data/volumes/<i>/extents/<j>/target	its number; offset, length: bytes of it
 *
 * What is not known has no key: an unmounted volume has no free.  The layout's diskid and
 * driveletter are Windows' own and never written.
 * The reader decodes values as UTF-8 and gives up on the whole VM when one is not: a byte
 * that is none, and control characters, become \xHH here.
 * Errors: 0 or -ENOMEM.
 * Source: xcp-ng-xapi-plugins SOURCES/etc/xapi.d/plugins/vm_disk_space.py (reads, and what
 *         it turns into numbers); xe-guest-utilities guestmetric_linux.go, CollectDisk
 *         (name with UUID; extents/0: the name of the disk in dom0; free: df's "Available")
 */
#pragma once
#include "guest-agent/volume_facts.h"
#include "lib/tree.h"

#define SCHEMA_VOLUME_TEXT_MAX 1024 /* bytes; a value of the store holds 2048 */

int schema_want_volumes(const struct volume_facts *facts, struct tree *want);
/* How many nodes of the store it makes (of the 1000 that a guest has). */
size_t schema_volume_nodes(const struct volume_fact *volume);
