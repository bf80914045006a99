/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of an initrd map. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/fixup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t digest[SHA256_LEN];
	unsigned len = 0;
	struct fixup f;
	char *line = malloc(size + 1);

	if (!line)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	if (fixup_parse_line(line, &f, digest, &len) > 0 &&
	    ((len != 16 && len != 32) || strchr(f.overlay, '/') || !f.overlay[0]))
		abort();
	free(line);
	return 0;
}
