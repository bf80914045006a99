/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_data_ini - the keys of vm-data as an INI file: a section for each directory, by its
 * whole path with vm-data before it, and name=value lines.  Pure.
 *
 * There is no one INI; this is the part that all readers agree on: no quotes, no
 * continuation lines, nothing that is trimmed, no two names that differ in case only.
 *
 * Source: Python's configparser, GLib's key files, git-config(1) as the readers
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stddef.h>
#include <stdio.h>

#include "guest-agent/vm_data_format.h"

/* As vm_data_format(), which calls it. */
int vm_data_ini(FILE *out, const struct tree_entry *keys, size_t count,
		struct vm_data_fault *ret_fault);
