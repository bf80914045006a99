/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel - what an x86 kernel file says of itself: its packing, and in the ELF file
 * inside the notes for Xen.  Outside bytes; runs in a worker only.
 *
 * Reads no more of the ELF file than up to the notes, which the program headers name.
 * Where there are none, and the file is no bzImage (Linux's always has program headers),
 * the section headers are asked: for sections of notes, then for the __xen_guest string
 * of kernels before 2007.
 *
 * Owns:   nothing.
 * Errors: 0, or a negative errno and a sentence in @why: -EBADMSG no such file or damaged,
 *         -EFBIG over the limit, else reading failed.
 * Source: contract par. 5.2, 6; Linux Documentation/arch/x86/boot.rst; elf(5);
 *         xen.git public/elfnote.h, common/libelf/libelf-dominfo.c
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "eliloader/unpack.h"
#include "eliloader/wire.h"

/* Where a file's ELF file is, and how it is packed. */
struct kernel_place {
	bool bzimage;
	enum payload payload; /* PAYLOAD_UNKNOWN: nothing that can be looked into */
	struct unpack_in in;  /* the payload alone */
	uint64_t unpacked;    /* its length as the file says; 0: it does not say */
	char release[96];     /* "6.1.0-13-amd64 (...) ..."; printable, may be empty */
};
/* @file: the whole file, from 0. */
int kernel_locate(const struct unpack_in *file, struct kernel_place *ret_place, char *why,
		  size_t size);
/* @max: of the ELF file. */
int kernel_examine(const struct unpack_in *file, uint64_t max, struct wire_kernel *ret,
		   char *why, size_t size);

/* The part that looks into the ELF file: fills pv, phys32, pvh, bits, guest_os and
 * xen_known of @k, whose bzimage and release are known. */
int kernel_elf(struct unpack *u, struct wire_kernel *k, char *why, size_t size);
