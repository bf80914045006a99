/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/boot_place.h"

#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"

#define ABOVE_MAX 4 /* directories above a configuration's; SUSE's snapshots need 4 */

bool boot_place_is_file(struct boot_fs *fs, const struct boot_path *file)
{
	enum boot_kind kind;
	uint64_t size;
	int r = boot_look(fs, file, &kind, &size);

	return r < 0 ? r != -ENOENT && r != -ENOTDIR : kind == BOOT_FILE;
}

bool boot_place_is_directory(struct boot_fs *fs, const struct boot_path *dir)
{
	enum boot_kind kind;
	uint64_t size;

	return boot_look(fs, dir, &kind, &size) == 0 && kind == BOOT_DIR;
}

/* @name without its leading "/boot", if it has that. */
static const char *without_boot(const char *name)
{
	return strncmp(name, "/boot/", 6) == 0 ? name + 5 : NULL;
}

static bool is_below(struct boot_fs *fs, const struct boot_path *dir, const char *name,
		     struct boot_path *ret)
{
	return boot_path_join(dir, name + strspn(name, "/"), ret) == 0 &&
	       boot_place_is_file(fs, ret);
}

/* Below @base, then below what is above it. */
static bool find_above(struct boot_fs *fs, const struct boot_path *base, const char *name,
		       struct boot_path *ret)
{
	struct boot_path dir = *base;

	for (int i = 0; i <= ABOVE_MAX; i++) {
		if (is_below(fs, &dir, name, ret))
			return true;
		if (strcmp(dir.path, "/") == 0)
			break;
		boot_path_parent(&dir, &dir);
	}
	return false;
}

int boot_place_find(struct boot_fs *fs, const struct boot_path *base, struct span name,
		    struct boot_path *ret)
{
	autofree char *text = span_dup(name);
	struct boot_path said, other;
	const char *shorter;
	int r;

	if (!text)
		return -ENOMEM;
	r = boot_path_join(base, text, &said);
	if (r < 0)
		return r;
	*ret = said;
	shorter = without_boot(text);
	/* A look can cost a run of the tool: none when there is nothing to choose from. */
	if (*text != '/' || (!shorter && strcmp(base->path, "/") == 0) ||
	    fs->misses > PLACE_MISSES_MAX || boot_place_is_file(fs, &said))
		return 0;
	fs->misses++;
	if (find_above(fs, base, text, &other) ||
	    (shorter && find_above(fs, base, shorter, &other)))
		*ret = other;
	return 0;
}

/* What the caller must not see is only that there is no such path. */
static int place(struct boot_fs *fs, const struct boot_path *base, struct span name,
		 struct boot_entry *e, struct boot_path *ret)
{
	int r = -EINVAL;

	if (span_has_control(name))
		boot_entry_refuse(e, "a control character in a file's name");
	else if (name.len)
		r = boot_place_find(fs, base, name, ret);

	if (r == -ENAMETOOLONG)
		boot_entry_refuse(e, "a path of more than %d bytes", BOOT_PATH_MAX - 1);
	else if (r == -EINVAL)
		boot_entry_refuse(e, "a file without a name");
	return r;
}

static int is_told(int r)
{
	return r == -ENAMETOOLONG || r == -EINVAL ? 0 : r;
}

int boot_place_kernel(struct boot_fs *fs, const struct boot_path *base, struct span name,
		      struct boot_entry *e)
{
	return is_told(place(fs, base, name, e, &e->kernel));
}

int boot_place_ramdisk(struct boot_fs *fs, const struct boot_path *base, struct span name,
		       struct boot_entry *e)
{
	struct boot_path path = { 0 };
	int r = 0;

	if (e->ramdisk_count < BOOT_RAMDISKS_MAX)
		r = place(fs, base, name, e, &path);
	return r < 0 ? is_told(r) : boot_entry_ramdisk(e, &path);
}
