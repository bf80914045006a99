/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/qemu_args.h"

/* The end of the item that starts at @p: a comma that is no half of a pair, or the NUL. */
static const char *item_end(const char *p)
{
	while (*p) {
		if (*p == ',' && p[1] != ',')
			break;
		p += *p == ',' ? 2 : 1;
	}
	return p;
}

static bool item_has_key(const char *item, const char *end, const char *key)
{
	size_t len = strlen(key);

	if ((size_t)(end - item) < len || strncmp(item, key, len) != 0)
		return false;
	return item + len == end || item[len] == '=';
}

static char *value_copy(const char *p, const char *end)
{
	char *copy = malloc((size_t)(end - p) + 1);
	size_t n = 0;

	if (!copy)
		return NULL;
	while (p < end) {
		copy[n++] = *p;
		p += *p == ',' ? 2 : 1;
	}
	copy[n] = '\0';
	return copy;
}

int qemu_opts_get(const char *text, const char *key, char **ret_value)
{
	const char *p = text;

	for (;;) {
		const char *end = item_end(p);

		if (item_has_key(p, end, key)) {
			const char *value = p + strlen(key);
			char *copy = value_copy(value < end ? value + 1 : end, end);

			if (!copy)
				return -ENOMEM;
			*ret_value = copy;
			return 0;
		}
		if (!*end)
			return -ENOENT;
		p = end + 1;
	}
}

static bool item_dropped(const char *item, const char *end, const char *const *drop)
{
	for (; *drop; drop++)
		if (item_has_key(item, end, *drop))
			return true;
	return false;
}

char *qemu_opts_edit(const char *text, const char *const *drop, const char *add)
{
	char *out = malloc(strlen(text) + (add ? strlen(add) : 0) + 2);
	const char *p = text;
	size_t n = 0;

	if (!out)
		return NULL;
	for (;;) {
		const char *end = item_end(p);

		if (!item_dropped(p, end, drop)) {
			if (n)
				out[n++] = ',';
			memcpy(out + n, p, (size_t)(end - p));
			n += (size_t)(end - p);
		}
		if (!*end)
			break;
		p = end + 1;
	}
	if (add) {
		if (n)
			out[n++] = ',';
		memcpy(out + n, add, strlen(add));
		n += strlen(add);
	}
	out[n] = '\0';
	return out;
}
