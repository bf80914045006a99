/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xenrestrict_handles - what a struct xenrestrict holds.
 * Owns:   all of it; descriptors of a library's handle are closed with the handle.
 * Errors: as xenrestrict_priv.h.
 */
#pragma once
#include <stddef.h>

#include "dom0-tools/xenrestrict_priv.h"

struct xenrestrict {
	unsigned domid;
	unsigned what; /* XENRESTRICT_... */
	struct xs_handle *xsh;
	struct xenevtchn_handle *xce;
	struct xenforeignmemory_handle *fmem;
	struct xendevicemodel_handle *dmod;
	struct xc_interface_core *xch;
	int fmem_fd[XR_OPENED_MAX]; /* of fmem */
	size_t fmem_count;
	int dmod_fd[XR_OPENED_MAX]; /* of dmod */
	size_t dmod_count;
	int xch_fd;	       /* one of xch's; -1: none */
	int inherited_privcmd; /* a copy, owned; -1: none */
};

/* NULL: no memory. */
struct xenrestrict *xr_new(unsigned domid, unsigned what);
