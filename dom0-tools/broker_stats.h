/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_stats - the broker's counters as text, JSON and Prometheus exposition.
 * Source: prometheus.io, "Exposition formats", version 0.0.4
 * Owns:   nothing.
 * Errors: 0 or -EIO: the stream failed.
 */
#pragma once
#include <stdint.h>
#include <stdio.h>

struct broker_stats {
	unsigned domid;
	/* since the start */
	uint64_t operations;	   /* requests answered, errors too */
	uint64_t denials;	   /* of those: EACCES and EPERM */
	uint64_t malformed;	   /* of those: not the shape of their type */
	uint64_t errors;	   /* of those: any other error */
	uint64_t retries;	   /* commits done again after a conflict */
	uint64_t tokens_taken;	   /* of the limiter */
	uint64_t waits;		   /* times a client had to wait for tokens */
	uint64_t wait_ns;	   /* how long, in all */
	uint64_t events_sent;	   /* watch events */
	uint64_t events_held_back; /* of what the domain may not read */
	uint64_t events_lost;	   /* the client's queue was full */
	uint64_t sessions_total;
	uint64_t reconnects; /* to the store daemon */
	/* now */
	unsigned sessions;
	unsigned watches;
	unsigned transactions;
	uint64_t queue; /* bytes that wait for clients to take them */
	uint64_t nodes; /* counted against the domain's quota */
};

enum stats_format {
	STATS_TEXT,
	STATS_JSON,
	STATS_PROMETHEUS,
};

int stats_print(FILE *out, enum stats_format format, const struct broker_stats *s);
