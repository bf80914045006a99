/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/block_udev.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define RECORD_MAX (64 * 1024) /* bytes; a disk with many links has some 4 KiB */
#define VALUE_MAX  1024	       /* bytes; labels have at most 256, encoded 4 times that */

void block_udev_done(struct block_udev *u)
{
	free(u->type);
	free(u->uuid);
	free(u->label);
	*u = (struct block_udev){ 0 };
}

/* udev writes \xHH for what is not safe in a name; a space at the end is padding. */
static void decode(char *text)
{
	char *to = text;

	for (const char *p = text; *p;) {
		uint8_t byte;

		if (p[0] == '\\' && p[1] == 'x' && p[2] && p[3] &&
		    io_parse_hex(p + 2, 2, &byte) >= 0 && byte != 0) {
			*to++ = (char)byte;
			p += 4;
		} else {
			*to++ = *p++;
		}
	}
	while (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

/* The text behind @key in a line of @len bytes, NULL when the line has another key. */
static const char *value_of(const char *line, size_t len, const char *key,
			    size_t *ret_len)
{
	size_t n = strlen(key);

	if (len < n || memcmp(line, key, n) != 0)
		return NULL;
	*ret_len = len - n;
	return *ret_len > 0 && *ret_len <= VALUE_MAX ? line + n : NULL;
}

/* Take over the value when the line is @key's. */
static int take(const char *line, size_t len, const char *key, char **to)
{
	size_t n = 0;
	const char *value = value_of(line, len, key, &n);
	char *copy;

	if (!value)
		return 0;
	copy = strndup(value, n);
	if (!copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	return 0;
}

static int take_line(const char *line, size_t len, struct block_udev *u, char **plain)
{
	int r = take(line, len, "E:ID_FS_TYPE=", &u->type);

	if (r >= 0)
		r = take(line, len, "E:ID_FS_UUID=", &u->uuid);
	if (r >= 0)
		r = take(line, len, "E:ID_FS_LABEL_ENC=", &u->label);
	if (r >= 0)
		r = take(line, len, "E:ID_FS_LABEL=", plain);
	return r;
}

int block_udev_parse(const char *text, struct block_udev *ret)
{
	autofree char *plain = NULL; /* the label with '_' for what is not safe */
	int r = 0;

	for (const char *line = text; r >= 0 && *line;) {
		size_t len = strcspn(line, "\n");

		r = take_line(line, len, ret, &plain);
		line += len + (line[len] == '\n');
	}
	if (r < 0)
		return r;
	if (ret->label)
		decode(ret->label);
	else
		ret->label = steal_ptr(plain);
	return 0;
}

int block_udev_read(int rootfd, unsigned major, unsigned minor, struct block_udev *ret)
{
	autofree char *text = NULL;
	char path[64];
	int r;

	(void)snprintf(path, sizeof(path), "run/udev/data/b%u:%u", major, minor);
	r = io_read_file_at(rootfd, path, RECORD_MAX, &text, NULL);
	return r < 0 ? r : block_udev_parse(text, ret);
}
