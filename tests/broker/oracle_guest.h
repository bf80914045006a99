/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_guest - one request of a guest, by chance, and the parts that any request is
 * made of.
 * Source: <xen/io/xs_wire.h>; oracle_gen.h tells what is left out, and why.
 * Owns:   nothing; of the generator only what the next request depends on is changed.
 * Errors: none.
 * Limits: a body is cut at XENSTORE_PAYLOAD_MAX bytes.
 */
#pragma once
#include "tests/broker/oracle_gen.h"

/* @op is clear: its transaction, type and body. */
void guest_request(struct gen *gen, struct op *op);
void guest_watch(struct gen *gen, struct op *op);
void guest_unwatch(struct gen *gen, struct op *op); /* mostly of one that is set */
void guest_reset(struct gen *gen, struct op *op);

/* A string more, with its NUL, which is there also when it is cut; @fmt: of 63 bytes. */
void op_put_text(struct op *op, const char *text);
void op_put_fmt(struct op *op, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
