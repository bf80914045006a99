/* SPDX-License-Identifier: BSD-2-Clause */
/* netconf_networkd_text.h: the .network file that an interface has, with its drop-ins. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/netconf_change.h"
#include "guest-agent/netconf_file.h"
#include "guest-agent/netconf_networkd_text.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/text_list.h"

#define NAME_BYTES (NAME_MAX + 1)

/* Where networkd looks; what is in an earlier one hides the same name in a later. */
static const char *const dirs[] = {
	"/etc/systemd/network",		  "/run/systemd/network",
	"/usr/local/lib/systemd/network", "/usr/lib/systemd/network",
	"/lib/systemd/network",
};

#define DIRS (sizeof(dirs) / sizeof(dirs[0]))

static bool ends_with(const char *text, const char *tail)
{
	size_t len = strlen(text), tail_len = strlen(tail);

	return len > tail_len && strcmp(text + len - tail_len, tail) == 0;
}

/* The name of @path, a .network file in one of the directories; else NULL.  networkd says
 * which file it is, and is not root: it must not make us copy any file. */
static const char *name_of(const char *path)
{
	for (size_t i = 0; i < DIRS; i++) {
		size_t len = strlen(dirs[i]);

		if (strncmp(path, dirs[i], len) == 0 && path[len] == '/' &&
		    path[len + 1] != '.' && !strchr(path + len + 1, '/') &&
		    ends_with(path, ".network"))
			return path + len + 1;
	}
	return NULL;
}

/* Adds @path's bytes and a newline to @out.  -ENOENT: there is no such file. */
static int add_file(FILE *out, const char *path, struct netconf_why *why)
{
	autofree char *text = NULL;
	size_t len;
	int r;

	r = io_read_file_at(AT_FDCWD, path, NETCONF_FILE_MAX, &text, &len);
	if (r == -ENOENT)
		return r;
	if (r < 0)
		return netconf_why(why, r, "cannot read %s: %s", path, strerror(-r));
	(void)fwrite(text, 1, len, out); /* fclose() tells of failures */
	(void)fputc('\n', out);
	return 0;
}

static bool has(const struct text_list *l, const char *text)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->item[i], text) == 0)
			return true;
	return false;
}

static void drop_in_dir(size_t i, const char *name, char ret[NETCONF_PATH_MAX])
{
	(void)snprintf(ret, NETCONF_PATH_MAX, "%s/%s.d", dirs[i], name); /* fits */
}

/* The names in one directory; one that is not there has none. */
static int list_dir(const char *path, struct text_list *l)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	int r = 0;

	while (dir && r >= 0 && (e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.' && ends_with(e->d_name, ".conf") &&
		    !has(l, e->d_name))
			r = text_list_add(l, e->d_name);
	if (dir)
		(void)closedir(dir); /* nothing was written */
	return r;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* From the first directory that has it.  (A link to nothing is nothing.) */
static int add_drop_in(FILE *out, const char *name, const char *conf,
		       struct netconf_why *why)
{
	int r = -ENOENT;

	for (size_t i = 0; i < DIRS && r == -ENOENT; i++) {
		char path[NETCONF_PATH_MAX + NAME_BYTES], dir[NETCONF_PATH_MAX];

		drop_in_dir(i, name, dir);
		(void)snprintf(path, sizeof(path), "%s/%s", dir, conf); /* fits */
		r = add_file(out, path, why);
	}
	return r == -ENOENT ? 0 : r;
}

static int add_drop_ins(FILE *out, const char *name, struct netconf_why *why)
{
	struct text_list list = { 0 };
	int r = 0;

	for (size_t i = 0; i < DIRS && r >= 0; i++) {
		char dir[NETCONF_PATH_MAX];

		drop_in_dir(i, name, dir);
		r = list_dir(dir, &list);
	}
	if (r < 0)
		netconf_why(why, r, "cannot read the drop-ins of %s: %s", name,
			    strerror(-r));
	if (list.count > 0)
		qsort(list.item, list.count, sizeof(*list.item), by_bytes);
	for (size_t i = 0; i < list.count && r >= 0; i++)
		r = add_drop_in(out, name, list.item[i], why);
	text_list_done(&list);
	return r;
}

int netconf_networkd_original(const char *path, char **ret_text, size_t *ret_len,
			      struct netconf_why *why)
{
	const char *name = name_of(path);
	autofree char *text = NULL;
	size_t len = 0;
	FILE *out;
	int r = 0;

	if (*path && !name)
		return netconf_why(why, -EOPNOTSUPP,
				   "networkd says that the interface's file is %s, which "
				   "is none of its directories' .network files",
				   path);
	out = open_memstream(&text, &len);
	if (!out)
		return netconf_why(why, -ENOMEM, "no memory");
	if (name)
		r = add_file(out, path, why);
	if (r >= 0 && name)
		r = add_drop_ins(out, name, why);
	if (fclose(out) != 0 && r >= 0)
		r = netconf_why(why, -ENOMEM, "no memory");
	if (r < 0 && r != -ENOENT)
		return r;
	*ret_text = steal_ptr(text);
	*ret_len = len;
	return 0;
}
