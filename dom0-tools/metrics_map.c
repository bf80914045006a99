/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/metrics_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

void metrics_map_done(struct metrics_map *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->pair[i].key);
		free(m->pair[i].value);
	}
	free(m->pair);
	*m = (struct metrics_map){ 0 };
}

/* Room for @more entries of @size bytes behind @count; the array may move. */
static int make_room(void **array, size_t *room, size_t count, size_t more, size_t size)
{
	size_t want = *room ? *room : 8;
	void *moved;

	while (want - count < more)
		want *= 2;
	if (want == *room)
		return 0;
	moved = reallocarray(*array, want, size);
	if (!moved)
		return -ENOMEM;
	*array = moved;
	*room = want;
	return 0;
}

/* Room for @more pairs. */
static int map_room(struct metrics_map *m, size_t more)
{
	void *array = m->pair;
	int r;

	if (m->bytes >= METRICS_MAP_MAX)
		return -EFBIG;
	r = make_room(&array, &m->room, m->count, more, sizeof(*m->pair));
	m->pair = array;
	return r;
}

static int insert(struct metrics_map *m, size_t at, const char *key, const char *value,
		  size_t value_len)
{
	autofree char *key_copy = strdup(key);
	autofree char *value_copy = malloc(value_len + 1);
	size_t bytes = strlen(key) + value_len;
	int r = key_copy && value_copy ? map_room(m, 1) : -ENOMEM;

	if (r < 0)
		return r;
	if (value_len)
		memcpy(value_copy, value, value_len);
	value_copy[value_len] = '\0';
	memmove(m->pair + at + 1, m->pair + at, (m->count - at) * sizeof(*m->pair));
	m->count++;
	m->bytes += bytes;
	m->pair[at].key = steal_ptr(key_copy);
	m->pair[at].value = steal_ptr(value_copy);
	m->pair[at].value_len = value_len;
	return 0;
}

int metrics_map_add(struct metrics_map *m, const char *key, const char *value,
		    size_t value_len)
{
	return insert(m, m->count, key, value, value_len);
}

int metrics_map_add_first(struct metrics_map *m, const char *key, const char *value,
			  size_t value_len)
{
	return insert(m, 0, key, value, value_len);
}

int metrics_map_move(struct metrics_map *m, struct metrics_map *from)
{
	int r = from->count ? map_room(m, from->count) : 0;

	if (r < 0 || from->count == 0)
		return r;
	memcpy(m->pair + m->count, from->pair, from->count * sizeof(*m->pair));
	m->count += from->count;
	m->bytes += from->bytes;
	from->count = 0; /* what they own has moved */
	metrics_map_done(from);
	return 0;
}

const struct metrics_pair *metrics_map_find(const struct metrics_map *m, const char *key)
{
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->pair[i].key, key) == 0)
			return &m->pair[i];
	return NULL;
}

void metrics_names_done(struct metrics_names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->name[i]);
	free(n->name);
	*n = (struct metrics_names){ 0 };
}

int metrics_names_add(struct metrics_names *n, const char *name, size_t len)
{
	void *array = n->name;
	char *copy;
	int r = make_room(&array, &n->room, n->count, 1, sizeof(*n->name));

	n->name = array;
	if (r < 0)
		return r;
	copy = strndup(name, len);
	if (!copy)
		return -ENOMEM;
	n->name[n->count++] = copy;
	return 0;
}
