/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_notes - what a kernel's ELF notes for Xen mean.  Outside bytes; pure.
 *
 * Owns:   nothing; texts are copied.
 * Errors: none; what is malformed is no note.
 * Source: contract par. 5.2, 6; xen.git public/elfnote.h, public/features.h,
 *         common/libelf/libelf-dominfo.c; Linux arch/x86/xen/xen-head.S
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "eliloader/wire.h"

struct kernel_notes {
	bool any; /* a note named "Xen", or the guest string, was there */
	bool entry, virt_base, phys32;
	bool legacy;	    /* a __xen_guest string */
	bool rsdp_anywhere; /* feature linux_rsdp_unrestricted */
	char guest_os[32];
};
/* All notes of a segment or section; one that goes past its end, and what is after, is
 * passed over. */
void kernel_notes_take(struct kernel_notes *n, const uint8_t *data, size_t len);
/* "GUEST_OS=linux,XEN_VER=xen-3.0,VIRT_BASE=0xC0000000,...". */
void kernel_notes_guest_string(struct kernel_notes *n, const char *text);
/* Fill pv, phys32, pvh and guest_os of @k, whose release is known. */
void kernel_notes_judge(const struct kernel_notes *n, struct wire_kernel *k);
