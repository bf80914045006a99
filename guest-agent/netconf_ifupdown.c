/* SPDX-License-Identifier: BSD-2-Clause */
/* netconf_backend.h: ifupdown, Debian's and busybox's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "guest-agent/netconf_backend.h"
#include "guest-agent/netconf_file.h"
#include "guest-agent/netconf_interfaces.h"
#include "guest-agent/netconf_link.h"
#include "guest-agent/netconf_run.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define MAIN_FILE "/etc/network/interfaces"
#define FILES_MAX (NETCONF_FILES_MAX - 1) /* the state file is one of a change's, too */
#define FILE_MODE 0644

/* The files of interfaces(5), the first is MAIN_FILE. */
struct files {
	struct text_list path;
	struct netconf_interfaces has;
};

static void files_done(struct files *f)
{
	text_list_done(&f->path);
	netconf_interfaces_done(&f->has);
}

#define autofiles __attribute__((cleanup(files_done)))

static int add_path(struct files *f, const char *path, struct netconf_why *why)
{
	for (size_t i = 0; i < f->path.count; i++)
		if (strcmp(f->path.item[i], path) == 0)
			return 0; /* sourced twice: read once */
	if (f->path.count == FILES_MAX)
		return netconf_why(why, -E2BIG, "%s sources over %u files", MAIN_FILE,
				   FILES_MAX);
	if (text_list_add(&f->path, path) < 0)
		return netconf_why(why, -ENOMEM, "no memory");
	return 0;
}

/* As run-parts names them, which `source-directory` goes by. */
static bool plain_name(const char *name)
{
	return *name &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool wanted(const char *name, const char *pattern)
{
	if (!pattern)
		return plain_name(name);
	return fnmatch(pattern, name, FNM_PERIOD) == 0;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The files of @dir that match @pattern (NULL: all that source-directory reads). */
static int add_matching(struct files *f, const char *dir, const char *pattern,
			struct netconf_why *why)
{
	struct dirent **name = NULL;
	int count = scandir(dir, &name, NULL, by_bytes), r = 0;

	for (int i = 0; i < count; i++) {
		char path[NETCONF_PATH_MAX];

		if (r >= 0 && name[i]->d_name[0] != '.' &&
		    wanted(name[i]->d_name, pattern) &&
		    snprintf(path, sizeof(path), "%s/%s", dir, name[i]->d_name) <
			    (int)sizeof(path) &&
		    !is_directory(path))
			r = add_path(f, path, why);
		free(name[i]);
	}
	free(name);
	return r; /* (a directory that is not there has no files) */
}

/* What one word after `source` means. */
static int add_source(struct files *f, const char *word, struct netconf_why *why)
{
	char path[NETCONF_PATH_MAX];
	char *slash;

	if (snprintf(path, sizeof(path), "%s%s", *word == '/' ? "" : "/etc/network/",
		     word) >= (int)sizeof(path))
		return netconf_why(why, -ENAMETOOLONG, "%s: the path %s is too long",
				   MAIN_FILE, word);
	slash = strrchr(path, '/'); /* there is one */
	*slash = '\0';
	if (strpbrk(path, "*?[$`~\"'\\{"))
		return netconf_why(why, -EOPNOTSUPP,
				   "%s sources %s: only the last part of a path may be a "
				   "pattern here",
				   MAIN_FILE, word);
	return add_matching(f, path, slash[1] ? slash + 1 : NULL, why);
}

/* All files, and what they say about @ifname. */
static int read_files(const char *ifname, struct files *f, struct netconf_why *why)
{
	int r = add_path(f, MAIN_FILE, why);

	for (size_t i = 0; i < f->path.count && r >= 0; i++) {
		size_t first = f->has.sources.count, len;
		autofree char *text = NULL;

		r = netconf_file_read(f->path.item[i], &text, &len, NULL, why);
		if (r == -ENOENT && i > 0) {
			r = 0; /* gone since the directory was read */
			continue;
		}
		if (r < 0)
			return r;
		r = netconf_interfaces_scan(text, len, ifname, &f->has);
		if (r < 0)
			return netconf_why(why, r, "cannot use %s: %s", f->path.item[i],
					   r == -EBADMSG ? "it has a NUL byte"
							 : strerror(-r));
		for (size_t j = first; j < f->has.sources.count && r >= 0; j++)
			r = add_source(f, f->has.sources.item[j], why);
	}
	return r;
}

static int ifupdown_owns(struct netconf_state *s, struct netconf_why *why)
{
	autofiles struct files f = { 0 };
	char path[64];
	int r;

	if (!netconf_has_program("ifup", path, sizeof(path)))
		return 0;
	r = read_files(s->set.ifname, &f, why);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	s->original[0] = '\0'; /* it is in the files */
	if (f.has.has_plain)
		return netconf_why(why, -EOPNOTSUPP,
				   "%s has 'iface %s' without inet or inet6, which is "
				   "not supported: name the family and the method",
				   MAIN_FILE, s->set.ifname);
	return f.has.has_v4 || f.has.has_v6;
}

/* The file with its marks; ours at the end of the main one. */
static int add_file(const struct netconf_state *next, const char *path, const char *block,
		    struct netconf_change *c, struct netconf_why *why)
{
	autofree char *text = NULL, *marked = NULL;
	size_t len, marked_len, block_len = strlen(block);
	char *whole;
	int r = netconf_file_read(path, &text, &len, NULL, why);

	if (r < 0)
		return netconf_why(why, r, "cannot read %s: %s", path, strerror(-r));
	r = netconf_interfaces_mark(text, len, &next->set, &marked, &marked_len);
	if (r < 0)
		return netconf_why(why, r, "no memory");
	whole = malloc(marked_len + block_len + 2);
	if (!whole)
		return netconf_why(why, -ENOMEM, "no memory");
	memcpy(whole, marked, marked_len);
	if (block_len > 0 && marked_len > 0 && whole[marked_len - 1] != '\n')
		whole[marked_len++] = '\n';
	memcpy(whole + marked_len, block, block_len);
	return netconf_change_add(c, path, whole, marked_len + block_len, FILE_MODE, why);
}

static int ifupdown_files(const struct netconf_state *next, struct netconf_change *c,
			  struct netconf_why *why)
{
	autofiles struct files f = { 0 };
	autofree char *block = NULL;
	int r = read_files(next->set.ifname, &f, why);

	if (r == -ENOENT && netconf_state_empty(next))
		return 0; /* ours has gone with it */
	if (r < 0)
		return netconf_why(why, r, "there is no %s any more", MAIN_FILE);
	r = netconf_interfaces_block(&f.has, &next->set, &block);
	if (r < 0)
		return netconf_why(why, r, "no memory");
	for (size_t i = 0; i < f.path.count && r >= 0; i++)
		r = add_file(next, f.path.item[i], i == 0 ? block : "", c, why);
	return r;
}

static bool has_global(const char *ifname)
{
	struct netconf_link l;

	if (netconf_link_read(ifname, &l) < 0)
		return false;
	for (size_t i = 0; i < l.count; i++)
		if (l.address[i].family == AF_INET ||
		    !IN6_IS_ADDR_LINKLOCAL(&l.address[i].in6))
			return true;
	return false;
}

/* What a stanza of ours made the kernel do with router advertisements, none of the
 * administrator's may ever set: as for an interface that is new. */
static void reset_advertisements(const char *ifname)
{
	static const char *const names[] = { "autoconf", "accept_ra" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char from[64], to[64];
		autofree char *text = NULL;
		autoclose int fd = -1;
		size_t len;

		(void)snprintf(from, sizeof(from), "/proc/sys/net/ipv6/conf/default/%s",
			       names[i]); /* both fit */
		(void)snprintf(to, sizeof(to), "/proc/sys/net/ipv6/conf/%s/%s", ifname,
			       names[i]);
		fd = open(to, O_WRONLY | O_CLOEXEC);
		if (fd >= 0 && io_read_file_at(AT_FDCWD, from, 16, &text, &len) == 0)
			(void)io_write_all(fd, text, len); /* without IPv6: nothing */
	}
}

/* With the files that it was brought up by.  One that is down is no failure, and what a
 * `down` command fails at must not stop the new configuration.  For one whose bringing up
 * failed, ifdown does nothing without --force, and then `ifup` would meet its addresses. */
static int ifupdown_stop(const struct netconf_state *now, struct netconf_why *why)
{
	const char *const argv[] = { "ifdown", now->set.ifname, NULL };
	const char *const force[] = { "ifdown", "--force", now->set.ifname, NULL };
	const char *const flush[] = {
		"ip", "addr", "flush", "dev", now->set.ifname, NULL
	};
	struct netconf_why ignored = { "" };

	(void)why;
	(void)netconf_run(argv, NETCONF_RUN_LONG, NULL, &ignored);
	if (has_global(now->set.ifname))
		(void)netconf_run(force, NETCONF_RUN_LONG, NULL, &ignored);
	if (has_global(now->set.ifname))
		(void)netconf_run(flush, NETCONF_RUN_QUICK, NULL, &ignored);
	if (now->set.v6.mode != NETCONF_KEEP)
		reset_advertisements(now->set.ifname);
	return 0;
}

static int ifupdown_start(const struct netconf_state *next, struct netconf_why *why)
{
	const char *const argv[] = { "ifup", next->set.ifname, NULL };

	return netconf_run(argv, NETCONF_RUN_LONG, NULL, why);
}

const struct netconf_backend netconf_ifupdown = {
	.name = "ifupdown",
	.owns = ifupdown_owns,
	.files = ifupdown_files,
	.stop = ifupdown_stop,
	.start = ifupdown_start,
};
