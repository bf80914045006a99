/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole disk: files after lines of "%%%", each with a first line of its device's number
 * and its path ("0/boot/grub/menu.lst").  Which configuration counts, and bare kernels. */
#include "tests/fuzz/boot_menu_check.h"

#define FILES_MAX 64

/* As a file system has names: no empty one, no "." and "..". */
static bool is_good(const char *path)
{
	size_t len = strlen(path);

	if (*path != '/' || !path[1] || len >= BOOT_PATH_MAX || path[len - 1] == '/' ||
	    strstr(path, "//"))
		return false;
	for (; *path; path += strcspn(path, "/")) {
		size_t part = strcspn(++path, "/");

		if (part <= 2 && strspn(path, ".") >= part)
			return false;
	}
	return true;
}

static void put(struct boot_dir *d, const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t len = end ? (size_t)(end - data) : size;
	char path[BOOT_PATH_MAX + 1];

	if (len < 3 || len > BOOT_PATH_MAX || memchr(data, '\0', len))
		return;
	memcpy(path, data + 1, len - 1);
	path[len - 1] = '\0';
	if (is_good(path))
		boot_dir_put(d, data[0] % 3, path, data + len + (end != NULL),
			     size - len - (end != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autobootmenu struct boot_menu m;
	struct boot_dir d;

	boot_menu_init(&m);
	boot_dir_with(&d, "loop0,gpt1", "loop0,gpt2", "loop0,gpt3", NULL);
	strcpy(d.device[0].fs, "fat");
	strcpy(d.device[2].fs, "btrfs");
	for (int i = 0; i < FILES_MAX && size; i++) {
		size_t len;
		const uint8_t *file = next_file(&data, &size, &len);

		put(&d, file, len);
	}
	if (boot_menu_read(&d.fs, &m) == 0)
		check_menu(&d.fs, &m);
	boot_dir_done(&d);
	return 0;
}
