/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels in well-known places, and where on a disk roots of systems are looked for. */
#include "eliloader/boot_roots.h"

#include <errno.h>

#include "tests/eliloader/boot_menu_text.h"

#define NOTE "note: no boot configuration: the kernel is not told its root\n"

static void check(struct boot_dir *d, const char *wanted, const char *name)
{
	autobootmenu struct boot_menu m;

	boot_menu_init(&m);
	boot_menu_is(boot_kernels_read(&d->fs, &m), &m, wanted, name);
}

/* One device with these files. */
static void check_files(const char *const *files, const char *wanted, const char *name)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0", NULL);
	for (; *files; files++)
		boot_dir_text(&d, 0, *files, "data");
	check(&d, wanted, name);
	boot_dir_done(&d);
}

static void test_names(void)
{
	static const char *const debian[] = {
		"/vmlinuz",
		"/initrd.img",
		"/vmlinuz.old",
		"/initrd.img.old",
		"/boot/vmlinuz-6.1.0-9-amd64",
		"/boot/initrd.img-6.1.0-9-amd64",
		"/boot/vmlinuz-6.1.0-13-amd64",
		"/boot/initrd.img-6.1.0-13-amd64",
		"/boot/config-6.1.0-13-amd64",
		"/boot/System.map-6.1.0-13-amd64",
		NULL,
	};
	static const char *const rhel[] = {
		"/boot/vmlinuz-5.14.0-70.el9.x86_64",
		"/boot/initramfs-5.14.0-70.el9.x86_64.img",
		"/boot/initramfs-5.14.0-70.el9.x86_64kdump.img",
		"/boot/.vmlinuz-5.14.0-70.el9.x86_64.hmac",
		"/boot/vmlinuz-5.14.0-503.el9.x86_64",
		"/boot/vmlinuz-0-rescue-ff",
		"/boot/initramfs-0-rescue-ff.img",
		NULL,
	};
	static const char *const sles[] = {
		"/boot/vmlinuz-xenpae", "/boot/initrd-xenpae",
		"/boot/vmlinuz-xen",	"/boot/initrd-xen",
		"/boot/xen.gz",		"/boot/vmlinuz-3.0-xen",
		"/boot/initrd-3.0-xen", NULL
	};
	static const char *const others[] = {
		"/vmlinuz-virt",	   "/initramfs-virt",
		"/boot/vmlinuz-linux",	   "/boot/initramfs-linux.img",
		"/boot/kernel-6.6-gentoo", "/boot/initrd-6.6-gentoo.img",
		"/boot/vmlinuz-6.0\xff",   "/boot/initrd-6.0\xff",
		"/boot/vmlinuzen",	   "/boot/kernel",
		"/boot/vmlinuz-dir/a",	   NULL,
	};
	static const char *const none[] = { "/etc/fstab", "/boot/grub/x", NULL };

	check_files(debian,
		    "timeout 0\n"
		    "* /vmlinuz (loop0) {/vmlinuz} (0)/vmlinuz +(0)/initrd.img\n"
		    "- /boot/vmlinuz-6.1.0-13-amd64 (loop0) "
		    "{/boot/vmlinuz-6.1.0-13-amd64} (0)/boot/vmlinuz-6.1.0-13-amd64 "
		    "+(0)/boot/initrd.img-6.1.0-13-amd64\n"
		    "- /boot/vmlinuz-6.1.0-9-amd64 (loop0) "
		    "{/boot/vmlinuz-6.1.0-9-amd64} (0)/boot/vmlinuz-6.1.0-9-amd64 "
		    "+(0)/boot/initrd.img-6.1.0-9-amd64\n"
		    "- /vmlinuz.old (loop0) {/vmlinuz.old} (0)/vmlinuz.old "
		    "+(0)/initrd.img.old\n" NOTE,
		    "Debian: links first, then the newest");
	check_files(
		rhel,
		"timeout 0\n"
		"* /boot/vmlinuz-5.14.0-70.el9.x86_64 (loop0) "
		"{/boot/vmlinuz-5.14.0-70.el9.x86_64} "
		"(0)/boot/vmlinuz-5.14.0-70.el9.x86_64 "
		"+(0)/boot/initramfs-5.14.0-70.el9.x86_64.img\n"
		"- /boot/vmlinuz-5.14.0-503.el9.x86_64 (loop0) "
		"{/boot/vmlinuz-5.14.0-503.el9.x86_64} "
		"(0)/boot/vmlinuz-5.14.0-503.el9.x86_64\n"
		"- /boot/vmlinuz-0-rescue-ff (loop0) {/boot/vmlinuz-0-rescue-ff} "
		"(0)/boot/vmlinuz-0-rescue-ff +(0)/boot/initramfs-0-rescue-ff.img\n" NOTE,
		"RHEL: with a ramdisk before without, rescue last");
	check_files(sles,
		    "timeout 0\n"
		    "* /boot/vmlinuz-xen (loop0) {/boot/vmlinuz-xen} "
		    "(0)/boot/vmlinuz-xen +(0)/boot/initrd-xen\n"
		    "- /boot/vmlinuz-xenpae (loop0) {/boot/vmlinuz-xenpae} "
		    "(0)/boot/vmlinuz-xenpae +(0)/boot/initrd-xenpae\n"
		    "- /boot/vmlinuz-3.0-xen (loop0) {/boot/vmlinuz-3.0-xen} "
		    "(0)/boot/vmlinuz-3.0-xen +(0)/boot/initrd-3.0-xen\n" NOTE,
		    "SLES, as domUloader did");
	check_files(others,
		    "timeout 0\n"
		    "* /boot/kernel-6.6-gentoo (loop0) {/boot/kernel-6.6-gentoo} "
		    "(0)/boot/kernel-6.6-gentoo +(0)/boot/initrd-6.6-gentoo.img\n"
		    "- /boot/vmlinuz-6.0\xff (loop0) {/boot/vmlinuz-6.0\xff} "
		    "(0)/boot/vmlinuz-6.0\xff +(0)/boot/initrd-6.0\xff\n"
		    "- /vmlinuz-virt (loop0) {/vmlinuz-virt} (0)/vmlinuz-virt "
		    "+(0)/initramfs-virt\n"
		    "- /boot/vmlinuz-linux (loop0) {/boot/vmlinuz-linux} "
		    "(0)/boot/vmlinuz-linux +(0)/boot/initramfs-linux.img\n" NOTE,
		    "Alpine, Arch, Gentoo");
	check_files(none, "ENOENT\n", "no kernel");
}

static void test_devices(void)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0,msdos1", "loop0,msdos2", "loop0,msdos3", NULL);
	boot_dir_text(&d, 0, "/vmlinuz-1", "k");
	boot_dir_text(&d, 0, "/initrd-1", "i");
	boot_dir_text(&d, 1, "/boot/vmlinuz-2", "k");
	boot_dir_text(&d, 2, "/vmlinuz", ""); /* a link to what is not here */
	d.device[1].active = true;
	check(&d,
	      "timeout 0\n"
	      "* /boot/vmlinuz-2 (loop0,msdos2) {/boot/vmlinuz-2} (1)/boot/vmlinuz-2\n"
	      "- /vmlinuz-1 (loop0,msdos1) {/vmlinuz-1} (0)/vmlinuz-1 "
	      "+(0)/initrd-1\n" NOTE,
	      "the active partition first");
	*d.device[1].fs = '\0';
	check(&d,
	      "timeout 0\n"
	      "* /vmlinuz-1 (loop0,msdos1) {/vmlinuz-1} (0)/vmlinuz-1 "
	      "+(0)/initrd-1\n" NOTE,
	      "a device without a file system is not looked at");
	d.broken = -EIO;
	check(&d, "ENOENT\n", "nothing can be read");
	boot_dir_done(&d);
}

static void test_many(void)
{
	autobootmenu struct boot_menu m;
	struct boot_dir d;
	int r;

	boot_menu_init(&m);
	boot_dir_with(&d, "loop0", NULL);
	for (unsigned i = 0; i < 1000; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/boot/vmlinuz-%u", i);
		boot_dir_text(&d, 0, path, "k");
	}
	r = boot_kernels_read(&d.fs, &m);
	ok(r == 0 && m.count == BOOT_ENTRIES_MAX, "1000 kernels");
	is_str(m.note,
	       "no boot configuration: the kernel is not told its root; there are more "
	       "kernels than are shown",
	       "that is noted");
	boot_dir_done(&d);
}

/* ---- roots ---- */

static void check_roots(struct boot_dir *d, const char *const *wanted, const char *name)
{
	autobootroots struct boot_roots roots = { 0 };
	int r = boot_roots_find(&d->fs, &roots);
	bool good = r == 0;
	size_t i = 0;

	for (; good && wanted[i]; i++)
		good = i < roots.count &&
		       strcmp(boot_dir_print(&roots.item[i]), wanted[i]) == 0;
	if (ok(good && i == roots.count, "%s", name))
		return;
	for (i = 0; i < roots.count; i++)
		printf("# %s\n", boot_dir_print(&roots.item[i]));
}

static void test_roots(void)
{
	static const char *const suse[] = { "(0)/",
					    "(1)/",
					    "(1)/@/.snapshots/12/snapshot",
					    "(1)/@/.snapshots/9/snapshot",
					    "(1)/@/.snapshots/2/snapshot",
					    "(1)/@/.snapshots/1/snapshot",
					    "(1)/@",
					    "(1)/other",
					    NULL };
	static const char *const flat[] = { "(0)/", "(1)/", NULL };
	static const char *const numbers[] = { "/@/.snapshots/1/snapshot/boot/x",
					       "/@/.snapshots/2/snapshot/boot/x",
					       "/@/.snapshots/9/snapshot/boot/x",
					       "/@/.snapshots/12/snapshot/boot/x",
					       "/@/.snapshots/0/snapshot/boot/x",
					       "/@/.snapshots/x/snapshot/boot/x",
					       "/@home/user/x",
					       "/@var/x",
					       "/other/x",
					       NULL };
	struct boot_dir d;

	boot_dir_with(&d, "loop0,gpt1", "loop0,gpt2", "loop0,gpt3", NULL);
	strcpy(d.device[1].fs, "btrfs");
	*d.device[2].fs = '\0';
	for (size_t i = 0; numbers[i]; i++)
		boot_dir_text(&d, 1, numbers[i], "");
	check_roots(&d, suse, "SUSE's snapshots, the newest first, and subvolumes");
	boot_dir_text(&d, 1, "/etc/fstab", "");
	check_roots(&d, flat, "a root at the top of a btrfs");
	boot_dir_done(&d);
}

static void test_many_roots(void)
{
	autobootroots struct boot_roots roots = { 0 };
	struct boot_dir d;

	boot_dir_with(&d, "loop0", NULL);
	strcpy(d.device[0].fs, "btrfs");
	for (unsigned i = 0; i < 300; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/s%u/.snapshots/%u/snapshot/x", i, i);
		boot_dir_text(&d, 0, path, "");
	}
	ok(boot_roots_find(&d.fs, &roots) == 0 && roots.count <= 1 + SUBVOLUMES_MAX + 1,
	   "of 300 subvolumes %zu are looked at", roots.count);
	ok(d.lists < 100, "with %u listings", d.lists);
	boot_dir_done(&d);
}

int main(void)
{
	test_names();
	test_devices();
	test_many();
	test_roots();
	test_many_roots();
	return tap_done();
}
