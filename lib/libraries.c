/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/libraries.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/elf_needs.h"
#include "lib/ld_cache.h"
#include "lib/text.h"

#define PATH_ROOM 4096

struct search {
	const struct text_list *dirs;
	struct ld_cache cache;
	struct libraries *found;
	char *why;
	size_t size;
};

static int say(const struct search *s, int r, const char *text, const char *name)
{
	(void)snprintf(s->why, s->size, "%s '%s'", text, name); /* cut: a sentence */
	return r;
}

/* Is @dir/@name there?  Then it is the one. */
static int try_dir(const char *dir, size_t len, const char *name, char **ret)
{
	char *path;

	if (len == 0 || dir[0] != '/')
		return -ENOENT;
	path = text_printf("%.*s/%s", (int)len, dir, name);
	if (!path)
		return -ENOMEM;
	if (access(path, R_OK) < 0) {
		free(path);
		return -ENOENT;
	}
	*ret = path;
	return 0;
}

/* One entry of a RUNPATH: $ORIGIN at its beginning is the directory of @owner. */
static int try_entry(const char *entry, size_t len, const char *owner, const char *name,
		     char **ret)
{
	static const char *const origins[] = { "$ORIGIN", "${ORIGIN}" };
	const char *slash = strrchr(owner, '/');
	char dir[PATH_ROOM];
	int n = 0;

	for (size_t i = 0; i < 2 && n == 0; i++) {
		size_t head = strlen(origins[i]);

		if (slash && len >= head && strncmp(entry, origins[i], head) == 0)
			n = snprintf(dir, sizeof(dir), "%.*s%.*s", (int)(slash - owner),
				     owner, (int)(len - head), entry + head);
	}
	if (n == 0)
		return try_dir(entry, len, name, ret);
	if (n < 0 || (size_t)n >= sizeof(dir))
		return -ENOENT;
	return try_dir(dir, (size_t)n, name, ret);
}

static int try_paths(const char *paths, const char *owner, const char *name, char **ret)
{
	int r = -ENOENT;

	while (paths && r == -ENOENT) {
		size_t len = strcspn(paths, ":");

		r = try_entry(paths, len, owner, name, ret);
		paths = paths[len] == ':' ? paths + len + 1 : NULL;
	}
	return r;
}

static int try_usual(const char *name, char **ret)
{
	static const char *const usual[] = {
#if defined(__x86_64__)
		"/lib/x86_64-linux-gnu",
		"/usr/lib/x86_64-linux-gnu",
#elif defined(__aarch64__)
		"/lib/aarch64-linux-gnu",
		"/usr/lib/aarch64-linux-gnu",
#endif
		"/lib64",
		"/usr/lib64",
		"/lib",
		"/usr/lib",
	};
	int r = -ENOENT;

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual) && r == -ENOENT; i++)
		r = try_dir(usual[i], strlen(usual[i]), name, ret);
	return r;
}

static int find(const struct search *s, const struct elf_needs *by, const char *owner,
		const char *name, char **ret)
{
	int r = -ENOENT;

	for (size_t i = 0; i < s->dirs->count && r == -ENOENT; i++)
		r = try_dir(s->dirs->item[i], strlen(s->dirs->item[i]), name, ret);
	if (r == -ENOENT)
		r = try_paths(by->runpath ? by->runpath : by->rpath, owner, name, ret);
	if (r == -ENOENT)
		r = ld_cache_find(&s->cache, name, ret);
	if (r == -ENOENT)
		r = try_usual(name, ret);
	return r;
}

static bool is_known(const struct libraries *l, const char *name)
{
	const char *slash = strrchr(l->interpreter, '/');

	/* the interpreter is a library of its own name, and is in memory */
	if (strcmp(slash ? slash + 1 : l->interpreter, name) == 0)
		return true;
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->lib[i].name, name) == 0)
			return true;
	return false;
}

static int add(struct search *s, const struct elf_needs *by, const char *owner,
	       const char *name)
{
	struct libraries *l = s->found;
	struct library *lib;
	int r;

	if (strchr(name, '/') || name[0] == '\0' || strcmp(name, "..") == 0)
		return say(s, -ENOEXEC, "a library is needed by a path:", name);
	if (is_known(l, name))
		return 0;
	if (l->count == LIBRARIES_MAX)
		return say(s, -E2BIG, "too many libraries are needed, after", name);
	lib = &l->lib[l->count];
	r = find(s, by, owner, name, &lib->path);
	if (r < 0)
		return say(s, r, "there is no library", name);
	l->count++;
	lib->name = strdup(name);
	return lib->name ? 0 : -ENOMEM;
}

static int add_all(struct search *s, const struct elf_needs *by, const char *owner,
		   const struct text_list *names)
{
	int r = 0;

	for (size_t i = 0; i < names->count && r == 0; i++)
		r = add(s, by, owner, names->item[i]);
	return r;
}

/* What the library found as number @i needs itself. */
static int follow(struct search *s, size_t i)
{
	const char *path = s->found->lib[i].path;
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct elf_needs elf = { 0 };
	int r = fd < 0 ? -errno : elf_needs_read(fd, &elf);

	if (r < 0)
		return say(s, r, "cannot read the library", path);
	r = add_all(s, &elf, path, &elf.needed);
	elf_needs_done(&elf);
	return r;
}

static int find_all(struct search *s, const struct elf_needs *program, const char *path,
		    const struct text_list *more)
{
	const struct elf_needs nobody = { 0 };
	int r = add_all(s, program, path, &program->needed);

	if (r == 0)
		r = add_all(s, &nobody, "", more);
	for (size_t i = 0; i < s->found->count && r == 0; i++)
		r = follow(s, i);
	return r;
}

int libraries_find(int program, const char *path, const struct text_list *dirs,
		   const struct text_list *more, struct libraries *ret, char *why,
		   size_t size)
{
	struct search s = { .dirs = dirs, .found = ret, .why = why, .size = size };
	struct elf_needs elf = { 0 };
	int r = elf_needs_read(program, &elf);

	memset(ret, 0, sizeof(*ret));
	if (r < 0)
		return say(&s, r,
			   "no program of this machine, in ELF's 64-bit form:", path);
	if (!elf.interpreter) { /* static */
		elf_needs_done(&elf);
		return 0;
	}
	ret->interpreter = steal_ptr(elf.interpreter);
	ld_cache_open(&s.cache);
	r = find_all(&s, &elf, path, more);
	ld_cache_close(&s.cache);
	elf_needs_done(&elf);
	if (r < 0)
		libraries_done(ret);
	return r;
}

void libraries_done(struct libraries *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->lib[i].name);
		free(l->lib[i].path);
	}
	free(l->interpreter);
	memset(l, 0, sizeof(*l));
}
