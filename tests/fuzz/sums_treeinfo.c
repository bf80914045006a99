/* SPDX-License-Identifier: BSD-2-Clause */
/* A .treeinfo: what is taken from it must be fit to be asked of a repository, and printed. */
#include <stdlib.h>
#include <string.h>

#include "eliloader/sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t size)
{
	if (!memchr(text, '\0', size))
		abort();
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct treeinfo info;

	if (sums_treeinfo((const char *)data, size, "x86_64", &info) < 0)
		return 0;
	if (sums_check_path(info.kernel) < 0 || sums_check_path(info.ramdisk) < 0 ||
	    info.media >= MEDIA_KINDS)
		abort();
	check_text(info.family, sizeof(info.family));
	check_text(info.version, sizeof(info.version));
	check_text(info.arch, sizeof(info.arch));
	return 0;
}
