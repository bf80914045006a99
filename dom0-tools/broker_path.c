/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dom0-tools/broker_path.h"

#define HOMES "/local/domain/"

static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789-/_@";

bool path_is_special(const char *path)
{
	return path[0] == '@';
}

/* The bytes of a domain's number as C xenstored's "%5u" takes them: a minus sign counts. */
static size_t number_len_c(const char *text)
{
	size_t sign = text[0] == '-', n;

	n = strspn(text + sign, "0123456789");
	if (n > 5 - sign)
		n = 5 - sign;
	return n ? sign + n : 0;
}

/* The same for oxenstored's "%d": as many digits as there are, '_' among them. */
static size_t number_len_o(const char *text)
{
	size_t sign = text[0] == '-';

	if (text[sign] < '0' || text[sign] > '9')
		return 0;
	return sign + strspn(text + sign, "0123456789_");
}

/* What is not counted against the length: "/local/domain/N/", so that a path stays legal
 * when its domain gets a longer number. */
static size_t uncounted(enum store_kind kind, const char *path)
{
	size_t home = sizeof(HOMES) - 1, n;

	if (strncmp(path, HOMES, home) != 0)
		return 0;
	n = kind == STORE_C ? number_len_c(path + home) : number_len_o(path + home);
	return n && path[home + n] == '/' ? home + n + 1 : 0;
}

static bool is_legal(const char *text, size_t len)
{
	return len > 0 && strspn(text, legal) == len;
}

static bool is_legal_node(const char *path, size_t len)
{
	return is_legal(path, len) && !strstr(path, "//") &&
	       (path[len - 1] != '/' || len == 1);
}

static int resolve_node(unsigned domid, const char *text, char path[PATH_ROOM])
{
	int n;

	if (text[0] == '/')
		n = snprintf(path, PATH_ROOM, "%s", text);
	else
		n = snprintf(path, PATH_ROOM, HOMES "%u/%s", domid, text);
	if (n < 0 || n >= PATH_ROOM || !is_legal_node(path, (size_t)n))
		return -EINVAL;
	return n;
}

static int resolve(enum store_kind kind, unsigned domid, const char *text, bool special,
		   bool limited, char ret_path[PATH_ROOM])
{
	char path[PATH_ROOM];
	int n;

	if (!path_is_special(text))
		n = resolve_node(domid, text, path);
	else
		n = special ? snprintf(path, sizeof(path), "%s", text) : -EINVAL;
	if (n < 0 || n >= PATH_ROOM)
		return -EINVAL;
	if (limited && (size_t)n - uncounted(kind, path) > PATH_MAX_NODE)
		return -EINVAL;
	memcpy(ret_path, path, (size_t)n + 1);
	return 0;
}

int path_resolve(enum store_kind kind, unsigned domid, const char *text,
		 char ret_path[PATH_ROOM])
{
	return resolve(kind, domid, text, kind == STORE_O, true, ret_path);
}

int path_resolve_watch(enum store_kind kind, unsigned domid, const char *text,
		       char ret_path[PATH_ROOM])
{
	return resolve(kind, domid, text, true, kind == STORE_C, ret_path);
}

bool path_is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (strcmp(dir, "/") == 0)
		return true;
	return strncmp(path, dir, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

size_t path_parent(const char *path, char ret_parent[PATH_ROOM])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash && !path_is_special(path) ? (size_t)(slash - path) : 0;

	ret_parent[0] = '\0';
	if (strcmp(path, "/") == 0 || len >= PATH_ROOM)
		return 0;
	if (len == 0)
		len = 1;
	memcpy(ret_parent, len == 1 ? "/" : path, len);
	ret_parent[len] = '\0';
	return len;
}
