/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dom0-tools/profile.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define PROFILE_NAME_MAX 64 /* bytes of a profile's name */
#define DIRECTORY	 "/xen-pv-tools/profiles/"
#define SUFFIX		 ".profile"

static const char *const directories[] = {
	"/etc" DIRECTORY,
	"/usr/share" DIRECTORY,
	"/usr/local/share" DIRECTORY,
};

/* One reading of one file. */
struct reader {
	const char *label;
	const char *section;
	profile_visit *visit;
	void *arg;
	char *why;
	size_t why_size;
	unsigned line;
	bool inside; /* lines are those of the section asked for */
	bool found;
	bool any; /* a section has begun */
};

__attribute__((format(printf, 3, 4))) static int fail(const struct reader *r, int err,
						      const char *fmt, ...)
{
	int n = snprintf(r->why, r->why_size, "%s:%u: ", r->label, r->line);
	va_list args;

	if (n < 0 || (size_t)n >= r->why_size)
		return err;
	va_start(args, fmt);
	(void)vsnprintf(r->why + n, r->why_size - (size_t)n, fmt, args); /* or cut */
	va_end(args);
	return err;
}

/* Cuts @text at blanks; the words lie in it.  PROFILE_WORDS + 1: there are more. */
static unsigned split(char *text, char *words[PROFILE_WORDS])
{
	unsigned count = 0;

	for (char *save, *word = strtok_r(text, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		if (count == PROFILE_WORDS)
			return PROFILE_WORDS + 1;
		words[count++] = word;
	}
	return count;
}

static int begin_section(struct reader *r, char *word)
{
	size_t len = strlen(word);

	if (len < 2 || word[len - 1] != ']')
		return fail(r, -EINVAL, "no ']' behind the name of a section");
	word[len - 1] = '\0';
	word++;
	if (strcmp(word, "xenstore") != 0 && strcmp(word, "room") != 0)
		return fail(r, -EINVAL, "unknown section '%s'", word);
	r->any = true;
	r->inside = strcmp(word, r->section) == 0;
	r->found = r->found || r->inside;
	return 0;
}

static int visit(struct reader *r, unsigned argc, char *words[])
{
	char why[256] = "";
	int err = r->visit(r->arg, argc, words, why, sizeof(why));

	if (err >= 0)
		return 0;
	return fail(r, err, "%s", why[0] ? why : strerror(-err));
}

static int read_line(struct reader *r, char *text)
{
	char *words[PROFILE_WORDS];
	unsigned count;

	text[strcspn(text, "#")] = '\0';
	count = split(text, words);
	if (count == 0)
		return 0;
	if (count > PROFILE_WORDS)
		return fail(r, -EINVAL, "more than %d words", PROFILE_WORDS);
	if (words[0][0] == '[') {
		if (count > 1)
			return fail(r, -EINVAL, "words behind the name of a section");
		return begin_section(r, words[0]);
	}
	if (!r->any)
		return fail(r, -EINVAL, "a directive before any section");
	return r->inside ? visit(r, count, words) : 0;
}

static bool is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\t' && (text[i] < ' ' || text[i] > '~'))
			return false;
	}
	return true;
}

static int take_line(struct reader *r, const char *text, size_t len)
{
	char copy[PROFILE_LINE_MAX + 1];

	r->line++;
	if (len > PROFILE_LINE_MAX)
		return fail(r, -EINVAL, "more than %d bytes", PROFILE_LINE_MAX);
	if (!is_plain(text, len))
		return fail(r, -EINVAL, "a byte that is not printable ASCII");
	memcpy(copy, text, len);
	copy[len] = '\0';
	return read_line(r, copy);
}

int profile_parse(const char *label, const char *text, size_t len, const char *section,
		  profile_visit *visitor, void *arg, char *why, size_t why_size)
{
	struct reader r = {
		.label = label,
		.section = section,
		.visit = visitor,
		.arg = arg,
		.why = why,
		.why_size = why_size,
	};

	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - (text + at)) : len - at;
		int err = take_line(&r, text + at, n);

		if (err < 0)
			return err;
		at += n + 1;
	}
	if (r.found)
		return 0;
	(void)snprintf(why, why_size, "%s: no section [%s]", label, section); /* or cut */
	return -ENOENT;
}

/* An open file; *@ret_path, of PATH_MAX bytes, says which.  -ENOENT: not there. */
static int open_in(const char *dir, const char *name, char *ret_path, size_t size)
{
	size_t len = strlen(dir);
	int n, fd;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	n = snprintf(ret_path, size, "%.*s/%s" SUFFIX, (int)len, dir, name);
	if (n < 0 || (size_t)n >= size)
		return -ENAMETOOLONG;
	fd = open(ret_path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* The first directory that has @name decides, also when its file cannot be opened: what
 * an administrator put before ours must not be passed over in silence. */
static int open_name(const char *name, char *ret_path, size_t size)
{
	const char *given = secure_getenv("XEN_PV_TOOLS_PROFILES");
	char own[PATH_MAX]; /* for a tree that was moved */
	int r = given ? open_in(given, name, ret_path, size) : -ENOENT;

	for (size_t i = 0; r == -ENOENT && i < sizeof(directories) / sizeof(char *); i++)
		r = open_in(directories[i], name, ret_path, size);
	if (r == -ENOENT && io_beside("../share" DIRECTORY, own, sizeof(own)) == 0)
		r = open_in(own, name, ret_path, size);
	return r;
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= PROFILE_NAME_MAX && name[0] != '.' &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			    "0123456789-_.") == len;
}

static int open_profile(const char *name, char *ret_path, size_t size)
{
	int fd;

	if (!strchr(name, '/')) {
		(void)snprintf(ret_path, size, "%s" SUFFIX, name); /* for the sentence */
		return is_name(name) ? open_name(name, ret_path, size) : -EINVAL;
	}
	if ((size_t)snprintf(ret_path, size, "%s", name) >= size)
		return -ENAMETOOLONG;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* NULL, or what is wrong with who could have written it. */
static const char *distrust(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return "is not a regular file";
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return "belongs neither to root nor to the caller";
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return "may be written by group or others";
	return NULL;
}

/* Of a name that is nowhere, all places are worth telling. */
static void tell_open(const char *name, const char *path, int r, char *why, size_t size)
{
	if (r == -ENOENT && !strchr(name, '/'))
		(void)snprintf(why, size,
			       "no profile '%s%s' in %s/etc%s, /usr/share%s, "
			       "/usr/local/share%s, nor at ../share%s from the program; "
			       "a file elsewhere is named with a slash",
			       name, SUFFIX,
			       secure_getenv("XEN_PV_TOOLS_PROFILES")
				       ? "$XEN_PV_TOOLS_PROFILES, "
				       : "",
			       DIRECTORY, DIRECTORY, DIRECTORY, DIRECTORY); /* or cut */
	else
		(void)snprintf(why, size, "cannot open profile '%s': %s", path,
			       strchr(name, '/') || is_name(name)
				       ? strerror(-r)
				       : "neither a profile's name nor a path with a "
					 "slash"); /* or cut */
}

int profile_read(const char *name, const char *section, profile_visit *visitor, void *arg,
		 char *why, size_t why_size)
{
	char path[PATH_MAX] = "";
	autoclose int fd = open_profile(name, path, sizeof(path));
	autofree char *text = NULL;
	const char *label, *bad;
	size_t len;
	int r;

	if (fd < 0) {
		tell_open(name, path, fd, why, why_size);
		return fd;
	}
	bad = distrust(fd);
	if (bad) {
		(void)snprintf(why, why_size, "profile '%s' %s", path, bad); /* or cut */
		return -EPERM;
	}
	r = io_read_limited(fd, PROFILE_MAX, &text, &len);
	if (r < 0) {
		(void)snprintf(why, why_size, "cannot read profile '%s': %s", path,
			       strerror(-r)); /* or cut */
		return r;
	}
	label = strrchr(path, '/');
	return profile_parse(label ? label + 1 : path, text, len, section, visitor, arg,
			     why, why_size);
}
