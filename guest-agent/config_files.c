/* SPDX-License-Identifier: BSD-2-Clause */
/* Which files the configuration is read from, whatever they are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/config.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/text.h"

#define SUFFIX ".conf"

/* How systemd's users mask a file.  (Once its rights are given up, the agent may not open
 * the device.) */
static bool is_masked(int dirfd, const char *name)
{
	static const char null[] = "/dev/null";
	char to[sizeof(null)];
	ssize_t n = readlinkat(dirfd, name, to, sizeof(to));

	return n == sizeof(null) - 1 && memcmp(to, null, sizeof(null) - 1) == 0;
}

static int read_config(int dirfd, const char *name, char **ret_text, size_t *ret_len)
{
	autoclose int fd = io_open_file_at(dirfd, name);

	return fd < 0 ? fd
		      : io_read_limited(fd, AGENT_CONFIG_FILE_MAX, ret_text, ret_len);
}

static const char *reason(int r)
{
	if (r == -EINVAL)
		return "it is no regular file";
	if (r == -E2BIG)
		return "it has over 65536 names";
	return r == -EFBIG ? "it has over 64 KiB" : strerror(-r);
}

static void load_file(struct agent_config *c, int dirfd, const char *name,
		      const char *path, size_t told_max)
{
	autofree char *text = NULL;
	size_t len = 0;
	int r = read_config(dirfd, name, &text, &len);

	if (r == -ENOENT || is_masked(dirfd, name))
		return; /* absent, or gone since it was listed */
	if (r == 0) {
		agent_config_parse(c, path, text, len, told_max);
		return;
	}
	agent_config_wrong(c, told_max, "cannot read '%s': %s", path, reason(r));
	c->unread++;
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

static int list_names(DIR *d, struct names *ret)
{
	const struct dirent *e;
	int r = 0;

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
	return r;
}

static void load_dropins(struct agent_config *c, int rootfd, size_t told_max)
{
	__attribute__((cleanup(names_done))) struct names names = { .count = 0 };
	autoclosedir DIR *d = io_opendir_at(rootfd, AGENT_CONFIG_DIR);
	int r = d ? list_names(d, &names) : -errno;

	if (!d && r == -ENOENT)
		return;
	if (r < 0) {
		agent_config_wrong(c, told_max, "cannot list '/%s': %s", AGENT_CONFIG_DIR,
				   reason(r));
		c->unread++;
	}
	if (names.left_out > 0)
		agent_config_wrong(c, told_max,
				   "'/%s' has over %d files: %zu after '%s' are not read",
				   AGENT_CONFIG_DIR, AGENT_CONFIG_DROPINS_MAX,
				   names.left_out, names.name[names.count - 1]);
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path =
			text_printf("/%s/%s", AGENT_CONFIG_DIR, names.name[i]);

		load_file(c, dirfd(d), names.name[i], path ? path : names.name[i],
			  told_max);
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

void agent_config_reload(struct agent_config *c, int rootfd)
{
	autoagentconfig struct agent_config fresh;

	agent_config_init(&fresh);
	agent_config_load(&fresh, rootfd);
	if (fresh.unread > 0) {
		log_warning("the configuration stays what it was, until all of it can be "
			    "read");
		c->errors = fresh.errors;
		c->unread = fresh.unread;
		memcpy(c->why, fresh.why, sizeof(c->why));
		return;
	}
	agent_config_done(c);
	*c = fresh;
	agent_config_init(&fresh); /* its lists are @c's now */
}

int agent_config_check(int rootfd)
{
	autoagentconfig struct agent_config c;

	agent_config_init(&c);
	load(&c, rootfd, SIZE_MAX);
	return c.errors > 0 ? -EINVAL : 0;
}
