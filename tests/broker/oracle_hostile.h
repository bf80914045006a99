/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_hostile - frames that a client of the broker should not send, and some it may.
 * Source: <xen/io/xs_wire.h>; the lengths and numbers at which daemons have stumbled.
 * Owns:   nothing.
 * Errors: none.
 * Limits: headers that lie about the length are for who sends (frames.c).
 */
#pragma once
#include "tests/broker/oracle_gen.h"

#define HOSTILE_MAX (sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX)

/* One frame, random, mutated or put together from parts, @ret_frame being of HOSTILE_MAX
 * bytes; its length.  The header tells the truth about it and is under 4097 bytes. */
size_t hostile_frame(struct gen *gen, uint32_t req_id, char *ret_frame);
