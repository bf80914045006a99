/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_data_base64 - values that stand in xenstore as base64, as keys with an "encoding" beside
 * them do.  Pure.
 *
 * Written: the standard alphabet, padded, in one line.  Read: the same, with blanks and line
 * ends anywhere (base64(1) breaks lines) and with the padding there or not.
 *
 * Source: RFC 4648, section 4
 * Owns:   results belong to the caller (free()); a NUL follows them.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stddef.h>

/* Bytes that @len bytes take when they are encoded, the NUL left out. */
#define VM_DATA_BASE64_LEN(len) (((len) + 2) / 3 * 4)

int vm_data_base64_encode(const void *data, size_t len, char **ret_text, size_t *ret_len);
/* -EBADMSG: it is none; *ret_bad is where, counted from 1. */
int vm_data_base64_decode(const char *text, size_t len, char **ret_data, size_t *ret_len,
			  size_t *ret_bad);
