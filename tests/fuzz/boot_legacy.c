/* SPDX-License-Identifier: BSD-2-Clause */
/* A menu.lst of GRUB Legacy, and after a line of "%%%" its file "default". */
#include "tests/fuzz/boot_menu_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_path config = { 0, "/boot/grub/menu.lst" };
	autobootmenu struct boot_menu m;
	struct boot_dir d;

	boot_menu_init(&m);
	boot_dir_init(&d);
	boot_dir_add(&d, "loop0,msdos1", NULL);
	boot_dir_add(&d, "loop0,msdos2", NULL);
	strcpy(d.device[1].uuid, "deadbeef");
	take_file(&d, config.path, &data, &size);
	take_file(&d, "/boot/grub/default", &data, &size);
	boot_dir_text(&d, 0, "/boot/vmlinuz", "k");
	boot_dir_text(&d, 1, "/vmlinuz", "k");
	if (boot_legacy_read(&d.fs, &config, &m) == 0)
		check_menu(&d.fs, &m);
	boot_dir_done(&d);
	return 0;
}
