/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration of syslinux, and after a line of "%%%" one that it may include. */
#include "tests/fuzz/boot_menu_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0", NULL);
	take_file(&d, "/boot/extlinux/extlinux.conf", &data, &size);
	take_file(&d, "/boot/extlinux/inc.cfg", &data, &size);
	boot_dir_text(&d, 0, "/boot/vmlinuz", "k");
	check_reader(&d, boot_extlinux_read, "/boot/extlinux/extlinux.conf");
	return 0;
}
