/* SPDX-License-Identifier: BSD-2-Clause */
/* A grub.cfg, and after a line of "%%%" what else there is: inc.cfg, then grubenv. */
#include "tests/fuzz/boot_menu_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_dir d;

	boot_dir_with(&d, "loop0,gpt2", "lvm/vg-root", NULL);
	strcpy(d.device[0].uuid, "1-2");
	strcpy(d.device[1].uuid, "3-4");
	strcpy(d.device[1].label, "root");
	take_file(&d, "/@/boot/grub/grub.cfg", &data, &size);
	take_file(&d, "/@/boot/grub/inc.cfg", &data, &size);
	take_file(&d, "/@/boot/grub/grubenv", &data, &size);
	boot_dir_text(&d, 0, "/@/boot/vmlinuz-1", "k");
	boot_dir_text(&d, 1, "/boot/initrd.img-1", "r");
	boot_dir_text(&d, 0, "/loader/entries/a-1.conf",
		      "title A\nlinux /@/boot/vmlinuz-1\noptions $kernelopts x\n");
	check_reader(&d, boot_grub_read, "/@/boot/grub/grub.cfg");
	return 0;
}
