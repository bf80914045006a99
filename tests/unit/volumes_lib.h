/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * volumes_lib - a guest's sysfs, udev records and mount table, made in a directory.
 * Owns:   struct fake owns its directory, removed by fake_done().
 */
#pragma once
#include "lib/tree.h"

struct fake {
	char dir[64];
	int fd;
};

void fake_init(struct fake *f);
void fake_done(struct fake *f);
/* A file with its directories; the path is made as printf() does. */
__attribute__((format(printf, 3, 4))) void fake_put(struct fake *f, const char *text,
						    const char *path, ...);
/* A disk with a device: @devid of Xen, or -1 for another bus.  Sectors of 512 bytes. */
void fake_disk(struct fake *f, const char *name, const char *dev, long long sectors,
	       long long devid);
void fake_partition(struct fake *f, const char *disk, const char *name, const char *dev,
		    int number, long long start, long long sectors);
/* What is made of @slaves (names with spaces between). */
void fake_made(struct fake *f, const char *name, const char *dev, long long sectors,
	       const char *slaves);
void fake_mapped(struct fake *f, const char *name, const char *dev, long long sectors,
		 const char *slaves, const char *dm_name, const char *dm_uuid);
void fake_udev(struct fake *f, const char *dev, const char *type, const char *uuid,
	       const char *label);
void fake_mounts(struct fake *f, const char *text);

/* What is found there, without asking for space: lines "0/name=/dev/xvda1". */
char *fake_tree(struct fake *f);
/* The questions that would be asked: "volume major:minor path path\n" each. */
char *fake_questions(struct fake *f);
