/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2_io - libext2fs on a descriptor that is open already, and in bounds: nothing is
 * read or written past the file's end, and not without end.
 * Source: ext2fs/ext2_io.h
 * Owns:   nothing; the descriptor stays open.
 * Errors: as an io_manager's: 0, an errno or an EXT2_ET_ code.
 */
#pragma once
#include <ext2fs/ext2fs.h>

/* For ext2fs_open2(); the name is the descriptor's number in decimal. */
extern struct struct_io_manager ext2_io_manager;
