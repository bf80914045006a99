/* SPDX-License-Identifier: BSD-2-Clause */
/* disk_fs_open - the first look at a disk: devices, and the directories that matter. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eliloader/disk_fs_parts.h"
#include "eliloader/disk_ls.h"
#include "eliloader/disk_signs.h"
#include "lib/cleanup.h"

#define DEVICES_TEXT_MAX (256 * 1024) /* bytes: 128 devices with a line each */
#define MBR_LEN		 512
#define SUBVOLUMES_MAX	 16 /* directories of a btrfs that may be roots of a system */

/* Where loaders and kernels have their files; the root is the first. */
static const char *const places[] = { "/",
				      "/boot",
				      "/boot/grub",
				      "/boot/grub2",
				      "/grub",
				      "/grub2",
				      "/loader",
				      "/loader/entries",
				      "/boot/loader",
				      "/boot/loader/entries",
				      "/EFI",
				      "/extlinux",
				      "/boot/extlinux",
				      "/syslinux",
				      "/boot/syslinux",
				      "/isolinux",
				      "/boot/isolinux" };
#define PLACES (sizeof(places) / sizeof(*places))
/* The same below a subvolume. */
static const char *const places_below[] = { "", "/boot", "/boot/grub", "/boot/grub2" };
#define PLACES_BELOW (sizeof(places_below) / sizeof(*places_below))

/* ---- devices ---- */

static int find_devices(struct disk_fs *d)
{
	static const char *const args[] = { "ls", NULL };
	autofree char *text = NULL;
	size_t len;
	int r = disk_fs_ask(d, args, DEVICES_TEXT_MAX, &text, &len);

	if (r < 0)
		return r;
	d->fs.device = d->own->device;
	d->fs.device_count = disk_ls_devices(text, d->own->device);
	return d->fs.device_count > 0
		       ? 0
		       : disk_fs_fail(d, -EIO, "grub-fstest does not see the disk");
}

static void free_texts(char **texts)
{
	for (size_t i = 0; texts && texts[i]; i++)
		free(texts[i]);
	free(texts);
}

/* "ls -- -l (loop0) (loop0,gpt1) ...", all of it owned. */
static char **make_args(const struct disk_fs *d)
{
	static const char *const before[] = { "ls", "--", "-l" };
	char **args = calloc(3 + d->fs.device_count + 1, sizeof(*args));
	bool good = args != NULL;
	size_t n = 0;

	for (; good && n < 3; n++)
		good = (args[n] = strdup(before[n])) != NULL;
	for (size_t i = 0; good && i < d->fs.device_count; i++, n++)
		if (asprintf(&args[n], "(%s)", d->own->device[i].name) < 0) {
			args[n] = NULL;
			good = false;
		}
	if (good)
		return args;
	free_texts(args);
	return NULL;
}

static int describe_devices(struct disk_fs *d)
{
	char **args = make_args(d);
	autofree char *text = NULL;
	size_t len;
	int r;

	if (!args)
		return -ENOMEM;
	r = disk_fs_ask(d, (const char *const *)args, DEVICES_TEXT_MAX, &text, &len);
	free_texts(args);
	for (size_t i = 0; r == 0 && i < d->fs.device_count; i++)
		/* one that has no line stays without a file system */
		(void)disk_ls_device(text, &d->own->device[i], &d->own->start[i]);
	return r;
}

static bool is_of_disk(const struct boot_device *device)
{
	return strncmp(device->name, "loop0", 5) == 0;
}

/* ---- the table ---- */

static int read_image(const struct disk_fs *d, uint64_t offset, void *data, size_t len)
{
	size_t got = 0;

	if (offset > INT64_MAX - len)
		return -EIO;
	while (got < len) {
		ssize_t n = pread(d->own->image, (char *)data + got, len - got,
				  (off_t)(offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO; /* beyond the end */
		got += (size_t)n;
	}
	return 0;
}

static void mark_active(struct disk_fs *d, unsigned number)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "loop0,msdos%u", number); /* fits */
	for (size_t i = 0; i < d->fs.device_count; i++)
		if (strcmp(d->own->device[i].name, name) == 0)
			d->own->device[i].active = true;
}

static int read_table(struct disk_fs *d)
{
	uint8_t mbr[MBR_LEN];
	int r = 0;

	for (size_t i = 0; i < d->fs.device_count && !*d->table; i++) {
		const char *name = d->own->device[i].name;

		if (strncmp(name, "loop0,gpt", 9) == 0)
			strcpy(d->table, "gpt");
		else if (strncmp(name, "loop0,msdos", 11) == 0)
			strcpy(d->table, "mbr");
	}
	if (strcmp(d->table, "mbr") != 0)
		return 0;
	r = read_image(d, 0, mbr, sizeof(mbr));
	for (unsigned i = 0; r == 0 && i < 4; i++)
		if (mbr[446 + 16 * i] == 0x80)
			mark_active(d, i + 1);
	return r;
}

/* A disk that is nothing but its partitions is none that holds something itself. */
static void drop_whole_disk(struct disk_fs *d)
{
	struct disk_fs_private *own = d->own;
	bool parts = false;

	for (size_t i = 0; i < d->fs.device_count; i++)
		parts |= strncmp(own->device[i].name, "loop0,", 6) == 0;
	for (size_t i = 0; parts && i < d->fs.device_count; i++) {
		if (strcmp(own->device[i].name, "loop0") != 0 || *own->device[i].fs)
			continue;
		d->fs.device_count--;
		memmove(own->device + i, own->device + i + 1,
			(d->fs.device_count - i) * sizeof(*own->device));
		memmove(own->start + i, own->start + i + 1,
			(d->fs.device_count - i) * sizeof(*own->start));
		break;
	}
}

/* ---- what has no file system ---- */

struct device_reader {
	struct disk_fs *d;
	size_t device;
};

/* Sectors of a volume or an array, as a file of GRUB's: "(lvm/vg-swap)0+2048". */
static int read_sectors(struct device_reader *r, uint64_t offset, void *data, size_t len)
{
	const char *args[] = { "cat", NULL, NULL };
	uint64_t first = offset / MBR_LEN, skip = offset % MBR_LEN;
	uint64_t count = (skip + len + MBR_LEN - 1) / MBR_LEN;
	autofree char *name = NULL, *text = NULL;
	size_t got;
	int ret;

	if (asprintf(&name, "(%s)%llu+%llu", r->d->own->device[r->device].name,
		     (unsigned long long)first, (unsigned long long)count) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	args[1] = name;
	ret = disk_fs_ask(r->d, args, (size_t)count * MBR_LEN, &text, &got);
	if (ret == 0 && got < skip + len)
		ret = -EIO;
	if (ret == 0)
		memcpy(data, text + skip, len);
	return ret;
}

static int read_device(void *arg, uint64_t offset, void *data, size_t len)
{
	struct device_reader *r = arg;

	if (is_of_disk(&r->d->own->device[r->device]))
		return read_image(r->d, r->d->own->start[r->device] + offset, data, len);
	return read_sectors(r, offset, data, len);
}

/* One that cannot be read is neither blank nor anything else. */
static void look_at_others(struct disk_fs *d)
{
	for (size_t i = 0; i < d->fs.device_count; i++) {
		struct device_reader reader = { d, i };

		if (!*d->own->device[i].fs)
			(void)disk_signs(&d->own->device[i], read_device, &reader);
	}
	if (!d->own->spent)
		*d->error = '\0';
}

/* ---- directories ---- */

/* Of one device, or of all (@device is the count). */
static int list_places(struct disk_fs *d, size_t device)
{
	size_t first = device, end = device + 1, count = 0;
	autofree struct boot_path *dir = NULL;

	if (device == d->fs.device_count) {
		first = 0;
		end = device;
	}
	dir = calloc((end - first) * PLACES + 1, sizeof(*dir));
	if (!dir)
		return -ENOMEM;
	for (size_t i = first; i < end; i++)
		for (size_t k = 0; k < PLACES && *d->own->device[i].fs; k++) {
			dir[count].device = (unsigned)i;
			strcpy(dir[count++].path, places[k]);
		}
	return count ? disk_fs_list_all(d, dir, count) : 0;
}

static int list_each(struct disk_fs *d)
{
	for (size_t i = 0; i < d->fs.device_count; i++) {
		int r = list_places(d, i);

		if (r < 0 && r != -EIO && r != -EFBIG)
			return r;
	}
	return 0;
}

/* All in one run; each in its own when one of them makes the program fail. */
static int list_known(struct disk_fs *d)
{
	int r = list_places(d, d->fs.device_count);

	if (r == -EIO || r == -EFBIG)
		r = list_each(d);
	return r;
}

static void mark_damaged(struct disk_fs *d)
{
	for (size_t i = 0; i < d->fs.device_count; i++) {
		const struct boot_path root = { (unsigned)i, "/" };
		const struct kept_dir *kept = kept_find(&d->own->kept, &root, false);

		if (*d->own->device[i].fs && (!kept || !kept->there))
			strcpy(d->own->device[i].fs, "damaged");
	}
}

static size_t add_below(struct boot_path *dir, size_t count, unsigned device,
			const char *name)
{
	for (size_t k = 0; k < PLACES_BELOW; k++) {
		struct boot_path *p = &dir[count];
		int n = snprintf(p->path, sizeof(p->path), "/%s%s", name,
				 places_below[k]);

		p->device = device;
		count += n > 0 && (size_t)n < sizeof(p->path);
	}
	return count;
}

/* Each directory at the top of a btrfs may be a subvolume that is some system's root. */
static int list_subvolumes(struct disk_fs *d, unsigned device)
{
	const struct boot_path root = { device, "/" };
	const struct kept_dir *kept = kept_find(&d->own->kept, &root, false);
	autofree struct boot_path *dir =
		calloc(SUBVOLUMES_MAX * PLACES_BELOW, sizeof(*dir));
	size_t count = 0, seen = 0;

	if (!dir)
		return -ENOMEM;
	for (size_t i = 0; i < kept->names.count && seen < SUBVOLUMES_MAX; i++) {
		const struct boot_name *n = &kept->names.item[i];

		if (n->kind != BOOT_DIR || strcmp(n->name, "boot") == 0)
			continue;
		seen++;
		count = add_below(dir, count, device, n->name);
	}
	return count ? disk_fs_list_all(d, dir, count) : 0;
}

static int list_all_subvolumes(struct disk_fs *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < d->fs.device_count; i++)
		if (strcmp(d->own->device[i].fs, "btrfs") == 0)
			r = list_subvolumes(d, (unsigned)i);
	return r == -EIO || r == -EFBIG ? 0 : r; /* asked for one by one, then */
}

int disk_fs_open(struct disk_fs *d, int image)
{
	int r;

	*d = (struct disk_fs){ .fs.ops = &disk_fs_ops };
	d->own = calloc(1, sizeof(*d->own));
	if (!d->own)
		return -ENOMEM;
	d->own->image = image;
	r = find_devices(d);
	if (r == 0)
		r = describe_devices(d);
	if (r == 0)
		r = read_table(d);
	if (r < 0)
		return r;
	drop_whole_disk(d);
	r = list_known(d);
	if (r < 0)
		return r;
	mark_damaged(d);
	look_at_others(d);
	return list_all_subvolumes(d);
}

void disk_fs_close(struct disk_fs *d)
{
	if (!d->own)
		return;
	kept_done(&d->own->kept);
	free(d->own);
	d->own = NULL;
}
