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
#include "eliloader/disk_table.h"
#include "lib/cleanup.h"

#define DEVICES_TEXT_MAX (256 * 1024) /* bytes: 128 devices by their names */
#define MBR_LEN		 512

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

static void free_args(char **args)
{
	for (size_t i = DISK_FS_LS_HEAD; args && args[i]; i++)
		free(args[i]);
	free(args);
}

/* "(loop0) (loop0)/ (loop0,gpt1) (loop0,gpt1)/ ...", behind what disk_fs_ask_names() puts
 * there. */
static char **make_args(const struct disk_fs *d, size_t first, size_t end)
{
	char **args = calloc(DISK_FS_LS_HEAD + 2 * (end - first) + 1, sizeof(*args));
	bool good = args != NULL;
	size_t n = DISK_FS_LS_HEAD;

	for (size_t i = 2 * first; good && i < 2 * end; i++, n++)
		if (asprintf(&args[n], "(%s)%s", d->own->device[i / 2].name,
			     i % 2 ? "/" : "") < 0) {
			args[n] = NULL;
			good = false;
		}
	if (good)
		return args;
	free_args(args);
	return NULL;
}

/* Each device's line, and after it what is at its top.  *ret_next: the first that has none;
 * GRUB goes no further when it cannot list one. */
static int keep_roots(struct disk_fs *d, size_t first, size_t end, const char *text,
		      enum disk_ls_form form, size_t *ret_next)
{
	int r = 0;

	*ret_next = first;
	for (size_t i = first; i < end && r == 0; i++) {
		const struct boot_path root = { (unsigned)i, "/" };

		if (disk_ls_device(&text, &d->own->device[i], &d->own->start[i]) < 0)
			break;
		*ret_next = i + 1;
		r = disk_fs_keep(d, &root, *d->own->device[i].fs, &text, NULL, form);
	}
	return r;
}

static int describe(struct disk_fs *d, size_t first, size_t end, size_t *ret_next)
{
	char **args = make_args(d, first, end);
	autofree char *text = NULL;
	enum disk_ls_form form;
	size_t len;
	int r;

	if (!args)
		return -ENOMEM;
	r = disk_fs_ask_names(d, args, end - first, &text, &len, &form);
	free_args(args);
	if (text && (r == 0 || (r == -EFBIG && end - first == 1)))
		r = keep_roots(d, first, end, text, form, ret_next);
	return r;
}

/* All in one run, as far as that goes; each in its own when one of them makes the program
 * fail.  One of which nothing can be said stays without a file system. */
static int describe_all(struct disk_fs *d)
{
	size_t count = d->fs.device_count, step = count, first = 0;

	while (first < count) {
		size_t end = step < count - first ? first + step : count, next = first;
		int r = describe(d, first, end, &next);

		if (r < 0 && r != -EIO && r != -EFBIG)
			return r;
		if (r < 0 && step > 1)
			step = 1;
		else
			first = next > first ? next : first + 1;
	}
	return 0;
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

/* ---- the whole disk ---- */

static bool is_table_whole(struct disk_fs *d)
{
	struct device_reader reader = { d, 0 };
	bool whole = false;

	/* what cannot be read is not whole */
	(void)disk_table_is_whole(strcmp(d->table, "gpt") == 0, d->own->device[0].size,
				  read_device, &reader, &whole);
	return whole;
}

/* A disk that is nothing but its partitions, and all of them, is none that holds something
 * itself.  What was listed is kept by the devices' numbers. */
static void drop_whole_disk(struct disk_fs *d)
{
	struct disk_fs_private *own = d->own;
	size_t after = d->fs.device_count - 1;
	bool parts = false;

	for (size_t i = 0; i < d->fs.device_count; i++)
		parts |= strncmp(own->device[i].name, "loop0,", 6) == 0;
	if (!parts || strcmp(own->device[0].name, "loop0") != 0 || *own->device[0].fs)
		return;
	if (!is_table_whole(d)) {
		strcpy(own->device[0].fs, "table");
		return;
	}
	memmove(own->device, own->device + 1, after * sizeof(*own->device));
	memmove(own->start, own->start + 1, after * sizeof(*own->start));
	d->fs.device_count--;
	kept_drop_first(&own->kept);
}

static void mark_damaged(struct disk_fs *d)
{
	for (size_t i = 0; i < d->fs.device_count; i++) {
		const struct boot_path root = { (unsigned)i, "/" };
		const struct kept_dir *kept = kept_find(&d->own->kept, &root, false);

		if (*d->own->device[i].fs && (!kept || kept->r < 0))
			strcpy(d->own->device[i].fs, "damaged");
	}
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
		r = describe_all(d);
	if (r == 0)
		r = read_table(d);
	if (r < 0)
		return r;
	mark_damaged(d);
	look_at_others(d);
	drop_whole_disk(d);
	return disk_fs_list_places(d);
}

void disk_fs_close(struct disk_fs *d)
{
	if (!d->own)
		return;
	kept_done(&d->own->kept);
	free(d->own);
	d->own = NULL;
}
