/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot Loader Specification entries, as GRUB's blscfg and as systemd-boot take them. */
#include "eliloader/boot_bls.h"

#include <errno.h>
#include <stdlib.h>

#include "tests/eliloader/boot_menu_text.h"

#define MACHINE "0a1b2c3d4e5f60718293a4b5c6d7e8f9"

/* ---- GRUB ---- */

static const char *no_variables(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return NULL;
}

static const char *rhel8_variables(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "kernelopts") == 0 ? "root=/dev/mapper/rhel-root ro" : NULL;
}

static void check_add(struct boot_dir *d, const char *dir,
		      const char *(*get)(void *arg, const char *name), const char *wanted,
		      const char *name)
{
	struct boot_path path = boot_path_of(0, dir);
	autobootmenu struct boot_menu m;

	boot_menu_init(&m);
	boot_menu_is(boot_bls_add(&d->fs, &path, get, NULL, &m), &m, wanted, name);
}

/* The fixtures of bls/@set of these names; the last is NULL. */
static void put_entries(struct boot_dir *d, unsigned device, const char *dir,
			const char *set, const char *const *names)
{
	for (; *names; names++) {
		autofree char *path = NULL, *fixture = NULL;

		if (asprintf(&path, "%s/%s", dir, *names) < 0 ||
		    asprintf(&fixture, "bls/%s/%s", set, *names) < 0)
			abort();
		boot_menu_fixture(d, device, path, fixture);
	}
}

static void test_fedora(void)
{
	static const char *const files[] = { MACHINE "-0-rescue.conf",
					     MACHINE "-6.11.4-301.fc41.x86_64.conf",
					     MACHINE "-6.11.10-300.fc41.x86_64.conf",
					     NULL };
	struct boot_dir d;

	boot_dir_with(&d, "loop0,gpt2", NULL);
	put_entries(&d, 0, "/loader/entries", "fedora41", files);
	boot_dir_text(&d, 0, "/loader/entries/notes.txt", "linux /no\n");
	boot_dir_text(&d, 0, "/loader/entries/windows.conf", "efi /w.efi\n");
	check_add(&d, "/loader/entries", no_variables,
		  "timeout 0\n"
		  "* Fedora Linux (6.11.10-300.fc41.x86_64) 41 (Server Edition) {" MACHINE
		  "-6.11.10-300.fc41.x86_64} (0)/vmlinuz-6.11.10-300.fc41.x86_64 "
		  "+(0)/initramfs-6.11.10-300.fc41.x86_64.img | "
		  "root=UUID=5f3c1b2a-7777-4d4d-9c9c-001122334455 ro "
		  "rootflags=subvol=root rhgb quiet\n"
		  "- Fedora Linux (6.11.4-301.fc41.x86_64) 41 (Server Edition) {" MACHINE
		  "-6.11.4-301.fc41.x86_64} (0)/vmlinuz-6.11.4-301.fc41.x86_64 "
		  "+(0)/initramfs-6.11.4-301.fc41.x86_64.img | "
		  "root=UUID=5f3c1b2a-7777-4d4d-9c9c-001122334455 ro "
		  "rootflags=subvol=root rhgb quiet\n"
		  "- Fedora Linux (0-rescue-" MACHINE ") 41 (Server Edition) {" MACHINE
		  "-0-rescue} (0)/vmlinuz-0-rescue-" MACHINE
		  " +(0)/initramfs-0-rescue-" MACHINE ".img | "
		  "root=UUID=5f3c1b2a-7777-4d4d-9c9c-001122334455 ro "
		  "rootflags=subvol=root rhgb quiet\n",
		  "Fedora 41: newest first, the rescue system last");
	boot_dir_done(&d);
}

static void test_rhel(void)
{
	static const char *const el8[] = { MACHINE "-4.18.0-80.el8.x86_64.conf",
					   MACHINE "-4.18.0-553.el8_10.x86_64.conf",
					   NULL };
	static const char *const el9[] = { MACHINE "-5.14.0-503.11.1.el9_5.x86_64.conf",
					   NULL };
	struct boot_dir d;

	boot_dir_with(&d, "loop0,msdos1", NULL);
	put_entries(&d, 0, "/loader/entries", "rhel8", el8);
	check_add(&d, "/loader/entries", rhel8_variables,
		  "timeout 0\n"
		  "* Red Hat Enterprise Linux (4.18.0-553.el8_10.x86_64) 8.10 (Ootpa) "
		  "{" MACHINE "-4.18.0-553.el8_10.x86_64} "
		  "(0)/vmlinuz-4.18.0-553.el8_10.x86_64 "
		  "+(0)/initramfs-4.18.0-553.el8_10.x86_64.img | "
		  "root=/dev/mapper/rhel-root ro\n"
		  "- Red Hat Enterprise Linux (4.18.0-80.el8.x86_64) 8.10 (Ootpa) "
		  "{" MACHINE "-4.18.0-80.el8.x86_64} (0)/vmlinuz-4.18.0-80.el8.x86_64 "
		  "+(0)/initramfs-4.18.0-80.el8.x86_64.img | "
		  "root=/dev/mapper/rhel-root ro\n",
		  "RHEL 8: $kernelopts is GRUB's");
	boot_dir_text(
		&d, 0,
		"/boot/loader/entries/" MACHINE "-5.14.0-503.11.1.el9_5.x86_64.conf", "");
	boot_dir_done(&d);

	boot_dir_with(&d, "loop0,msdos1", NULL);
	put_entries(&d, 0, "/boot/loader/entries", "rhel9", el9);
	boot_dir_text(&d, 0, "/boot/vmlinuz-5.14.0-503.11.1.el9_5.x86_64", "k");
	boot_dir_text(&d, 0, "/boot/initramfs-5.14.0-503.11.1.el9_5.x86_64.img", "i");
	check_add(&d, "/boot/loader/entries", no_variables,
		  "timeout 0\n"
		  "* Red Hat Enterprise Linux (5.14.0-503.11.1.el9_5.x86_64) 9.5 (Plow) "
		  "{" MACHINE "-5.14.0-503.11.1.el9_5.x86_64} "
		  "(0)/boot/vmlinuz-5.14.0-503.11.1.el9_5.x86_64 "
		  "+(0)/boot/initramfs-5.14.0-503.11.1.el9_5.x86_64.img | "
		  "root=/dev/xvda1 ro console=hvc0\n",
		  "RHEL 9: /boot in the root file system, no newline at the end");
	boot_dir_done(&d);
}

static const char *some_variables(void *arg, const char *name)
{
	(void)arg;
	if (strcmp(name, "default_kernelopts") == 0)
		return "root=/dev/xvda $unset quiet";
	if (strcmp(name, "extra") == 0)
		return "/b.img /c.img";
	return NULL;
}

static void test_grub_rules(void)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0", NULL);
	boot_dir_text(&d, 0, "/loader/entries/a+3-1.conf",
		      "title \"quotes stay\"\nlinux /vmlinuz\ninitrd /a.img ${extra}\n");
	check_add(
		&d, "/loader/entries", some_variables,
		"timeout 0\n"
		"* \"quotes stay\" {a+3-1} (0)/vmlinuz +(0)/a.img +(0)/b.img +(0)/c.img "
		"| root=/dev/xvda  quiet\n",
		"default_kernelopts, ${name}, no counting of tries");
	boot_dir_text(&d, 0, "/one/loader/entries/a.conf", "linux $unset\n");
	check_add(&d, "/one/loader/entries", some_variables,
		  "timeout 0\n* a {a} | root=/dev/xvda  quiet ! it names no kernel\n",
		  "a kernel that is an empty variable");
	check_add(&d, "/loader/other", some_variables, "ENOENT\n", "no such directory");
	boot_dir_done(&d);

	boot_dir_with(&d, "loop0", NULL);
	boot_dir_text(&d, 0, "/@/boot/vmlinuz-1", "k");
	boot_dir_text(&d, 0, "/@/boot/loader/entries/a.conf",
		      "linux /boot/vmlinuz-1\ninitrd /vmlinuz-1\noptions a\n");
	check_add(&d, "/@/boot/loader/entries", no_variables,
		  "timeout 0\n"
		  "* a {a} (0)/@/boot/vmlinuz-1 +(0)/@/boot/vmlinuz-1 | a\n",
		  "paths of a subvolume, with /boot and without");
	boot_dir_done(&d);
}

/* ---- systemd-boot ---- */

static void check_read(struct boot_dir *d, unsigned device, const char *wanted,
		       const char *name)
{
	boot_menu_check(d, boot_bls_read, device, "/", wanted, name);
}

static void test_arch(void)
{
	static const char *const files[] = { "arch.conf", "arch-fallback.conf",
					     "windows.conf", NULL };
	struct boot_dir d;

	boot_dir_with(&d, "loop0,gpt1", NULL);
	strcpy(d.device[0].fs, "fat");
	put_entries(&d, 0, "/loader/entries", "systemd-arch", files);
	boot_menu_fixture(&d, 0, "/loader/loader.conf", "bls/systemd-arch/loader.conf");
	boot_dir_text(&d, 0, "/EFI/Linux/arch.EFI", "MZ");
	check_read(&d, 0,
		   "timeout 4\n"
		   "- Windows {windows} ! an EFI program\n"
		   "* Arch Linux (arch) {arch} (0)/vmlinuz-linux +(0)/intel-ucode.img "
		   "+(0)/initramfs-linux.img | root=\"LABEL=arch os\" rw quiet\n"
		   "- Arch Linux (arch-fallback) {arch-fallback} (0)/vmlinuz-linux "
		   "+(0)/initramfs-linux-fallback.img | root=\"LABEL=arch os\" rw\n"
		   "- arch.EFI {arch.EFI} ! a unified kernel image\n",
		   "Arch: several initrds and options, titles told apart");
	boot_dir_done(&d);
}

#define DEBIAN_ENTRIES                                                                   \
	"* Debian GNU/Linux 12 (bookworm) (6.1.0-13-amd64) {" MACHINE                    \
	"-6.1.0-13-amd64} (1)/" MACHINE "/6.1.0-13-amd64/linux +(1)/" MACHINE            \
	"/6.1.0-13-amd64/initrd.img-6.1.0-13-amd64 | "                                   \
	"root=UUID=7d7d7d7d-1111-2222-3333-444455556666 ro quiet "                       \
	"systemd.machine_id=" MACHINE "\n"                                               \
	"- Debian GNU/Linux 12 (bookworm) (6.1.0-9-amd64) {" MACHINE                     \
	"-6.1.0-9-amd64} (1)/" MACHINE "/6.1.0-9-amd64/linux +(1)/" MACHINE              \
	"/6.1.0-9-amd64/initrd.img-6.1.0-9-amd64 | "                                     \
	"root=UUID=7d7d7d7d-1111-2222-3333-444455556666 ro quiet "                       \
	"systemd.machine_id=" MACHINE "\n"

static void test_kernel_install(void)
{
	static const char *const files[] = { MACHINE "-6.1.0-9-amd64.conf",
					     MACHINE "-6.1.0-13-amd64.conf", NULL };
	struct boot_dir d;

	boot_dir_with(&d, "loop0,gpt1", "loop0,gpt2", NULL);
	strcpy(d.device[0].fs, "fat");
	strcpy(d.device[1].fs, "fat");
	put_entries(&d, 1, "/loader/entries", "systemd-debian", files);
	boot_menu_fixture(&d, 0, "/loader/loader.conf", "bls/systemd-debian/loader.conf");
	check_read(&d, 1, "timeout 0 hidden\n" DEBIAN_ENTRIES,
		   "kernel-install on XBOOTLDR, loader.conf on the ESP");
	boot_dir_text(&d, 0, "/loader/entries/z.conf", "linux /z\n");
	check_read(&d, 0, "timeout 0 hidden\n" DEBIAN_ENTRIES "- z {z} (0)/z\n",
		   "entries on both partitions are one menu, sort-key before none");
	boot_dir_done(&d);
}

static void test_order(void)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0", NULL);
	boot_dir_text(&d, 0, "/loader/entries/c+0-3.conf", "linux /bad\nversion 9\n");
	boot_dir_text(&d, 0, "/loader/entries/d+2-1.conf", "linux /tried\n");
	boot_dir_text(&d, 0, "/loader/entries/d+3.conf", "linux /untried\n");
	boot_dir_text(&d, 0, "/loader/entries/e+x.conf", "linux /not-counted\n");
	boot_dir_text(&d, 0, "/loader/entries/k.conf",
		      "linux /old\nsort-key a\nversion 6.1~rc1\n");
	boot_dir_text(&d, 0, "/loader/entries/j.conf",
		      "linux /new\nsort-key a\nversion 6.1\n");
	boot_dir_text(&d, 0, "/loader/entries/b.conf",
		      "linux /arm\narchitecture aa64\nsort-key b\n");
	boot_dir_text(&d, 0, "/loader/entries/u.conf", "uki /u.efi\nsort-key c\n");
	check_read(&d, 0,
		   "timeout 0 hidden\n"
		   "* j {j} (0)/new\n"
		   "- k {k} (0)/old\n"
		   "- b {b} (0)/arm ! for another architecture\n"
		   "- u {u} ! a unified kernel image\n"
		   "- e+x {e+x} (0)/not-counted\n"
		   "- d {d} (0)/untried\n"
		   "- d {d} (0)/tried\n"
		   "- c {c} (0)/bad\n",
		   "sort-key, version, id, tries left");
	boot_dir_done(&d);
}

static void test_loader(void)
{
	static const struct {
		const char *name, *text, *wanted;
	} cases[] = {
		{ "a pattern, of any case", "default B*\ntimeout 3\n",
		  "timeout 3\n- c {c} (0)/c\n* b {b} (0)/b\n- a {a} ! an EFI program\n" },
		{ "an old name without .conf", "default b\ntimeout menu-force\n",
		  "timeout -1\n- c {c} (0)/c\n* b {b} (0)/b\n- a {a} ! an EFI "
		  "program\n" },
		{ "what cannot be booted", "default a.conf\ntimeout menu-disabled\n",
		  "timeout 0 hidden\n* c {c} (0)/c\n- b {b} (0)/b\n- a {a} ! an EFI "
		  "program\nnote: the default, entry 2, is passed over: an EFI "
		  "program\n" },
		{ "what is not there", "default x\ntimeout soon\n",
		  "timeout 0 hidden\n* c {c} (0)/c\n- b {b} (0)/b\n- a {a} ! an EFI "
		  "program\n" },
		{ "the firmware's variable", "default @saved\ntimeout 0\n",
		  "timeout 0 hidden\n* c {c} (0)/c\n- b {b} (0)/b\n- a {a} ! an EFI "
		  "program\nnote: default @saved: only the firmware knows which that "
		  "is\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct boot_dir d;

		boot_dir_with(&d, "loop0", NULL);
		boot_dir_text(&d, 0, "/loader/entries/a.conf", "efi /a\n");
		boot_dir_text(&d, 0, "/loader/entries/b.conf", "linux /b\n");
		boot_dir_text(&d, 0, "/loader/entries/c.conf", "linux /c\n");
		boot_dir_text(&d, 0, "/loader/loader.conf", cases[i].text);
		check_read(&d, 0, cases[i].wanted, cases[i].name);
		boot_dir_done(&d);
	}
}

static void test_unified(void)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0", NULL);
	check_read(&d, 0, "ENOENT\n", "nothing there");
	boot_dir_text(&d, 0, "/EFI/Linux/fedora.efi", "MZ");
	check_read(&d, 0,
		   "timeout 0 hidden\n- fedora.efi {fedora.efi} ! a unified kernel "
		   "image\nnote: the default, entry 0, is passed over: a unified kernel "
		   "image\n",
		   "unified kernel images alone");
	boot_dir_done(&d);

	boot_dir_with(&d, "loop0", NULL);
	boot_dir_text(&d, 0, "/loader/entries/readme", "");
	check_read(&d, 0, "ENODATA\n", "a directory without entries");
	boot_dir_text(&d, 0, "/loader/entries/a.conf", "title no kernel\n");
	check_read(&d, 0, "ENODATA\n", "an entry that names no kernel");
	boot_dir_done(&d);
}

/* ---- hostile ---- */

static void put_many(struct boot_dir *d, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/loader/entries/e-%u.conf", i);
		boot_dir_text(d, 0, path, "linux /k\n");
	}
}

static void test_many(void)
{
	autobootmenu struct boot_menu m;
	struct boot_dir d;
	int r;

	boot_dir_with(&d, "loop0", NULL);
	put_many(&d, 2000);
	r = boot_menu_make(&d, boot_bls_read, 0, "/", &m);
	ok(r == 0 && m.count == BLS_FILES_MAX && d.reads == BLS_FILES_MAX,
	   "of 2000 entries the newest are read");
	is_str(m.count ? m.entry[0].id : NULL, "e-1999", "the first is the newest");
	is_str(m.note, "only 64 of 2000 entry files are read", "that is noted");
	boot_dir_done(&d);
}

static void check_hostile(const char *text, size_t len, const char *wanted,
			  const char *name)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0", NULL);
	boot_dir_put(&d, 0, "/loader/entries/a.conf", text, len);
	check_read(&d, 0, wanted, name);
	boot_dir_done(&d);
}

static void test_hostile(void)
{
	static const char nul[] = "linux /a\0linux /b\n",
			  bytes[] = "title \xff\xfe\x1b[2J\r\nlinux /\xe4\r\n",
			  control[] = "linux /a\x1b\noptions b\tc\x7f\n";
	autofree char *large = malloc(100000);

	check_hostile(nul, sizeof(nul) - 1, "timeout 0 hidden\n* a {a} (0)/a\n",
		      "nothing counts after a NUL");
	check_hostile(bytes, strlen(bytes),
		      "timeout 0 hidden\n* \xff\xfe [2J {a} (0)/\xe4\n",
		      "bytes that are no UTF-8, and CRLF");
	check_hostile(control, strlen(control),
		      "timeout 0 hidden\n- a {a} | b c  ! a control character in a "
		      "file's name\nnote: the default, entry 0, is passed over: a "
		      "control character in a file's name\n",
		      "control characters");
	check_hostile("linux ../../../../etc/passwd\ninitrd /../x/../../y\n", 50,
		      "timeout 0 hidden\n* a {a} (0)/etc/passwd +(0)/y\n",
		      "no path leads out of the device");
	check_hostile("linux /a\nlinux\ninitrd\noptions\n\n", 31,
		      "timeout 0 hidden\n* a {a} (0)/a\n", "keys without values");
	memset(large, 'x', 100000);
	memcpy(large, "linux /a\noptions ", 17);
	check_hostile(large, 60000,
		      "timeout 0 hidden\n- a {a} (0)/a ! a value of more than 4095 "
		      "bytes\nnote: the default, entry 0, is passed over: a value of "
		      "more than 4095 bytes\n",
		      "60 000 bytes of options");
	memcpy(large, "linux /xxxxxxxxxx", 17);
	large[2000] = '\n';
	check_hostile(large, 2001,
		      "timeout 0 hidden\n- a {a} ! a path of more than 1023 bytes\n"
		      "note: the default, entry 0, is passed over: a path of more than "
		      "1023 bytes\n",
		      "a path of 2000 bytes");
	check_hostile(large, 100000, "ENODATA\n", "a file of 100 000 bytes");
}

static void test_pattern(void)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{ "*", "", true },
		{ "", "", true },
		{ "", "a", false },
		{ "a*b*c", "aXbYbc", true },
		{ "a*b*c", "aXbYb", false },
		{ "?", "", false },
		{ "??", "ab", true },
		{ "[a-c]x", "Bx", true },
		{ "[a-c]x", "dx", false },
		{ "[abc", "[abc", true },
		{ "\\*", "*", true },
		{ "\\*", "a", false },
		{ "[]]", "]", true },
		{ "ARCH*.conf", "arch-lts.conf", true },
		{ "*-6.1*", "x-6.1.0", true },
		{ "\\", "\\", true },
	};
	char stars[2001], text[2001];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(bls_pattern_matches(cases[i].pattern, cases[i].text) ==
			   cases[i].matches,
		   "pattern '%s' of '%s'", cases[i].pattern, cases[i].text);
	for (size_t i = 0; i < 2000; i++) {
		stars[i] = i % 2 ? 'a' : '*';
		text[i] = 'a';
	}
	stars[2000] = text[2000] = '\0';
	stars[1999] = 'b';
	ok(!bls_pattern_matches(stars, text), "a pattern of 1000 stars ends");
}

int main(void)
{
	test_fedora();
	test_rhel();
	test_grub_rules();
	test_arch();
	test_kernel_install();
	test_order();
	test_loader();
	test_unified();
	test_many();
	test_hostile();
	test_pattern();
	return tap_done();
}
