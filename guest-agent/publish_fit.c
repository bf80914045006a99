/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/publish_fit.h"

#include <errno.h>
#include <stdlib.h>

#include "guest-agent/schema_nodes.h"
#include "lib/cleanup.h"

struct ranked {
	unsigned rank;
	size_t index; /* in the tree */
};

static int by_rank(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

int publish_fit(const struct tree *want, size_t limit, struct tree *ret_fit)
{
	autofree struct ranked *order = NULL;
	autotree struct tree out = { 0 };
	int r = 0;

	if (limit >= want->count)
		return tree_copy(ret_fit, want);
	order = calloc(want->count, sizeof(*order));
	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < want->count; i++)
		order[i] = (struct ranked){ schema_rank(want->entry[i].path), i };
	qsort(order, want->count, sizeof(*order), by_rank);
	for (size_t i = 0; r >= 0 && i < limit; i++) {
		const struct tree_entry *e = &want->entry[order[i].index];

		r = tree_set(&out, e->path, e->value, e->value_len);
	}
	if (r >= 0)
		tree_swap(&out, ret_fit);
	return r;
}
