/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qemu_needs - opens, as root, what a restricted qemu is handed.
 *
 * Each descriptor lands on the number that the plan has given it and stays open over exec.
 * A socket's path is taken from who listened there before, as qemu itself would; the socket
 * is root's alone.  The directory of a VNC socket is QEMU_VNC_DIR-DOMID, root's alone.
 *
 * Source: xen.git tools/libs/light/libxl_dm.c (who opens what), Linux
 *         Documentation/networking/tuntap.rst
 * Owns:   descriptors, which are given away to the program that is executed.
 * Errors: 0 or a negative errno, and a sentence in @why.
 */
#pragma once
#include "dom0-tools/qemu_args.h"

#define QEMU_VNC_DIR "/run/xen/vnc-room"

/* @ptys: text for QEMU_ROOM_PTYS, "" when there are none. */
int qemu_needs_open(const struct qemu_plan *p, char *ptys, size_t ptys_size, char *why,
		    size_t why_size);
/* For qemu_args_read().  -EINVAL: it is neither a file nor a block device. */
int qemu_needs_is_block(const char *path);
