/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_data_format - the keys of vm-data as JSON, as shell assignments, as a systemd
 * environment file or as an INI file.  Pure: nothing here touches the system but the
 * stream that it is given.
 *
 * A key is named by its path below vm-data.  A node without a value that has children is
 * a directory and no key; one that has both is a key.
 *
 * Source: systemd.exec(5) EnvironmentFile=; systemd src/basic/{env-file,env-util,utf8}.c
 *         (what the parser takes); POSIX 2.2.2 (single quotes); RFC 8259
 * Owns:   results belong to the caller (free()); paths and values in them are the tree's.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/tree.h"

enum vm_data_format {
	VM_DATA_JSON,  /* one flat object: key to value, both strings */
	VM_DATA_SHELL, /* VM_DATA_KEY='value' lines, for eval in any POSIX shell */
	VM_DATA_ENV,   /* VM_DATA_KEY="value" lines, for EnvironmentFile= */
	VM_DATA_INI,   /* [vm-data/DIRECTORY] and NAME=VALUE lines: vm_data_ini.h */
};

/* Why nothing was written; all borrowed from the keys or static. */
struct vm_data_fault {
	const char *key;
	const char *other; /* the second key of the same name, or NULL */
	const char *why;
};

/* -EINVAL: not the name of a format. */
int vm_data_format_parse(const char *name, enum vm_data_format *ret_format);

/* The keys among @nodes by byte value of their names (the order of LC_ALL=C sort). */
int vm_data_keys(const struct tree *nodes, struct tree_entry **ret_keys,
		 size_t *ret_count);

/* Write all of @keys or, when one cannot be expressed in @format, nothing.
 * -EILSEQ: such a key, told in *ret_fault.  -EIO: @out does not take it. */
int vm_data_format(FILE *out, enum vm_data_format format, const struct tree_entry *keys,
		   size_t count, struct vm_data_fault *ret_fault);

/* Write @text as a terminal may see it: bytes that are control characters (but newline
 * and tab) or no UTF-8 as \xHH. */
void vm_data_print_visible(FILE *out, const char *text, size_t len);
