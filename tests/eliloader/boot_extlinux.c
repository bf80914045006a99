/* SPDX-License-Identifier: BSD-2-Clause */
/* Configurations of syslinux, extlinux and isolinux. */
#include <errno.h>
#include <stdlib.h>

#include "tests/eliloader/boot_menu_text.h"

static void check(struct boot_dir *d, const char *config, const char *wanted,
		  const char *name)
{
	boot_menu_check(d, boot_extlinux_read, 0, config, wanted, name);
}

/* ---- distributions ---- */

static const struct boot_layout layouts[] = {
	{ .name = "Alpine: names below the configuration, MENU DEFAULT and HIDDEN",
	  .file = { { 0, "/boot/extlinux.conf", "extlinux/alpine.conf" } },
	  .wanted =
		  "timeout 2 hidden\n"
		  "* Linux virt {virt} (0)/boot/vmlinuz-virt +(0)/boot/initramfs-virt | "
		  "root=UUID=9a9a9a9a-0000-4b4b-8c8c-010203040506 "
		  "modules=sd-mod,usb-storage,ext4 quiet rootfstype=ext4\n" },
	{ .name = "Debian's extlinux: includes of includes, prompt, help texts",
	  .file = { { 0, "/boot/extlinux/extlinux.conf", "extlinux/debian.conf" },
		    { 0, "/boot/extlinux/themes/debian/theme.cfg",
		      "extlinux/debian-theme.cfg" },
		    { 0, "/boot/extlinux/linux.cfg", "extlinux/debian-linux.cfg" } },
	  .wanted =
		  "timeout 5\n"
		  "* Debian GNU/Linux, kernel 3.16.0-4-amd64 {l0} "
		  "(0)/boot/vmlinuz-3.16.0-4-amd64 +(0)/boot/initrd.img-3.16.0-4-amd64 | "
		  "root=UUID=4c4c4c4c-1212-3434-5656-787878787878 ro quiet\n"
		  "- Debian GNU/Linux, kernel 3.16.0-4-amd64 (recovery mode) {l0r} "
		  "(0)/boot/vmlinuz-3.16.0-4-amd64 +(0)/boot/initrd.img-3.16.0-4-amd64 | "
		  "root=UUID=4c4c4c4c-1212-3434-5656-787878787878 ro single\n" },
	{ .name = "Arch: UI, names with .., several initrds, programs",
	  .file = { { 0, "/boot/syslinux/syslinux.cfg", "extlinux/arch.cfg" } },
	  .wanted = "timeout 5\n"
		    "* Arch Linux {arch} (0)/boot/vmlinuz-linux +(0)/boot/amd-ucode.img "
		    "+(0)/boot/initramfs-linux.img | root=/dev/xvda3 rw\n"
		    "- Arch Linux Fallback {archfallback} (0)/boot/vmlinuz-linux "
		    "+(0)/boot/initramfs-linux-fallback.img | root=/dev/xvda3 rw\n"
		    "- HDT (Hardware Detection Tool) {hdt} ! a program of syslinux's "
		    "(hdt.c32)\n"
		    "- Reboot {reboot} ! a program of syslinux's (reboot.c32)\n"
		    "- Power Off {off} (0)/boot/syslinux/off ! it names no kernel\n" },
	{ .name = "Fedora's ISO: initrd= in APPEND, a submenu, keys in titles",
	  .fs = "iso9660",
	  .file = { { 0, "/isolinux/isolinux.cfg", "extlinux/fedora-iso.cfg" } },
	  .wanted = "timeout 60\n"
		    "- Install Fedora 25 {linux} (0)/isolinux/vmlinuz "
		    "+(0)/isolinux/initrd.img | initrd=initrd.img "
		    "inst.stage2=hd:LABEL=Fedora-S-dvd-x86_64-25 quiet\n"
		    "* Test this media & install Fedora 25 {check} (0)/isolinux/vmlinuz "
		    "+(0)/isolinux/initrd.img | initrd=initrd.img "
		    "inst.stage2=hd:LABEL=Fedora-S-dvd-x86_64-25 rd.live.check quiet\n"
		    "-   Install Fedora 25 in basic graphics mode {basic} "
		    "(0)/isolinux/vmlinuz +(0)/isolinux/initrd.img | initrd=initrd.img "
		    "nomodeset quiet\n"
		    "-   Boot from local drive {local} ! localboot\n" },
	{ .name = "Debian's ISO: includes, a missing one, CONFIG",
	  .fs = "iso9660",
	  .file = { { 0, "/isolinux/isolinux.cfg", "extlinux/debian-iso.cfg" },
		    { 0, "/isolinux/menu.cfg", "extlinux/debian-iso-menu.cfg" },
		    { 0, "/isolinux/gtk.cfg", "extlinux/debian-iso-gtk.cfg" },
		    { 0, "/isolinux/prompt.cfg", "extlinux/debian-iso-prompt.cfg" } },
	  .wanted = "timeout -1\n"
		    "* Graphical install {installgui} (0)/install.amd/vmlinuz "
		    "+(0)/install.amd/gtk/initrd.gz | vga=788 "
		    "initrd=/install.amd/gtk/initrd.gz --- quiet\n"
		    "- Install {install} (0)/install.amd/vmlinuz "
		    "+(0)/install.amd/initrd.gz | vga=788 initrd=/install.amd/initrd.gz "
		    "--- "
		    "quiet\n"
		    "-   Rescue mode {rescue} (0)/install.amd/vmlinuz "
		    "+(0)/install.amd/initrd.gz | vga=788 initrd=/install.amd/initrd.gz "
		    "rescue/enable=true --- quiet\n"
		    "-   install {install} (0)/install.amd/vmlinuz "
		    "+(0)/install.amd/initrd.gz | vga=788 initrd=/install.amd/initrd.gz "
		    "--- "
		    "quiet\n"
		    "note: an included file is left out: No such file or directory\n" },
	{ .name = "Arch's ISO: whichsys.c32, CONFIG and its time-out",
	  .fs = "iso9660",
	  .file = { { 0, "/boot/syslinux/syslinux.cfg", "extlinux/arch-iso.cfg" },
		    { 0, "/boot/syslinux/archiso_sys.cfg",
		      "extlinux/arch-iso-sys.cfg" } },
	  .wanted = "timeout 15\n"
		    "*   Arch Linux install medium (x86_64, BIOS) {arch64} "
		    "(0)/arch/boot/x86_64/vmlinuz-linux "
		    "+(0)/arch/boot/x86_64/initramfs-linux.img | archisobasedir=arch "
		    "archisosearchuuid=2024-01-01-00-00-00-00\n"
		    "note: CONFIG archiso_pxe.cfg: No such file or directory\n" },
	{ .name = "SUSE's ISO: the default is localboot",
	  .fs = "iso9660",
	  .file = { { 0, "/boot/x86_64/loader/isolinux.cfg", "extlinux/suse-iso.cfg" } },
	  .wanted = "timeout 60\n"
		    "- harddisk {harddisk} ! localboot\n"
		    "* linux {linux} (0)/boot/x86_64/loader/linux "
		    "+(0)/boot/x86_64/loader/initrd | initrd=initrd splash=silent "
		    "showopts\n"
		    "- failsafe {failsafe} (0)/boot/x86_64/loader/linux "
		    "+(0)/boot/x86_64/loader/initrd | initrd=initrd showopts apm=off "
		    "nomodeset\n"
		    "note: the default, entry 0, is passed over: localboot\n" },
};

/* ---- rules ---- */

static void check_text(const struct boot_text_case *c)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0", NULL);
	boot_dir_text(&d, 0, "/x/extlinux.conf", c->text);
	boot_dir_text(&d, 0, "/x/linux", "k");
	check(&d, "/x/extlinux.conf", c->wanted, c->name);
	boot_dir_done(&d);
}

#define LABELS "label a\nkernel ka\nappend x\nlabel b\nkernel kb\n"

static void test_defaults(void)
{
	static const struct boot_text_case cases[] = {
		{ "no default: the first, and a prompt", LABELS,
		  "timeout -1\n* a {a} (0)/x/ka | x\n- b {b} (0)/x/kb\n" },
		{ "no default: linux, if there is one", LABELS "label linux\n",
		  "timeout -1\n- a {a} (0)/x/ka | x\n- b {b} (0)/x/kb\n"
		  "* linux {linux} (0)/x/linux\n" },
		{ "a label with more options", "default b quiet 3\nprompt 0\n" LABELS,
		  "timeout 0\n- a {a} (0)/x/ka | x\n* b {b} (0)/x/kb | quiet 3\n" },
		{ "a file", "append global\ndefault /k root=/dev/xvda initrd=/i\n" LABELS,
		  "timeout 0\n- a {a} (0)/x/ka | x\n- b {b} (0)/x/kb | global\n"
		  "* /k root=/dev/xvda initrd=/i (0)/k +(0)/i | global root=/dev/xvda "
		  "initrd=/i\n" },
		{ "a file, but implicit 0", "implicit 0\ndefault /k\n" LABELS,
		  "timeout 0\n* a {a} (0)/x/ka | x\n- b {b} (0)/x/kb\n" },
		{ "ontimeout", "default a\nprompt 1\ntimeout 1\nontimeout b\n" LABELS,
		  "timeout 1\n- a {a} (0)/x/ka | x\n* b {b} (0)/x/kb\n" },
		{ "ontimeout without a time-out",
		  "default a\nprompt 1\nontimeout b\n" LABELS,
		  "timeout -1\n* a {a} (0)/x/ka | x\n- b {b} (0)/x/kb\n" },
		{ "default goes before MENU DEFAULT",
		  "ui menu.c32\ndefault a\n" LABELS "menu default\n",
		  "timeout -1\n* a {a} (0)/x/ka | x\n- b {b} (0)/x/kb\n" },
		{ "MENU DEFAULT", "default vesamenu.c32\n" LABELS "menu default\n",
		  "timeout -1\n- a {a} (0)/x/ka | x\n* b {b} (0)/x/kb\n" },
		{ "ifcpu64.c32",
		  "default cpu\nlabel cpu\ncom32 ifcpu64.c32\nappend b -- a\n" LABELS,
		  "timeout 0\n- a {a} (0)/x/ka | x\n* b {b} (0)/x/kb\n" },
		{ "aliases of one another",
		  "default p\nlabel p\ncom32 ifcpu64.c32\nappend q\nlabel q\n"
		  "com32 ifcpu64.c32\nappend p\nimplicit 0\n" LABELS,
		  "timeout 0\n* a {a} (0)/x/ka | x\n- b {b} (0)/x/kb\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_text(&cases[i]);
}

static void test_labels(void)
{
	static const struct boot_text_case cases[] = {
		{ "keywords of any case", "DeFault A\nLABEL A\nLiNuX k o\nAppenD p\n",
		  "timeout 0\n* A {A} (0)/x/k | o p\n" },
		{ "the global options, and none of them",
		  "append g\nlabel a\nkernel k\nlabel b\nkernel k\nappend -\n",
		  "timeout -1\n* a {a} (0)/x/k | g\n- b {b} (0)/x/k\n" },
		{ "a Xen host's",
		  "label a\nkernel mboot.c32\nappend xen.gz --- vmlinuz --- initrd\n",
		  "timeout -1\n- a {a} ! a Xen host's entry (mboot.c32)\nnote: the "
		  "default, entry 0, is passed over: a Xen host's entry "
		  "(mboot.c32)\n" },
		{ "linux.c32", "label a\ncom32 linux.c32\nappend /k initrd=/i,/j ro\n",
		  "timeout -1\n* a {a} (0)/k +(0)/i +(0)/j | initrd=/i,/j ro\n" },
		{ "disabled", "label a\nkernel k\nmenu disabled\nlabel b\nkernel k\n",
		  "timeout -1\n- a {a} (0)/x/k ! disabled\n* b {b} (0)/x/k\nnote: the "
		  "default, entry 0, is passed over: disabled\n" },
		{ "the last initrd= counts, INITRD before it",
		  "label a\nlinux k\nappend initrd=/a initrd=/b\nlabel b\nlinux "
		  "k\ninitrd /c,,/d,\nappend initrd=/a\n",
		  "timeout -1\n* a {a} (0)/x/k +(0)/b | initrd=/a initrd=/b\n"
		  "- b {b} (0)/x/k +(0)/c +(0)/d | initrd=/a\n" },
		{ "submenus that are not closed, and one too many closed",
		  "menu end\nmenu begin one\nmenu title ^One\nmenu begin two\nlabel "
		  "a\nkernel k\n",
		  "timeout -1\n*     a {a} (0)/x/k\n" },
		{ "paths that would lead out",
		  "label a\nlinux ../../../k\ninitrd ../i,/../../j\n",
		  "timeout -1\n* a {a} (0)/k +(0)/i +(0)/j\n" },
		{ "directives of a label outside of one",
		  "kernel k\ninitrd i\nlocalboot 0\nmenu default\nlabel a\nkernel k\n",
		  "timeout -1\n* a {a} (0)/x/k\n" },
		{ "help that does not end", "label a\nkernel k\ntext help\nlabel b\n",
		  "timeout -1\n* a {a} (0)/x/k\n" },
		{ "a label that names no kernel, no newline", "label a\nappend x",
		  "timeout -1\n- a {a} (0)/x/a | x ! it names no kernel\nnote: the "
		  "default, entry 0, is passed over: it names no kernel\n" },
		{ "bytes that are no UTF-8",
		  "label \xff\nmenu label ^\xe4\x80\nkernel \xfe\nappend \xfd\n",
		  "timeout -1\n* \xe4\x80 {\xff} (0)/x/\xfe | \xfd\n" },
		{ "empty", "", "ENODATA\n" },
		{ "words alone",
		  "include\nlabel\nmenu\nkernel\nappend\ninclude\nmenu include\n",
		  "ENODATA\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_text(&cases[i]);
}

/* ---- hostile ---- */

static void test_loops(void)
{
	static const char *const names[] = { "include of itself", "CONFIG of itself",
					     "MENU INCLUDE of itself, twice" };
	static const char *const texts[] = {
		"label a\nkernel k\ninclude a.cfg\n",
		"label a\nconfig a.cfg\nlabel b\nkernel k\n",
		"menu include a.cfg tag\nmenu include a.cfg tag\nlabel a\nkernel k\n",
	};

	for (size_t i = 0; i < 3; i++) {
		autobootmenu struct boot_menu m;
		struct boot_dir d;
		int r;

		boot_dir_with(&d, "loop0", NULL);
		boot_dir_text(&d, 0, "/a.cfg", texts[i]);
		r = boot_menu_make(&d, boot_extlinux_read, 0, "/a.cfg", &m);
		ok(r == 0 && m.count && m.chosen < m.count && d.reads <= 32,
		   "%s: an entry after %u reads", names[i], d.reads);
		is_str(m.note, "more files include one another than is read", names[i]);
		boot_dir_done(&d);
	}
}

static void put_deeper(FILE *out, int i)
{
	fprintf(out, "label l%d\nlinux k\nmenu begin\n", i);
}

static void test_many(void)
{
	autobootmenu struct boot_menu m;
	struct boot_dir d;
	int r = boot_menu_long(&d, boot_extlinux_read, "/extlinux.conf",
			       "default l9999\n", 10000, put_deeper, &m);

	is_int(r, -E2BIG, "10 000 submenus in one another");
	boot_dir_done(&d);
}

static void put_misses(FILE *out, int i)
{
	fprintf(out, "label l%d\nlinux /boot/k%d\ninitrd /boot/i", i, i);
	for (int j = 0; j < 300; j++)
		fprintf(out, ",/boot/i%d", j);
	fprintf(out, "\n");
}

/* Thousands of files that are not there are not looked for in thousands of places. */
static void test_misses(void)
{
	autobootmenu struct boot_menu m;
	struct boot_dir d;
	int r = boot_menu_long(&d, boot_extlinux_read, "/boot/extlinux.conf", "",
			       BOOT_ENTRIES_MAX, put_misses, &m);

	ok(r == 0 && m.count == BOOT_ENTRIES_MAX, "77 056 files that are not there");
	ok(d.lists < 500, "they cost %u lists", d.lists);
	boot_dir_done(&d);
}

static void test_large(void)
{
	static const char begin[] = "label a\nlinux /k\nappend ",
			  program[] = "label a\nmenu label p\nkernel ",
			  nul[] = "label a\nlinux /k\n\0label b\nlinux /k\n";
	autofree char *text = malloc(500000);
	autobootmenu struct boot_menu m, p;
	struct boot_dir d;
	int r;

	memset(text, 'x', 500000);
	memcpy(text, begin, strlen(begin));
	boot_dir_with(&d, "loop0", NULL);
	boot_dir_put(&d, 0, "/nul.cfg", nul, sizeof(nul) - 1);
	check(&d, "/nul.cfg", "timeout -1\n* a {a} (0)/k\n",
	      "nothing after a NUL counts");
	boot_dir_put(&d, 0, "/extlinux.conf", text, 500000);
	memcpy(text, program, strlen(program));
	memcpy(text + 499996, ".c32", 4);
	boot_dir_put(&d, 0, "/program.cfg", text, 500000);
	r = boot_menu_make(&d, boot_extlinux_read, 0, "/extlinux.conf", &m);
	ok(r == 0 && m.count == 1 && m.entry[0].why, "half a million bytes of options");
	is_str(m.entry[0].why, "its arguments are longer than 4095 bytes", "and why not");
	r = boot_menu_make(&d, boot_extlinux_read, 0, "/program.cfg", &p);
	ok(r == 0 && p.entry[0].why && strlen(p.entry[0].why) < BOOT_TEXT_MAX,
	   "half a million bytes of a file's name");
	boot_dir_done(&d);
}

int main(void)
{
	boot_layouts_check(boot_extlinux_read, layouts,
			   sizeof(layouts) / sizeof(*layouts));
	test_defaults();
	test_labels();
	test_loops();
	test_many();
	test_misses();
	test_large();
	return tap_done();
}
