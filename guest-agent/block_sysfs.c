/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/block_sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/nodename.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define ATTRIBUTE_MAX 4096 /* bytes: what a file of sysfs can hold */
#define SECTOR	      512 /* bytes: the unit of "size" and "start", whatever the disk's own */
/* bytes: the kernel shows two sectors of an extended partition */
#define EXTENDED_MAX  4096
#define MAJOR_FLOPPY  2
#define MAJOR_CDROM   11
#define SCSI_TYPE_ROM 5
#define CAPABILITY_CD 8 /* GENHD_FL_CD, told until Linux 5.16; meaningless since */

const char *block_next_name(DIR *d)
{
	struct dirent *e;

	while ((e = readdir(d)))
		if (e->d_name[0] != '.')
			return e->d_name;
	return NULL;
}

void block_device_done(struct block_device *d)
{
	free(d->dm_name);
	free(d->dm_uuid);
	free(d->slave);
	block_udev_done(&d->found);
	*d = (struct block_device){ 0 };
}

/* A file's text without the newline at its end; NULL: it is not there. */
static char *read_text(int dirfd, const char *path)
{
	char *text = NULL;

	if (io_read_file_at(dirfd, path, ATTRIBUTE_MAX, &text, NULL) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static bool read_number(int dirfd, const char *path, uint64_t max, uint64_t *ret)
{
	autofree char *text = read_text(dirfd, path);

	return text && io_parse_u64(text, max, ret) >= 0;
}

static bool read_sectors(int dirfd, const char *path, uint64_t *ret_bytes)
{
	uint64_t sectors;

	if (!read_number(dirfd, path, UINT64_MAX / SECTOR, &sectors))
		return false;
	*ret_bytes = sectors * SECTOR;
	return true;
}

static bool read_device_number(int dirfd, struct block_device *d)
{
	autofree char *text = read_text(dirfd, "dev");

	return text && block_parse_number(text, &d->major, &d->minor);
}

/* -ENODEV: without a number, or empty. */
static int read_common(int fd, const char *name, struct block_device *d)
{
	if (strlen(name) >= sizeof(d->name))
		return -ENODEV;
	(void)snprintf(d->name, sizeof(d->name), "%s", name);
	if (!read_device_number(fd, d) || !read_sectors(fd, "size", &d->size) ||
	    d->size == 0)
		return -ENODEV;
	return 0;
}

/* A drive whose medium comes and goes with what somebody reads, not a place of data. */
static bool is_optical(int fd, const struct block_device *d)
{
	autofree char *media = read_text(fd, "device/media");
	autofree char *capability = read_text(fd, "capability");
	uint64_t type;

	return d->major == MAJOR_CDROM || (media && strcmp(media, "cdrom") == 0) ||
	       (read_number(fd, "device/type", UINT32_MAX, &type) &&
		type == SCSI_TYPE_ROM) ||
	       (capability && (strtoul(capability, NULL, 16) & CAPABILITY_CD));
}

static bool is_set(int fd, const char *flag)
{
	uint64_t value;

	return read_number(fd, flag, 1, &value) && value;
}

static bool has_slaves(int fd)
{
	autoclosedir DIR *slaves = io_opendir_at(fd, "slaves");

	return slaves && block_next_name(slaves);
}

static void read_vbd(int fd, struct block_device *d)
{
	autofree char *nodename = read_text(fd, "device/nodename");
	uint32_t devid;

	d->has_vbd =
		nodename &&
		nodename_parse("device/vbd/", nodename, strlen(nodename), &devid) >= 0 &&
		block_vbd_decode(devid, &d->vbd);
}

int block_read_disk(int blockfd, const char *name, struct block_device *ret)
{
	autoclose int fd = openat(blockfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct block_device d = { .disk = BLOCK_NONE };
	int r = fd < 0 ? -ENODEV : read_common(fd, name, &d);

	if (r < 0)
		return r;
	d.hardware = d.major != MAJOR_FLOPPY && faccessat(fd, "device", F_OK, 0) == 0;
	if (is_set(fd, "hidden") || is_optical(fd, &d) ||
	    (!d.hardware && !has_slaves(fd)))
		return -ENODEV;
	d.read_only = is_set(fd, "ro");
	read_vbd(fd, &d);
	d.dm_name = read_text(fd, "dm/name");
	d.dm_uuid = read_text(fd, "dm/uuid");
	*ret = d;
	return 0;
}

int block_read_partition(int diskfd, const char *name, struct block_device *ret)
{
	autoclose int fd = openat(diskfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct block_device d = { .disk = BLOCK_NONE };
	uint64_t number;
	int r = fd < 0 || !read_number(fd, "partition", UINT32_MAX, &number)
			? -ENODEV
			: read_common(fd, name, &d);

	if (r < 0)
		return r;
	if (d.size <= EXTENDED_MAX || !read_sectors(fd, "start", &d.start))
		return -ENODEV;
	*ret = d;
	return 0;
}
