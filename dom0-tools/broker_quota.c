/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_quota.h"

bool quota_node_fits(const struct broker *b, unsigned perms, size_t value,
		     size_t children)
{
	if (b->kind == STORE_O)
		return true; /* it has a limit of values only, for everybody */
	return QUOTA_NODE_HEAD + (size_t)QUOTA_PERM * perms + value + children <
	       QUOTA_NODE_SIZE_C;
}

bool quota_transaction(const struct broker *b)
{
	return b->stats.transactions < QUOTA_TRANSACTIONS;
}

bool quota_watch(const struct broker *b)
{
	return b->stats.watches <
	       (b->kind == STORE_C ? QUOTA_WATCHES_C : QUOTA_WATCHES_O);
}
