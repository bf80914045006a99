/* SPDX-License-Identifier: BSD-2-Clause */
/* A mount table, as it becomes volumes of a guest with one disk of each kind. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest-agent/schema_volumes.h"
#include "guest-agent/volumes_plan.h"
#include "lib/cleanup.h"
#include "lib/io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_mount(const struct mount_list *list, const struct mount *m)
{
	if (*m->point != '/' || m->id < 0 || m->parent < 0 ||
	    (m->subvol && strcmp(m->type, "btrfs") != 0))
		abort();
	(void)mountinfo_reach(list, m);
}

static bool may_be_asked(const struct mount_list *mounts, const char *path)
{
	for (size_t i = 0; i < mounts->count; i++) {
		const struct mount *m = &mounts->mount[i];

		if (m->kind == MOUNT_LOCAL && strcmp(m->point, path) == 0 &&
		    mountinfo_reach(mounts, m) == MOUNT_REACHED)
			return true;
	}
	return false;
}

/* What the plugin reads must be text, and what is asked must be safe to ask. */
static void check_plan(const struct volume_plan *plan, const struct mount_list *mounts)
{
	autotree struct tree tree = { 0 };

	for (size_t i = 0; i < plan->asks; i++) {
		const struct volume_ask *a = &plan->ask[i];

		if (a->volume >= plan->facts.count || a->paths.count == 0 ||
		    a->paths.count > VOLUME_PATHS_MAX ||
		    (i > 0 && a->volume < plan->ask[i - 1].volume))
			abort();
		for (size_t k = 0; k < a->paths.count; k++)
			if (!may_be_asked(mounts, a->paths.item[k]))
				abort();
	}
	if (schema_want_volumes(&plan->facts, &tree) < 0)
		return;
	for (size_t i = 0; i < tree.count; i++) {
		if (tree_path_check(tree.entry[i].path) < 0 ||
		    tree.entry[i].value_len > SCHEMA_VOLUME_TEXT_MAX)
			abort();
		for (const char *p = tree.entry[i].value; *p; p++)
			if ((unsigned char)*p < 0x20 || *p == 0x7f)
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char type[] = "btrfs", member[] = "zfs_member", uuid[] = "u", pool[] = "p";
	static char dm[] = "vg-root";
	static size_t slaves[] = { 2 };
	static struct block_device device[] = {
		{ .name = "xvda",
		  .major = 202,
		  .size = 1 << 20,
		  .disk = BLOCK_NONE,
		  .hardware = true,
		  .has_vbd = true,
		  .vbd = { 0, "xvda" } },
		{ .name = "xvda1", .major = 202, .minor = 1, .size = 4096, .disk = 0 },
		{ .name = "xvda2",
		  .major = 202,
		  .minor = 2,
		  .size = 4096,
		  .disk = 0,
		  .used = true },
		{ .name = "xvda3",
		  .major = 202,
		  .minor = 3,
		  .size = 4096,
		  .disk = 0,
		  .found = { type, uuid, NULL } },
		{ .name = "xvda4",
		  .major = 202,
		  .minor = 4,
		  .size = 4096,
		  .disk = 0,
		  .found = { type, uuid, NULL } },
		{ .name = "xvda5",
		  .major = 202,
		  .minor = 5,
		  .size = 4096,
		  .disk = 0,
		  .found = { member, uuid, pool } },
		{ .name = "dm-0",
		  .major = 253,
		  .size = 4096,
		  .disk = BLOCK_NONE,
		  .dm_name = dm,
		  .slave = slaves,
		  .slaves = 1 },
	};
	static const struct block_list blocks = { device,
						  sizeof(device) / sizeof(*device) };
	autoclose int fd = memfd_create("mountinfo", MFD_CLOEXEC);
	struct mount_list mounts = { 0 };
	struct volume_plan plan = { 0 };

	if (fd < 0 || io_write_all(fd, data, size) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return 0;
	if (mountinfo_read(fd, &mounts) < 0)
		return 0;
	for (size_t i = 0; i < mounts.count && i < 64; i++)
		check_mount(&mounts, &mounts.mount[i]);
	if (volumes_plan(&blocks, &mounts, &plan) >= 0)
		check_plan(&plan, &mounts);
	volume_plan_done(&plan);
	mountinfo_done(&mounts);
	return 0;
}
