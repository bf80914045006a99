/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/text.h"

void record_init(struct record *r)
{
	tree_init(&r->keys);
	r->vbd = NULL;
	r->vbd_count = 0;
}

void record_done(struct record *r)
{
	tree_done(&r->keys);
	free(r->vbd);
	record_init(r);
}

const char *record_get(const struct record *r, const char *key)
{
	return tree_text(&r->keys, key);
}

static const char *get_below(const struct record *r, const char *map, const char *key)
{
	autofree char *path = text_printf("%s/%s", map, key);

	return path ? record_get(r, path) : NULL;
}

const char *record_other(const struct record *r, const char *key)
{
	return get_below(r, "other-config", key);
}

const char *record_platform(const struct record *r, const char *key)
{
	return get_below(r, "platform", key);
}

int record_put(struct record *r, const char *path, const char *value)
{
	if (r->keys.count >= RECORD_KEYS_MAX && !tree_find(&r->keys, path))
		return -E2BIG;
	return tree_set(&r->keys, path, value, strlen(value));
}

void record_drop(struct record *r, const char *path)
{
	if (tree_find(&r->keys, path))
		tree_remove(&r->keys, path);
}

static bool starts(const char *name, size_t len, const char *prefix)
{
	return len >= strlen(prefix) && memcmp(name, prefix, strlen(prefix)) == 0;
}

static bool is(const char *name, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(name, word, len) == 0;
}

/* The keys of an install: one that is misspelt must not be one that is missing. */
static bool is_install_key(const char *name, size_t len)
{
	static const char *const keys[] = {
		"install-repository", "install-distro",	   "install-arch",
		"install-round",      "install-methods",   "install-kernel",
		"install-ramdisk",    "install-proxy",	   "install-args",
		"install-vnc",	      "install-vncpasswd", "install-bootloader",
		"debian-release",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (is(name, len, keys[i]))
			return true;
	return false;
}

/* Which map, and how many bytes of the name only say so. */
static const char *map_of(const char *name, size_t len, size_t *ret_skip)
{
	*ret_skip = 0;
	if (is_install_key(name, len))
		return "other-config/";
	if (is(name, len, "PV-bootloader") || is(name, len, "PV-bootloader-args") ||
	    is(name, len, "PV-args"))
		return "";
	if (starts(name, len, "other-config:")) {
		*ret_skip = strlen("other-config:");
		return "other-config/";
	}
	if (starts(name, len, "platform:")) {
		*ret_skip = strlen("platform:");
		return "platform/";
	}
	return NULL;
}

int record_path(const char *name, size_t name_len, char **ret_path)
{
	size_t skip;
	const char *map = map_of(name, name_len, &skip);

	if (!map || name_len == skip)
		return -EINVAL;
	*ret_path = text_printf("%s%.*s", map, (int)(name_len - skip), name + skip);
	return *ret_path ? 0 : -ENOMEM;
}

int record_set(struct record *r, const char *assignment)
{
	const char *equals = strchr(assignment, '=');
	autofree char *path = NULL;
	int ret;

	if (!equals)
		return -EINVAL;
	ret = record_path(assignment, (size_t)(equals - assignment), &path);
	return ret < 0 ? ret : record_put(r, path, equals + 1);
}

/* One line, NUL-terminated. */
static int parse_line(struct record *r, const char *line, size_t len)
{
	if (strlen(line) != len)
		return -EBADMSG; /* a NUL inside */
	line += strspn(line, " \t");
	if (*line == '\0' || *line == '#')
		return 0;
	return record_set(r, line);
}

int record_parse(struct record *r, char *text, size_t len, size_t *ret_line)
{
	char *end = text + len;
	size_t number = 1;

	for (char *line = text; line < end; number++) {
		char *newline = memchr(line, '\n', (size_t)(end - line));
		char *stop = newline ? newline : end;
		int ret;

		*stop = '\0';
		ret = parse_line(r, line, (size_t)(stop - line));
		if (ret < 0) {
			*ret_line = number;
			return ret == -ENOMEM ? ret : -EBADMSG;
		}
		line = stop + 1;
	}
	return 0;
}

bool change_removes(const struct change *c)
{
	return c->kind == CHANGE_OTHER_CONFIG_REMOVE || c->kind == CHANGE_PLATFORM_REMOVE;
}

int change_path(const struct change *c, char **ret_path)
{
	switch (c->kind) {
	case CHANGE_OTHER_CONFIG_REMOVE:
	case CHANGE_OTHER_CONFIG_SET:
		*ret_path = text_printf("other-config/%s", c->key);
		break;
	case CHANGE_PLATFORM_REMOVE:
	case CHANGE_PLATFORM_SET:
		*ret_path = text_printf("platform/%s", c->key);
		break;
	case CHANGE_BOOTLOADER:
		*ret_path = strdup("PV-bootloader");
		break;
	case CHANGE_BOOTLOADER_ARGS:
		*ret_path = strdup("PV-bootloader-args");
		break;
	default:
		return -EINVAL;
	}
	return *ret_path ? 0 : -ENOMEM;
}
