/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_text - numbers and text as XAPI, an OCaml program, understands them.
 * Source: OCaml's manual, Stdlib.int_of_string, and the behaviour of its 64-bit runtime;
 *         Unicode 15 table 3-7 (well-formed UTF-8); uutf's string decoder, by which
 *         xenopsd replaces what is malformed.
 * Owns:   results belong to the caller; arguments are borrowed.
 * Errors: 0 or a negative errno; ret_ arguments are written on success only.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* An integer as int_of_string takes it: sign, then decimal or 0x 0o 0b 0u, '_' between
 * digits and after them, nothing else around; 63 bits, of which hexadecimal, octal and
 * binary numbers may set the topmost one (0x7fffffffffffffff is -1).
 * -EINVAL: anything else, or out of range. */
int metrics_parse_int(const char *text, size_t len, int64_t *ret_value);

/* A copy of @text that is UTF-8, with a NUL after it.  A lead byte takes as many bytes as
 * it announces, whatever they are; if they do not form a character, U+FFFD replaces them
 * all, as one for a sequence cut off by the end does.  -ENOMEM. */
int metrics_recode(const char *text, size_t len, char **ret_text, size_t *ret_len);
