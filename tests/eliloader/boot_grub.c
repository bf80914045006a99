/* SPDX-License-Identifier: BSD-2-Clause */
/* grub.cfg in the forms of distributions, and each thing that a menu can be made of. */

#include "tests/eliloader/boot_menu_text.h"

static void check(struct boot_dir *d, unsigned device, const char *path,
		  const char *wanted, const char *name)
{
	boot_menu_check(d, boot_grub_read, device, path, wanted, name);
}

/* ---- distributions ---- */

static unsigned add(struct boot_dir *d, const char *name, const char *uuid,
		    const char *const *files)
{
	unsigned device = boot_dir_add(d, name, NULL);

	(void)snprintf(d->device[device].uuid, sizeof(d->device[device].uuid), "%s",
		       uuid);
	for (; *files; files++)
		boot_dir_text(d, device, *files, "x");
	return device;
}

#define DEBIAN_BOOT                                                                      \
	"(0)/boot/vmlinuz-6.1.0-13-amd64 +(0)/boot/initrd.img-6.1.0-13-amd64 | "         \
	"root=UUID=6d1a-0000 ro "
#define DEBIAN_MENU(a, b, c)                                                             \
	"timeout 5\n" a " Debian GNU/Linux {gnulinux-simple-6d1a} " DEBIAN_BOOT          \
	"quiet\n" b "   Debian GNU/Linux, with Linux 6.1.0-13-amd64 "                    \
	"{gnulinux-6.1.0-13-amd64-advanced-6d1a} " DEBIAN_BOOT "quiet\n" c               \
	"   Debian GNU/Linux, with Linux 6.1.0-13-amd64 (recovery mode) "                \
	"{gnulinux-6.1.0-13-amd64-recovery-6d1a} " DEBIAN_BOOT "single\n"

#define NEXT_NOTE  "note: next_entry is for one start, and passed over\n"
#define SAVED_NOTE "note: saved_entry is for one start, and passed over\n"

static void test_debian(void)
{
	static const char *const files[] = { "/boot/vmlinuz-6.1.0-13-amd64",
					     "/boot/initrd.img-6.1.0-13-amd64", NULL };
	static const struct {
		const char *name, *env, *menu;
	} cases[] = {
		{ "nothing is saved", "", DEBIAN_MENU("*", "-", "-") },
		{ "the title is saved", "saved_entry=Debian GNU/Linux\n",
		  DEBIAN_MENU("*", "-", "-") },
		{ "an id in a submenu is saved",
		  "saved_entry=gnulinux-advanced-6d1a>gnulinux-6.1.0-13-amd64-recovery-"
		  "6d1a\n",
		  DEBIAN_MENU("-", "-", "*") },
		{ "numbers are saved", "saved_entry=1>0\n", DEBIAN_MENU("-", "*", "-") },
		{ "a submenu is saved", "saved_entry=1\n", DEBIAN_MENU("-", "*", "-") },
		{ "titles of both are",
		  "saved_entry=Advanced options for Debian GNU/Linux>Debian GNU/Linux, "
		  "with "
		  "Linux 6.1.0-13-amd64 (recovery mode)\n",
		  DEBIAN_MENU("-", "-", "*") },
		/* for one start: GRUB ends them by writing to the disk, we never could */
		{ "the next one is another", "saved_entry=1>0\nnext_entry=1>1\n",
		  DEBIAN_MENU("-", "*", "-") NEXT_NOTE },
		{ "it stands before", "next_entry=1>1\nsaved_entry=1>0\n",
		  DEBIAN_MENU("-", "*", "-") NEXT_NOTE },
		{ "the next one is none", "saved_entry=1>0\nnext_entry=\n",
		  DEBIAN_MENU("-", "*", "-") },
		{ "the one before comes back", "saved_entry=0\nprev_saved_entry=1>0\n",
		  DEBIAN_MENU("-", "*", "-") SAVED_NOTE },
		{ "it stands before, too", "prev_saved_entry=1>0\nsaved_entry=0\n",
		  DEBIAN_MENU("-", "*", "-") SAVED_NOTE },
		{ "there was none before", "saved_entry=1>0\nprev_saved_entry=\n",
		  DEBIAN_MENU("-", "*", "-") },
		{ "what is gone is saved", "saved_entry=gnulinux-5.10\n",
		  DEBIAN_MENU("*", "-", "-") },
		{ "past the end", "saved_entry=7\n", DEBIAN_MENU("*", "-", "-") },
		{ "past the submenu's", "saved_entry=1>7\n", DEBIAN_MENU("-", "*", "-") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct boot_dir d;

		boot_dir_init(&d);
		add(&d, "loop0,gpt2", "6d1a-0000", files);
		boot_menu_fixture(&d, 0, "/boot/grub/grub.cfg", "grub/debian12.cfg");
		fprintf(boot_dir_open(&d, 0, "/boot/grub/grubenv"),
			"# GRUB Environment Block\n%s######", cases[i].env);
		boot_dir_close(&d);
		check(&d, 0, "/boot/grub/grub.cfg", cases[i].menu, cases[i].name);
		boot_dir_done(&d);
	}
}

static void test_ubuntu(void)
{
	static const char *const boot_files[] = { "/vmlinuz-6.8.0-45-generic",
						  "/initrd.img-6.8.0-45-generic",
						  "/microcode.cpio", "/memtest86+x64.bin",
						  NULL };
	static const char *const root_files[] = { "/etc/fstab", NULL };
	struct boot_dir d;
	unsigned boot;

	boot_dir_init(&d);
	add(&d, "loop0,gpt1", "4007-0001", root_files);
	boot = add(&d, "loop0,gpt16", "b007-0001", boot_files);
	boot_menu_fixture(&d, boot, "/grub/grub.cfg", "grub/ubuntu-cloud.cfg");
	boot_dir_text(&d, boot, "/grub/gfxblacklist.txt", "");
	check(&d, boot, "/grub/grub.cfg",
	      "timeout 0 hidden\n"
	      "* Ubuntu {gnulinux-simple-aa} (1)/vmlinuz-6.8.0-45-generic | "
	      "root=PARTUUID=5f0c-77 ro console=tty1 console=ttyS0 panic=-1 "
	      "vt.handoff=7\n"
	      "-   Ubuntu, with Linux 6.8.0-45-generic "
	      "{gnulinux-6.8.0-45-generic-advanced-aa} (1)/vmlinuz-6.8.0-45-generic "
	      "+(1)/microcode.cpio +(1)/initrd.img-6.8.0-45-generic | "
	      "root=PARTUUID=5f0c-77 ro console=tty1\n"
	      "- Memory test (memtest86+x64.bin) (1)/memtest86+x64.bin\n",
	      "Ubuntu's cloud image, first start");
	boot_dir_text(&d, boot, "/grub/grubenv",
		      "# GRUB Environment Block\ninitrdfail=1\nrecordfail=1\n####");
	check(&d, boot, "/grub/grub.cfg",
	      "timeout 0\n"
	      "* Ubuntu {gnulinux-simple-aa} (1)/vmlinuz-6.8.0-45-generic "
	      "+(1)/microcode.cpio +(1)/initrd.img-6.8.0-45-generic | "
	      "root=PARTUUID=5f0c-77 ro console=tty1 console=ttyS0\n"
	      "-   Ubuntu, with Linux 6.8.0-45-generic "
	      "{gnulinux-6.8.0-45-generic-advanced-aa} (1)/vmlinuz-6.8.0-45-generic "
	      "+(1)/microcode.cpio +(1)/initrd.img-6.8.0-45-generic | "
	      "root=PARTUUID=5f0c-77 ro console=tty1\n"
	      "- Memory test (memtest86+x64.bin) (1)/memtest86+x64.bin\n",
	      "and after one that failed without an initrd");
	boot_dir_done(&d);
}

static const char *const el_files[] = { "/vmlinuz-4.18.16-300.fc29.x86_64",
					"/initramfs-4.18.16-300.fc29.x86_64.img",
					"/vmlinuz-0-rescue-0a1b",
					"/initramfs-0-rescue-0a1b.img", NULL };

static void test_fedora(void)
{
	struct boot_dir d;

	boot_dir_init(&d);
	add(&d, "loop0,gpt2", "f00d-0002", el_files);
	boot_menu_fixture(&d, 0, "/grub2/grub.cfg", "grub/fedora20.cfg");
	boot_dir_text(&d, 0, "/grub2/grubenv",
		      "# GRUB Environment Block\nsaved_entry=Fedora (0-rescue-0a1b) 29 "
		      "(Server Edition)\n####");
	check(&d, 0, "/grub2/grub.cfg",
	      "timeout 5\n"
	      "- Fedora (4.18.16-300.fc29.x86_64) 29 (Server Edition) "
	      "{gnulinux-4.18.16-300.fc29.x86_64-advanced-e1} "
	      "(0)/vmlinuz-4.18.16-300.fc29.x86_64 "
	      "+(0)/initramfs-4.18.16-300.fc29.x86_64.img | "
	      "root=/dev/mapper/fedora-root ro rd.lvm.lv=fedora/root rhgb quiet "
	      "LANG=en_US.UTF-8\n"
	      "* Fedora (0-rescue-0a1b) 29 (Server Edition) "
	      "{gnulinux-0-rescue-0a1b-advanced-e1} (0)/vmlinuz-0-rescue-0a1b "
	      "+(0)/initramfs-0-rescue-0a1b.img | root=/dev/mapper/fedora-root ro\n",
	      "Fedora: linuxefi, linux16, the rescue system saved");
	boot_dir_done(&d);
}

static void test_rhel(void)
{
	struct boot_dir d;

	boot_dir_init(&d);
	add(&d, "loop0,gpt2", "f00d-0002", el_files);
	boot_menu_fixture(&d, 0, "/grub2/grub.cfg", "grub/rhel9.cfg");
	boot_dir_text(
		&d, 0, "/grub2/grubenv",
		"# GRUB Environment Block\nsaved_entry=0a1b-4.18.16-300.fc29.x86_64\n"
		"menu_auto_hide=1\nboot_success=1\nkernelopts=root=/dev/x ro\n####");
	boot_dir_text(&d, 0, "/loader/entries/0a1b-4.18.16-300.fc29.x86_64.conf",
		      "title RHEL (4.18)\nversion 4.18.16-300.fc29.x86_64\n"
		      "linux /vmlinuz-4.18.16-300.fc29.x86_64\n"
		      "initrd /initramfs-4.18.16-300.fc29.x86_64.img\n"
		      "options $kernelopts quiet\nid rhel-4.18\n");
	boot_dir_text(&d, 0, "/loader/entries/0a1b-5.0.0.conf",
		      "title RHEL (5.0)\nlinux /vmlinuz-0-rescue-0a1b\noptions ro\n");
	check(&d, 0, "/grub2/grub.cfg",
	      "timeout 1 hidden\n"
	      "- RHEL (5.0) {0a1b-5.0.0} (0)/vmlinuz-0-rescue-0a1b | ro\n"
	      "* RHEL (4.18) {0a1b-4.18.16-300.fc29.x86_64} "
	      "(0)/vmlinuz-4.18.16-300.fc29.x86_64 "
	      "+(0)/initramfs-4.18.16-300.fc29.x86_64.img | root=/dev/x ro quiet\n",
	      "RHEL: blscfg, $kernelopts, a saved id");
	boot_dir_done(&d);
}

static void test_sles(void)
{
	static const char path[] = "/@/.snapshots/1/snapshot/boot/grub2/grub.cfg";
	static const char *const files[] = {
		"/@/.snapshots/1/snapshot/boot/vmlinuz-5.14.21-150500.53-default",
		"/@/.snapshots/1/snapshot/boot/initrd-5.14.21-150500.53-default", NULL
	};
	struct boot_dir d;

	boot_dir_init(&d);
	add(&d, "loop0,gpt2", "5e5e-0001", files);
	boot_menu_fixture(&d, 0, path, "grub/sles15.cfg");
#define SLES(name) "(0)/@/.snapshots/1/snapshot/boot/" name "-5.14.21-150500.53-default"
	check(&d, 0, path,
	      "timeout 8\n"
	      "* SLES 15-SP5 {gnulinux-simple-5e} " SLES("vmlinuz") " +" SLES(
		      "initrd") " | root=UUID=5e5e-0001 splash=silent mitigations=auto "
				"quiet\n"
				"-   SLES 15-SP5, with Linux 5.14.21-150500.53-default "
				"{gnulinux-5.14.21-150500.53-default-advanced-5e}"
				" " SLES("vmlinuz") " +" SLES(
					"initrd") " | root=UUID=5e5e-0001\n"
						  "- SLES 15-SP5, with Xen hypervisor "
						  "{xen-gnulinux-simple-5e} ! "
						  "a Xen host's entry (multiboot)\n",
	      "SLES: paths below a snapshot, and Xen");
	boot_dir_done(&d);
}

static void test_arch(void)
{
	static const char *const files[] = { "/@/boot/vmlinuz-linux",
					     "/@/boot/intel-ucode.img",
					     "/@/boot/initramfs-linux.img",
					     "/timeshift/@/boot/vmlinuz-linux",
					     "/timeshift/@/boot/intel-ucode.img",
					     "/timeshift/@/boot/initramfs-linux.img",
					     NULL };
	struct boot_dir d;

	boot_dir_init(&d);
	add(&d, "loop0,gpt2", "acac-0001", files);
	boot_menu_fixture(&d, 0, "/@/boot/grub/grub.cfg", "grub/arch.cfg");
	boot_menu_fixture(&d, 0, "/@/boot/grub/grub-btrfs.cfg",
			  "grub/arch-snapshots.cfg");
	check(&d, 0, "/@/boot/grub/grub.cfg",
	      "timeout 3 hidden\n"
	      "* Arch Linux {gnulinux-simple-ac} (0)/@/boot/vmlinuz-linux "
	      "+(0)/@/boot/intel-ucode.img +(0)/@/boot/initramfs-linux.img | "
	      "root=UUID=acac-0001 rw rootflags=subvol=@ loglevel=3 quiet\n"
	      "-   Arch Linux, with Linux linux (fallback initramfs) "
	      "{gnulinux-linux-fallback-ac} (0)/@/boot/vmlinuz-linux "
	      "+(0)/@/boot/intel-ucode.img | root=UUID=acac-0001 rw rootflags=subvol=@ ! "
	      "'/@/boot/initramfs-linux-fallback.img' is not on the disk\n"
	      "-       vmlinuz-linux & initramfs-linux.img {gnulinux-snapshots-acac} "
	      "(0)/timeshift/@/boot/vmlinuz-linux +(0)/timeshift/@/boot/intel-ucode.img "
	      "+(0)/timeshift/@/boot/initramfs-linux.img | "
	      "root=UUID=acac-0001 rootflags=subvol=timeshift/@\n",
	      "Arch: two ramdisks, one that is gone, snapshots in a file of their own");
	boot_dir_done(&d);
}

/* ---- one thing each ---- */

/* On a disk with /boot/{a,b} (kernels) and /boot/{i,j} (ramdisks); device 1 has /boot/c. */
static const struct {
	const char *name, *config, *menu;
} cases[] = {
	/* what pygrub fails at: contract par. 4.2 item 7 */
	{ "two ramdisks", "menuentry t { linux /boot/a; initrd /boot/i /boot/j; }",
	  "timeout -1\n* t (0)/boot/a +(0)/boot/i +(0)/boot/j\n" },
	{ "linuxefi", "menuentry t { linuxefi /boot/a x; initrdefi /boot/i; }",
	  "timeout -1\n* t (0)/boot/a +(0)/boot/i | x\n" },
	{ "variables", "k=a; r=\"x y\"\nmenuentry \"t $k\" { linux /boot/$k $r; }",
	  "timeout -1\n* t a (0)/boot/a | x y\n" },
	{ "a value with =", "set x=\"a=b\"\nmenuentry t { linux /boot/a $x; }",
	  "timeout -1\n* t (0)/boot/a | a=b\n" },
	{ "if and else",
	  "menuentry t { if [ x = x ]; then linux /boot/a; else linux /boot/b; fi; }",
	  "timeout -1\n* t (0)/boot/a\n" },
	{ "bytes that are no UTF-8", "menuentry 'L\xf6we' { linux /boot/a \xe4=\xff; }",
	  "timeout -1\n* L\xf6we (0)/boot/a | \xe4=\xff\n" },
	{ "1>0",
	  "set default='1>0'\nmenuentry x { linux /boot/a; }\nsubmenu s { menuentry y { "
	  "linux /boot/b; } }",
	  "timeout -1\n- x (0)/boot/a\n*   y (0)/boot/b\n" },
	{ "another device by search",
	  "menuentry t { search --fs-uuid --set=root 3333-4444; linux /boot/c; }",
	  "timeout -1\n* t (1)/boot/c\n" },
	{ "another device by name",
	  "menuentry t { linux (lvm/vg-boot)/boot/c; initrd "
	  "(hd0,2)/boot/i; }",
	  "timeout -1\n* t (1)/boot/c +(0)/boot/i\n" },

	/* entries */
	{ "made in a loop",
	  "for k in a b; do menuentry \"k $k\" $k { linux /boot/$2 of=$1; }; done",
	  "timeout -1\n* k a (0)/boot/a | of=k a\n- k b (0)/boot/b | of=k b\n" },
	{ "the words stay whole", "menuentry 'k a' a { linux /boot/$2 \"of=$1\"; }",
	  "timeout -1\n* k a (0)/boot/a | \"of=k a\"\n" },
	{ "made in a function",
	  "function e { menuentry \"$1\" --id \"$2\" { linux /boot/a; }; }\ne one 1st\ne "
	  "two",
	  "timeout -1\n* one {1st} (0)/boot/a\n- two {} (0)/boot/a\n" },
	{ "variables are those of the end", "k=a\nmenuentry t { linux /boot/$k; }\nk=b",
	  "timeout -1\n* t (0)/boot/b\n" },
	{ "what one sets the next does not see",
	  "menuentry x { k=a; linux /boot/$k; }\nmenuentry y { linux /boot/${k}b; }",
	  "timeout -1\n* x (0)/boot/a\n- y (0)/boot/b\n" },
	{ "a submenu sees what is exported",
	  "p=1; q=2; export q\nsubmenu s { menuentry y { linux /boot/a [$p$q]; } }",
	  "timeout -1\n*   y (0)/boot/a | [2]\n" },
	{ "functions are called in entries",
	  "function l { linux /boot/a $1; }\nmenuentry t { l x; initrd /boot/i; }",
	  "timeout -1\n* t (0)/boot/a +(0)/boot/i | x\n" },
	{ "options anywhere",
	  "menuentry --class x 't u' --users '' --hotkey=k --unrestricted --id=i "
	  "--nosuch { linux /boot/a; }",
	  "timeout -1\n* t u {i} (0)/boot/a\n" },
	{ "the last kernel counts",
	  "menuentry t { linux /boot/a x; initrd /boot/i; linux /boot/b y; }",
	  "timeout -1\n* t (0)/boot/b | y\n" },
	{ "the last ramdisks count",
	  "menuentry t { linux /boot/a; initrd /boot/i; initrd /boot/j; }",
	  "timeout -1\n* t (0)/boot/a +(0)/boot/j\n" },
	{ "what comes after boot does not",
	  "menuentry t { linux /boot/a; boot; linux /boot/b; }",
	  "timeout -1\n* t (0)/boot/a\n" },
	{ "a submenu in a submenu",
	  "set default='0>s2>z'\nsubmenu s1 { menuentry y { linux /boot/a; }\nsubmenu x "
	  "--id "
	  "s2 { menuentry y { linux /boot/a; }\nmenuentry z { linux /boot/b; }\n}\n}",
	  "timeout -1\n-   y (0)/boot/a\n-     y (0)/boot/a\n*     z (0)/boot/b\n" },
	{ "a submenu has a default of its own",
	  "submenu s { set default=1; menuentry x { linux /boot/a; }; menuentry y { "
	  "linux "
	  "/boot/b; }; }",
	  "timeout -1\n-   x (0)/boot/a\n*   y (0)/boot/b\n" },
	{ "the names on the way",
	  "submenu 'a>b' { submenu y --id s { menuentry z { linux /boot/a \"$chosen\"; "
	  "}; }; }",
	  "timeout -1\n*     z (0)/boot/a | a>>b>s>z\n" },
	{ "root is seen in submenus",
	  "set root=lvm/vg-boot\nsubmenu s { menuentry y { linux /boot/c; }; }",
	  "timeout -1\n*   y (1)/boot/c\n" },
	{ "a number is no title",
	  "set default=1\nmenuentry 1 { linux /boot/a; }\nmenuentry x { linux /boot/b; }",
	  "timeout -1\n- 1 (0)/boot/a\n* x (0)/boot/b\n" },
	{ "what begins with a number is one",
	  "set default=1abc\nmenuentry y { linux /boot/a; }\nmenuentry x { linux "
	  "/boot/b; }",
	  "timeout -1\n- y (0)/boot/a\n* x (0)/boot/b\n" },
	{ "unless it is a name",
	  "set default=1abc\nmenuentry y --id 1abc { linux /boot/a; }\nmenuentry x { "
	  "linux "
	  "/boot/b; }",
	  "timeout -1\n* y {1abc} (0)/boot/a\n- x (0)/boot/b\n" },
	{ "a '>' in a title is doubled",
	  "set default='a>>b'\nmenuentry x { linux /boot/a; }\nmenuentry 'a>b' { linux "
	  "/boot/b; }",
	  "timeout -1\n- x (0)/boot/a\n* a>b (0)/boot/b\n" },
	{ "fallback",
	  "set default=0; set fallback=\"1 3\"\nmenuentry w { chainloader +1; "
	  "}\nmenuentry x "
	  "{ halt; }\nmenuentry y { linux /boot/a; }\nmenuentry z { linux /boot/b; }",
	  "timeout -1\n- w ! chainloader\n- x ! halt\n- y (0)/boot/a\n* z (0)/boot/b\n"
	  "note: the default entry cannot be booted: chainloader\n" },
	{ "no fallback", "menuentry w { ntldr /x; }\nmenuentry y { linux /boot/a; }",
	  "timeout -1\n- w ! ntldr\n* y (0)/boot/a\n"
	  "note: the default entry cannot be booted: ntldr\n" },

	/* why not */
	{ "no kernel", "menuentry t { echo x; }",
	  "timeout -1\n- t ! it loads nothing\n"
	  "note: the default entry cannot be booted: it loads nothing\n" },
	{ "a kernel that is gone", "menuentry t { linux /boot/z x; initrd /boot/i; }",
	  "timeout -1\n- t (0)/boot/z ! '/boot/z' is not on the disk\n"
	  "note: the default entry cannot be booted: '/boot/z' is not on the disk\n" },
	{ "a directory", "menuentry t { linux /boot; }",
	  "timeout -1\n- t (0)/boot ! '/boot' is not on the disk\n"
	  "note: the default entry cannot be booted: '/boot' is not on the disk\n" },
	{ "another disk", "menuentry t { linux (cd)/boot/a; }",
	  "timeout -1\n- t ! '(cd)/boot/a' is not on the disk\n"
	  "note: the default entry cannot be booted: '(cd)/boot/a' is not on the "
	  "disk\n" },
	{ "not a path", "menuentry t { linux vmlinuz; }",
	  "timeout -1\n- t ! 'vmlinuz' is not on the disk\n"
	  "note: the default entry cannot be booted: 'vmlinuz' is not on the disk\n" },
	{ "the surroundings", "menuentry t { linux (host)/boot/a; initrd (proc)/x; }",
	  "timeout -1\n- t ! '(host)/boot/a' is not on the disk\n"
	  "note: the default entry cannot be booted: '(host)/boot/a' is not on the "
	  "disk\n" },
	{ "a way out", "menuentry t { linux /../../boot/../boot/./a; }",
	  "timeout -1\n* t (0)/boot/a\n" },
	{ "a ramdisk that GRUB makes",
	  "menuentry t { linux /boot/a; initrd newc:/x:/boot/i /boot/j; }",
	  "timeout -1\n- t (0)/boot/a +(0)/boot/j ! a ramdisk that GRUB would make "
	  "(newc:)\n"
	  "note: the default entry cannot be booted: a ramdisk that GRUB would make "
	  "(newc:)\n" },
	{ "no second line in a text",
	  "menuentry 't\nkernel /x' { linux /boot/a 'x\nramdisk /etc/shadow'; }",
	  "timeout -1\n* t kernel /x (0)/boot/a | \"x ramdisk /etc/shadow\"\n" },

	/* the menu */
	{ "time", "set timeout=10; menuentry t { linux /boot/a; }",
	  "timeout 10\n* t (0)/boot/a\n" },
	{ "hidden", "timeout=0x10; timeout_style=hidden; menuentry t { linux /boot/a; }",
	  "timeout 16 hidden\n* t (0)/boot/a\n" },
	{ "what waits for ever is not hidden",
	  "timeout=-1; timeout_style=hidden; menuentry t { linux /boot/a; }",
	  "timeout -1\n* t (0)/boot/a\n" },
	{ "without a menu", "linux /boot/a x\ninitrd /boot/i\nboot",
	  "timeout 0\n* grub.cfg (0)/boot/a +(0)/boot/i | x\n" },
	{ "boot comes before a menu", "menuentry t { true; }\nlinux /boot/a x\nboot\n",
	  "timeout 0\n* grub.cfg (0)/boot/a | x\n" },
	{ "exit ends it", "menuentry t { linux /boot/a; }\nexit\nmenuentry u { true; }",
	  "timeout -1\n* t (0)/boot/a\n" },

	/* other files */
	{ "configfile takes over",
	  "menuentry x { true; }\nset y=1; configfile "
	  "(lvm/vg-boot)/boot/d.cfg\nmenuentry z "
	  "{ true; }",
	  "timeout 7\n* d (1)/boot/c | [] (lvm/vg-boot)/boot\n" },
	{ "as a stub on the ESP has it",
	  "search.fs_uuid 3333-4444 root\nset prefix=($root)'/boot'\nconfigfile "
	  "$prefix/d.cfg",
	  "timeout 7\n* d (1)/boot/c | [] (lvm/vg-boot)/boot\n" },
	{ "configfile in an entry",
	  "menuentry x { linux /boot/a; }\nmenuentry y { configfile "
	  "(lvm/vg-boot)/boot/d.cfg; }\nset default=1",
	  "timeout -1\n- x (0)/boot/a\n*   d (1)/boot/c | [] (lvm/vg-boot)/boot\n" },
	{ "configfile of itself",
	  "menuentry x { linux /boot/a; }\nmenuentry y { configfile $config_file; }",
	  "timeout -1\n* x (0)/boot/a\n- y ! it loads nothing\n"
	  "note: configfile: '(hd0,gpt2)/boot/grub/grub.cfg' cannot be read\n" },
	{ "configfile of nothing", "configfile /no.cfg\nmenuentry x { linux /boot/a; }",
	  "timeout -1\n* x (0)/boot/a\n"
	  "note: configfile: '/no.cfg' cannot be read\n" },
	{ "source", "source /boot/e.cfg\nmenuentry x { linux /boot/a $e; }",
	  "timeout -1\n* e (0)/boot/b | 1\n- x (0)/boot/a | 1\n" },

	/* errors */
	{ "a syntax error costs its line",
	  "menuentry x { linux /boot/a; }\n} fi\nmenuentry y { linux /boot/b; }",
	  "timeout -1\n* x (0)/boot/a\n- y (0)/boot/b\nnote: syntax error in line 2\n" },
	{ "what is open at the end",
	  "menuentry x { linux /boot/a; }\nmenuentry y { linux /boot/b;",
	  "timeout -1\n* x (0)/boot/a\nnote: syntax error in line 2\n" },
	{ "a quotation without an end",
	  "menuentry x { linux /boot/a; }\necho 'x\nmenuentry y { linux /boot/b; }",
	  "timeout -1\n* x (0)/boot/a\nnote: syntax error in line 2\n" },
	{ "nothing", "", "ENODATA\n" },
	{ "nothing to boot", "set x=1\n# menuentry x { }\n", "ENODATA\n" },
	{ "what is not known", "frobnicate x\nmenuentry x { linux /boot/a; }",
	  "timeout -1\n* x (0)/boot/a\nnote: not understood: 'frobnicate'\n" },
};

static void test_case(size_t i)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0,gpt2", "lvm/vg-boot", NULL);
	strcpy(d.device[1].uuid, "3333-4444");
	boot_dir_text(&d, 0, "/boot/a", "kernel");
	boot_dir_text(&d, 0, "/boot/b", "kernel");
	boot_dir_text(&d, 0, "/boot/i", "ramdisk");
	boot_dir_text(&d, 0, "/boot/j", "ramdisk");
	boot_dir_text(&d, 0, "/boot/e.cfg", "e=1\nmenuentry e { linux /boot/b $e; }");
	boot_dir_text(&d, 0, "/boot/grub/grub.cfg", cases[i].config);
	boot_dir_text(&d, 1, "/boot/c", "kernel");
	boot_dir_text(&d, 1, "/boot/d.cfg",
		      "timeout=7\nmenuentry d { linux (lvm/vg-boot)/boot/c [$y] "
		      "$config_directory; }");
	check(&d, 0, "/boot/grub/grub.cfg", cases[i].menu, cases[i].name);
	boot_dir_done(&d);
}

/* What lies in which submenu is kept, so that a person finds it by GRUB's own words. */
static void test_submenus(void)
{
	static const struct {
		const char *title, *id;
		size_t first, end;
		unsigned depth;
	} wanted[] = { { "s1", "sub", 1, 4, 0 },
		       { "old", NULL, 2, 3, 1 },
		       { "none", NULL, 4, 4, 0 },
		       { "other", NULL, 4, 5, 0 } };
	autobootmenu struct boot_menu m;
	struct boot_dir d;
	size_t index = 0;

	boot_dir_with(&d, "loop0,gpt2", NULL);
	boot_dir_text(&d, 0, "/boot/a", "kernel");
	boot_dir_text(&d, 0, "/boot/e.cfg", "menuentry e { linux /boot/a; }");
	boot_dir_text(&d, 0, "/boot/grub/grub.cfg",
		      "menuentry x { linux /boot/a; }\n"
		      "submenu s1 --id sub {\nmenuentry y { linux /boot/a; }\n"
		      "submenu old { menuentry z { linux /boot/a; }; }\n"
		      "menuentry w { linux /boot/a; }\n}\n"
		      "submenu none { true; }\n"
		      "menuentry other { configfile /boot/e.cfg; }\n");
	is_int(boot_menu_make(&d, boot_grub_read, 0, "/boot/grub/grub.cfg", &m), 0,
	       "submenus");
	is_int((long long)m.submenu_count, 4, "each is kept");
	for (size_t i = 0; i < 4 && i < m.submenu_count; i++) {
		const struct boot_submenu *s = &m.submenu[i];

		is_str(s->title, wanted[i].title, "its title");
		is_str(s->id, wanted[i].id, "its id");
		ok(s->first == wanted[i].first && s->end == wanted[i].end &&
			   s->depth == wanted[i].depth && !s->open,
		   "%s: its entries", s->title);
	}
	ok(boot_menu_find(&m, "sub>old>z", &index) == 0 && index == 2, "by names");
	ok(boot_menu_find(&m, "1>2", &index) == 0 && index == 3, "by numbers");
	ok(boot_menu_find(&m, "3>0", &index) == 0 && index == 4,
	   "an empty one counts as a line, as for GRUB");
	boot_dir_done(&d);
}

int main(void)
{
	test_debian();
	test_ubuntu();
	test_fedora();
	test_rhel();
	test_sles();
	test_arch();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		test_case(i);
	test_submenus();
	return tap_done();
}
