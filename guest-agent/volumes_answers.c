/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "guest-agent/volumes_plan.h"

void volume_asks_done(struct volume_ask *ask, size_t asks)
{
	for (size_t i = 0; i < asks; i++)
		text_list_done(&ask[i].paths);
	free(ask);
}

void volume_plan_done(struct volume_plan *plan)
{
	volume_facts_done(&plan->facts);
	volume_asks_done(plan->ask, plan->asks);
	*plan = (struct volume_plan){ 0 };
}

void volume_plan_cut(struct volume_plan *plan, size_t count)
{
	while (plan->facts.count > count)
		volume_fact_done(&plan->facts.volume[--plan->facts.count]);
	while (plan->asks > 0 && plan->ask[plan->asks - 1].volume >= count)
		text_list_done(&plan->ask[--plan->asks].paths);
}

/* What several datasets use adds up; what is free they share. */
static void add_answer(struct volume_answer *sum, const struct volume_answer *a)
{
	uint64_t used = a->size - a->free, before = sum->size - sum->free;

	if (a->available > sum->available)
		sum->available = a->available;
	if (a->free > sum->free)
		sum->free = a->free;
	if (__builtin_add_overflow(before, used, &sum->size) ||
	    __builtin_add_overflow(sum->size, sum->free, &sum->size))
		sum->size = sum->free; /* no such disks exist */
	sum->told = true;
}

void volume_answers_apply(struct volume_facts *facts, const struct volume_answer *answer,
			  size_t answers)
{
	for (size_t i = 0; i < answers;) {
		size_t volume = answer[i].volume;
		struct volume_fact *v = &facts->volume[volume];
		struct volume_answer sum = { 0 };

		for (; i < answers && answer[i].volume == volume; i++)
			if (answer[i].told && answer[i].free <= answer[i].size)
				add_answer(&sum, &answer[i]);
		if (!sum.told || sum.size == 0)
			continue; /* nothing is known, so nothing is told */
		v->size = sum.size;
		v->has_free = true;
		v->free = sum.available < sum.size ? sum.available : sum.size;
	}
}

bool volume_free_moved(uint64_t size, uint64_t told, uint64_t now)
{
	uint64_t moved = now > told ? now - told : told - now;
	uint64_t least = size / 100 * VOLUME_MOVED_PERCENT;

	if (told / VOLUME_MOVED_EIGHTH < least)
		least = told / VOLUME_MOVED_EIGHTH;
	if (least < VOLUME_MOVED_LEAST)
		least = VOLUME_MOVED_LEAST;
	return moved >= least || (now == 0 && told != 0);
}
