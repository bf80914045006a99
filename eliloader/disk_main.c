/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * eliloader-disk - the worker that reads a guest's disk: what is on it, and the kernel and
 * ramdisk of what is to be booted.  Started by eliloader (disk.h has the protocol); of no
 * use by hand.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/disk_report.h"
#include "eliloader/disk_room.h"
#include "eliloader/disk_send.h"
#include "eliloader/worker_side.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define IMAGE_FD   (WIRE_FD + 1)
#define PROGRAM_FD (WIRE_FD + 2)

struct disk_job {
	uint64_t kernel_max, ramdisk_max; /* bytes */
	bool menu;			  /* boot configurations are read */
};

static int job_number(const struct tree *tree, const char *key, uint64_t max,
		      uint64_t *ret)
{
	const char *text = tree_text(tree, key);

	return text ? io_parse_u64(text, max, ret) : -EBADMSG;
}

static int receive_job(struct disk_job *ret)
{
	autotree struct tree tree = { 0 };
	const char *menu;
	int r = wire_receive_job(WIRE_FD, &tree);

	if (r == 0)
		r = job_number(&tree, "limit/kernel", INT64_MAX, &ret->kernel_max);
	if (r == 0)
		r = job_number(&tree, "limit/ramdisk", INT64_MAX, &ret->ramdisk_max);
	menu = r == 0 ? tree_text(&tree, "menu") : NULL;
	ret->menu = !menu || strcmp(menu, "0") != 0;
	return r;
}

/* What there is to boot; a configuration that cannot be read is no reason to say nothing
 * of the disk.  1: there is a menu, 0: there is none, or the disk could not be read on. */
static int read_menu(struct disk_fs *d, struct boot_menu *menu)
{
	int r = boot_menu_read(&d->fs, menu);

	/* a configuration that could not be read to its end is not replaced by less */
	if (disk_fs_is_spent(d) && (r < 0 || menu->passed || menu->kind == BOOT_KERNELS))
		return -E2BIG;
	if (r == 0)
		return 1;
	if (r == -ENOMEM || (r == -E2BIG && *d->error))
		return r;
	if (r != -ENOENT && r != -ENODATA)
		boot_menu_note(menu, "%s", strerror(-r));
	return 0;
}

static int report(struct disk_fs *d, bool wanted, struct boot_menu *menu)
{
	autotree struct tree tree = { 0 };
	autofree struct boot_device *judged = NULL;
	struct boot_fs fs = d->fs;
	int have = wanted ? read_menu(d, menu) : 0;
	int r = have < 0 ? have : 0;

	/* what may have been overlooked counts where there seems to be no system */
	if (r == 0 && (!have || menu->kind == BOOT_KERNELS)) {
		r = disk_fs_judge(d, &judged);
		fs.device = judged;
	}
	if (r == 0)
		r = disk_report_make(d->table, &fs, menu, have, &tree);
	if (r == 0)
		r = wire_send_report(WIRE_FD, &tree);
	if (r == -EFBIG)
		(void)disk_fs_fail(d, r, "the disk's boot configuration is too large");
	return r;
}

/* ---- what is asked for ---- */

/* -ENODATA: nothing is, any more. */
static int receive_pick(struct wire_pick *ret)
{
	struct wire_header header;
	int r = wire_receive(WIRE_FD, -1, &header);

	if (r < 0)
		return r;
	if (header.type != WIRE_PICK || header.len != sizeof(*ret))
		return -EBADMSG;
	r = wire_receive_body(WIRE_FD, ret, sizeof(*ret));
	if (r == 0 && (!memchr(ret->kernel, '\0', sizeof(ret->kernel)) ||
		       !memchr(ret->ramdisk, '\0', sizeof(ret->ramdisk))))
		r = -EBADMSG;
	return r;
}

static int want_entry(const struct boot_menu *menu, uint32_t number,
		      struct disk_wanted *ret)
{
	const struct boot_entry *e = &menu->entry[number];

	if (number >= menu->count || !e->kernel.path[0] ||
	    e->ramdisk_count > BOOT_RAMDISKS_MAX)
		return -EBADMSG; /* it was told what there is */
	ret->kernel = e->kernel;
	ret->ramdisk_count = e->ramdisk_count;
	for (size_t i = 0; i < e->ramdisk_count; i++)
		ret->ramdisk[i] = e->ramdisk[i];
	return 0;
}

/* "(NAME)/path": on that device only.  -ENOENT also for a device that is none of the
 * guest's, as "(host)" and "(proc)" are. */
static int find_named(struct disk_fs *d, const char *text, struct boot_path *ret)
{
	size_t len = strcspn(text, ")");
	struct boot_path root = { .path = "/" };
	char name[PICK_PATH_MAX];
	int device;

	(void)snprintf(name, sizeof(name), "%.*s", (int)len - 1, text + 1); /* fits */
	device = text[len] ? boot_device_by_name(&d->fs, name) : -ENODEV;
	root.device = device < 0 ? 0 : (unsigned)device;
	if (device >= 0 && boot_path_join(&root, text + len + 1, ret) == 0 &&
	    boot_is_file(&d->fs, ret))
		return 0;
	return disk_fs_fail(d, -ENOENT, "there is no file '%s' on the disk", text);
}

/* On device @first, or else on any, in order. */
static int find_file(struct disk_fs *d, const char *path, unsigned first,
		     struct boot_path *ret)
{
	if (*path == '(')
		return find_named(d, path, ret);
	for (unsigned i = 0; i <= d->fs.device_count; i++) {
		const struct boot_path root = { i == 0 ? first : i - 1, "/" };

		if (boot_path_join(&root, path, ret) == 0 && boot_is_file(&d->fs, ret))
			return 0;
	}
	return disk_fs_fail(d, -ENOENT, "there is no file '%s' on the disk", path);
}

static int want_files(struct disk_fs *d, const struct wire_pick *pick,
		      struct disk_wanted *ret)
{
	int r = find_file(d, pick->kernel, 0, &ret->kernel);

	if (r < 0 || !pick->ramdisk[0])
		return r;
	ret->ramdisk_count = 1;
	return find_file(d, pick->ramdisk, ret->kernel.device, &ret->ramdisk[0]);
}

/* -ENODATA: the other side had seen enough. */
static int serve(struct disk_fs *d, const struct boot_menu *menu,
		 const struct disk_job *job)
{
	struct disk_wanted wanted = { .kernel_max = job->kernel_max,
				      .ramdisk_max = job->ramdisk_max };
	struct wire_pick pick;
	int r = receive_pick(&pick);

	if (r < 0)
		return r;
	*d->error = '\0'; /* what was said of things that nobody wants */
	r = pick.entry == PICK_BY_PATH ? want_files(d, &pick, &wanted)
				       : want_entry(menu, pick.entry, &wanted);
	return r == 0 ? disk_send(d, &wanted, WIRE_FD) : r;
}

static enum wire_result result_of(int r)
{
	if (r == -ENOENT)
		return RESULT_ABSENT;
	if (r == -E2BIG)
		return RESULT_LIMIT;
	if (r == -ENOEXEC)
		return RESULT_INTERNAL;
	return worker_result(r, RESULT_ACCESS);
}

static int run(const struct disk_job *job)
{
	autobootmenu struct boot_menu menu;
	struct disk_fs d;
	int r = disk_fs_open(&d, IMAGE_FD);

	boot_menu_init(&menu);
	if (r == 0)
		r = report(&d, job->menu, &menu);
	if (r == 0)
		r = serve(&d, &menu, job);
	disk_fs_close(&d);
	if (r == -ENODATA)
		return EXIT_SUCCESS;
	return wire_done(WIRE_FD, result_of(r), "%s",
			 r == 0 || *d.error ? d.error : strerror(-r));
}

int main(int argc, char *argv[])
{
	struct worker_ids ids = worker_ids("eliloader-disk", argc, argv);
	struct disk_job job = { .menu = false };
	char why[512] = "";
	int r = disk_room_enter(ids.uid, ids.gid, IMAGE_FD, PROGRAM_FD, why, sizeof(why));

	if (r < 0)
		return wire_done(WIRE_FD,
				 r == -ENOTBLK || r == -ENODATA || r == -ENODEV
					 ? RESULT_ACCESS
					 : RESULT_INTERNAL,
				 "%s", *why ? why : strerror(-r));
	r = receive_job(&job);
	if (r < 0)
		return wire_done(WIRE_FD, RESULT_INTERNAL, "the job is malformed: %s",
				 strerror(-r));
	return run(&job);
}
