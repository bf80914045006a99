/* SPDX-License-Identifier: BSD-2-Clause */
/* A menu.lst of GRUB Legacy, and after a line of "%%%" its file "default". */
#include "tests/fuzz/boot_menu_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0,msdos1", "loop0,msdos2", NULL);
	strcpy(d.device[1].uuid, "deadbeef");
	take_file(&d, "/boot/grub/menu.lst", &data, &size);
	take_file(&d, "/boot/grub/default", &data, &size);
	boot_dir_text(&d, 0, "/boot/vmlinuz", "k");
	boot_dir_text(&d, 1, "/vmlinuz", "k");
	check_reader(&d, boot_legacy_read, "/boot/grub/menu.lst");
	return 0;
}
