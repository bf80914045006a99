/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_needs - what an ELF file says about what it needs.
 * Source: elf(5)
 * Owns:   struct elf_needs owns its strings; elf_needs_done().
 * Errors: 0 or a negative errno; -ENOEXEC: no 64-bit ELF file of this machine, or one whose
 *         tables do not lie in it.
 * Limits: TEXT_LIST_MAX names.
 */
#pragma once
#include "lib/text_list.h"

struct elf_needs {
	char *interpreter;     /* NULL: none */
	char *rpath, *runpath; /* NULL: none */
	struct text_list needed;
};

int elf_needs_read(int fd, struct elf_needs *ret);
void elf_needs_done(struct elf_needs *elf);
