/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/block.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/block_sysfs.h"
#include "lib/array.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define SWAPS_MAX      (64 * 1024) /* bytes; the kernel has at most 32 areas */
#define LABEL_MAX      512	   /* bytes; a btrfs has 256 and a newline */
#define BTRFS_DIR      "sys/fs/btrfs"
#define BTRFS_UUID_LEN 36

void block_list_done(struct block_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		block_device_done(&list->device[i]);
	free(list->device);
	*list = (struct block_list){ 0 };
}
#define autoblocks __attribute__((cleanup(block_list_done)))

/* Takes over @d, also on failure. */
static int add(struct block_list *list, struct block_device *d)
{
	struct block_device *more = array_grown(list->device, list->count, sizeof(*more));

	if (!more) {
		block_device_done(d);
		return -ENOMEM;
	}
	list->device = more;
	list->device[list->count++] = *d;
	return 0;
}

/* Lower comes first: disks of Xen, other disks, what is made of them. */
static int class_of(const struct block_device *d)
{
	if (!d->hardware)
		return 2;
	return d->has_vbd ? 0 : 1;
}

static const char *shown_name(const struct block_device *d)
{
	return d->dm_name ? d->dm_name : d->name;
}

static int by_order(const void *pa, const void *pb)
{
	const struct block_device *a = pa, *b = pb;

	if (class_of(a) != class_of(b))
		return class_of(a) - class_of(b);
	if (a->has_vbd && a->vbd.disk != b->vbd.disk)
		return a->vbd.disk < b->vbd.disk ? -1 : 1;
	return strverscmp(shown_name(a), shown_name(b)); /* xvda2 before xvda10 */
}

static int by_start(const void *pa, const void *pb)
{
	const struct block_device *a = pa, *b = pb;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return strverscmp(a->name, b->name);
}

static int scan_disks(int blockfd, DIR *all, struct block_list *disks)
{
	const char *name;
	int r = 0;

	while (r >= 0 && disks->count < BLOCK_DEVICES_MAX &&
	       (name = block_next_name(all))) {
		struct block_device d;

		if (block_read_disk(blockfd, name, &d) >= 0)
			r = add(disks, &d);
	}
	return r;
}

/* The partitions of the disk that is last in @list, behind it. */
static int scan_partitions(int blockfd, struct block_list *list)
{
	size_t disk = list->count - 1;
	char name[BLOCK_NAME_MAX];
	autoclosedir DIR *dir = NULL;
	const char *entry;
	int r = 0;

	memcpy(name, list->device[disk].name, sizeof(name));
	dir = io_opendir_at(blockfd, name);
	while (r >= 0 && dir && list->count < BLOCK_DEVICES_MAX &&
	       (entry = block_next_name(dir))) {
		struct block_device d;

		if (strncmp(entry, name, strlen(name)) != 0 ||
		    block_read_partition(dirfd(dir), entry, &d) < 0)
			continue;
		d.disk = disk;
		r = add(list, &d);
	}
	qsort(list->device + disk + 1, list->count - disk - 1, sizeof(*list->device),
	      by_start);
	return r;
}

/* @disks in order, each with its partitions. */
static int lay_out(int blockfd, struct block_list *disks, struct block_list *list)
{
	int r = 0;

	if (disks->count > 0)
		qsort(disks->device, disks->count, sizeof(*disks->device), by_order);
	for (size_t i = 0; r >= 0 && i < disks->count; i++) {
		struct block_device d = disks->device[i];

		disks->device[i] = (struct block_device){ 0 }; /* moved */
		r = add(list, &d);
		if (r >= 0 && list->count < BLOCK_DEVICES_MAX)
			r = scan_partitions(blockfd, list);
	}
	return r;
}

static int add_slave(struct block_device *d, size_t slave)
{
	size_t *more = reallocarray(d->slave, d->slaves + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	d->slave = more;
	d->slave[d->slaves++] = slave;
	return 0;
}

static int by_index(const void *pa, const void *pb)
{
	size_t a = *(const size_t *)pa, b = *(const size_t *)pb;

	return a < b ? -1 : a > b;
}

static int find_slaves(int blockfd, struct block_list *list, struct block_device *d)
{
	char path[BLOCK_NAME_MAX + sizeof("/slaves")];
	autoclosedir DIR *dir = NULL;
	const char *name;
	int r = 0;

	(void)snprintf(path, sizeof(path), "%s/slaves", d->name);
	dir = io_opendir_at(blockfd, path);
	while (r >= 0 && dir && d->slaves < list->count &&
	       (name = block_next_name(dir))) {
		size_t slave = block_by_name(list, name);

		if (slave == BLOCK_NONE)
			continue;
		list->device[slave].used = true;
		r = add_slave(d, slave);
	}
	if (d->slaves > 0)
		qsort(d->slave, d->slaves, sizeof(*d->slave), by_index);
	return r;
}

static int replace(char **to, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	return 0;
}

/* A btrfs that is mounted: the kernel itself names its devices. */
static int find_btrfs_devices(DIR *dir, const char *uuid, struct block_list *list)
{
	char path[BTRFS_UUID_LEN + sizeof("/devices")];
	autofree char *label = NULL;
	autoclosedir DIR *devices = NULL;
	const char *name;
	int r = 0;

	(void)snprintf(path, sizeof(path), "%s/label", uuid);
	if (io_read_file_at(dirfd(dir), path, LABEL_MAX, &label, NULL) >= 0)
		label[strcspn(label, "\n")] = '\0';
	(void)snprintf(path, sizeof(path), "%s/devices", uuid);
	devices = io_opendir_at(dirfd(dir), path);
	while (r >= 0 && devices && (name = block_next_name(devices))) {
		size_t i = block_by_name(list, name);
		struct block_udev *found =
			i == BLOCK_NONE ? NULL : &list->device[i].found;

		if (!found)
			continue;
		r = replace(&found->type, "btrfs");
		if (r >= 0)
			r = replace(&found->uuid, uuid);
		if (r >= 0 && label && *label)
			r = replace(&found->label, label);
	}
	return r;
}

static int find_btrfs(int rootfd, struct block_list *list)
{
	autoclosedir DIR *all = io_opendir_at(rootfd, BTRFS_DIR);
	const char *name;
	int r = 0;

	while (r >= 0 && all && (name = block_next_name(all)))
		if (strlen(name) == BTRFS_UUID_LEN) /* "features" is beside them */
			r = find_btrfs_devices(all, name, list);
	return r;
}

static int find_contents(int rootfd, struct block_list *list)
{
	autofree char *swaps = NULL;

	for (size_t i = 0; i < list->count; i++) {
		struct block_device *d = &list->device[i];
		int r = block_udev_read(rootfd, d->major, d->minor, &d->found);

		if (r == -ENOMEM)
			return r;
	}
	if (io_read_file_at(rootfd, "proc/swaps", SWAPS_MAX, &swaps, NULL) >= 0)
		block_mark_swaps(list, swaps);
	return find_btrfs(rootfd, list);
}

int block_scan(int rootfd, struct block_list *ret)
{
	autoblocks struct block_list disks = { 0 }, list = { 0 };
	autoclosedir DIR *all = io_opendir_at(rootfd, "sys/block");
	int r = 0;

	if (all) {
		r = scan_disks(dirfd(all), all, &disks);
		if (r >= 0)
			r = lay_out(dirfd(all), &disks, &list);
	}
	for (size_t i = 0; r >= 0 && i < list.count; i++)
		if (!list.device[i].hardware && list.device[i].disk == BLOCK_NONE)
			r = find_slaves(dirfd(all), &list, &list.device[i]);
	if (r >= 0)
		r = find_contents(rootfd, &list);
	if (r < 0)
		return r;
	block_list_done(ret);
	*ret = list;
	list = (struct block_list){ 0 };
	return 0;
}
