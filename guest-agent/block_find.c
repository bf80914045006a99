/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "guest-agent/block.h"
#include "guest-agent/mountinfo.h"
#include "lib/io.h"

bool block_parse_number(char *text, unsigned *ret_major, unsigned *ret_minor)
{
	char *colon = strchr(text, ':');
	uint64_t major, minor;

	if (!colon)
		return false;
	*colon = '\0';
	if (io_parse_u64(text, UINT32_MAX, &major) < 0 ||
	    io_parse_u64(colon + 1, UINT32_MAX, &minor) < 0)
		return false;
	*ret_major = (unsigned)major;
	*ret_minor = (unsigned)minor;
	return true;
}

size_t block_by_number(const struct block_list *list, unsigned major, unsigned minor)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->device[i].major == major && list->device[i].minor == minor)
			return i;
	return BLOCK_NONE;
}

/* Is @name of sysfs the node @path below /dev? */
static bool names_node(const char *name, const char *path)
{
	for (; *name && *path; name++, path++)
		if (*name != *path && !(*name == '!' && *path == '/'))
			return false;
	return *name == *path;
}

size_t block_by_name(const struct block_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->device[i].name, name) == 0)
			return i;
	return BLOCK_NONE;
}

static size_t by_dm_name(const struct block_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->device[i].dm_name && strcmp(list->device[i].dm_name, name) == 0)
			return i;
	return BLOCK_NONE;
}

size_t block_by_path(const struct block_list *list, const char *path)
{
	if (strncmp(path, "/dev/mapper/", 12) == 0)
		return by_dm_name(list, path + 12);
	if (strncmp(path, "/dev/", 5) != 0)
		return BLOCK_NONE;
	for (size_t i = 0; i < list->count; i++)
		if (names_node(list->device[i].name, path + 5))
			return i;
	return BLOCK_NONE;
}

void block_mark_swaps(struct block_list *list, const char *text)
{
	/* "Filename Type Size Used Priority", then a line for each */
	for (const char *line = strchr(text, '\n'); line; line = strchr(line, '\n')) {
		char path[256];
		size_t len, i;

		line++;
		len = strcspn(line, " \t\n");
		if (len == 0 || len >= sizeof(path))
			continue;
		memcpy(path, line, len);
		path[len] = '\0';
		mountinfo_unescape(path);
		i = block_by_path(list, path);
		if (i != BLOCK_NONE)
			list->device[i].swap = true;
	}
}
