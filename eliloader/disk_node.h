/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_node - which block device a guest's disk is, for a node of the worker's own.
 *
 * A block device is itself.  A regular file becomes a read-only loop device, which the
 * kernel takes away when its last descriptor is closed: also when all that knew of it have
 * been killed.  (Before Linux 5.8, where that takes two calls, a child that nobody kills
 * with us makes them.)
 *
 * Needs:  CAP_SYS_ADMIN; of a file /dev/loop-control and /dev/loopN.
 * Owns:   nothing; the caller keeps the loop device's descriptor as long as it is needed.
 * Errors: 0 or a negative errno: -ENOTBLK: neither a block device nor a regular file;
 *         -ENODEV: no loop device is to be had; -ENODATA: a file without a whole sector.
 * Source: loop(4)
 */
#pragma once
#include <sys/types.h>

/* @image: open for reading.  *ret_loop: owned, close-on-exec; -1: it is a block device. */
int disk_node(int image, dev_t *ret_number, int *ret_loop);
