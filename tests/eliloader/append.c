/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * append - fixup_append() for tests: append RAMDISK OVERLAY OUT MAX
 * Prints "0" or the name of the error, and the milliseconds it took.
 */
#include <fcntl.h>
#include <string.h>

#include "eliloader/fixup.h"
#include "lib/cleanup.h"
#include "lib/io.h"

int main(int argc, char *argv[])
{
	autoclose int ramdisk = -1, overlay = -1, out = -1;
	uint64_t max, began;
	int r;

	if (argc != 5 || io_parse_u64(argv[4], UINT64_MAX, &max) < 0)
		return 2;
	ramdisk = open(argv[1], O_RDONLY | O_CLOEXEC);
	overlay = open(argv[2], O_RDONLY | O_CLOEXEC);
	out = open(argv[3], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (ramdisk < 0 || overlay < 0 || out < 0)
		return 2;
	began = io_now_ms();
	r = fixup_append(ramdisk, overlay, out, max);
	printf("%s %llu\n", r == 0 ? "0" : strerrorname_np(-r),
	       (unsigned long long)(io_now_ms() - began));
	return r == 0 ? 0 : 1;
}
