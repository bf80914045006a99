/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/schema_volumes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Bytes, with numbers of 20 digits: data/volumes/N, what is in it, what is in that. */
#define DIR_ROOM  40
#define LIST_ROOM 80
#define PATH_ROOM 96

/* The bytes of the character of UTF-8 at @p, 0: it is none, or a control character. */
static size_t character(const unsigned char *p)
{
	size_t len = *p < 0x80 ? 1 : *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
	uint32_t value = len == 1 ? *p : *p & (0x7fU >> len);
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	if ((*p >= 0x80 && *p < 0xc2) || *p > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80) /* the NUL at the end, too */
			return 0;
		value = value << 6 | (p[i] & 0x3f);
	}
	if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		return 0;
	return value < 0x20 || (value >= 0x7f && value < 0xa0) ? 0 : len;
}

/* false: longer than @size. */
static bool clean(const char *text, char *out, size_t size)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p) {
		size_t len = character(p), need = len ? len : 4;

		if (need >= size)
			return false;
		if (len)
			memcpy(out, p, len);
		else
			(void)snprintf(out, size, "\\x%02x", *p);
		out += need;
		size -= need;
		p += len ? len : 1;
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
	for (size_t i = 0; r >= 0 && i < v->mounts; i++) {
		(void)snprintf(path, sizeof(path), "%s/mount_points/%zu", dir, i);
		r = want_text(want, path, v->mount[i]);
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
	return nodes + (v->extents > 0) + (v->mounts > 0) + v->mounts;
}
