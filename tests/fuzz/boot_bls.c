/* SPDX-License-Identifier: BSD-2-Clause */
/* Two entries of /loader/entries, a loader.conf, and a file's name, after lines of "%%%". */
#include "tests/fuzz/boot_menu_check.h"

static const char *variable(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "kernelopts") == 0 ? "root=/dev/xvda1 ro" : NULL;
}

/* Such a name as a directory can hold. */
static void put_named(struct boot_dir *d, const uint8_t *data, size_t size)
{
	char path[512] = "/loader/entries/";
	size_t len = strlen(path), end = len + 5;

	for (size_t i = 0; i < size && len + 8 < sizeof(path) && data[i] != '\n'; i++)
		if (data[i] != '\0' && data[i] != '/')
			path[len++] = (char)data[i];
	memcpy(path + len, ".conf", 6);
	if (len + 5 > end)
		boot_dir_text(d, 0, path, "linux /k\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_path entries = { 0, "/loader/entries" };
	autobootmenu struct boot_menu grub;
	struct boot_dir d;

	boot_menu_init(&grub);
	boot_dir_with(&d, "loop0,gpt1", NULL);
	take_file(&d, "/loader/entries/a-1.conf", &data, &size);
	take_file(&d, "/loader/entries/a-2+3.conf", &data, &size);
	take_file(&d, "/loader/loader.conf", &data, &size);
	put_named(&d, data, size);
	if (boot_bls_add(&d.fs, &entries, variable, NULL, &grub) == 0 && grub.count) {
		boot_menu_choose(&grub, NULL);
		check_menu(&d.fs, &grub);
	}
	check_reader(&d, boot_bls_read, "/");
	return 0;
}
