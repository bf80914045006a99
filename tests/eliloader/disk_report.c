/* SPDX-License-Identifier: BSD-2-Clause */
/* The report of a disk: what is written is read as it was; what is wrong is refused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/disk_report.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

static struct boot_device devices[] = {
	{ .name = "loop0,gpt1", .fs = "fat", .label = "EFI", .size = 1 << 20 },
	{ .name = "lvm/vg-root", .fs = "ext*", .uuid = "79a9e28b", .active = true },
	{ .name = "loop0,gpt3", .swap = true },
};
static const struct boot_fs fs = { .device = devices,
				   .device_count = sizeof(devices) / sizeof(*devices) };

static void add_entry(struct boot_menu *m, const char *title, const char *kernel,
		      const char *why)
{
	struct boot_entry *e = boot_menu_add(m);

	e->title = strdup(title);
	e->kernel.device = 1;
	(void)snprintf(e->kernel.path, sizeof(e->kernel.path), "%s", kernel);
	e->why = why ? strdup(why) : NULL;
}

static void make_menu(struct boot_menu *m)
{
	static const struct boot_path ramdisks[] = { { 0, "/ucode" }, { 1, "/initrd" } };

	boot_menu_init(m);
	m->kind = BOOT_GRUB;
	m->config = (struct boot_path){ 1, "/boot/grub/grub.cfg" };
	m->timeout_s = -1;
	add_entry(m,
		  "D\xe9"
		  "bian",
		  "/boot/vmlinuz", NULL);
	m->entry[0].id = strdup("gnulinux");
	m->entry[0].ramdisk = malloc(sizeof(ramdisks));
	memcpy(m->entry[0].ramdisk, ramdisks, sizeof(ramdisks));
	m->entry[0].ramdisk_count = 2;
	free(m->entry[0].args);
	m->entry[0].args = strdup("root=/dev/xvda1 quiet \"a\\b\"");
	(void)boot_menu_enter(m, "more", NULL);
	add_entry(m, "Windows\nkernel /etc/passwd", "", "chainloader");
	boot_menu_leave(m);
	boot_menu_note(m, "a remark");
}

static void make_tree(struct tree *tree)
{
	autobootmenu struct boot_menu menu;

	make_menu(&menu);
	is_int(disk_report_make("gpt", &fs, &menu, true, tree), 0, "it is written");
}

static void test_whole(void)
{
	autodiskreport struct disk_report r = { .have_menu = false };
	autotree struct tree tree = { 0 };
	const struct boot_menu *m = &r.menu;

	make_tree(&tree);
	if (!is_int(disk_report_parse(&tree, &r), 0, "and read"))
		return;
	is_str(r.table, "gpt", "the table");
	is_int((long long)r.device_count, 3, "all devices");
	for (size_t i = 0; i < r.device_count; i++) {
		const struct boot_device *a = &r.device[i], *b = &devices[i];

		ok(strcmp(a->name, b->name) == 0 && strcmp(a->fs, b->fs) == 0 &&
			   strcmp(a->label, b->label) == 0 &&
			   strcmp(a->uuid, b->uuid) == 0 && a->size == b->size &&
			   a->active == b->active && a->blank == b->blank &&
			   a->swap == b->swap,
		   "%s as it was", b->name);
	}
	ok(r.have_menu && m->kind == BOOT_GRUB && m->timeout_s == -1 && m->chosen == 0,
	   "the menu");
	is_str(m->config.path, "/boot/grub/grub.cfg", "its file");
	is_str(m->note, "a remark", "its note");
	is_int((long long)m->count, 2, "all entries");
	is_str(m->entry[0].title,
	       "D\xe9"
	       "bian",
	       "a title that is not UTF-8");
	is_str(m->entry[0].id, "gnulinux", "an id");
	is_str(m->entry[0].args, "root=/dev/xvda1 quiet \"a\\b\"", "arguments");
	is_int((long long)m->entry[0].ramdisk_count, 2, "two ramdisks");
	is_str(m->entry[0].ramdisk[0].path, "/ucode", "in order");
	is_int(m->entry[0].ramdisk[0].device, 0, "of another device");
	ok(!m->entry[0].why && !m->entry[1].id, "what is NULL stays so");
	is_str(m->entry[1].title, "Windows?kernel /etc/passwd", "no second line");
	is_str(m->entry[1].why, "chainloader", "why it cannot be booted");
	is_int(m->entry[1].depth, 1, "it lies in a submenu");
	ok(m->submenu_count == 1 && m->submenu[0].first == 1 && m->submenu[0].end == 2,
	   "which is there");
}

static void test_no_menu(void)
{
	autodiskreport struct disk_report r = { .have_menu = true };
	autobootmenu struct boot_menu menu;
	autotree struct tree tree = { 0 };

	boot_menu_init(&menu);
	boot_menu_note(&menu, "nothing");
	is_int(disk_report_make("", &fs, &menu, false, &tree), 0, "a disk without");
	is_int(disk_report_parse(&tree, &r), 0, "is read");
	ok(!r.have_menu && r.menu.count == 0, "it has no menu");
	is_str(r.menu.note, "nothing", "but a note");
}

/* One key set to something else (NULL: taken out), and all is refused. */
static const struct wrong {
	const char *name, *key, *value;
} wrongs[] = {
	{ "no table", "table", NULL },
	{ "a long table", "table", "gptgptgpt" },
	{ "a key that is not known", "device/000/path", "/" },
	{ "a device out of its turn", "device/004/name", "loop0" },
	{ "a device without a name", "device/001/name", "" },
	{ "a name with a parenthesis", "device/001/name", "loop0)/etc/passwd" },
	{ "a name with a blank", "device/001/name", "a b" },
	{ "no size", "device/001/size", NULL },
	{ "a size that is no number", "device/001/size", "-1" },
	{ "neither active nor not", "device/001/active", "2" },
	{ "a long label", "device/000/label",
	  "0123456789012345678901234567890123456789012345678901234567890123456789"
	  "01234567890123456789012345678901234567890123456789012345678901234567890" },
	{ "a label of two lines", "device/000/label", "a\nb" },
	{ "a kind that is not known", "menu/kind", "lilo" },
	{ "no kind, but entries", "menu/kind", NULL },
	{ "a time-out that is none", "menu/timeout", "-2" },
	{ "a default that is not there", "menu/chosen", "3" },
	{ "a default that cannot be booted", "menu/chosen", "1" },
	{ "a configuration on no device", "menu/device", "3" },
	{ "no title", "entry/000/title", NULL },
	{ "a title of two lines", "entry/000/title", "a\nb" },
	{ "no arguments", "entry/000/args", NULL },
	{ "a second line of arguments", "entry/000/args", "a\nkernel /etc/passwd" },
	{ "a kernel on no device", "entry/000/device", "3" },
	{ "a kernel that is not absolute", "entry/000/kernel", "vmlinuz" },
	{ "a kernel above the root", "entry/000/kernel", "/../vmlinuz" },
	{ "a kernel with an empty part", "entry/000/kernel", "/a//b" },
	{ "nothing to boot, without a reason", "entry/000/kernel", "" },
	{ "a ramdisk on no device", "entry/000/ramdisk/00/device", "7" },
	{ "a ramdisk above the root", "entry/000/ramdisk/01/path", "/boot/.." },
	{ "a ramdisk out of its turn", "entry/000/ramdisk/03/path", "/x" },
	{ "an entry out of its turn", "entry/007/title", "x" },
	{ "a submenu that ends too late", "submenu/000/end", "3" },
	{ "a submenu that ends before it begins", "submenu/000/first", "3" },
};

static void test_wrong(void)
{
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		const struct wrong *w = &wrongs[i];
		autodiskreport struct disk_report r = { .have_menu = false };
		autobootmenu struct boot_menu menu;
		autotree struct tree tree = { 0 };

		make_menu(&menu);
		(void)disk_report_make("gpt", &fs, &menu, true, &tree);
		if (w->value)
			(void)tree_set(&tree, w->key, w->value, strlen(w->value));
		else
			tree_remove(&tree, w->key);
		is_int(disk_report_parse(&tree, &r), -EBADMSG, w->name);
	}
}

static void test_nul(void)
{
	autodiskreport struct disk_report r = { .have_menu = false };
	autotree struct tree tree = { 0 };

	make_tree(&tree);
	(void)tree_set(&tree, "entry/000/args", "a\0b", 3);
	is_int(disk_report_parse(&tree, &r), -EBADMSG, "a NUL in a text");
}

/* ---- empty or not ---- */

static const struct empty_case {
	const char *name;
	const char *fs[2];  /* of devices; "blank" and "swap" are none */
	const char *volume; /* the name of a third */
	const char *why;    /* NULL: it is empty */
} empties[] = {
	{ "no device", { NULL, NULL }, NULL, "nothing of it is seen" },
	{ "blank", { "blank", NULL }, NULL, NULL },
	{ "swap", { "swap", "blank" }, NULL, NULL },
	{ "a file system", { "ext*", NULL }, NULL, NULL },
	{ "each kind that is looked through", { "xfs", "btrfs" }, NULL, NULL },
	{ "more of these", { "fat", "reiserfs" }, NULL, NULL },
	{ "ZFS, whose datasets are not", { "zfs", NULL }, NULL, "another kind" },
	{ "another system's", { "fat", "ntfs" }, NULL, "(loop0,gpt2) has a file system" },
	{ "something", { "ext*", "" }, NULL, "(loop0,gpt2) has something" },
	{ "damaged", { "damaged", NULL }, NULL, "cannot be read" },
	{ "partitions that are not all seen", { "table", "ext*" }, NULL, "table" },
	{ "encrypted", { "luks", NULL }, NULL, "encrypted" },
	{ "LVM and its volume", { "lvm", NULL }, "lvm/vg-a", NULL },
	{ "LVM without volumes", { "lvm", NULL }, NULL, "LVM" },
	{ "LVM that is not all seen", { "lvm-other", NULL }, "lvm/vg-a", "LVM" },
	{ "two parts of LVM, the second is", { "lvm", "lvm-other" }, "lvm/vg-a", "LVM" },
	{ "RAID and its array", { "mdraid", NULL }, "md/0", NULL },
	{ "RAID that is not seen", { "mdraid", NULL }, "lvm/vg-a", "RAID" },
	{ "two parts of LVM, and one volume", { "lvm", "lvm" }, "lvm/vg-a", "LVM" },
	{ "two parts of RAID, and one array", { "mdraid", "mdraid" }, "md/0", "RAID" },
	{ "RAID and LVM, of one each", { "mdraid", "lvm" }, "md/0", "LVM" },
};

static void test_empty(void)
{
	for (size_t i = 0; i < sizeof(empties) / sizeof(*empties); i++) {
		const struct empty_case *c = &empties[i];
		struct boot_device d[3] = { { .name = "loop0,gpt1" },
					    { .name = "loop0,gpt2" } };
		struct disk_report r = { .device = d };
		char why[256] = "";
		bool empty;

		for (size_t k = 0; k < 2 && c->fs[k]; k++, r.device_count++) {
			d[k].blank = strcmp(c->fs[k], "blank") == 0;
			d[k].swap = strcmp(c->fs[k], "swap") == 0;
			if (!d[k].blank && !d[k].swap)
				(void)snprintf(d[k].fs, sizeof(d[k].fs), "%s", c->fs[k]);
		}
		if (c->volume) {
			(void)snprintf(d[r.device_count].name, sizeof(d[0].name), "%s",
				       c->volume);
			(void)snprintf(d[r.device_count++].fs, sizeof(d[0].fs), "xfs");
		}
		empty = disk_report_is_empty(&r, why, sizeof(why));
		ok(c->why ? !empty && strstr(why, c->why) : empty,
		   "empty or not: %s (%s)", c->name, why);
	}
}

/* As many as the worker looks at, the whole disk left out: there may be more. */
static void test_many(void)
{
	static struct boot_device d[BOOT_DEVICES_MAX - 1];
	struct disk_report r = { .device = d, .device_count = BOOT_DEVICES_MAX - 2 };
	char why[256] = "";

	for (size_t i = 0; i < BOOT_DEVICES_MAX - 1; i++)
		d[i].blank = true;
	ok(disk_report_is_empty(&r, why, sizeof(why)), "many blank partitions are empty");
	r.device_count++;
	ok(!disk_report_is_empty(&r, why, sizeof(why)), "more may be something (%s)",
	   why);
}

static void test_menu_is_something(void)
{
	autodiskreport struct disk_report r = { .have_menu = false };
	autotree struct tree tree = { 0 };
	char why[256];

	make_tree(&tree);
	(void)disk_report_parse(&tree, &r);
	ok(!disk_report_is_empty(&r, why, sizeof(why)),
	   "a disk with entries is not empty");
}

int main(void)
{
	test_whole();
	test_no_menu();
	test_wrong();
	test_nul();
	test_empty();
	test_many();
	test_menu_is_something();
	return tap_done();
}
