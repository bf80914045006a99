/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host - what this host's xenstore knows of the VM that is being built.
 *
 * All of it is optional: without xenstore nothing is known, and that is no error.
 * Owns:   nothing; results are copied out.
 * Errors: 0 or a negative errno, the sentence in @why.
 * Source: contract par. 1.4, 2 (limits); xen.git docs/misc/xenstore-paths.pandoc
 */
#pragma once
#include "eliloader/plan.h"

enum guest_type { GUEST_UNKNOWN, GUEST_PV, GUEST_PVH, GUEST_HVM };

struct host_vm {
	char name[256]; /* empty: none */
	char uuid[64];	/* empty: none */
	enum guest_type type;
	struct plan_store_limits limits;
};

/* The VM of a request: by libxl's --output (".../bootloader.<domid>.out"), by --vm's
 * uuid (/vm/<uuid>/domains), or by --domain, whose name need not run.  -ENOTUNIQ: several
 * domains have that name; @why. */
int host_find(const struct request *request, struct host_vm *ret_vm, char *why,
	      size_t size);
/* The domid in libxl's file name; -EINVAL: it is none.  Pure. */
int host_output_domid(const char *output, unsigned *ret_domid);
/* Can this Xen's domain builder unpack it?  (Debian's links zlib, lzma and zstd; zstd
 * came with Xen 4.15.  Source: contract par. 6) */
bool host_unpacks(enum payload payload);
