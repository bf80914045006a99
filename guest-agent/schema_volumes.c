/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/schema_volumes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/utf8.h"

/* Bytes, with numbers of 20 digits: data/volumes/N, what is in it, what is in that. */
#define DIR_ROOM  40
#define LIST_ROOM 80
#define PATH_ROOM 96

#define CHARACTER_MAX 4 /* bytes of one in UTF-8 */

/* The bytes of the character at @text, 0: it is none, or acts on a terminal. */
static size_t character(const char *text)
{
	uint32_t point = 0;
	size_t len = utf8_first(text, strnlen(text, CHARACTER_MAX), &point);

	return utf8_is_control(point) ? 0 : len;
}

/* false: longer than @size. */
static bool clean(const char *text, char *out, size_t size)
{
	while (*text) {
		size_t len = character(text), need = len ? len : sizeof("\\xHH") - 1;

		if (need >= size)
			return false;
		if (len)
			memcpy(out, text, len);
		else
			(void)snprintf(out, size, "\\x%02x", (unsigned char)*text);
		out += need;
		size -= need;
		text += len ? len : 1;
	}
	*out = '\0';
	return true;
}

/* A text that is too long would be another one when cut: it is left out. */
static int want_text(struct tree *want, const char *path, const char *text)
{
	char out[SCHEMA_VOLUME_TEXT_MAX + 1];

	if (!text || !*text || !clean(text, out, sizeof(out)))
		return 0;
	return tree_setf(want, path, "%s", out);
}

static int want_number(struct tree *want, const char *dir, const char *name,
		       uint64_t value)
{
	char path[PATH_ROOM];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return tree_setf(want, path, "%" PRIu64, value);
}

static int want_extent(const struct volume_extent *e, const char *dir, struct tree *want)
{
	int r = want_text(want, dir, e->disk);

	if (r >= 0 && e->has_target)
		r = want_number(want, dir, "target", e->target);
	if (r >= 0 && e->has_range)
		r = want_number(want, dir, "offset", e->offset);
	if (r >= 0 && e->has_range)
		r = want_number(want, dir, "length", e->length);
	return r;
}

static int want_lists(const struct volume_fact *v, const char *dir, struct tree *want)
{
	char path[LIST_ROOM];
	int r = 0;

	for (size_t i = 0; r >= 0 && i < v->extents; i++) {
		(void)snprintf(path, sizeof(path), "%s/extents/%zu", dir, i);
		r = want_extent(&v->extent[i], path, want);
	}
	for (size_t i = 0; r >= 0 && i < v->mounts.count; i++) {
		(void)snprintf(path, sizeof(path), "%s/mount_points/%zu", dir, i);
		r = want_text(want, path, v->mounts.item[i]);
	}
	return r;
}

static int want_volume(const struct volume_fact *v, const char *dir, struct tree *want)
{
	const struct {
		const char *name, *text;
	} texts[] = {
		{ "name", v->name },
		{ "filesystem", v->filesystem },
		{ "volume_name", v->label },
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(texts) / sizeof(*texts); i++) {
		char path[PATH_ROOM];

		(void)snprintf(path, sizeof(path), "%s/%s", dir, texts[i].name);
		r = want_text(want, path, texts[i].text);
	}
	if (r >= 0 && v->size > 0)
		r = want_number(want, dir, "size", v->size);
	if (r >= 0 && v->has_free)
		r = want_number(want, dir, "free", v->free);
	return r < 0 ? r : want_lists(v, dir, want);
}

int schema_want_volumes(const struct volume_facts *facts, struct tree *want)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < facts->count; i++) {
		char dir[DIR_ROOM];

		(void)snprintf(dir, sizeof(dir), "data/volumes/%zu", i);
		r = want_volume(&facts->volume[i], dir, want);
	}
	return r;
}

size_t schema_volume_nodes(const struct volume_fact *v)
{
	size_t nodes = 2 + (v->filesystem != NULL) + (v->label != NULL) + (v->size > 0) +
		       v->has_free; /* its directory and its name */

	for (size_t i = 0; i < v->extents; i++)
		nodes += 1U + v->extent[i].has_target + 2U * v->extent[i].has_range;
	return nodes + (v->extents > 0) + (v->mounts.count > 0) + v->mounts.count;
}
