/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_quota - what a guest may have, for clients whose daemon applies no quota to them.
 * How many nodes is broker_nodes'.
 *
 * Source: xenstored's and oxenstored's defaults of 4.17, measured
 * Owns:   nothing; what is counted is in struct broker.
 * Errors: none: a quota is met or not.
 * Limits: those defined here, of all clients of a broker together.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "dom0-tools/broker.h"

#define QUOTA_NODE_SIZE_C  2048 /* bytes of header, permissions, value and children */
#define QUOTA_NODE_HEAD	   24
#define QUOTA_PERM	   8
#define QUOTA_VALUE_O	   2048
#define QUOTA_TRANSACTIONS 11 /* 10, and the one that is asked for before it is looked */
#define QUOTA_WATCHES_C	   129
#define QUOTA_WATCHES_O	   101

/* Would a node of that many permissions and bytes be too large? */
bool quota_node_fits(const struct broker *b, unsigned perms, size_t value,
		     size_t children);
/* One more, of all clients together? */
bool quota_transaction(const struct broker *b);
bool quota_watch(const struct broker *b);
