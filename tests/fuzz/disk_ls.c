/* SPDX-License-Identifier: BSD-2-Clause */
/* What grub-fstest prints, as the three lists that are read of it: devices, a device's line,
 * directories. */
#include <stdlib.h>
#include <string.h>

#include "eliloader/disk_ls.h"
#include "lib/cleanup.h"

#define MARK "Device loop0: No known filesystem detected - Sector size 512B"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_names(const struct boot_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->item[i].name;

		if (!*name || strchr(name, '/') || strchr(name, '\n') ||
		    strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			abort();
	}
}

static void read_directories(const char *text, enum disk_ls_form form)
{
	const char *p = text, *end = text + strlen(text);

	while (*p) {
		autolisting struct disk_listing l = { .whole = false };
		const char *before = p;

		if (disk_ls_names(&p, MARK, form, &l) < 0)
			p = disk_ls_skip(p, MARK);
		if (!p)
			break;
		if (p == before)
			p = strchr(p, '\n') ? strchr(p, '\n') + 1 : end;
		if (p < before || p > end)
			abort();
		check_names(&l.names);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_device device[BOOT_DEVICES_MAX];
	autofree char *text = strndup((const char *)data, size);
	struct boot_device one = { .name = "loop0,gpt1" };
	const char *p = text;
	uint64_t start;
	size_t count;

	if (!text)
		return 0;
	count = disk_ls_devices(text, device);
	for (size_t i = 0; i < count; i++)
		if (strpbrk(device[i].name, "() \n") ||
		    strncmp(device[i].name, "h", 1) == 0)
			abort(); /* not one of the disk's */
	while (disk_ls_device(&p, &one, &start) == 0)
		;
	read_directories(text, DISK_LS_LONG);
	read_directories(text, DISK_LS_SHORT);
	return 0;
}
