/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block_vbd - which of the host's disks a Xen block device is; pure.
 *
 * The host numbers disks: 0 is xvda (hda, sda), and that number is what XAPI calls the
 * VBD's userdevice.  The guest sees it in the number of ~/device/vbd/$DEVID; the name the
 * host shows is made of it, so that nothing has to be asked of xenstore.
 * Owns:   nothing.
 * Errors: none; a bool says whether there is a result.
 * Source: xen-vbd-interface(7)
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* bytes with the NUL; the longest is "xvd", 5 letters, "255" */
#define BLOCK_VBD_NAME_MAX 16

struct block_vbd {
	uint32_t disk; /* 0: the first */
	/* "xvda"; "xvda1" when the host gives a partition */
	char name[BLOCK_VBD_NAME_MAX];
};

/* false: a number that the interface does not give a meaning. */
bool block_vbd_decode(uint32_t devid, struct block_vbd *ret);
