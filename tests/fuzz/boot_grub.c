/* SPDX-License-Identifier: BSD-2-Clause */
/* A grub.cfg, and after a line of "%%%" what else there is: inc.cfg, then grubenv.  No path
 * may be of another disk, no text have a byte that a line ends with, and all must end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_menu.h"
#include "tests/eliloader/boot_dir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			abort();
}

static void check_path(const struct boot_fs *fs, const struct boot_path *path)
{
	const char *p = path->path;

	if (path->device >= fs->device_count || *p != '/' || strlen(p) >= BOOT_PATH_MAX ||
	    strstr(p, "/../") || strstr(p, "//"))
		abort();
	check_text(p);
}

static void check_entry(const struct boot_fs *fs, const struct boot_entry *e)
{
	if (!e->title || !e->args || strlen(e->title) >= BOOT_TEXT_MAX ||
	    strlen(e->args) >= BOOT_TEXT_MAX || e->ramdisk_count > BOOT_RAMDISKS_MAX)
		abort();
	check_text(e->title);
	check_text(e->id);
	check_text(e->args);
	check_text(e->why);
	if (e->why)
		return;
	check_path(fs, &e->kernel);
	for (size_t i = 0; i < e->ramdisk_count; i++)
		check_path(fs, &e->ramdisk[i]);
}

static void check_menu(const struct boot_fs *fs, const struct boot_menu *m)
{
	if (m->count == 0 || m->count > BOOT_ENTRIES_MAX || m->chosen > m->count ||
	    (m->chosen < m->count && m->entry[m->chosen].why))
		abort();
	check_text(m->note);
	for (size_t i = 0; i < m->count; i++)
		check_entry(fs, &m->entry[i]);
}

/* The next file of the input. */
static void take(struct boot_dir *d, const char *name, const uint8_t **data, size_t *size)
{
	const uint8_t *end = memmem(*data, *size, "\n%%%\n", 5);
	size_t len = end ? (size_t)(end - *data) : *size, used = end ? len + 5 : len;

	boot_dir_put(d, 0, name, *data, len);
	*data += used;
	*size -= used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_path config = { 0, "/@/boot/grub/grub.cfg" };
	autobootmenu struct boot_menu m;
	struct boot_dir d;

	boot_menu_init(&m);
	boot_dir_init(&d);
	boot_dir_add(&d, "loop0,gpt2", NULL);
	boot_dir_add(&d, "lvm/vg-root", NULL);
	strcpy(d.device[0].uuid, "1-2");
	strcpy(d.device[1].uuid, "3-4");
	strcpy(d.device[1].label, "root");
	take(&d, "/@/boot/grub/grub.cfg", &data, &size);
	take(&d, "/@/boot/grub/inc.cfg", &data, &size);
	take(&d, "/@/boot/grub/grubenv", &data, &size);
	boot_dir_text(&d, 0, "/@/boot/vmlinuz-1", "k");
	boot_dir_text(&d, 1, "/boot/initrd.img-1", "r");
	boot_dir_text(&d, 0, "/loader/entries/a-1.conf",
		      "title A\nlinux /@/boot/vmlinuz-1\noptions $kernelopts x\n");
	if (boot_grub_read(&d.fs, &config, &m) == 0)
		check_menu(&d.fs, &m);
	boot_dir_done(&d);
	return 0;
}
