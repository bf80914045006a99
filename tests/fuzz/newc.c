/* SPDX-License-Identifier: BSD-2-Clause */
/* A cpio archive. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/newc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct unpack_in archive = { .fd = -1, .mem = data, .end = size };
	struct newc_entry e;
	uint64_t at = 0, before = 0;

	while (newc_next(&archive, &at, &e) > 0) {
		if (at <= before || e.data_at + e.size > size || e.name[0] == '/' ||
		    strstr(e.name, "//") || strcmp(e.name, "..") == 0 ||
		    strncmp(e.name, "../", 3) == 0 || strstr(e.name, "/../"))
			abort();
		before = at;
	}
	return 0;
}
