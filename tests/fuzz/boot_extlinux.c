/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration of syslinux, and after a line of "%%%" one that it may include. */
#include "tests/fuzz/boot_menu_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_path config = { 0, "/boot/extlinux/extlinux.conf" };
	autobootmenu struct boot_menu m;
	struct boot_dir d;

	boot_menu_init(&m);
	boot_dir_init(&d);
	boot_dir_add(&d, "loop0", NULL);
	take_file(&d, config.path, &data, &size);
	take_file(&d, "/boot/extlinux/inc.cfg", &data, &size);
	boot_dir_text(&d, 0, "/boot/vmlinuz", "k");
	if (boot_extlinux_read(&d.fs, &config, &m) == 0)
		check_menu(&d.fs, &m);
	boot_dir_done(&d);
	return 0;
}
