/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/volume_facts.h"

void volume_fact_done(struct volume_fact *v)
{
	text_list_done(&v->mounts);
	free(v->extent);
	free(v->label);
	free(v->filesystem);
	free(v->name);
	*v = (struct volume_fact){ 0 };
}

void volume_facts_done(struct volume_facts *facts)
{
	for (size_t i = 0; i < facts->count; i++)
		volume_fact_done(&facts->volume[i]);
	free(facts->volume);
	*facts = (struct volume_facts){ 0 };
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_extent(const struct volume_extent *a, const struct volume_extent *b)
{
	return strcmp(a->disk, b->disk) == 0 && a->has_target == b->has_target &&
	       a->target == b->target && a->has_range == b->has_range &&
	       a->offset == b->offset && a->length == b->length;
}

static bool same_volume(const struct volume_fact *a, const struct volume_fact *b)
{
	if (!same_text(a->name, b->name) || !same_text(a->filesystem, b->filesystem) ||
	    !same_text(a->label, b->label) || a->size != b->size ||
	    a->has_free != b->has_free || a->free != b->free ||
	    a->extents != b->extents || a->mounts.count != b->mounts.count)
		return false;
	for (size_t i = 0; i < a->extents; i++)
		if (!same_extent(&a->extent[i], &b->extent[i]))
			return false;
	for (size_t i = 0; i < a->mounts.count; i++)
		if (strcmp(a->mounts.item[i], b->mounts.item[i]) != 0)
			return false;
	return true;
}

bool volume_facts_equal(const struct volume_facts *a, const struct volume_facts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!same_volume(&a->volume[i], &b->volume[i]))
			return false;
	return true;
}

static bool copy_text(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return *to || !from;
}

/* @to is empty, and half full on failure. */
static bool copy_volume(struct volume_fact *to, const struct volume_fact *from)
{
	bool good = copy_text(&to->name, from->name) &&
		    copy_text(&to->filesystem, from->filesystem) &&
		    copy_text(&to->label, from->label);

	to->size = from->size;
	to->has_free = from->has_free;
	to->free = from->free;
	to->extent = calloc(from->extents + 1, sizeof(*to->extent));
	if (!good || !to->extent)
		return false;
	for (; to->extents < from->extents; to->extents++)
		to->extent[to->extents] = from->extent[to->extents];
	for (size_t i = 0; good && i < from->mounts.count; i++)
		good = text_list_add(&to->mounts, from->mounts.item[i]) >= 0;
	return good;
}

int volume_facts_copy(struct volume_facts *to, const struct volume_facts *from)
{
	struct volume_facts copy = { .volume = calloc(from->count + 1,
						      sizeof(*copy.volume)) };
	bool good = copy.volume != NULL;

	while (good && copy.count < from->count) {
		good = copy_volume(&copy.volume[copy.count], &from->volume[copy.count]);
		copy.count++;
	}
	if (!good) {
		volume_facts_done(&copy);
		return -ENOMEM;
	}
	volume_facts_done(to);
	*to = copy;
	return 0;
}
