/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signature - who signed an InRelease: gpgv says, as an unprivileged process without
 * network.
 * Owns:   nothing; the result is the caller's descriptor.
 * Errors: 0 or a negative errno; -ENOENT: gpgv or every keyring is missing; -ENOKEY: signed, by
 *         no key of these rings; -EKEYREJECTED: a signature is bad, or there is none.
 * Source: gpgv(1), GnuPG doc/DETAILS (status lines)
 */
#pragma once
#include <stddef.h>
#include <sys/types.h>

#define GPGV "/usr/bin/gpgv"

/* @ret_fd: the signed text without signature (a memfd). */
int signature_check(const void *inrelease, size_t len, const char *const keyring[],
		    size_t keyring_count, uid_t uid, gid_t gid, int *ret_fd);
/* What gpgv's status lines mean: 0, -ENOKEY or -EKEYREJECTED; pure. */
int signature_judge(const char *status);
