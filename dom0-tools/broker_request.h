/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_request - one request of a client, from its frame to its reply.
 * Owns:   nothing.
 * Errors: 0 or a negative errno; -EPIPE: the connection to the daemon was lost, the
 *         request is to be served again on a new one.
 */
#pragma once
#include "dom0-tools/broker_session.h"

int request_serve(struct session *s);
