/* SPDX-License-Identifier: BSD-2-Clause */
/* Which files the configuration is read from, whatever they are. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "guest-agent/config.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/text.h"

#define SUFFIX ".conf"

/* The null device is how systemd's users mask a file: an empty one. */
static bool is_readable_kind(const struct stat *st)
{
	return S_ISREG(st->st_mode) ||
	       (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3));
}

/* A FIFO does not block the open; what is no file is not read. */
static int read_config(int dirfd, const char *name, char **ret_text, size_t *ret_len)
{
	autoclose int fd =
		openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!is_readable_kind(&st))
		return -EMEDIUMTYPE;
	return io_read_limited(fd, AGENT_CONFIG_FILE_MAX, ret_text, ret_len);
}

static const char *reason(int r)
{
	if (r == -EMEDIUMTYPE)
		return "it is no regular file";
	if (r == -E2BIG)
		return "it has over 65536 names";
	return r == -EFBIG ? "it has over 64 KiB" : strerror(-r);
}

static void load_file(struct agent_config *c, int dirfd, const char *name,
		      const char *path, size_t told_max)
{
	autofree char *text = NULL;
	size_t len;
	int r = read_config(dirfd, name, &text, &len);

	if (r == -ENOENT)
		return; /* absent, or gone since it was listed */
	if (r < 0)
		agent_config_wrong(c, told_max, "cannot read '%s': %s", path, reason(r));
	else
		agent_config_parse(c, path, text, len, told_max);
}

/* The first names of a directory, in the order of their bytes. */
struct names {
	char *name[AGENT_CONFIG_DROPINS_MAX]; /* owned */
	size_t count;
	size_t left_out;
};

static void names_done(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->name[i]);
}

static int keep_name(struct names *n, const char *name)
{
	size_t at = n->count;
	char *copy;

	while (at > 0 && strcmp(n->name[at - 1], name) > 0)
		at--;
	if (n->count == AGENT_CONFIG_DROPINS_MAX)
		n->left_out++;
	if (at == AGENT_CONFIG_DROPINS_MAX)
		return 0;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	if (n->count == AGENT_CONFIG_DROPINS_MAX)
		free(n->name[--n->count]);
	memmove(&n->name[at + 1], &n->name[at], (n->count - at) * sizeof(n->name[0]));
	n->name[at] = copy;
	n->count++;
	return 0;
}

static bool is_dropin(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > strlen(SUFFIX) &&
	       strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* @dir is closed. */
static int list_names(int dir, struct names *ret)
{
	DIR *d = fdopendir(dir);
	const struct dirent *e;
	int r = 0;

	if (!d) {
		r = -errno;
		(void)close(dir); /* it was only opened */
		return r;
	}
	for (size_t seen = 0; r == 0; seen++) {
		errno = 0;
		e = seen < AGENT_CONFIG_ENTRIES_MAX ? readdir(d) : NULL;
		if (!e) {
			r = seen == AGENT_CONFIG_ENTRIES_MAX ? -E2BIG : -errno;
			break;
		}
		if (is_dropin(e->d_name))
			r = keep_name(ret, e->d_name);
	}
	(void)closedir(d); /* it was only read */
	return r;
}

static void load_dropins(struct agent_config *c, int rootfd, size_t told_max)
{
	autoclose int dir =
		openat(rootfd, AGENT_CONFIG_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	__attribute__((cleanup(names_done))) struct names names = { .count = 0 };
	int r = dir < 0 ? -errno : 0;

	if (r == -ENOENT)
		return;
	if (r == 0) {
		r = fcntl(dir, F_DUPFD_CLOEXEC, 0);
		r = r < 0 ? -errno : list_names(r, &names);
	}
	if (r < 0)
		agent_config_wrong(c, told_max, "cannot list '/%s': %s", AGENT_CONFIG_DIR,
				   reason(r));
	if (names.left_out > 0)
		agent_config_wrong(c, told_max,
				   "'/%s' has over %d files: %zu after '%s' are not read",
				   AGENT_CONFIG_DIR, AGENT_CONFIG_DROPINS_MAX,
				   names.left_out, names.name[names.count - 1]);
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path =
			text_printf("/%s/%s", AGENT_CONFIG_DIR, names.name[i]);

		load_file(c, dir, names.name[i], path ? path : names.name[i], told_max);
	}
}

static void load(struct agent_config *c, int rootfd, size_t told_max)
{
	load_file(c, rootfd, AGENT_CONFIG_FILE, "/" AGENT_CONFIG_FILE, told_max);
	load_dropins(c, rootfd, told_max);
}

void agent_config_load(struct agent_config *c, int rootfd)
{
	load(c, rootfd, AGENT_CONFIG_TOLD_MAX);
	if (c->errors > AGENT_CONFIG_TOLD_MAX)
		log_warning("the configuration has %zu more errors; --check-config tells "
			    "them all",
			    c->errors - AGENT_CONFIG_TOLD_MAX);
}

int agent_config_check(int rootfd)
{
	autoagentconfig struct agent_config c;

	agent_config_init(&c);
	load(&c, rootfd, SIZE_MAX);
	return c.errors > 0 ? -EINVAL : 0;
}
