/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vouch - does a signed InRelease stand behind kernel and ramdisk?
 * The chain: a key of the keyrings, InRelease, SHA256SUMS, the two files.  gpgv and a
 * check worker read the texts; we compare digests.
 * Owns:   nothing; texts are borrowed.
 * Errors: 0 or a negative errno with the failure filled in.
 * Source: contract par. 5.1
 */
#pragma once
#include "eliloader/fetch.h"
#include "eliloader/run.h"

enum { VOUCH_SUMS, VOUCH_INRELEASE, VOUCH_TEXTS };

struct vouch_text {
	void *data; /* owned by the caller; NULL: it was not sent */
	size_t len;
};

/* @ret_signed: the list stands below a good signature.  A bad signature, or one that lists
 * other files, is a failure; a missing one only where the configuration says so. */
int vouch_check(struct run *run, const struct wire_offer *offer,
		const struct vouch_text text[VOUCH_TEXTS], const struct fetched *fetched,
		bool *ret_signed);
