/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bus_log - what a test can find out about the requests that went over a bus.
 * Owns:   nothing but the log's stream, in struct bus.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include "tests/daemon/bus.h"

/* "WRITE", "TRANSACTION_END", ...; "OTHER" for a number without a name. */
const char *bus_type_name(uint32_t type);
/* @r was answered by @reply: one line, written before the client gets its reply. */
void bus_log_request(struct bus *bus, const struct request *r,
		     const struct xsd_sockmsg *reply, const char *body);
