/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_elf - what an ELF file says about what it needs.
 * Source: elf(5)
 * Owns:   struct room_elf owns its strings; room_elf_done().
 * Errors: 0 or a negative errno; -ENOEXEC: no 64-bit ELF file of this machine, or one whose
 *         tables do not lie in it.
 * Limits: ROOM_LIST_MAX names.
 */
#pragma once
#include "dom0-tools/room_profile.h"

struct room_elf {
	char *interpreter;     /* NULL: none */
	char *rpath, *runpath; /* NULL: none */
	struct room_list needed;
};

int room_elf_read(int fd, struct room_elf *ret);
void room_elf_done(struct room_elf *elf);
