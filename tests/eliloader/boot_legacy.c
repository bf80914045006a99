/* SPDX-License-Identifier: BSD-2-Clause */
/* GRUB Legacy's menus. */
#include <errno.h>
#include <stdlib.h>

#include "tests/eliloader/boot_menu_text.h"

static void check(struct boot_dir *d, const char *config, const char *wanted,
		  const char *name)
{
	boot_menu_check(d, boot_legacy_read, 0, config, wanted, name);
}

static const struct boot_layout layouts[] = {
	{ .name = "RHEL 5: a separate /boot, a Xen host's entry, '=' after commands",
	  .device = { "loop0,msdos1", "loop0,msdos2" },
	  .file = { { 0, "/grub/grub.conf", "legacy/rhel5-xen.conf" },
		    { 0, "/vmlinuz-2.6.18-398.el5xen", NULL },
		    { 0, "/initrd-2.6.18-398.el5xen.img", NULL } },
	  .wanted =
		  "timeout 5 hidden\n"
		  "- Red Hat Enterprise Linux Server (2.6.18-398.el5xen) "
		  "(0)/xen.gz-2.6.18-398.el5 ! a Xen host's entry (module)\n"
		  "* Red Hat Enterprise Linux Server (2.6.18-398.el5xen guest) "
		  "(0)/vmlinuz-2.6.18-398.el5xen +(0)/initrd-2.6.18-398.el5xen.img | ro "
		  "root=/dev/VolGroup00/LogVol00 console=xvc0\n"
		  "- Oracle Linux Server (2.6.32-300.10.1.el5uek) "
		  "(0)/vmlinuz-2.6.32-300.10.1.el5uek "
		  "+(0)/initrd-2.6.32-300.10.1.el5uek.img | ro "
		  "root=/dev/VolGroup00/LogVol00 rhgb quiet\n" },
	{ .name = "RHEL 6",
	  .device = { "loop0,msdos1" },
	  .file = { { 0, "/boot/grub/grub.conf", "legacy/rhel6.conf" } },
	  .wanted =
		  "timeout 5 hidden\n"
		  "* Red Hat Enterprise Linux 6 (2.6.32-754.el6.x86_64) "
		  "(0)/boot/vmlinuz-2.6.32-754.el6.x86_64 "
		  "+(0)/boot/initramfs-2.6.32-754.el6.x86_64.img | ro "
		  "root=UUID=0b0b0b0b-aaaa-bbbb-cccc-121212121212 rd_NO_LUKS rd_NO_LVM "
		  "LANG=en_US.UTF-8 rd_NO_MD SYSFONT=latarcyrheb-sun16 crashkernel=auto "
		  "KEYBOARDTYPE=pc KEYTABLE=us rd_NO_DM rhgb quiet\n" },
	{ .name = "SLES 11: /boot in the second partition, a chainloader",
	  .device = { "loop0,msdos1", "loop0,msdos2" },
	  .file = { { 1, "/boot/grub/menu.lst", "legacy/sles11.lst" } },
	  .wanted =
		  "timeout 8\n"
		  "* SUSE Linux Enterprise Server 11 SP3 - 3.0.76-0.11 (xen) "
		  "(1)/boot/vmlinuz-3.0.76-0.11-xen +(1)/boot/initrd-3.0.76-0.11-xen | "
		  "root=/dev/xvda2 resume=/dev/xvda1 splash=silent showopts\n"
		  "- Failsafe -- SUSE Linux Enterprise Server 11 SP3 - 3.0.76-0.11 (xen) "
		  "(1)/boot/vmlinuz-3.0.76-0.11-xen +(1)/boot/initrd-3.0.76-0.11-xen | "
		  "root=/dev/xvda2 showopts ide=nodma apm=off noresume edd=off "
		  "powersaved=off nohz=off highres=off processor.max_cstate=1 nomodeset "
		  "x11failsafe\n"
		  "- Xen -- SUSE Linux Enterprise Server 11 SP3 - 3.0.76-0.11 "
		  "(1)/boot/xen.gz ! a Xen host's entry (module)\n"
		  "- Floppy ! chainloader\n"
		  "note: no device (fd0): that of the menu is taken\n" },
	{ .name = "SLES 10: devices in paths, a disk without partitions",
	  .file = { { 0, "/boot/grub/menu.lst", "legacy/sles10.lst" } },
	  .wanted = "timeout 8\n"
		    "* SUSE Linux Enterprise Server 10 SP1 (0)/boot/vmlinuz-xen "
		    "+(0)/boot/initrd-xen | root=/dev/xvda2 console=xvc0\n"
		    "note: no device (hd0,1): that of the menu is taken\n" },
	{ .name = "Debian: root by UUID, the saved default, what is in comments",
	  .device = { "loop0,msdos1", "loop0,msdos2" },
	  .uuid = "deadbeef-0000-1111-2222-333333333333",
	  .file = { { 0, "/grub/menu.lst", "legacy/debian-squeeze.lst" },
		    { 0, "/grub/default", "legacy/debian-squeeze.default" } },
	  .wanted = "timeout 5\n"
		    "- Debian GNU/Linux, kernel 2.6.32-5-xen-amd64 "
		    "(1)/boot/vmlinuz-2.6.32-5-xen-amd64 "
		    "+(1)/boot/initrd.img-2.6.32-5-xen-amd64 | "
		    "root=UUID=deadbeef-0000-1111-2222-333333333333 ro quiet\n"
		    "* Debian GNU/Linux, kernel 2.6.32-5-xen-amd64 (single-user mode) "
		    "(1)/boot/vmlinuz-2.6.32-5-xen-amd64 "
		    "+(1)/boot/initrd.img-2.6.32-5-xen-amd64 | "
		    "root=UUID=deadbeef-0000-1111-2222-333333333333 ro single\n" },
	{ .name = "options of kernel, find --set-root, fallback",
	  .device = { "loop0", "lvm/vg-data" },
	  .file = { { 0, "/boot/grub/menu.lst", "legacy/odd.lst" },
		    { 1, "/marker", NULL } },
	  .wanted = "timeout -1\n"
		    "- Other menu ! configfile\n"
		    "- Nothing ! it loads no kernel\n"
		    "- First of a map (0)/vmlinuz +(0)/ucode.img +(0)/initrd | ro\n"
		    "* By file (1)/linux\n" },
};

static void check_text(const struct boot_text_case *c)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0,msdos1", "loop0,msdos5", NULL);
	boot_dir_text(&d, 0, "/boot/grub/menu.lst", c->text);
	boot_dir_text(&d, 0, "/boot/vmlinuz", "k");
	check(&d, "/boot/grub/menu.lst", c->wanted, c->name);
	boot_dir_done(&d);
}

static void test_texts(void)
{
	static const struct boot_text_case cases[] = {
		{ "an empty file", "", "ENODATA\n" },
		{ "comments only", "# nothing\n\n", "ENODATA\n" },
		{ "no newline at the end", "title a\nkernel /k x",
		  "timeout -1\n* a (0)/k | x\n" },
		{ "CRLF and bytes that are no UTF-8",
		  "title \xe4\xff\r\nkernel /k\xfe ro\r\n",
		  "timeout -1\n* \xe4\xff (0)/k\xfe | ro\n" },
		{ "paths that would lead out",
		  "title a\nroot (hd0,0)/../..\nkernel /../../etc/shadow\n",
		  "timeout -1\n* a (0)/etc/shadow\n" },
		{ "a logical partition", "title a\nroot (hd0,4)\nkernel /k\n",
		  "timeout -1\n* a (1)/k\n" },
		{ "BSD's partition", "title a\nkernel (hd0,4,a)/k\n",
		  "timeout -1\n* a (1)/k\n" },
		{ "a kernel not on its root but the menu's, and without /boot",
		  "title a\nroot (hd0,4)\nkernel /vmlinuz ro\ninitrd /vmlinuz\n",
		  "timeout -1\n* a (0)/boot/vmlinuz +(0)/boot/vmlinuz | ro\n"
		  "note: a kernel is not where its root says\n" },
		{ "a number too large",
		  "default 99999999999999999999\ntitle a\nkernel /k\n",
		  "timeout -1\n* a (0)/k\n" },
		{ "a negative time-out", "timeout -5\ntitle a\nkernel /k\n",
		  "timeout -1\n* a (0)/k\n" },
		{ "devices without an end", "title a\nroot (hd0,0\nkernel (hd0\n",
		  "timeout -1\n- a ! a file without a name\nnote: no device (hd0): that "
		  "of "
		  "the menu is taken\n" },
		{ "a kernel twice", "title a\nkernel /a x\ninitrd /i\nkernel /b y\n",
		  "timeout -1\n* a (0)/b +(0)/i | y\n" },
		{ "no such UUID", "title a\nuuid 1234\nkernel /k\n",
		  "timeout -1\n* a (0)/k\nnote: no device has the UUID of an entry\n" },
		{ "commands alone", "title a\nkernel\ninitrd\nroot\nuuid\nfind\n",
		  "timeout -1\n- a ! a file without a name\nnote: no device has the UUID "
		  "of an entry\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_text(&cases[i]);
}

static void put_entry(FILE *out, int i)
{
	fprintf(out, "title %d\nkernel /k%d\n", i, i);
}

/* Ten thousand entries, the default far behind. */
static void test_many(void)
{
	autobootmenu struct boot_menu m;
	struct boot_dir d;
	int r = boot_menu_long(&d, boot_legacy_read, "/boot/grub/menu.lst",
			       "default 9999\n", 10000, put_entry, &m);

	ok(r == 0 && m.count == BOOT_ENTRIES_MAX && m.chosen == 0,
	   "of 10 000 entries the first are shown");
	is_str(m.note, "only the first 256 entries are shown", "that is noted");
	boot_dir_done(&d);
}

static void put_commands(FILE *out, int i)
{
	fprintf(out, "kernel /boot/k%d\ninitrd /i\nfind --set-root /x\n", i);
}

/* Of many commands in one entry the last counts, and only that is looked for. */
static void test_commands(void)
{
	autobootmenu struct boot_menu m;
	struct boot_dir d;
	int r = boot_menu_long(&d, boot_legacy_read, "/boot/grub/menu.lst", "title a\n",
			       20000, put_commands, &m);

	ok(r == 0 && m.count == 1 && strcmp(m.entry[0].kernel.path, "/boot/k19999") == 0,
	   "20 000 kernels of one entry");
	ok(d.lists < 50, "they cost %u lists", d.lists);
	boot_dir_done(&d);
}

static void test_large(void)
{
	static const char begin[] = "title a\nkernel /k ",
			  nul[] = "title a\nkernel /a\0b";
	autofree char *text = malloc(2000000);
	struct boot_dir d;

	memset(text, 'x', 2000000);
	memcpy(text, begin, strlen(begin));
	boot_dir_with(&d, "loop0", NULL);
	boot_dir_put(&d, 0, "/grub/a", text, 500000);
	boot_dir_put(&d, 0, "/grub/b", text, 2000000);
	boot_dir_put(&d, 0, "/grub/c", nul, sizeof(nul) - 1);
	check(&d, "/grub/a",
	      "timeout -1\n- a (0)/k ! its arguments are longer than 4095 bytes\n"
	      "note: the default, entry 0, is passed over: its arguments are longer "
	      "than 4095 bytes\n",
	      "a line of half a million bytes");
	check(&d, "/grub/b", "EFBIG\n", "a file of two million bytes");
	check(&d, "/grub/c", "timeout -1\n* a (0)/a\n", "nothing after a NUL counts");
	d.broken = -EIO;
	check(&d, "/grub/a", "EIO\n", "a disk that cannot be read");
	boot_dir_done(&d);
}

int main(void)
{
	boot_layouts_check(boot_legacy_read, layouts, sizeof(layouts) / sizeof(*layouts));
	test_texts();
	test_many();
	test_commands();
	test_large();
	return tap_done();
}
