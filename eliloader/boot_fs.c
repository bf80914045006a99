/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/boot_fs.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void boot_names_done(struct boot_names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->item[i].name);
	free(n->item);
	*n = (struct boot_names){ 0 };
}

bool boot_device_folds(const struct boot_device *device)
{
	static const char *const kinds[] = { "fat", "exfat", "ntfs", "iso9660",
					     "hfsplus" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(device->fs, kinds[i]) == 0)
			return true;
	return false;
}

static int compare(const struct boot_fs *fs, unsigned device, const char *a,
		   const char *b)
{
	return boot_device_folds(&fs->device[device]) ? strcasecmp(a, b) : strcmp(a, b);
}

int boot_look(struct boot_fs *fs, const struct boot_path *path, enum boot_kind *ret_kind,
	      uint64_t *ret_size)
{
	const char *name = strrchr(path->path, '/');
	autonames struct boot_names names = { 0 };
	struct boot_path dir;
	int r;

	if (!name)
		return -EINVAL;
	if (!name[1]) { /* the root of the device */
		*ret_kind = BOOT_DIR;
		*ret_size = 0;
		return 0;
	}
	boot_path_parent(path, &dir);
	r = fs->ops->list(fs, &dir, &names);
	if (r < 0)
		return r;
	for (size_t i = 0; i < names.count; i++)
		if (compare(fs, path->device, names.item[i].name, name + 1) == 0) {
			*ret_kind = names.item[i].kind;
			*ret_size = names.item[i].size;
			return 0;
		}
	return -ENOENT;
}

bool boot_is_file(struct boot_fs *fs, const struct boot_path *path)
{
	enum boot_kind kind;
	uint64_t size;

	return boot_look(fs, path, &kind, &size) == 0 && kind == BOOT_FILE;
}

/* Take the last component off; the root stays. */
static void shorten(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == path)
		slash++;
	*slash = '\0';
}

static int append(char *path, const char *name, size_t len)
{
	size_t at = strlen(path);

	if (at > 1)
		path[at++] = '/';
	if (at + len >= BOOT_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(path + at, name, len);
	path[at + len] = '\0';
	return 0;
}

int boot_path_join(const struct boot_path *base_dir, const char *text,
		   struct boot_path *ret)
{
	struct boot_path path = *base_dir;
	int r = 0;

	if (*text == '/')
		strcpy(path.path, "/");
	while (r == 0 && *text) {
		size_t len = strcspn(text, "/");

		if (len == 2 && memcmp(text, "..", 2) == 0)
			shorten(path.path);
		else if (len && !(len == 1 && *text == '.'))
			r = append(path.path, text, len);
		text += len;
		text += strspn(text, "/");
	}
	if (r == 0)
		*ret = path;
	return r;
}

void boot_path_parent(const struct boot_path *path, struct boot_path *ret_dir)
{
	*ret_dir = *path;
	shorten(ret_dir->path);
}

/* What follows the disk's name, the same for "hd0" and "loop0"; NULL: it is no disk's. */
static const char *after_disk(const char *name)
{
	static const char *const disks[] = { "hd", "loop" };

	for (size_t i = 0; i < sizeof(disks) / sizeof(*disks); i++) {
		size_t len = strlen(disks[i]);

		if (strncmp(name, disks[i], len) == 0 &&
		    isdigit((unsigned char)name[len]))
			return name + len + strspn(name + len, "0123456789");
	}
	return NULL;
}

/* "gpt2" is partition 2, and "2" is that of any table. */
static bool same_partition(const char *have, const char *wanted)
{
	if (strcmp(have, wanted) == 0)
		return true;
	if (*have != ',' || *wanted != ',' || !isdigit((unsigned char)wanted[1]))
		return false;
	return strcmp(have + 1 + strcspn(have + 1, "0123456789"), wanted + 1) == 0;
}

int boot_device_by_name(const struct boot_fs *fs, const char *name)
{
	const char *wanted = after_disk(name);

	for (size_t i = 0; i < fs->device_count; i++) {
		const char *have = after_disk(fs->device[i].name);

		if (wanted && have ? same_partition(have, wanted)
				   : strcmp(fs->device[i].name, name) == 0)
			return (int)i;
	}
	return -ENODEV;
}

static bool same_uuid(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "-");
		b += strspn(b, "-");
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

int boot_device_by_uuid(const struct boot_fs *fs, const char *uuid)
{
	for (size_t i = 0; i < fs->device_count; i++)
		if (*fs->device[i].uuid && same_uuid(fs->device[i].uuid, uuid))
			return (int)i;
	return -ENODEV;
}

int boot_device_by_label(const struct boot_fs *fs, const char *label)
{
	for (size_t i = 0; i < fs->device_count; i++)
		if (*fs->device[i].label && strcmp(fs->device[i].label, label) == 0)
			return (int)i;
	return -ENODEV;
}
