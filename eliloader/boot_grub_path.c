/* SPDX-License-Identifier: BSD-2-Clause */
/* Files as GRUB's scripts name them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"
#include "lib/cleanup.h"

/* "(hd0,gpt2)/x" into a device and "/x"; without a device it is $root. */
static int split(const struct grub *g, const char *text, unsigned *ret_device,
		 const char **ret_rest)
{
	const char *root = grub_get(g, "root"), *close = strchr(text, ')');
	char name[sizeof(g->fs->device->name)];
	int device;

	if (*text == '(' && close && close > text + 1) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)(close - text - 1),
			       text + 1);
		root = name;
	}
	if (*text == '(')
		text = close ? close + 1 : "";
	if (*text != '/' || !root)
		return -EINVAL;
	device = boot_device_by_name(g->fs, root);
	if (device < 0)
		return -ENOENT;
	*ret_device = (unsigned)device;
	*ret_rest = text;
	return 0;
}

/* Where the system begins whose configuration is read: "/@" of "/@/boot/grub/grub.cfg", a
 * subvolume, which GRUB may have taken for the root; "" otherwise. */
static void subvolume(const struct grub *g, struct boot_path *ret)
{
	static const char *const places[] = { "/boot/grub/", "/boot/grub2/", "/grub/",
					      "/grub2/" };
	char *p;

	*ret->path = '\0';
	if (g->chain_count == 0)
		return;
	*ret = g->chain[g->chain_count - 1];
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		p = strstr(ret->path, places[i]);
		if (p) {
			*p = '\0';
			return;
		}
	}
	*ret->path = '\0';
}

/* The path below that, when @path is on its device; -ENOENT when there is none. */
static int below_subvolume(const struct grub *g, const struct boot_path *path,
			   struct boot_path *ret)
{
	struct boot_path home;

	subvolume(g, &home);
	if (!*home.path || home.device != path->device ||
	    strlen(home.path) + strlen(path->path) >= sizeof(ret->path))
		return -ENOENT;
	*ret = home;
	memcpy(ret->path + strlen(home.path), path->path, strlen(path->path) + 1);
	return 0;
}

static int resolve(const struct grub *g, const char *text, struct boot_path *ret)
{
	struct boot_path base = { .path = "/" };
	const char *rest;
	int r = split(g, text, &base.device, &rest);

	return r < 0 ? r : boot_path_join(&base, rest, ret);
}

/* @path is changed to the one below the subvolume when it is only there. */
static int look(struct grub *g, struct boot_path *path, enum boot_kind *ret_kind,
		uint64_t *ret_size)
{
	struct boot_path other;
	int r;

	if (!grub_spend(g, GRUB_LOOK_STEPS))
		return -E2BIG;
	g->below = false;
	r = boot_look(g->fs, path, ret_kind, ret_size);
	if (r != -ENOENT || below_subvolume(g, path, &other) < 0)
		return r;
	if (boot_look(g->fs, &other, ret_kind, ret_size) < 0)
		return r;
	*path = other;
	g->below = true;
	return 0;
}

int grub_find(struct grub *g, const char *text, struct boot_path *ret,
	      enum boot_kind *ret_kind, uint64_t *ret_size)
{
	int r = resolve(g, text, ret);

	return r < 0 ? r : look(g, ret, ret_kind, ret_size);
}

/* May the directory of @path be looked into? */
static bool is_worth(struct grub *g, const struct boot_path *path)
{
	struct boot_path dir;

	boot_path_parent(path, &dir);
	for (size_t i = 0; i < g->looked_count; i++)
		if (g->looked[i].device == dir.device &&
		    strcmp(g->looked[i].path, dir.path) == 0)
			return true;
	if (g->looked_count == GRUB_LOOKED_MAX)
		return g->precious;
	g->looked[g->looked_count++] = dir;
	return true;
}

int grub_locate(struct grub *g, const char *text, struct boot_path *ret)
{
	struct boot_path other;
	enum boot_kind kind = BOOT_FILE;
	uint64_t size;
	int r = resolve(g, text, ret);

	if (r < 0)
		return r;
	if (!is_worth(g, ret)) {
		if (g->below && below_subvolume(g, ret, &other) == 0)
			*ret = other;
		return 0;
	}
	r = look(g, ret, &kind, &size);
	return r == 0 && kind != BOOT_FILE ? -EISDIR : r;
}

void grub_device_name(const struct grub *g, unsigned device, char *ret, size_t size)
{
	const char *name = g->fs->device[device].name;

	if (strncmp(name, "loop", 4) == 0)
		(void)snprintf(ret, size, "hd%s", name + 4);
	else
		(void)snprintf(ret, size, "%s", name);
}

/* Does @name match the @len bytes of a pattern? */
static bool matches(const char *pattern, size_t len, const char *name)
{
	const char *end = pattern + len, *star = NULL, *again = NULL;

	for (;;) {
		bool escape = pattern < end && *pattern == '\\' && pattern + 1 < end;

		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			again = name;
		} else if (pattern < end && *name &&
			   (pattern[escape] == *name || *pattern == '?')) {
			pattern += 1 + escape;
			name++;
		} else if (pattern == end && !*name) {
			return true;
		} else if (star && *again) {
			pattern = star; /* it takes one more */
			name = ++again;
		} else {
			return false;
		}
	}
}

/* What is being looked for: @text is how the found part was written. */
struct glob {
	struct grub *g;
	int (*add)(void *arg, const char *path);
	void *arg;
	char text[BOOT_PATH_MAX];
};

static int glob_below(struct glob *w, const struct boot_path *dir, const char *pattern);

static int glob_name(struct glob *w, const struct boot_path *dir, const char *name,
		     const char *rest)
{
	size_t len = strlen(w->text);
	struct boot_path path;
	int r = 0;

	if (len + 1 + strlen(name) >= sizeof(w->text) ||
	    boot_path_join(dir, name, &path) < 0)
		return 0;
	w->text[len] = '/';
	memcpy(w->text + len + 1, name, strlen(name) + 1);
	r = *rest ? glob_below(w, &path, rest) : w->add(w->arg, w->text);
	w->text[len] = '\0';
	return r;
}

/* @pattern begins with the slashes before a name. */
static int glob_below(struct glob *w, const struct boot_path *dir, const char *pattern)
{
	const char *name = pattern + strspn(pattern, "/");
	size_t len = strcspn(name, "/");
	autonames struct boot_names names = { 0 };
	int r = 0;

	if (!grub_spend(w->g, GRUB_LOOK_STEPS))
		return -E2BIG;
	if (w->g->fs->ops->list(w->g->fs, dir, &names) < 0)
		return 0;
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		const struct boot_name *n = &names.item[i];

		if ((*n->name == '.' && *name != '.') ||
		    (name[len] && n->kind != BOOT_DIR))
			continue;
		if (!grub_spend(w->g, 1))
			return -E2BIG;
		if (matches(name, len, n->name))
			r = glob_name(w, dir, n->name, name + len);
	}
	return r;
}

int grub_glob(struct grub *g, const char *pattern,
	      int (*add)(void *arg, const char *path), void *arg)
{
	struct glob w = { .g = g, .add = add, .arg = arg };
	struct boot_path dir = { .path = "/" };
	const char *rest;

	if (split(g, pattern, &dir.device, &rest) < 0 ||
	    strlen(pattern) >= sizeof(w.text))
		return 0;
	memcpy(w.text, pattern, (size_t)(rest - pattern));
	return glob_below(&w, &dir, rest);
}
