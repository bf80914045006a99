/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qemu_host - the options of qemu whose value names something of the host, and what becomes
 * of each.  qemu_args.c knows the others, and has what they share.
 *
 * Source: qemu(1)
 * Owns:   nothing; what is found goes to the plan, which owns copies.
 * Errors: as qemu_args.h says, with a sentence that begins with the option.
 * Limits: QEMU_NEEDS_MAX, QEMU_ARGS_MAX.
 */
#pragma once
#include "dom0-tools/qemu_args.h"

struct qemu_reading {
	struct qemu_plan *plan;
	qemu_is_block *is_block;
	const char *option; /* the one that is being read */
	char *why;
	size_t why_size;
};

/* @value: the word behind the option; NULL for one that has none. */
typedef int qemu_read_option(struct qemu_reading *r, const char *value);

/* Paths, descriptors and devices. */
qemu_read_option qemu_read_add_fd, qemu_read_chardev, qemu_read_drive, qemu_read_file,
	qemu_read_incoming, qemu_read_netdev, qemu_read_qmp, qemu_read_serial,
	qemu_read_vnc;
/* ---- of qemu_args.c ---- */

/* The option passes as it is. */
qemu_read_option qemu_pass;
/* Gives @err, and @why a sentence. */
__attribute__((format(printf, 3, 4))) int qemu_refuse(struct qemu_reading *r, int err,
						      const char *fmt, ...);
/* Two words more for qemu, copied. */
int qemu_add_pair(struct qemu_plan *p, const char *option, const char *value);
