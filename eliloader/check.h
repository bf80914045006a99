/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check - the jobs of eliloader-check, each in its file.
 *
 * The job (wire.h, JOB) has one of these keys with the value "1":
 *   kernel    look at the kernel: KERNEL, DONE
 *   unpack    its ELF file as stream STREAM_KERNEL: DATA... END, DONE
 *   ext2      put a cpio overlay's files into an ext2 image: DONE
 *   release   a signed list's word on kernel and ramdisk: DIGESTS, DONE
 * and for the first three limit/unpacked, bytes.  For the last: sums-path, path/kernel,
 * path/ramdisk (both may be absent).
 * Descriptors: kernel and unpack: WIRE_FD + 1 the kernel.  ext2: + 1 the ramdisk as it
 * came, perhaps packed; + 2 the overlay; + 3 an empty file open for reading and writing,
 * which becomes the image.  release: + 1 the text of InRelease, verified and without its
 * signature; + 2 SHA256SUMS.
 *
 * Owns:   nothing; runs in the sandbox.
 * Errors: each says DONE itself and returns the exit status (wire_done()).
 */
#pragma once
#include <stdint.h>

#include "eliloader/wire.h"
#include "lib/tree.h"

#define CHECK_FD(n) (WIRE_FD + 1 + (n))

int check_kernel(uint64_t unpacked_max);
int check_unpack(uint64_t unpacked_max);
int check_ext2(uint64_t unpacked_max);
int check_release(const struct tree *job);
/* DONE for the outcome @r, as worker_result() has it; but what wants too much memory is
 * over a limit. */
int check_done(int r, enum wire_result otherwise, const char *why);
