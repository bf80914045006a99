/* SPDX-License-Identifier: BSD-2-Clause */
/* Which configuration of a disk counts, and what is asked of the disk for it. */
#include "eliloader/boot_menu.h"

#include <errno.h>
#include <stdlib.h>

#include "tests/eliloader/boot_menu_text.h"

static void check(struct boot_dir *d, enum boot_config kind, const char *wanted,
		  const char *name)
{
	autobootmenu struct boot_menu m;
	int r;

	boot_menu_init(&m);
	r = boot_menu_read(&d->fs, &m);
	if (boot_menu_is(r, &m, wanted, name) && r == 0)
		ok(m.kind == kind, "%s: %s", name, boot_config_names[m.kind]);
}

static void files(struct boot_dir *d, unsigned device, const char *const *paths)
{
	for (; *paths; paths++)
		boot_dir_text(d, device, *paths, "data");
}

/* A disk of partitions that all have a file system. */
static void begin(struct boot_dir *d, unsigned partitions)
{
	boot_dir_with(d, "loop0,gpt1", partitions > 1 ? "loop0,gpt2" : NULL, NULL);
}

static const char *const kernels[] = { "/boot/vmlinuz-1", "/boot/initrd-1", "/vmlinuz-1",
				       "/initrd-1", NULL };

#define GRUB_CFG  "menuentry 'g' {\nlinux /boot/vmlinuz-1 g\ninitrd /boot/initrd-1\n}\n"
#define MENU_LST  "title l\nkernel /boot/vmlinuz-1 l\ninitrd /boot/initrd-1\n"
#define EXTLINUX  "default e\nlabel e\nlinux /boot/vmlinuz-1\nappend e\n"
#define BLS_ENTRY "title b\nlinux /boot/vmlinuz-1\noptions b\n"
#define FROM_GRUB "* g (0)/boot/vmlinuz-1 +(0)/boot/initrd-1 | g\n"

static void test_kinds(void)
{
	struct boot_dir d;

	begin(&d, 1);
	check(&d, BOOT_KERNELS, "ENOENT\n", "an empty disk");
	files(&d, 0, kernels);
	boot_dir_text(&d, 0, "/boot/extlinux/extlinux.conf", EXTLINUX);
	check(&d, BOOT_EXTLINUX, "timeout 0\n* e {e} (0)/boot/vmlinuz-1 | e\n",
	      "extlinux before bare kernels");
	boot_dir_text(&d, 0, "/boot/grub/menu.lst", MENU_LST);
	check(&d, BOOT_GRUB_LEGACY,
	      "timeout -1\n* l (0)/boot/vmlinuz-1 +(0)/boot/initrd-1 | l\n",
	      "GRUB Legacy before extlinux");
	boot_dir_text(&d, 0, "/boot/loader/entries/x.conf", BLS_ENTRY);
	check(&d, BOOT_BLS, "timeout 0 hidden\n* b {x} (0)/boot/vmlinuz-1 | b\n",
	      "BLS before GRUB Legacy");
	boot_dir_text(&d, 0, "/boot/grub/grub.cfg", "set timeout=7\n" GRUB_CFG);
	check(&d, BOOT_GRUB, "timeout 7\n" FROM_GRUB, "GRUB before BLS");
	boot_dir_done(&d);
}

static void test_devices(void)
{
	struct boot_dir d;

	begin(&d, 2);
	files(&d, 0, kernels);
	files(&d, 1, kernels);
	boot_dir_text(&d, 0, "/boot/grub/menu.lst", "title 0\nkernel /vmlinuz-1\n");
	boot_dir_text(&d, 1, "/boot/grub/menu.lst", "title 1\nkernel /vmlinuz-1\n");
	check(&d, BOOT_GRUB_LEGACY, "timeout -1\n* 0 (0)/vmlinuz-1\n",
	      "the first partition");
	d.device[1].active = true;
	check(&d, BOOT_GRUB_LEGACY, "timeout -1\n* 1 (1)/vmlinuz-1\n",
	      "the active partition");
	*d.device[1].fs = '\0';
	check(&d, BOOT_GRUB_LEGACY, "timeout -1\n* 0 (0)/vmlinuz-1\n",
	      "what has no file system is left out");
	boot_dir_done(&d);
}

static void test_falls(void)
{
	struct boot_dir d;

	begin(&d, 1);
	files(&d, 0, kernels);
	boot_dir_text(&d, 0, "/boot/grub/grub.cfg",
		      "menuentry x {\nlinux /boot/gone\n}\nmenuentry y {\n"
		      "linux /boot/vmlinuz-1\ninitrd /boot/gone\n}\n");
	boot_dir_text(&d, 0, "/boot/extlinux.conf", EXTLINUX);
	check(&d, BOOT_EXTLINUX,
	      "timeout 0\n* e {e} (0)/boot/vmlinuz-1 | e\n"
	      "note: (loop0,gpt1)/boot/grub/grub.cfg: '/boot/gone' is not on the disk\n",
	      "entries whose files are gone");
	boot_dir_done(&d);

	begin(&d, 1);
	boot_dir_text(&d, 0, "/boot/grub/grub.cfg", "menuentry x {\nchainloader +1\n}\n");
	boot_dir_text(&d, 0, "/boot/grub/menu.lst", "title z\nkernel /gone\n");
	check(&d, BOOT_GRUB,
	      "timeout -1\n- x ! chainloader\n"
	      "note: (loop0,gpt1)/boot/grub/grub.cfg: chainloader\n",
	      "nothing boots: the first menu, and why");
	boot_dir_done(&d);

	begin(&d, 1);
	boot_dir_text(&d, 0, "/boot/grub/menu.lst", "# empty\n");
	check(&d, BOOT_GRUB,
	      "ENODATA\nnote: (loop0,gpt1)/boot/grub/menu.lst: no entries\n",
	      "a menu without entries");
	files(&d, 0, kernels);
	check(&d, BOOT_KERNELS,
	      "timeout 0\n"
	      "* /vmlinuz-1 (loop0,gpt1) {/vmlinuz-1} (0)/vmlinuz-1 +(0)/initrd-1\n"
	      "- /boot/vmlinuz-1 (loop0,gpt1) {/boot/vmlinuz-1} (0)/boot/vmlinuz-1 "
	      "+(0)/boot/initrd-1\n"
	      "note: (loop0,gpt1)/boot/grub/menu.lst: no entries\n",
	      "a menu without entries, but kernels");
	boot_dir_done(&d);
}

static void test_files(void)
{
	struct boot_dir d;

	begin(&d, 1);
	files(&d, 0, kernels);
	boot_dir_text(&d, 0, "/boot/grub/menu.lst",
		      "default 1\n"
		      "title a\nkernel /boot/gone\n"
		      "title b\nkernel /boot/vmlinuz-1\ninitrd /boot/lost\n"
		      "title c\nkernel /boot/vmlinuz-1\n"
		      "title d\nkernel /elsewhere/k\n");
	check(&d, BOOT_GRUB_LEGACY,
	      "timeout -1\n"
	      "- a (0)/boot/gone ! '/boot/gone' is not on the disk\n"
	      "- b (0)/boot/vmlinuz-1 +(0)/boot/lost ! '/boot/lost' is not on the disk\n"
	      "* c (0)/boot/vmlinuz-1\n"
	      "- d (0)/elsewhere/k\n"
	      "note: the default, entry 1, is passed over: '/boot/lost' is not on the "
	      "disk\n",
	      "what is not there is passed over; other directories are not looked at");
	boot_dir_done(&d);
}

static void test_esp(void)
{
	static const char stub[] = "search.fs_uuid 1234-abcd root\n"
				   "set prefix=($root)'/boot/grub'\n"
				   "configfile $prefix/grub.cfg\n";
	struct boot_dir d;

	begin(&d, 2);
	strcpy(d.device[0].fs, "fat");
	strcpy(d.device[1].uuid, "1234-abcd");
	boot_dir_text(&d, 0, "/EFI/BOOT/grub.cfg", "menuentry no {\nlinux /no\n}\n");
	boot_dir_text(&d, 0, "/EFI/debian/grub.cfg", stub);
	files(&d, 1, kernels);
	boot_dir_text(&d, 1, "/boot/grub/grub.cfg",
		      "timeout=3\nmenuentry r {\nlinux /boot/vmlinuz-1\n}\n");
	check(&d, BOOT_GRUB, "timeout 3\n* r (1)/boot/vmlinuz-1\n",
	      "the real configuration before the stub on the ESP");
	boot_dir_done(&d);

	begin(&d, 2);
	strcpy(d.device[0].fs, "fat");
	strcpy(d.device[1].label, "root");
	boot_dir_text(&d, 0, "/EFI/BOOT/grub.cfg", "menuentry no {\nlinux /no\n}\n");
	boot_dir_text(&d, 0, "/EFI/redhat/grub.cfg",
		      "search --label root --set=root\ntimeout=4\n"
		      "menuentry r {\nlinuxefi /boot/vmlinuz-1\n}\n");
	files(&d, 1, kernels);
	check(&d, BOOT_GRUB, "timeout 4\n* r (1)/boot/vmlinuz-1\n",
	      "the only configuration on the ESP, BOOT last");
	boot_dir_done(&d);
}

static void test_btrfs(void)
{
	struct boot_dir d;

	begin(&d, 1);
	strcpy(d.device[0].fs, "btrfs");
	boot_dir_text(&d, 0, "/@home/x", "");
	boot_dir_text(&d, 0, "/@/.snapshots/1/snapshot/boot/grub2/grub.cfg",
		      "timeout=1\nmenuentry old {\nlinux /boot/vmlinuz-1\n}\n");
	boot_dir_text(&d, 0, "/@/.snapshots/1/snapshot/boot/vmlinuz-1", "k");
	boot_dir_text(&d, 0, "/@/.snapshots/7/snapshot/boot/grub2/grub.cfg",
		      "timeout=2\nmenuentry new {\nlinux /boot/vmlinuz-2\n}\n");
	boot_dir_text(&d, 0, "/@/.snapshots/7/snapshot/boot/vmlinuz-2", "k");
	boot_dir_text(&d, 0, "/@/.snapshots/8/info.xml", "");
	check(&d, BOOT_GRUB,
	      "timeout 2\n* new (0)/@/.snapshots/7/snapshot/boot/vmlinuz-2\n",
	      "SUSE's snapshots");
	boot_dir_done(&d);

	begin(&d, 1);
	strcpy(d.device[0].fs, "btrfs");
	boot_dir_text(&d, 0, "/root/boot/extlinux/extlinux.conf", EXTLINUX);
	boot_dir_text(&d, 0, "/root/boot/vmlinuz-1", "k");
	check(&d, BOOT_EXTLINUX, "timeout 0\n* e {e} (0)/root/boot/vmlinuz-1 | e\n",
	      "a subvolume");
	boot_dir_done(&d);
}

/* Of more subvolumes than are looked into, some may hold a system: that is said where none of
 * the others has a configuration, and takes no note of one's place. */
static void test_many_subvolumes(void)
{
	static const char note[] =
		"note: (loop0,gpt1)/: more subvolumes than are looked into\n";
	autofree char *without = NULL, *from_kernel = NULL;
	struct boot_dir d;

	if (asprintf(&without, "ENODATA\n%s", note) < 0 ||
	    asprintf(&from_kernel,
		     "timeout 0\n* /root/boot/vmlinuz-1 (loop0,gpt1) "
		     "{/root/boot/vmlinuz-1} (0)/root/boot/vmlinuz-1\n%s",
		     note) < 0)
		abort();
	begin(&d, 1);
	strcpy(d.device[0].fs, "btrfs");
	for (unsigned i = 0; i < 9; i++) {
		char path[] = "/volume0/file";

		path[7] = (char)('0' + i);
		boot_dir_text(&d, 0, path, "x");
	}
	check(&d, BOOT_KERNELS, without, "many subvolumes, and nothing in them");
	boot_dir_text(&d, 0, "/root/boot/vmlinuz-1", "k");
	check(&d, BOOT_KERNELS, from_kernel, "a kernel in one");
	boot_dir_text(&d, 0, "/root/boot/extlinux/extlinux.conf",
		      EXTLINUX "include no.cfg\n");
	check(&d, BOOT_EXTLINUX,
	      "timeout 0\n* e {e} (0)/root/boot/vmlinuz-1 | e\n"
	      "note: an included file is left out: No such file or directory\n",
	      "a configuration in one, and its own note");
	boot_dir_done(&d);
}

static const struct boot_fs_ops *whole_ops;

/* As GRUB lists: links to directories, here all called "grub", are left out. */
static int list_without_links(struct boot_fs *fs, const struct boot_path *dir,
			      struct boot_names *ret)
{
	int r = whole_ops->list(fs, dir, ret);

	for (size_t i = 0; r == 0 && i < ret->count; i++)
		if (strcmp(ret->item[i].name, "grub") == 0) {
			free(ret->item[i].name);
			ret->item[i--] = ret->item[--ret->count];
		}
	return r;
}

static void test_links(void)
{
	struct boot_fs_ops ops;
	struct boot_dir d;

	begin(&d, 1);
	whole_ops = d.fs.ops;
	ops = *whole_ops;
	ops.list = list_without_links;
	d.fs.ops = &ops;
	files(&d, 0, kernels);
	boot_dir_text(&d, 0, "/boot/grub/grub.cfg", "timeout=5\n" GRUB_CFG);
	check(&d, BOOT_GRUB, "timeout 5\n" FROM_GRUB, "below a link to a directory");
	boot_dir_done(&d);
}

/* What is told of a directory with a hostile name is one line. */
static void test_hostile_names(void)
{
	struct boot_dir d;

	begin(&d, 1);
	boot_dir_text(&d, 0, "/EFI/a\nb\x1b/grub.cfg", "");
	check(&d, BOOT_GRUB,
	      "ENODATA\nnote: (loop0,gpt1)/EFI/a b /grub.cfg: no entries\n",
	      "a directory with a newline");
	boot_dir_done(&d);
}

static void test_cost(void)
{
	autobootmenu struct boot_menu m;
	struct boot_dir d;

	boot_menu_init(&m);
	begin(&d, 1);
	files(&d, 0, kernels);
	boot_dir_text(&d, 0, "/boot/grub/grub.cfg", GRUB_CFG);
	ok(boot_menu_read(&d.fs, &m) == 0 && d.reads <= 2,
	   "a plain disk is read with %u reads", d.reads);
	boot_dir_done(&d);
	boot_menu_done(&m);

	begin(&d, 1);
	files(&d, 0, kernels);
	d.broken = -E2BIG;
	ok(boot_menu_read(&d.fs, &m) == -E2BIG && d.reads == 0 && d.lists == 1,
	   "a disk that answers nothing any more");
	d.broken = -EIO;
	check(&d, BOOT_GRUB, "ENODATA\nnote: (loop0,gpt1)/: Input/output error\n",
	      "a disk that cannot be read");
	boot_dir_done(&d);
}

int main(void)
{
	test_kinds();
	test_devices();
	test_falls();
	test_files();
	test_esp();
	test_btrfs();
	test_many_subvolumes();
	test_links();
	test_hostile_names();
	test_cost();
	return tap_done();
}
