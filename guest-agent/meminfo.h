/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meminfo - total and available memory from the text of /proc/meminfo.
 * Free:   MemAvailable; on kernels before 3.14, which lack it, MemFree + Buffers +
 *         Cached - Shmem.
 * Errors: -EBADMSG: no MemTotal or no free memory in it.
 * Source: linux Documentation/filesystems/proc.rst
 */
#pragma once
#include "guest-agent/facts.h"

/* @text ends with a NUL. */
int meminfo_parse(const char *text, struct memory_facts *ret);

#define MEMORY_MOVED_PERCENT 1 /* of the total: less is not worth a write */
/* Is free memory so far from the @told_kib that was told last (0: none yet) that it has
 * to be told? */
bool memory_has_moved(const struct memory_facts *m, uint64_t told_kib);
